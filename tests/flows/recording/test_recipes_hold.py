"""A recipe depends on what decides the result and on nothing else (demand 1), with real git and real DVC."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.flows.recording.stages import DVC_YAML, dvc, made_by_dvc
from tests.support import Gitprov, Repo

COMMAND = ["--", "python", "src/train.py", "{inputs.data}", "{outputs.model}", "{params.lr}"]
OPTIONS = [
    *["--step", "train", "--code", "src", "--input", "data=data/raw.csv", "--output", "model=model.txt:churn"],
    *["--param", "lr=0.1", "--param", "layers=[8,4]"],
]


@pytest.fixture
def origin(tmp_path: Path, gitprov: Gitprov, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A repository with a pipeline of DVC's and a lock file, initialised and committed."""
    repo = made_by_dvc(tmp_path / "origin")
    monkeypatch.chdir(repo.path)
    gitprov("init")
    repo.commit("init")
    return repo


def recipes(clone: Path, *arguments: str, **variables: str) -> dict[str, str]:
    """Returns the recipes of a planned run, in a process of its own."""
    done = subprocess.run(
        ["sh", "-c", 'umask "$0"; exec gitprov run --json --dry-run "$@"', variables.pop("UMASK", "022"), *arguments],
        cwd=clone,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return json.loads(done.stdout)["recipes"]  # type: ignore[no-any-return]


def test_two_machines_agree(origin: Repo, tmp_path: Path) -> None:
    """Folder, home, umask, locale, time zone, line ends and the order of options make no difference."""
    clones = []
    for folder, config in (("one", "core.autocrlf=false"), ("deep/er @v2/zwei", "core.autocrlf=true")):
        clone = tmp_path / folder
        origin.git("clone", "--quiet", "--config", config, origin.path, clone)
        shutil.copy(origin.path / "data/raw.csv", clone / "data/raw.csv")
        clones.append(clone)
    one, other = clones
    assert b"\r\n" in (other / "requirements.txt").read_bytes()
    assert b"\r\n" in (other / "src/train.py").read_bytes()
    home = tmp_path / "home"
    home.mkdir()
    strange = {"HOME": str(home), "LC_ALL": "C", "TZ": "Asia/Tokyo", "UMASK": "077", "PYTHONHASHSEED": "7"}
    asked = [OPTIONS[6:], OPTIONS[:6]]
    assert recipes(one, *OPTIONS, *COMMAND) == recipes(other, *asked[0], *asked[1], *COMMAND, **strange)
    assert recipes(one, "prepare") == recipes(other, "prepare", **strange)


def test_an_absolute_path_is_as_good_as_a_relative_one(origin: Repo) -> None:
    def of(path: str) -> dict[str, str]:
        return recipes(origin.path, *OPTIONS, "--", "python", path, f"--data={Path(path).parent.parent}/data/raw.csv")

    assert of(f"{origin.path}/src/train.py") == of(f"{origin.path}/src/../src/train.py")
    elsewhere = Path(f"{origin.path}-moved")
    shutil.copytree(origin.path, elsewhere, symlinks=True)
    command = ["--", "python", f"{elsewhere}/src/train.py", f"--data={elsewhere}/data/raw.csv"]
    assert of(f"{origin.path}/src/train.py") == recipes(elsewhere, *OPTIONS, *command)


def test_a_virtual_environment_inside_is_only_a_name(origin: Repo) -> None:
    origin.write(".venv/bin/python", "#!/bin/sh\n").chmod(0o755)
    origin.write(".gitignore", (origin.path / ".gitignore").read_text() + ".venv/\n")
    command = [*OPTIONS, "--lock", "requirements.txt", "--"]
    inside = recipes(origin.path, *command, f"{origin.path}/.venv/bin/python", "src/train.py")
    assert inside == recipes(origin.path, *command, "python", "src/train.py")


def test_what_decides_nothing_changes_nothing(origin: Repo) -> None:
    def now() -> list[dict[str, str]]:
        return [recipes(origin.path, *OPTIONS, *COMMAND), recipes(origin.path, "prepare")]

    first = now()
    origin.write("README.md", "edited\n")
    origin.write("src/NOTES.md", "new\n")
    origin.commit("words")
    assert now() == first
    dvc(origin, "repro", "--force", "--quiet")
    assert now() == first
    origin.write("teams/other/train.py", "print('theirs')\n")
    origin.write("uv.txt", "no lock\n")
    origin.commit("another team")
    assert now() == first
    os.utime(origin.path / "src/train.py", (1, 1))
    os.utime(origin.path / "data/raw.csv", (1, 1))
    assert now() == first


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/train.py", "print('edited')\n"),
        ("src/helper.py", "print('new and untracked')\n"),
        ("data/raw.csv", "3\n"),
        ("requirements.txt", "PyYAML==6.0.1\n"),
    ],
)
def test_what_decides_changes_both(origin: Repo, path: str, text: str) -> None:
    before = [recipes(origin.path, *OPTIONS, *COMMAND), recipes(origin.path, "prepare")]
    origin.write(path, text)
    after = [recipes(origin.path, *OPTIONS, *COMMAND), recipes(origin.path, "prepare")]
    assert all(set(old.values()).isdisjoint(new.values()) for old, new in zip(before, after, strict=True))


