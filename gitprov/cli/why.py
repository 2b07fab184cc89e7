"""`gitprov why`."""

import shlex
from collections.abc import Iterator

import click

from gitprov.audit.why import Explained, ReleaseFacts, RunFacts, Why, why
from gitprov.cli.render import (
    UNVERIFIED,
    bold,
    columns,
    deprecated_line,
    doubt,
    extent,
    imported_line,
    in_words,
    label,
    loud,
    one_line,
    short,
    show_answer,
    time_in_words,
)
from gitprov.cli.text import many
from gitprov.cli.writing import json_option
from gitprov.errors import catalogue as codes
from gitprov.lineage.deprecations import Deprecated
from gitprov.lineage.naming import split_stage
from gitprov.lineage.sweeps import best_of
from gitprov.lineage.values import flatten
from gitprov.ports.git import Commit
from gitprov.records import Environment
from gitprov.records.types import Fact
from gitprov.wiring.asking import open_asking
from gitprov.wiring.project import Project

Row = list[str]
Step = tuple[str, list[Row] | None]
"""A heading and what stands below it; a step without rows (None) has no answer here and is left out."""

_CODE = {
    "commit": "that commit has it",
    "history": "another commit has it",
    "stored": "the stored copy has it",
    "undecided": "a shallow clone cannot tell whether it can be had: git fetch --unshallow",
}


@click.command()
@click.argument("name", metavar="NAME/STAGE|ARTIFACT|PATH|RELEASE")
@click.option(
    "--as-of",
    metavar="DATE|COMMIT",
    help="Of NAME/STAGE: what served then. A commit of the protected ref is exact; a date is UTC, a day is its end.",
)
@json_option
def command(name: str, as_of: str | None, as_json: bool) -> None:
    """Explain what serves, or an artifact, in four steps at most.

    NAME/STAGE: what serves and since when; who moved it there and on what evidence; what it was made from; what changed
    since the release before. A date is looked up by deployers' clocks, and where nobody deployed by what the commit
    claims. An artifact: what it is; the run that made it; the inputs, code and environment; who recorded it and when.
    What somebody said and nobody measured is marked declared, what nobody knows is marked unknown, and content that
    nobody has checked is marked unverified. Works in a bare clone too, by name or id.

    Example: gitprov why churn-model/production --as-of 2026-11-21
    """
    if _explain_stage(name, as_of, as_json=as_json):
        return
    if as_of is not None:
        raise codes.USE_ARGUMENT.error(f"--as-of asks what served, and {name} is nothing that was promoted")
    project, ledger = open_asking(remember=True)
    found = why(project, ledger, name)
    show_answer("why", found, lines(found), as_json=as_json)


def _explain_stage(name: str, as_of: str | None, *, as_json: bool) -> bool:
    """Explains what serves, if that is what the name says; tells whether it does."""
    place = split_stage(name)
    if place is None:
        return False
    from gitprov.audit.in_effect import is_promoted

    project = Project(remember=True)
    if not is_promoted(project, *place):
        return False
    from gitprov.audit.why_stage import why_stage
    from gitprov.cli.stage import why_lines

    found = why_stage(project, *place, as_of)
    show_answer("serving", found, why_lines(found), as_json=as_json)
    return True


def lines(found: Why) -> Iterator[str]:
    """Yields the answer for people."""
    if found.release is None:
        (explained,) = found.members.values()
        steps: list[Step] = [
            (_what_heading(explained), _what(explained)),
            (_run_heading(explained.run), _run(explained.run)),
            ("it was made from", _sources(explained)),
            (f"recorded by {_who(explained)}", _when(explained)),
        ]
    else:
        steps = list(_release_steps(found.release, found))
    for number, (heading, rows) in enumerate((step for step in steps if step[1] is not None), start=1):
        yield f"{bold(f'{number}.')} {heading}"
        yield from columns(rows or [], "   ")


