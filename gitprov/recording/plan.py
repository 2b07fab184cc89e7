"""What a run is going to be: everything that is known before the command starts, judged before it starts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace

from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, Md5, Value, normalize
from gitprov.ids.names import check_name
from gitprov.ids.recipes import recipe_id
from gitprov.lineage import Ledger
from gitprov.ports.git import CodeState
from gitprov.ports.workplace import Workplace
from gitprov.recording.code import check_scripts, code_paths, record_code
from gitprov.recording.commands import is_below, overlap, recorded_command, shell_words, substitute
from gitprov.recording.environment import check_container, find_locks
from gitprov.recording.inputs import Used, use_input
from gitprov.recording.secrets import refuse_secrets, secret_error, secrets_of
from gitprov.recording.sources import check_place
from gitprov.records import Artifact, Blob, Content, Environment, Output, Recipe, Run, store
from gitprov.records.types import Fact

UNDECLARED_ROOM = 5000
"""Characters that a run record keeps free for what is seen only while the command runs."""


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """One output that a command is going to leave: where, and as what it is recorded."""

    path: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asked for; paths are from the top of the work tree.

    Attributes:
        step: The step's name.
        command: The argument list with its placeholders.
        cwd: Where it runs.
        inputs: Role to the name of an artifact, or to a path.
        outputs: Role to output.
        params: The parameters.
        code: Code paths; none to find them.
        code_deps: The deps of a dvc.yaml stage that are its code.
        locks: Lock files; none to find them.
        container: IMAGE@sha256:DIGEST.
        is_shell: Whether the command is `sh -c TEXT` of a dvc.yaml stage, whose placeholders are DVC's business.
        secrets: Variables that the command is given and no record holds: name to the variable that has the value here.
    """

    step: str
    command: tuple[str, ...]
    cwd: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, OutputSpec] = field(default_factory=dict)
    params: Mapping[str, Value] = field(default_factory=dict)
    code: tuple[str, ...] = ()
    code_deps: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    container: str | None = None
    is_shell: bool = False
    secrets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Begun:
    """What was seen before a run began: its code and its environment, and the command that is to run."""

    argv: tuple[str, ...]
    code: CodeState
    code_paths: Sequence[str]
    environment: Environment
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A run that can start: `run` is its record without times, exit and outputs."""

    request: Request
    argv: tuple[str, ...]
    inputs: Mapping[str, Used]
    recipes: Mapping[str, Recipe]
    code: CodeState
    run: Run
    notes: tuple[str, ...] = ()


def make_plan(place: Workplace, ledger: Ledger, request: Request, *, dry_run: bool = False) -> Plan:
    """Returns the plan of a run: inputs found and hashed, code and environment recorded, every name judged.

    Args:
        place: The ports.
        ledger: What is recorded.
        request: What is asked for.
        dry_run: Keep no bytes.

    Raises:
        GitprovError: GP-RUN-002, -003, -006 for a request that cannot be recorded; GP-NAM-*, GP-PTH-*, GP-BLB-* for its
            inputs; GP-USE-001 for outputs that lie in one another, or in an input; GP-VAL-*, GP-YML-003 when the record
            would not hold its values; GP-SEC-001 for a secret in what would be kept, GP-SEC-002 for one that is not
            there. Nothing has run then.
    """
    for role, out in request.outputs.items():
        check_output(role, out)
    if not request.outputs:
        raise codes.USE_ARGUMENT.error("a run without an output records nothing", fix="add --output ROLE=PATH")
    check_container(request.container)
    inputs = {role: use_input(place, ledger, role, text, keep=not dry_run) for role, text in request.inputs.items()}
    check_apart(request.outputs, inputs)
    return complete(place, request, inputs, begin(place, ledger, request, inputs), keep=not dry_run)


def begin(place: Workplace, ledger: Ledger, request: Request, inputs: Mapping[str, Used]) -> Begun:
    """Returns the code and the environment that a run starts from, judged.

    Raises:
        GitprovError: As `make_plan`.
    """
    check_name(request.step, "a step")
    container = check_container(request.container)
    argv = request.command
    if not request.is_shell:
        argv = substitute(
            request.command,
            request.cwd,
            params=params_of(request),
            inputs={role: used.path for role, used in inputs.items()},
            outputs={role: out.path for role, out in request.outputs.items()},
        )
    read = [used.input.path or used.path for used in inputs.values()]
    made = [out.path for out in request.outputs.values()]
    paths = code_paths(place, request.step, request.code, request.code_deps, request.cwd)
    state = place.git.code(paths, sorted({*read, *made, *_unkept(place, ledger)}))
    words = shell_words(request.command[-1]) if request.is_shell else argv
    check_scripts(place, words, request.cwd, read, state)
    locks = find_locks(place, request.locks)
    variables = place.settings.project().environment.variables
    environment = place.host.environment(words, request.cwd, locks=locks, container=container, variables=variables)
    _judge(place, _run(place, request, {}, environment), request, {})
    notes = tuple(place.host.disagreements(words, request.cwd, locks)) if locks else ()
    return Begun(argv, state, paths, environment, notes)


def complete(
    place: Workplace, request: Request, inputs: Mapping[str, Used], begun: Begun, *, keep: bool = True
) -> Plan:
    """Returns the plan of a run that began so; with `keep` a copy of its code is stored.

    Raises:
        GitprovError: As `make_plan`.
    """
    state = _without(
        begun.code, [*(used.path for used in inputs.values()), *(o.path for o in request.outputs.values())]
    )
    _refuse_in_code(place, request, state)
    code = record_code(place, state, begun.code_paths, keep=keep)
    run = replace(_run(place, request, inputs, begun.environment), code=code)
    recipes = make_recipes(
        request,
        request.outputs,
        command=run.command or (),
        inputs=inputs,
        code=code.digest,
        params=run.params or {},
        environment=begun.environment,
    )
    _judge(place, run, request, recipes)
    return Plan(request, begun.argv, inputs, recipes, state, run, begun.notes)


def make_recipes(
    request: Request,
    roles: Iterable[str],
    *,
    command: tuple[str, ...],
    inputs: Mapping[str, Used],
    code: str,
    params: Mapping[str, Value],
    environment: Environment,
) -> dict[str, Recipe]:
    """Returns the recipes of outputs, by role."""
    contents = {name: used.input.content for name, used in inputs.items()}
    return {
        role: Recipe(
            id=recipe_id(
                step=request.step,
                command=command,
                cwd=request.cwd,
                inputs=contents,
                code=code,
                params=params,
                environment=environment.digest,
                output=role,
            ),
            code=code,
            command=command,
            cwd=request.cwd,
            environment=environment.digest,
            inputs=contents,
            output=role,
            params=params,
            step=request.step,
        )
        for role in roles
    }


def check_output(role: str, out: OutputSpec) -> None:
    """Refuses an output that cannot be recorded.

    Raises:
        GitprovError: GP-SCH-003 for a name; GP-PTH-002 for a path with the repository's own files.
    """
    check_name(role, "a role")
    check_name(out.name, "an artifact's name")
    check_name(out.kind, "a kind")
    check_place(out.path)


def check_apart(outputs: Mapping[str, OutputSpec], inputs: Mapping[str, Used]) -> None:
    """Refuses outputs that lie in one another or in an input: nobody could say who made which bytes.

    Raises:
        GitprovError: GP-USE-001.
    """
    paths = [(f"the output {role}", out.path) for role, out in outputs.items()]
    read = [(f"the input {role}", used.path) for role, used in inputs.items()]
    for position, (role, path) in enumerate(paths):
        for other, there in (*paths[:position], *read):
            if overlap(path, there):
                raise codes.USE_ARGUMENT.error(
                    f"{role} ({path}) and {other} ({there}) are not apart",
                    why="nobody could say which bytes the command made",
                    fix="let the command write somewhere else",
                )


def _run(place: Workplace, request: Request, inputs: Mapping[str, Used], environment: Environment) -> Run:
    params = params_of(request)
    given = {"container": environment.container, "locks": environment.locks, "params": params}
    declared: list[Fact] = ["actor", *(fact for fact in ("container", "locks", "params") if given[fact])]
    return Run(
        step=request.step,
        actor=place.person(),
        outputs={},
        inputs={role: used.input for role, used in inputs.items()},
        command=recorded_command(place, request.command),
        cwd=request.cwd,
        params=params or None,
        environment=environment,
        declared=tuple(declared),
        secrets=tuple(sorted(request.secrets)),
    )


def params_of(request: Request) -> Mapping[str, Value]:
    """Returns the parameters as records have them."""
    params = normalize(dict(request.params))
    return params if isinstance(params, dict) else {}


def check_found(command: Sequence[str], inputs: Mapping[str, Used]) -> None:
    """Refuses a command that is not told where an input lies which is not in the work tree.

    Raises:
        GitprovError: GP-RUN-006.
    """
    for role, used in inputs.items():
        if used.input.path is None and not any(f"{{inputs.{role}}}" in word for word in command):
            raise codes.RUN_PARAM.error(
                f"the command cannot find the input {role}: its bytes are not in the work tree",
                why="they are restored for this run only, and the command does not name the place",
                fix=f"write {{inputs.{role}}} in the command, or restore it first: gitprov restore",
            )


def _unkept(place: Workplace, ledger: Ledger) -> list[str]:
    """Returns the outputs of drafts that git does not track: they are data, though nothing ignores them yet."""
    drafts = [run for one, run in ledger.runs.items() if ledger.held[one].state == "draft"]
    paths = sorted({made.path for run in drafts for made in run.outputs.values()})
    tracked = place.git.tracked(paths)
    return [path for path in paths if path not in tracked]


def _judge(place: Workplace, run: Run, request: Request, recipes: Mapping[str, Recipe]) -> None:
    """Writes the records that are to come with stand-ins for what is not known yet, so that they cannot fail later."""
    nothing = Digest("sha256:" + "0" * 64)
    most = 2**53 - 1
    md5 = Md5("md5:" + "0" * 32)
    content = Content(digest=nothing, files=most, md5=md5, size=most, listing=Blob(md5=md5, size=most))
    made = [(request.outputs[role], recipe) for role, recipe in recipes.items()]
    records = [store(Artifact(name=out.name, kind=out.kind, content=content, recipe=recipe)) for out, recipe in made]
    outputs = {
        role: Output(artifact=nothing, content=nothing, path=out.path, recipe=nothing)
        for role, out in request.outputs.items()
    }
    time = "2000-01-01T00:00:00.000001Z"
    declared: tuple[Fact, ...] = (*run.declared, "outputs")
    room = ("x" * UNDECLARED_ROOM,)
    whole = replace(run, outputs=outputs, started=time, finished=time, declared=declared)
    store(replace(whole, undeclared=room))
    refuse_secrets(place, [*records, store(whole)], secrets_of(place, request.secrets))


def _refuse_in_code(place: Workplace, request: Request, state: CodeState) -> None:
    """Refuses code that has the value of a secret in it: a copy of the code is kept and shared."""
    values = secrets_of(place, request.secrets)
    blobs = dict(place.git.blobs(set(state.oids.values()))) if values else {}
    found = [
        (path, f"the value of --secret {name}")
        for path, oid in state.oids.items()
        for name, value in values.items()
        if value.encode() in blobs[oid]
    ]
    if found:
        fix = "take it out of the file, or let git ignore the file; what was committed has to be rotated"
        raise secret_error(found, why="a copy of the code is kept with a run, and shared", fix=fix)


def _without(state: CodeState, apart: Sequence[str]) -> CodeState:
    entries = tuple(entry for entry in state.entries if not any(is_below(entry.path, path) for path in apart))
    kept = {entry.path for entry in entries}
    return replace(state, entries=entries, oids={path: oid for path, oid in state.oids.items() if path in kept})
