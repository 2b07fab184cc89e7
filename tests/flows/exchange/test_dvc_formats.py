"""`gitprov import dvc` on formats of every age: taken in, or named by file and line (issue 7)."""

import hashlib
import json
import os
import subprocess
from collections.abc import Mapping

import pytest

from gitprov.lineage import Ledger
from gitprov.recording.ledger import open_ledger
from gitprov.records import ReferencedContent, Run
from gitprov.wiring.project import Project
from tests.support import Gitprov, Repo

A, B, C = ("a" * 32, "b" * 32, "c" * 32)


def ledger() -> Ledger:
    project = Project()
    return open_ledger(project.git, project.worktree)


def run_of(step: str) -> Run:
    (run,) = [one for one in ledger().runs.values() if one.step == step]
    return run


def imported(repo: Repo, gitprov: Gitprov, files: Mapping[str, str]) -> list[str]:
    """Commits files and imports them; returns what was found, as `CODE FILE:LINE: …`."""
    gitprov("init")
    for path, text in files.items():
        repo.write(path, text)
    repo.commit("by DVC")
    done = gitprov("import", "dvc", "--json").json()
    return [f"{one['code']} {one['what']}" for one in done["findings"]]


def lock(*stages: str) -> str:
    return "schema: '2.0'\nstages:\n" + "".join(stages)


def stage(name: str, dep: str, out: str) -> str:
    return f"  {name}:\n    cmd: run {name}\n    deps:\n    - {dep}\n    outs:\n    - {out}\n"


def test_a_lock_of_schema_1_is_taken_in(repo: Repo, gitprov: Gitprov) -> None:
    text = f"train:\n  cmd: x\n  deps:\n  - path: raw\n    md5: {A}\n  outs:\n  - path: model\n    md5: {B}\n"
    assert imported(repo, gitprov, {"dvc.lock": text}) == []
    assert run_of("train").outputs["model"].path == "model"


def test_a_stage_in_a_dvc_file_is_taken_in(repo: Repo, gitprov: Gitprov) -> None:
    """Before it had dvc.lock, DVC kept each stage in a file of its own."""
    first = f"cmd: x > mid\nmd5: {C}\nwdir: ..\nouts:\n- path: mid\n  md5: {A}\n  cache: true\n"
    second = f"cmd: y\nmd5: {C}\nouts:\n- path: end\n  md5: {B}\ndeps:\n- path: mid\n  md5: {A}\n"
    assert imported(repo, gitprov, {"steps/first.dvc": first, "Dvcfile": second}) == []
    first_run, second_run = run_of("first"), run_of("dvcfile")
    assert first_run.cwd == "."
    assert second_run.inputs["mid"].artifact == first_run.outputs["mid"].artifact


@pytest.mark.parametrize("folder", ["work", "${place.name}"])
def test_paths_start_in_the_working_folder_as_that_commit_has_it(repo: Repo, gitprov: Gitprov, folder: str) -> None:
    """A templated `wdir` is expanded from the files of its commit, not from those of the work tree."""
    pipeline = f"stages:\n  train:\n    wdir: {folder}\n    cmd: run train\n    outs:\n    - out\n"
    entry = f"  train:\n    cmd: run train\n    outs:\n    - path: out\n      md5: {A}\n"
    files = {"p/dvc.yaml": pipeline, "p/dvc.lock": lock(entry), "p/params.yaml": "place: {name: work}\n"}
    gitprov("init")
    for path, text in files.items():
        repo.write(path, text)
    repo.commit("by DVC")
    repo.write("p/params.yaml", "place: {name: elsewhere}\n")
    assert gitprov("import", "dvc", "--json").json()["findings"] == []
    assert run_of("train").outputs["out"].path == "p/work/out"
    assert run_of("train").cwd == "p/work"


def test_names_of_dvc_yaml_are_kept(repo: Repo, gitprov: Gitprov) -> None:
    text = "artifacts:\n  churn:\n    path: model\n    type: model\n"
    out = f"path: model\n      md5: {B}"
    assert (
        imported(repo, gitprov, {"dvc.yaml": text, "dvc.lock": lock(stage("t", f"path: raw\n      md5: {A}", out))})
        == []
    )
    assert {(one.name, one.kind) for one in ledger().artifacts.values()} == {("churn", "model"), ("raw", "dataset")}


