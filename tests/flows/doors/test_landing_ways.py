"""`gitprov ci check --landing`: CI says what the hook of the server says when the branch lands that way (issue 5)."""

import pytest

from tests.flows.doors.guarded import attempt
from tests.flows.promotion.world import Someone
from tests.support import Gitprov

LOST = "GP-IMM-007"
WAYS = {
    "merge": ["merge --quiet --no-ff --no-edit feature"],
    "squash": ["merge --quiet --squash feature", "commit --quiet --message Squash"],
    "rebase": ["switch --quiet feature", "rebase --quiet main", "switch --quiet -C main"],
    "ff": ["merge --quiet --ff-only feature"],
}


@pytest.fixture
def free(alice: Someone, gitprov: Gitprov) -> Someone:
    """Alice without hooks, on a branch of her own; origin has the hook of a server."""
    alice("hooks", "uninstall")
    gitprov("hooks", "install", cwd=alice.repo.path.parent / "origin.git")
    alice.git("switch", "--quiet", "-c", "feature")
    return alice


def add(someone: Someone, name: str) -> str:
    """Adds an artifact in a commit of its own and returns its record's path."""
    someone.repo.write(f"data/{name}.csv", f"{name}\n")
    someone("add", f"data/{name}.csv", "--name", name, "--kind", "dataset")
    someone.repo.commit(f"Add {name}")
    return someone.git("ls-tree", "-r", "--name-only", "HEAD", f".gitprov/artifacts/{name}").splitlines()[0]


def add_and_remove(someone: Someone) -> str:
    """Adds an artifact and takes its records away again, in two commits; returns the path of the artifact's record."""
    before, path = someone.git("rev-parse", "HEAD"), add(someone, "brief")
    gone = someone.git("diff", "--name-only", before, "HEAD", "--", ".gitprov").splitlines()
    someone.git("rm", "--quiet", *gone)
    someone.git("commit", "--quiet", "-m", "Take it away")
    return path


def move_main(someone: Someone) -> None:
    """Lets main go on by a commit that has nothing to do with the branch."""
    someone.git("switch", "--quiet", "main")
    someone.repo.write("code.py", "pass\n")
    someone.share("Work")
    someone.git("switch", "--quiet", "feature")


def ci(someone: Someone, *options: str, status: int | None = None) -> tuple[int, dict[str, list[dict[str, str]]]]:
    done = someone("ci", "check", "--base", "origin/main", "--head", "feature", *options, "--json", status=status)
    return done.status, done.json()


def landed(someone: Someone, way: str) -> set[str]:
    """Lands the branch and returns the codes that the server refused the push with."""
    someone.git("switch", "--quiet", "main")
    for line in WAYS[way]:
        someone.git(*line.split())
    return attempt(someone, "push", "--quiet", "origin", "main").codes


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("removed", [False, True])
@pytest.mark.parametrize("behind", [False, True])
def test_ci_says_what_the_server_will_say(way: str, removed: bool, behind: bool, free: Someone) -> None:
    add(free, "kept")
    if removed:
        add_and_remove(free)
    if behind and way != "ff":
        move_main(free)
    status, found = ci(free, "--landing", way)
    codes = {one["code"] for one in found["findings"]}
    assert codes == landed(free, way) == ({LOST} if removed and way in {"rebase", "ff"} else set())
    assert status == bool(codes)


def test_what_another_way_of_landing_would_be_refused_for_is_told(free: Someone) -> None:
    path = add_and_remove(free)
    status, found = ci(free)
    [warning] = [one for one in found["warnings"] if one["subject"] == path]
    assert (status, found["findings"], warning["code"]) == (0, [], LOST)
    assert warning["what"].startswith("if it is rebased: ")
    assert len({(one["code"], one["subject"]) for one in found["warnings"]}) == len(found["warnings"])


def test_findings_name_the_commits_of_the_branch(free: Someone) -> None:
    """The commits that a rebase would make are on nobody's disk but CI's."""
    path = add_and_remove(free)
    removed, added = free.git("rev-parse", "feature", "feature~1").split()
    move_main(free)
    [lost] = [one for one in ci(free, "--landing", "rebase")[1]["findings"] if one["subject"] == path]
    assert lost["commit"] == removed
    assert (removed[:12] in lost["what"], added[:12] in lost["why"], added[:12] in lost["fix"]) == (True, True, True)


def test_a_branch_that_took_main_in_is_told_of_the_foxtrot(free: Someone) -> None:
    """ "Update branch" of a forge, then a fast-forward: main's own commits would be a side branch."""
    add(free, "kept")
    move_main(free)
    free.git("merge", "--quiet", "--no-edit", "main")
    status, found = ci(free)
    assert (status, [one["code"] for one in found["warnings"]]) == (0, ["GP-HIS-001"])
    assert [one["code"] for one in ci(free, "--landing", "ff", status=1)[1]["findings"]] == ["GP-HIS-001"]
    assert landed(free, "ff") == {"GP-HIS-001"}


def test_what_is_behind_cannot_be_fast_forwarded_to(free: Someone) -> None:
    add(free, "kept")
    move_main(free)
    done = free("ci", "check", "--base", "origin/main", "--head", "feature", "--landing", "ff", status=3)
    assert "error[GP-GIT-011]" in done.err
    assert f"  fix: git rebase {free.git('rev-parse', 'main')[:12]}\n" in done.err


def test_a_conflict_on_the_way_cannot_be_decided(free: Someone) -> None:
    """Two commits that conflict one by one, and together do not."""
    readme = (free.repo.path / "README.md").read_text()
    for text in ("mine\n", readme):
        free.repo.write("README.md", text)
        free.repo.commit("Edit")
    free.git("switch", "--quiet", "main")
    free.repo.write("README.md", "theirs\n")
    free.share("Edit, too")
    assert ci(free, status=0)[1]["findings"] == []
    assert (
        "GP-GIT-011" in free("ci", "check", "--base", "main", "--head", "feature", "--landing", "rebase", status=3).err
    )


@pytest.mark.parametrize("way", [None, *WAYS])
def test_histories_without_a_common_ancestor_are_a_finding(way: str | None, free: Someone) -> None:
    """Law E2."""
    free.git("switch", "--quiet", "--orphan", "other")
    free.repo.write("new.txt", "new\n")
    free.repo.commit("Begin anew")
    free.git("branch", "--force", "feature")
    status, found = ci(free, *(["--landing", way] if way else []))
    [unrelated] = [one for one in found["findings"] if one["code"] == "GP-HIS-004"]
    assert status == 1
    assert "have no common ancestor" in unrelated["what"]
    free.git("switch", "--quiet", "feature")
    free.git(*unrelated["fix"].removeprefix("git ").split())
    assert ci(free, status=0)[1]["findings"] == []


def test_the_server_says_so_too(free: Someone) -> None:
    """Law E2; what the audit says is in tests/flows/audit."""
    free.git("switch", "--quiet", "--orphan", "other")
    free.repo.write("new.txt", "new\n")
    free.repo.commit("Begin anew")
    assert "GP-HIS-004" in attempt(free, "push", "--quiet", "--force", "origin", "other:main").codes
