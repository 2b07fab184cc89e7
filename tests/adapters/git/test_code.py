"""The code digest: what it depends on, and above all what not (D1, D3; docs/format.md, "Code")."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitprov.adapters.git import GitRepository
from gitprov.errors import GitprovError
from gitprov.ids import sha256_of
from gitprov.ids.listings import write_code_listing
from gitprov.ports.git import CodeState, GitStore
from tests.support import Repo, make_repo

SCRIPT = "import sys\nprint(sys.argv)\n"


def digest_of(state: CodeState | None) -> str:
    assert state is not None
    return sha256_of(write_code_listing(state.entries))


def code(repo: Repo, *left_out: str, paths: tuple[str, ...] = (".",)) -> CodeState:
    git: GitStore = GitRepository(str(repo.path))
    return git.code(paths, left_out)


def paths_of(state: CodeState) -> list[str]:
    return [entry.path for entry in state.entries]


@pytest.fixture
def project(repo: Repo) -> Repo:
    repo.write("train.py", SCRIPT)
    repo.write("lib/util.py", "x = 1\n")
    repo.write("other/team.py", "y = 1\n")
    repo.commit()
    return repo


@pytest.mark.parametrize(
    "name",
    [
        "README.md", "sub/notes.md", "docs/index.html", "lib/docs/page.txt", "data.csv.dvc", "dvc.lock", "lib/dvc.lock",
        "lib/__pycache__/util.cpython-311.pyc", "old.pyc", ".ipynb_checkpoints/a.ipynb",
        "lib/.gitprov-0123456789abcdef.tmp", ".gitprov-staging-0123456789abcdef/a.py",
        ".gitignore", ".dvcignore", ".gitattributes", "lib/.gitignore", ".dvc/config", ".github/workflows/ci.yml",
        ".gitprov/runs/train/x.yaml", "features/part.csv",
    ],
)  # fmt: skip
def test_what_never_counts(project: Repo, name: str) -> None:
    """D3: a README edit, what DVC writes, and declared inputs and outputs leave the recipe as it is."""
    before = code(project, "features")
    project.write(name, "edited\n")
    assert code(project, "features").entries == before.entries
    project.commit()
    after = code(project, "features")
    assert after.entries == before.entries
    assert not after.dirty


@pytest.mark.parametrize("name", ["docs.py", "md", "mydocs/a.py", "x.mdx", "dvc.lock.py", "github/a.py", "features2/a"])
def test_names_that_only_look_alike_count(project: Repo, name: str) -> None:
    project.write(name, "code\n")
    assert name in paths_of(code(project, "features"))


def test_another_folder_is_not_ours(project: Repo) -> None:
    """D3: another team's commit gives the same recipe."""
    before = code(project, paths=("train.py", "lib"))
    project.write("other/team.py", "y = 2\n")
    project.commit()
    after = code(project, paths=("train.py", "lib"))
    assert after.entries == before.entries
    assert paths_of(after) == ["lib/util.py", "train.py"]
    assert after.commit != before.commit
    assert not after.dirty


@pytest.mark.parametrize("untracked", [True, False])
def test_an_edit_counts_before_it_is_committed(project: Repo, *, untracked: bool) -> None:
    name = "new.py" if untracked else "train.py"
    project.write(name, SCRIPT)
    before = code(project)
    project.write(name, SCRIPT.replace("argv", "path"))
    after = code(project)
    assert digest_of(after) != digest_of(before)
    assert after.dirty
    assert before.dirty is untracked
    project.commit()
    assert code(project).entries == after.entries
    assert not code(project).dirty


def test_an_edit_of_the_same_size_in_the_same_moment_counts(project: Repo) -> None:
    for number in range(20):
        project.write("train.py", f"x = {number % 10}\n")
        project.git("add", "train.py")
        project.write("train.py", f"y = {number % 10}\n")
        expected = sha256_of(f"y = {number % 10}\n".encode())
        assert {entry.path: entry.sha256 for entry in code(project).entries}["train.py"] == expected


def test_executable_bit_deletion_and_ignored_files(project: Repo) -> None:
    before = code(project)
    (project.path / "train.py").chmod(0o755)
    bit = code(project)
    assert {entry.path: entry.mode for entry in bit.entries}["train.py"] == "100755"
    (project.path / "train.py").chmod(0o644)
    assert code(project).entries == before.entries
    project.write(".gitignore", "*.log\n")
    project.write("run.log", "noise\n")
    assert code(project).entries == before.entries
    (project.path / "lib" / "util.py").unlink()
    gone = code(project)
    assert "lib/util.py" not in paths_of(gone)
    assert gone.dirty


