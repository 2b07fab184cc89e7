"""`gitprov sign`."""

from collections.abc import Iterator

import click

from gitprov.cli.render import one_line, show_answer
from gitprov.cli.writing import dry_run_option, json_option
from gitprov.recording.sign import Signing, sign
from gitprov.wiring.opening import landed_of, open_project


@click.command()
@click.argument("records", nargs=-1, required=True, metavar="RECORD...")
@dry_run_option
@json_option
def command(records: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Sign records.

    Runs, evaluations, releases, requests, deployments, events and trust versions: NAME@vN, NAME/STAGE/SEQ, id:PREFIX.
    gitprov signs what it writes; this is for what others wrote, and for what landed before your key was listed: there
    it makes a countersignature under the trust version in force.

    Example: gitprov sign churn@v2 id:9c41
    """
    project, ledger = open_project()
    signing = sign(project, ledger, records, landed=landed_of(project), dry_run=dry_run)
    show_answer("sign", signing, lines(signing), as_json=as_json)


def lines(signing: Signing) -> Iterator[str]:
    """Yields what was done with each record, and what is staged."""
    would = "would be " if signing.dry_run else ""
    for one in signing.done:
        yield (
            f"already signed {one_line(one.record)}"
            if one.how == "known"
            else f"{would}{one.how} {one_line(one.record)}"
        )
    for path in signing.staged:
        yield f"  {'would stage' if signing.dry_run else 'staged'} {one_line(path)}"
