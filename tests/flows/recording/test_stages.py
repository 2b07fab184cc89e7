"""`gitprov run STAGE` does what `dvc repro` does, and says in dvc.lock what ran (with real DVC)."""

import json
import os
import shutil
from pathlib import Path

import pytest

from gitprov.records import Run, decode
from tests.flows.recording.stages import DVC_YAML, dvc, made_by_dvc
from tests.support import Gitprov, Repo, make_repo


@pytest.fixture
def project(tmp_path: Path, gitprov: Gitprov, monkeypatch: pytest.MonkeyPatch) -> Repo:
    repo = made_by_dvc(tmp_path / "repo")
    monkeypatch.chdir(repo.path)
    gitprov("init")
    repo.commit("init")
    return repo


def add_stages(repo: Repo, text: str, folder: str = ".") -> None:
    repo.write(f"{folder}/dvc.yaml", (DVC_YAML if folder == "." else "stages:\n") + text)
    repo.commit("stages")


def runs(repo: Repo, step: str) -> list[Run]:
    found = [decode(path.read_bytes()) for path in (repo.path / f".gitprov/runs/{step}").glob("*/*.yaml")]
    return [run for run in found if isinstance(run, Run)]


STAGES = {
    "lists": "    cmd:\n      - 'false; echo one > o.txt'\n      - echo two >> o.txt # said\n    outs: [o.txt]\n",
    "lines": "    cmd: |\n      echo one > o.txt\n      cd /\n      echo two >> o.txt\n    outs: [o.txt]\n",
    "wdir": "    cmd: cp ../data/raw.csv o.txt\n    wdir: sub\n    deps: [../data/raw.csv]\n    outs: [o.txt]\n",
    "folder": "    cmd: mkdir -p out && cp data/raw.csv out/a && echo x > out/b\n    deps: [data]\n    outs: [out]\n",
    "codefolder": "    cmd: python src/train.py data/raw.csv o.txt\n    deps: [src, data/raw.csv]\n    outs: [o.txt]\n",
    "several": "    foreach: [a, b]\n    do:\n      cmd: echo ${item} > ${item}\n      outs: ['${item}']\n",
    "persists": "    cmd: echo more >> o.txt\n    outs:\n      - o.txt:\n          persist: true\n",
    "plots": "    cmd: echo '[]' > p.json; echo '{}' > m.json\n    plots: [p.json]\n    metrics: [m.json]\n",
    "variables": "    cmd: echo $DVC_STAGE > o.txt\n    outs: [o.txt]\n",
    "toml": "    cmd: echo > o.txt\n    params:\n      - s.toml: [lr, a.b]\n      - params.yaml:\n    outs: [o.txt]\n",
}


@pytest.mark.parametrize("name", STAGES)
def test_dvc_would_have_done_the_same(project: Repo, gitprov: Gitprov, tmp_path: Path, name: str) -> None:
    """The same outputs, the same dvc.lock byte by byte, and then DVC has nothing to do."""
    project.write("s.toml", "lr = 0.1\n[a]\nb = [1, 2]\n")
    project.write("o.txt", "old\n") if name != "wdir" else project.write("sub/o.txt", "old\n")
    project.write(".gitignore", "__pycache__/\n/clean.csv\n/model.txt\no.txt\n/out\n")
    add_stages(project, f"  {name}:\n{STAGES[name]}")
    twin = Repo(tmp_path / "twin")
    shutil.copytree(project.path, twin.path, symlinks=True)
    names = ["several@a", "several@b"] if name == "several" else [name]
    for stage in names:
        dvc(twin, "repro", "--single-item", "--quiet", stage)
        gitprov("run", stage, "--keep")
    assert (project.path / "dvc.lock").read_text() == (twin.path / "dvc.lock").read_text()
    clean = dvc(project, "status", *names)
    assert "up to date" in clean
    assert gitprov("capture", "--json").json()["recorded"] != []
    assert len(runs(project, names[0].replace("@", "-"))) == 1  # capture knows what run has recorded


