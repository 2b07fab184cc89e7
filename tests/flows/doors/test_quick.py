"""What hooks import, read from sys.modules of the process that runs each: people wait for them (performance P1)."""

import subprocess
import sys

import pytest

from tests.flows.doors.guarded import landed_record
from tests.flows.promotion.world import Someone, World, home

SLOW = {"click", "dvc", "git", "pydantic", "pygit2", "rich", "ruamel", "sigstore", "yaml"}
TRUST = {"cryptography", "cel_expr_python"}
STANDARD = {"concurrent", "difflib", "pathlib", "random", "secrets", "shutil", "sqlite3", "tempfile", "urllib"}
"""What is slow of the standard library, and of no use to a hook."""
HOOK = (
    "import sys; from gitprov.cli.main import main; status = main(['hook', sys.argv[1]]); "
    "print(*sys.modules); exit(status)"
)


def imported(someone: Someone, hook: str, given: str = "") -> set[str]:
    """Runs a hook, which lets git go on, and returns the top-level modules that it has imported."""
    with home(someone.home):
        done = subprocess.run(
            [sys.executable, "-c", HOOK, hook],
            cwd=someone.repo.path,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in done.stdout.split()}


def update(someone: Someone, branch: str) -> str:
    """Returns what git tells a hook of a branch that moves from its parent to HEAD."""
    return f"{someone.git('rev-parse', 'HEAD~1')} {someone.git('rev-parse', 'HEAD')} refs/heads/{branch}\n"


@pytest.fixture
def record(alice: Someone) -> str:
    """A record of alice's, staged and signed."""
    alice.repo.write("data/new.csv", "new\n")
    alice("add", "data/new.csv", "--name", "new", "--kind", "dataset")
    return "new"


@pytest.mark.usefixtures("record")
@pytest.mark.parametrize("hook", ["pre-commit", "pre-push", "pre-receive", "reference-transaction"])
def test_hooks_import_no_tools_and_no_cryptography(alice: Someone, hook: str) -> None:
    """Nothing here decides, so no signature is asked about. pre-push has nothing to ask the remote for."""
    if hook != "pre-commit":
        alice("hooks", "uninstall")
        alice.git("commit", "--quiet", "-m", "Add new")
    names = imported(alice, hook, "" if hook == "pre-push" else update(alice, "main"))
    assert "gitprov" in names
    assert not names & (SLOW | TRUST | STANDARD)


def test_cryptography_comes_where_signatures_decide(team: World) -> None:
    """A promotion that lands on a server is judged by signatures and rules; still no click, and no DVC."""
    bob = team.bob
    team.alice("promote", "churn@v1", "--to", "production", "--reason", "better", "--json")
    bob.git("fetch", "--quiet", "../alice", "HEAD")
    bob("hooks", "uninstall")
    bob.git("merge", "--quiet", "--no-ff", "--no-edit", "FETCH_HEAD")
    names = imported(bob, "pre-receive", update(bob, "main"))
    assert names >= TRUST
    assert not names & (SLOW - {"ruamel"})  # which reads the rules


def test_a_commit_by_which_something_is_lost_asks_for_the_upstream_only(alice: Someone) -> None:
    """What the hook of a clone learns of the protected ref costs no cryptography either."""
    alice.git("rm", "--quiet", "--cached", landed_record(alice))
    code = HOOK.replace("exit(status)", "exit(status != 1)")
    done = subprocess.run(
        [sys.executable, "-c", code, "pre-commit"], cwd=alice.repo.path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not {name.partition(".")[0] for name in done.stdout.split()} & (SLOW | {"cryptography"})
