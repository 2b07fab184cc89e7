"""A stage of dvc.yaml is a step: what DVC knows of it, as a request to run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from gitprov.errors import catalogue as codes
from gitprov.ids import Value
from gitprov.lineage import Ledger
from gitprov.ports.dvc import Stage
from gitprov.ports.workplace import Workplace
from gitprov.recording.add import previous_name
from gitprov.recording.plan import OutputSpec, Request
from gitprov.recording.sources import kind_of, name_of_path
from gitprov.records import Content

KINDS = (
    "model",
    "dataset",
    "features",
    "statistics",
    "split",
    "metrics",
    "report",
    "tokenizer",
    "prompt",
    "thresholds",
)
"""Kinds that the name of an output suggests, when nobody says another."""

OTHER_KIND = "artifact"
PARAMS_FILE = "params.yaml"


@dataclass(frozen=True, slots=True)
class StageFacts:
    """What `keep` needs for the dvc.lock entry of a stage: its name, and the content of each dep by path."""

    name: str
    deps: Mapping[str, Content]
    params_files: tuple[str, ...] = ()


def find_stage(stages: Sequence[Stage], wanted: str) -> Stage:
    """Returns the stage of this name.

    Raises:
        GitprovError: GP-RUN-005 with the stages that there are.
    """
    found = [stage for stage in stages if wanted in (stage.name, f"{stage.folder}/dvc.yaml:{stage.name}")]
    if len(found) == 1:
        return found[0]
    if found:
        files = ", ".join(f"{stage.folder}/dvc.yaml:{stage.name}" for stage in found)
        raise codes.RUN_STEP.error(f"several dvc.yaml have a stage {wanted}", why=files, fix="name it with its file")
    names = ", ".join(stage.name for stage in stages)
    raise codes.RUN_STEP.error(f"there is no stage {wanted}", why=f"dvc.yaml has {names or 'no stage'}")


def step_name(stage: str) -> str:
    """Returns the step that a stage is recorded as: `train@a` is `train-a`."""
    return name_of_path(stage.replace("/", "-").replace("@", "-"))


def shell_command(commands: Sequence[str]) -> tuple[str, ...]:
    """Returns the command of a stage: DVC runs each line in a shell of its own and stops at the first that fails."""
    if len(commands) == 1:
        return ("sh", "-c", commands[0])
    return ("sh", "-ec", "\n".join(f"(\n{command}\n)" for command in commands))


def roles(paths: Sequence[str]) -> dict[str, str]:
    """Returns role to path: the role is the file's name without its ending, the whole path where two share one."""
    stems = [name_of_path(PurePosixPath(path).name.partition(".")[0] or path) for path in paths]
    return {
        stem if stems.count(stem) == 1 else name_of_path(path): path for stem, path in zip(stems, paths, strict=True)
    }


def flat_params(params: Mapping[str, Mapping[str, Any]]) -> dict[str, Value]:
    """Returns the parameters of a stage under one key each: those of params.yaml bare, others as `FILE:NAME`."""
    return {
        key if file == PARAMS_FILE else f"{file}:{key}": value
        for file, values in params.items()
        for key, value in values.items()
    }


def output_specs(place: Workplace, ledger: Ledger, paths: Sequence[str]) -> dict[str, OutputSpec]:
    """Returns role to output of the outputs of a stage.

    An output is named as dvc.yaml's `artifacts:` section says, else as before, else by its path.
    """
    declared = place.dvc.artifacts()
    specs = {}
    for role, path in roles(paths).items():
        entry = declared.get(path)
        name = name_of_path(entry.name) if entry else previous_name(ledger, path) or name_of_path(path)
        guess = (name_of_path(entry.kind) if entry and entry.kind else None) or guess_kind(role)
        specs[role] = OutputSpec(path, name, kind_of(place, ledger, name, None, guess))
    return specs


def guess_kind(role: str) -> str:
    """Returns the kind that a role suggests."""
    return next((kind for kind in KINDS if role == kind or role in (f"{kind}s", kind.rstrip("s"))), OTHER_KIND)


def request_of(
    place: Workplace,
    ledger: Ledger,
    stage: Stage,
    *,
    code: Sequence[str] = (),
    locks: Sequence[str] = (),
    container: str | None = None,
    dry_run: bool = False,
) -> tuple[Request, StageFacts]:
    """Returns a stage as a request, and what its dvc.lock entry will say of its deps.

    Git-tracked deps are its code; the others are its inputs.

    Raises:
        GitprovError: GP-PTH-006 when a dep is not there.
    """
    deps = {path: place.cache.snapshot(path, keep=False).content for path in stage.deps if not dry_run}
    tracked = place.git.tracked(stage.deps)
    data = [path for path in stage.deps if path not in tracked]
    request = Request(
        step=step_name(stage.name),
        command=shell_command(stage.commands),
        cwd=stage.cwd,
        inputs={role: f"{place.git.root}/{path}" for role, path in roles(data).items()},
        outputs=output_specs(place, ledger, [*stage.outs, *stage.git_outs]),
        params=flat_params(stage.params),
        code=tuple(code),
        tracked_deps=tuple(path for path in stage.deps if path in tracked),
        locks=tuple(locks),
        container=container,
        is_shell=True,
    )
    return request, StageFacts(stage.name, deps, tuple(stage.params))
