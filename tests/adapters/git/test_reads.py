"""Trusted reads: only the repository's objects decide what is read (threats A20, A26, A27; F8, F9, F16)."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from subprocess import PIPE

import pytest

from gitprov.adapters.git import GitRepository
from gitprov.adapters.git.history import open_repo
from gitprov.adapters.git.plumbing import Objects, discover
from gitprov.errors import GitprovError
from gitprov.ids import sha256_of
from gitprov.ids.listings import write_code_listing
from gitprov.ports.git import GitStore
from tests.support import Repo, make_repo

WHAT_A_HOOK_SEES = """
import json, sys
from gitprov.adapters.git import GitRepository
git = GitRepository(sys.argv[1])
rows = {path: data.decode() for path, row in git.index().items() for _, data in git.blobs([row.oid])}
new = sys.argv[2] if len(sys.argv) > 2 else "HEAD"
tree = sorted(git.tree(new)) if git.commit_of(new) else None
print("SEEN", json.dumps([git.root, rows, tree]))
"""


def read(git: GitStore, revision: str) -> dict[str, bytes]:
    rows = git.tree(revision)
    return dict(zip(rows, (data for _, data in git.blobs([row.oid for row in rows.values()])), strict=True))


def test_replaced_objects_and_grafts_fool_nobody(repo: Repo) -> None:
    """F8: `git show` believes both."""
    repo.write("a", "true\n")
    commit = repo.commit()
    honest = repo.git("rev-parse", "HEAD:a")
    forged = repo.git("hash-object", "-w", str(repo.write("forged", "false\n")))
    repo.git("replace", honest, forged)
    (repo.path / ".git" / "info").mkdir(exist_ok=True)
    repo.write(".git/info/grafts", f"{commit}\n")
    assert repo.git("show", "HEAD:a") == "false"
    assert repo.git("rev-list", "--count", "HEAD") == "1"
    git = GitRepository(str(repo.path))
    assert read(git, "HEAD")["a"] == b"true\n"
    assert git.additions(["README.md"])["README.md"].subject == "first"
    assert {entry.path: entry.sha256 for entry in git.code(["a"], []).entries} == {"a": sha256_of(b"true\n")}


def test_a_replaced_commit_is_not_code(repo: Repo) -> None:
    repo.write("a", "one\n")
    first = repo.commit()
    repo.write("a", "two\n")
    second = repo.commit()
    repo.write("a", "three\n")
    digest = sha256_of(write_code_listing(GitRepository(str(repo.path)).code(["a"], []).entries))
    forged = repo.git("commit-tree", "-m", "forged", repo.git("stash", "create") + "^{tree}")
    repo.git("replace", second, forged)
    assert GitRepository(str(repo.path)).commit_with_code(digest, ["a"], []) is None
    assert first


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_both_kinds_of_object_ids(tmp_path: Path, object_format: str) -> None:
    """F16: pygit2 cannot open SHA-256 repositories; plumbing can."""
    repo = Repo(tmp_path)
    repo.git("init", "--quiet", f"--object-format={object_format}")
    repo.write("lib/a.py", "x\n")
    repo.write("README.md", "text\n")
    commit = repo.commit()
    git = GitRepository(str(tmp_path))
    assert len(commit) == {"sha1": 40, "sha256": 64}[object_format]
    assert (git.head(), git.commit_of("main"), git.commit_of("nope")) == (commit, commit, None)
    assert read(git, "HEAD") == {"README.md": b"text\n", "lib/a.py": b"x\n"}
    state = git.code(["."], [])
    assert git.code_at(commit, ["."], []) == state
    repo.write("lib/a.py", "y\n")
    repo.commit()
    assert git.commit_with_code(sha256_of(write_code_listing(state.entries)), ["."], []) == commit
    place = discover(str(tmp_path))
    assert place
    assert (open_repo(place) is None) is (object_format == "sha256")


def test_bare_repository(repo: Repo, tmp_path: Path) -> None:
    repo.git("clone", "--quiet", "--bare", ".", tmp_path / "bare.git")
    git = GitRepository(str(tmp_path / "bare.git"))
    assert (git.is_bare, git.root) == (True, str(tmp_path / "bare.git"))
    assert read(git, "main") == {"README.md": b"a project\n"}
    state = git.code_at("main", ["."], ["x"])
    assert state
    assert state.entries == ()
    for call in (git.changed, git.ignored, git.stage, lambda paths: git.code(paths, [])):
        with pytest.raises(GitprovError, match="GP-GIT-004"):
            call(["README.md"])
    with pytest.raises(GitprovError, match="GP-GIT-004"):
        git.relative("README.md")


def test_shallow_and_partial_clones_say_so(repo: Repo, tmp_path: Path) -> None:
    """F9: what is missing on purpose is a reason not to decide."""
    repo.write("a", "old\n")
    repo.commit()
    old = repo.git("rev-parse", "HEAD:a")
    repo.write("a", "new\n")
    repo.commit()
    repo.git("config", "uploadpack.allowFilter", "true")
    origin = f"file://{repo.path}"
    repo.git("clone", "--quiet", "--depth=1", origin, tmp_path / "shallow")
    repo.git("clone", "--quiet", "--filter=blob:none", origin, tmp_path / "partial")
    assert not GitRepository(str(repo.path)).is_partial
    for name in ("shallow", "partial"):
        git = GitRepository(str(tmp_path / name))
        assert git.is_partial
        with pytest.raises(GitprovError, match="GP-GIT-005") as caught:
            list(git.blobs([old]))
        assert caught.value.fix.startswith("git fetch")
        subprocess.run(["sh", "-c", caught.value.fix], cwd=tmp_path / name, capture_output=True, check=True)
        assert list(git.blobs([old])) == [(old, b"old\n")], "the advice helps"
        assert not git.is_partial


def test_a_missing_object_is_an_error(repo: Repo) -> None:
    git = GitRepository(str(repo.path))
    for oids in (["0" * 40], ["HEAD"], ["--help"], [repo.git("rev-parse", "HEAD")]):
        with pytest.raises(GitprovError, match="GP-GIT-003"):
            list(git.blobs(oids))


def test_many_blobs_in_the_order_asked(repo: Repo) -> None:
    for number in range(1500):
        repo.write(f"many/{number}", str(number) * (number % 700))
    repo.commit()
    git = GitRepository(str(repo.path))
    rows = git.tree("HEAD", ["many"])
    asked = [row.oid for row in rows.values()] * 2
    got = list(git.blobs(iter(asked)))
    assert [oid for oid, _ in got] == asked
    expected = [(str(n) * (n % 700)).encode() for n in (int(path[5:]) for path in rows)]
    assert [data for _, data in got] == expected * 2
    first = next(iter(git.blobs(asked)))  # whoever stops early leaves no process behind
    assert first == got[0]


def test_work_trees_and_subfolders_are_one_repository(repo: Repo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "--quiet", "-b", "side", tmp_path / "side")
    (repo.path / "deep" / "er").mkdir(parents=True)
    here, side, deep = (GitRepository(str(path)) for path in (repo.path, tmp_path / "side", repo.path / "deep" / "er"))
    assert {here.common_dir, side.common_dir, deep.common_dir} == {str(repo.path / ".git")}
    assert (here.root, side.root, deep.root) == (str(repo.path), str(tmp_path / "side"), str(repo.path))
    (tmp_path / "side" / "new").write_text("x")
    side.stage(["new"])
    assert "new" in side.index()
    assert "new" not in here.index()


def test_configuration_cannot_run_commands_or_change_what_is_read(
    repo: Repo, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A20: traps in every scope, and in the environment; none may go off in a read."""
    trap = repo.write("trap.sh", f"#!/bin/sh\ntouch {repo.path}/sprung\n")
    trap.chmod(0o755)
    for name in ("core.fsmonitor", "core.pager", "diff.external", "core.sshCommand", "core.editor", "gpg.program"):
        repo.git("config", name, str(trap))
        repo.git("config", "--file", home / ".gitconfig", name, str(trap))
    for name, value in {"log.showSignature": "true", "color.ui": "always", "diff.relative": "true"}.items():
        repo.git("config", name, value)
    repo.write("sub/a", "x\n")
    repo.git("-c", "core.fsmonitor=false", "add", "--all")
    repo.git("-c", "core.fsmonitor=false", "commit", "--quiet", "--message", "more")
    (repo.path / "sprung").unlink(missing_ok=True)
    for name in ("GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_SSH_COMMAND", "GIT_EDITOR"):
        monkeypatch.setenv(name, str(trap))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.worktree")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "/")
    git = GitRepository(str(repo.path))
    assert git.root == str(repo.path)
    assert read(git, "HEAD")["sub/a"] == b"x\n"
    assert set(git.index()) == {"README.md", "sub/a", "trap.sh"}
    assert git.additions(["sub"])["sub/a"].subject == "more"
    assert git.commit_with_code("sha256:" + "0" * 64, ["."], []) is None
    assert git.tracked(["sub"]) == {"sub"}
    assert not (repo.path / "sprung").exists()


