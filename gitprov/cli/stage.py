"""How answers about NAME/STAGE look: what `why` says of it, and its history."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gitprov.cli.render import (
    bold,
    columns,
    deprecated_line,
    dim,
    extent,
    finding_lines,
    in_words,
    label,
    loud,
    one_line,
    short,
    time_in_words,
)
from gitprov.lineage.values import flatten

if TYPE_CHECKING:
    from gitprov.audit.history import Entry
    from gitprov.audit.in_effect import Source
    from gitprov.audit.why_stage import Basis, WhyStage
    from gitprov.ports.git import Commit
    from gitprov.records.evidence import DataEntry, RunEntry

Row = list[str]


def source_line(source: "Source") -> str:
    """Returns what was read, in words."""
    trust = f", trust version {source.trust}" if source.trust is not None else ", no trust version in force"
    return dim(f"read {source.ref} at {source.commit[:12]}{trust}")


def why_lines(found: "WhyStage") -> Iterator[str]:
    """Yields why something serves, for people."""
    yield source_line(found.source)
    past = found.as_of
    if past is not None:
        yield dim(
            f"as of commit {past.commit[:12]}" if past.commit is not None else f"as of {time_in_words(past.time)}"
        )
    if found.serves is None or found.basis is None:
        then = " by then" if past is not None else ""
        yield f"{bold('1.')} {loud(f'nothing serves {found.asked}')}: no request took effect{then}"
    else:
        for number, (heading, rows) in enumerate(_steps(found.asked, found.serves, found.basis), start=1):
            yield f"{bold(f'{number}.')} {heading}"
            yield from columns(rows, "   ")
        for finding in found.serves.findings:
            yield from finding_lines(finding)
    for entry in found.waiting:
        yield f"{bold(entry.label)} {loud('landed, NOT effective')}: {one_line(entry.approvals or 'no trust root')}"
        for finding in entry.findings:
            yield from finding_lines(finding)
    for finding in found.doubts:
        yield from finding_lines(finding, "in doubt")


def _steps(asked: str, serves: "Entry", basis: "Basis") -> Iterator[tuple[str, list[Row]]]:
    yield _serves_heading(asked, serves), list(_serves(asked, serves, basis))
    heading = f"moved there by {people(serves.asked_by)}, with {one_line(serves.approvals)}"
    yield heading, list(_moved(serves, basis))
    if serves.release is not None:
        yield "it was made from", list(_made(serves.release, basis))
    yield _changed(serves, basis)


def history_lines(entries: "tuple[Entry, ...]") -> Iterator[str]:
    """Yields each request with what became of it."""
    for entry in entries:
        yield f"{bold(entry.label)} {entry.kind} {one_line(entry.release or 'nothing')}: {_fate(entry)}"
        yield from columns(list(_entry(entry)), "   ")
        for finding in entry.findings:
            yield f"   {loud(finding.code.id)} {one_line(finding.what)}"


def people(names: tuple[str, ...]) -> str:
    """Returns people in words."""
    return one_line(", ".join(names)) if names else loud("nobody who counts")


def commit_words(commit: "Commit") -> str:
    """Returns a commit in words; its date is what it claims."""
    return f"{commit.id[:12]} {one_line(commit.author)}: {one_line(commit.subject)}"


def _fate(entry: "Entry") -> str:
    if entry.effective is None:
        return loud("NOT effective")
    if entry.replaced_by is not None:
        return f"replaced by {one_line(entry.replaced_by)}"
    return bold("in effect")


def _entry(entry: "Entry") -> Iterator[Row]:
    yield ["asked by", f"{people(entry.asked_by)}: {one_line(entry.reason)}"]
    yield ["approved", one_line(entry.approvals)]
    if entry.rejected_by:
        yield ["rejected", f"by {people(entry.rejected_by)}"]
    yield ["landed", commit_words(entry.landed)]
    if entry.effective is not None and entry.effective != entry.landed:
        yield ["effective", commit_words(entry.effective)]
    yield from _times(entry)


def _times(entry: "Entry") -> Iterator[Row]:
    if entry.since is not None:
        yield ["since", f"{time_in_words(entry.since.at)} ({one_line(entry.since.source)})"]
    for one in entry.deployments:
        yield ["deployed", f"{time_in_words(one.at)} by {people(one.by)}"]


def _serves_heading(asked: str, entry: "Entry") -> str:
    if entry.release is None:
        return f"{loud(f'nothing serves {asked}')}: withdrawn"
    return f"{bold(asked)} serves {bold(entry.release)}" + (loud(", not to be deployed") if entry.findings else "")


def _serves(asked: str, entry: "Entry", basis: "Basis") -> Iterator[Row]:
    if basis.release is not None:
        yield ["release", basis.release]
    if basis.deprecated is not None:
        yield ["", deprecated_line(basis.deprecated)]
    for role, member in basis.members.items():
        yield [one_line(role), f"{label(member)}, {extent(member)}, {short(member.content or '')}"]
    yield from _times(entry)
    if not entry.deployments:
        yield ["deployed", "by nobody who is known here"]
    if entry.replaced_by is not None:
        yield ["until", f"{one_line(entry.replaced_by)} took its place"]
    yield ["more", f"gitprov verify {asked}"]


def _moved(entry: "Entry", basis: "Basis") -> Iterator[Row]:
    yield ["request", f"{entry.label}, {entry.kind}, {short(entry.id)}"]
    yield ["reason", one_line(entry.reason)]
    yield ["rules", one_line(basis.gates)]
    yield ["commit", commit_words(entry.effective or entry.landed)]
    yield ["more", f"gitprov evidence show {entry.label}"]


def _made(release: str, basis: "Basis") -> Iterator[Row]:
    yield from (_data(one) for one in basis.data)
    for one in basis.runs:
        if one.code is not None:
            yield from _run(one)
    yield ["more", f"gitprov why {release}"]


def _data(one: "DataEntry") -> Row:
    until = f"data until {time_in_words(one.cutoff)}" if one.cutoff else ""
    seen = f"first seen {time_in_words(one.observed)}" if one.observed else "its age is unknown"
    return ["data", ", ".join(word for word in (one_line(one.name), short(one.content), until or seen) if word)]


def _run(one: "RunEntry") -> Iterator[Row]:
    commit = f" at commit {one.commit.removeprefix('git:')[:12]}" if one.commit else ""
    reviewed = "on the protected ref" if one.reviewed else loud("on no commit of the protected ref")
    yield [f"run {one_line(one.step)}", f"by {people(one.people)}, code {short(one.code or '')}{commit}, {reviewed}"]
    if one.params:
        values = [f"{one_line('.'.join(key))}={in_words(value)}" for key, value in flatten(one.params).items()]
        yield ["", ", ".join(values)]
    container = f", container {one_line(one.container)}" if one.container else ""
    yield ["", f"environment {short(one.environment or 'unknown')}{container}"]


def _changed(entry: "Entry", basis: "Basis") -> tuple[str, list[Row]]:
    rows = [[one_line(line)] for line in basis.changes]
    if basis.before is None:
        return "nothing was in effect before", rows
    if entry.release is not None and basis.before_release is not None:
        rows.append([f"more  gitprov diff {basis.before_release} {entry.release}"])
    return f"since {bold(basis.before_release or 'nothing')} ({one_line(basis.before)}) changed", rows
