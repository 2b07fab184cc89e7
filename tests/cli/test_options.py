"""What every command offers: `--json`, and `--dry-run` where it writes."""

from collections.abc import Iterator

import click
import pytest

from gitprov.cli.group import cli

READS = {
    "audit", "ci check", "diff", "evidence show", "evidence verify", "history", "hooks status", "impact",
    "keys allowed-signers", "keys export", "keys list", "lineage", "log", "log-head prove", "log-head show",
    "log-head verify", "policy check", "policy test", "search", "serve-check", "show", "status",
    "trust fingerprint", "trust show", "verify", "why",
}  # fmt: skip
"""Commands that leave the repository as it is; every other one writes."""


def leaves(command: click.Command, name: str = "") -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield name, command
        return
    for below in command.list_commands(click.Context(command)):
        found = command.get_command(click.Context(command), below)
        assert found is not None
        yield from leaves(found, f"{name} {below}".strip())


COMMANDS = dict(leaves(cli))


def options(command: click.Command) -> set[str]:
    return {name for parameter in command.params for name in parameter.opts}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_program_can_read_what_a_command_says(name: str) -> None:
    assert "--json" in options(COMMANDS[name])


@pytest.mark.parametrize("name", COMMANDS)
def test_what_writes_can_be_tried_first(name: str) -> None:
    assert ("--dry-run" in options(COMMANDS[name])) == (name not in READS)


def test_reads_are_commands() -> None:
    assert COMMANDS.keys() >= READS
