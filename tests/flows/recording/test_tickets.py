"""Work without git: `gitprov ticket`, `gitprov run --ticket --emit`, `gitprov bring` (issue 7, demand 9)."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import gitprov as api
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.records import Run
from tests.flows.recording.stages import dvc, made_by_dvc
from tests.flows.recording.test_run import only_run
from tests.flows.recording.tickets import (
    COMMAND,
    OPTIONS,
    OUTPUT,
    POISONED,
    Node,
    copied,
    emitted_run,
    forge,
    made,
    misplaced,
    poison,
    programs,
)
from tests.support import Gitprov, Repo


@pytest.fixture
def node(project: Repo, tmp_path: Path, gitprov: Gitprov) -> Node:
    """A copy of the project where there is no git."""
    return copied(project, tmp_path / "node" / "copy", gitprov)


def test_there_and_back(project: Repo, tmp_path: Path, gitprov: Gitprov) -> None:
    """In a process of its own, with no git on PATH, no repository, no home; its record is what `run` would write."""
    project.write("train.py", (project.path / "train.py").read_text() + "open('notes.txt').read()\n")  # dirty
    project.write(".gitignore", "__pycache__/\nnotes.txt\n")
    ticket = made(gitprov, tmp_path / "t.yaml", "--secret", "TOKEN=HOME")
    assert project.git("status", "--porcelain").splitlines() == [" M .gitignore", " M train.py"]
    node = copied(project, tmp_path / "node" / "copy", gitprov)
    (node.folder / "notes.txt").write_text("nobody declared this\n")
    words = ["gitprov", "run", "--ticket", str(ticket), "--emit", str(tmp_path / "out")]
    variables = {"PATH": str(programs(tmp_path)), "HOME": "/nonexistent", "USER": "somebody"}
    done = subprocess.run(words, cwd=node.folder, env=variables, capture_output=True, text=True, check=False)
    assert (done.returncode, "git" in os.listdir(programs(tmp_path))) == (0, False), done.stderr
    assert "the command read notes.txt" in done.stderr

    planned = gitprov("run", "--dry-run", "--json", *OPTIONS, *OUTPUT, "--", *COMMAND).json()
    brought = gitprov("bring", tmp_path / "out")
    assert "the command read notes.txt" in brought.err
    run = only_run(project)
    assert run == emitted_run(tmp_path / "out")
    assert run.outputs["model"].recipe == planned["recipes"]["model"]
    assert (run.params, run.secrets, run.undeclared) == ({"lr": 0.1, "seed": 7}, ("TOKEN",), ("notes.txt",))
    assert run.code is not None
    assert run.code.dirty
    assert run.code.listing is not None
    assert run.environment is not None
    assert run.environment.hardware
    assert run.inputs["data"].after == "same"
    project.git("checkout", "train.py")  # so that no commit has the code
    project.commit("Brought")
    shutil.rmtree(tmp_path / "out")
    gitprov("verify", "--all", "--bytes", "--cache")
    assert "stored copy" in gitprov("why", "churn").out
    gitprov("restore", "churn")
    assert (project.path / "model.txt").read_text() == (node.folder / "model.txt").read_text()


def test_a_stage_of_dvc_yaml(tmp_path: Path, gitprov: Gitprov, monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs elsewhere gets its dvc.lock entry here, and DVC has nothing to do."""
    project = made_by_dvc(tmp_path / "repo")
    monkeypatch.chdir(project.path)
    gitprov("init")
    gitprov("capture")
    project.write("params.yaml", "train:\n  lr: 0.2\n")
    project.commit("Another rate")
    said = gitprov("ticket", "train", "--json").json()
    node = copied(project, tmp_path / "node" / "copy", gitprov)
    (node.folder / "model.txt").write_text("old\n")
    node.run(Path(said["path"]), tmp_path / "out")
    gitprov("bring", tmp_path / "out")
    gitprov("restore", "model.txt", "--force")
    shutil.copy(node.folder / "metrics.json", project.path / "metrics.json")
    assert "lr: 0.2" in (project.path / "dvc.lock").read_text()
    assert "up to date" in dvc(project, "status")
    gitprov("verify", "--all", "--cache")


