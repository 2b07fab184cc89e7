"""What a run is going to be: everything that is known before the command starts, judged before it starts."""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, Value, canonical_json, digest_hex, normalize
from gitprov.ids.names import check_name
from gitprov.ids.recipes import recipe_id
from gitprov.lineage import Ledger
from gitprov.ports.git import CodeState
from gitprov.ports.workplace import Workplace
from gitprov.recording.add import previous_name
from gitprov.recording.code import check_scripts, code_paths, record_code
from gitprov.recording.environment import check_container, find_locks
from gitprov.recording.ledger import DRAFTS
from gitprov.recording.naming import find
from gitprov.recording.sources import kind_of, name_of_path, source_records
from gitprov.records import (
    AnyContent,
    Artifact,
    Content,
    Environment,
    Input,
    Output,
    Recipe,
    Release,
    Run,
    Stored,
    store,
)
from gitprov.records.types import Fact

_placeholder = re.compile(r"\{(params|inputs|outputs)\.([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """One output that a command is going to leave: where, and as what it is recorded."""

    path: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Used:
    """One input: its record, its content, and where the command finds it.

    Attributes:
        input: What the run record says.
        content: The content; by reference where no bytes could be had.
        path: Where the command reads it, from the top of the work tree.
        new: Records of a source that was not recorded before.
    """

    input: Input
    content: AnyContent
    path: str
    new: tuple[Stored, ...] = ()


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
        tracked_deps: The git-tracked deps of a dvc.yaml stage.
        locks: Lock files; none to find them.
        container: IMAGE@sha256:DIGEST.
        is_shell: Whether the command is `sh -c TEXT` of a dvc.yaml stage, whose placeholders are DVC's business.
    """

    step: str
    command: tuple[str, ...]
    cwd: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, OutputSpec] = field(default_factory=dict)
    params: Mapping[str, Value] = field(default_factory=dict)
    code: tuple[str, ...] = ()
    tracked_deps: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    container: str | None = None
    is_shell: bool = False


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


@dataclass(frozen=True, slots=True)
class Begun:
    """What was seen when a run that plans itself as it goes (the Python API) began: its inputs and its code."""

    inputs: Mapping[str, Used]
    code: CodeState
    code_paths: Sequence[str]


def make_plan(
    place: Workplace, ledger: Ledger, request: Request, *, begun: Begun | None = None, dry_run: bool = False
) -> Plan:
    """Returns the plan of a run: inputs found and hashed, code and environment recorded, every name judged.

    Args:
        place: The ports.
        ledger: What is recorded.
        request: What is asked for.
        begun: Inputs and code as they were seen earlier, in place of the request's inputs and of the code now.
        dry_run: Keep no bytes.

    Raises:
        GitprovError: GP-RUN-002, -003, -006 for a request that cannot be recorded; GP-NAM-*, GP-PTH-*, GP-BLB-* for its
            inputs; GP-VAL-*, GP-YML-003 when the record would not hold its values. Nothing has run then.
    """
    check_name(request.step, "a step")
    for role, out in request.outputs.items():
        check_name(role, "a role")
        check_name(out.name, "an artifact's name")
        check_name(out.kind, "a kind")
    if not request.outputs:
        raise codes.USE_ARGUMENT.error("a run without an output records nothing", fix="add --output ROLE=PATH")
    params = normalize(request.params)
    if not isinstance(params, dict):
        raise codes.RUN_PARAM.error("parameters are a mapping")
    container = check_container(request.container)
    if begun is None:
        inputs = {role: use_input(place, ledger, role, text, keep=not dry_run) for role, text in request.inputs.items()}
    else:
        inputs = dict(begun.inputs)
    argv = request.command if request.is_shell else substitute(request, inputs, params)

    out_paths = [out.path for out in request.outputs.values()]
    apart = sorted({*(used.input.path or used.path for used in inputs.values()), *out_paths})
    if begun is None:
        paths = code_paths(place, request.step, request.code, request.tracked_deps, request.cwd)
        state = place.git.code(paths, apart)
    else:
        paths, state = list(begun.code_paths), _without(begun.code, apart)
    inner = _shell_words(request.command[-1]) if request.is_shell else argv
    check_scripts(place, inner, request.cwd, apart, state)

    locks = find_locks(place, request.locks)
    variables = place.settings.project().environment.variables
    environment = place.host.environment(inner, request.cwd, locks=locks, container=container, variables=variables)
    code = record_code(place, state, paths, keep=not dry_run)
    command = recorded_command(place, request.command)
    recipes = {
        role: make_recipe(
            request,
            role,
            command=command,
            inputs=inputs,
            code=code.digest,
            params=params,
            environment=environment,
        )
        for role in request.outputs
    }
    declared: list[Fact] = ["actor"]
    if container is not None:
        declared.append("container")
    if locks:
        declared.append("locks")
    if params:
        declared.append("params")
    run = Run(
        step=request.step,
        actor=place.person(),
        outputs={},
        inputs={role: used.input for role, used in inputs.items()},
        command=command,
        cwd=request.cwd,
        params=params or None,
        code=code,
        environment=environment,
        declared=tuple(declared),
    )
    _judge(run, request, recipes)
    notes = tuple(place.host.disagreements(inner, locks)) if locks else ()
    return Plan(request, argv, inputs, recipes, state, run, notes)


