"""`gitprov status`: the work tree against the records, and the versions of one name."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from gitprov.audit.facts import Mark, Mention, marks, mention
from gitprov.errors import GitprovError
from gitprov.ids import Digest, Value
from gitprov.lineage import Ledger, State
from gitprov.lineage.differences import flatten, latest_by_suite, same
from gitprov.lineage.naming import unknown
from gitprov.ports.workplace import Workplace
from gitprov.recording.drafts import draft_name, draft_names
from gitprov.recording.naming import is_same
from gitprov.recording.pending import pending_names
from gitprov.records import Content, Run

Presence = Literal["unchanged", "older", "changed", "missing", "not pulled", "gone"]
"""What a path holds: its last record; an earlier one; other bytes; nothing, though the cache has the bytes; nothing,
and they are to be pulled; nothing, and neither git nor DVC expects it any more."""


@dataclass(frozen=True, slots=True)
class PathState:
    """A path that records know.

    Attributes:
        path: From the top of the work tree.
        presence: What it holds.
        artifact: The artifact that it holds, else the last one that was recorded there.
        step: The step that made that artifact.
        problem: Why it cannot be read, when it cannot.
    """

    path: str
    presence: Presence
    artifact: Mention
    step: str | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class DraftState:
    """A draft: its name, the step that ran, and what it made."""

    name: str
    step: str
    made: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class ReleaseState:
    """The last release of a name."""

    label: str
    state: State
    members: Mapping[str, Mention]


@dataclass(frozen=True, slots=True)
class Status:
    """The work tree against the records.

    Attributes:
        paths: Every path that records know, sorted.
        drafts: What `run` left and `keep` would stage.
        unfinished: Runs whose command succeeded and whose outputs are still to be read.
        staged: Records that are in the index and not committed: what they are, to how many there are.
        releases: The last release of each name.
        broken: Record files that cannot be read.
    """

    paths: tuple[PathState, ...]
    drafts: tuple[DraftState, ...]
    unfinished: tuple[str, ...]
    staged: Mapping[str, int]
    releases: tuple[ReleaseState, ...]
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a name.

    Attributes:
        artifact: What it is.
        made: When, RFC 3339 UTC; None when nobody knows.
        run: The run that made it last; None when nobody recorded one.
        step, actor, mark: Of that run.
        params: Those of its parameters that are not the same in every version.
        metrics: Its metrics by suite.
    """

    artifact: Mention
    made: str | None
    run: Digest | None
    step: str | None
    actor: str | None
    mark: Mark | None
    params: Mapping[str, Value]
    metrics: Mapping[str, Mapping[str, Value]]


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of a name, newest first, and its releases."""

    name: str
    versions: tuple[Version, ...]
    releases: tuple[ReleaseState, ...]


def status(place: Workplace, ledger: Ledger) -> Status:
    """Compares the work tree with the records.

    Raises:
        GitprovError: GP-GIT-004 in a bare repository.
    """
    staged = Counter(
        type(held.stored.record).__name__.lower() for held in ledger.held.values() if held.state == "staged"
    )
    newest: dict[str, Digest] = {}
    for one, release in ledger.releases.items():
        known = newest.get(release.name)
        if known is None or ledger.releases[known].version < release.version:
            newest[release.name] = one
    paths = ledger.paths()
    absent = [path for path in paths if place.worktree.kind(path) is None]
    expected = place.git.tracked([*absent, *(f"{path}.dvc" for path in absent)])
    return Status(
        paths=tuple(_path_state(place, ledger, path, expected) for path in paths),
        drafts=tuple(_drafts(place, ledger)),
        unfinished=tuple(pending_names(place)),
        staged=dict(sorted(staged.items())),
        releases=tuple(_release_state(ledger, newest[name]) for name in sorted(newest)),
        broken=tuple(sorted(ledger.broken)),
    )


def versions(ledger: Ledger, name: str) -> Versions:
    """Returns the versions of a name, or the releases of one that only releases have.

    Raises:
        GitprovError: GP-NAM-001 or -003 when nothing has the name.
    """
    artifacts, releases = ledger.named(name), ledger.releases_of(name)
    if not artifacts and not releases:
        raise unknown(ledger, name)
    runs = {one: next(reversed(ledger.makers(one)), None) for one in artifacts}
    params = {one: flatten(ledger.runs[run].params or {}) if run else {} for one, run in runs.items()}
    keys = sorted({key for values in params.values() for key in values})
    differing = [
        key
        for key in keys
        if not all(key in values and same(values[key], params[artifacts[0]].get(key)) for values in params.values())
    ]
    found = [
        _version(ledger, one, runs[one], {".".join(key): params[one][key] for key in differing if key in params[one]})
        for one in reversed(artifacts)
    ]
    return Versions(name, tuple(found), tuple(_release_state(ledger, one) for one in reversed(releases.values())))


def _version(ledger: Ledger, artifact: Digest, run: Digest | None, params: Mapping[str, Value]) -> Version:
    record = ledger.runs[run] if run else None
    return Version(
        artifact=mention(ledger, artifact),
        made=ledger.made(artifact) or None,
        run=run,
        step=record.step if record else None,
        actor=record.actor if record else None,
        mark=marks(record)["actor"] if record else None,
        params=params,
        metrics={suite: evaluation.metrics for suite, evaluation in latest_by_suite(ledger, artifact).items()},
    )


def _path_state(place: Workplace, ledger: Ledger, path: str, expected: Collection[str]) -> PathState:
    recorded = ledger.at_path(path)
    last = recorded[-1]
    problem = None
    if place.worktree.kind(path) in ("file", "directory"):
        try:
            found = place.cache.snapshot(path, keep=False, progress=place.progress).content
        except GitprovError as error:
            presence: Presence = "changed"
            problem = error.what
        else:
            held = [one for one in recorded if is_same(ledger.artifacts[one].content, found)]
            presence = "changed" if not held else "unchanged" if held[-1] == last else "older"
            last = held[-1] if held else last
    elif place.worktree.kind(path) is not None:
        presence, problem = "changed", "it is no regular file or directory any more"
    else:
        presence = _absent(place, ledger, path, last, expected)
    runs = ledger.makers(last)
    return PathState(path, presence, mention(ledger, last), ledger.runs[runs[-1]].step if runs else None, problem)


def _absent(place: Workplace, ledger: Ledger, path: str, artifact: Digest, expected: Collection[str]) -> Presence:
    """Tells apart bytes that are near, bytes that are far, and a path that nobody wants back."""
    wanted = not {path, f"{path}.dvc"}.isdisjoint(expected) or ledger.held[artifact].draft is not None
    if not wanted and place.dvc.owner(path) is None:
        return "gone"
    content = ledger.artifacts[artifact].content
    if not isinstance(content, Content):
        return "not pulled"
    try:
        return "not pulled" if place.cache.missing(place.cache.objects(content)) else "missing"
    except GitprovError:
        return "not pulled"


def _drafts(place: Workplace, ledger: Ledger) -> Iterator[DraftState]:
    runs = {
        draft_name(held.stored, held.stored.record.step): held.stored.record
        for held in [*ledger.held.values(), *ledger.copies]
        if isinstance(held.stored.record, Run) and held.state == "draft"
    }
    for name in draft_names(place):
        if name in runs:
            made = tuple(mention(ledger, out.artifact) for _, out in sorted(runs[name].outputs.items()))
            yield DraftState(name, runs[name].step, made)


def _release_state(ledger: Ledger, release: Digest) -> ReleaseState:
    record = ledger.releases[release]
    return ReleaseState(
        f"{record.name}@v{record.version}",
        ledger.held[release].state,
        {role: mention(ledger, member.artifact) for role, member in sorted(record.members.items())},
    )
