"""`gitprov run --ticket --emit`: a run without a repository, by `recording.run`.

What `keep` does in a clone, is done here to the folder that has the bytes already: it gets the records, and last a note
that all is there.
"""

from contextlib import suppress
from dataclasses import replace
from functools import partial

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, sha256_of
from gitprov.lineage import Ledger
from gitprov.ports.folder import Folder
from gitprov.ports.workplace import Workplace
from gitprov.recording.commands import overlap
from gitprov.recording.drafts import Draft, draft_names, read_draft, remove_draft
from gitprov.recording.inputs import Used
from gitprov.recording.plan import Plan, Request, begin, check_apart, check_output, complete
from gitprov.recording.run import RunResult, run, settled
from gitprov.recording.secrets import SHORTEST, absent_secrets
from gitprov.recording.ticket import disagreements, request_of_ticket
from gitprov.records import Input
from gitprov.records.stored import ROOT
from gitprov.records.tickets import Emitted, Ticket, TicketInput, read_note, write_note

TICKET = "ticket.yaml"
"""The copy of the ticket: it is written before the command starts, and says whose folder it is."""
EMITTED = "emitted.yaml"
"""What is written last."""


@dataclass(frozen=True, slots=True)
class Emission:
    """How a run with a ticket went.

    Attributes:
        ticket: Digest of the ticket.
        records: Path to digest of the records that the folder has; none when it is not whole.
        result: How the run went; None when nothing had to run, since the folder was whole, or had to be finished only.
        notes: What a person should know besides.
        unfinished: Why the command's success could not be emitted yet.
    """

    ticket: Digest
    records: dict[str, Digest]
    result: RunResult | None = None
    notes: tuple[str, ...] = ()
    unfinished: GitprovError | None = None


def run_ticket(
    place: Workplace,
    into: Folder,
    ticket: Ticket,
    data: bytes,
    *,
    command: tuple[str, ...] = (),
    dry_run: bool = False,
) -> Emission:
    """Runs the command of a ticket where its code and inputs lie, and leaves the records in a folder.

    The same once more finishes what was interrupted after the command had succeeded, and does nothing when it is done.

    Args:
        place: The ports; `.gitprov/` and the cache of its work tree lie in `into`.
        into: The folder.
        ticket: The ticket.
        data: Its bytes.
        command: Its command as this machine writes it.
        dry_run: Check and plan only.

    Raises:
        GitprovError: GP-TKT-003 when code, inputs, locks or command are not those of the ticket; GP-TKT-004 when the
            folder is taken; GP-USE-001 when it lies in an input or output; what `run` raises. Nothing has run then.
    """
    digest = sha256_of(data)
    request, facts = request_of_ticket(ticket, command)
    _check_free(place, into, ticket, data)
    if (note := into.read(EMITTED)) is not None:
        done = read_note(Emitted, note, f"{into.path}/{EMITTED}")
        return Emission(digest, dict(done.records), notes=("this run is done: nothing had to run",))
    plan_of = partial(_plan, into=into, ticket=ticket, data=data)
    if dry_run:
        return Emission(digest, {}, run(place, Ledger([]), request, facts=facts, dry_run=True, plan_of=plan_of))
    _, notes = settled(place, Ledger([]))
    waiting = [read_draft(place, name) for name in draft_names(place)]
    if waiting:  # its command has succeeded before
        return _emit(place, into, Emission(digest, {}, notes=notes), waiting[-1])
    result = run(place, Ledger([]), request, facts=facts, plan_of=plan_of)
    emission = Emission(digest, {}, result, notes, result.unfinished)
    return _emit(place, into, emission, result.draft) if result.draft is not None else emission


def _emit(place: Workplace, into: Folder, emission: Emission, draft: Draft) -> Emission:
    """Writes the records of a draft, whose bytes are in the folder already, and last that they are whole."""
    records = {stored.path: stored.id for stored in draft.records}
    try:
        for stored in draft.records:
            into.write(stored.path, stored.data)
        into.write(EMITTED, write_note(Emitted(records=records, ticket=emission.ticket)))
    except GitprovError as error:
        return Emission(emission.ticket, {}, emission.result, emission.notes, error)
    with suppress(GitprovError, OSError):  # it is done: nobody needs the draft any more
        remove_draft(place, draft.name)
    return Emission(emission.ticket, records, emission.result, emission.notes)


def _check_free(place: Workplace, into: Folder, ticket: Ticket, data: bytes) -> None:
    try:
        inside = place.git.relative(into.path)
    except GitprovError:
        inside = None
    others = [*(one.path for one in ticket.inputs.values()), *(one.path for one in ticket.outputs.values())]
    met = [path for path in others if inside is not None and overlap(inside, path)]
    if met:
        raise codes.USE_ARGUMENT.error(
            f"--emit {into.path} and {met[0]} are not apart",
            why="what is emitted would be part of an input or output",
            fix="--emit DIR  # elsewhere",
        )
    if into.read(TICKET) not in (None, data):
        raise codes.TKT_TAKEN.error(f"{into.path} is the folder of another ticket")
    if into.read(f"{ROOT}/project.yaml") is not None:
        raise codes.TKT_TAKEN.error(f"{into.path} is a project, with records of its own")


def _plan(
    place: Workplace,
    ledger: Ledger,
    request: Request,
    *,
    into: Folder,
    ticket: Ticket,
    data: bytes,
    dry_run: bool = False,
) -> Plan:
    """Plans the run of a ticket, as `make_plan` does that of a request; then the folder is for this ticket.

    What the run says of its code is what was known where the ticket was made.
    """
    if absent := absent_secrets(place, ticket.secrets):
        names = [ticket.secrets[name] for name in absent]
        raise codes.SEC_VARIABLE.error(
            f"no value for the secret {', '.join(absent)}",
            why=f"not set where the ticket runs, or has fewer than {SHORTEST} characters: {', '.join(names)}",
            fix=f"let the job's environment have it; by hand, without echo: read -rs {names[0]} && export {names[0]}",
        )
    for role, out in request.outputs.items():
        check_output(role, out)
    found = {role: _use(place, one) for role, one in ticket.inputs.items()}
    inputs = {role: used for role, used in found.items() if isinstance(used, Used)}
    wrong = [f"the input {role} ({request.inputs[role]}) {used}" for role, used in found.items() if role not in inputs]
    try:
        place.git.code(request.code, ())
    except GitprovError as error:
        wrong.append(error.what)
    if wrong:
        raise codes.TKT_DIFFERS.error("; ".join(wrong))
    check_apart(request.outputs, inputs)
    plan = complete(place, request, inputs, begin(place, ledger, request, inputs), keep=False)
    plan = replace(plan, run=replace(plan.run, code=ticket.code))
    if faults := disagreements(ticket, plan.run):
        raise codes.TKT_DIFFERS.error("; ".join(faults))
    if not dry_run:
        into.write(TICKET, data)
    return plan


def _use(place: Workplace, one: TicketInput) -> Used | str:
    """Returns an input, or what is wrong with it."""
    if place.worktree.kind(one.path) is None:
        return "is missing"
    try:
        content = place.cache.snapshot(one.path, keep=False, progress=place.progress).content
    except GitprovError as error:
        return error.what
    if content.digest != one.content:
        return "differs"
    return Used(Input(artifact=one.artifact, content=one.content, after="unknown", path=one.path), content, one.path)