def make_recipe(
    request: Request,
    role: str,
    *,
    command: tuple[str, ...],
    inputs: Mapping[str, Used],
    code: str,
    params: Mapping[str, Value],
    environment: Environment,
) -> Recipe:
    """Returns the recipe of one output."""
    contents = {name: used.input.content for name, used in inputs.items()}
    return Recipe(
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


def use_input(place: Workplace, ledger: Ledger, role: str, text: str, *, keep: bool = True) -> Used:
    """Returns an input: a recorded artifact by name, or a path, which is recorded as a source when it is new.

    Raises:
        GitprovError: GP-NAM-* and GP-PTH-* when there is no such thing; GP-BLB-002 when its bytes are not here.
    """
    check_name(role, "a role")
    path = _path_of(place, text)
    if path is not None and not (ledger.named(text) and not text.startswith("./")):
        return use_path(place, ledger, path, keep=keep)
    target = find(ledger, text, place.git, place.worktree, place.cache)
    artifact = _artifact_of(ledger, target.id, text)
    content = ledger.artifacts[artifact].content
    for known in reversed(ledger.paths_of(artifact)):
        if place.worktree.kind(known) in ("file", "directory"):
            here = place.cache.snapshot(known, keep=keep, progress=place.progress).content
            if here.digest == content.digest:
                return Used(
                    Input(artifact=artifact, content=content.digest, after="unknown", path=known), content, known
                )
    if not isinstance(content, Content):
        raise codes.BLB_UNVERIFIED.error(f"the bytes of {text} are not here", fix="dvc pull, or name a path")
    known = (ledger.paths_of(artifact) or [ledger.artifacts[artifact].name])[-1]
    shelf = f"{DRAFTS}/inputs/{digest_hex(content.digest)[:16]}/{PurePosixPath(known).name}"
    if keep:
        place.cache.restore(content, f"{place.git.root}/{shelf}", progress=place.progress)
    return Used(Input(artifact=artifact, content=content.digest, after="unknown"), content, shelf)


def use_path(place: Workplace, ledger: Ledger, path: str, *, keep: bool = True) -> Used:
    """Returns a path of the work tree as an input; bytes that nobody recorded become a source artifact."""
    snapshot = place.cache.snapshot(path, keep=keep, progress=place.progress)
    same = ledger.with_content(snapshot.content.digest)
    here = [one for one in ledger.at_path(path) if one in same] or sorted(same, key=lambda one: (ledger.made(one), one))
    new: tuple[Stored, ...] = ()
    if here:
        artifact = here[-1]
    else:
        name = previous_name(ledger, path) or name_of_path(path)
        new = source_records(place, path, snapshot.content, name=name, kind=kind_of(place, ledger, name, None))
        artifact = new[0].id
    used = Input(artifact=artifact, content=snapshot.content.digest, after="unknown", path=path)
    return Used(used, snapshot.content, path, new)


def substitute(request: Request, inputs: Mapping[str, Used], params: Mapping[str, Value]) -> tuple[str, ...]:
    """Returns the command with `{params.x}`, `{inputs.role}` and `{outputs.role}` replaced.

    Raises:
        GitprovError: GP-RUN-006 for a placeholder that names nothing.
    """
    up = [".."] * len([part for part in PurePosixPath(request.cwd).parts if part != "."])

    def from_cwd(path: str) -> str:
        return str(PurePosixPath(path).relative_to(request.cwd)) if _below(path, request.cwd) else "/".join([*up, path])

    def value(match: re.Match[str]) -> str:
        group, name = match.groups()
        if group == "params" and name in params:
            chosen = params[name]
            return chosen if isinstance(chosen, str) else _scalar(chosen)
        if group == "inputs" and name in inputs:
            return from_cwd(inputs[name].path)
        if group == "outputs" and name in request.outputs:
            return from_cwd(request.outputs[name].path)
        there = {"params": params, "inputs": inputs, "outputs": request.outputs}[group]
        raise codes.RUN_PARAM.error(
            f"the command names {match.group()}, and there is no such thing",
            why=f"{group}: {', '.join(there) or 'none'}",
        )

    return tuple(_placeholder.sub(value, word) for word in request.command)


def recorded_command(place: Workplace, command: Sequence[str]) -> tuple[str, ...]:
    """Returns a command as a recipe holds it: no path of this machine in it.

    A path inside the repository becomes relative to its top; an absolute program elsewhere becomes its name.
    """
    out = []
    for position, word in enumerate(command):
        if PurePosixPath(word).is_absolute():
            try:
                out.append(place.git.relative(word))
                continue
            except GitprovError:
                if position == 0:
                    out.append(PurePosixPath(word).name)
                    continue
        out.append(word)
    return tuple(out)


def _judge(run: Run, request: Request, recipes: Mapping[str, Recipe]) -> None:
    """Writes the records that are to come with stand-ins for what is not known yet, so that they cannot fail later."""
    nothing = Digest("sha256:" + "0" * 64)
    content = Content(digest=nothing, files=1, md5="md5:" + "0" * 32, size=0)  # type: ignore[arg-type]
    for role, out in request.outputs.items():
        store(Artifact(name=out.name, kind=out.kind, content=content, recipe=recipes[role]))
    outputs = {
        role: Output(artifact=nothing, content=nothing, path=out.path, recipe=nothing)
        for role, out in request.outputs.items()
    }
    time = "2000-01-01T00:00:00Z"
    store(replace(run, outputs=outputs, started=time, finished=time, exit=0))


def _without(state: CodeState, apart: Sequence[str]) -> CodeState:
    entries = tuple(entry for entry in state.entries if not any(_below(entry.path, path) for path in apart))
    return replace(state, entries=entries)


def _artifact_of(ledger: Ledger, record: Digest, text: str) -> Digest:
    found = ledger.held[record].stored.record
    if isinstance(found, Artifact):
        return record
    if isinstance(found, Release):
        members = found.members
        if len(members) == 1 or "model" in members:
            return (members["model"] if "model" in members else next(iter(members.values()))).artifact
        raise codes.NAM_AMBIGUOUS.error(f"{text} has several members", why=", ".join(members), fix="name one by its id")
    raise codes.NAM_UNKNOWN.error(f"{text} is not an artifact", why=f"it is a {type(found).__name__.lower()}")


def _path_of(place: Workplace, text: str) -> str | None:
    if text.startswith("id:") or "@v" in text:
        return None
    try:
        path = place.git.relative(text)
    except GitprovError:
        return None
    return path if place.worktree.kind(path) is not None else None


def _below(path: str, folder: str) -> bool:
    return folder in (".", path) or path.startswith(folder + "/")


def _scalar(value: Value) -> str:
    return canonical_json(value).decode()


def _shell_words(text: str) -> list[str]:
    try:
        return shlex.split(text, comments=True)
    except ValueError:
        return text.split()
