"""`gitprov ci`."""

import click

from gitprov.cli import ci_check, ci_init


@click.group()
def command() -> None:
    """Check in CI what a pull request would land.

    The job needs the whole history and this program, and nothing of the pull request: no dependency of it is installed
    and none of its code is run. docs/doors.md says why the check is to be a required one.

    Example: gitprov ci init github
    """


command.add_command(ci_check.command, "check")
command.add_command(ci_init.command, "init")
