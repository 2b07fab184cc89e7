"""`gitprov ticket`: fixes everything of a run but the machine, for one that has no repository."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from shlex import quote

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, canonical_json, digest_hex, sha256_of
from gitprov.ids.listings import SUBMODULE, SYMLINK, CodeEntry
from gitprov.ids.notebooks import code_entry
from gitprov.lineage import Ledger
from gitprov.ports.folder import Folder
from gitprov.ports.workplace import Workplace
from gitprov.recording.inputs import Used
from gitprov.recording.ledger import DRAFTS
from gitprov.recording.plan import OutputSpec, Plan, Request, make_plan
from gitprov.recording.secrets import absent_secrets
from gitprov.recording.stages import StageFacts
from gitprov.records import Run
from gitprov.records.codec import to_data
from gitprov.records.tickets import Ticket, TicketFile, TicketInput, TicketOutput, TicketStage, write_note
from gitprov.records.types import Code

_CAPITALS = re.compile(r"[A-Z_][A-Z0-9_]*")


@dataclass(frozen=True, slots=True)
class Ticketed:
    """A ticket that was made: its bytes, their digest, and what it is called among those of its clone."""

    ticket: Ticket
    data: bytes
    digest: Digest
    name: str


def make_ticket(
    place: Workplace,
    ledger: Ledger,
    tickets: Folder,
    request: Request,
    facts: StageFacts | None = None,
    *,
    dry_run: bool = False,
) -> Ticketed:
    """Makes the ticket of a run, and stores a copy of its code as the run itself would.

    Args:
        place: The ports.
        ledger: What is recorded.
        tickets: The tickets that were made here, to which this one is added: by them `bring` knows it.
        request: What is to run.
        facts: The dvc.yaml stage that it is.
        dry_run: Keep nothing.

    Raises:
        GitprovError: As `make_plan`; GP-TKT-001 with the inputs that are not recorded or not in the work tree;
            GP-RUN-003 for code that nobody can check without git; GP-SEC-002 for a secret that is not here and may be
            the value itself. Nothing was kept then.
    """
    secrets = request.secrets
    request = replace(request, secrets=_secrets_here(place, secrets))
    plan = make_plan(place, ledger, request, dry_run=True)
    _refuse_unrecorded(ledger, plan.inputs)
    ticket = _ticket_of(place, plan, facts)
    if not dry_run:
        ticket = _ticket_of(place, make_plan(place, ledger, request), facts)
    ticket = replace(ticket, secrets=secrets)
    data = write_note(ticket)
    made = Ticketed(ticket, data, sha256_of(data), ticket_name(ticket, data))
    if not dry_run:
        tickets.write(made.name, data)
    return made


def check_no_code(place: Workplace, out: str) -> None:
    """Refuses a path for a ticket that would count as code of the next one.

    Raises:
        GitprovError: GP-USE-001.
    """
    try:
        inside = place.git.relative(out)
    except GitprovError:
        return
    if not inside.startswith((".git/", f"{DRAFTS}/")) and not place.git.ignored([inside]):
        raise codes.USE_ARGUMENT.error(
            f"{out} lies in the repository, where it would count as code",
            why="git does not ignore it",
            fix="-o FILE  # outside, or in a folder that .gitignore names",
        )


def _ticket_of(place: Workplace, plan: Plan, facts: StageFacts | None) -> Ticket:
    run, request, project = plan.run, plan.request, place.settings.project()
    environment = run.environment
    return Ticket(
        actor=run.actor,
        allow=project.secrets.allow,
        code=run.code or Code(digest=sha256_of(b"")),
        command=run.command or (),
        container=request.container,
        cwd=run.cwd,
        dvc_root=project.dvc_root,
        files=tuple(_files(place, plan.code.entries)),
        inputs={
            role: TicketInput(artifact=used.input.artifact, content=used.input.content, path=used.path)
            for role, used in plan.inputs.items()
        },
        locks=(environment.locks or ()) if environment is not None else (),
        outputs={
            role: TicketOutput(path=out.path, name=out.name, kind=out.kind) for role, out in request.outputs.items()
        },
        params=run.params or {},
        shell=request.is_shell,
        stage=_stage(facts),
        step=run.step,
        variables=project.environment.variables,
    )


def ticket_name(ticket: Ticket, data: bytes) -> str:
    """Returns what a ticket is called among those that were made in a clone."""
    return f"{ticket.step}-{digest_hex(sha256_of(data))[:12]}.yaml"


def request_of_ticket(ticket: Ticket, command: tuple[str, ...] = ()) -> tuple[Request, StageFacts | None]:
    """Returns a ticket as a request.

    Args:
        ticket: The ticket.
        command: Its command as this machine writes it, with the path of another interpreter, say; its own when empty.
    """
    request = Request(
        step=ticket.step,
        command=command or ticket.command,
        cwd=ticket.cwd,
        inputs={role: one.path for role, one in ticket.inputs.items()},
        outputs={role: OutputSpec(one.path, one.name, one.kind) for role, one in ticket.outputs.items()},
        params=ticket.params,
        code=ticket.code.paths,
        locks=tuple(lock.path for lock in ticket.locks),
        container=ticket.container,
        is_shell=ticket.shell,
        secrets=ticket.secrets,
    )
    stage = ticket.stage
    if stage is None:
        return request, None
    return request, StageFacts(stage.address, stage.deps, stage.params_files, stage.fresh)


def disagreements(ticket: Ticket, run: Run) -> list[str]:
    """Returns the facts that are decided before a run begins and that a run has otherwise, one sentence each."""
    inputs = {
        role: {"artifact": used.artifact, "content": used.content, "path": used.path}
        for role, used in run.inputs.items()
    }
    environment = to_data(run.environment) if run.environment is not None else {}
    said = {
        "actor": (ticket.actor, run.actor),
        "code": (to_data(ticket.code), to_data(run.code) if run.code is not None else None),
        "command": (list(ticket.command), list(run.command or ())),
        "container": (ticket.container, environment.get("container")),
        "cwd": (ticket.cwd, run.cwd),
        "inputs": ({role: to_data(one) for role, one in ticket.inputs.items()}, inputs),
        "locks": ([to_data(lock) for lock in ticket.locks], environment.get("locks") or []),
        "params": (dict(ticket.params), dict(run.params or {})),
        "secrets": (sorted(ticket.secrets), list(run.secrets)),
        "step": (ticket.step, run.step),
    }
    texts = {fact: [canonical_json(value).decode() for value in pair] for fact, pair in said.items()}
    return [
        f"{fact}: the ticket says {one[:200]}, not {other[:200]}"
        for fact, (one, other) in texts.items()
        if one != other
    ]


def _secrets_here(place: Workplace, wanted: Mapping[str, str]) -> dict[str, str]:
    """Returns the secrets that are here, for whose values code and parameters are searched; nothing runs with them.

    Raises:
        GitprovError: GP-SEC-002 for others that are not called as variables are: who types the value where the name
            belongs is not to find it in the ticket.
    """
    absent = absent_secrets(place, wanted)
    typed = [name for name in absent if not all(map(_CAPITALS.fullmatch, (name, wanted[name])))]
    if typed:
        raise codes.SEC_VARIABLE.error(
            f"no value for the secret {', '.join(typed)}",
            why="where its variable is not set, it has to be named in capital letters: something else may be the value",
        )
    return {name: variable for name, variable in wanted.items() if name not in absent}


def _refuse_unrecorded(ledger: Ledger, inputs: Mapping[str, Used]) -> None:
    new = [used.path for used in inputs.values() if used.new]
    if new:
        raise codes.TKT_INPUT.error(
            f"nobody recorded {', '.join(new)}",
            why="a ticket names its inputs by their records",
            fix=f"gitprov add {' '.join(map(quote, new))}",
        )
    drafts = [held.draft for used in inputs.values() if (held := ledger.held[used.input.artifact]).draft is not None]
    if drafts:
        names = " ".join(dict.fromkeys(drafts))
        raise codes.TKT_INPUT.error(f"inputs are drafts still: {names}", fix=f"gitprov keep {names}")
    absent = [ledger.short(used.input.artifact) for used in inputs.values() if used.input.path is None]
    if absent:
        raise codes.TKT_INPUT.error(
            f"inputs are not in the work tree: {', '.join(absent)}",
            why="a machine without a repository finds them where the ticket says that they lie",
            fix=f"gitprov restore {' '.join(absent)}",
        )


def _files(place: Workplace, entries: tuple[CodeEntry, ...]) -> Iterator[TicketFile]:
    """Yields the files of the code, with what lies in the work tree where git would store something else.

    Raises:
        GitprovError: GP-RUN-003 for a submodule, and for a file that is not in the work tree.
    """
    for entry in entries:
        data = place.worktree.read(entry.path) if entry.mode != SYMLINK else b""
        if entry.mode == SUBMODULE or entry.sha256 is None or data is None:
            raise codes.RUN_CODE.error(
                f"{entry.path} is code that nobody can check without git",
                why="it is a submodule" if entry.mode == SUBMODULE else "it is not in the work tree",
                fix="leave it out: --code PATH",
            )
        is_stored = entry.mode == SYMLINK or code_entry(entry.path, entry.mode, data).sha256 == entry.sha256
        own = None if is_stored else sha256_of(data)
        yield TicketFile(path=entry.path, mode=entry.mode, sha256=entry.sha256, worktree=own)  # type: ignore[arg-type]


def _stage(facts: StageFacts | None) -> TicketStage | None:
    if facts is None:
        return None
    return TicketStage(address=facts.address, deps=facts.deps, fresh=facts.fresh, params_files=facts.params_files)
