"""`gitprov why`: what a thing is, which run made it, from what, and who says so: at most four steps (demand 8)."""

from collections.abc import Mapping
from typing import Literal

from gitprov.audit.facts import Mark, Mention, additions, cache_of, look_up, marks, members, mention
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.ids.recipes import UNKNOWN
from gitprov.lineage import Ledger, State
from gitprov.lineage.deprecations import Deprecated, deprecated
from gitprov.lineage.imports import Import, imports_of
from gitprov.lineage.sweeps import Choice, choices
from gitprov.ports.git import Commit
from gitprov.ports.workplace import Workplace
from gitprov.recording.code import Resolution, resolve_code
from gitprov.records import AnyContent, Release, Run
from gitprov.records.types import Fact


@dataclass(frozen=True, slots=True)
class UsedInput:
    """An input of the run. `after` tells whether it still had this content when the command had ended."""

    role: str
    artifact: Mention
    after: Literal["same", "changed", "unknown"]
    path: str | None


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The run that made an artifact.

    Attributes:
        id: Its record's id.
        record: All that it says.
        state: How far the record has come; `draft` is the draft that it belongs to.
        marks: Each fact, whether it was observed, declared, or is unknown.
        code: How its code can be had: at the recorded commit, at another one, from the stored copy, not at all
            (missing); `undecided` in a shallow or partial clone that has neither; None when none is recorded.
        commit: The commit that added the record.
        choices: The run-sets that it was chosen from.
    """

    id: Digest
    record: Run
    state: State
    draft: str | None
    marks: Mapping[Fact, Mark]
    code: Resolution | Literal["missing", "undecided", "unknown"] | None
    commit: Commit | None
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """One artifact explained.

    Attributes:
        artifact: What it is.
        content: The content as it is recorded.
        run: The run that made it; for a release's member the one that the release names; None when nobody recorded one.
        other_runs: Further runs that gave the same artifact.
        inputs: What that run read.
        commit: The commit that added the artifact's record.
        imported: What registries of other tools say of it.
    """

    artifact: Mention
    content: AnyContent | None
    run: RunFacts | None
    other_runs: tuple[Digest, ...]
    inputs: tuple[UsedInput, ...]
    commit: Commit | None
    imported: tuple[Import, ...]


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """A release: its label `churn@v2`, its record, the commit that added it, and whether it is deprecated."""

    id: Digest
    label: str
    record: Release
    state: State
    commit: Commit | None
    deprecated: Deprecated | None


@dataclass(frozen=True, slots=True)
class Why:
    """The answer.

    Attributes:
        asked: The name, as typed.
        how: How it was found, in words.
        release: What was asked for, when it was a release.
        members: Role to explanation; the one role of an artifact is "".
    """

    asked: str
    how: str
    release: ReleaseFacts | None
    members: Mapping[str, Explained]


def why(place: Workplace, ledger: Ledger, text: str) -> Why:
    """Explains an artifact, the bytes at a path, or each member of a release.

    Raises:
        GitprovError: GP-NAM-* when the name fits nothing, several things, or a record of another kind.
    """
    target = look_up(place, ledger, text)
    wanted = members(ledger, target, "why")
    concerned = {target.id, *(one for pair in wanted.values() for one in pair if one is not None)}
    commits = additions(place, (ledger.held[one].stored.path for one in concerned if one in ledger.held))
    record = ledger.held[target.id].stored.record
    release = (
        ReleaseFacts(
            target.id,
            f"{record.name}@v{record.version}",
            record,
            ledger.held[target.id].state,
            _commit(ledger, target.id, commits),
            deprecated(ledger, target.id),
        )
        if isinstance(record, Release)
        else None
    )
    explained = {role: _explain(place, ledger, artifact, run, commits) for role, (artifact, run) in wanted.items()}
    return Why(text, target.how, release, explained)


def _explain(
    place: Workplace, ledger: Ledger, artifact: Digest, run: Digest | None, commits: Mapping[str, Commit]
) -> Explained:
    record = ledger.artifacts.get(artifact)
    made = ledger.runs.get(run) if run else None
    return Explained(
        artifact=mention(ledger, artifact),
        content=record.content if record else None,
        run=_run(place, ledger, run, made, commits) if run and made else None,
        other_runs=tuple(one for one in ledger.makers(artifact) if one != run),
        inputs=tuple(
            UsedInput(role, mention(ledger, used.artifact), used.after, used.path)
            for role, used in sorted(made.inputs.items() if made else ())
        ),
        commit=_commit(ledger, artifact, commits),
        imported=tuple(imports_of(ledger, artifact)),
    )


def _run(place: Workplace, ledger: Ledger, run: Digest, record: Run, commits: Mapping[str, Commit]) -> RunFacts:
    held = ledger.held[run]
    return RunFacts(
        id=run,
        record=record,
        state=held.state,
        draft=held.draft,
        marks=marks(record),
        code=_code(place, record),
        commit=_commit(ledger, run, commits),
        choices=choices(ledger, run),
    )


def _code(place: Workplace, run: Run) -> Resolution | Literal["missing", "undecided", "unknown"] | None:
    if run.code is None:
        return None
    if run.code.digest == UNKNOWN:
        return "unknown"
    found = resolve_code(place.git, cache_of(place), run)
    return found or ("undecided" if place.git.is_partial else "missing")


def _commit(ledger: Ledger, record: Digest, commits: Mapping[str, Commit]) -> Commit | None:
    held = ledger.held.get(record)
    return commits.get(held.stored.path) if held else None
