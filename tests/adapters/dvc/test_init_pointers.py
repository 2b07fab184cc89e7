"""What `dvc init`, `dvc remote add` and `dvc add` write, we write: byte for byte, asked of real DVC."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.adapters.dvc.documents import dump
from gitprov.adapters.dvc.pointers import dvc_md5, measured, read_pointers, write_pointer
from gitprov.errors import GitprovError
from gitprov.ids import Md5, sha256_of
from gitprov.records import Blob, Content
from tests.adapters.dvc.real import content_of, dvc, executable, files_of, new_repo, tree
from tests.support import Repo, make_repo

PATHS = [
    "data.csv",
    "model",
    "größe ü.bin",
    "nested/folder/with space.txt",
    "nested/folder/raw",
    "-dash",
    "[odd] *?!#.csv",
    "123",
    "true",
    "exec.sh",
    "empty",
]


def fill(where: Path) -> None:
    """Writes something to each of PATHS; `model` and `raw` are directories."""
    for number, path in enumerate(PATHS):
        target = where / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if path in ("model", "nested/folder/raw"):
            (target / "sub dir").mkdir(parents=True)
            (target / "ä.bin").write_bytes(b"a" * number)
            (target / "sub dir" / "b").write_bytes(b"")
        else:
            target.write_bytes(b"" if path == "empty" else f"content {number}\n".encode())
    executable(where / "exec.sh")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository in which real DVC was initialised, got a remote, and added PATHS."""
    repo = new_repo(tmp_path_factory.mktemp("real") / "project")
    dvc(repo.path, "init")
    dvc(repo.path, "remote", "add", "-d", "storage", "../project.dvc-remote")
    repo.write(".gitignore", "*.tmp")
    fill(repo.path)
    dvc(repo.path, "add", "--", *PATHS)
    return repo.path


@pytest.fixture
def ours(tmp_path: Path) -> Repo:
    repo = make_repo(tmp_path / "project")
    files_of(repo).init(None)
    repo.write(".gitignore", "*.tmp")
    fill(repo.path)
    return repo


def test_init_and_add_write_the_same_bytes_as_dvc(real: Path, ours: Repo) -> None:
    """D40: people without gitprov find DVC files that are DVC's own."""
    files = files_of(ours)
    written = {path: files.write_pointer(path, content_of(ours.path / path)) for path in PATHS}
    assert tree(ours.path) == tree(real)
    assert written["nested/folder/raw"] == ["nested/folder/.gitignore", "nested/folder/raw.dvc"]
    assert files.init(None) == []


def test_init_says_what_it_makes_and_a_dry_run_makes_nothing(repo: Repo) -> None:
    files = files_of(repo)
    expected = [".dvc/.gitignore", ".dvc/config", ".dvcignore"]
    assert files.init(None, dry_run=True) == expected
    assert not files.exists()
    assert not (repo.path / ".dvc").exists()
    assert files.init(None) == expected
    assert files.exists()
    assert files.remotes() == {"storage": "../repo.dvc-remote"}
    assert files.init("s3://bucket/elsewhere") == []


def test_a_dvc_root_below_the_top(repo: Repo) -> None:
    repo.write("ml/x.csv", "x")
    other = repo.path.parent / "other"
    shutil.copytree(repo.path, other)
    dvc(other / "ml", "init", "--subdir")
    dvc(other / "ml", "remote", "add", "-d", "storage", "../../repo.dvc-remote")
    dvc(other / "ml", "add", "x.csv")
    files = files_of(repo, "ml")
    assert files.init(None) == ["ml/.dvc/.gitignore", "ml/.dvc/config", "ml/.dvcignore"]
    files.write_pointer("ml/x.csv", content_of(repo.path / "ml/x.csv"))
    assert tree(repo.path) == tree(other)
    assert files.cache_dir() == str(repo.path / "ml/.dvc/cache")
    assert files.remote_config().url == str(repo.path.parent / "repo.dvc-remote")


@pytest.mark.parametrize(
    ("remote", "written"),
    [
        ("~/data", "~/data"),
        ("/mnt/data", "/mnt/data"),
        ("store, old", '"../store, old"'),
        ("s3://bucket/x", "s3://bucket/x"),
    ],
)
def test_an_address_is_written_as_dvc_remote_add_takes_it(repo: Repo, remote: str, written: str) -> None:
    files_of(repo).init(remote)
    assert (repo.path / ".dvc/config").read_text().endswith(f"    url = {written}\n")


