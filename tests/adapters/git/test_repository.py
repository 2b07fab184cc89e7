"""The index, history and configuration of a repository, as workflows use them."""

import os
import re
import subprocess
import threading
from pathlib import Path

import pytest

from gitprov.adapters.git import GitRepository, repository
from gitprov.errors import GitprovError
from gitprov.ports.git import Commit, GitStore
from tests.support import Repo, make_repo


@pytest.fixture
def git(repo: Repo) -> GitStore:
    return GitRepository(str(repo.path))


def test_relative_paths(repo: Repo, git: GitStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write("data/raw/a.csv", "x")
    (repo.path / "link").symlink_to("data")
    (repo.path / "out").symlink_to(tmp_path)
    (tmp_path / "door").symlink_to(repo.path)
    monkeypatch.chdir(repo.path / "data")
    typed = {
        "raw": "data/raw", "raw/": "data/raw", "./raw/a.csv": "data/raw/a.csv", ".": "data", "..": ".", "../": ".",
        "../link": "link", "../link/raw": "data/raw", "../link/../data": "data", "../nope/x": "nope/x",
        str(repo.path): ".", str(repo.path / "link"): "link", str(tmp_path / "door"): ".",
        str(tmp_path / "door" / "data"): "data", "raw/..": "data",
    }  # fmt: skip
    assert {path: git.relative(path) for path in typed} == typed
    for path in ("../..", "/", "../out/x", str(tmp_path), str(repo.path) + "2"):
        with pytest.raises(GitprovError, match="GP-PTH-001"):
            git.relative(path)


def test_tracked_ignored_changed(repo: Repo, git: GitStore) -> None:
    repo.write(".gitignore", "*.log\n/data/\n")
    for name in ("a/b/c.py", "glob[1].py", "*", ":x", "é.py", "gone.py"):
        repo.write(name, "x\n")
    repo.commit()
    repo.write("new.py", "x")
    repo.write("run.log", "x")
    repo.write("data/x", "x")
    paths = [
        "a",
        "a/b",
        "a/b/c.py",
        "b",
        "glob[1].py",
        "*",
        ":x",
        "é.py",
        "new.py",
        "run.log",
        "data",
        "data/x",
        "nope",
    ]
    assert git.tracked(paths) == {"a", "a/b", "a/b/c.py", "glob[1].py", "*", ":x", "é.py"}
    assert git.tracked(["."]) == {"."}
    assert git.ignored([*paths, "x/y.log", ":y.log"]) == {"run.log", "data", "data/x", "x/y.log", ":y.log"}
    assert git.changed(["."]) == set()
    os.utime(repo.path / "a" / "b" / "c.py")
    repo.write("glob[1].py", "y\n")
    repo.write("é.py", "yy\n")
    (repo.path / "gone.py").unlink()
    repo.git("mv", ":x", "moved")
    assert git.changed(["."]) == {"glob[1].py", "é.py", "gone.py"}
    assert git.changed(["glob[1].py", "a", "gone.py"]) == {"glob[1].py", "gone.py"}
    assert git.tracked([]) == git.ignored([]) == git.changed([]) == set()


def test_very_many_paths(repo: Repo, git: GitStore) -> None:
    names = [f"{'deep/' * 20}{number}" for number in range(3000)]
    for name in names:
        repo.write(name, "x")
    git.stage(names)
    assert git.tracked(names) == set(names)
    assert git.changed(names) == git.ignored(names) == set()


def test_stage_files_deletions_and_nothing(repo: Repo, git: GitStore) -> None:
    repo.write("new.py", "x")
    repo.write("*", "literal")
    repo.write("other.py", "x")
    (repo.path / "README.md").unlink()
    git.stage(["new.py", "*", "README.md", "never/was"])
    assert set(git.index()) == {"new.py", "*"}
    git.stage([])


def test_records_are_staged_against_ignore_rules_and_sparse_checkouts(repo: Repo, git: GitStore) -> None:
    repo.write(".gitignore", ".gitprov\n*.yaml\n")
    record = ".gitprov/artifacts/m/1.yaml"
    repo.write(record, "a: 1\n")
    repo.write("mine.yaml", "a: 1\n")
    repo.write("src/a.py", "x")
    repo.git("add", "src")
    repo.commit()
    repo.git("sparse-checkout", "set", "--cone", "src")
    repo.write(record, "a: 1\n")
    git.stage([record])
    assert record in git.index()
    repo.write("mine.yaml", "a: 1\n")
    with pytest.raises(GitprovError, match="GP-GIT-003"):
        git.stage(["mine.yaml"])
    repo.write(".gitprov/.gitignore", "/drafts/\n")
    repo.write(".gitprov/drafts/x.yaml", "a: 1\n")
    repo.write(".gitignore", "")
    git.stage([".gitprov"])
    assert ".gitprov/drafts/x.yaml" not in git.index()


def test_staging_is_durable(repo: Repo, git: GitStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """F12: `git add` syncs nothing by default."""
    trace = tmp_path / "trace"
    monkeypatch.setenv("GIT_TRACE2_PERF", str(trace))
    repo.write("a", "x")
    git.stage(["a"])
    assert re.search(r"hardware-flush\D*:2\b", trace.read_text()), "the blob and the index"


def test_staging_waits_for_another_git(repo: Repo, git: GitStore) -> None:
    lock = repo.write(".git/index.lock", "")
    repo.write("a", "x")
    timer = threading.Timer(0.5, lock.unlink)
    timer.start()
    git.stage(["a"])
    timer.join()
    assert "a" in git.index()


def test_a_lock_that_stays_is_reported(repo: Repo, git: GitStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository, "_LOCK_PATIENCE", 0.2)
    lock = repo.write(".git/index.lock", "")
    repo.write("a", "x")
    with pytest.raises(GitprovError, match="GP-LCK-001") as caught:
        git.stage(["a"])
    assert str(lock) in caught.value.fix
    lock.unlink()
    git.stage(["a"])


def test_an_unmerged_path_shows_our_side(repo: Repo, git: GitStore) -> None:
    repo.git("switch", "--quiet", "-c", "side")
    repo.write("README.md", "side\n")
    repo.commit()
    repo.git("switch", "--quiet", "main")
    repo.write("README.md", "main\n")
    repo.commit()
    ours = git.index()["README.md"]
    subprocess.run(["git", "merge", "side"], cwd=repo.path, capture_output=True, check=False)
    assert repo.git("ls-files", "--unmerged")
    assert git.index()["README.md"] == ours


def test_trees_and_indexes_below_paths(repo: Repo, git: GitStore) -> None:
    for name in ("a/1", "a/b/2", "ab/3", "*/4"):
        repo.write(name, name)
    (repo.path / "a" / "link").symlink_to("1")
    (repo.path / "a" / "1").chmod(0o755)
    repo.commit()
    assert set(git.tree("HEAD", ["a", "*"])) == {"a/1", "a/b/2", "a/link", "*/4"} == set(git.index(["a", "*"]))
    assert {path: row.mode for path, row in git.tree("HEAD", ["a"]).items()} == {
        "a/1": "100755", "a/b/2": "100644", "a/link": "120000",
    }  # fmt: skip
    assert git.tree("HEAD") == git.tree("HEAD", ["."]) == git.index() == git.index(["."])
    with pytest.raises(GitprovError, match="GP-GIT-003"):
        git.tree("--output=x")


def test_additions_name_the_commit_that_added_last(repo: Repo, git: GitStore) -> None:
    def commit(message: str, when: int, *names: str) -> str:
        for name in names:
            repo.write(name, message)
        os.environ["GIT_AUTHOR_DATE"] = f"{when} +0500"
        try:
            return repo.commit(message)
        finally:
            del os.environ["GIT_AUTHOR_DATE"]

    first = commit("adds a, b", 1_000_000_000, "r/a", "r/b", "r/moved", "elsewhere")
    commit("edits a", 1_000_000_100, "r/a")
    (repo.path / "r" / "b").unlink()
    repo.git("mv", "r/moved", "r/there")
    commit("removes b", 1_000_000_200)
    again = commit("adds b\n\nbody", 1_000_000_300, "r/b", "r/\nodd")
    repo.git("switch", "--quiet", "-c", "side", "HEAD~1")
    side = commit("side", 1_000_000_400, "r/side")
    repo.git("switch", "--quiet", "main")
    repo.git("merge", "--quiet", "--no-commit", "--no-ff", "side")
    evil = commit("merge", 1_000_000_500, "r/evil")
    repo.write("r/staged", "x")
    repo.git("add", "--all")
    found = git.additions(["r"])
    assert {path: found[path].id for path in found if path != "r/there"} == {
        "r/a": first, "r/b": again, "r/\nodd": again, "r/side": side, "r/evil": evil,
    }  # fmt: skip
    assert found["r/there"].subject == "removes b"
    assert (found["r/b"].author, found["r/b"].time, found["r/b"].subject) == (
        "Ada Example", "2001-09-09T01:51:40Z", "adds b",
    )  # fmt: skip
    assert git.additions(["nothing"]) == {}


def test_additions_before_the_first_commit(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.git("init", "--quiet")
    assert GitRepository(str(tmp_path)).additions(["."]) == {}


def test_configuration(repo: Repo, git: GitStore) -> None:
    assert git.config("user.name") == "Ada Example"
    assert git.config("gitprov.person") is None
    git.set_config("gitprov.person", "ada\nlovelace")
    assert git.config("gitprov.person") == "ada\nlovelace"
    assert repo.git("config", "--local", "gitprov.person")


def test_create(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    git = GitRepository(str(tmp_path / "new"))
    assert (git.exists, git.root) == (False, str(tmp_path / "new"))
    git.create()
    git.create()
    assert git.exists
    assert (git.head(), git.is_bare, git.is_partial) == (None, False, False)
    assert Repo(tmp_path / "new").git("symbolic-ref", "HEAD") == "refs/heads/main"


def test_push_to_origin_and_then_to_the_upstream(repo: Repo, git: GitStore, tmp_path: Path) -> None:
    with pytest.raises(GitprovError, match=r"GP-GIT-003.*origin"):
        git.push()
    bare = tmp_path / "bare.git"
    repo.git("init", "--quiet", "--bare", bare)
    repo.git("remote", "add", "origin", bare)
    assert "main" in git.push(dry_run=True)
    assert not Repo(bare).git("for-each-ref")
    git.push()
    assert Repo(bare).git("rev-parse", "main") == git.head()
    assert repo.git("rev-parse", "--abbrev-ref", "@{upstream}") == "origin/main"
    repo.git("branch", "--quiet", "--move", "main", "local")
    repo.write("a", "x")
    repo.commit()
    assert "hint:" not in git.push()
    assert Repo(bare).git("rev-parse", "main") == git.head()
    elsewhere = make_repo(tmp_path / "elsewhere")
    elsewhere.write("a", "theirs")
    elsewhere.commit()
    elsewhere.git("push", "--quiet", "--force", bare, "main")
    repo.write("a", "y")
    repo.commit()
    with pytest.raises(GitprovError, match=r"GP-GIT-003.*rejected"):
        git.push()
    repo.git("checkout", "--quiet", "--detach")
    with pytest.raises(GitprovError, match="not on a branch"):
        git.push()


def test_parallel_staging_loses_nothing(repo: Repo) -> None:
    """F13: of 50 plain `git add` at once, 33 fail."""
    names = [f"f{number}" for number in range(12)]
    errors: list[BaseException] = []

    def add(name: str) -> None:
        try:
            repo.write(name, name)
            GitRepository(str(repo.path)).stage([name])
        except BaseException as error:  # noqa: BLE001 - shown below
            errors.append(error)

    threads = [threading.Thread(target=add, args=[name]) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert set(names) < set(GitRepository(str(repo.path)).index())


def test_git_that_cannot_be_run(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repo.path))
    with pytest.raises(GitprovError, match=r"GP-GIT-003.*cannot be run"):
        GitRepository(str(repo.path))


def test_a_repository_of_somebody_else_is_refused_with_gits_words(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(GitprovError, match=r"GP-GIT-003.*dubious ownership"):
        GitRepository(str(repo.path))
    subprocess.run(["git", "config", "--global", "safe.directory", str(repo.path)], check=True)
    assert GitRepository(str(repo.path)).head() is not None


def test_commits_are_described_with_the_time_at_which_they_landed(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rebase keeps the author's time: what landed, landed when it was committed."""
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-02-01T00:00:00Z")
    repo.write("file", "text")
    newest = repo.commit("Write a file")
    found = GitRepository(str(repo.path)).described([newest, newest])
    assert found == {newest: Commit(newest, "Ada Example", "2026-02-01T00:00:00Z", "Write a file")}
    assert GitRepository(str(repo.path)).described([]) == {}


def test_settings_of_git_are_read_as_git_has_them(repo: Repo, git: GitStore) -> None:
    """The last value of several, in any case, also one that holds a line end; none is none."""
    assert git.config("gitprov.key") is None
    git.set_config("gitprov.key", "one")
    repo.git("config", "--add", "GitProv.Key", "two\nlines=")
    git.set_config("gitprov.person", "ada")
    assert (git.config("gitprov.key"), git.config("gitprov.person")) == ("two\nlines=", "ada")
    assert git.config("gitprov.keys") is None
