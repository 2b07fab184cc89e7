"""Every file that gitprov reads, holding everything that a file can: a coded answer, soon (issue 7, threats 6).

What single readers do with malformed bytes is in tests/unit (records, listings, names), tests/adapters/dvc and
tests/adapters/settings; names are in tests/attacks. Here the commands meet them.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gitprov.errors import Exit
from gitprov.errors import catalogue as codes
from tests.support import Gitprov, Repo

DEEP = 100_000
TEXTS: dict[str, bytes] = {
    "nothing": b"",
    "zeros": b"\0" * 1000,
    "latin-1": b"caf\xe9: 1\n",
    "utf-16": '{"a": 1}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "half a character": b'{"a": "\xe2\x82',
    "lone surrogates": b'{"a": "\\ud800", "\\udfff": 1}',
    "deep lists": b"[" * DEEP,
    "deep mappings": b'{"a":' * DEEP,
    "deep blocks": b"".join(b" " * n + b"a:\n" for n in range(1000)),
    "laughs": b"a0: &a0 x\n" + b"".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n".encode() for n in range(1, 30)
    ),
    "a long number": b'{"a": ' + b"9" * 100_000 + b"}",
    "a large number": b'{"a": 1e999999, "b": NaN, "c": -Infinity}',
    "twins": b'{"a": 1, "a": 2}',
    "a list": b"[1, 2]\n",
    "a word": b"word\n",
    "null": b"null\n",
    "tags": b"a: !!python/object/apply:os.system ['false']\n",
    "escapes": b'{"\\u001b]0;x\\u0007": "\\u202e"}\n',
    "a conflict": b"<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> other\n",
    "a path outside": b"outs:\n- path: ../../../etc/passwd\n  md5: d41d8cd98f00b204e9800998ecf8427e\n",
    "wrong types": b"outs: {path: [1]}\nstages: [x]\nschema: {}\nowner: [1]\nremotes: 3\n",
}  # fmt: skip


def fill(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


def very_large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)  # a hole: it has no blocks


THINGS: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a link outside": lambda path: path.symlink_to("/etc/passwd"),
    "a terabyte": very_large,
}
if os.geteuid() != 0:
    THINGS["no permission"] = lambda path: path.touch(0)

KINDS = {**{name: fill(data) for name, data in TEXTS.items()}, **THINGS}
CORE = {"deep lists", "latin-1", "zeros", "a pipe", "a link to a device", "a terabyte", "laughs"}

READERS: dict[str, tuple[str, ...]] = {
    "metrics.json": ("evaluate raw --metrics metrics.json",),
    "params.yaml": ("run --dry-run train", "status"),
    "params.json": ("run --dry-run train",),
    "params.toml": ("run --dry-run train",),
    "dvc.yaml": ("run --dry-run train", "status", "capture", "add data/raw.csv"),
    "dvc.lock": ("status", "capture", "run --dry-run train"),
    "data/raw.csv.dvc": ("status", "add data/raw.csv", "pull", "verify"),
    "data/.gitignore": ("add data/other.csv",),
    ".dvc/config": ("push --no-refs", "status"),
    ".dvcignore": ("add data",),
    ".gitprov/project.yaml": ("status", "add data/raw.csv", "push --no-refs", "doctor"),
    ".gitprov/catalog/raw.yaml": ("seal raw --owner ada", "add data/raw.csv --name raw", "status"),
    ".gitprov/drafts/train-0123456789ab/draft.json": ("keep", "status", "doctor"),
    ".gitprov/drafts/pending/0123456789abcdef.json": ("keep", "status", "doctor"),
    "requirements.txt": ("run --dry-run train",),
}
GITS = {"data/.gitignore": {"a pipe", "a terabyte"}, "requirements.txt": {"a terabyte"}}
"""What git itself waits for, or reads whole: nothing of ours."""
PIPELINE = """\
stages:
  train:
    cmd: python -c pass
    deps: [data/raw.csv]
    params: [a, {params.json: [a]}, {params.toml: [a]}]
    outs: [out.txt]
"""


@pytest.fixture
def project(repo: Repo, gitprov: Gitprov) -> Repo:
    """A small project, the current directory."""
    gitprov("init")
    for name, text in {
        "data/raw.csv": "1\n", "data/other.csv": "2\n", "dvc.yaml": PIPELINE, "params.yaml": "a: 1\n",
        "params.json": '{"a": 1}', "params.toml": "a = 1\n", "requirements.txt": "click==8.1.0\n",
    }.items():  # fmt: skip
        repo.write(name, text)
    gitprov("add", "data/raw.csv", "--name", "raw")
    repo.commit("Set up")
    return repo


@pytest.mark.parametrize("file", READERS)
def test_whatever_a_file_holds(file: str, project: Repo, gitprov: Gitprov, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never an internal error, never a wait, never a word of /etc/passwd."""
    monkeypatch.setenv("GIT_OPTIONAL_LOCKS", "0")
    path = project.path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = path.read_bytes() if path.exists() else None
    problems = []
    kinds = KINDS.keys() if os.environ.get("TEST_LONG") else {*THINGS, *CORE}
    for kind in sorted(kinds - GITS.get(file, set())):
        path.unlink(missing_ok=True)
        KINDS[kind](path)
        for words in READERS[file]:
            began = time.process_time()
            said = gitprov(*words.split(), status=None)
            took = time.process_time() - began
            coded = said.status == 0 or "GP-" in said.out + said.err
            if said.status == Exit.INTERNAL or not coded or took > 10 or "root:x:" in said.out + said.err:
                problems.append(f"{kind}: gitprov {words}: {took:.1f} s, {said}")
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
    path.unlink(missing_ok=True)
    if kept is not None:
        path.write_bytes(kept)
    assert not problems, "\n".join(problems)


def test_a_file_that_is_too_large_is_told(project: Repo, gitprov: Gitprov) -> None:
    very_large(project.path / "metrics.json")
    assert codes.PTH_SIZE.id in gitprov("evaluate", "raw", "--metrics", "metrics.json", status=2).err
