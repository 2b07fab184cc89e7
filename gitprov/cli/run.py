"""`gitprov run`."""

import json
import re
import shlex
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import click

from gitprov.cli.project import pairs, paths_from_top
from gitprov.cli.text import printable
from gitprov.cli.writing import dry_run_option, json_option, one_line, record_json, show_files, show_notes, show_outcome
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import digest_hex
from gitprov.ids.names import check_name
from gitprov.lineage import Ledger
from gitprov.recording.code import SCRIPTS
from gitprov.recording.keep import keep
from gitprov.recording.plan import OutputSpec, Request
from gitprov.recording.run import RunResult, run
from gitprov.recording.sources import kind_of, name_of_path
from gitprov.recording.stages import StageFacts, find_stage, guess_kind, request_of
from gitprov.recording.writing import Outcome
from gitprov.wiring.opening import open_project
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


class RunCommand(click.Command):
    """A click command that remembers whether `--` was given: click itself takes it away."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Notes `--` and parses the arguments."""
        ctx.obj = "--" in args
        return super().parse_args(ctx, args)


@click.command(cls=RunCommand)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[STEP] [-- CMD...]")
@click.option("--step", metavar="STEP", help="Name of the step; by default the name of the program or script.")
@click.option("--input", "inputs", multiple=True, metavar="ROLE=ARTIFACT|PATH", help="What the command reads.")
@click.option("--output", "outputs", multiple=True, metavar="ROLE=PATH[:NAME[:KIND]]", help="What it makes.")
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter: number, true, text, JSON.")
@click.option("--params", "params_file", metavar="FILE", help="Parameters from a JSON or YAML file.")
@click.option("--seed", type=int, metavar="N", help="The same as --param seed=N.")
@click.option("--code", multiple=True, metavar="PATH", help="Files and folders that are the code of this step.")
@click.option("--lock", "locks", multiple=True, metavar="FILE", help="Lock file; by default those at the top.")
@click.option("--container", metavar="IMAGE@sha256:…", help="The container that this runs in.")
@click.option("--secret", "secrets", multiple=True, metavar="NAME[=VARIABLE]", help="A secret, by its variable's name.")
@click.option("--keep", "keep_it", is_flag=True, help="Stage the records at once, as `gitprov keep` does.")
@click.option("--force", is_flag=True, help="Run even when the result is known.")
@dry_run_option
@json_option
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], as_json: bool, **options: Any) -> None:  # click's
    """Run a command and record what it read and made.

    STEP is a stage of dvc.yaml: its deps, outs, params and command. Else give the command after `--`. `{params.x}`,
    `{inputs.role}` and `{outputs.role}` in it are replaced; GITPROV_PARAMS names a JSON file with the parameters.
    When the same recipe is known, its outputs are restored instead. The exit status is the command's own.

    A secret is passed by its name: CMD gets the environment variable NAME with the value of VARIABLE (by default NAME
    itself). The run names it; the value is written nowhere, and refused in parameters, command, code and outputs.

    Example: gitprov run --input data=train-set --output model=model.pkl --param lr=0.1 -- python train.py {params.lr}
    """
    project, ledger = open_project()
    request, facts = _request(project, ledger, words, options, is_command=ctx.obj)
    request = replace(request, secrets=_secrets(options["secrets"]))
    dry_run, keep_it = options["dry_run"], options["keep_it"]
    result = run(project, ledger, request, facts=facts, force=options["force"], dry_run=dry_run)
    kept = None
    made = (result.draft.name,) if result.draft is not None else result.drafts
    if made and keep_it:
        try:
            kept = keep(project, ledger, made)
        except GitprovError as error:  # the command has succeeded: its status stands
            result = replace(result, unfinished=error)
    if as_json:
        click.echo(json.dumps(_json(result, kept, dry_run=dry_run), indent=2, sort_keys=True))
    else:
        _show(result, kept, dry_run=dry_run)
    ctx.exit(result.exit)


def _request(
    project: Project, ledger: Ledger, words: tuple[str, ...], options: dict[str, Any], *, is_command: bool
) -> tuple[Request, StageFacts | None]:
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
            fix=f"gitprov run {words[0]}",
        )
    if not words:
        raise codes.USE_ARGUMENT.error(
            "there is nothing to run", fix="gitprov run STEP  # or gitprov run --output ROLE=PATH -- COMMAND"
        )
    if not options["outputs"]:
        raise codes.USE_ARGUMENT.error(
            "a run without an output records nothing", fix=f"gitprov run --output ROLE=PATH -- {shlex.join(words)}"
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


def _json(result: RunResult, kept: Outcome | None, *, dry_run: bool) -> dict[str, object]:
    draft = result.draft
    return {
        "drafts": [] if kept else [draft.name] if draft else list(result.drafts),
        "dry_run": dry_run,
        "exit": result.exit,
        "notes": [*result.notes, *(kept.notes if kept else ())],
        "recipes": {role: recipe.id for role, recipe in result.plan.recipes.items()},
        "records": [record_json(record) for record in draft.records] if draft else [],
        "restored": dict(result.restored) if result.restored is not None else None,
        "schema": "gitprov/run-result/v1",
        "staged": list(kept.staged if kept else result.staged),
        "unfinished": str(result.unfinished) if result.unfinished else None,
    }


def _show(result: RunResult, kept: Outcome | None, *, dry_run: bool) -> None:
    if result.restored is not None:
        _show_restored(result, kept, dry_run=dry_run)
    elif dry_run:
        click.echo(f"would run {printable(shlex.join(result.plan.argv))}")
        for role, recipe in result.plan.recipes.items():
            click.echo(f"  output {role}: recipe {recipe.id[:19]}")
    elif result.exit != 0:
        click.echo(f"the command ended with status {result.exit}: nothing was recorded", err=True)
    elif kept is not None:
        show_outcome(kept, as_json=False)
    elif result.draft is not None:
        for record in result.draft.records:
            click.echo(f"draft {one_line(record)}")
        click.echo(f"next: gitprov keep {result.draft.name}")
    show_notes(result.notes)
    if result.unfinished is not None:
        click.echo(f"error[{result.unfinished.code.id}]: {printable(result.unfinished.what)}", err=True)
        why, fix = result.unfinished.why, result.unfinished.fix
        if not why.startswith("the command succeeded"):
            why = "the command succeeded, and recording it is not finished; nothing is lost"
            fix = fix if "gitprov keep" in fix else f"{fix}; then gitprov keep"
        click.echo(f"  why: {printable(why)}", err=True)
        click.echo(f"  fix: {printable(fix)}", err=True)


def _show_restored(result: RunResult, kept: Outcome | None, *, dry_run: bool) -> None:
    for path, artifact in (result.restored or {}).items():
        done = "would be restored" if dry_run else "was restored"
        known = f"id:{digest_hex(artifact)[:8]}"
        click.echo(f"{printable(path)} {done}: this recipe is known as {known} (--force runs it again)")
    show_files(result.staged, dry_run=dry_run)
    if kept is not None:
        show_outcome(kept, as_json=False)
    elif result.drafts:
        click.echo(f"next: gitprov keep {' '.join(result.drafts)}")
