"""Killed at any moment, `gitprov run --keep` loses nothing and records nothing false."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gitprov.ids import sha256_of
from gitprov.recording import pending
from gitprov.recording import run as running
from gitprov.records import Artifact, Content, Run, decode
from tests.support import Gitprov, Repo

SCRIPT = (
    "import os, sys; open('ran.log', 'a').write('x'); open(sys.argv[1], 'w').write('made ' + open('in.txt').read())"
)
RUN = [
    *["run", "--keep", "--step", "make", "--code", "requirements.txt", "--input", "data=in.txt"],
    *["--output", "out=out.txt", "--", sys.executable, "-c", SCRIPT, "out.txt"],
]


@pytest.fixture
def project(repo: Repo, gitprov: Gitprov) -> Repo:
    repo.write("in.txt", "input\n")
    repo.write("requirements.txt", "click==8.1.0\n")
    gitprov("init")
    repo.commit("set up")
    return repo


def how_long(project: Repo) -> float:
    started = time.monotonic()
    subprocess.run(["gitprov", *RUN, "--force"], cwd=project.path, capture_output=True, check=True)
    return time.monotonic() - started


def records(project: Repo, kind: str) -> list[object]:
    return [decode(path.read_bytes()) for path in sorted((project.path / ".gitprov" / kind).glob("*/*/*.yaml"))]


def test_killed_anywhere(project: Repo, gitprov: Gitprov) -> None:
    """Five moments of one run, as tests/crash has more; then `keep` or the same run again, and everything holds."""
    chance = random.Random(7)
    whole = how_long(project)
    for number in range(5):
        project.write("in.txt", f"input {number}\n")
        project.commit(f"input {number}")
        process = subprocess.Popen(
            ["gitprov", *RUN], cwd=project.path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(whole * chance.uniform(0.4, 1.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
        if number % 2:
            gitprov("keep", status=None)
        gitprov(*RUN)
        text = f"made input {number}\n"
        assert (project.path / "out.txt").read_text() == text
        # Nothing was lost: what lies there is recorded, by a run that read this input.
        made = [one for one in records(project, "artifacts") if isinstance(one, Artifact) and one.name == "out"]
        assert {one.content.size for one in made if isinstance(one.content, Content)} >= {len(text)}
        assert gitprov("keep", status=None).status == 2  # no draft is left behind
        assert not list((project.path / ".gitprov/drafts").rglob("*.json"))
    gitprov("push", "--no-refs")
    gitprov("verify", "--all", "--bytes")
    follows = {sha256_of(f"input {n}\n".encode()): sha256_of(f"made input {n}\n".encode()) for n in range(5)}
    follows[sha256_of(b"input\n")] = sha256_of(b"made input\n")
    for run in records(project, "runs"):
        assert isinstance(run, Run)
        if run.step == "make":
            assert run.inputs["data"].after == "same"
            assert run.outputs["out"].content == follows[run.inputs["data"].content]


def finished_by_nobody(project: Repo, monkeypatch: pytest.MonkeyPatch, gitprov: Gitprov) -> None:
    """Leaves a run whose command has ended and whose outputs nobody has hashed: as a kill there does."""
    with monkeypatch.context() as patch:
        patch.setattr(running, "finish_pending", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        child = os.fork()
        if child == 0:
            os.chdir(project.path)
            gitprov(*[one for one in RUN if one != "--keep"])
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert list((project.path / ".gitprov/drafts/pending").glob("*.json"))


def test_a_run_that_was_cut_short_is_finished_and_not_repeated(
    project: Repo, gitprov: Gitprov, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished_by_nobody(project, monkeypatch, gitprov)
    (project.path / "ran.log").write_text("")
    gitprov(*RUN)
    assert (project.path / "ran.log").read_text() == ""
    assert len(list((project.path / ".gitprov/runs/make").glob("*/*.yaml"))) == 1


def test_nobody_knows_whether_an_input_changed_that_was_edited_since(
    project: Repo, gitprov: Gitprov, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The edit came after the command: the record must not say that the input changed under it."""
    finished_by_nobody(project, monkeypatch, gitprov)
    project.write("in.txt", "edited long after\n")
    assert "nobody knows" in gitprov("keep").err
    (run,) = [one for one in records(project, "runs") if isinstance(one, Run) and one.step == "make"]
    assert run.inputs["data"].after == "unknown"


def test_a_run_that_another_process_finished_is_not_damaged(
    project: Repo, gitprov: Gitprov, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = pending.write_pending

    def overtaken(*arguments: object) -> str:
        name = write(*arguments)  # type: ignore[arg-type]
        assert subprocess.run(["gitprov", "keep"], cwd=project.path, check=False, capture_output=True).returncode == 0
        return name

    monkeypatch.setattr(running, "write_pending", overtaken)
    done = gitprov(*RUN)
    assert "error" not in done.err
    assert len(list((project.path / ".gitprov/runs/make").glob("*/*.yaml"))) == 1


def test_a_busy_repository_costs_no_run(
    project: Repo, gitprov: Gitprov, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another gitprov holds the lock when the command ends: what ran is written down, and `keep` finishes it."""
    monkeypatch.setattr("gitprov.adapters.worktree.lock._PATIENCE", 0.1)
    held, go = tmp_path / "held", tmp_path / "go"
    holder = (
        "import os, time\nfrom gitprov.wiring.project import Project\nwith Project().worktree.locked('hold'):\n"
        f"    open({str(held)!r}, 'x')\n    while not os.path.exists({str(go)!r}): time.sleep(0.01)\n"
    )
    script = (
        f"import os, subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', {holder!r}])\n"
        f"while not os.path.exists({str(held)!r}): time.sleep(0.01)\nopen('out.txt', 'w').write('made')\n"
    )
    command = ["--output", "out=out.txt", "--", sys.executable, "-c", script]
    done = gitprov("run", "--step", "slow", "--code", "requirements.txt", *command)
    assert "GP-LCK-001" in done.err
    assert "gitprov keep" in done.err
    go.write_text("")
    monkeypatch.undo()
    monkeypatch.chdir(project.path)
    assert "recorded run slow" in gitprov("keep").out


def test_two_runs_never_make_one_output(project: Repo, gitprov: Gitprov, tmp_path: Path) -> None:
    go, wait = tmp_path / "go", "import os, time\nwhile not os.path.exists({!r}): time.sleep(0.01)\n"
    script = f"open({str(tmp_path / 'started')!r}, 'w')\n" + wait.format(str(go)) + "open('out.txt', 'w').write('1')"
    first = ["gitprov", "run", "--step", "one", "--output", "out=out.txt", "--", sys.executable, "-c", script]
    process = subprocess.Popen(first, cwd=project.path)
    while not (tmp_path / "started").exists():
        time.sleep(0.01)
    refused = gitprov("run", "--step", "two", "--output", "o=out.txt", "--", sys.executable, "-c", "1", status=None)
    assert "GP-LCK-001" in refused.err
    assert "another run is making out.txt" in refused.err
    gitprov("run", "--step", "three", "--output", "o=o.txt", "--", sys.executable, "-c", "open('o.txt', 'w')")
    go.write_text("")
    assert process.wait() == 0
    assert "recorded run one" in gitprov("keep", "one").out
