"""pre-receive on a bare repository, installed for real: what a push may do (issue 5; threats A01-A03, A17, A19)."""

from pathlib import Path

import pytest

from tests.flows.doors.guarded import Said, attempt, landed_record
from tests.flows.promotion.world import Someone, World
from tests.support import Gitprov, Repo, make_repo

MAIN = "HEAD:refs/heads/main"


@pytest.fixture
def served(alice: Someone) -> Someone:
    """Alice without hooks of her own, before a server that has them."""
    alice("hooks", "uninstall")
    alice.gitprov("hooks", "install", cwd=alice.repo.path.parent / "origin.git")
    return alice


def push(someone: Someone, *what: str) -> Said:
    return attempt(someone, "push", "--force", "origin", *what)


def lose(someone: Someone, message: str = "Tidy up") -> str:
    """Commits the removal of a record that has landed, and returns its path."""
    record = landed_record(someone)
    someone.git("rm", "--quiet", record)
    someone.git("commit", "--quiet", "-m", message)
    return record


def add(someone: Someone, name: str) -> None:
    someone.repo.write(f"data/{name}.csv", f"{name}\n")
    someone("add", f"data/{name}.csv", "--name", name, "--kind", "dataset")
    someone.repo.commit(f"Add {name}")


def test_good_pushes_pass(served: Someone) -> None:
    """Records, branches and merges of them; the branch may be rewound and deleted."""
    add(served, "one")
    assert push(served, MAIN).status == 0
    served.git("switch", "--quiet", "-c", "feature")
    add(served, "two")
    assert push(served, "feature").status == 0
    served.git("reset", "--quiet", "--hard", "HEAD~1")
    served.repo.write("code.py", "pass\n")
    served.repo.commit("Work")
    assert push(served, "feature").status == 0
    served.git("switch", "--quiet", "main")
    served.git("merge", "--quiet", "--no-ff", "--no-edit", "feature")
    assert push(served, MAIN, ":feature").status == 0


def test_a_server_whose_git_must_be_told_of_bare_repositories(served: Someone) -> None:
    """safe.bareRepository=explicit, the default from git 3 on."""
    served.git("config", "--global", "safe.bareRepository", "explicit")
    add(served, "one")
    assert push(served, MAIN).status == 0
    lose(served)
    assert "GP-IMM-007" in push(served, MAIN).codes


def test_a_lost_record_is_refused(served: Someone) -> None:
    before = served.git("rev-parse", "origin/main")
    record = lose(served)
    said = push(served, MAIN)
    assert said.status != 0
    assert said.codes == {"GP-IMM-007"}
    assert record in said.err
    assert "nothing was accepted" in said.err
    assert served.git("ls-remote", "origin", "refs/heads/main").split()[0] == before


def test_a_loss_that_is_mended_by_its_own_fix_passes(served: Someone) -> None:
    """A loss that a later step restores byte for byte is told, and refuses nothing."""
    lose(served)
    fix = push(served, MAIN).err.partition("fix: ")[2].splitlines()[0].strip()
    assert fix.startswith("git restore --source=")
    served.git("-c", f"alias.fix=!{fix}", "fix")
    said = push(served, MAIN)
    assert said.status == 0
    assert "warning[GP-IMM-008]" in said.err


def test_a_loss_in_a_merge_is_refused(served: Someone) -> None:
    """F6: a removal that only the merge commit makes."""
    served.git("switch", "--quiet", "-c", "feature")
    served.repo.write("code.py", "pass\n")
    served.repo.commit("Work")
    served.git("switch", "--quiet", "main")
    served.git("merge", "--quiet", "--no-ff", "--no-commit", "feature")
    lose(served, "Merge feature")
    assert push(served, MAIN).codes == {"GP-IMM-007"}


def test_a_foxtrot_is_refused_with_its_remedy(served: Someone) -> None:
    other = Someone("bob", Repo(served.repo.path.parent / "bob"), served.home, served.gitprov)
    Repo(served.repo.path.parent).git("clone", "--quiet", "origin.git", "bob")
    served.repo.write("code.py", "pass\n")
    served.repo.commit("Work")
    assert push(served, MAIN).status == 0
    other.repo.write("mine.py", "pass\n")
    other.repo.commit("My work")
    other.git("pull", "--quiet", "--no-rebase", "--no-edit")
    said = push(other, "main")
    assert said.codes == {"GP-HIS-001"}
    remedy = "git branch mine && git reset --keep @{u} && git merge --no-ff mine"
    assert f"fix: {remedy}" in said.err
    other.git("-c", f"alias.remedy=!{remedy}", "remedy")
    assert push(other, "main").status == 0


