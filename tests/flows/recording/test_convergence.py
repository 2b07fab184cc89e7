"""Two people who make the same thing hold the same record, whatever the order of their work (demands 1, 3, 5)."""

import json
import random
import shutil
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from gitprov.adapters.git import GitRepository
from gitprov.recording.code import resolve_code
from gitprov.records import Run, decode
from gitprov.wiring.project import Project
from tests.flows.promotion.world import Someone
from tests.support import Gitprov, Repo

STEPS = ("alpha", "beta", "gamma")


@pytest.fixture
def team(repo: Repo, tmp_path: Path, gitprov: Gitprov) -> tuple[Someone, Someone]:
    """Two people, each with a home, a key and a clone of an initialised project with three scripts and one dataset."""
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
        someone = Someone(person, Repo(tmp_path / person), tmp_path / f"home-{person}", gitprov)
        someone.home.mkdir()
        someone.git("config", "gitprov.person", person)
        someone.git("config", "user.name", person)
        someone("pull", "--all")
        someone("restore", "data")
        made.append(someone)
    return made[0], made[1]


def work(someone: Someone, steps: list[str]) -> None:
    for step in steps:
        someone(
            *["run", "--keep", "--force", "--step", step, "--code", f"{step}.py", "--input", "data=data"],
            *["--output", f"out={step}.txt:{step}-out", "--", sys.executable, f"{step}.py"],
            *["{inputs.data}", "{outputs.out}"],
        )
        someone.repo.commit(f"run {step}")


def attest(someone: Someone) -> None:
    """Signs the one run that both have: of the dataset, which neither of them added."""
    (added,) = (someone.repo.path / ".gitprov/runs/add").glob("*/*.yaml")
    someone("sign", f"id:{added.stem}")
    someone.repo.commit("attest the data")


def artifacts(clone: Repo) -> dict[str, bytes]:
    folder = clone.path / ".gitprov" / "artifacts"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.glob("*/*/*.yaml")}


def signers(clone: Repo) -> dict[str, set[str]]:
    """Returns the ids of the keys that signed, by the folder of the runs that they signed."""
    found: dict[str, set[str]] = {}
    for path in (clone.path / ".gitprov/runs").glob("*/*/*.sigstore.json"):
        hint = json.loads(path.read_bytes())["verificationMaterial"]["publicKey"]["hint"]
        found.setdefault(path.parents[1].name, set()).add(hint)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_two_people_converge(team: tuple[Someone, Someone], gitprov: Gitprov, seed: int) -> None:
    """Random orders, two keys, branches squashed or merged and deleted, then git gc: one set of records, code resolves.

    Both sign their runs of the same steps, and the same run besides: no file of one is in the way of the other's.
    """
    chance = random.Random(seed)
    ada, bob = team
    ours, theirs = chance.sample(STEPS, 3), chance.sample(STEPS, chance.randint(1, 3))
    ada.git("checkout", "--quiet", "-b", "ada-work")
    work(ada, ours)
    attest(ada)
    bob.git("checkout", "--quiet", "-b", "bob-work")
    bob.repo.write("NOTES.md", "bob was here\n")
    bob.repo.commit("notes")
    attest(bob)
    work(bob, theirs)
    made = artifacts(bob.repo)
    shared = {path for path in made if any(path.startswith(f"{step}-out/") for step in theirs)}
    assert shared
    assert {path: artifacts(ada.repo).get(path) for path in shared} == {path: made[path] for path in shared}

    everything = artifacts(ada.repo) | made
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
        clone("push", "--no-refs")

    fresh = Repo(bob.repo.path.parent / "fresh")
    bob.git("clone", "--quiet", fresh.path.parent / "origin.git", fresh.path)
    fresh.git("gc", "--quiet", "--prune=now")
    gitprov("pull", "--all", cwd=fresh.path)
    gitprov("verify", "--all", "--bytes", cwd=fresh.path)
    assert artifacts(fresh) == everything
    keys = [sha256(someone.pem.encode()).hexdigest() for someone in (ada, bob)]
    assert len(set(keys)) == 2
    for folder, both in (*((step, step in theirs) for step in ours), ("add", True)):
        assert signers(fresh)[folder] >= set(keys if both else keys[:1])


def test_code_resolves_after_history_is_gone(
    team: tuple[Someone, Someone], gitprov: Gitprov, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Squash, branch deletion, clone: by another commit with the same code, else by the stored copy."""
    ada, _ = team
    ada.git("checkout", "--quiet", "-b", "work")
    ada.repo.write("alpha.py", "import sys; open(sys.argv[2], 'w').write('new')\n")
    ada.repo.commit("edit alpha")
    work(ada, ["alpha"])
    ada.repo.write("alpha.py", "import sys; open(sys.argv[2], 'w').write('newer')\n")
    ada.repo.commit("edit alpha again")
    ada.git("checkout", "--quiet", "main")
    ada.git("merge", "--quiet", "--squash", "work")
    ada.git("commit", "--quiet", "-m", "squashed")
    ada.git("branch", "--quiet", "-D", "work")
    ada.git("push", "--quiet", "origin", "main")
    ada("push", "--no-refs")
    fresh = Repo(ada.repo.path.parent / "fresh")
    ada.git("clone", "--quiet", ada.repo.path.parent / "origin.git", fresh.path)
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