def test_frozen_persistent_and_always_changed_stages_are_runs_like_others(repo: Repo, gitprov: Gitprov) -> None:
    flags = "    frozen: true\n    always_changed: true\n"
    text = f"stages:\n  t:\n    cmd: run t\n{flags}    outs:\n    - o:\n        persist: true\n"
    files = {"dvc.yaml": text, "dvc.lock": lock(f"  t:\n    cmd: run t\n    outs:\n    - path: o\n      md5: {A}\n")}
    assert imported(repo, gitprov, files) == []
    assert run_of("t").command == ("sh", "-c", "run t")


def test_imports_are_sources(repo: Repo, gitprov: Gitprov) -> None:
    other = f"frozen: true\ndeps:\n- path: x\n  repo:\n    url: https://example.org/r\n    rev_lock: {'1' * 40}\n"
    url = "deps:\n- etag: '\"abc\"'\n  path: https://example.org/y\n"
    assert (
        imported(
            repo,
            gitprov,
            {
                "x.dvc": other + f"outs:\n- path: x\n  md5: {A}.dir\n  nfiles: 2\n  size: 4\n  hash: md5\n",
                "y.dvc": url + f"outs:\n- path: y\n  md5: {B}\n",
            },
        )
        == []
    )
    found = {one.name: one.content for one in ledger().artifacts.values()}
    assert isinstance(found["x"], ReferencedContent)
    assert found["x"].reference.locator == f"files/md5/aa/{'a' * 30}.dir"
    assert found["x"].reference.checks == {"files": 2, "size": 4}
    assert found["y"].digest != found["x"].digest


def test_a_folder_on_a_versioned_remote_is_known_by_its_files(repo: Repo, gitprov: Gitprov) -> None:
    """Cloud versioning: DVC writes every file with its MD5 and the provider's version, and no MD5 of the whole."""
    files = "".join(
        f"  - relpath: {name}\n    md5: {md5}\n    size: 3\n    cloud:\n      s:\n        version_id: v\n"
        for name, md5 in (("two", B), ("one", A))
    )
    assert imported(repo, gitprov, {"d.dvc": f"outs:\n- path: d\n  hash: md5\n  files:\n{files}"}) == []
    (one,) = ledger().artifacts.values()
    assert isinstance(one.content, ReferencedContent)
    rows = [{"md5": A, "relpath": "one"}, {"md5": B, "relpath": "two"}]
    assert one.content.reference.version == "md5:" + hashlib.md5(json.dumps(rows).encode()).hexdigest()  # noqa: S324
    assert one.content.reference.checks == {"files": 2, "size": 6}


def test_what_cannot_be_recorded_is_named_by_file_and_line_and_the_rest_is_taken_in(
    repo: Repo, gitprov: Gitprov
) -> None:
    good, made = f"path: raw\n      md5: {A}", f"path: {{}}\n      md5: {B}"
    text = lock(
        stage("good", good, made.format("one")),
        stage("far", "path: s3://bucket/raw\n      etag: abc", made.format("two")),
        stage("high", good, made.format("/data/three")),
        stage("none", good, "path: four"),
        stage("odd", good, "path: five\n      md5: nothing"),
        stage("kept", good, f"path: six\n      md5: {C}"),
    )
    conflict = "<<<<<<< HEAD\nouts:\n=======\n>>>>>>> other\n"
    found = imported(
        repo,
        gitprov,
        {
            "dvc.lock": text,
            "x.dvc": conflict,
            "y.dvc": "outs:\n- path: y\n- path: ../../z\n  md5: " + A + "\n",
            "new/dvc.lock": "schema: '3.0'\nstages: {}\n",
            "good.dvc": f"outs:\n- path: good.bin\n  md5: {C}\n",
        },
    )
    assert [one.partition(": ")[0] for one in sorted(found)] == [
        "GP-DVC-001 dvc.lock:41",
        "GP-DVC-001 new/dvc.lock:1",
        "GP-DVC-001 x.dvc has a merge conflict",
        "GP-DVC-007 dvc.lock:14",
        "GP-DVC-007 dvc.lock:25",
        "GP-DVC-007 dvc.lock:33",
        "GP-DVC-007 y.dvc:2",
        "GP-DVC-007 y.dvc:3",
    ]
    assert {run.step for run in ledger().runs.values()} == {"add", "good", "kept"}
    assert "good.bin" in {one.name for one in ledger().artifacts.values()}
    shown = gitprov("import", "dvc")
    assert shown.out == "everything is recorded\n"
    assert "finding[GP-DVC-007]: dvc.lock:14: stages.far.deps.0.path is s3://bucket/raw" in shown.err


