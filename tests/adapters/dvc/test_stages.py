"""dvc.yaml and dvc.lock beside real `dvc repro`: what it ran we read, and what we write it takes for its own."""

import shutil
import sys
from pathlib import Path

import pytest

from gitprov.errors import GitprovError
from gitprov.ports.dvc import Declared, Stage
from tests.adapters.dvc.real import content_of, dvc, executable, files_of, new_repo, tree
from tests.support import Repo

TOP = """\
# the pipeline of the team
stages:
  prepare:
    cmd: mkdir -p data/parts && cp raw.csv data/parts/a && cp raw.csv data/parts/b && echo 1 > data/note
    deps:
    - raw.csv
    - ./tool.sh
    params:
    - seed
    - model.lr
    - columns.1
    - other.json:
      - deep.list
    - whole.toml:
    - consts.py:
      - RATE
    outs:
    - data/parts
    - data/note:
        cache: false
        desc: kept by git
  train:
    cmd:
    - echo a very long command line that DVC folds when it writes it into dvc.lock, beyond eighty columns > model
    - "echo '{\\"acc\\": 0.5}' > metrics.json"
    - printf 'step,loss\\n1,2\\n' > plot.csv && chmod +x model
    desc: trains
    deps: [data/parts, data/note]
    outs:
    - model:
        persist: true
        push: false
    metrics:
    - metrics.json:
        cache: false
    plots:
    - plot.csv:
        x: step
        y: loss
  nested:
    wdir: sub/dir
    cmd: cat ../../model local.txt > "out put.txt"
    frozen: false
    always_changed: true
    deps:
    - ../../model
    - local.txt
    params:
    - a.b
    outs:
    - out put.txt
artifacts:
  churn:
    path: model
    type: model
    desc: ours
  table:
    path: data/parts
"""
TEMPLATED = """\
vars:
- vars.yaml
- greeting: hello
stages:
  say:
    cmd: echo ${greeting} ${numbers.n} ${rate} > said.txt
    params: [rate]
    outs: [said.txt]
  each:
    foreach: [a, b]
    do:
      cmd: echo ${item} > ${item}.txt
      outs:
      - ${item}.txt
  grid:
    matrix:
      x: [1, 2]
    cmd: echo ${item.x} > grid-${item.x}.txt
    outs:
    - grid-${item.x}.txt:
        cache: false
artifacts:
  ${greeting}-x:
    path: said.txt
"""
NAMES = ["prepare", "train", "nested", "say", "each@a", "each@b", "grid@1", "grid@2"]


