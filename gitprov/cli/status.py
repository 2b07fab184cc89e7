"""`gitprov status`."""

import os
import shlex
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from gitprov.audit.versions import ReleaseState, Version, Versions, versions
from gitprov.cli.render import (
    bold,
    columns,
    deprecated_line,
    dim,
    extent,
    finding_lines,
    gone,
    in_words,
    label,
    loud,
    one_line,
    show_answer,
    time_in_words,
)
from gitprov.cli.stage import source_line
from gitprov.cli.text import many
from gitprov.cli.writing import json_option
from gitprov.lineage.naming import split_release, split_stage
from gitprov.wiring.asking import open_asking
from gitprov.wiring.opening import open_reading
from gitprov.wiring.project import Project

if TYPE_CHECKING:
    from gitprov.audit.status import PathState, Status
    from gitprov.audit.status_promotion import Standings


@click.command()
@click.argument("name", required=False, metavar="[NAME|NAME@vN|NAME/STAGE]")
@json_option
def command(name: str | None, as_json: bool) -> None:
    """Compare the work tree with the records.

    Every path that records know, with what it holds now; drafts, staged records and releases; and the commands that
    come next. With NAME, the versions of that name: when, by which run, the parameters that differ, metrics, releases.
    With NAME@vN, the state of a release at every stage, and with NAME/STAGE, of every release that matters there:
    draft, validated, pending approval, approved, deployed, promoted or retired, what blocks it, and what to do next.

    Example: gitprov status churn-model@v3
    """
    if name is not None and _show_standings(name, as_json=as_json):
        return
    if name is not None:
        known = versions(open_asking(remember=True)[1], name)
        show_answer("versions", known, version_lines(known), as_json=as_json)
        return
    project, ledger = open_reading(remember=True)
    from gitprov.audit.status import status  # what compares the work tree is not loaded to list versions

    found = status(project, ledger)
    top = project.git.root
    typed = {path.path: os.path.relpath(os.path.join(top, path.path)) for path in found.paths}
    home = project.dvc.root
    dvc = "dvc" if home == "." else f"dvc --cd {_quoted(os.path.relpath(os.path.join(top, home)))}"
    show_answer("status", found, lines(found, typed, dvc), as_json=as_json)


def _show_standings(name: str, *, as_json: bool) -> bool:
    """Shows the state of a release or of a stage, if the name is one; tells whether it is."""
    release, place = split_release(name), split_stage(name)
    if release is None and place is None:
        return False
    from gitprov.audit.status_promotion import release_standings, stage_standings

    found = (
        release_standings(Project(remember=True), *release)
        if release
        else stage_standings(Project(remember=True), *(place or ("", "")))
    )
    show_answer("standings", found, standing_lines(found), as_json=as_json)
    return True


def standing_lines(found: "Standings") -> Iterator[str]:
    """Yields the states for people, each with what blocks it and the next command below it."""
    yield source_line(found.source)
    if found.deprecated is not None:
        yield deprecated_line(found.deprecated)
    if found.state is not None:
        yield f"{bold(found.asked)} is {bold(found.state)}"
    elif found.serves is not None:
        yield f"{bold(found.asked)} serves {bold(found.serves)}"
    else:
        yield loud(f"nothing serves {found.asked}")
    rows = [
        [
            one_line(one.stage) if found.state is not None else one_line(one.release or "nothing (withdraw)"),
            bold(one.state or "not yet"),
            one_line(one.request or ""),
            f"on {one_line(one.branch)}" if one.branch is not None else "",
        ]
        for one in found.standings
    ]
    for one, line in zip(found.standings, columns(rows, "  "), strict=True):
        yield line
        for finding in one.blocks:
            yield from (f"    {text}" for text in finding_lines(finding, "blocked"))
        yield from (f"    next: {one_line(command)}" for command in one.next)


