"""The accepted versions of the trust root, and who is in standing at which step. docs/format.md, "Trust root"."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime
from functools import lru_cache
from typing import Any

from gitprov.frozen import dataclass
from gitprov.ids import Digest, canonical_json, sha256_of
from gitprov.records.codec import to_data
from gitprov.records.roots import Delegation, Identity, Role, RoleName, TrustRoot
from gitprov.trust.signatures import KeyId, Signature


def key_id(pem: str) -> KeyId:
    """Returns the id of a public key: the SHA-256 of its PEM text, which bundles carry as their key hint."""
    return sha256_of(pem.encode())


@lru_cache(maxsize=256)  # asked of each signature
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


def documents_of(root: TrustRoot) -> dict[str, tuple[Digest, str]]:
    """Returns the trusted roots that a trust version lists, by name, each with its digest and its text as JSON."""
    return {name: document_of(to_data(found)) for name, found in root.trusted_roots.items()}


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
            "documents": {name: digest for name, (digest, _) in documents_of(self.root).items()},
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
    def deployers(self) -> tuple[str, ...]:
        """Everybody who deploys something: who pins the trust root from outside."""
        delegated = [one.deployer for one in self.root.delegations.values() if one.deployer is not None]
        return tuple(sorted({name for role in (self.role("deployer"), *delegated) for name in role.people}))

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

        It begins with the step of docs/verification.md, "Who stands behind a signature", that fails.

        Args:
            one: The signature.
            timed: Whether to ask when it was made, too. That somebody has a new key they prove at any time.
        """
        identity = self._identities.get(one.key)
        if identity is None:
            return f"W2: trust version {self.root.version} does not list it"
        if identity.revoked is not None:
            return f"W3: revoked by trust version {self.root.version}: {identity.revoked}"
        if identity.trusted_root is not None:
            time = one.proven.get(self.documents[identity.trusted_root])
            if time is None:
                return f"W4: its certificate does not hold under the trusted root {identity.trusted_root}"
        else:
            time = self.time(one)
        if not timed or not identity.has_window:
            return ""
        if time is None:
            return "W5: its identity is valid at some times only, and nothing proves when it was made"
        if not identity.since <= datetime.fromisoformat(time) < identity.until:
            return f"W5: made at {time}, when its identity was not valid"
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
        for _, delegation in self._delegations(scope):
            delegated: Role | None = getattr(delegation, name, None)
            if delegated is not None:
                return delegated
        found: Role | None = getattr(self.root.roles, name)
        if found is None:
            return Role(people=()) if name == "machine" else Role(people=self.root.roles.owner.people)
        return found

    def approvers(self, stage: str, scope: str | None = None) -> Role:
        """Returns who approves for a stage: its own approvers, else the owners (`scope` as for `role`)."""
        for _, delegation in self._delegations(scope):
            if stage in delegation.approver:
                return delegation.approver[stage]
        return self.root.roles.approver.get(stage, self.root.roles.owner)

    def says_who(self, name: RoleName, scope: str) -> str:
        """Returns the command that changes who holds a role for a name, as far as the role."""
        prefix = next((one for one, found in self._delegations(scope) if getattr(found, name, None) is not None), None)
        return "gitprov trust propose" if prefix is None else f"gitprov trust delegate {prefix}"

    def says_approvers(self, stage: str, scope: str) -> str:
        """Returns the command that names more approvers for a stage of a name."""
        prefix = next((one for one, found in self._delegations(scope) if stage in found.approver), None)
        command = "gitprov trust propose" if prefix is None else f"gitprov trust delegate {prefix}"
        return f"{command} --approvers {stage}=PERSON"

    def _delegations(self, scope: str | None) -> list[tuple[str, Delegation]]:
        """Returns what is delegated for a name, the longest prefix first."""
        if scope is None:
            return []
        found = [prefix for prefix in self.root.delegations if f"{scope}.".startswith(f"{prefix}.")]
        return [(prefix, self.root.delegations[prefix]) for prefix in sorted(found, key=len, reverse=True)]


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
        if before is None or self.why_not(one, landed, as_of):
            return None
        return before.people[one.key]

    def why_not(self, one: Signature, landed: int, as_of: int) -> str:
        """Returns why a good signature counts for nobody, with the step that fails; arguments as for `person`."""
        before = self.judging(landed, as_of)
        if before is None:
            return "W1: no trust version was in force before it landed"
        if why := before.why_not(one):
            return why
        for version in self.accepted:
            if version.step > as_of or version.since >= landed:
                continue
            number = version.root.version
            if one.key in version.revoked:
                return f"W6: it landed after the history of trust version {number}, which revokes it"
            if landed <= version.step and version.holder(one) != before.people[one.key]:
                return f"W6: it landed after the history of trust version {number}, which counts it for somebody else"
        return ""

    def bearer(self, key: KeyId, as_of: int) -> str | None:
        """Returns for whom a signature that somebody made now would count, as known after step `as_of`."""
        last = self.at(as_of)
        if last is None or any(key in version.revoked for version in self.accepted if version.step <= as_of):
            return None
        return last.people.get(key)

    def judging(self, landed: int, as_of: int) -> Accepted | None:
        """Returns the version that decides about what landed at a step; as for `person`."""
        if self.accepted and self.accepted[0].step == landed <= as_of:
            return self.accepted[0]
        return self.at(min(landed - 1, as_of))