def test_capture_then_run_then_capture_is_one_recipe(project: Repo, gitprov: Gitprov) -> None:
    """The metrics file of `train` is git's, a dep of `score`, and made by a stage: data on both ways."""
    add_stages(project, "  score:\n    cmd: cp metrics.json s.txt\n    deps: [metrics.json, src]\n    outs: [s.txt]\n")
    dvc(project, "repro", "--quiet")
    project.commit("scored")
    gitprov("capture")
    ids = {
        step: [out.recipe for run in runs(project, step) for out in run.outputs.values()] for step in ("train", "score")
    }
    assert runs(project, "score")[0].inputs["metrics"].artifact == runs(project, "train")[0].outputs["metrics"].artifact
    for step, recipe in ids.items():
        planned = gitprov("run", step, "--json", "--dry-run").json()["recipes"]
        assert sorted(planned.values()) == sorted(recipe)
    gitprov("run", "prepare", "--force", "--keep")
    gitprov("run", "train", "--force", "--keep")
    project.commit("ran")
    assert gitprov("capture", "--json").json()["recorded"] == []


def test_parameters_that_changed_since_are_not_what_dvc_lock_says(project: Repo, gitprov: Gitprov) -> None:
    """Kept after an edit, the entry would tell DVC that the new parameters have run."""
    project.write("params.yaml", "train:\n  lr: 0.2\n")
    gitprov("run", "train")
    project.write("params.yaml", "train:\n  lr: 0.3\n")
    done = gitprov("keep")
    assert "changed since it ran" in done.err
    assert "0.3" not in (project.path / "dvc.lock").read_text()
    assert "train.lr" in dvc(project, "status", "train")
    assert runs(project, "train")[0].params == {"train.lr": 0.2}


def test_stages_of_one_name_in_two_folders(project: Repo, gitprov: Gitprov) -> None:
    for folder in ("a", "b"):
        add_stages(project, f"  same:\n    cmd: echo {folder} > o.txt\n    outs: [o.txt]\n", folder)
    assert "GP-RUN-005" in gitprov("run", "same", status=2).err
    gitprov("run", "b/dvc.yaml:same", "--keep")
    assert (project.path / "b/o.txt").read_text() == "b\n"
    assert (project.path / "b/dvc.lock").exists()
    assert not (project.path / "a/dvc.lock").exists()
    assert "up to date" in dvc(project, "status", "b/dvc.yaml:same")


def test_outputs_that_differ_in_case_are_both_recorded(project: Repo, gitprov: Gitprov) -> None:
    add_stages(project, "  cases:\n    cmd: echo 1 > O.txt; echo 2 > o.txt\n    outs: [O.txt, o.txt]\n")
    gitprov("run", "cases", "--keep")
    assert {out.path for out in runs(project, "cases")[0].outputs.values()} == {"O.txt", "o.txt"}


@pytest.mark.parametrize(
    ("stage", "code"),
    [
        ("    cmd: echo x > o.txt\n    frozen: true\n    outs: [o.txt]\n", "GP-USE-001"),
        ("    cmd: echo x > o.txt\n    deps: [/etc/hostname]\n    outs: [o.txt]\n", "GP-PTH-001"),
        ("    cmd: echo x > o.txt\n    params: [no.such]\n    outs: [o.txt]\n", "GP-RUN-006"),
        ("    cmd: echo x > o.txt\n    deps: [no/such.csv]\n    outs: [o.txt]\n", "GP-PTH-006"),
    ],
)
def test_a_stage_that_cannot_be_recorded_does_not_run(project: Repo, gitprov: Gitprov, stage: str, code: str) -> None:
    add_stages(project, f"  bad:\n{stage}")
    assert code in gitprov("run", "bad", status=2).err
    assert not (project.path / "o.txt").exists()


def test_what_dvc_always_runs_is_never_served(project: Repo, gitprov: Gitprov) -> None:
    add_stages(
        project, "  now:\n    cmd: echo x >> ../log; echo x > o.txt\n    always_changed: true\n    outs: [o.txt]\n"
    )
    for _ in range(2):
        gitprov("run", "now", "--keep")
    assert (project.path.parent / "log").read_text() == "x\nx\n"


def test_a_linked_output_is_not_written_into_the_cache(project: Repo, gitprov: Gitprov) -> None:
    """DVC may link outputs to its cache; a command that writes in place must not change what is kept there."""
    gitprov("capture")
    (project.path / "model.txt").unlink()
    files = (path for path in (project.path / ".dvc/cache").rglob("*") if path.is_file())
    cached = next(path for path in files if path.read_bytes() == b"1\n2\n")
    os.link(cached, project.path / "model.txt")
    script = "open('model.txt', 'r+').write('9')"
    gitprov("run", "--step", "in-place", "--output", "m=model.txt", "--", "python", "-c", script)
    assert cached.read_bytes() == b"1\n2\n"
    assert (project.path / "model.txt").read_text() == "9\n2\n"