@pytest.mark.parametrize(
    ("to", "code"),
    [("HEAD~1", "GP-HIS-002"), ("rewritten", "GP-HIS-003"), ("orphan", "GP-HIS-004"), ("", "GP-HIS-005")],
)
def test_the_protected_branch_only_goes_on(served: Someone, to: str, code: str) -> None:
    """Rewound, rewritten, begun anew, deleted."""
    tree = served.git("rev-parse", "HEAD^{tree}")
    served.git("branch", "rewritten", served.git("commit-tree", tree, "-p", "HEAD~2", "-m", "Once more"))
    served.git("branch", "orphan", served.git("commit-tree", tree, "-m", "Anew"))
    said = push(served, f"{to}:refs/heads/main")
    assert said.status != 0
    assert code in said.codes


def test_a_new_branch_with_a_broken_record_is_refused(served: Someone) -> None:
    """For a new branch git gives no old head: a naive hook lets it pass (research/forge.md)."""
    served.git("switch", "--quiet", "-c", "feature")
    add(served, "new")
    path = next((served.repo.path / ".gitprov/artifacts/new").rglob("*.yaml"))
    path.write_text(path.read_text().replace("dataset", "model"))
    served.repo.commit("Correct it")
    said = push(served, "feature")
    assert said.status != 0
    assert said.codes == {"GP-IMM-001"}


def test_a_first_push_is_judged_whole(tmp_path: Path, home: Path, gitprov: Gitprov) -> None:
    """Nothing is known yet: every commit is held against every parent."""
    Repo(tmp_path).git("init", "--quiet", "--bare", "--template=", "origin.git")
    gitprov("hooks", "install", cwd=tmp_path / "origin.git")
    someone = Someone("alice", make_repo(tmp_path / "alice"), home, gitprov)
    someone.git("remote", "add", "origin", tmp_path / "origin.git")
    someone("init")
    add(someone, "one")
    someone.git("branch", "--quiet", "good")
    someone.git("rm", "--quiet", "-r", ".gitprov/artifacts")
    someone.git("commit", "--quiet", "-m", "Tidy up")
    assert push(someone, MAIN).codes == {"GP-IMM-007", "GP-LIN-001"}  # a run has lost what it made
    assert push(someone, "good:refs/heads/main").status == 0


def test_tags_are_no_authority_and_pass(served: Someone) -> None:
    """A tag decides nothing: deployments name records (threat A04)."""
    lose(served)
    assert push(served, "HEAD:refs/tags/v1").status == 0


def test_one_bad_branch_stops_the_whole_push_and_all_is_said(served: Someone) -> None:
    served.git("switch", "--quiet", "-c", "feature")
    served.repo.write("sub/.gitprov/x", "x\n")
    served.git("add", "--force", "sub")
    served.git("commit", "--quiet", "-m", "Second")
    served.git("switch", "--quiet", "main")
    lose(served)
    said = push(served, MAIN, "feature")
    assert said.codes == {"GP-IMM-007", "GP-GIT-006"}
    assert served.git("ls-remote", "origin", "refs/heads/feature") == ""


def test_a_push_without_gitprov_on_the_server_is_refused(served: Someone) -> None:
    """A gate that cannot decide says no."""
    add(served, "one")
    hook = served.repo.path.parent / "origin.git" / "hooks" / "pre-receive"
    hook.write_text(hook.read_text().replace("exec gitprov", "exec gitprov-that-is-not-there"))
    assert push(served, MAIN).status != 0


def test_object_ids_of_sha256_are_judged_alike(tmp_path: Path, home: Path, gitprov: Gitprov) -> None:
    """F16: nothing hard-codes forty digits."""
    for name, bare in (("origin.git", ["--bare"]), ("alice", [])):
        Repo(tmp_path).git("init", "--quiet", "--object-format=sha256", *bare, name)
    someone = Someone("alice", Repo(tmp_path / "alice"), home, gitprov)
    someone.git("remote", "add", "origin", tmp_path / "origin.git")
    someone("init")
    someone.repo.commit("Set up")
    add(someone, "one")
    gitprov("hooks", "install", cwd=tmp_path / "origin.git")
    assert push(someone, MAIN).status == 0
    someone("hooks", "install")
    someone.git("fetch", "--quiet")
    add(someone, "two")
    assert push(someone, MAIN, "HEAD:refs/heads/feature").status == 0
    record = landed_record(someone)
    someone.git("rm", "--quiet", record)
    assert attempt(someone, "commit", "--no-verify", "-m", "Tidy up").codes == {"GP-IMM-007"}
    someone("hooks", "uninstall")
    someone.git("commit", "--quiet", "-m", "Tidy up")
    assert push(someone, MAIN).codes == {"GP-IMM-007"}


def test_settings_without_authority_do_not_land(team: World) -> None:
    """Authority and settings are judged by the root that had landed before (threats A16, A17)."""
    bob = team.bob
    bob("hooks", "uninstall")
    bob.repo.write(".gitprov/policies/quality.yaml", "schema: gitprov/policy/v1\ndescription: none\nrules: {}\n")
    bob.repo.commit("Be lenient")
    assert push(bob, MAIN).codes >= {"GP-SET-002"}
