"""Releases: the whole set that decides behaviour. docs/format.md, "Release" and "Layers"."""

from collections.abc import Mapping
from typing import ClassVar

from gitprov.frozen import dataclass
from gitprov.ids import Digest, digest_of
from gitprov.records.codec import DigestField, NameField, Part, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Member(Part):
    """One member of a release: the artifact, and the run that made it (none for content nobody recorded making)."""

    artifact: DigestField
    run: DigestField


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers(Part):
    """The four layers of a release's closure, each a digest that `verify` computes again (demand 6).

    Each is the SHA-256 of the canonical JSON of a sorted list without repetitions: the content digests of all source
    artifacts; the code digests of all runs; their environment digests; the content digests of the members.
    """

    artifacts: DigestField
    code: DigestField
    data: DigestField
    environment: DigestField


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(Part):
    """Version n of a name: the whole set that decides behaviour.

    Attributes:
        name: Of the release.
        version: Its number.
        set_: `set_digest(members)`.
        members: Role to member.
        runs: The runs that made what the members rest on, without those that `members` names; sorted. One run an
            artifact: who makes the same again, or merges an earlier run, changes nothing of a release.
        layers: What follows from these.
    """

    schema: ClassVar[str] = "gitprov/release/v1"
    name: NameField
    version: Version
    set_: DigestField
    members: Mapping[NameField, Member]
    layers: Layers
    runs: tuple[DigestField, ...] = ()

    def fault(self) -> str | None:
        """Returns a fault when the runs are not sorted, each once, or there is no member."""
        if not self.members:
            return "must have a member"
        return None if list(self.runs) == sorted(set(self.runs)) else "must have its runs sorted, each once"


def set_digest(members: Mapping[str, Member]) -> Digest:
    """Returns the digest of a release set: over role to artifact id, so that renumbering voids nothing."""
    return digest_of({role: member.artifact for role, member in members.items()})