def test_no_environment_leads_elsewhere(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A26: variables of another repository's hook mean nothing here."""
    other = make_repo(tmp_path / "other")
    other.write("theirs", "x\n")
    other.commit()
    for name, value in {
        "GIT_DIR": ".git", "GIT_WORK_TREE": ".", "GIT_INDEX_FILE": ".git/index", "GIT_OBJECT_DIRECTORY": ".git/objects",
        "GIT_COMMON_DIR": ".git", "GIT_NAMESPACE": "x", "GIT_ICASE_PATHSPECS": "1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, str(other.path / value) if name.startswith("GIT_") and value != "1" else value)
    git = GitRepository(str(repo.path))
    assert (git.root, set(git.tree("HEAD")), set(git.index())) == (str(repo.path), {"README.md"}, {"README.md"})
    assert git.tracked(["readme.md"]) == set()
    assert git.code(["."], []).entries == ()
    assert git.commit_with_code(sha256_of(b""), ["."], []) == git.head()


def test_where_there_is_no_repository_the_environment_may_name_one(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    git = GitRepository(str(tmp_path))
    assert not git.exists
    with pytest.raises(GitprovError, match="GP-GIT-001"):
        git.head()
    monkeypatch.setenv("GIT_DIR", str(repo.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(repo.path))
    assert GitRepository(str(tmp_path)).root == str(repo.path)


def test_a_hook_reads_its_own_index(repo: Repo, tmp_path: Path) -> None:
    """In a partial commit the hook's index is a file of its own; another repository's index stays another's."""
    hooks = repo.path / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    script = repo.write(".git/see.py", WHAT_A_HOOK_SEES)
    other = make_repo(tmp_path / "other")
    hook = hooks / "pre-commit"
    hook.write_text(f"#!/bin/sh\n{sys.executable} {script} . ; {sys.executable} {script} {other.path}\n")
    hook.chmod(0o755)
    repo.write("a", "staged\n")
    repo.write("b", "staged too\n")
    repo.git("add", "--all")
    done = subprocess.run(
        ["git", "commit", "--quiet", "-m", "a only", "--only", "a"],
        cwd=repo.path, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip
    here, there = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("SEEN")]
    assert '"a": "staged\\n"' in here
    assert '"b"' not in here
    assert f'"{other.path}", {{"README.md"' in there


def test_a_server_hook_sees_the_pushed_objects(repo: Repo, tmp_path: Path) -> None:
    """Objects in quarantine are read before they are accepted."""
    bare = tmp_path / "bare.git"
    repo.git("clone", "--quiet", "--bare", ".", bare)
    (bare / "hooks").mkdir(exist_ok=True)
    script = tmp_path / "see.py"
    script.write_text(WHAT_A_HOOK_SEES)
    hook = bare / "hooks" / "pre-receive"
    hook.write_text(f"#!/bin/sh\nread old new name; {sys.executable} {script} . $new; exit 1\n")
    hook.chmod(0o755)
    repo.write("pushed", "x\n")
    commit = repo.commit()
    done = subprocess.run(
        ["git", "push", str(bare), "main"], cwd=repo.path, capture_output=True, text=True, check=False
    )
    assert '["README.md", "pushed"]' in done.stderr, done.stderr
    assert GitRepository(str(bare)).commit_of(commit) is None


def test_git_is_read_through_the_smallest_pipes(repo: Repo) -> None:
    """Where somebody has thousands of pipes, a new one holds a page: neither side may wait for the other for ever."""
    names = [f"{number}.txt" for number in range(3)]
    for name in names:
        repo.write(name, name * 1000)
    repo.commit("Files of some kilobytes")
    oids = [repo.git("rev-parse", f"HEAD:{name}").strip() for name in names] * 100
    git = ["git", "cat-file", "--batch"]
    with subprocess.Popen(git, cwd=repo.path, stdin=PIPE, stdout=PIPE, stderr=PIPE, pipesize=4096) as process:
        watch = threading.Timer(60, process.kill)
        watch.start()
        found = [oid for oid, _, data in Objects(process).read(oids) if len(data) > 4096]
        watch.cancel()
        process.kill()
    assert found == oids