def test_what_is_not_as_the_ticket_says_is_named(project: Repo, node: Node, tmp_path: Path, gitprov: Gitprov) -> None:
    """Demand 9: which file differs, all of them at once; nothing has run, and nothing is left."""
    project.write("src/a.py", "a = 1\n")
    ticket = made(gitprov, tmp_path / "t.yaml")
    with (node.folder / "train.py").open("a") as file:
        file.write("# changed\n")
    (node.folder / "data/raw.csv").write_text("other\n")
    (node.folder / "requirements.txt").chmod(0o755)
    said = node.run(ticket, tmp_path / "out", "--dry-run", status=codes.TKT_DIFFERS.exit).err
    for part in ("data (data/raw.csv) differs", "train.py differs", "src/a.py is missing", "mode 100755, not 100644"):
        assert part in said
    assert not (tmp_path / "out").exists()
    assert not (node.folder / "model.txt").exists()


def test_another_command_or_lock_is_not_that_of_the_ticket(node: Node, tmp_path: Path, gitprov: Gitprov) -> None:
    ticket = made(gitprov, tmp_path / "t.yaml")
    said = node.run(ticket, tmp_path / "out", "--", "python", "other.py", status=codes.TKT_DIFFERS.exit)
    assert "command: the ticket says" in said.err
    ticket = made(gitprov, tmp_path / "u.yaml", "--code", "train.py")
    (node.folder / "requirements.txt").write_text("click==1.0\n")
    said = node.run(ticket, tmp_path / "out", status=codes.TKT_DIFFERS.exit)
    assert "locks: the ticket says" in said.err


