"""The hooks of a clone, installed for real: what they refuse, and what they leave alone (threats F11, A19)."""

import subprocess
from collections.abc import Callable

import pytest

from tests.flows.doors.guarded import Said, attempt, landed_record
from tests.flows.promotion.world import Someone, World

LOST, FOXTROT = "GP-IMM-007", "GP-HIS-001"


def bad_commit(alice: Someone) -> str:
    """Makes a commit, on no branch, that removes a record which has landed."""
    alice.git("rm", "--quiet", "--cached", landed_record(alice))
    tree = alice.git("write-tree")
    alice.git("reset", "--quiet")
    return alice.git("commit-tree", tree, "-p", "HEAD", "-m", "Tidy up")


def no_verify(alice: Someone) -> Said:
    alice.git("rm", "--quiet", landed_record(alice))
    return attempt(alice, "commit", "--no-verify", "--quiet", "-m", "Tidy up")


def merge(alice: Someone) -> Said:
    return attempt(alice, "merge", "--no-ff", "--no-edit", bad_commit(alice))


def fast_forward(alice: Someone) -> Said:
    return attempt(alice, "merge", "--ff-only", bad_commit(alice))


def ours(alice: Someone) -> Said:
    """A merge that takes nothing of what others landed."""
    alice.git("switch", "--quiet", "--detach", "HEAD~1")
    alice.git("switch", "--quiet", "-c", "old")
    alice.git("commit", "--quiet", "--allow-empty", "-m", "work")
    return attempt(alice, "merge", "--strategy", "ours", "--no-edit", "origin/main")


def cherry_pick(alice: Someone) -> Said:
    return attempt(alice, "cherry-pick", bad_commit(alice))


def rebase(alice: Someone) -> Said:
    bad = bad_commit(alice)
    alice.git("switch", "--quiet", "-c", "feature")
    alice.repo.write("code.py", "pass\n")
    alice.repo.commit("Work")
    return attempt(alice, "rebase", "--onto", bad, "main")


def commit_tree(alice: Someone) -> Said:
    return attempt(alice, "update-ref", "refs/heads/main", bad_commit(alice))


def update_ref(alice: Someone) -> Said:
    return attempt(alice, "update-ref", "refs/heads/other", bad_commit(alice))


def reset(alice: Someone) -> Said:
    return attempt(alice, "reset", "--hard", bad_commit(alice))


def branch(alice: Someone) -> Said:
    return attempt(alice, "branch", "--force", "other", bad_commit(alice))


def revert(alice: Someone) -> Said:
    alice.repo.write("data/other.csv", "1\n")
    alice("add", "data/other.csv", "--name", "other", "--kind", "dataset")
    alice.share("Add other")
    return attempt(alice, "revert", "--no-edit", "HEAD")


BYPASSES = (
    no_verify, merge, fast_forward, ours, cherry_pick, rebase, commit_tree, update_ref, reset, branch, revert,
)  # fmt: skip


@pytest.mark.parametrize("bypass", BYPASSES, ids=[one.__name__ for one in BYPASSES])
def test_no_way_around_pre_commit_takes_away_what_has_landed(alice: Someone, bypass: Callable[[Someone], Said]) -> None:
    """F11: nine commands go past pre-commit; none past reference-transaction."""
    record = landed_record(alice)
    said = bypass(alice)
    assert said.status != 0
    assert LOST in said.codes, said.err
    assert "git restore --source=" in said.err
    for head in alice.git("for-each-ref", "--format=%(refname)", "refs/heads").splitlines():
        has = alice.git("ls-tree", "--name-only", head, record)
        assert has or "old" in head, head


def test_pre_commit_says_at_once_what_is_wrong(alice: Someone) -> None:
    """Every finding is named, each with its way out; nothing is committed."""
    before = alice.git("rev-parse", "HEAD")
    record, other = landed_record(alice), landed_record(alice, "runs")
    alice.git("rm", "--quiet", record)
    alice.repo.write(other, "changed\n")
    alice.repo.write(".gitprov/notes.txt", "mine\n")
    alice.git("add", "--force", ".gitprov")
    said = attempt(alice, "commit", "--quiet", "-m", "work")
    assert said.status == 1
    assert {LOST, "GP-IMM-003"} <= said.codes
    assert said.err.count("  fix: ") >= 3
    assert alice.git("rev-parse", "HEAD") == before


@pytest.mark.parametrize("how", [["-a"], ["--", ".gitprov"]], ids=["commit -a", "commit PATH"])
def test_pre_commit_judges_the_index_that_git_is_about_to_commit(alice: Someone, how: list[str]) -> None:
    """`commit -a` and `commit PATH` make an index of their own."""
    (alice.repo.path / landed_record(alice)).write_text("changed\n")
    assert alice.git("diff", "--cached", "--name-only") == ""
    assert LOST in attempt(alice, "commit", "--quiet", "-m", "work", *how).codes


def test_a_commit_that_leaves_records_alone_is_quick_and_quiet(alice: Someone) -> None:
    alice.repo.write("train.py", "print(1)\n")
    said = attempt(alice, "commit", "--quiet", "-am", "work")
    assert (said.status, said.err) == (0, "")


