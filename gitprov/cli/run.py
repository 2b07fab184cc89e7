"""`gitprov run`."""

import json
import shlex
from dataclasses import replace
from typing import Any

import click

from gitprov.cli.asking import AskingCommand, asked, asking
from gitprov.cli.text import printable
from gitprov.cli.writing import dry_run_option, json_option, one_line, record_json, show_files, show_notes, show_outcome
from gitprov.errors import GitprovError
from gitprov.ids import digest_hex
from gitprov.recording.keep import keep
from gitprov.recording.run import RunResult, run
from gitprov.recording.writing import Outcome
from gitprov.wiring.opening import open_project


@click.command(cls=AskingCommand)
@asking
@click.option("--keep", "keep_it", is_flag=True, help="Stage the records at once, as `gitprov keep` does.")
@click.option("--force", is_flag=True, help="Run even when the result is known.")
@click.option("--ticket", metavar="FILE", help="Run what `gitprov ticket` fixed, here, where git is not needed.")
@click.option("--emit", metavar="DIR", help="Where records and bytes of that run go, for `gitprov bring`.")
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

    With --ticket and --emit there need be no repository: see `gitprov ticket`. A command then says how this machine
    writes that of the ticket, such as the path of another Python.

    Example: gitprov run --input data=train-set --output model=model.pkl --param lr=0.1 -- python train.py {params.lr}
    """
    if options["ticket"] is not None or options["emit"] is not None:
        from gitprov.cli.emitting import run_by_ticket

        ctx.exit(run_by_ticket(words, options, as_json=as_json))
    project, ledger = open_project()
    request, facts = asked(project, ledger, words, options, is_command=ctx.obj)
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
