"""Code can be taken back, and no record with it (law G; issue 5)."""

import os
from pathlib import Path

import pytest

from tests.flows.promotion.world import Someone, World


def records(someone: Someone, revision: str = "HEAD") -> set[str]:
    """The files below .gitprov in a commit, with their object ids."""
    return set(someone.git("ls-tree", "-r", revision, "--", ".gitprov").splitlines())


@pytest.fixture
def third(world: World) -> World:
    """The team, after a branch with new code and churn@v3 was merged."""
    alice = world.alice
    alice.git("switch", "--quiet", "--create", "better")
    alice.repo.write("train.py", (alice.repo.path / "train.py").read_text() + "# better\n")
    alice.repo.commit("Train better")
    alice.train(3, auc=0.97)
    alice("push", "--no-refs")
    alice("seal", "churn")
    alice.repo.commit("Release churn v3")
    world.land("better")
    return world


def test_a_merge_is_reverted_and_every_record_stays(third: World) -> None:
    alice = third.alice
    merge, before = alice.git("rev-parse", "HEAD"), records(alice)
    would = alice("revert", "HEAD", "--dry-run").out
    assert "would deprecate churn@v3" in would
    assert alice.git("rev-parse", "HEAD") == merge
    done = alice("revert", merge, "--json").json()
    assert done["commit"] == alice.git("rev-parse", "HEAD")
    assert "better" not in (alice.repo.path / "train.py").read_text()
    assert before < records(alice)
    new = [line.split("\t")[1] for line in records(alice) - before]
    assert len(new) == 2, "the event and its signature"
    assert all(path.startswith(".gitprov/events/deprecation/") for path in new)
    assert "churn@v3" in done["deprecates"]
    assert "by alice: reverted: Merge better" in alice("show", "churn@v3").out
    message = alice.git("log", "-1", "--format=%B")
    assert message.startswith(f'Revert "Merge better"\n\nThis reverts commit {merge}.\n\nGitprov-Deprecates: churn')
    assert alice.git("status", "--porcelain") == ""
    assert not (alice.repo.path / ".git" / "REVERT_HEAD").exists()
    alice.git("push", "--quiet", "origin", "main")
    assert alice("verify").status == 0


def test_plain_git_revert_would_have_taken_the_records(third: World) -> None:
    """What this is for: a test that would fail if git did it."""
    alice, before = third.alice, records(third.alice)
    alice.git("revert", "-m", "1", "--no-edit", "HEAD")
    assert not before <= records(alice)


def test_a_merged_promotion_stays_in_effect_and_the_way_back_is_said(world: World) -> None:
    """`git revert -m 1` of the merge would remove the request, its evidence and the approval."""
    world.promote("churn@v1")
    alice = world.alice
    head = alice.git("rev-parse", "HEAD")
    refused = alice("revert", "HEAD", status=2)
    assert "GP-REV-004" in refused.err
    assert "gitprov rollback churn/production" in refused.err
    assert alice.git("rev-parse", "HEAD") == head
    assert alice.git("status", "--porcelain") == ""
    assert not (alice.repo.path / ".git" / "REVERT_HEAD").exists()
    assert "churn@v1 is in effect" in alice("verify", "churn/production").out


def test_settings_stay_for_the_owners_to_change(world: World) -> None:
    alice = world.alice
    alice.repo.write("notes.txt", "a note\n")
    policy = alice.repo.path / ".gitprov" / "policies" / "quality.yaml"
    policy.write_text(policy.read_text().replace("good enough", "good"))
    commit = alice.repo.commit("Mix things")
    done = alice("revert", commit, "--json").json()
    [note] = done["notes"]
    assert note.startswith(".gitprov/policies/quality.yaml stays as it is: ")
    assert "good enough" not in policy.read_text()
    assert not (alice.repo.path / "notes.txt").exists()
    assert (done["deprecates"], done["event"]) == ([], None)


def test_conflicts_are_left_to_the_person_and_the_records_are_safe(third: World) -> None:
    alice = third.alice
    merge, before = alice.git("rev-parse", "HEAD"), records(alice)
    text = (alice.repo.path / "train.py").read_text()
    alice.repo.write("train.py", text.replace("# better", "# best"))
    alice.repo.commit("Train best")
    refused = alice("revert", merge, status=1)
    assert "GP-REV-003" in refused.err
    assert "in train.py" in refused.err
    assert "git revert --continue" in refused.err
    alice.repo.write("train.py", text.replace("# better\n", ""))
    alice.git("add", "train.py")
    alice.git("-c", "core.editor=true", "revert", "--continue")
    assert before < records(alice)
    assert "by alice: reverted: Merge better" in alice("show", "churn@v3").out


def test_a_conflict_can_be_given_up(third: World) -> None:
    alice = third.alice
    alice.repo.write("train.py", "# other\n")
    head = alice.repo.commit("Train otherwise")
    alice("revert", "HEAD~1", status=1)
    alice.git("revert", "--abort")
    assert alice.git("rev-parse", "HEAD") == head
    assert alice.git("status", "--porcelain") == ""


def test_what_is_not_committed_is_not_lost(third: World) -> None:
    alice = third.alice
    assert "GP-REV-001" in alice("revert", "nothing", status=2).err
    alice.repo.write("notes.txt", "a note\n")
    alice.git("add", "notes.txt")
    assert "GP-REV-002" in alice("revert", "HEAD", status=2).err
    alice.git("rm", "--quiet", "--cached", "notes.txt")
    policy = alice.repo.path / ".gitprov" / "policies" / "quality.yaml"
    policy.write_text(policy.read_text().replace("good enough", "good"))
    assert "quality.yaml is changed" in alice("revert", "HEAD", status=2).err
    alice.git("restore", ".gitprov")
    alice.repo.write("train.py", "# half a thought\n")
    assert "GP-GIT-003" in alice("revert", "HEAD", status=5).err
    assert (alice.repo.path / "train.py").read_text() == "# half a thought\n"
    assert alice.git("status", "--porcelain").split("\n") == [" M train.py", "?? notes.txt"]


def test_the_message_can_be_edited(third: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nsed -i "s/^Revert.*/Take it back/" "$1"\nsleep 1.1; touch "$1"\n')
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", os.fspath(editor))
    third.alice("revert", "HEAD", "--edit")
    assert third.alice.git("log", "-1", "--format=%s") == "Take it back"


def test_a_hook_that_refuses_is_heard(third: World) -> None:
    hook = third.alice.repo.write(".git/hooks/commit-msg", "#!/bin/sh\necho 'no reverts on a Friday' >&2\nexit 1\n")
    hook.chmod(0o755)
    assert "no reverts on a Friday" in third.alice("revert", "HEAD", status=5).err