def test_a_secret_is_asked_for_where_the_command_runs(
    project: Repo, node: Node, tmp_path: Path, gitprov: Gitprov, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Demand 34: the login node need not have it; where it has, what would be kept is searched for its value."""
    ticket, out = made(gitprov, tmp_path / "t.yaml", "--secret", "TOKEN=STORE_TOKEN"), tmp_path / "out"
    said = node.run(ticket, out, status=codes.SEC_VARIABLE.exit).err
    assert "error[GP-SEC-002]: no value for the secret TOKEN\n" in said
    assert "read -rs STORE_TOKEN && export STORE_TOKEN" in said
    assert not (node.folder / "model.txt").exists()
    monkeypatch.setenv("STORE_TOKEN", "correct horse")
    node.run(ticket, out)
    gitprov("bring", out)
    assert only_run(project).secrets == ("TOKEN",)
    words = [*OUTPUT, "--secret", "TOKEN=STORE_TOKEN", "--param", "a=correct horse", "--", "true"]
    assert "run params.a (the value of --secret TOKEN)" in gitprov("ticket", *words, status=codes.SEC_FOUND.exit).err


def test_a_value_in_the_place_of_a_secrets_name_is_in_no_ticket(project: Repo, gitprov: Gitprov) -> None:
    """Demand 34: nobody knows that it is one, but variables are not called so."""
    for typed in ("TOKEN=hunter2hunter2", "hunter2hunter2"):
        words = ["ticket", *OUTPUT, "--secret", typed, "--", "true"]
        assert "in capital letters" in gitprov(*words, status=codes.SEC_VARIABLE.exit).err
    assert not list((project.path / ".git/gitprov").glob("tickets/*"))


COUNTING = """\
import sys
with open("count", "a") as file:
    file.write("x")
open(sys.argv[1], "w").write(open("count").read())
"""


def test_what_could_not_be_emitted_is_finished_and_not_run_again(
    project: Repo, tmp_path: Path, gitprov: Gitprov
) -> None:
    """Nothing of ours fails after the command has succeeded; once whole, the same command does nothing."""
    project.write("train.py", COUNTING)
    gitprov("ticket", *OUTPUT, "-o", tmp_path / "t.yaml", "--", "python", "train.py", "{outputs.model}")
    node, out = copied(project, tmp_path / "node" / "copy", gitprov), tmp_path / "out"
    (out / "emitted.yaml").mkdir(parents=True)
    said = node.run(tmp_path / "t.yaml", out)
    assert "the command succeeded, and its run is not emitted yet" in said.err
    assert codes.TKT_HALF.id in gitprov("bring", out, status=1).err
    (out / "emitted.yaml").rmdir()
    assert "emitted .gitprov/runs/train/" in node.run(tmp_path / "t.yaml", out).out
    assert "nothing had to run" in node.run(tmp_path / "t.yaml", out).err
    assert (node.folder / "count").read_text() == "x"
    assert sorted(path.name for path in out.iterdir()) == [
        ".gitprov",
        "emitted.yaml",
        "files",
        "gitprov",
        "ticket.yaml",
    ]
    gitprov("bring", out)


def test_a_command_that_fails_leaves_nothing_to_bring(project: Repo, tmp_path: Path, gitprov: Gitprov) -> None:
    project.write("train.py", "raise SystemExit(3)\n")
    gitprov("ticket", *OUTPUT, "-o", tmp_path / "t.yaml", "--", "python", "train.py", "{outputs.model}")
    node = copied(project, tmp_path / "node" / "copy", gitprov)
    node.run(tmp_path / "t.yaml", tmp_path / "out", status=3)
    said = gitprov("bring", tmp_path / "out", tmp_path / "nowhere", status=1).err
    assert "the run is not whole" in said
    assert "there is nothing of a run" in said


def test_a_ticket_takes_what_is_recorded_only(project: Repo, gitprov: Gitprov) -> None:
    """What a node is given must be what whoever verifies finds."""
    project.write("data/new.csv", "1\n")
    words = ["ticket", "--input", "new=data/new.csv", *OUTPUT, "--", *COMMAND[:2]]
    assert "gitprov add data/new.csv" in gitprov(*words, status=codes.TKT_INPUT.exit).err
    gitprov("run", "--input", "data=raw", "--output", "m=m.txt", "--", sys.executable, "-c", "open('m.txt', 'w')")
    said = gitprov("ticket", "--input", "m=m.txt", *OUTPUT, "--", *COMMAND[:2], status=codes.TKT_INPUT.exit)
    assert "gitprov keep " in said.err
    (project.path / "data/raw.csv").unlink()
    said = gitprov("ticket", *OPTIONS, *OUTPUT, "--", *COMMAND, status=codes.TKT_INPUT.exit)
    assert "gitprov restore " in said.err
    assert not (project.path / ".gitprov/drafts/inputs").exists()
    project.git("-c", "protocol.file.allow=always", "submodule", "add", "--quiet", project.path, "vendor")
    said = gitprov("ticket", *OUTPUT, "--code", "vendor", "--", "true", status=codes.RUN_CODE.exit)
    assert "it is a submodule" in said.err


def test_arguments_that_do_not_fit(project: Repo, node: Node, tmp_path: Path, gitprov: Gitprov) -> None:
    said = gitprov("ticket", *OUTPUT, "-o", "t.yaml", "--", "true", status=codes.USE_ARGUMENT.exit)
    assert "it would count as code" in said.err
    assert not (project.path / "t.yaml").exists()
    ticket = made(gitprov, tmp_path / "t.yaml")
    gitprov("run", "--ticket", ticket, status=codes.USE_ARGUMENT.exit)
    assert "--seed" in node.run(ticket, tmp_path / "out", "--seed", "1", status=codes.USE_ARGUMENT.exit).err
    assert "not apart" in node.run(ticket, node.folder / "data", status=codes.USE_ARGUMENT.exit).err
    assert "is a project" in node.run(ticket, project.path, status=codes.TKT_TAKEN.exit).err
    node.run(tmp_path / "none.yaml", tmp_path / "out", status=codes.TKT_BROKEN.exit)
    (tmp_path / "u.yaml").write_bytes(ticket.read_bytes().replace(b"mode: ", b"mode:  "))
    node.run(tmp_path / "u.yaml", tmp_path / "out", status=codes.TKT_BROKEN.exit)
    (tmp_path / "u.yaml").write_bytes(ticket.read_bytes().replace(b"path: train.py", b"path: trail.py"))
    assert "other files than its code digest" in node.run(tmp_path / "u.yaml", tmp_path / "out", status=2).err
    node.run(ticket, tmp_path / "out")
    other = made(gitprov, tmp_path / "other.yaml", "--param", "depth=2")
    node.run(other, tmp_path / "out", status=codes.TKT_TAKEN.exit)


def _object(out: Path) -> Path:
    return next(path for path in (out / "files").rglob("*") if path.is_file())


def _cut(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1])


def _other_bytes(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(b"X" + path.read_bytes()[1:])


def _linked(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def _linked_folder(out: Path) -> None:
    (out / "files").rename(out.with_name("objects"))
    (out / "files").symlink_to(out.with_name("objects"))


def _record(out: Path) -> Path:
    return next((out / ".gitprov/artifacts").rglob("*.yaml"))


def _outside(out: Path) -> None:
    text = (out / "emitted.yaml").read_text()
    (out / "emitted.yaml").write_text(text.replace('  ".gitprov/artifacts', '  "../.gitprov/artifacts'))


DAMAGE: dict[str, tuple[str, Callable[[Path], object]]] = {
    "shorter": ("GP-TKT-006", lambda out: _cut(_object(out))),
    "bytes": ("GP-TKT-006", lambda out: _other_bytes(_object(out))),
    "gone": ("GP-TKT-006", lambda out: _object(out).unlink()),
    "linked": ("GP-TKT-006", lambda out: _linked(_object(out))),
    "folder": ("GP-TKT-006", _linked_folder),
    "poison": ("GP-TKT-006", poison),
    "record": ("GP-TKT-006", lambda out: _other_bytes(_record(out))),
    "norecord": ("GP-TKT-006", lambda out: _record(out).unlink()),
    "linkedrecord": ("GP-TKT-006", lambda out: _linked(_record(out))),
    "misplaced": ("GP-TKT-006", misplaced),
    "ticket": ("GP-TKT-006", lambda out: _other_bytes(out / "ticket.yaml")),
    "half": ("GP-TKT-005", lambda out: (out / "emitted.yaml").unlink()),
    "note": ("GP-TKT-002", lambda out: _cut(out / "emitted.yaml")),
    "outside": ("GP-TKT-002", _outside),
    "params": ("GP-TKT-007", lambda out: forge(out, params={"lr": 0.3, "seed": 7})),
    "actor": ("GP-TKT-007", lambda out: forge(out, actor="eve")),
    "failed": ("GP-TKT-007", lambda out: forge(out, exit=1)),
    "outputs": ("GP-TKT-007", lambda out: forge(out, outputs={})),
    "unpinned": ("GP-TKT-007", lambda out: forge(out, environment=None)),
    "code": ("GP-TKT-007", lambda out: forge(out, code=None)),
}


def test_what_is_damaged_is_named_and_the_rest_is_brought(
    project: Repo, node: Node, tmp_path: Path, gitprov: Gitprov
) -> None:
    """Threats A22, A23: a folder from elsewhere is hostile; nothing of a bad one is recorded or staged."""
    whole = tmp_path / "outs" / "whole"
    node.run(made(gitprov, tmp_path / "t.yaml"), whole, "--", *COMMAND)
    for name, (_, damage) in DAMAGE.items():
        shutil.copytree(whole, whole.with_name(name) / "out")
        damage(whole.with_name(name) / "out")
    folders = [whole.with_name(name) / "out" for name in DAMAGE]
    dry = gitprov("bring", "--dry-run", "--json", *folders, whole, status=1).json()
    assert project.git("diff", "--cached", "--name-only") == ""
    done = gitprov("bring", "--json", *folders, whole, status=1).json()
    assert dry["findings"] == done["findings"]
    found = {(Path(one["subject"]).parent.name, one["code"]) for one in done["findings"]}
    assert found == {(name, code) for name, (code, _) in DAMAGE.items()}
    assert len(done["recorded"]) == 2
    assert not list((project.path / ".dvc/cache").rglob(POISONED[6:]))
    assert isinstance(only_run(project), Run)
    again = gitprov("bring", "--json", whole).json()
    assert (again["recorded"], again["staged"], len(again["known"])) == ([], [], 2)
    gitprov("verify", "--all", "--cache")


FOLDER = """\
import os
os.mkdir("model.d")
open("model.d/weights", "w").write("numbers")
os.symlink("weights", "model.d/last")
"""
PARTS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "listing": ('"path":"weights"', _other_bytes),
    "nolisting": ('"path":"weights"', Path.unlink),
    "member": ("numbers", _other_bytes),
    "nomember": ("numbers", Path.unlink),
    "target": ("weights", _other_bytes),
    "notarget": ("weights", Path.unlink),
    "linkedtarget": ("weights", _linked),
    "dvcs": ('"relpath": "weights"', _other_bytes),
    "nodvcs": ('"relpath": "weights"', Path.unlink),
}


def test_a_dry_run_refuses_the_folders_that_would_be_refused(project: Repo, tmp_path: Path, gitprov: Gitprov) -> None:
    """Each file of a directory is read, and what DVC calls the directory follows; the folder is left as it is."""
    project.write("train.py", FOLDER)
    gitprov("ticket", "--output", "model=model.d", "-o", tmp_path / "t.yaml", "--", "python", "train.py")
    whole = tmp_path / "outs" / "whole"
    copied(project, tmp_path / "node" / "copy", gitprov).run(tmp_path / "t.yaml", whole)
    objects = {path: path.read_text() for path in (whole / "files").rglob("*") if path.is_file()}
    for name, (part, damage) in PARTS.items():
        shutil.copytree(whole, whole.with_name(name))
        (found,) = [path for path, text in objects.items() if text == part or ('"' in part and part in text)]
        damage(whole.with_name(name) / found.relative_to(whole))
    folders = [whole.with_name(name) for name in (*PARTS, "whole")]
    before = {path: path.lstat().st_mtime_ns for path in whole.parent.rglob("*")}
    dry = gitprov("bring", "--dry-run", "--json", *folders, status=1).json()
    assert {path: path.lstat().st_mtime_ns for path in whole.parent.rglob("*")} == before
    done = gitprov("bring", "--json", *folders, status=1).json()
    assert dry["findings"] == done["findings"]
    assert {Path(one["subject"]).name for one in done["findings"]} == set(PARTS)
    assert {one["code"] for one in done["findings"]} == {codes.TKT_DAMAGED.id}
    assert dry["recorded"] == done["recorded"]
    assert {*dry["staged"]} <= {*done["staged"]}
    gitprov("verify", "--all", "--cache")


def test_in_python(project: Repo, node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Demand 37."""
    monkeypatch.setenv("TOKEN", "correct horse")
    words = ["python", "train.py", "{inputs.data}", "{outputs.churn}"]
    made = api.ticket(
        "train",
        words,
        inputs={"data": "raw"},
        outputs={"churn": "model.txt"},
        locks=["requirements.txt"],
        container=f"python@sha256:{'0' * 64}",
        secrets=["TOKEN"],
        out=tmp_path / "t.yaml",
    )
    node.run(tmp_path / "t.yaml", tmp_path / "out")
    brought = api.bring(tmp_path / "out", tickets=[tmp_path / "t.yaml"], as_drafts=True).outcome
    again = api.bring(tmp_path / "out", as_drafts=True)
    assert (brought.staged, again.outcome.known, again.findings) == ((), brought.records, ())
    assert {stored.path for stored in api.keep().records} == {stored.path for stored in brought.records}
    run = only_run(project)
    assert run.outputs["churn"].path == "model.txt"
    assert run.environment is not None
    assert [lock.path for lock in run.environment.locks or ()] == ["requirements.txt"]
    assert run.environment.container == made.ticket.container == f"python@sha256:{'0' * 64}"
    assert run.secrets == ("TOKEN",)
    with pytest.raises(GitprovError) as refused:
        api.ticket("train", outputs={"churn": "model.txt"})
    assert refused.value.code is codes.USE_ARGUMENT
