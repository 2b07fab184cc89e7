"""`gitprov log`: what was recorded, newest first."""

from collections.abc import Mapping
from typing import Literal

from gitprov.audit.facts import Mark, Mention, additions, look_up, marks, mention
from gitprov.frozen import dataclass
from gitprov.ids import Digest, Value
from gitprov.ids.names import is_name
from gitprov.lineage import Held, Ledger, State
from gitprov.lineage.imports import foreign, imports_named
from gitprov.lineage.naming import title as called
from gitprov.lineage.sweeps import Choice, choices
from gitprov.ports.git import Commit
from gitprov.ports.workplace import Workplace
from gitprov.records import Deployment, Evaluation, Event, Release, Request, Run, TrustRoot

Happening = Run | Release | Evaluation | Event | TrustRoot | Request | Deployment
Kind = Literal["run", "release", "evaluation", "event", "trust", "request", "deployment"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log.

    Attributes:
        id: The record.
        kind: Which type of record it is.
        state: How far it has come.
        time: When it happened, RFC 3339 UTC; "" when nobody knows and it is not committed.
        time_from: Whether the record says so, or the commit that added it (which anybody can set).
        actor: Who, as the record says; None where records of this type name nobody.
        mark: Whether the actor was observed, declared, or is unknown.
        title: The step of a run, `churn@v2` of a release, the suite of an evaluation, what an event says, what else
            people call it.
        artifacts: What it is about: a run's outputs, a release's members, an evaluation's subject; by role.
        metrics: The metrics of an evaluation.
        exit: The exit status of a run.
        commit: The commit that added the record.
        choices: The run-sets that a run was chosen from.
    """

    id: Digest
    kind: Kind
    state: State
    time: str
    time_from: Literal["record", "commit", "unknown"]
    actor: str | None
    mark: Mark | None
    title: str
    artifacts: Mapping[str, Mention]
    metrics: Mapping[str, Value] | None
    exit: int | None
    commit: Commit | None
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Log:
    """The log: `entries` newest first, and how many more there are beyond the limit."""

    entries: tuple[Entry, ...]
    more: int


def log(place: Workplace, ledger: Ledger, text: str | None = None, *, limit: int | None = None) -> Log:
    """Returns all records but artifacts and evidence, newest first.

    Args:
        place: The ports.
        ledger: The records.
        text: A name (of artifacts, releases or a step), or whatever names one record; None for everything.
        limit: The most entries to return.

    Raises:
        GitprovError: GP-NAM-* when the name fits nothing.
    """
    about = _about(place, ledger, text) if text is not None else None
    known = ledger.held.values() if about is None else [ledger.held[one] for one in about if one in ledger.held]
    wanted = [(held, held.stored.record) for held in known if isinstance(held.stored.record, Happening)]
    commits = additions(place, (held.stored.path for held, record in wanted if not _time(record)))
    newest = sorted(wanted, key=lambda pair: _key(pair[0], pair[1], commits), reverse=True)
    shown = newest[:limit]
    commits |= additions(place, (held.stored.path for held, _ in shown if held.stored.path not in commits))
    return Log(tuple(_entry(ledger, held, record, commits) for held, record in shown), len(newest) - len(shown))


def _about(place: Workplace, ledger: Ledger, text: str) -> set[Digest]:
    """Returns the records that concern what `text` names: all of a name or a step, else one record and its making."""
    if is_name(text):
        named = set(ledger.named(text))
        found = {run for one in named for run in ledger.makers(one)}
        found |= {*ledger.runs_of(text), *ledger.releases_of(text).values(), *ledger.concerning(text)}
        found |= {one.event for one in imports_named(ledger, text)}
        if found:
            return found | {event for one in named | found for event in ledger.concerning(one)}
    target = look_up(place, ledger, text).id
    release = ledger.releases.get(target)
    if release is not None:
        found = {target, *(member.run for member in release.members.values()), *ledger.evaluations_of(release.set_)}
    else:
        found = {target, *ledger.makers(target), *ledger.released_as(target), *ledger.evaluations_of(target)}
    return found | {event for one in found for event in ledger.concerning(one)}


def _happened(ledger: Ledger, event: Event) -> str:
    """Returns what an event is: its kind, the releases that it is about, and why if it is about anything.

    One that was imported is what the other tool says.
    """
    if (says := foreign(event)) is not None:
        return says.words
    releases = [f" of {called(ledger.releases[one])}" for one in event.subjects if one in ledger.releases]
    return "".join([event.kind, *releases, f": {event.reason}" if event.subjects else ""])


def _time(record: Happening) -> str:
    match record:
        case Run(started=started, finished=finished):
            return finished or started or ""
        case Evaluation(evaluated=time) | Event(at=time) | Request(evaluated_at=time) | Deployment(observed_at=time):
            return time
    return ""


def _key(held: Held, record: Happening, commits: Mapping[str, Commit]) -> tuple[str, int, int, Digest]:
    """What to sort by: when it happened, and within a second what needs the other later.

    What has no time of its own and no commit yet is the newest.
    """
    commit = commits.get(held.stored.path)
    match record:
        case Run():
            rank, version = int(record.command is not None), 0
        case Release():
            rank, version = 3, record.version
        case _:
            rank, version = 2, 0
    return (
        _time(record) or (commit.time if commit else "" if held.state == "committed" else "~"),
        rank,
        version,
        held.id,
    )


def _entry(ledger: Ledger, held: Held, record: Happening, commits: Mapping[str, Commit]) -> Entry:
    commit = commits.get(held.stored.path)
    kind: Kind
    actor: str | None = None
    mark: Mark | None = None
    artifacts: dict[str, Digest] = {}
    match record:
        case Run():
            kind, title, actor, mark = "run", record.step, record.actor, marks(record)["actor"]
            artifacts = {role: made.artifact for role, made in sorted(record.outputs.items())}
        case Release():
            kind, title = "release", f"{record.name}@v{record.version}"
            artifacts = {role: member.artifact for role, member in sorted(record.members.items())}
        case Evaluation():
            kind, title, actor = "evaluation", f"{record.name} on {record.suite}", record.actor
            artifacts = {"": record.subject.artifact} if record.subject.artifact else {}
        case Event():
            kind, title, actor = "event", _happened(ledger, record), record.actor
            artifacts = {str(number): one for number, one in enumerate(record.subjects) if one in ledger.artifacts}
        case Deployment():
            kind, title = "deployment", called(record)
            artifacts = {role: member.artifact for role, member in sorted(record.members.items())}
        case TrustRoot() | Request():
            kind, title = "trust" if isinstance(record, TrustRoot) else "request", called(record)
    time = _time(record)
    return Entry(
        id=held.id,
        kind=kind,
        state=held.state,
        time=time or (commit.time if commit else ""),
        time_from="record" if time else "commit" if commit else "unknown",
        actor=actor,
        mark=mark,
        title=title,
        artifacts={role: mention(ledger, one) for role, one in artifacts.items()},
        metrics=record.metrics if isinstance(record, Evaluation) else None,
        exit=record.exit if isinstance(record, Run) else None,
        commit=commit,
        choices=choices(ledger, held.id),
    )
