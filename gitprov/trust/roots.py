"""The accepted versions of the trust root, and who is in standing at which step. docs/format.md, "Trust root"."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gitprov.ids import Digest, sha256_of
from gitprov.records.roots import Role, RoleName, TrustRoot
from gitprov.trust.signatures import KeyId


def key_id(pem: str) -> KeyId:
    """Returns the id of a public key: the SHA-256 of its PEM text, which bundles carry as their key hint."""
    return sha256_of(pem.encode())


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
    """

    root: TrustRoot
    id: Digest
    step: int
    since: int
    people: Mapping[KeyId, str] = field(init=False, repr=False, compare=False)
    revoked: Mapping[KeyId, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        keys = [
            (key_id(identity.key), name, identity.revoked is not None)
            for name, person in self.root.people.items()
            for identity in person.identities
        ]
        object.__setattr__(self, "people", {key: name for key, name, revoked in keys if not revoked})
        object.__setattr__(self, "revoked", {key: name for key, name, revoked in keys if revoked})

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

    def role(self, name: RoleName) -> Role:
        """Returns a role; the owners hold one that is left out, and nobody is a machine unless listed."""
        found = getattr(self.root.roles, name)
        if found is None:
            return Role(people=()) if name == "machine" else Role(people=self.root.roles.owner.people)
        role: Role = found
        return role

    def approvers(self, stage: str) -> Role:
        """Returns who approves for a stage: its own approvers, else the owners."""
        return self.root.roles.approver.get(stage, self.root.roles.owner)


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

    def person(self, key: KeyId, landed: int, as_of: int) -> str | None:
        """Returns who is in standing behind a key at the step where a signature landed, or None.

        The version in force before that step decides; the first version also for the step at which it comes into
        force, so that it can land together with what it vouches for. A version whose `history` lies before the step
        and which came into force later has to agree, and what it revokes counts only up to its `history`: so nothing
        is won by landing old work late. Only versions in force after `as_of` are asked: no later commit changes a
        verdict.

        Args:
            key: The key.
            landed: The step where the signature landed.
            as_of: The first parent of the step that is judged.
        """
        before = self.at(min(landed - 1, as_of))
        if before is None and self.accepted and self.accepted[0].step == landed <= as_of:
            before = self.accepted[0]
        person = before.people.get(key) if before is not None else None
        for version in self.accepted:
            if version.step > as_of or version.since >= landed:
                continue
            between = landed <= version.step
            if key in version.revoked or (between and version.people.get(key) != person):
                return None
        return person
