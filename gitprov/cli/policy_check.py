"""`gitprov policy check`."""

from collections.abc import Iterator

import click

from gitprov.audit.gates import GateCheck, check_gates
from gitprov.cli.render import bold, loud, one_line, show_answer
from gitprov.cli.stage import source_line
from gitprov.cli.writing import json_option
from gitprov.errors import Exit
from gitprov.policy.decide import Tried
from gitprov.wiring.project import Project


@click.command()
@click.argument("name", metavar="NAME[@vN]")
@click.option("--to", "stage", required=True, metavar="STAGE", help="The stage that it would move to.")
@json_option
@click.pass_context
def command(ctx: click.Context, name: str, stage: str, as_json: bool) -> None:
    """Say what the rules would say of a promotion now.

    Tries every rule that is in force on the protected ref on the release, landed or staged, and on what serves the
    stage now; each that does not pass comes with what to do. Writes nothing. Exit 1 when one of them denies.

    Example: gitprov policy check churn@v2 --to production
    """
    checked = check_gates(Project(), name, stage)
    show_answer("policy-check", checked, lines(checked), as_json=as_json)
    ctx.exit(Exit.OK if checked.allowed else Exit.FINDINGS)


def lines(checked: GateCheck) -> Iterator[str]:
    """Yields every rule, and what they say together."""
    against = f", against {checked.incumbent}" if checked.incumbent else ", which nothing serves yet"
    yield f"{bold(checked.release)} to {one_line(checked.stage)}{one_line(against)}"
    yield source_line(checked.source)
    for one in checked.tried:
        yield from tried_lines(one)
    passed = sum(one.outcome == "passed" for one in checked.tried)
    if not checked.tried:
        yield loud("no rule is in force: nothing is gated")
    elif checked.allowed:
        yield bold(f"allowed: {passed} of {len(checked.tried)} passed")
    else:
        yield loud(f"denied: {passed} of {len(checked.tried)} passed")


def tried_lines(one: Tried) -> Iterator[str]:
    """Yields a rule with its outcome, and what to do when it did not pass."""
    name = one_line(f"{one.policy}/{one.rule}")
    if one.outcome == "passed":
        yield f"passed  {name}"
        return
    yield f"{loud(one.outcome.ljust(6))}  {name}: {one_line(one.message)}"
    if one.error:
        yield f"        why: {one_line(one.error)}"
    yield f"        fix: {one_line(one.remedy)}"