def test_nobodys_index_changes(project: Repo) -> None:
    project.write("new.py", SCRIPT)
    project.write("train.py", "staged\n")
    project.git("add", "train.py")
    project.write("train.py", "edited\n")
    before = project.git("status", "--porcelain"), (project.path / ".git" / "index").read_bytes()
    code(project)
    assert (project.git("status", "--porcelain"), (project.path / ".git" / "index").read_bytes()) == before


@pytest.mark.parametrize(
    ("attributes", "config"),
    [("*.py text eol=crlf\n", None), ("* text=auto\n", ("core.autocrlf", "true")), ("", ("core.autocrlf", "true"))],
)
def test_line_ends_are_those_that_git_stores(project: Repo, attributes: str, config: tuple[str, str] | None) -> None:
    """D3: Windows and Linux agree."""
    expected = code(project).entries
    if config:
        project.git("config", *config)
        project.git("config", "core.safecrlf", "true")
    project.write(".gitattributes", attributes)
    project.write("train.py", SCRIPT.replace("\n", "\r\n"))
    state = code(project)
    assert state.entries == expected
    assert not state.dirty


def test_clean_filters_apply(project: Repo) -> None:
    project.git("config", "filter.secret.clean", "sed s/token=.*/token=X/")
    project.write(".gitattributes", "*.cfg filter=secret\n")
    project.write("a.cfg", "token=abc\n")
    assert {entry.path: entry.sha256 for entry in code(project).entries}["a.cfg"] == sha256_of(b"token=X\n")


def test_machine_and_place_do_not_matter(project: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = code(project).entries
    project.git("clone", "--quiet", ".", tmp_path / "elsewhere")
    project.git("worktree", "add", "--quiet", "-b", "side", tmp_path / "second")
    for path in (tmp_path / "elsewhere", tmp_path / "second", project.path / "lib"):
        monkeypatch.chdir(path)
        assert GitRepository(str(path)).code(["."], []).entries == expected
        assert not GitRepository(str(path)).code(["."], []).dirty


def test_before_the_first_commit(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.git("init", "--quiet")
    repo.write("train.py", SCRIPT)
    state = code(repo)
    assert (paths_of(state), state.commit, state.dirty) == (["train.py"], None, True)


def test_links_and_submodules(project: Repo, tmp_path: Path) -> None:
    inner = make_repo(tmp_path / "inner")
    project.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "dep")
    project.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "docs")
    (project.path / "link").symlink_to("train.py")
    project.commit()
    by_path = {entry.path: entry for entry in code(project).entries}
    assert by_path["link"].sha256 == sha256_of(b"train.py")
    assert by_path["dep"].commit == inner.git("rev-parse", "HEAD")
    assert "docs" not in by_path
    assert "dep" not in code(project).oids
    Repo(project.path / "dep").git("commit", "--quiet", "--allow-empty", "--message", "next")
    moved = code(project)
    assert moved.dirty
    assert {e.path: e.commit for e in moved.entries}["dep"] == Repo(project.path / "dep").git("rev-parse", "HEAD")


def test_a_repository_inside_that_git_does_not_track(project: Repo) -> None:
    make_repo(project.path / "vendored")
    Repo(project.write("empty/.keep", "").parent).git("init", "--quiet")
    by_path = {entry.path: entry for entry in code(project).entries}
    assert by_path["vendored"].commit == Repo(project.path / "vendored").git("rev-parse", "HEAD")
    assert "empty" not in by_path


def test_a_file_becomes_a_folder_or_a_link_and_back(project: Repo) -> None:
    (project.path / "train.py").unlink()
    project.write("train.py/main.py", SCRIPT)
    assert paths_of(code(project)) == ["lib/util.py", "other/team.py", "train.py/main.py"]
    project.commit()
    (project.path / "lib" / "util.py").unlink()
    (project.path / "lib").rmdir()
    (project.path / "lib").symlink_to("other")
    assert paths_of(code(project)) == ["lib", "other/team.py", "train.py/main.py"]


def test_assumed_unchanged_is_not_believed_and_sparse_files_count(project: Repo) -> None:
    project.git("update-index", "--assume-unchanged", "train.py")
    project.git("update-index", "--skip-worktree", "lib/util.py")
    before = code(project)
    (project.path / "lib" / "util.py").unlink()
    assert code(project).entries == before.entries
    project.write("train.py", "edited\n")
    assert code(project).dirty