def test_init_keeps_what_people_configured(repo: Repo) -> None:
    dvc(repo.path, "init")
    repo.write(".dvc/config", "# ours\n[core]\n    analytics = false\n")
    files = files_of(repo)
    assert files.init("s3://bucket/data") == [".dvc/config"]
    assert (repo.path / ".dvc/config").read_text() == (
        "# ours\n[core]\n    remote = storage\n    analytics = false\n"
        "['remote \"storage\"']\n    url = s3://bucket/data\n"
    )
    assert "s3://bucket/data" in dvc(repo.path, "remote", "list")
    repo.write(".dvc/config", "['remote \"team\"']\n    url = s3://user:secret@bucket/data?token=x\n")
    files = files_of(repo)
    assert files.init(None) == [".dvc/config"], "the only remote becomes the default"
    assert files.remotes() == {"team": "s3://bucket/data"}
    assert dvc(repo.path, "config", "core.remote") == "team\n"
    before = "['remote \"a\"']\n    url = /a\n['remote \"b\"']\n    url = /b\n"
    repo.write(".dvc/config", before)
    assert files_of(repo).init(None) == []
    with pytest.raises(GitprovError, match=r"GP-DVC-003: no default remote"):
        files_of(repo).remote_config()


@pytest.mark.parametrize("address", ["ssh://ada:secret@example.org/data", "https://t0ken@example.org/data"])
def test_a_password_is_not_written_into_a_committed_file(repo: Repo, address: str) -> None:
    with pytest.raises(GitprovError, match="GP-SEC-001"):
        files_of(repo).init(address)
    assert not (repo.path / ".dvc").exists()


def test_a_pointer_that_people_edited_is_rewritten_as_dvc_does(real: Path, ours: Repo, tmp_path: Path) -> None:
    edited = (
        "# who keeps this\nouts:\n- md5: 00000000000000000000000000000000.dir  # by hand\n  size: 1\n  nfiles: 3\n"
        "  path: data.csv\n  desc: 'churn, monthly'\n  meta:\n    owner: ada\n  remote: storage\nmeta:\n  note: kept\n"
    )
    other = tmp_path / "other"
    shutil.copytree(real, other)
    for place in (other, ours.path):
        (place / "data.csv.dvc").write_text(edited)
        (place / "data.csv").write_text("new\n")
    dvc(other, "add", "data.csv")
    files_of(ours).write_pointer("data.csv", content_of(ours.path / "data.csv"))
    assert (ours.path / "data.csv.dvc").read_text() == (other / "data.csv.dvc").read_text()
    assert "# who keeps this" in (ours.path / "data.csv.dvc").read_text()


def test_what_dvc_wrote_is_read(real: Path) -> None:
    files = files_of(Repo(real))
    for path in PATHS:
        pointer, content = files.pointer(path), content_of(real / path)
        assert pointer is not None, path
        assert (pointer.file, pointer.out.path, pointer.frozen_import) == (f"{path}.dvc", path, False)
        assert (pointer.out.md5, pointer.out.size) == (content.md5, content.size)
        assert pointer.out.is_dir == (content.listing is not None)
        assert pointer.out.files == (content.files if content.listing else None)
        assert files.owner(path) is None
    assert files.owner("nested") in {"nested/folder/raw.dvc", "nested/folder/with space.txt.dvc"}
    assert files.owner("model/sub dir/b") == "model.dvc"
    assert files.pointer("other") is None


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("outs:\n- md5: d41d8cd98f00b204e9800998ecf8427e\n  path: x\nfrozen: true\n", "x.dvc"),
        ("deps:\n- path: s3://bucket/x\n  etag: abc\nouts:\n- path: x\n  hash: md5\n", "x.dvc"),
        ("outs:\n- path: x\n- path: z\n", "x.dvc"),
        ("outs:\n- path: elsewhere\n", "x.dvc"),
        ("wdir: ..\nouts:\n- path: repo/x\n", "x.dvc"),
        ("outs:\n- path: x\n", None),
        ("outs:\n- path: ./x\n", None),
    ],
)
def test_a_pointer_that_add_could_not_rewrite_owns_its_path(repo: Repo, text: str, owner: str | None) -> None:
    repo.write("x.dvc", text)
    assert files_of(repo).owner("x") == owner
    if owner is not None:
        with pytest.raises(GitprovError, match="GP-DVC-001"):
            files_of(repo).write_pointer("x", content_of(repo.write("x", "bytes")))
        assert (repo.path / "x.dvc").read_text() == text


