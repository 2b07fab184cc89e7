"""`gitprov deploy`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from gitprov.cli.render import bold, finding_lines, loud, one_line, show_answer
from gitprov.cli.text import many
from gitprov.cli.writing import dry_run_option, json_option, show_files, show_notes
from gitprov.errors import Exit
from gitprov.lineage.naming import stage_named
from gitprov.promotion.deploy import Done, Plan, deploy, plan_deploy
from gitprov.wiring.folders import open_folder
from gitprov.wiring.project import Project


@click.command()
@click.argument("target", metavar="NAME/STAGE")
@click.option(
    "--to", required=True, metavar="DIR", type=click.Path(path_type=Path, file_okay=False), help="Where to put it."
)
@click.option("--pin", metavar="NNNN:sha256:…", help="The trust version to believe, as an owner gave it to you.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@dry_run_option
@json_option
@click.pass_context
def command(
    ctx: click.Context, target: str, to: Path, pin: str | None, yes: bool, dry_run: bool, as_json: bool
) -> None:
    """Put what is in effect at a stage into a folder.

    Everything that gitprov verify NAME/STAGE says is checked again, against the protected ref as git fetch left it, and
    against a pin of the trust root: --pin, GITPROV_PIN or git config gitprov.pin. Bytes are pulled and compared. DIR
    gets the members, a manifest and its signature, which gitprov serve-check judges; files of an earlier deployment
    that are not part of this one are removed, others are never touched. The deployment is recorded and signed.

    Example: gitprov deploy churn/production --to /srv/churn --pin 0001:sha256:…
    """
    name, stage = stage_named(target)
    project = Project()
    folder = open_folder(str(to))
    plan = plan_deploy(project, name, stage, pin=pin)
    if not as_json:
        for line in plan_lines(plan, folder.path):
            click.echo(line)
        show_notes(plan.verdict.notes)
    if not (dry_run or plan.blocking or yes or as_json) and sys.stdin.isatty():
        click.confirm(f"Put it into {folder.path}?", abort=True, err=True)
    done = Done() if dry_run or plan.blocking else deploy(project, folder, plan)
    show_answer("deploy", answer(plan, done, folder.path, dry_run=dry_run), lines(done, folder.path), as_json=as_json)
    if not as_json:
        show_files(done.staged, dry_run=False)
        if done.staged:
            what = f"Deploy {name} v{_version(plan)} to {stage}"
            click.echo(f"now commit it, so that others see it: git commit -m '{what}' -- .gitprov/deployments")
    if plan.blocking or done.findings:
        ctx.exit(Exit.FINDINGS)


def answer(plan: Plan, done: Done, folder: str, *, dry_run: bool) -> dict[str, Any]:
    """Returns what was done, for programs."""
    return {
        "blocking": plan.blocking,
        "deployment": done.deployment.id if done.deployment is not None else None,
        "dry_run": dry_run,
        "findings": done.findings,
        "folder": folder,
        "is_new": done.is_new,
        "members": plan.members,
        "notes": plan.verdict.notes,
        "others": [one for one in plan.verdict.findings if one not in plan.blocking],
        "removed": done.removed,
        "source": plan.verdict.source,
        "staged": done.staged,
        "target": f"{plan.verdict.name}/{plan.verdict.stage}",
        "version": _version(plan),
    }


def plan_lines(plan: Plan, folder: str) -> Iterator[str]:
    """Yields what is going to be put in place, or what keeps it from that."""
    found = plan.verdict
    for finding in found.findings:
        if finding not in plan.blocking:
            yield from finding_lines(finding, "not in the way")
    for finding in plan.blocking:
        yield from finding_lines(finding)
    target = one_line(f"{found.name}/{found.stage}")
    if plan.blocking:
        yield loud(f"{target} is not deployed: {many(len(plan.blocking), 'finding')}")
        return
    yield f"{bold(target)}: {one_line(found.says)} at {found.source.commit[:12]} of {one_line(found.source.ref)}"
    for role, placed in sorted(plan.members.items()):
        yield f"  {role} -> {one_line(folder)}/{one_line(placed.path)}"


def lines(done: Done, folder: str) -> Iterator[str]:
    """Yields what was put in place."""
    for finding in done.findings:
        yield from finding_lines(finding)
    for path in done.removed:
        yield f"removed {one_line(path)}, which an earlier deployment had put there"
    if done.deployment is not None:
        words = "deployed and compared" if done.is_new else "already deployed, byte for byte"
        yield f"{bold(words)}: gitprov serve-check {one_line(folder)} --digest {done.deployment.id}"


def _version(plan: Plan) -> int | None:
    asked = plan.verdict.in_effect
    return asked.request.release.version if asked is not None and asked.request.release is not None else None