def test_during_a_merge_conflict_the_work_tree_counts(project: Repo) -> None:
    project.git("switch", "--quiet", "-c", "side")
    project.write("train.py", "side\n")
    project.commit()
    project.git("switch", "--quiet", "main")
    project.write("train.py", "main\n")
    project.commit()
    with pytest.raises(AssertionError):
        project.git("merge", "--quiet", "side")
    data = (project.path / "train.py").read_bytes()
    assert b"<<<<" in data
    assert {entry.path: entry.sha256 for entry in code(project).entries}["train.py"] == sha256_of(data)


def notebook(*sources: object, **more: object) -> str:
    cells = [{"cell_type": "code", "source": source, "outputs": [], "execution_count": None} for source in sources]
    return json.dumps({"cells": [*cells, {"cell_type": "markdown", "source": "text"}], "nbformat": 4, **more})


def test_notebooks_count_by_their_code(project: Repo) -> None:
    project.write("eda.ipynb", notebook("x = 1\ny = 2", "z = 3"))
    project.commit()
    before = code(project)
    again = json.loads(notebook(["x = 1\n", "y = 2"], "z = 3", metadata={"kernel": "other"}))
    again["cells"][0] |= {"outputs": [{"text": "7"}], "execution_count": 3}
    again["cells"][2]["source"] = "other prose"
    project.write("eda.ipynb", json.dumps(again, indent=1))
    after = code(project)
    assert after.entries == before.entries
    assert not after.dirty
    assert code(project).oids["eda.ipynb"] != before.oids["eda.ipynb"]
    project.write("eda.ipynb", notebook("x = 1\ny = 2", "z = 4"))
    assert code(project).dirty


@pytest.mark.parametrize("data", ["", "{", "[]", '{"cells": 3}', '{"cells": [1]}', "[" * 100_000, "\\ud800", "\xff"])
def test_an_unreadable_notebook_counts_by_its_bytes(project: Repo, data: str) -> None:
    path = project.write("bad.ipynb", data.encode("latin-1"))
    assert {e.path: e.sha256 for e in code(project).entries}["bad.ipynb"] == sha256_of(path.read_bytes())


def test_a_missing_path_and_large_data_are_refused(project: Repo) -> None:
    with pytest.raises(GitprovError, match="GP-PTH-006"):
        code(project, paths=("lib", "nope"))
    with (project.path / "big.bin").open("wb") as file:
        file.truncate((64 << 20) + 1)
    with pytest.raises(GitprovError, match=r"GP-RUN-003.*big\.bin"):
        code(project)
    assert "big.bin" not in paths_of(code(project, "big.bin"))
    stored = project.git("cat-file", "--batch-all-objects", "--batch-check=%(objectsize)").split()
    assert max(map(int, stored)) < 1 << 20, "data that does not count is not stored in git"


def test_a_name_that_no_listing_holds_is_refused(project: Repo) -> None:
    Path(os.fsdecode(os.fsencode(project.path) + b"/caf\xe9.py")).write_text("x")
    with pytest.raises(GitprovError, match="GP-PTH-003"):
        code(project)


def test_code_at_a_commit(project: Repo) -> None:
    git = GitRepository(str(project.path))
    now = git.code(["."], ["other"])
    commit = project.git("rev-parse", "HEAD")
    project.write("train.py", "later\n")
    project.commit()
    then = git.code_at(commit, ["."], ["other"])
    assert then == now
    assert git.code_at("0" * 40, ["."], []) is None
    assert git.code_at(project.git("rev-parse", "HEAD^{tree}"), ["."], []) is None


NAMES = st.sampled_from(["a.py", "b.py", "lib/c.py", "lib/d/e.py", "é.py", "\U0001f600.py", "\uff5e.py", "sp ace.py"])
FILES = st.dictionaries(NAMES, st.sampled_from(["", "x\n", "y\r\n", "z"]), min_size=1)


@settings(max_examples=15)
@given(files=FILES, order=st.randoms(use_true_random=False))
def test_order_time_and_state_do_not_matter(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, str], order: object
) -> None:
    """D1: the same files give the same digest, committed, staged or untracked, in whatever order they came."""
    first, second = (make_repo(tmp_path_factory.mktemp("project") / ("deep" * n)) for n in (1, 2))
    for name, text in files.items():
        first.write(name, text)
    names = list(files)
    order.shuffle(names)  # type: ignore[attr-defined]
    for number, name in enumerate(names):
        os.utime(second.write(name, files[name]), (number, number))
        if number % 3 == 0:
            second.commit(name)
        elif number % 3 == 1:
            second.git("add", "--all")
    assert code(first).entries == code(second).entries
    first.commit()
    assert digest_of(code(first)) == digest_of(GitRepository(str(first.path)).code_at("HEAD", ["."], []))
