"""What the quick paths may import, counted over sys.modules in a process of their own (performance: start-up)."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gitprov.adapters.blobs.state import is_settled
from tests.flows.promotion.world import World, make_serving
from tests.support import Gitprov, Repo

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


HEAVY = {"dvc", "pydantic", "rich", "sigstore"}
QUESTIONS = [
    ["why", "churn/production"],
    ["verify", "churn/production"],
    ["status", "churn/production"],
    ["status", "churn@v1"],
    ["history", "churn/production"],
    ["evidence", "show", "churn/production"],
    ["evidence", "verify", "churn/production"],
    ["policy", "check", "churn@v2", "--to", "production"],
]


@pytest.mark.parametrize("question", [pytest.param(words, id=" ".join(words)) for words in QUESTIONS])
def test_questions_about_a_stage_import_nothing_heavy(tmp_path: Path, gitprov: Gitprov, question: list[str]) -> None:
    """Issue 4: half a second of processor time leaves no room for them (benchmarks/promotion.py measures it)."""
    names = {name.partition(".")[0] for name in answered(make_serving(tmp_path / "world", gitprov), question)}
    assert "gitprov" in names
    assert not names & HEAVY


def test_status_of_the_work_tree_loads_nothing_that_runs_signs_or_judges(tmp_path: Path, gitprov: Gitprov) -> None:
    names = answered(make_serving(tmp_path / "world", gitprov), ["status"])
    others = (
        "gitprov.promotion",
        "gitprov.governance",
        "gitprov.policy",
        "gitprov.check.effect",
        "gitprov.trust.judging",
    )
    assert not {name for name in names if name.startswith((*others, "gitprov.recording.run", "gitprov.recording.plan"))}


TOOLS = {
    "cel_expr_python", "concurrent", "cryptography", "ctypes", "difflib", "dvc", "email", "git", "http", "logging",
    "pathspec", "pydantic", "pygit2", "rich", "ruamel", "secrets", "sigstore", "tomllib",
}  # fmt: skip
"""What costs more than 1 ms to import, and looking again at what is recorded does not need."""


@pytest.mark.parametrize("command", [["status"], ["add", "data"]], ids=" ".join)
def test_looking_again_imports_no_tools(repo: Repo, gitprov: Gitprov, command: list[str]) -> None:
    """Performance P5: most of what it costs in a small project is the start."""
    gitprov("init")
    repo.write("data/a.csv", "a")
    while not is_settled((repo.path / "data/a.csv").stat().st_ctime_ns, time.time_ns()):
        time.sleep(0.01)  # what is younger than a tick of the clock is read again
    gitprov("add", "data")
    code = "import sys; from gitprov.cli.main import main; main(sys.argv[1:]); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, *command], cwd=repo.path, capture_output=True, text=True, check=True
    )
    names = {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert {"click", "gitprov", "sqlite3"} <= names
    assert names.isdisjoint(TOOLS), names & TOOLS


def answered(world: World, question: list[str]) -> set[str]:
    """Returns the modules that a process has loaded when it has answered."""
    code = (
        "import sys; from gitprov.cli.main import main; status = main(sys.argv[1:]); print(*sys.modules); exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *question],
        cwd=world.bob.repo.path,
        env={**os.environ, "HOME": str(world.bob.home)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())
