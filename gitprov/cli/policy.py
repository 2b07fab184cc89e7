"""`gitprov policy`."""

import click

from gitprov.cli import policy_check, policy_sign, policy_starters, policy_test


@click.group()
def command() -> None:
    """Write and test the rules of promotions.

    The rules are settings: `.gitprov/policies/NAME.yaml`, in CEL. docs/policy.md says how to write one.

    Example: gitprov policy test
    """


command.add_command(policy_check.command, "check")
command.add_command(policy_sign.command, "sign")
command.add_command(policy_starters.command, "starters")
command.add_command(policy_test.command, "test")
