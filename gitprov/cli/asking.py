"""What `run` and `ticket` are asked: the options that say what a command reads and makes, as a request."""

import json
import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import click

from gitprov.cli.project import pairs, paths_from_top
from gitprov.errors import catalogue as codes
from gitprov.ids.names import check_name
from gitprov.lineage import Ledger
from gitprov.recording.code import SCRIPTS
from gitprov.recording.plan import OutputSpec, Request
from gitprov.recording.sources import kind_of, name_of_path
from gitprov.recording.stages import StageFacts, find_stage, guess_kind, request_of
from gitprov.wiring.project import Project

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

# The options that say what a command reads and makes; of a stage dvc.yaml says it.
_ASKING = {
    "--input": "inputs",
    "--output": "outputs",
    "--param": "params",
    "--params": "params_file",
    "--seed": "seed",
    "--step": "step",
}


class AskingCommand(click.Command):
    """A click command of which the words are either a step's name or, behind `--`, a command; click joins the two."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parses the arguments; `ctx.obj` says whether there was `--`.

        Raises:
            GitprovError: GP-USE-001 for words on both sides of it.
        """
        at = args.index("--") if "--" in args else len(args)
        ctx.obj, words = at < len(args), tuple(args[at + 1 :])
        rest = super().parse_args(ctx, args[:at])
        if ctx.obj and ctx.params["words"] and not ctx.resilient_parsing:  # while a shell completes, nothing is refused
            before = shlex.join(ctx.params["words"])
            raise codes.USE_ARGUMENT.error(
                f"{before} stands before --, and a command behind it",
                why="what runs is a stage of dvc.yaml or a command",
                fix=f"{ctx.command_path} --step NAME --output ROLE=PATH -- CMD  # or {ctx.command_path} STAGE",
            )
        if ctx.obj:
            ctx.params["words"] = words
        return rest


OPTIONS = (
    click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[STEP | -- CMD...]"),
    click.option("--step", metavar="STEP", help="Name of the step; by default the name of the program or script."),
    click.option("--input", "inputs", multiple=True, metavar="ROLE=ARTIFACT|PATH", help="What the command reads."),
    click.option("--output", "outputs", multiple=True, metavar="ROLE=PATH[:NAME[:KIND]]", help="What it makes."),
    click.option(
        "--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter: number, true, text, JSON."
    ),
    click.option("--params", "params_file", metavar="FILE", help="Parameters from a JSON or YAML file."),
    click.option("--seed", type=int, metavar="N", help="The same as --param seed=N."),
    click.option("--code", multiple=True, metavar="PATH", help="Files and folders that are the code of this step."),
    click.option("--lock", "locks", multiple=True, metavar="FILE", help="Lock file; by default those at the top."),
    click.option("--container", metavar="IMAGE@sha256:…", help="The container that this runs in."),
    click.option(
        "--secret", "secrets", multiple=True, metavar="NAME[=VARIABLE]", help="A secret, by its variable's name."
    ),
)


def asking(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a function the arguments and options that `asked` understands."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def asked(
    project: Project, ledger: Ledger, words: tuple[str, ...], options: dict[str, Any], *, is_command: bool
) -> tuple[Request, StageFacts | None]:
    """Returns what is asked for, and what DVC knows of it when it is a stage.

    Raises:
        GitprovError: GP-USE-001 for arguments that do not fit together; GP-PTH-*, GP-SCH-003; what `request_of` raises.
    """
    request, facts = _request(project, ledger, words, options, is_command=is_command)
    return replace(request, secrets=_secrets(options["secrets"])), facts


def _request(
    project: Project, ledger: Ledger, words: tuple[str, ...], options: dict[str, Any], *, is_command: bool
) -> tuple[Request, StageFacts | None]:
    name = click.get_current_context().info_name
    code = tuple(paths_from_top(project, options["code"]))
    locks = tuple(paths_from_top(project, options["locks"]))
    given = [option for option, name in _ASKING.items() if options[name] not in ((), None)]
    stages = project.dvc.stages() if len(words) == 1 and not is_command else ()
    if not is_command and len(words) == 1 and not given:
        stage = find_stage(stages, words[0])
        return request_of(
            project, ledger, stage, code=code, locks=locks, container=options["container"], dry_run=options["dry_run"]
        )
    if any(stage.name == words[0] for stage in stages):
        raise codes.USE_ARGUMENT.error(
            f"{words[0]} is a stage: dvc.yaml says what it reads, makes and takes",
            why=f"there are other options too: {', '.join(given)}",
            fix=f"gitprov {name} {words[0]}",
        )
    if not words:
        raise codes.USE_ARGUMENT.error(
            "there is nothing to run", fix=f"gitprov {name} STEP  # or gitprov {name} --output ROLE=PATH -- COMMAND"
        )
    if not options["outputs"]:
        raise codes.USE_ARGUMENT.error(
            "a run without an output records nothing", fix=f"gitprov {name} --output ROLE=PATH -- {shlex.join(words)}"
        )
    step = options["step"] or _step_of(words)
    return (
        Request(
            step=step,
            command=words,
            cwd=project.git.relative("."),
            inputs=pairs(options["inputs"], "--input", "ROLE=ARTIFACT"),
            outputs=_outputs(project, ledger, pairs(options["outputs"], "--output", "ROLE=PATH")),
            params=_params(project, options),
            code=code,
            locks=locks,
            container=options["container"],
        ),
        None,
    )


def _step_of(words: tuple[str, ...]) -> str:
    """Returns a step name made of the script, or of the program."""
    script = next((word for word in words if PurePosixPath(word).suffix in SCRIPTS), words[0])
    return check_name(name_of_path(PurePosixPath(script).stem), "a step")


def _outputs(project: Project, ledger: Ledger, given: dict[str, str]) -> dict[str, OutputSpec]:
    outputs = {}
    for role, text in given.items():
        path, _, rest = text.partition(":")
        name, _, kind = rest.partition(":")
        name = check_name(name, "an artifact's name") if name else check_name(role, "a role")
        outputs[role] = OutputSpec(
            project.git.relative(path), name, kind_of(project, ledger, name, kind or None, guess_kind(role))
        )
    return outputs


def _params(project: Project, options: dict[str, Any]) -> dict[str, Any]:
    params: dict[str, Any] = {}
    if options["params_file"] is not None:
        path = project.git.relative(options["params_file"])
        data = project.worktree.read(path)
        if data is None:
            raise codes.PTH_MISSING.error(f"the parameter file {path} is not there")
        params |= project.settings.values(data, path)
    params |= {name: _value(text) for name, text in pairs(options["params"], "--param", "NAME=VALUE").items()}
    if options["seed"] is not None:
        params["seed"] = options["seed"]
    return params


def _secrets(given: tuple[str, ...]) -> dict[str, str]:
    """Returns name to variable."""
    secrets = {name: variable or name for name, _, variable in (text.partition("=") for text in given)}
    if not all(_VARIABLE.fullmatch(word) for pair in secrets.items() for word in pair):
        raise codes.USE_ARGUMENT.error(
            "--secret takes the names of environment variables, not a value",
            fix="gitprov run --secret NAME, or --secret NAME=VARIABLE",
        )
    return secrets


def _value(text: str) -> Any:  # JSON
    try:
        return json.loads(text, parse_constant=str)
    except ValueError:
        return text
