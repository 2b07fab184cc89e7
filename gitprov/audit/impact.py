"""`gitprov impact`: what came of an artifact, of some code or of a time, and what serves of it (demand 9)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from posixpath import normpath
from typing import Literal

from gitprov.audit.dates import DAY_BEGINS, DAY_ENDS, date_given
from gitprov.audit.facts import Mention, look_up, members, mention
from gitprov.audit.gather import protected_ref
from gitprov.audit.history import Deployed
from gitprov.audit.in_effect import Source, read_promotions, source
from gitprov.check.effect import deployments, judge
from gitprov.check.landed import Gathered, Landed
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.ids.recipes import UNKNOWN
from gitprov.lineage import Ledger, State
from gitprov.lineage.impact import Downstream, downstream
from gitprov.lineage.naming import title, unknown
from gitprov.ports.workplace import Workplace
from gitprov.recording.code import left_out
from gitprov.records import Run

Answer = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class Window:
    """A time that runs are asked for, RFC 3339 UTC, ends included; None has no end."""

    start: str | None = None
    end: str | None = None

    def meets(self, run: Run) -> Answer:
        """Tells whether a run went on within it."""
        first, last = run.started or run.finished, run.finished or run.started
        if first is None or last is None:
            return "unknown" if self.start is not None or self.end is not None else "yes"
        early = self.start is not None and _time(last) < _time(self.start)
        late = self.end is not None and _time(first) > _time(self.end)
        return "no" if early or late else "yes"


@dataclass(frozen=True, slots=True)
class Review:
    """A release `churn@v2`, or an evaluation `holdout of churn@v2`, that stands on what is called into question."""

    id: Digest
    type: Literal["release", "evaluation"]
    label: str
    state: State


@dataclass(frozen=True, slots=True)
class Serving:
    """A release that serves, or was deployed.

    Attributes:
        place: Name and stage, `churn/production`.
        release: `churn@v2`.
        request: The request that put it there, `churn/production/3`.
        in_effect: Whether it is in effect now.
        deployments: What deployers put in place of it, in the order in which it landed.
    """

    place: str
    release: str
    request: str
    in_effect: bool
    deployments: tuple[Deployed, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """The answer.

    Attributes:
        asked: What is called into question, in words.
        source: Where deployments were read; None without a trust root, where nothing is deployed.
        runs: The runs that are called into question, when code or a time is.
        unknown: Those of the runs of which nobody knows the code, or the time, that is asked for.
        roots: The artifacts that are called into question.
        retrain: What was made from them, nearest first.
        review: Releases, then evaluations, that stand on any of these.
        deployed: Releases of those that serve, first, or were deployed.
        disposed: Artifacts of all these whose bytes are gone.
    """

    asked: str
    source: Source | None
    runs: tuple[Digest, ...]
    unknown: tuple[Digest, ...]
    roots: tuple[Mention, ...]
    retrain: tuple[Mention, ...]
    review: tuple[Review, ...]
    deployed: tuple[Serving, ...]
    disposed: tuple[Mention, ...]


def impact(
    place: Workplace,
    ledger: Ledger,
    text: str | None = None,
    *,
    source_name: str | None = None,
    code: str | None = None,
    start: str | None = None,
    end: str | None = None,
) -> Impact:
    """Returns what came of one thing: of an artifact, a path or the members of a release; a source; or some runs.

    Runs are those that used some code, or went on at some time, or both. Where nobody knows which code a run used, or
    when it was, it counts.

    Args:
        place: The ports.
        ledger: The records; it takes in all that landed, whatever branch is checked out.
        text: An artifact, a path or a release.
        source_name: Every artifact of this name.
        code: A file or folder; runs of any code, and what was added, when only a time is given.
        start: The day or time from which on runs count.
        end: The last one.

    Raises:
        GitprovError: GP-USE-001 when it is not one thing, or a date is none; GP-NAM-* when a name fits nothing or
            several things; GP-NAM-001 when no run ever used the code; GP-PTH-001; GP-GIT-005 and others as
            `read_promotions` raises them, save that there need be no trust root.
    """
    of_runs = any(value is not None for value in (code, start, end))
    if (text is not None) + (source_name is not None) + of_runs != 1:
        what = "name one artifact, or --source, or --code and a time"
        raise codes.USE_ARGUMENT.error(what, fix="gitprov impact --help")
    window = Window(date_given(start, "--from", DAY_BEGINS), date_given(end, "--to", DAY_ENDS))
    gathered = _everything(place, ledger)
    if text is not None:
        roots = [one for one, _ in members(ledger, look_up(place, ledger, text), "impact").values()]
        return _answer(ledger, gathered, text, downstream(ledger, roots), {})
    if source_name is not None:
        if not (named := ledger.named(source_name)):
            raise unknown(ledger, source_name)
        return _answer(ledger, gathered, f"every {source_name}", downstream(ledger, named), {})
    asked, chosen = "every run", _runs(ledger, lambda _: "yes")
    if code is not None:
        path = normpath(code) if place.git.is_bare else place.git.relative(code)
        asked, chosen = f"code {path}", _with_code(place, ledger, path)
    asked += f" from {window.start}" if window.start is not None else ""
    asked += f" to {window.end}" if window.end is not None else ""
    answers = {one: {answer, window.meets(ledger.runs[one])} for one, answer in chosen.items()}
    runs = {one: "unknown" in both for one, both in answers.items() if "no" not in both}
    return _answer(ledger, gathered, asked, downstream(ledger, runs=runs), runs)


def _with_code(place: Workplace, ledger: Ledger, path: str) -> dict[Digest, Answer]:
    """Returns the runs that used code at a path, or may have."""
    found = _runs(ledger, _uses(place, path))
    if not found:
        why = "records name code by its path from the top of the repository"
        raise codes.NAM_UNKNOWN.error(f"no run used code at {path}", why=why, fix="gitprov log  # lists the runs")
    return found


def _runs(ledger: Ledger, ask: Callable[[Run], Answer]) -> dict[Digest, Answer]:
    answers = {one: ask(run) for one, run in ledger.runs.items()}
    return {one: answer for one, answer in answers.items() if answer != "no"}


def _everything(place: Workplace, ledger: Ledger) -> Gathered | None:
    """Takes what landed into the ledger, and returns it; None without a trust root."""
    try:
        protected_ref(place.git)
    except GitprovError as error:
        if error.code is codes.TRU_NONE:
            return None
        raise
    gathered = read_promotions(place)
    for one, held in gathered.landed.ledger.held.items():
        if one not in ledger.held:
            ledger.take(held)
    return gathered


def _answer(
    ledger: Ledger,
    gathered: Gathered | None,
    asked: str,
    found: Downstream,
    runs: Mapping[Digest, bool],
) -> Impact:
    """Returns the answer; `runs` tells of each whether it counts only since nobody knows."""

    def mentions(artifacts: Iterable[Digest]) -> tuple[Mention, ...]:
        return tuple(mention(ledger, one) for one in artifacts)

    served = _serving(gathered.landed, set(found.releases)) if gathered is not None else ()
    return Impact(
        asked=asked,
        source=source(gathered) if gathered is not None else None,
        runs=tuple(sorted(runs)),
        unknown=tuple(sorted(one for one, is_unknown in runs.items() if is_unknown)),
        roots=mentions(found.roots),
        retrain=mentions(found.retrain),
        review=tuple(_reviews(ledger, found)),
        deployed=tuple(sorted(served, key=lambda one: (not one.in_effect, one.request))),
        disposed=mentions(found.disposed),
    )


def _reviews(ledger: Ledger, found: Downstream) -> Iterator[Review]:
    for one in found.releases:
        yield Review(one, "release", title(ledger.releases[one]), ledger.held[one].state)
    sets: dict[Digest | None, str] = {release.set_: title(release) for release in ledger.releases.values()}
    for one in found.evaluations:
        record = ledger.evaluations[one]
        artifact = record.subject.artifact
        about = mention(ledger, artifact).label if artifact is not None else sets.get(record.subject.set_, record.name)
        yield Review(one, "evaluation", f"{record.suite} of {about}", ledger.held[one].state)


def _serving(landed: Landed, releases: set[Digest]) -> Iterator[Serving]:
    placed: dict[Digest, list[Deployed]] = defaultdict(list)
    for one in deployments(landed):
        placed[one.record.request].append(Deployed(one.id, one.record.observed_at, one.people))
    for name in sorted({landed.ledger.releases[one].name for one in releases if one in landed.ledger.releases}):
        timeline = judge(landed, name)
        for asked in timeline.asked:
            release, stage = asked.request.release, asked.request.stage
            if release is None or release.id not in releases:
                continue
            now = timeline.effective(stage, landed.chain.head)
            serves = now is not None and now.id == asked.id
            if serves or asked.id in placed:
                label = f"{name}@v{release.version}"
                yield Serving(f"{name}/{stage}", label, asked.request.label, serves, tuple(placed[asked.id]))


def _uses(place: Workplace, path: str) -> Callable[[Run], Answer]:
    """Returns what tells whether a run used code at a path; git is asked once for each commit."""

    @cache
    def has(commit: str) -> Answer:
        state = place.git.code_at(commit, [path], [])
        return "unknown" if state is None else "yes" if state.entries else "no"

    def uses(run: Run) -> Answer:
        code = run.code
        if code is None or code.digest == UNKNOWN:
            return "unknown" if run.command is not None else "no"
        if any(_within(top, path) for top in code.paths):
            return "yes"
        if not any(_within(path, top) for top in code.paths) or any(_within(path, out) for out in left_out(run)):
            return "no"
        if code.commit is None or code.dirty or "dirty" in run.unknown:
            return "unknown"
        return has(code.commit.removeprefix("git:"))

    return uses


def _within(path: str, top: str) -> bool:
    return top in (".", path) or path.startswith(f"{top}/")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
