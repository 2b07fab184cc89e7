"""Generated pages say what the code says."""

import shutil
import subprocess

import click
import pytest

from docs.generate import ROOT, pages
from gitprov.cli.group import cli
from gitprov.cli.main import TABLE

COMMANDS = [(name, line) for section in TABLE.values() for name, line in section.items()]


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_page_is_current(name: str) -> None:
    assert (ROOT / name).read_text("utf-8") == pages()[name], "run: make docs"


@pytest.mark.parametrize(("name", "line"), COMMANDS)
def test_a_command_helps_as_the_table_says_and_with_an_example(name: str, line: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.get_short_help_str(limit=200).removesuffix(".") == line
    assert f"gitprov {name}" in (command.help or ""), "the help shows no example"


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_the_man_page_is_clean() -> None:
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "docs/man/gitprov.1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "gitprov, git-prov - track models, data and their lineage in git" in done.stdout
