"""What the quick paths may import, counted over sys.modules in a process of their own (performance: start-up)."""

import subprocess
import sys

import pytest

# Of the standard library, what costs more than a quick path may spend, or shows that it does what it should not.
SLOW = {"asyncio", "concurrent", "email", "http", "multiprocessing", "socket", "sqlite3", "ssl", "subprocess", "xml"}


def loaded(code: str) -> set[str]:
    """Returns the top-level modules that the code loads beyond an idle interpreter's."""
    report = "; import sys; print('MODULES', *sys.modules)"
    idle, busy = (
        subprocess.run([sys.executable, "-c", text + report], capture_output=True, text=True, check=True).stdout
        for text in ("pass", code)
    )
    names = [set(text.rpartition("MODULES ")[2].split()) for text in (idle, busy)]
    return {name.partition(".")[0] for name in names[1] - names[0]}


HELP = "from gitprov.cli.main import main; main({!r})"
HOOK = "import gitprov.records, gitprov.ids, gitprov.errors, gitprov.lineage"
GATE = "from gitprov.policy import cases, decide; decide(cases.case_facts(cases.Case(name='', passes=True)), {})"
ENGINE = {"cel_expr_python", "google"}  # it takes google.protobuf along where that is installed


@pytest.mark.parametrize(
    ("code", "may"),
    [
        pytest.param(HELP.format(["--help"]), {"click", "gitprov"}, id="gitprov --help"),
        pytest.param(HELP.format(["--version"]), {"click", "gitprov"}, id="gitprov --version"),
        pytest.param(HOOK, {"gitprov", "rfc8785"}, id="hook"),
        pytest.param(GATE, {"gitprov", "rfc8785", *ENGINE}, id="gate"),
    ],
)
def test_quick_paths_import_little(code: str, may: set[str]) -> None:
    """D-budget: `gitprov --help` costs at most twice `import click`; a hook imports no click at all."""
    names = loaded(code)
    assert "gitprov" in names
    assert names - sys.stdlib_module_names <= may
    assert not names & SLOW