def test_what_only_a_branch_has_is_free(alice: Someone) -> None:
    """Law G: a proposed record may be amended, rebased, renumbered or removed on its own branch."""
    alice.git("switch", "--quiet", "-c", "feature")
    for number in (1, 2, 3):
        alice.repo.write(f"data/{number}.csv", f"{number}\n")
        alice("add", f"data/{number}.csv", "--name", f"set-{number}", "--kind", "dataset")
        alice.repo.commit(f"Add {number}")
    steps: list[list[str]] = [
        ["commit", "--quiet", "--amend", "-m", "Add three"],
        ["rm", "--quiet", "-r", ".gitprov/artifacts/set-3"],
        ["commit", "--quiet", "--amend", "-m", "Add none"],
        ["-c", "sequence.editor=sed -i 1d", "rebase", "--quiet", "--interactive", "--autostash", "main"],
        ["reset", "--quiet", "--hard", "HEAD~1"],
        ["cherry-pick", "feature@{1}"],
        ["revert", "--no-edit", "HEAD"],
        ["switch", "--quiet", "main"],
        ["branch", "-D", "feature"],
    ]
    for step in steps:
        said = attempt(alice, *step)
        assert said.status == 0, (step, said.err)
        assert not said.codes
    alice.repo.write("train.py", "print(1)\n")
    for step in (["stash"], ["stash", "pop"]):
        assert attempt(alice, *step).status == 0


@pytest.mark.parametrize("how", ["merge", "squash", "rebase", "fast-forward"])
def test_a_promotion_passes_every_door(team: World, how: str) -> None:
    """The whole way, with every hook in every clone and in origin, however it lands."""
    assert team.promote("churn@v1", how=how) == "churn/production/1"
    assert team.alice("verify", "churn/production").status == 0


def test_update_branch_is_no_foxtrot(team: World) -> None:
    """Merging the protected branch into one's own is what a forge's button does."""
    alice, bob = team.alice, team.bob
    alice.git("switch", "--quiet", "-c", "feature")
    alice.repo.write("code.py", "pass\n")
    alice.repo.commit("Work")
    bob.repo.write("other.py", "pass\n")
    bob.share("More work")
    alice.git("fetch", "--quiet")
    assert attempt(alice, "merge", "--no-edit", "origin/main").status == 0
    assert attempt(alice, "push", "--quiet", "origin", "feature").status == 0


def test_a_plain_pull_on_the_protected_branch_is_refused_and_the_remedy_works(team: World) -> None:
    """Law F: the remedy that is printed works."""
    alice, bob = team.alice, team.bob
    bob.repo.write("theirs.py", "pass\n")
    bob.share("Their work")
    alice.repo.write("mine.py", "pass\n")
    alice.repo.commit("My work")
    said = attempt(alice, "pull", "--no-rebase", "--no-edit")
    assert said.status != 0
    assert said.codes == {FOXTROT}
    remedy = "git merge --abort; git branch mine && git reset --keep @{u} && git merge --no-ff mine"
    assert f"fix: {remedy}" in said.err
    alice.git("-c", f"alias.remedy=!{remedy}", "remedy")
    assert attempt(alice, "push", "--quiet").status == 0
    assert alice.git("rev-parse", "HEAD^1") == bob.git("rev-parse", "HEAD")


def test_a_symbolic_ref_is_no_loss(alice: Someone) -> None:
    """git tells the hook of one since 2.46, by the name of a ref; this is what it says, whatever git is here."""
    line = f"{'0' * 40} ref:refs/heads/main refs/heads/alias\n"
    hook = ["gitprov", "hook", "reference-transaction", "prepared"]
    said = subprocess.run(hook, cwd=alice.repo.path, input=line, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")
    for words in (["refs/heads/alias", "refs/heads/main"], ["refs/heads/alias", "refs/heads/other"]):
        made = attempt(alice, "symbolic-ref", *words)
        assert (made.status, made.err) == (0, "")


def test_pre_push_warns_of_bytes_that_nobody_else_has(alice: Someone) -> None:
    alice.git("switch", "--quiet", "-c", "feature")
    alice.repo.write("data/new.csv", "new\n")
    alice("add", "data/new.csv", "--name", "new", "--kind", "dataset")
    alice.repo.commit("Add new")
    said = attempt(alice, "push", "--quiet", "origin", "feature")
    assert said.status == 0
    assert "warning[GP-BLB-002]" in said.err
    assert "gitprov push" in said.err
    alice("push", "--no-refs")
    alice.git("push", "--quiet", "origin", "--delete", "feature")
    said = attempt(alice, "push", "--quiet", "origin", "feature")
    assert "warning" not in said.err


def test_what_cannot_be_decided_keeps_nobody_from_work(alice: Someone) -> None:
    """Local hooks are advice: a crash or a missing remote is said, and git goes on."""
    alice.repo.write("data/new.csv", "new\n")
    alice("add", "data/new.csv", "--name", "new", "--kind", "dataset")
    alice.repo.commit("Add new")
    alice.repo.write(".dvc/config", "")
    said = attempt(alice, "push", "--quiet", "origin", "HEAD:refs/heads/feature")
    assert said.status == 0
    assert "error[GP-" in said.err