def test_what_history_held_is_reported_once_with_its_commit(repo: Repo, gitprov: Gitprov) -> None:
    gitprov("init")
    repo.write("x.dvc", "outs:\n- path: x\n")
    bad = repo.commit("bad")
    repo.write("y.dvc", f"outs:\n- path: y\n  md5: {A}\n")
    repo.commit("more")
    repo.write("x.dvc", f"outs:\n- path: x\n  md5: {B}\n")
    repo.commit("mended")
    assert gitprov("import", "dvc", "--json").json()["findings"] == []
    (finding,) = gitprov("import", "dvc", "--history", "--json").json()["findings"]
    assert (finding["code"], finding["commit"], finding["subject"]) == ("GP-DVC-007", bad, "x.dvc")


def test_stages_in_a_circle_and_secrets_are_reported(repo: Repo, gitprov: Gitprov) -> None:
    one, other = (f"path: {name}\n      md5: {A}" for name in ("p", "q"))
    (found,) = imported(repo, gitprov, {"dvc.lock": lock(stage("a", one, other), stage("b", other, one))})
    assert found.startswith("GP-DVC-001 stages of dvc.lock depend on each other in a circle")
    command = f"  a:\n    cmd: get https://ada:hunter2hunter2@example.org\n    outs:\n    - path: p\n      md5: {A}\n"
    found, *_ = imported(repo, gitprov, {"dvc.lock": lock(command)})
    assert found.startswith("GP-SEC-001 stage a is not imported: a secret stands in")
    assert ledger().runs == {}


def test_a_wrong_object_in_the_cache_is_reported_and_not_believed(repo: Repo, gitprov: Gitprov) -> None:
    """Threat: whoever writes to a cache decides what an MD5 means."""
    repo.write(f".dvc/cache/files/md5/aa/{'a' * 30}", "other bytes")
    (found,) = imported(
        repo, gitprov, {"x.dvc": f"outs:\n- path: x\n  md5: {A}\n  size: 9\n", ".dvc/.gitignore": "cache\n"}
    )
    assert found.startswith("GP-BLB-001 the cache's object")
    (one,) = ledger().artifacts.values()
    assert isinstance(one.content, ReferencedContent)


def test_where_dvc_never_was_and_what_is_no_commit(
    repo: Repo, gitprov: Gitprov, tmp_path_factory: pytest.TempPathFactory
) -> None:
    gitprov("init")
    assert "GP-DVC-005" in gitprov("import", "dvc", status=2).err
    assert "GP-USE-001" in gitprov("import", "dvc", "--rev", "nowhere", status=2).err
    repo.write("x.dvc", f"outs:\n- path: x\n  md5: {A}\n")
    repo.commit("x")
    shallow = tmp_path_factory.mktemp("clone") / "shallow"
    repo.git("clone", "--quiet", "--depth=1", f"file://{repo.path}", shallow)
    assert "GP-GIT-005" in gitprov("import", "dvc", cwd=shallow, status=None).err
    empty = tmp_path_factory.mktemp("empty")
    Repo(empty).git("init", "--quiet", "--template=")
    gitprov("init", cwd=empty)
    assert "GP-GIT-008" in gitprov("import", "dvc", cwd=empty, status=2).err


def test_a_commit_that_comes_first_says_when(repo: Repo, gitprov: Gitprov) -> None:
    """What HEAD has is recorded as of the commit that brought it, and a later state as of its own."""
    gitprov("init")
    repo.write("x.dvc", f"outs:\n- path: x\n  md5: {A}\n")
    repo.commit("x")
    when = repo.git("log", "-1", "--format=%cd", "--date=format-local:%Y-%m-%dT%H:%M:%SZ")
    later = os.environ | {"GIT_COMMITTER_DATE": "2040-01-01T00:00:00Z"}
    subprocess.run(["git", "commit", "--quiet", "--allow-empty", "--message", "later"], env=later, check=True)
    gitprov("import", "dvc")
    (run,) = ledger().runs.values()
    assert (run.finished, run.declared, run.unknown) == (when, ("times",), ("actor",))
