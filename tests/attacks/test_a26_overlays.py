"""What makes git show, filter or lack something else than was committed (threats A04, A25, A26, A27)."""

from pathlib import Path

import pytest

from gitprov.doors.drill import MAIN
from gitprov.doors.tampering import CI, FIRST, INDEX, KINDS, MEMORY, SERVER
from gitprov.ports.scratch import File
from gitprov.wiring.resources import read_resource
from tests.attacks.corpus.history import AFTER, write
from tests.attacks.corpus.honest import honest
from tests.attacks.corpus.matrix import judged
from tests.independent import verify as stranger
from tests.support import Gitprov, Repo

ATTRIBUTES = read_resource("templates/gitattributes")
JUDGED = (FIRST, MEMORY, SERVER, CI)
RULES = [
    *("* ident", "* text eol=crlf", "*.yaml text=auto", "*.yaml -diff", "*.yaml merge=union", "*.yaml filter=lfs"),
    *("* export-subst", "* export-ignore", "*.yaml diff=sqlite", "* working-tree-encoding=UTF-16", "[attr]x -text"),
]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("place", ["behind what init writes", "alone"])
def test_attributes_that_init_does_not_write_are_refused(tmp_path: Path, rule: str, place: str) -> None:
    team = honest("attributes")
    data = (ATTRIBUTES if place != "alone" else b"") + rule.encode() + b"\n"
    after = team.commits.commit({**team.files, ".gitprov/.gitattributes": File("100644", data)}, team.head)
    found = {door: refused for door, refused, _ in judged(write(team.commits, team.head, after, tmp_path / "clone"))}
    assert {door for door, refused in found.items() if "GP-GIT-007" in refused} == {*JUDGED, INDEX}


@pytest.mark.parametrize("rule", RULES)
def test_attributes_elsewhere_change_nothing_of_what_is_read(tmp_path: Path, rule: str) -> None:
    """Of the top folder, and of the clone: records are read as objects, and our own line comes after the top's."""
    story = honest("attributes").story()
    files = {**story.files, ".gitattributes": File("100644", rule.encode() + b"\n")}
    story.commits.made[story.head] = story.commits.made[story.head].__class__(
        story.commits.made[story.head].parents, files, "work"
    )
    move = write(story.commits, story.head, KINDS["modify"].do(story), tmp_path / "clone")
    (Path(move.scratch.path) / ".git" / "info").mkdir(exist_ok=True)
    (Path(move.scratch.path) / ".git" / "info" / "attributes").write_text(f"{rule}\n")
    assert {door for door, refused, _ in judged(move) if "GP-IMM-007" in refused} == set(KINDS["modify"].doors)


def test_a_replace_ref_hides_nothing_and_is_named(tmp_path: Path) -> None:
    """The tampered commit is shown as the honest one to everybody who asks git."""
    story = honest("replace").story()
    move = write(story.commits, story.head, KINDS["delete"].do(story), tmp_path / "clone")
    repo = Repo(Path(move.scratch.path))
    repo.git("replace", move.after, move.before)
    assert repo.git("diff", "--name-only", move.before, move.after) == ""
    for door, refused, _ in judged(move):
        assert (door in KINDS["delete"].doors) <= ("GP-IMM-007" in refused), door
        assert (door in JUDGED) <= ("GP-GIT-009" in refused), door
    assert stranger.verify(move.scratch.path, AFTER)["findings"]


def test_a_graft_hides_nothing_and_is_named(tmp_path: Path) -> None:
    """The history that was rewritten is shown as going on from the old head."""
    story = honest("graft").story()
    move = write(story.commits, story.head, KINDS["rewrite"].do(story), tmp_path / "clone")
    (Path(move.scratch.path) / ".git" / "info").mkdir(exist_ok=True)
    (Path(move.scratch.path) / ".git" / "info" / "grafts").write_text(f"{move.after} {move.before}\n")
    for door, refused, _ in judged(move):
        assert (door in KINDS["rewrite"].doors) <= ("GP-HIS-003" in refused), door
        assert (door in JUDGED) <= ("GP-GIT-009" in refused), door
    assert stranger.verify(move.scratch.path, AFTER, move.before)["findings"]


def test_borrowed_objects_are_told_and_refuse_nothing(tmp_path: Path) -> None:
    team = honest("alternates")
    move = write(team.commits, team.heads[2], team.head, tmp_path / "clone")
    info = Path(move.scratch.path) / ".git" / "objects" / "info"
    info.mkdir(exist_ok=True)
    (tmp_path / "objects").mkdir()
    (info / "alternates").write_text(f"{tmp_path / 'objects'}\n")
    for door, refused, told in judged(move):
        assert (refused, (door in JUDGED) <= ("GP-GIT-010" in told)) == (set(), True), door


@pytest.mark.parametrize("how", ["--depth=1", "--depth=2", "--depth=5", "--filter=blob:none", "--filter=tree:0"])
def test_who_sees_a_part_decides_nothing(tmp_path: Path, gitprov: Gitprov, how: str) -> None:
    story = honest("part").story()
    move = write(story.commits, story.head, KINDS["delete"].do(story), tmp_path / "clone")
    origin = Repo(Path(move.scratch.path))
    origin.git("config", "uploadpack.allowFilter", "true")
    origin.git("update-ref", MAIN, move.before)
    Repo(tmp_path).git("clone", "--quiet", "--bare", how, f"file://{origin.path}", "part")
    gitprov("verify", cwd=tmp_path / "part", status=3)
    gitprov("audit", cwd=tmp_path / "part", status=3)


def test_tags_and_other_refs_decide_nothing(tmp_path: Path) -> None:
    """A tag is no authority: whatever it is moved to, or called, the verdict is that of the protected branch."""
    story = honest("tags").story()
    move = write(story.commits, story.head, KINDS["delete"].do(story), tmp_path / "clone")
    before = [(door, refused) for door, refused, _ in judged(move)]
    repo = Repo(Path(move.scratch.path))
    for ref in ("refs/tags/main", "refs/tags/v1", "refs/tags/refs/heads/main", "refs/main"):
        for commit in (move.after, move.before):
            repo.git("update-ref", ref, commit)
            assert [(door, refused) for door, refused, _ in judged(move)] == before
