"""`gitprov bring`: takes in what runs left that had a ticket and no repository.

Nothing of a folder is believed: the ticket has to be one that was made here, bytes enter the cache as what they are,
and records only where they follow from the ticket, from what is recorded here, and from these bytes. That the command
did make them, whoever brings them vouches for, by their signature.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from shlex import quote

from gitprov.check.references import check_references
from gitprov.errors import Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, sha256_of
from gitprov.ids.recipes import UNKNOWN, environment_digest
from gitprov.lineage import Held, Ledger
from gitprov.ports.blobs import Cache, Object
from gitprov.ports.folder import Emission, Folder
from gitprov.ports.workplace import Workplace
from gitprov.recording.code import left_out, resolve_code
from gitprov.recording.drafts import Draft, draft_name, draft_names, remove_draft, write_draft
from gitprov.recording.emit import EMITTED, TICKET
from gitprov.recording.keep import keep, write_draft_files
from gitprov.recording.objects import Needed, listings
from gitprov.recording.pending import other_results
from gitprov.recording.run_sets import is_recorded
from gitprov.recording.ticket import disagreements, ticket_name
from gitprov.recording.undeclared import said
from gitprov.recording.writing import Outcome
from gitprov.records import Artifact, Content, Environment, Run, Stored, decode, path_of
from gitprov.records.tickets import Emitted, Ticket, read_note


@dataclass(frozen=True, slots=True)
class Brought:
    """What was brought, or with `dry_run` would be.

    Attributes:
        outcome: The records, those that were there already among them.
        findings: Why some folders were not brought; each names its folder.
    """

    outcome: Outcome
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Whole:
    """What a folder holds, its records read and their bytes not yet."""

    name: str
    ticket: Ticket
    ticket_data: bytes
    run: Run
    artifacts: Mapping[Digest, Artifact]
    records: tuple[Stored, ...]

    @property
    def stored(self) -> Stored:
        """The run as it is stored."""
        return next(one for one in self.records if one.record is self.run)


def bring(
    place: Workplace,
    ledger: Ledger,
    folders: Mapping[str, Emission],
    *,
    tickets: Folder,
    given: Collection[Digest] = (),
    as_drafts: bool = False,
    dry_run: bool = False,
) -> Brought:
    """Checks folders, puts their bytes into the cache, and keeps their records; what was brought before is known.

    Args:
        place: The ports.
        ledger: What is recorded.
        folders: What people call each, and the folder.
        tickets: The tickets that were made here.
        given: Digests of others, which whoever brings has by another way than the folders.
        as_drafts: Leave the records as drafts, of which `keep` can make a run set.
        dry_run: Keep nothing. Everything is read and refused as without.
    """
    resolved: dict[tuple[object, ...], bool] = {}
    outcomes: list[Outcome] = []
    findings: list[Finding] = []
    for name, folder in folders.items():
        try:
            whole = _read(name, folder)
            _check_known(ledger, whole, tickets, given)
            faults = [*_faults(place, ledger, whole, resolved)]
            if faults:
                findings += [codes.TKT_FACTS.finding(name, f"{name}: {fault}") for fault in faults]
                continue
            _take(place, folder, whole, dry_run=dry_run)
            outcomes.append(_keep(place, ledger, whole, as_drafts=as_drafts, dry_run=dry_run))
        except GitprovError as error:
            findings.append(error.code.finding(name, f"{name}: {error.what}", why=error.why, fix=error.fix))
    return Brought(
        Outcome(
            records=tuple(record for one in outcomes for record in one.records),
            staged=tuple(sorted({path for one in outcomes for path in one.staged})),
            known=tuple(record for one in outcomes for record in one.known),
            notes=tuple(dict.fromkeys(note for one in outcomes for note in one.notes)),
            dry_run=dry_run,
        ),
        tuple(findings),
    )


def _read(name: str, folder: Emission) -> _Whole:
    """Reads the ticket and the records of a folder.

    Raises:
        GitprovError: GP-TKT-005 when it is not whole; GP-TKT-006 with every file that is missing or damaged; GP-TKT-002
            for a ticket or note that is none.
    """
    note = folder.read(EMITTED)
    if note is None:
        has_begun = folder.read(TICKET) is not None
        raise codes.TKT_HALF.error(
            "the run is not whole" if has_begun else "there is nothing of a run",
            why="the command has not succeeded yet, or what it made was not written" if has_begun else "",
            fix="" if has_begun else "name what gitprov run --emit DIR has written",
        )
    emitted = read_note(Emitted, note, EMITTED)
    data = folder.read(TICKET) or b""
    if sha256_of(data) != emitted.ticket:
        raise codes.TKT_DAMAGED.error(f"missing or damaged: {TICKET}")
    ticket = read_note(Ticket, data, TICKET)
    if len(emitted.records) != len(ticket.outputs) + 1:
        raise codes.TKT_DAMAGED.error("there are not just one run and its artifacts")
    files = {path: folder.read(path) or b"" for path in emitted.records}
    damaged = [path for path, content in files.items() if sha256_of(content) != emitted.records[path]]
    if damaged:
        raise codes.TKT_DAMAGED.error(f"missing or damaged: {', '.join(damaged)}")
    records = tuple(_stored(path, content) for path, content in files.items())
    runs = [one.record for one in records if isinstance(one.record, Run)]
    artifacts = {one.id: one.record for one in records if isinstance(one.record, Artifact)}
    if len(runs) != 1 or len(records) != len(artifacts) + 1:
        raise codes.TKT_DAMAGED.error("there are not just one run and its artifacts")
    return _Whole(name, ticket, data, runs[0], artifacts, records)


def _check_known(ledger: Ledger, whole: _Whole, tickets: Folder, given: Collection[Digest]) -> None:
    """Refuses a folder that nobody here gave out a ticket for, unless its run is recorded already.

    Raises:
        GitprovError: GP-TKT-008.
    """
    ticket, digest = whole.ticket, sha256_of(whole.ticket_data)
    made_here = tickets.read(ticket_name(ticket, whole.ticket_data)) == whole.ticket_data
    if not made_here and digest not in given and not is_recorded(ledger, whole.stored.id):
        raise codes.TKT_FOREIGN.error(
            f"nobody here made the ticket {digest[:19]} ({ticket.step})",
            fix=f"if you trust who made it: gitprov bring --ticket FILE {quote(whole.name)}",
        )


def _stored(path: str, data: bytes) -> Stored:
    try:
        record = decode(data, name=path)
        if path_of(record, sha256_of(data)) == path:
            return Stored(sha256_of(data), path, data, record)
    except GitprovError as error:
        raise codes.TKT_DAMAGED.error(f"{path} is no record: {error.what}", why=error.why) from None
    raise codes.TKT_DAMAGED.error(f"{path} is not the place of the record that it holds")


def _faults(place: Workplace, ledger: Ledger, whole: _Whole, resolved: dict[tuple[object, ...], bool]) -> Iterator[str]:
    """Yields why records are not those of their ticket, or do not follow from what is recorded here.

    `resolved` remembers which code can be had: many runs have the same.
    """
    run = whole.run
    yield from disagreements(whole.ticket, run)
    yield from _unlike(whole)
    inputs = [held for used in run.inputs.values() if (held := ledger.held.get(used.artifact)) is not None]
    known = Ledger([*inputs, *(Held(one, "staged") for one in whole.records)])
    yield from (finding.what for finding in check_references(known, [one.id for one in whole.records]))
    key = (whole.ticket.code.digest, whole.ticket.code.paths, *left_out(run))
    if key not in resolved:
        resolved[key] = resolve_code(place.git, place.cache, run) is not None
    if not resolved[key]:
        yield f"its code {whole.ticket.code.digest} cannot be had: bring it where its ticket is from"


def _unlike(whole: _Whole) -> Iterator[str]:
    """Yields what a run with this ticket could not have come to."""
    ticket, run = whole.ticket, whole.run
    made = {role: (out.path, whole.artifacts.get(out.artifact)) for role, out in run.outputs.items()}
    named = {role: (path, one.name, one.kind) for role, (path, one) in made.items() if one is not None}
    if named != {role: (one.path, one.name, one.kind) for role, one in ticket.outputs.items()} or set(
        whole.artifacts
    ) != {out.artifact for out in run.outputs.values()}:
        yield "its outputs are not those of the ticket"
    if not all(isinstance(one.content, Content) for one in whole.artifacts.values()):
        yield "an output is held by reference"
    environment = run.environment or Environment(digest=UNKNOWN)
    if environment.digest != _environment_digest(environment):
        yield "its environment digest does not follow from its fields"
    if not set(environment.variables or {}) <= set(ticket.variables):
        yield "it has variables that the ticket does not name"
    facts = {"container": ticket.container, "locks": ticket.locks, "params": ticket.params}
    declared = {"actor", *(fact for fact, value in facts.items() if value)}
    others = (run.unknown, run.exit, run.cutoff, run.sweep)
    if {*run.declared} - {"outputs"} != declared or any(others) or run.finished is None:
        yield "it is not the run of a command that has succeeded"
    deps = ticket.stage.deps if ticket.stage is not None else {}
    if any(used.path in deps and deps[used.path].digest != used.content for used in ticket.inputs.values()):
        yield "its inputs are not the deps of its stage"


def _environment_digest(environment: Environment) -> str:
    """Returns the digest that an environment's own fields give."""
    is_pinned = bool(environment.locks or environment.container)
    if not is_pinned and environment.packages is None:
        return UNKNOWN
    return environment_digest(
        container=environment.container,
        locks={lock.path: lock.sha256 for lock in environment.locks or ()},
        variables=environment.variables or {},
        packages=None if is_pinned else environment.packages,
    )


