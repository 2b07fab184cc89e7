"""What every answer says in the same words: artifacts, how sure their content is, and who vouches for a fact."""

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.lineage import Ledger, State, Target
from gitprov.lineage.deprecations import Deprecated, deprecated
from gitprov.ports.blobs import Cache
from gitprov.ports.git import Commit
from gitprov.ports.workplace import Workplace
from gitprov.recording.naming import find
from gitprov.records import Artifact, Content, Release, Request, Run
from gitprov.records.types import Fact

Assurance = Literal["recorded", "verified", "provider-asserted", "unverified"]
"""How far content is known: by its bytes; or by reference, checked by us, vouched for by its provider, or by nobody."""

Mark = Literal["observed", "declared", "unknown"]

_ASSURANCES: Mapping[str, Assurance] = {
    "verified": "verified",
    "provider": "provider-asserted",
    "asserted": "unverified",
}


@dataclass(frozen=True, slots=True)
class Mention:
    """An artifact wherever it is mentioned.

    Attributes:
        id: Its record's id.
        label: What people call it: `churn@v2` when released under its own name, else `churn id:9c41aa00`.
        name, kind, content, state: None when no record has this id.
        size, files: None for content held by reference.
        released: Every release that it is a member of, `churn@v2 (model)`.
        paths: Where it lay in the work tree, the last at the end.
        draft: The draft that it belongs to.
        deprecated: That it is to be used no more; None when nobody says so.
    """

    id: Digest
    label: str
    name: str | None = None
    kind: str | None = None
    content: Digest | None = None
    size: int | None = None
    files: int | None = None
    is_directory: bool = False
    assurance: Assurance | None = None
    state: State | None = None
    draft: str | None = None
    released: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    deprecated: Deprecated | None = None


def mention(ledger: Ledger, artifact: Digest) -> Mention:
    """Returns an artifact as it is mentioned; one that no record has, by its id alone."""
    record = ledger.artifacts.get(artifact)
    if record is None:
        return Mention(artifact, ledger.short(artifact))
    releases = [ledger.releases[one] for one in ledger.released_as(artifact)]
    own = [release.version for release in releases if release.name == record.name]
    content = record.content
    return Mention(
        id=artifact,
        label=f"{record.name}@v{own[-1]}" if own else f"{record.name} {ledger.short(artifact)}",
        name=record.name,
        kind=record.kind,
        content=content.digest,
        size=content.size if isinstance(content, Content) else None,
        files=content.files if isinstance(content, Content) else None,
        is_directory=isinstance(content, Content) and content.listing is not None,
        assurance=assurance(record),
        state=ledger.held[artifact].state,
        draft=ledger.held[artifact].draft,
        released=tuple(
            f"{release.name}@v{release.version} ({role})"
            for release in releases
            for role, member in release.members.items()
            if member.artifact == artifact
        ),
        paths=tuple(ledger.paths_of(artifact)),
        deprecated=deprecated(ledger, artifact),
    )


def assurance(artifact: Artifact) -> Assurance:
    """Returns how far the content of an artifact is known."""
    content = artifact.content
    return "recorded" if isinstance(content, Content) else _ASSURANCES[content.reference.assurance]


def marks(run: Run) -> dict[Fact, Mark]:
    """Returns for each fact of a run whether it was observed, declared by somebody, or is unknown."""
    return {
        fact: "declared" if fact in run.declared else "unknown" if fact in run.unknown else "observed"
        for fact in get_args(Fact)
    }


def cache_of(place: Workplace) -> Cache | None:
    """Returns the cache, or None in a bare repository, which has none."""
    return None if place.git.is_bare else place.cache


def is_unverified(ledger: Ledger, artifact: Digest) -> bool:
    """Tells whether nobody has checked the bytes of an artifact, neither in its own record nor in a later one."""
    return assurance(ledger.artifacts[artifact]) == "unverified" and ledger.superseded_by(artifact) is None


def look_up(place: Workplace, ledger: Ledger, text: str) -> Target:
    """Returns what `text` names; in a bare repository by name and id only.

    Raises:
        GitprovError: GP-NAM-* as `gitprov.lineage.resolve` does.
    """
    if place.git.is_bare:
        return find(ledger, text, place.git, None, None)
    return find(ledger, text, place.git, place.worktree, place.cache, dvc=place.dvc)


def members(ledger: Ledger, target: Target, verb: str) -> dict[str, tuple[Digest, Digest | None]]:
    """Returns the artifacts that a target stands for, by role, with the run of each: one, or a release's members.

    A request stands for the release that it names.

    Raises:
        GitprovError: GP-NAM-001 when it is none of these.
    """
    record = ledger.held[target.id].stored.record
    if isinstance(record, Request) and record.release is not None:
        record = ledger.releases.get(record.release.id, record)
    match record:
        case Artifact():
            return {"": (target.id, next(reversed(ledger.makers(target.id)), None))}
        case Release(members=found):
            return {role: (member.artifact, member.run) for role, member in sorted(found.items())}
        case other:
            raise refuse_kind(ledger, target, type(other).__name__.lower(), verb)


def refuse_kind(ledger: Ledger, target: Target, kind: str, verb: str) -> GitprovError:
    """Returns the error for a record that a verb has no answer for."""
    return codes.NAM_UNKNOWN.error(
        f"{verb} answers for artifacts and releases, and {ledger.short(target.id)} is "
        f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}",
        fix=f"gitprov show {ledger.short(target.id)}",
    )


def additions(place: Workplace, paths: Iterable[str]) -> dict[str, Commit]:
    """Returns for each committed path the commit that added it; nothing before the first commit."""
    wanted = sorted(set(paths))
    return place.git.additions(wanted) if wanted and place.git.head() else {}
