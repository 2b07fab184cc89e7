"""The attack corpus through every door: each that can see a tampering gives the same code, and honest work passes.

Threats A01 to A03, section 6. `make reliability` does the same with 50 histories a kind and 500 honest ones.
"""

from pathlib import Path

import pytest

from gitprov.doors.drill import DOORS, UPSTREAM
from gitprov.doors.tampering import KINDS
from tests.attacks.corpus.history import write
from tests.attacks.corpus.honest import honest
from tests.attacks.corpus.matrix import judged, tampered, untouched
from tests.attacks.corpus.reliability import PAGE, rows
from tests.support import Gitprov


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", KINDS)
def test_each_door_that_can_see_it_gives_the_same_code(tmp_path: Path, kind: str, seed: int) -> None:
    wanted = KINDS[kind]
    for door, refused, told in judged(tampered(kind, seed, tmp_path / "clone")):
        assert (wanted.code.id in refused | told) == (door in wanted.doors), (door, refused, told)
        assert (kind == "delete-then-readd") <= (not refused), door


@pytest.mark.parametrize("seed", range(20))
def test_honest_work_passes_every_door(tmp_path: Path, seed: int) -> None:
    assert {door: refused for door, refused, _ in judged(untouched(seed, tmp_path / "clone")) if refused} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_the_audit_of_a_clone_that_remembers_says_the_same(tmp_path: Path, gitprov: Gitprov, kind: str) -> None:
    """The command on a clone that somebody fetches into, which has seen the head before: nothing is taken back."""
    move = tampered(kind, 0, tmp_path / "clone")
    gitprov("audit", cwd=tmp_path / "clone")
    move.scratch.set_ref(UPSTREAM, move.after)
    found = gitprov("audit", "--json", cwd=tmp_path / "clone", status=None)
    told = {one["code"] for part in ("findings", "warnings") for one in found.json()[part]}
    assert KINDS[kind].code.id in told
    assert found.status == (kind != "delete-then-readd")


def test_a_repository_with_sha256_is_judged_alike(tmp_path: Path) -> None:
    story = honest("sha256").story()
    for kind in ("modify", "foxtrot-drop", "rewrite", "submodule"):
        move = write(story.commits, story.head, KINDS[kind].do(story), tmp_path / kind, sha256=True)
        assert len(move.after) == 64
        assert {door for door, refused, _ in judged(move) if KINDS[kind].code.id in refused} == set(KINDS[kind].doors)


def test_the_page_says_what_the_doors_see() -> None:
    page = PAGE.read_text("utf-8")
    for kind, code, doors in rows():
        (row,) = [line for line in page.splitlines() if line.startswith(f"| {kind} |")]
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert cells[1] == code
        seen = dict(zip(DOORS, cells[2:], strict=False))
        assert {door for door, cell in seen.items() if cell != "-"} == set(doors)