def lines(found: "Status", paths: Mapping[str, str], dvc: str) -> Iterator[str]:
    """Yields the comparison for people.

    Args:
        found: The comparison.
        paths: How each path is typed from the current folder.
        dvc: How DVC is called from there.
    """
    here = [path for path in found.paths if path.presence != "gone"]
    if not here and not found.releases:
        yield "no path is recorded yet"
    yield from columns([_path(path) for path in here])
    gone = len(found.paths) - len(here)
    if gone:
        yield dim(f"{many(gone, 'path')} of earlier records not in use any more")
    for heading, rows in (
        ("drafts", [[one_line(d.name), ", ".join(label(one) for one in d.made)] for d in found.drafts]),
        (
            "not finished",
            [[one_line(name), "its command succeeded; outputs are to be read"] for name in found.unfinished],
        ),
        ("staged", [[str(count), kind + ("s" if count != 1 else "")] for kind, count in found.staged.items()]),
        ("releases", [_release(release) for release in found.releases]),
        ("cannot be read", [[loud(path)] for path in found.broken]),
    ):
        if rows:
            yield bold(heading)
            yield from columns(rows, "  ")
    commands = list(dict.fromkeys(_next(found, paths, dvc)))
    if commands:
        yield bold("next")
        yield from (f"  {one_line(text)}" for text in commands)


def version_lines(found: Versions) -> Iterator[str]:
    """Yields the versions, each with what tells it from the others below it."""
    if found.versions:
        count = len(found.versions)
        yield f"{bold(found.name)}: {many(count, 'version')}, newest first"
    for version, line in zip(found.versions, columns([_version(one) for one in found.versions]), strict=True):
        yield line
        yield from (f"    {text}" for text in _facts(version))
    if found.releases:
        yield bold("releases")
        yield from columns([_release(release) for release in found.releases], "  ")


def _path(found: "PathState") -> list[str]:
    words = {
        "unchanged": "unchanged",
        "older": bold("an older version"),
        "changed": loud("changed"),
        "missing": loud("missing"),
        "not pulled": bold("not pulled"),
    }
    return [
        words[found.presence],
        one_line(found.path),
        label(found.artifact) + (f"  {loud(found.problem)}" if found.problem else ""),
    ]


def _next(found: "Status", paths: Mapping[str, str], dvc: str) -> Iterator[str]:
    absent = []
    for path in found.paths:
        typed = _quoted(paths[path.path])
        if path.presence == "changed":
            yield _after_change(path, typed)
        if path.artifact.assurance == "unverified" and path.presence != "gone":
            yield f"{dvc} pull && gitprov capture"
        elif path.presence in ("missing", "not pulled"):
            absent.append(typed)
    if absent:
        yield "gitprov restore" if found.restores_all else f"gitprov restore {' '.join(absent)}"
    if found.drafts or found.unfinished:
        yield "gitprov keep"
    if found.staged:
        yield "git commit"
    if found.broken:
        yield "gitprov verify"


def _after_change(path: "PathState", typed: str) -> str:
    if path.can_capture and path.stage is not None:
        return "gitprov capture"
    back = f"gitprov restore --force {typed}"
    if path.stage is not None:
        return f"gitprov run {shlex.quote(path.stage)}    (or {back} to take the change back)"
    if path.step in (None, "add"):
        return f"gitprov add {typed}"
    return f"{back}    (takes the change back; or run the step {path.step} again)"


def _quoted(path: str) -> str:
    return shlex.quote(f"./{path}" if path.startswith("-") else path)


def _release(release: ReleaseState) -> list[str]:
    state = f" [{release.state}]" if release.state != "committed" else ""
    members = [f"{one_line(role)}: {label(one)}" for role, one in release.members.items()]
    return [" ".join(filter(None, [one_line(release.label) + state, gone(release.deprecated)])), ", ".join(members)]


def _version(version: Version) -> list[str]:
    who = f"by {version.actor}" + (f" ({version.mark})" if version.mark != "observed" else "") if version.actor else ""
    step = f"step {version.step}" if version.step else "nobody recorded what made it"
    released = ", ".join(version.artifact.released)
    return [
        label(version.artifact),
        time_in_words(version.made),
        one_line(step),
        one_line(who),
        extent(version.artifact),
        bold(released) if released else "",
    ]


def _facts(version: Version) -> Iterator[str]:
    if version.params:
        yield ", ".join(f"{one_line(name)}={in_words(value)}" for name, value in version.params.items())
    for suite, metrics in version.metrics.items():
        yield f"{one_line(suite)}: " + ", ".join(f"{one_line(k)}={in_words(v)}" for k, v in metrics.items())
