"""What another tool says of a run, as records: `declared`, and what the tool does not say `unknown` (demand 40)."""

from collections.abc import Mapping

from gitprov.ids import sha256_of
from gitprov.ids.recipes import UNKNOWN, environment_digest
from gitprov.ports.workplace import Workplace
from gitprov.recording.inputs import Used
from gitprov.recording.plan import Request, make_recipes, params_of
from gitprov.recording.sources import ROLE, STEP
from gitprov.records import AnyContent, Artifact, Code, Environment, Lock, Output, Run, Stored, store
from gitprov.records.types import Fact

UNKNOWN_ACTOR = "unknown"


def imported_run(
    request: Request,
    inputs: Mapping[str, Used],
    contents: Mapping[str, AnyContent],
    *,
    code: Code,
    environment: Environment,
    started: str | None = None,
    finished: str | None,
) -> tuple[list[Stored], Run]:
    """Returns the artifacts that a run made, in the order of its outputs, and the run.

    Args:
        request: What ran, as the tool says: step, command, folder, parameters and outputs.
        inputs: What it read, by role.
        contents: What it made, by role.
        code: Its code, or that nobody knows it.
        environment: Likewise.
        started: When it began, where that is known.
        finished: When it ended, where that is known.

    Raises:
        GitprovError: GP-YML-*, GP-VAL-* for what no record can hold.
    """
    params = params_of(request)
    recipes = make_recipes(
        request,
        request.outputs,
        command=request.command,
        inputs=inputs,
        code=code.digest,
        params=params,
        environment=environment,
    )
    artifacts = {
        role: store(Artifact(name=out.name, kind=out.kind, content=contents[role], recipe=recipes[role]))
        for role, out in request.outputs.items()
    }
    said = {"code": code.digest != UNKNOWN, "locks": environment.locks, "params": params, "times": finished}
    facts: tuple[Fact, ...] = ("code", "locks", "params", "times")
    run = Run(
        step=request.step,
        actor=UNKNOWN_ACTOR,
        outputs={
            role: Output(
                artifact=artifacts[role].id,
                content=contents[role].digest,
                path=out.path,
                recipe=recipes[role].id,
            )
            for role, out in request.outputs.items()
        },
        inputs={role: used.input for role, used in inputs.items()},
        command=request.command,
        cwd=request.cwd,
        params=params or None,
        code=code,
        environment=environment,
        started=started,
        finished=finished,
        declared=tuple(fact for fact in facts if said[fact]),
        unknown=("actor", "dirty", "exit", "hardware", "inputs", *(() if finished else ("times",))),
    )
    return [*artifacts.values()], run


def environment_of(place: Workplace, locks: Mapping[str, bytes]) -> Environment:
    """Returns what lock files say, by path; where variables count, nobody knows what they were."""
    digests = {path: sha256_of(data) for path, data in locks.items()}
    if not digests:
        return Environment(digest=UNKNOWN)
    known = environment_digest(container=None, locks=digests, variables={})
    return Environment(
        digest=UNKNOWN if place.settings.project().environment.variables else known,
        locks=tuple(Lock(path=path, sha256=digests[path]) for path in sorted(digests)),
    )


def imported_source(artifact: Artifact, path: str, time: str | None) -> tuple[Stored, Stored]:
    """Returns the records of a source that another tool knows of and of its `add`; no time, where nobody knows it."""
    source = store(artifact)
    content = artifact.content.digest
    run = Run(
        step=STEP,
        actor=UNKNOWN_ACTOR,
        outputs={ROLE: Output(artifact=source.id, content=content, path=path, recipe=content)},
        finished=time,
        declared=("times",) if time else (),
        unknown=("actor", *(() if time else ("times",))),
    )
    return source, store(run)