def _release_steps(release: ReleaseFacts, found: Why) -> Iterator[Step]:
    several = found.members
    rows = [["id", release.id], ["set", release.record.set_], *_state(release.state, None), *_gone(release.deprecated)]
    for role, one in several.items():
        place = ", ".join(one.artifact.paths[-1:])
        rows.append([one_line(role), f"{label(one.artifact)}, {extent(one.artifact)}, {one_line(place)}"])
    yield f"{bold(release.label)} is a release of {many(len(several), 'member')}", rows
    runs = [(role, _run_heading(one.run), _run(one.run)) for role, one in several.items()]
    yield "its members were made by", _by_role(runs)
    sources = [(role, "", made_of) for role, one in several.items() if (made_of := _sources(one)) is not None]
    yield "they were made from", _by_role(sources) if sources else None
    who = _by_role([(role, _who(one), _when(one)) for role, one in several.items()])
    yield "recorded by", [["release", _commit(release.commit, release.state)], *who]


def _by_role(found: list[tuple[str, str, list[Row]]]) -> list[Row]:
    rows: list[Row] = []
    for role, heading, below in found:
        rows.append([bold(role), heading])
        rows += [[f"  {first}", *rest] for first, *rest in below]
    return rows


def _what_heading(one: Explained) -> str:
    artifact = one.artifact
    kind = artifact.kind or "record"
    heading = f"{bold(artifact.name or artifact.label)} is {_one(kind)}"
    if artifact.released:
        heading += f", released as {one_line(', '.join(artifact.released))}"
    return f"{heading}, {doubt(artifact)}" if doubt(artifact) else heading


def _one(kind: str) -> str:
    """Returns a kind as one thing: `a model`; a kind in the plural has no article."""
    if kind.endswith("s"):
        return f"an artifact of kind {one_line(kind)}"
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {one_line(kind)}"


def _what(one: Explained) -> list[Row]:
    artifact = one.artifact
    rows = [["id", artifact.id]]
    if artifact.content:
        rows.append(["content", artifact.content])
    if artifact.size is not None:
        rows.append(["size", extent(artifact)])
    elif artifact.assurance == "unverified":
        rows.append(["", loud(UNVERIFIED)])
    if artifact.paths:
        rows.append(["path", one_line(", ".join(reversed(artifact.paths)))])
    rows += [["", imported_line(one_of)] for one_of in one.imported]
    return rows + _state(artifact.state, artifact.draft) + _gone(artifact.deprecated)


def _gone(found: Deprecated | None) -> list[Row]:
    return [["", deprecated_line(found)]] if found is not None else []


def _state(state: str | None, draft: str | None) -> list[Row]:
    match state:
        case None:
            return []
        case "draft":
            return [["state", f"draft, not staged yet: gitprov keep {one_line(draft or '')}"]]
        case "staged":
            return [["state", "staged, not committed yet: git commit"]]
    return [["state", state]]


def _run_heading(run: RunFacts | None) -> str:
    if run is None:
        return "nobody recorded what made it"
    record = run.record
    if record.sweep is not None:
        return f"gathered from {many(record.sweep.runs, 'run')}, of which the last ended {_time(run)}"
    if record.command is None:
        return f"it was added as it is, {_time(run)}"
    ended = ", exit unknown" if "exit" in record.unknown else f", exit {record.exit}"
    return f"made by the step {bold(record.step)}, {_time(run)}{ended}"


def _time(run: RunFacts) -> str:
    return time_in_words(run.record.finished or run.record.started)


