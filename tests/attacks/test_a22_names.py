"""Names that some machine, reader or shell takes for another one: none of them lands (threats A22, A23)."""

from itertools import product
from pathlib import Path

import pytest

from gitprov.check.changes import GONE, PLAIN, Edge, FileChange
from gitprov.check.engine import check
from gitprov.check.seen import Change
from gitprov.doors.tampering import CI, FIRST, INDEX, MEMORY, SERVER
from gitprov.ids.names import is_name
from gitprov.ports.scratch import File
from tests.attacks.corpus.history import pool, write
from tests.attacks.corpus.honest import honest
from tests.attacks.corpus.matrix import judged

DEVICES = ["aux", "con", "nul", "prn", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))]
SIGNS = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad\u034f"
NAMES = [
    *(f"{device}{end}" for device, end in product(DEVICES, ("", ".model", ".x.y"))),
    *(f"mod{sign}el" for sign in SIGNS),
    *(f"mod{chr(code)}el" for code in [*range(1, 32), 127, 0x85, 0xA0, 0x2028, 0x2029, 0x3000]),
    *(f"mod{sign}el" for sign in " !\"#$%&'()*+,:;<=>?@[\\]^`{|}~"),
    *(f"model{end}" for end in (".", " ", "..", "-", "_", ".lock", "~1", "::$DATA", "\u0301", "--x", "._x")),
    *(f"{start}model" for start in (".", "-", "--", "_", "~", " ", "@", "..")),
    *("Model", "MODEL", "mOdel", "m\u043edel", "mode\u0142", "\uff4dodel", "stra\u00dfe", "\u212aelvin", "\u0131d"),
    *("e\u0301tude", "\u00e9tude", "\ufb01le", "\u6a21\u578b", "\U0001f600", "model\udcff", ".git", ".GIT", "git~1"),
    *(".g\u200cit", "x" * 101, "x" * 256, "\u00e9" * 128),
]
ROOTS = [
    *(".Gitprov", ".GITPROV", ".gitproV", ".gitprov.", ".gitprov ", ".gitprov. .", ".gitprov::$INDEX_ALLOCATION"),
    *("GITPRO~1", "gitpro~1", ".git\u200cprov", "\ufeff.gitprov", ".gitpro\u200dv", "\uff0egitprov", ".\uff47itprov"),
]  # fmt: skip
REFUSED = {"GP-IMM-003", "GP-GIT-006"}


def codes(path: str) -> set[str]:
    """Returns what the engine says of a step that adds a file."""
    ((_, file),) = list(pool()[0].items())[:1]
    assert isinstance(file.data, bytes)
    there = frozenset({".gitprov/.gitattributes"})
    step = Edge("b" * 40, "a" * 40, (FileChange(path, "A", PLAIN, "1" * 40, GONE, "0" * 40),))
    change = Change(ref="main", head="b" * 40, known="a" * 40, edges=(step,), blobs={"1" * 40: file.data}, there=there)
    return {finding.code.id for finding in check(change).findings}


def test_there_are_two_hundred() -> None:
    assert len({*NAMES, *ROOTS}) >= 200


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_hostile_name_is_no_name_and_no_record_lies_there(name: str) -> None:
    digits = next(iter(pool()[0])).rpartition("/")[2]
    assert not is_name(name)
    assert codes(f".gitprov/artifacts/{name}/{digits[:2]}/{digits}") == {"GP-IMM-003"}
    assert codes(f".gitprov/catalog/{name}.yaml") <= {"GP-IMM-003", "GP-GIT-006"} != set()


@pytest.mark.parametrize("root", ROOTS, ids=ascii)
def test_another_spelling_of_the_folder_is_a_second_one(root: str) -> None:
    assert codes(f"{root}/artifacts/data/notes.yaml") == {"GP-GIT-006"}
    assert codes(f"ml/{root}/project.yaml") == {"GP-GIT-006"}


@pytest.mark.parametrize("name", ["Model", "con", "mo\u202edel", "e\u0301tude", "model.", "mod\nel", "-rf", "x" * 200])
def test_git_carries_them_and_every_door_refuses_them(tmp_path: Path, name: str) -> None:
    """As a record under another name, which its bytes do not give away."""
    team = honest(f"names {name!r}")
    ((path, file), *_) = pool()[70].items()
    hostile = f".gitprov/artifacts/{name}/{'/'.join(path.split('/')[-2:])}"
    after = team.commits.commit({**team.files, hostile: file, "src/x.py": File(PLAIN, b"x\n")}, team.head)
    refused = {door: found for door, found, _ in judged(write(team.commits, team.head, after, tmp_path / "clone"))}
    assert all(refused[door] & REFUSED for door in (FIRST, MEMORY, SERVER, CI, INDEX)), refused