def fill(repo: Repo) -> None:
    repo.write("dvc.yaml", TOP)
    repo.write("raw.csv", "x,y\n1,2\n")
    executable(repo.write("tool.sh", "#!/bin/sh\n"))
    repo.write(
        "params.yaml",
        "seed: 42\nmodel: {lr: 1.0e-07, deep: [1, {a: null}]}\ncolumns: [a, 'no']\nunused: 1\n",
    )
    repo.write("other.json", '{"deep": {"list": [1.5, true, "x", {"k": "v"}]}}')
    repo.write("whole.toml", "[z]\nk = 1\n[a]\nd = 1e-7\ne = [1, 2]\n")
    repo.write("consts.py", "RATE = (1, 2.5)\nOTHER = {'a': 1}\n")
    repo.write("sub/dir/local.txt", "local\n")
    repo.write("sub/dir/params.yaml", "a:\n  b: 'yes'\n")
    repo.write("templated/dvc.yaml", TEMPLATED)
    repo.write("templated/vars.yaml", "numbers:\n  n: 7\n")
    repo.write("templated/params.yaml", "rate: 3\n")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of which real DVC has run every stage."""
    repo = new_repo(tmp_path_factory.mktemp("real") / "project")
    fill(repo)
    dvc(repo.path, "init")
    dvc(repo.path, "repro", "--all-pipelines")
    return repo.path


@pytest.fixture
def run(real: Path, tmp_path: Path) -> Repo:
    """The same project after its commands ran, with nothing that DVC writes when it has run a stage."""
    shutil.copytree(real, tmp_path / "project", ignore=shutil.ignore_patterns("dvc.lock", ".gitignore", "tmp"))
    shutil.copy(real / ".dvc/.gitignore", tmp_path / "project/.dvc/.gitignore")
    return Repo(tmp_path / "project")


def by_name(repo: Repo) -> dict[str, Stage]:
    return {stage.name: stage for stage in files_of(repo).stages()}


def lock(repo: Repo, stage: Stage) -> list[str]:
    deps = {path: content_of(repo.path / path) for path in stage.deps}
    outs = {path: content_of(repo.path / path) for path in (*stage.outs, *stage.git_outs)}
    return files_of(repo).lock_stage(stage, deps, outs)


def test_stages_are_read_as_dvc_means_them(real: Path) -> None:
    stages = by_name(Repo(real))
    assert list(stages) == NAMES
    assert stages["prepare"] == Stage(
        name="prepare",
        folder=".",
        cwd=".",
        commands=("mkdir -p data/parts && cp raw.csv data/parts/a && cp raw.csv data/parts/b && echo 1 > data/note",),
        deps=("raw.csv", "tool.sh"),
        params={
            "params.yaml": {"seed": 42, "model.lr": 1e-07, "columns.1": "no"},
            "other.json": {"deep.list": [1.5, True, "x", {"k": "v"}]},
            "whole.toml": {"z": {"k": 1}, "a": {"d": 1e-07, "e": [1, 2]}},
            "consts.py": {"RATE": [1, 2.5]},
        },
        outs=("data/parts",),
        git_outs=("data/note",),
        frozen=False,
    )
    assert len(stages["train"].commands) == 3
    assert (stages["train"].outs, stages["train"].git_outs) == (("model", "plot.csv"), ("metrics.json",))
    assert (stages["nested"].cwd, stages["nested"].deps) == ("sub/dir", ("model", "sub/dir/local.txt"))
    assert stages["nested"].params == {"sub/dir/params.yaml": {"a.b": "yes"}}
    assert stages["nested"].outs == ("sub/dir/out put.txt",)
    assert (stages["say"].commands, stages["say"].folder) == (("echo hello 7 3 > said.txt",), "templated")
    assert stages["each@b"].outs == ("templated/b.txt",)
    assert stages["grid@2"].git_outs == ("templated/grid-2.txt",)


def test_artifacts_are_named_as_dvc_yaml_says(real: Path) -> None:
    assert files_of(Repo(real)).artifacts() == {
        "model": Declared("churn", "model"),
        "data/parts": Declared("table", None),
        "templated/said.txt": Declared("hello-x", None),
    }


def test_dvc_lock_is_read(real: Path) -> None:
    repo = Repo(real)
    locks = {path: (real / path).read_bytes() for path in ("dvc.lock", "templated/dvc.lock")}
    entries = {entry.stage: entry for entry in files_of(repo).lock_entries(locks)}
    stages = by_name(repo)
    assert set(entries) == set(NAMES)
    for name, entry in entries.items():
        stage = stages[name]
        assert (entry.folder, entry.commands, entry.params) == (stage.folder, stage.commands, stage.params)
        assert {one.path for one in entry.deps} == set(stage.deps)
        assert {one.path for one in entry.outs} == {*stage.outs, *stage.git_outs}
        for one in (*entry.deps, *entry.outs):
            content = content_of(real / one.path)
            assert (one.md5, one.size, one.is_dir) == (content.md5, content.size, content.listing is not None)
            assert one.files == (content.files if one.is_dir else None)


def test_we_write_dvc_lock_as_dvc_repro_does(real: Path, run: Repo) -> None:
    """D40: the whole team may go on with `dvc repro` after `gitprov run`."""
    stages = by_name(run)
    written = {name: lock(run, stages[name]) for name in NAMES}
    assert tree(run.path) == tree(real)
    assert written["train"] == [".gitignore", "dvc.lock"]
    assert written["grid@1"] == ["templated/dvc.lock"]
    status = dvc(run.path, "status")
    assert status.split() == ["nested:", "always", "changed"]
    dvc(run.path, "freeze", "nested")
    assert "Data and pipelines are up to date." in dvc(run.path, "repro", "--all-pipelines", "--dry")


def test_one_entry_changes_and_the_others_keep_their_bytes(real: Path, run: Repo) -> None:
    before = (real / "dvc.lock").read_text().replace("schema: '2.0'\n", "# by hand\nschema: '2.0'\n")
    run.write("dvc.lock", before.replace("  train:\n", "  gone:\n    cmd: was here\n  train:\n"))
    run.write("model", "another model\n")
    lock(run, by_name(run)["train"])
    other = run.path.parent / "other"
    shutil.copytree(real, other, symlinks=True)
    (other / "dvc.lock").write_text(before.replace("  train:\n", "  gone:\n    cmd: was here\n  train:\n"))
    (other / "model").write_text("another model\n")
    dvc(other, "commit", "--force", "train")
    assert (run.path / "dvc.lock").read_text() == (other / "dvc.lock").read_text()
    assert "gone:" in (run.path / "dvc.lock").read_text()


def test_what_is_missing_is_said(run: Repo) -> None:
    stages = by_name(run)
    run.write("params.yaml", "seed: 1\n")
    with pytest.raises(GitprovError, match=r"GP-RUN-006: params\.yaml has no parameter model\.lr, columns\.1"):
        lock(run, stages["prepare"])
    outs = {path: content_of(run.path / path) for path in ("model", "metrics.json")}
    deps = {path: content_of(run.path / path) for path in stages["train"].deps}
    with pytest.raises(GitprovError, match=r"GP-RUN-004: stage train has no content for plot\.csv"):
        files_of(run).lock_stage(stages["train"], deps, outs)
    with pytest.raises(GitprovError, match=r"GP-PTH-006: stage train has no content for data/parts, data/note"):
        files_of(run).lock_stage(stages["train"], {}, outs)
    run.write("dvc.yaml", "stages: {}\n")
    with pytest.raises(GitprovError, match=r"GP-RUN-005: dvc\.yaml has no stage train"):
        lock(run, stages["train"])
    assert not (run.path / "dvc.lock").exists()


def test_locks_of_older_dvc_and_of_places_elsewhere(repo: Repo) -> None:
    md5 = "d41d8cd98f00b204e9800998ecf8427e"
    old = f"""\
