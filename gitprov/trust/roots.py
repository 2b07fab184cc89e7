"""The accepted versions of the trust root, and who is in standing at which step. docs/format.md, "Trust root"."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from gitprov.frozen import dataclass
from gitprov.ids import Digest, canonical_json, sha256_of
from gitprov.trust.signatures import KeyId, Signature

from gitprov.records.roots import Delegation, Identity, Role, RoleName, TrustRoot


def key_id(pem: str) -> KeyId:
    """Returns the id of a public key: the SHA-256 of its PEM text, which bundles carry as their key hint."""
    return sha256_of(pem.encode())


def identity_id(identity: str, issuer: str) -> KeyId:
    """Returns the id of what certificates name: it signs as a key does."""
    return sha256_of(canonical_json({"identity": identity, "issuer": issuer}))


def id_of(one: Identity) -> KeyId:
    """Returns the id of what signs as an identity."""
    return key_id(one.key) if one.key is not None else identity_id(one.identity or "", one.issuer or "")


def document_of(trusted_root: Mapping[str, Any]) -> tuple[Digest, str]:
    """Returns the digest of a Sigstore trusted root, and its text as JSON."""
    data = canonical_json(trusted_root)
    return sha256_of(data), data.decode()


@dataclass(frozen=True, slots=True)
class Accepted:
    """A trust version in force.

    Attributes:
        root: The record.
        id: Its id.
        step: The step from which on it is in force: its file and the signatures that it takes have landed.
        since: The step of its `history.commit`; -1 for the first version.
        people: Key to person, of keys that are not revoked; follows from `root`.
        revoked: Key to person, of revoked keys; likewise.
        documents: Name of a trusted root to its digest; likewise.
    """

    root: TrustRoot
    id: Digest
    step: int
    since: int
    people: Mapping[KeyId, str] = field(init=False, repr=False, compare=False)
    revoked: Mapping[KeyId, str] = field(init=False, repr=False, compare=False)
    documents: Mapping[str, Digest] = field(init=False, repr=False, compare=False)
    _identities: Mapping[KeyId, Identity] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        listed = [(id_of(one), name, one) for name, person in self.root.people.items() for one in person.identities]
        derived = {
            "people": {key: name for key, name, one in listed if one.revoked is None},
            "revoked": {key: name for key, name, one in listed if one.revoked is not None},
            "documents": {name: document_of(found)[0] for name, found in self.root.trusted_roots.items()},
            "_identities": {key: one for key, _, one in listed},
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    @property
    def pin(self) -> str:
        """How people outside name it: `NNNN:sha256:…`."""
        return f"{self.root.version:04d}:{self.id}"

    @property
    def keys(self) -> Iterable[KeyId]:
        """The ids of all keys that it lists, revoked ones too."""
        return self.holders.keys()

    @property
    def weakness(self) -> str:
        """What every verdict says of a root with one owner, who alone can change who decides; "" for others."""
        owners = self.root.roles.owner.people
        return f"two-person rule rests on one owner: {owners[0]}" if len(owners) == 1 else ""

    @property
    def holders(self) -> Mapping[KeyId, str]:
        """Key to person, revoked or not."""
        return {**self.people, **self.revoked}

    def holder(self, one: Signature) -> str | None:
        """Returns who, in standing by this version, made a good signature; None for nobody.

        A certificate is held against the trusted root that the identity names, and a time that limits an identity takes
        a proven time: no date that the signer, git or a file says counts (threat A13).
        """
        return self.people.get(one.key) if self.why_not(one) == "" else None

    def why_not(self, one: Signature, *, timed: bool = True) -> str:
        """Returns why this version counts a good signature for nobody; "" when it counts it.

        Args:
            one: The signature.
            timed: Whether to ask when it was made, too. That somebody has a new key they prove at any time.
        """
        identity = self._identities.get(one.key)
        if identity is None:
            return f"trust version {self.root.version} does not list it"
        if identity.revoked is not None:
            return f"revoked by trust version {self.root.version}: {identity.revoked}"
        if identity.trusted_root is not None:
            time = one.proven.get(self.documents[identity.trusted_root])
            if time is None:
                return f"its certificate does not hold under the trusted root {identity.trusted_root}"
        else:
            time = self.time(one)
        if not timed or not identity.has_window:
            return ""
        if time is None:
            return "its identity is valid at some times only, and nothing proves when it was made"
        if not identity.since <= datetime.fromisoformat(time) < identity.until:
            return f"made at {time}, when its identity was not valid"
        return ""

    def time(self, one: Signature) -> str | None:
        """Returns the earliest time that a trusted root of this version proves for a signature."""
        return min((one.proven[found] for found in self.documents.values() if found in one.proven), default=None)

    def role(self, name: RoleName, scope: str | None = None) -> Role:
        """Returns a role; the owners hold one that is left out, and nobody is a machine unless listed.

        Args:
            name: Of the role.
            scope: For which artifact or release name: the longest prefix that is delegated and states the role wins.
        """
        for delegation in self._delegations(scope):
            delegated: Role | None = getattr(delegation, name, None)
            if delegated is not None:
                return delegated
        found: Role | None = getattr(self.root.roles, name)
        if found is None:
            return Role(people=()) if name == "machine" else Role(people=self.root.roles.owner.people)
        return found

    def approvers(self, stage: str, scope: str | None = None) -> Role:
        """Returns who approves for a stage: its own approvers, else the owners (`scope` as for `role`)."""
        for delegation in self._delegations(scope):
            if stage in delegation.approver:
                return delegation.approver[stage]
        return self.root.roles.approver.get(stage, self.root.roles.owner)

    def _delegations(self, scope: str | None) -> list[Delegation]:
        """Returns what is delegated for a name, the longest prefix first."""
        if scope is None:
            return []
        found = [prefix for prefix in self.root.delegations if f"{scope}.".startswith(f"{prefix}.")]
        return [self.root.delegations[prefix] for prefix in sorted(found, key=len, reverse=True)]


class Roots:
    """The accepted versions, in the order in which they came into force."""

    def __init__(self, accepted: tuple[Accepted, ...] = ()) -> None:
        self.accepted = accepted

    @property
    def project(self) -> Digest | None:
        """What the project is known by: the id of its first trust version; None without one."""
        return self.accepted[0].id if self.accepted else None

    def at(self, step: int) -> Accepted | None:
        """Returns the version in force after a step: what the next step is judged by."""
        return next((one for one in reversed(self.accepted) if one.step <= step), None)

    def person(self, one: Signature, landed: int, as_of: int) -> str | None:
        """Returns who is in standing behind a good signature that landed at a step, or None.

        The version in force before that step decides; the first version also for the step at which it comes into
        force, so that it can land together with what it vouches for. A version whose `history` lies before the step
        and which came into force later has to agree, and what it revokes counts only up to its `history`: so nothing
        is won by landing old work late. Only versions in force after `as_of` are asked: no later commit changes a
        verdict.

        Args:
            one: The signature.
            landed: The step where it landed.
            as_of: The first parent of the step that is judged.
        """
        before = self.judging(landed, as_of)
        person = before.holder(one) if before is not None else None
        for version in self.accepted:
            if version.step > as_of or version.since >= landed:
                continue
            between = landed <= version.step
            if one.key in version.revoked or (between and version.holder(one) != person):
                return None
        return person

    def bearer(self, key: KeyId, as_of: int) -> str | None:
        """Returns for whom a signature that somebody made now would count, as known after step `as_of`."""
        last = self.at(as_of)
        if last is None or any(key in version.revoked for version in self.accepted if version.step <= as_of):
            return None
        return last.people.get(key)

    def judging(self, landed: int, as_of: int) -> Accepted | None:
        """Returns the version that decides about what landed at a step; as for `person`."""
        before = self.at(min(landed - 1, as_of))
        if before is None and self.accepted and self.accepted[0].step == landed <= as_of:
            return self.accepted[0]
        return before