def test_capture_looks_at_head_and_not_at_the_index(project: Repo, gitprov: Gitprov) -> None:
    """Only dvc.lock was committed: HEAD's code is not what DVC saw, whatever is staged."""
    project.write("src/train.py", (project.path / "src/train.py").read_text() + "# edited\n")
    dvc(project, "repro", "--quiet")
    project.git("commit", "--quiet", "--message", "only the lock", "dvc.lock")
    project.git("add", "src")
    done = gitprov("capture")
    assert "src changed since DVC ran it" in done.err
    assert [run.code.digest for run in runs(project, "prepare") if run.code] == ["unknown"]


def test_capture_links_the_same_bytes_at_two_paths(project: Repo, gitprov: Gitprov) -> None:
    two = "  two:\n    cmd: echo x > x.txt; echo x > y.txt\n    outs: [x.txt, y.txt]\n"
    add_stages(project, two + "  use:\n    cmd: cp x.txt z.txt\n    deps: [x.txt]\n    outs: [z.txt]\n")
    dvc(project, "repro", "--quiet")
    project.commit("two")
    gitprov("capture")
    assert runs(project, "use")[0].inputs["x"].artifact == runs(project, "two")[0].outputs["x"].artifact


def test_capture_in_a_clone_without_bytes_records_nothing_twice(
    project: Repo, gitprov: Gitprov, tmp_path: Path
) -> None:
    gitprov("capture")
    project.commit("captured")
    project.git("clone", "--quiet", project.path, tmp_path / "clone")
    assert gitprov("capture", "--json", cwd=tmp_path / "clone").json()["recorded"] == []


def test_capture_records_the_same_bytes_with_other_parameters(project: Repo, gitprov: Gitprov) -> None:
    gitprov("capture")
    project.write("params.yaml", "train:\n  lr: 0.7\n")
    dvc(project, "repro", "--quiet")
    project.commit("same model, other parameter")
    gitprov("capture")
    assert sorted(run.params["train.lr"] for run in runs(project, "train") if run.params) == [0.1, 0.7]


def test_capture_reads_what_git_keeps_at_head(project: Repo, gitprov: Gitprov) -> None:
    """metrics.json was edited since; its bytes are in git, so they are no reference."""
    shutil.rmtree(project.path / ".dvc/cache/files/md5")
    dvc(project, "commit", "--force", "--quiet", "prepare")
    project.write("metrics.json", '{"auc": 0.1}')
    for path in (project.path / ".dvc/cache").rglob("*"):
        if path.is_file() and b"0.9" in path.read_bytes():
            path.unlink()
    records = gitprov("capture", "--json").json()["recorded"]
    paths = [one["path"] for one in records if "/artifacts/metrics.json/" in one["path"]]
    assert len(paths) == 1
    assert "reference" not in (project.path / paths[0]).read_text()


def test_capture_with_declared_variables_claims_nothing_of_them(project: Repo, gitprov: Gitprov) -> None:
    settings = "schema: gitprov/project/v1\nenvironment:\n  variables: [OMP_NUM_THREADS]\n"
    project.write(".gitprov/project.yaml", settings)
    gitprov("capture")
    assert {run.environment.digest for run in runs(project, "train") if run.environment} == {"unknown"}


def test_a_stage_with_code_in_a_submodule(repo: Repo, gitprov: Gitprov, tmp_path: Path) -> None:
    """git answers for no path when one of those that it is asked about lies in a submodule."""
    tool = make_repo(tmp_path / "tool")
    tool.write("make.py", "open('out', 'w').write('1')\n")
    tool.commit()
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", tool.path, "tool")
    repo.write("dvc.yaml", "stages:\n  a:\n    cmd: python tool/make.py\n    deps: [tool/make.py]\n    outs: [out]\n")
    gitprov("init")
    gitprov("run", "a", "--keep")
    repo.commit()
    (run,) = runs(repo, "a")
    assert run.inputs == {}
    assert run.code is not None
    assert run.code.paths == ("tool",)
    assert gitprov("capture").out.startswith("already recorded run a ")


def test_capture_with_a_submodule_at_the_top(project: Repo, gitprov: Gitprov, tmp_path: Path) -> None:
    shutil.copytree(project.path, tmp_path / "tool", symlinks=True)
    project.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", tmp_path / "tool", "uv.lock")
    project.commit("a submodule")
    assert json.loads(gitprov("capture", "--json").out)["recorded"]