train:
  cmd: [a, b]
  deps:
  - {{path: x, md5: {md5}, size: 1}}
  - {{path: s3://bucket/k, etag: abc, size: 5}}
  - {{path: ../up, md5: {md5}.dir, nfiles: 2}}
  - {{path: ../../out}}
  - {{path: /abs/x, md5: {md5}}}
  outs:
  - {{path: v, files: [{{relpath: a, md5: {md5}}}]}}
"""
    (entry,) = files_of(repo).lock_entries({"p/dvc.lock": old.encode()})
    assert (entry.stage, entry.folder, entry.commands) == ("train", "p", ("a", "b"))
    assert [(one.path, one.md5, one.is_dir, one.size, one.files) for one in entry.deps] == [
        ("p/x", f"md5:{md5}", False, 1, None),
        ("s3://bucket/k", None, False, 5, None),
        ("up", f"md5:{md5}", True, None, 2),
        ("../out", None, False, None, None),
        ("/abs/x", f"md5:{md5}", False, None, None),
    ]
    assert [(one.path, one.md5, one.is_dir) for one in entry.outs] == [("p/v", None, True)]
    repo.write("p/dvc.yaml", "stages:\n  train:\n    cmd: a\n    wdir: w\n")
    (moved,) = files_of(repo).lock_entries({"p/dvc.lock": old.encode()})
    assert moved.deps[0].path == "p/w/x"
    repo.write("p/dvc.lock", old)
    (stage,) = files_of(repo).stages()
    with pytest.raises(GitprovError, match=r"GP-DVC-001: p/dvc\.lock:1: schema must be '2\.0'"):
        files_of(repo).lock_stage(stage, {}, {})


def test_without_dvc_plain_pipelines_work_and_templates_say_what_they_need(
    run: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("dvc", "dvc.parsing", "dvc.fs", "dvc.exceptions"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(GitprovError, match=r"GP-DVC-004: templated/dvc\.yaml uses variables"):
        files_of(run).stages()
    (run.path / "templated/dvc.yaml").unlink()
    run.write("dvc.yaml", TOP.replace("    - consts.py:\n      - RATE\n", ""))
    assert list(by_name(run)) == ["prepare", "train", "nested"]
    assert files_of(run).owner("model") == "dvc.yaml:train"
