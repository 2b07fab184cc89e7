"""`gitprov trust delegate`."""

import click

from gitprov.cli.rooting import approvers_option, propose_wish, read_approvers, read_roles, role_option, writable
from gitprov.cli.writing import dry_run_option, json_option
from gitprov.errors import catalogue as codes
from gitprov.governance.wishes import Delegated, Wish


@click.command()
@click.argument("prefix")
@role_option
@approvers_option
@click.option("--remove", is_flag=True, help="Delegate nothing for this prefix any more.")
@dry_run_option
@json_option
def command(
    prefix: str, roles: tuple[str, ...], approvers: tuple[str, ...], remove: bool, dry_run: bool, as_json: bool
) -> None:
    """Let a team hold roles for the names below a prefix.

    fraud has fraud and fraud.churn, and not fraudulent; the longest prefix that says who holds a role wins, and a role
    that none of them says is held as everywhere else. Owners of a prefix change the catalog entries of its names, and
    nothing else: policies, project.yaml and the trust root stay with the owners of the project.

    Example: gitprov trust delegate fraud --role producer=ann,bob --approvers production=cleo,dan:2
    """
    wanted = Delegated(read_roles(roles), read_approvers(approvers))
    if remove == (wanted != Delegated()):
        raise codes.USE_ARGUMENT.error(
            "say who holds what below the prefix, or --remove",
            fix=f"gitprov trust delegate {prefix} --role producer=PERSON,…",
        )
    wish = Wish(undelegate=(prefix,)) if remove else Wish(delegate={prefix: wanted})
    propose_wish(writable(), wish, dry_run=dry_run, as_json=as_json)