def test_declared_variables_parameters_and_containers_decide(origin: Repo) -> None:
    origin.write(".gitprov/project.yaml", "schema: gitprov/project/v1\nenvironment:\n  variables: [OMP_NUM_THREADS]\n")
    image = "python@sha256:" + "0" * 64
    found = [
        recipes(origin.path, *OPTIONS, *COMMAND),
        recipes(origin.path, *OPTIONS, *COMMAND, OMP_NUM_THREADS="1"),
        recipes(origin.path, *OPTIONS, *COMMAND, OMP_NUM_THREADS="2"),
        recipes(origin.path, *OPTIONS, "--param", "seed=1", *COMMAND),
        recipes(origin.path, *OPTIONS, "--container", image, *COMMAND),
        recipes(origin.path, *OPTIONS, "--", "python", "src/train.py"),
    ]
    assert len({one["model"] for one in found}) == len(found)
    before = recipes(origin.path, "train")
    origin.write("params.yaml", "train:\n  lr: 0.2\n")
    assert recipes(origin.path, "train")["model"] != before["model"]


def test_a_subfolder_and_dash_c_see_the_same_paths(origin: Repo) -> None:
    """Options are relative to where one stands; the recipe says where the command runs."""
    options = ["--step", "t", "--code", "train.py", "--input", "data=../data/raw.csv", "--output", "model=../model.txt"]
    command = ["--", "python", "train.py", "{inputs.data}", "{outputs.model}"]
    inside = recipes(origin.path / "src", *options, *command)
    done = subprocess.run(
        ["gitprov", "-C", "src", "run", "--json", *options, *command],
        cwd=origin.path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["recipes"] == inside
    assert (origin.path / "model.txt").read_text() == "1\n2\n"


def test_drafts_that_are_not_kept_yet_are_no_code(origin: Repo, gitprov: Gitprov) -> None:
    """Nothing ignores the output of a draft yet: it must not count as code of the next step."""
    second = ["--step", "second", "--output", "b=b.txt", "--", "python", "-c", "open('b.txt', 'w')"]
    before = recipes(origin.path, *second)
    gitprov("run", "--step", "first", "--output", "a=a.txt", "--", "python", "-c", "open('a.txt', 'w').write('a')")
    assert recipes(origin.path, *second) == before
    gitprov("keep")
    assert recipes(origin.path, *second) == before


def test_a_data_folder_with_a_tracked_file_is_data(origin: Repo, gitprov: Gitprov) -> None:
    """`data/` holds a .gitkeep and ignored files: what git tracks of it must not stand for all of it."""
    origin.write("sets/.gitkeep", "")
    origin.write("sets/.gitignore", "*.csv\n")
    origin.write("sets/a.csv", "1\n")
    origin.write(
        "dvc.yaml", DVC_YAML + "  sets:\n    cmd: cat sets/a.csv > s.txt\n    deps: [sets]\n    outs: [s.txt]\n"
    )
    origin.commit("sets")
    gitprov("run", "sets", "--keep")
    first = recipes(origin.path, "sets")
    origin.write("sets/a.csv", "2\n")
    assert recipes(origin.path, "sets") != first
    gitprov("run", "sets", "--keep")
    assert (origin.path / "s.txt").read_text() == "2\n"


def test_a_new_script_is_code_before_git_knows_it(origin: Repo, gitprov: Gitprov) -> None:
    """Somebody forgot `git add`: the script is code all the same, and no data of DVC's."""
    origin.write("src2/score.py", "open('score.txt', 'w').write('1')\n")
    stage = "  score:\n    cmd: python src2/score.py\n    deps: [src2/score.py]\n    outs: [score.txt]\n"
    origin.write("dvc.yaml", DVC_YAML + stage)
    first = recipes(origin.path, "score")
    gitprov("run", "score", "--keep")
    assert not (origin.path / "src2/score.py.dvc").exists()
    origin.commit("score")
    assert "src2/score.py" in origin.git("ls-files")
    assert recipes(origin.path, "score") == first
