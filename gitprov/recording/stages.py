"""A stage of dvc.yaml is a step: what DVC knows of it, as a request to run."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Value, sha256_of
from gitprov.lineage import Ledger
from gitprov.ports.dvc import Declared, Stage
from gitprov.ports.workplace import Workplace
from gitprov.recording.add import previous_name
from gitprov.recording.code import SCRIPTS
from gitprov.recording.commands import shell_command
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
    """What DVC knows of a stage that runs.

    Attributes:
        address: What it is called in dvc.lock and, below the top, where.
        deps: The content of each dep, path to content: what its dvc.lock entry says.
        params_files: Its parameter files.
        fresh: Outputs that DVC removes before it runs the stage.
        always_changed: Whether DVC runs it every time.
    """

    address: str
    deps: Mapping[str, Content]
    params_files: tuple[str, ...] = ()
    fresh: tuple[str, ...] = ()
    always_changed: bool = False


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


def stage_at(stages: Sequence[Stage], address: str) -> Stage | None:
    """Returns the stage of exactly this address, or None."""
    return next((stage for stage in stages if stage.address == address), None)


def step_name(stage: str) -> str:
    """Returns the step that a stage is recorded as: `train@a` is `train-a`."""
    return name_of_path(stage.replace("/", "-").replace("@", "-"))


def code_deps(place: Workplace, deps: Sequence[str], tracked: Collection[str]) -> list[str]:
    """Returns the deps of a stage that are its code; the others are data, its inputs.

    Data is what DVC owns or a stage makes, what git ignores, and a folder without scripts in which git ignores
    something (`data/` with a .gitkeep). Of the rest, code is what git tracks, and scripts that it does not track yet.
    """
    return [dep for dep in deps if _is_code(place, dep, dep in tracked)]


def _is_code(place: Workplace, dep: str, is_tracked: bool) -> bool:
    if place.dvc.owner(dep) is not None or place.dvc.pointer(dep) is not None:
        return False
    files = place.worktree.files(dep) or [dep]
    ignored = place.git.ignored(files)
    if any(PurePosixPath(file).suffix in SCRIPTS and file not in ignored for file in files):
        return True
    return is_tracked and not ignored


def roles(paths: Sequence[str]) -> dict[str, str]:
    """Returns role to path.

    The role is the file's name without its ending; the whole path where two share one; and where these are alike as
    names (`A.csv` and `a.csv`), with digits of the path's digest.
    """
    chosen = {path: name_of_path(PurePosixPath(path).name.partition(".")[0] or path) for path in paths}
    for longer in (
        name_of_path,
        lambda path: f"{name_of_path(path)[-80:].strip('._-')}-{sha256_of(path.encode())[7:15]}",
    ):
        twice = {role for role, times in Counter(chosen.values()).items() if times > 1}
        chosen = {path: longer(path) if role in twice else role for path, role in chosen.items()}
    return {role: path for path, role in chosen.items()}


def flat_params(params: Mapping[str, Mapping[str, Any]]) -> dict[str, Value]:
    """Returns the parameters of a stage under one key each: those of params.yaml bare, others as `FILE:NAME`."""
    return {
        key if file == PARAMS_FILE else f"{file}:{key}": value
        for file, values in params.items()
        for key, value in values.items()
    }


def output_specs(
    place: Workplace, ledger: Ledger, paths: Sequence[str], declared: Mapping[str, Declared]
) -> dict[str, OutputSpec]:
    """Returns role to output of the outputs of a stage.

    An output is named as `declared`, dvc.yaml's `artifacts:` section, says, else as before, else by its path.
    """
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

    Raises:
        GitprovError: GP-PTH-006 when a dep is not there; GP-PTH-001 when one, or an output, lies outside the work tree;
            GP-RUN-006 when a declared parameter is missing; GP-USE-001 for a frozen stage.
    """
    if stage.outside:
        raise codes.PTH_OUTSIDE.error(
            f"{', '.join(stage.outside)} lies outside the repository, and stage {stage.name} declares it",
            why="what lies there would not be recorded",
        )
    if stage.missing_params:
        raise codes.RUN_PARAM.error(
            f"there is no parameter {', '.join(stage.missing_params)}", why=f"stage {stage.name} declares it"
        )
    if stage.frozen:
        raise codes.USE_ARGUMENT.error(f"stage {stage.name} is frozen", fix=f"dvc unfreeze {stage.address}")
    deps = {path: place.cache.snapshot(path, keep=False).content for path in stage.deps if not dry_run}
    own_code = code_deps(place, stage.deps, place.git.tracked(stage.deps))
    data = [path for path in stage.deps if path not in own_code]
    made = [*stage.outs, *stage.git_outs]
    request = Request(
        step=step_name(stage.name),
        command=shell_command(stage.commands),
        cwd=stage.cwd,
        inputs={role: f"{place.git.root}/{path}" for role, path in roles(data).items()},
        outputs=output_specs(place, ledger, made, place.dvc.artifacts()),
        params=flat_params(stage.params),
        code=tuple(code),
        code_deps=tuple(own_code),
        locks=tuple(locks),
        container=container,
        is_shell=True,
    )
    return request, StageFacts(
        address=stage.address,
        deps=deps,
        params_files=tuple(stage.params),
        fresh=tuple(path for path in made if path not in stage.persistent),
        always_changed=stage.always_changed,
    )
