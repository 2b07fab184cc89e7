"""Two clones that make the same thing hold the same record, whatever the order of their work (demands 1, 3)."""

import random
import shutil
import sys
from pathlib import Path

import pytest

from gitprov.adapters.git import GitRepository
from gitprov.recording.code import resolve_code
from gitprov.records import Run, decode
from gitprov.wiring.project import Project
from tests.support import Gitprov, Repo

STEPS = ("alpha", "beta", "gamma")


@pytest.fixture
def clones(repo: Repo, tmp_path: Path, gitprov: Gitprov) -> tuple[Repo, Repo, Repo]:
    """A bare origin and two clones of an initialised project with three scripts and one dataset."""
    for step in STEPS:
        repo.write(f"{step}.py", f"import sys; open(sys.argv[2], 'w').write('{step}' + open(sys.argv[1]).read())\n")
    repo.write("requirements.txt", "click==8.1.0\n")
    repo.write("data.csv", "1,2\n")
    gitprov("init")
    gitprov("add", "data.csv", "--name", "data")
    repo.commit("set up")
    gitprov("push", "--no-refs")
    repo.git("clone", "--quiet", "--bare", repo.path, tmp_path / "origin.git")
    made = []
    for person in ("ada", "bob"):
        repo.git("clone", "--quiet", tmp_path / "origin.git", tmp_path / person)
        clone = Repo(tmp_path / person)
        clone.git("config", "gitprov.person", person)
        clone.git("config", "user.name", person)
        gitprov("pull", "--all", cwd=clone.path)
        gitprov("restore", "data", cwd=clone.path)
        made.append(clone)
    return Repo(tmp_path / "origin.git"), made[0], made[1]


def work(clone: Repo, gitprov: Gitprov, steps: list[str]) -> None:
    for step in steps:
        gitprov(
            *["run", "--keep", "--force", "--step", step, "--code", f"{step}.py", "--input", "data=data"],
            *["--output", f"out={step}.txt:{step}-out", "--", sys.executable, f"{step}.py"],
            *["{inputs.data}", "{outputs.out}"],
            cwd=clone.path,
        )
        clone.commit(f"run {step}")


def artifacts(clone: Repo) -> dict[str, bytes]:
    folder = clone.path / ".gitprov" / "artifacts"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.glob("*/*/*.yaml")}


@pytest.mark.parametrize("seed", range(4))
def test_two_clones_converge(clones: tuple[Repo, Repo, Repo], gitprov: Gitprov, seed: int) -> None:
    """Random orders, branches squashed or merged and deleted, then git gc: one set of records, code resolves."""
    chance = random.Random(seed)
    _, ada, bob = clones
    ours, theirs = chance.sample(STEPS, 3), chance.sample(STEPS, chance.randint(1, 3))
    ada.git("checkout", "--quiet", "-b", "ada-work")
    work(ada, gitprov, ours)
    bob.git("checkout", "--quiet", "-b", "bob-work")
    bob.write("NOTES.md", "bob was here\n")
    bob.commit("notes")
    work(bob, gitprov, theirs)
    shared = {path for path in artifacts(bob) if any(path.startswith(f"{step}-out/") for step in theirs)}
    assert shared
    assert {path: artifacts(ada).get(path) for path in shared} == {path: artifacts(bob)[path] for path in shared}

    for clone, branch in ((ada, "ada-work"), (bob, "bob-work")):
        clone.git("fetch", "--quiet", "origin")
        clone.git("checkout", "--quiet", "-B", "main", "origin/main")
        if chance.random() < 0.5:
            clone.git("merge", "--quiet", "--squash", branch)
            clone.git("commit", "--quiet", "-m", f"squash {branch}")
        else:
            clone.git("merge", "--quiet", "--no-ff", "-m", f"merge {branch}", branch)
        assert clone.git("diff", "--name-only", "--diff-filter=U") == ""
        clone.git("branch", "--quiet", "-D", branch)
        clone.git("push", "--quiet", "origin", "main")
        gitprov("push", "--no-refs", cwd=clone.path)

    fresh = Repo(bob.path.parent / "fresh")
    bob.git("clone", "--quiet", bob.path.parent / "origin.git", fresh.path)
    fresh.git("gc", "--quiet", "--prune=now")
    gitprov("pull", "--all", cwd=fresh.path)
    gitprov("verify", "--all", "--bytes", cwd=fresh.path)
    assert artifacts(fresh) == artifacts(ada) | artifacts(bob)


def test_code_resolves_after_history_is_gone(
    clones: tuple[Repo, Repo, Repo], gitprov: Gitprov, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Squash, branch deletion, clone: by another commit with the same code, else by the stored copy."""
    _, ada, _ = clones
    ada.git("checkout", "--quiet", "-b", "work")
    ada.write("alpha.py", "import sys; open(sys.argv[2], 'w').write('new')\n")
    ada.commit("edit alpha")
    work(ada, gitprov, ["alpha"])
    ada.write("alpha.py", "import sys; open(sys.argv[2], 'w').write('newer')\n")
    ada.commit("edit alpha again")
    ada.git("checkout", "--quiet", "main")
    ada.git("merge", "--quiet", "--squash", "work")
    ada.git("commit", "--quiet", "-m", "squashed")
    ada.git("branch", "--quiet", "-D", "work")
    ada.git("push", "--quiet", "origin", "main")
    gitprov("push", "--no-refs", cwd=ada.path)
    fresh = Repo(ada.path.parent / "fresh")
    ada.git("clone", "--quiet", ada.path.parent / "origin.git", fresh.path)
    gitprov("pull", "--all", cwd=fresh.path)
    monkeypatch.chdir(fresh.path)
    (path,) = (fresh.path / ".gitprov/runs/alpha").glob("*/*.yaml")
    run = decode(path.read_bytes())
    assert isinstance(run, Run)
    git = GitRepository(str(fresh.path))
    assert resolve_code(git, Project().cache, run) == "stored"
    assert resolve_code(git, None, run) is None
    shutil.rmtree(fresh.path / ".dvc" / "cache")
    assert resolve_code(git, Project().cache, run) is None