def test_owners_above_and_below_and_in_sub_projects(repo: Repo) -> None:
    repo.write("a/b.dvc", "outs:\n- path: b\n")
    repo.write("sub/.dvc/config", "")
    repo.write(
        "sub/dvc.yaml", "stages:\n  train:\n    cmd: c\n    wdir: w\n    outs: [m, ../n]\n    metrics: [{k: null}]\n"
    )
    repo.write("ignored/dvc.yaml", "stages:\n  t:\n    cmd: c\n    outs: [q]\n")
    repo.write(".gitignore", "/ignored\n")
    files = files_of(repo)
    expected = {
        "a": "a/b.dvc",
        "a/b": None,
        "a/b/c": "a/b.dvc",
        "a/bb": None,
        "sub/w/m": "sub/dvc.yaml:train",
        "sub/n": "sub/dvc.yaml:train",
        "sub/w/k/x": "sub/dvc.yaml:train",
        "sub": "sub/dvc.yaml:train",
        "ignored/q": None,
    }
    assert {path: files.owner(path) for path in expected} == expected
    files.write_pointer("data", content_of(repo.write("data", "x")))
    assert files.owner("data") is None
    assert files.owner("data/x") == "data.dvc"


def test_dvc_would_not_see_the_pointer(repo: Repo) -> None:
    repo.write(".gitignore", "/data/\n")
    repo.write(".dvcignore", "left/\n")
    files = files_of(repo)
    with pytest.raises(GitprovError, match=r"GP-PTH-005: git ignores data/x\.dvc"):
        files.write_pointer("data/x", content_of(repo.write("data/x", "x")))
    with pytest.raises(GitprovError, match=r"GP-PTH-005: \.dvcignore leaves left/x out"):
        files.write_pointer("left/x", content_of(repo.write("left/x", "x")))
    assert not list(repo.path.rglob("x.dvc"))


def test_the_ignore_line_stands_once(repo: Repo) -> None:
    files, content = files_of(repo), content_of(repo.write("big", "x"))
    repo.write(".gitignore", "other")
    assert files.write_pointer("big", content) == [".gitignore", "big.dvc"]
    assert files.write_pointer("big", content) == [".gitignore", "big.dvc"]
    assert (repo.path / ".gitignore").read_text() == "other\n/big\n"
    repo.write("logs/.gitignore", "*.log\n")
    assert files.write_pointer("logs/a.log", content_of(repo.write("logs/a.log", "x"))) == ["logs/a.log.dvc"]
    assert (repo.path / "logs/.gitignore").read_text() == "*.log\n"


@pytest.mark.parametrize(
    "name", ["new\nline", "end\r", "end ", "two  ", "!x", "#x", "a*b", "a[b]", "a?b", "\ttab", "a b"]
)
def test_git_ignores_the_bytes_under_every_name(repo: Repo, name: str) -> None:
    """A line of .gitignore that said less would let `git add --all` commit the bytes; more, hide other files."""
    repo.write("line", "a file of somebody else\n")
    files_of(repo).write_pointer(name, content_of(repo.write(name, "bytes\n")))
    repo.git("add", "--all")
    assert repo.git("ls-files", "-z", "--", ":(literal)" + name) == ""
    assert repo.git("ls-files", "line") == "line"


@given(
    name=st.one_of(
        st.sampled_from(["data", "true", "Null", "yes", "off", "y", "a.b-c", "_", "x" * 200, "e1", "inf", "0x1", "é"]),
        st.text("abetruefalsn_.-+~019 #:", min_size=1, max_size=8),
    ),
    digits=st.one_of(st.text("0123456789abcdef", min_size=32, max_size=32), st.text("01e", min_size=32, max_size=32)),
    is_dir=st.booleans(),
    is_executable=st.booleans(),
)
def test_a_pointer_that_is_written_the_short_way_is_what_yaml_writes(
    name: str, digits: str, is_dir: bool, is_executable: bool
) -> None:
    listing = Blob(md5=Md5(f"md5:{digits}"), size=2) if is_dir else None
    content = Content(digest=sha256_of(b""), files=3, md5=Md5(f"md5:{digits}"), size=7, listing=listing)
    written = write_pointer(name, content, None, is_executable=is_executable)
    facts = {"md5": dvc_md5(content), **measured(content, is_executable=is_executable), "hash": "md5"}
    assert written == dump({"outs": [{**facts, "path": name}]})
    if [one.out.path for one in read_pointers(written, f"{name}.dvc")] == [name]:
        assert write_pointer(name, content, written, is_executable=is_executable) == written
