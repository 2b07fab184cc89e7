"""`gitprov status`: the work tree against the records."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Literal

from gitprov.audit.facts import Mention, mention
from gitprov.audit.versions import ReleaseState, release_state
from gitprov.errors import Exit, GitprovError
from gitprov.frozen import dataclass
from gitprov.ids import Digest, Md5
from gitprov.lineage import Ledger
from gitprov.ports.workplace import Workplace
from gitprov.recording.choosing import expected_artifacts
from gitprov.recording.drafts import draft_name, draft_names, pending_names
from gitprov.recording.naming import expected_at, expected_md5s, is_same
from gitprov.records import Content, Run

Presence = Literal["unchanged", "older", "changed", "missing", "not pulled", "gone"]
"""What a path holds: what git expects there, or its last record; an earlier one; other bytes; nothing, though the cache
has the bytes; nothing, and they are to be pulled; nothing, and neither git nor DVC expects it any more."""


@dataclass(frozen=True, slots=True)
class PathState:
    """A path that records know.

    Attributes:
        path: From the top of the work tree.
        presence: What it holds.
        artifact: The artifact that it holds, else the one that is expected there.
        step: The step that made that artifact.
        stage: The stage of dvc.yaml that makes the path now; looked up for a changed path only.
        can_capture: Whether `.dvc` or dvc.lock name the changed bytes already, so that `capture` records them.
        problem: Why it cannot be read, when it cannot.
    """

    path: str
    presence: Presence
    artifact: Mention
    step: str | None
    problem: str | None = None
    stage: str | None = None
    can_capture: bool = False


@dataclass(frozen=True, slots=True)
class DraftState:
    """A draft: its name, the step that ran, and what it made."""

    name: str
    step: str
    made: tuple[Mention, ...]


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
        restores_all: Whether `restore` without a path brings back all that is absent, and changes nothing else.
    """

    paths: tuple[PathState, ...]
    drafts: tuple[DraftState, ...]
    unfinished: tuple[str, ...]
    staged: Mapping[str, int]
    releases: tuple[ReleaseState, ...]
    broken: tuple[str, ...]
    restores_all: bool


def status(place: Workplace, ledger: Ledger) -> Status:
    """Compares the work tree with the records.

    Raises:
        GitprovError: GP-GIT-004 in a bare repository.
    """
    staged = Counter(
        type(held.stored.record).__name__.lower() for held in ledger.held.values() if held.state == "staged"
    )
    last = [list(ledger.releases_of(name).values())[-1] for name in ledger.released_names()]
    paths = ledger.paths()
    absent = [path for path in paths if place.worktree.kind(path) is None]
    expected = place.git.tracked([*absent, *(f"{path}.dvc" for path in absent)])
    md5_at = expected_md5s(place.git, place.worktree, place.dvc)
    states = tuple(_path_state(place, ledger, path, md5_at, expected) for path in paths)
    return Status(
        paths=states,
        drafts=tuple(_drafts(place, ledger)),
        unfinished=tuple(pending_names(place)),
        staged=dict(sorted(staged.items())),
        releases=tuple(release_state(ledger, newest) for newest in last),
        broken=tuple(sorted(ledger.broken)),
        restores_all=bool(absent) and _restores_all(place, ledger, states),
    )


def _restores_all(place: Workplace, ledger: Ledger, states: Iterable[PathState]) -> bool:
    try:
        expected = expected_artifacts(place, ledger)
    except GitprovError:  # a file of DVC's that cannot be read stops it
        return False
    for one in states:
        wanted = expected.get(one.path)
        match one.presence:
            case "missing" | "not pulled" if wanted is None and one.artifact.assurance != "unverified":
                return False
            case "changed" | "older" if wanted is not None and (one.presence, wanted) != ("older", one.artifact.id):
                return False
    return True


def _path_state(
    place: Workplace,
    ledger: Ledger,
    path: str,
    md5_at: Callable[[str], Md5 | None],
    expected: Collection[str],
) -> PathState:
    recorded = ledger.at_path(path)
    md5, problem = None, None
    try:
        md5 = md5_at(path)
    except GitprovError as error:
        problem = error.what
    last = expected_at(ledger, path, md5) or recorded[-1]
    stage = None
    can_capture = False
    if place.worktree.kind(path) is not None:
        try:
            found = place.cache.snapshot(path, keep=False, progress=place.progress).content
        except GitprovError as error:
            if error.code.exit is Exit.USAGE and not error.code.id.startswith("GP-PTH"):
                raise  # the settings are broken, not the path
            presence: Presence = "changed"
            problem = error.what
        else:
            held = [one for one in recorded if is_same(ledger.artifacts[one].content, found)]
            here = last if last in held else held[-1] if held else None
            presence = "changed" if here is None else "unchanged" if here in (last, recorded[-1]) else "older"
            last = here or last
            can_capture = presence == "changed" and found.md5 == md5
    else:
        presence = _absent(place, ledger, path, last, expected)
    runs = ledger.makers(last)
    step = ledger.runs[runs[-1]].step if runs else None
    if presence == "changed":
        stage = next((one.name for one in place.dvc.stages() if path in (*one.outs, *one.git_outs)), None)
    return PathState(path, presence, mention(ledger, last), step, problem, stage, can_capture)


def _absent(place: Workplace, ledger: Ledger, path: str, artifact: Digest, expected: Collection[str]) -> Presence:
    """Tells apart bytes that are near, bytes that are far, and a path that nobody wants back."""
    wanted = not {path, f"{path}.dvc"}.isdisjoint(expected) or ledger.held[artifact].draft is not None
    if not wanted and not _is_owned(place, path):
        return "gone"
    content = ledger.artifacts[artifact].content
    if not isinstance(content, Content):
        return "not pulled"
    try:
        return "not pulled" if place.cache.missing(place.cache.objects(content)) else "missing"
    except GitprovError:
        return "not pulled"


def _is_owned(place: Workplace, path: str) -> bool:
    try:
        return place.dvc.owner(path) is not None
    except GitprovError:  # a broken file of DVC's, perhaps the one that owns it
        return True


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
