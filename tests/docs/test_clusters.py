"""docs/clusters.md and its runbook: what they show is what gitprov writes and understands."""

import re
import shlex

import click

from docs.generate import ROOT
from gitprov.cli.group import cli
from gitprov.ids import sha256_of
from gitprov.records.codec import keys_of
from gitprov.records.tickets import Emitted, Ticket, read_note

PAGE = (ROOT / "docs" / "clusters.md").read_text("utf-8")


def shown(name: str) -> bytes:
    (text,) = re.findall(rf"```yaml {name}\n(.*?)```", PAGE, re.DOTALL)
    return str(text).encode()


def test_the_examples_are_those_of_one_run() -> None:
    """In the canonical form, with a code digest and a ticket digest that follow."""
    ticket = read_note(Ticket, shown("ticket"), "the ticket")
    emitted = read_note(Emitted, shown("emitted"), "the note")
    assert emitted.ticket == sha256_of(shown("ticket"))
    assert len(emitted.records) == len(ticket.outputs) + 1
    assert all(digest.removeprefix("sha256:") in path for path, digest in emitted.records.items())


def test_every_field_is_explained() -> None:
    rows = re.findall(r"^\| (`[^|]+`) \|", PAGE, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([a-z0-9_]+)`", row)}
    fields = {key for kind in (Ticket, Emitted) for _, key, _ in keys_of(kind)}
    assert fields <= named


def test_scripts_are_understood() -> None:
    text = (ROOT / "docs" / "runbooks" / "cluster.md").read_text("utf-8")
    scripts = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL)).replace("\\\n", " ")
    lines = re.findall(r"^ *(?:exec )?gitprov (.*)", scripts, re.MULTILINE)
    assert {shlex.split(line)[0] for line in lines} == {"ticket", "run"}
    for line in lines:
        name, *words = shlex.split(line)
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        command.make_context(name, words)