def _take(place: Workplace, folder: Emission, whole: _Whole, *, dry_run: bool) -> None:
    """Puts the bytes of the artifacts into the cache.

    Raises:
        GitprovError: GP-TKT-006 with the bytes that are missing or damaged; GP-BLB-003, -004.
    """
    made = Ledger(Held(one, "staged") for one in whole.records)
    _check_taken(folder.take([*listings(made, whole.artifacts).items.values()], keep=not dry_run))
    # Twice, as in a pull: DVC's listing of a directory with links follows from the links.
    for derived in (False, True):
        needed = _needed(whole, folder if dry_run else place.cache)
        items = [item for item in needed.items.values() if item.is_dir == derived]
        _check_taken(folder.take(items, keep=not dry_run, progress=place.progress))


def _needed(whole: _Whole, holder: Emission | Cache) -> Needed:
    """Returns the objects of the artifacts, by the listings that `holder` has."""
    needed = Needed()
    for one, artifact in whole.artifacts.items():
        try:
            items = holder.objects(artifact.content) if isinstance(artifact.content, Content) else []
        except GitprovError as error:
            raise codes.TKT_DAMAGED.error(error.what) from None
        needed.add(one, items)
    return needed


def _check_taken(wrong: Sequence[Object]) -> None:
    if wrong:
        more = f" and {len(wrong) - 10} more" if len(wrong) > 10 else ""
        names = ", ".join(item.sha256 or item.md5 for item in wrong[:10])
        raise codes.TKT_DAMAGED.error(f"bytes are missing or damaged: {names}{more}")


