"""docs/runbooks: every command is one that there is, what writes is tried dry first, and every code exists."""

import re
import shlex
from pathlib import Path

import click
import pytest

from docs.generate import ROOT
from gitprov.cli.group import cli
from gitprov.errors.catalogue import CATALOGUE

PAGES = {path.name: path.read_text("utf-8") for path in (ROOT / "docs" / "runbooks").glob("*.md")}


def parsed(words: list[str]) -> click.Context:
    """Returns the command that a line calls, with its options understood; nothing is run."""
    command: click.Command | None = cli
    while isinstance(command, click.Group):
        command = command.get_command(click.Context(command), words.pop(0))
    assert command is not None
    return command.make_context(command.name, words)


@pytest.mark.parametrize("page", sorted(set(PAGES) - {"README.md"}))
def test_commands_are_understood_and_tried_dry_first(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("trusted_root.json").touch()  # what commands read has to be there
    tried: set[str] = set()
    lines = re.findall(r"^ *\$ gitprov (.+)$", PAGES[page], re.MULTILINE)
    assert lines
    for line in lines:
        ctx = parsed(shlex.split(line.partition(" > ")[0]))
        if "dry_run" not in ctx.params or line == "push":
            continue
        text = line.removesuffix(" --dry-run")
        if ctx.params["dry_run"]:
            tried.add(text)
        else:
            assert text in tried, f"dry run first: {line}"


def test_codes_are_those_of_the_catalogue_and_links_lead_somewhere() -> None:
    for page, text in PAGES.items():
        assert set(re.findall(r"GP-[A-Z]+-\d+", text)) <= set(CATALOGUE), page
        links = re.findall(r"\]\(([^)#:]+)\)", text)
        assert all((ROOT / "docs" / "runbooks" / link).exists() for link in links), page
    assert set(re.findall(r"\]\(([^)#:]+)\)", PAGES["README.md"])) == set(PAGES) - {"README.md"}
