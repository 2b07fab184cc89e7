"""The index follows git: whatever is checked out, staged or broken, nobody is told anything else (issue 7)."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gitprov.adapters.index.image import Image
from gitprov.audit.diff import diff
from gitprov.audit.lineage import lineage, lineage_path
from gitprov.audit.log import log
from gitprov.audit.search import Asked, search
from gitprov.audit.show import show
from gitprov.audit.versions import versions
from gitprov.audit.why import why
from gitprov.lineage import Ledger
from gitprov.ports.index import FILE
from gitprov.recording.indexed import IndexedLedger
from gitprov.recording.ledger import open_ledger
from gitprov.wiring.asking import open_asking
from gitprov.wiring.project import Project
from tests.flows.index.conftest import assert_same, index_of
from tests.support import Gitprov, Repo


def test_it_follows_whatever_is_checked_out_or_staged(told: Repo) -> None:
    """Branches without records, additions, removals, copies, links and modules in the place of records."""
    assert isinstance(assert_same(), IndexedLedger)
    record = told.git("ls-files", ".gitprov/runs/train").splitlines()[0]
    data = (told.path / record).read_bytes()
    told.git("switch", "--quiet", "--create", "other")
    told.git("rm", "--quiet", "--cached", record)
    assert_same()
    told.git("commit", "--quiet", "--message", "remove it")
    assert_same()
    told.git("add", record)
    told.write(".gitprov/runs/copy.yaml", data)
    (told.path / ".gitprov/runs/link.yaml").symlink_to("copy.yaml")
    told.git("add", ".gitprov/runs")
    assert_same()
    told.git("commit", "--quiet", "--message", "bring it back, and a copy")
    assert_same()
    told.git("update-index", "--add", "--cacheinfo", f"160000,{told.git('rev-parse', 'HEAD')},.gitprov/runs/m.yaml")
    told.write(".gitprov/runs/copy.yaml", b"half")
    told.git("commit", "--quiet", "--message", "break the copy", "-a")
    assert_same()
    told.git("switch", "--quiet", "--detach", "main")
    assert_same()


def test_it_follows_a_commit_whose_parent_is_gone(told: Repo) -> None:
    assert_same()
    told.write(".gitprov/runs/half.yaml", "half")
    told.git("add", "--all")
    told.git("commit", "--quiet", "--amend", "--no-edit")
    told.git("reflog", "expire", "--expire=now", "--all")
    told.git("gc", "--quiet", "--prune=now")
    assert_same()


def test_before_the_first_commit_and_in_a_bare_clone(
    told: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_same()
    told.git("switch", "--quiet", "--orphan", "empty")
    told.write(".gitprov/project.yaml", "schema: gitprov/project/v1\n")
    assert_same()
    told.git("clone", "--quiet", "--bare", "--branch", "main", ".", tmp_path / "bare.git")
    monkeypatch.chdir(tmp_path / "bare.git")
    assert isinstance(assert_same(), IndexedLedger)
    assert (tmp_path / "bare.git" / "gitprov" / FILE).exists()


def test_what_it_cannot_hold_is_read_from_git(told: Repo) -> None:
    """A conflict, and a name that is no text: everything is read, and answered."""
    oid = told.git("rev-parse", "HEAD:.gitprov/project.yaml")
    for number in (1, 2, 3):
        subprocess.run(
            ["git", "update-index", "--index-info"],
            input=f"100644 {oid} {number}\t.gitprov/runs/conflict.yaml\n".encode(),
            cwd=told.path,
            check=True,
        )
    assert not isinstance(assert_same(), IndexedLedger)
    told.git("rm", "--quiet", "--cached", ".gitprov/runs/conflict.yaml")
    Path(os.fsdecode(b".gitprov/runs/\xff.yaml")).write_bytes(b"half")
    told.git("add", "--all")
    assert not isinstance(assert_same(), IndexedLedger)


def write(data: bytes) -> Callable[[Path], None]:
    def written(path: Path) -> None:
        path.write_bytes(data)

    return written


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4096])


def flip(*at: int) -> Callable[[Path], None]:
    def flipped(path: Path) -> None:
        data = bytearray(path.read_bytes())
        for place in at:
            data[place * len(data) // 1000] ^= 0x15
        path.write_bytes(data)

    return flipped


def replace(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "file").write_text("a folder")


def other_edition(path: Path) -> None:
    data = bytes(Image(str(path)).read() or b"")
    path.unlink()
    Image(str(path)).write(data.replace(b"CREATE TABLE stamp (edition TEXT", b"CREATE TABLE stamp (version TEXT"))


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def giant(path: Path) -> None:
    os.truncate(path, 1 << 40)


DAMAGE: dict[str, Callable[[Path], None]] = {
    "nothing left": write(b""),
    "four zeros": write(bytes(4)),
    "no database": write(b"half of a sentence"),
    "truncated": truncate,
    "one byte": flip(517),
    "its end": flip(999),
    "many bytes": flip(*range(0, 1000, 7)),
    "a folder": replace,
    "another schema": other_edition,
    "a pipe": pipe,
    "giant": giant,
    "gone": Path.unlink,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_changes_no_answer(damage: str, told: Repo, gitprov: Gitprov) -> None:
    """And where a damaged index can be replaced it is, by whoever asks next."""
    open_asking()
    kept = index_of(told)
    DAMAGE[damage](kept)
    assert_same()
    assert kept.is_dir() == (damage == "a folder")
    if kept.is_dir():
        gitprov("doctor", "--fix", status=None)
        open_asking()
    assert Image(str(kept)).read() is not None


def test_where_nothing_can_be_kept_everything_is_answered(told: Repo) -> None:
    """As in a git folder that is only there to be read; also where somebody died while they wrote the index."""
    index_of(told).parent.mkdir(exist_ok=True)
    new = index_of(told).with_name(f"{FILE}.new")
    new.mkdir()
    assert isinstance(assert_same(), IndexedLedger)
    os.utime(new, (0, 0))
    assert isinstance(assert_same(), IndexedLedger)
    new.rmdir()
    new.write_bytes(b"half")
    assert_same()
    assert not index_of(told).exists()
    os.utime(new, (0, 0))
    assert_same()
    assert index_of(told).exists()
    assert not new.exists()


QUESTIONS: dict[str, Callable[[Project, Ledger], object]] = {
    "lineage": lambda project, ledger: lineage(project, ledger, "churn@v2"),
    "lineage --down": lambda project, ledger: lineage(project, ledger, "raw", direction="down"),
    "lineage --path": lambda project, ledger: lineage_path(project, ledger, "raw", ledger.named("churn")[0]),
    "why": lambda project, ledger: [why(project, ledger, name) for name in ("churn@v2", "raw", "old-set")],
    "show": lambda project, ledger: [show(project, ledger, one) for one in ledger.held],
    "log": lambda project, ledger: [log(project, ledger, name) for name in (None, "churn", "train", "churn@v1")],
    "status": lambda _, ledger: [versions(ledger, name) for name in ("churn", "raw")],
    "diff": lambda project, ledger: diff(project, ledger, "churn@v1", "churn@v2"),
    "search": lambda project, ledger: search(project, ledger, Asked(["churn"], metrics=["auc>0"], sources=["raw"])),
}


def test_every_question_is_answered_the_same(told: Repo) -> None:
    """What is staged is told as such, too; the draft is among the answers."""
    told.git("rm", "--quiet", "--cached", "-r", ".gitprov/releases")
    told.git("commit", "--quiet", "--message", "take the releases away")
    told.git("add", ".gitprov/releases")
    project = Project()
    plain = open_ledger(project.git, project.worktree)
    for what, ask in QUESTIONS.items():
        assert ask(*open_asking()) == ask(project, plain), what


def test_several_at_once_are_told_the_same(told: Repo) -> None:
    command = [sys.executable, "-m", "gitprov", "search", "--json"]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = {process.communicate()[0] for process in running}
    assert len(said) == 1
    assert '"churn@v2"' in said.pop()
    assert Image(str(index_of(told))).read() is not None