def _keep(place: Workplace, ledger: Ledger, whole: _Whole, *, as_drafts: bool, dry_run: bool) -> Outcome:
    """Makes a draft of a folder and stages it, unless its run is staged already."""
    records, stage = whole.records, whole.ticket.stage
    with place.worktree.locked(f"bring {whole.name}"):
        if place.git.index([whole.stored.path]):
            return Outcome(known=records)
        made = {out.path: whole.artifacts[out.artifact].content for out in whole.run.outputs.values()}
        outs = {path: content for path, content in made.items() if isinstance(content, Content)}
        draft = Draft(
            name=draft_name(whole.stored, whole.run.step),
            records=records,
            pointers=outs,
            stage=stage.address if stage is not None else None,
            deps=stage.deps if stage is not None else {},
            outs=outs if stage is not None else {},
        )
        if as_drafts and draft.name in draft_names(place):
            return Outcome(known=records)
        notes = (*said(whole.run), *other_results(ledger, records))
        if dry_run:
            told = [*notes]
            files = write_draft_files(place, draft, told, dry_run=True) if not as_drafts else []
            return Outcome(records, tuple(sorted(files)), notes=tuple(told), dry_run=True)
        write_draft(place, draft)
        if as_drafts:
            return Outcome(records=records, notes=notes)
        try:
            kept = keep(place, ledger, [draft.name])
            return replace(kept, notes=(*notes, *kept.notes))
        except GitprovError:
            remove_draft(place, draft.name)
            raise
