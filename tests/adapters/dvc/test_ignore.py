"""`.dvcignore` as DVC itself honours it: the same files are left out."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from dvc.fs import localfs
from dvc.ignore import DvcIgnoreFilter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gitprov.adapters.dvc.ignore import Ignores
from gitprov.errors import GitprovError
from tests.adapters.dvc.real import dvc, files_of, new_repo
from tests.support import Repo

FILES = [
    "data/a.csv",
    "data/a.tmp",
    "data/.git",
    "data/raw/a.csv",
    "data/raw/deep/b.tmp",
    "data/raw/deep/.hg/x",
    "data/raw/.dvc/config",
    "data/raw2/#x",
    "data/raw2/!x",
    "data/raw2/with space",
    "data/sub/.dvc/tmp",
    "data/sub/c.csv",
    "other/raw/a.csv",
    "a.csv",
]
PATTERNS = [
    "*.csv", "*.tmp", "!a.csv", "!*.csv", "raw", "raw/", "/data/raw", "data/", "!data/raw/", "deep/", "**/deep",
    "data/**", "raw/*", "/a.csv", "raw*", "#x", "\\#x", "\\!x", "with space  ", "*", "!*/", "data/*/a.csv", "?.csv",
    "[ab].csv", "deep/**/b.tmp", "", "/", "raw/deep/", "!deep/b.tmp", "a.csv/",
]  # fmt: skip
Patterns = Mapping[str, list[str]]


def fill(root: Path, patterns: Patterns) -> None:
    for name in FILES:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (root / "data" / "empty").mkdir()
    (root / "data" / "link").symlink_to("raw2")
    for folder, lines in patterns.items():
        (root / folder / ".dvcignore").write_text("\n".join(lines))


def everything(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file() or path.is_symlink()}


def kept_by_dvc(root: Path) -> set[str]:
    walked = DvcIgnoreFilter(localfs, str(root)).walk(localfs, str(root))
    found = {Path(folder, name) for folder, _, files in walked for name in files}
    walked = DvcIgnoreFilter(localfs, str(root)).walk(localfs, str(root))
    found |= {Path(folder, name) for folder, names, _ in walked for name in names if Path(folder, name).is_symlink()}
    return {path.relative_to(root).as_posix() for path in found}


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=150)
@given(
    st.dictionaries(
        st.sampled_from([".", "data", "data/raw", "data/raw2"]), st.lists(st.sampled_from(PATTERNS), max_size=5)
    )
)
@example({})
@example({".": ["data/*", "!data/raw/"], "data": ["raw"], "data/raw": ["!a.csv"]})
@example({".": ["*.csv"], "data": ["!*.csv"], "data/raw": ["*.csv"]})
@example({".": [".dvcignore"], "data": ["*"]})
def test_what_dvc_leaves_out_is_left_out(patterns: Patterns) -> None:
    root = Path(tempfile.mkdtemp(prefix="gitprov-ignore-"))
    try:
        fill(root, patterns)
        names = everything(root)
        assert names - Ignores(str(root), ".").ignored(sorted(names)) == kept_by_dvc(root)
    finally:
        shutil.rmtree(root)


def test_dvc_add_takes_what_we_take(tmp_path: Path) -> None:
    """Asked of the command itself: `dvc check-ignore` names what we name."""
    repo = new_repo(tmp_path / "project")
    dvc(repo.path, "init")
    repo.write(".dvcignore", "*.tmp\n!keep.tmp\n/left/\n")
    names = ["a.tmp", "keep.tmp", "left/x", "data/b.tmp", "data/left/x", "data/x"]
    for name in names:
        repo.write(name, "x")
    assert files_of(repo).ignores(names) == set(dvc(repo.path, "check-ignore", *names).split())


def test_a_dvc_root_below_the_top(repo: Repo) -> None:
    repo.write(".dvcignore", "*\n")
    repo.write("ml/.dvcignore", "*.tmp\n")
    repo.write("ml/.dvc/config", "")
    paths = ["a.tmp", "ml/a.tmp", "ml/a", "ml/.git/x", "ml/deep/a.tmp"]
    assert files_of(repo, "ml").ignores(paths) == {"ml/a.tmp", "ml/.git/x", "ml/deep/a.tmp"}


@pytest.mark.parametrize("data", [b"\xff\n", b"ok\n!\n"])
def test_a_dvcignore_that_cannot_be_understood(repo: Repo, data: bytes) -> None:
    repo.write("data/.dvcignore", data)
    with pytest.raises(GitprovError, match=r"GP-DVC-001: data/\.dvcignore"):
        files_of(repo).ignores(["data/x"])
