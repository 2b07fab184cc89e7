"""`gitprov policy test`."""

from collections.abc import Iterator

import click

from gitprov.audit.policy import PolicyTest, check_policies
from gitprov.cli.render import bold, finding_lines, loud, show_answer
from gitprov.cli.text import many
from gitprov.cli.writing import json_option
from gitprov.errors import Exit
from gitprov.wiring.project import Project


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@json_option
@click.pass_context
def command(ctx: click.Context, names: tuple[str, ...], as_json: bool) -> None:
    """Run the cases of the rules.

    Tests the policies of the work tree, or those that are named: every rule must compile, must have a case that it
    passes and one that it denies, and must say of each case what the case expects. Exit 1 when one does not.

    Example: gitprov policy test fairness
    """
    project = Project()
    project.require_initialised()
    tested = check_policies(project.worktree, project.reader, names)
    show_answer("policy-test", tested, lines(tested), as_json=as_json)
    ctx.exit(Exit.FINDINGS if tested.findings else Exit.OK)


def lines(tested: PolicyTest) -> Iterator[str]:
    """Yields every finding, and what was tested."""
    for finding in tested.findings:
        yield from finding_lines(finding)
    if not tested.policies:
        yield "no policies yet: gitprov policy starters"
        return
    result = loud(many(len(tested.findings), "finding")) if tested.findings else bold("nothing wrong")
    yield f"{result}: tried {many(tested.rules, 'rule')} on {many(tested.cases, 'case')}"