def _run(run: RunFacts | None) -> list[Row]:
    if run is None:
        return []
    record = run.record
    rows = [["run", run.id]]
    if record.command is not None:
        where = f"  (in {one_line(record.cwd)})" if record.cwd not in (None, ".") else ""
        rows.append(["command", (one_line(shlex.join(record.command)) or "unknown") + where])
    if record.sweep is not None:
        rows.append(["kept", record.sweep.kept])
    rows += [["chosen", one_line(best_of(one.runs, one.name))] for one in run.choices]
    if record.params:
        values = [f"{one_line('.'.join(key))}={in_words(value)}" for key, value in flatten(record.params).items()]
        rows.append(["params", ", ".join(values) + _mark(run, "params")])
    if record.cutoff is not None:
        rows.append(["cutoff", f"data until {time_in_words(record.cutoff)}"])
    if record.undeclared:
        rows.append(["undeclared", loud("it also read " + ", ".join(record.undeclared))])
    if run.state != "committed":
        rows += _state(run.state, run.draft)
    return rows


def _sources(one: Explained) -> list[Row] | None:
    if one.run is None or one.run.record.command is None:
        return None
    rows: list[Row] = []
    for used in one.inputs:
        changed = {"same": "", "changed": loud("changed while it ran"), "unknown": "not read again after it ran"}
        facts = [label(used.artifact), short(used.artifact.content or ""), one_line(used.path or "")]
        rows.append([one_line(used.role), ", ".join(word for word in [*facts, changed[used.after]] if word)])
    rows.append(["code", _code(one.run)])
    rows += _environment(one.run, one.run.record.environment)
    return rows


def _code(run: RunFacts) -> str:
    code = run.record.code
    if code is None or run.code in (None, "unknown"):
        return loud("unknown")
    words = [short(code.digest) + _mark(run, "code")]
    if code.commit is not None:
        dirty = "with uncommitted changes" if code.dirty else "clean"
        if "dirty" in run.record.unknown:
            dirty = "clean or not: unknown"
        words.append(f"at commit {code.commit.removeprefix('git:')[:12]}, {dirty}")
    words.append(_CODE.get(run.code) or loud("no commit and no stored copy has it"))
    return "; ".join(words)


def _environment(run: RunFacts, environment: Environment | None) -> list[Row]:
    if environment is None or environment.digest == "unknown":
        return [["environment", loud("unknown")]]
    rows = [["environment", short(environment.digest) + _mark(run, "environment")]]
    if environment.container is not None:
        rows.append(["container", one_line(environment.container) + _mark(run, "container")])
    if environment.locks:
        locks = ", ".join(f"{one_line(lock.path)} {short(lock.sha256)}" for lock in environment.locks)
        rows.append(["locks", locks + _mark(run, "locks")])
    if environment.variables:
        rows.append(["variables", one_line(", ".join(f"{k}={v}" for k, v in environment.variables.items()))])
    if environment.packages is not None:
        rows.append(["packages", f"{short(environment.packages)}, as installed"])
    if environment.python is not None:
        rows.append(["python", one_line(environment.python)])
    rows.append(["machine", one_line(environment.hardware or "unknown")])
    return rows


def _who(one: Explained) -> str:
    run = one.run
    if run is None:
        return "nobody knows whom"
    if run.marks["actor"] == "unknown":
        return loud("unknown")
    return bold(run.record.actor) + _mark(run, "actor")


def _when(one: Explained) -> list[Row]:
    first = one.commit
    last, state = (one.run.commit, one.run.state) if one.run else (first, one.artifact.state)
    rows = [["commit", _commit(last, state)]]
    if first and first != last:
        rows.append(["first in", _commit(first, "committed")])
    if one.other_runs:
        rows.append(["also", f"{many(len(one.other_runs), 'other run')} gave the same artifact"])
    return rows


def _commit(commit: Commit | None, state: str | None) -> str:
    if commit is None and state == "committed":
        return "unknown here, since this clone lacks history: git fetch --unshallow"
    if commit is None:
        return "not committed yet"
    return f"{commit.id[:12]} {time_in_words(commit.time)} {one_line(commit.author)}: {one_line(commit.subject)}"


def _mark(run: RunFacts, fact: Fact) -> str:
    return "" if run.marks[fact] == "observed" else f" ({run.marks[fact]})"
