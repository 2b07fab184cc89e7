"""`gitprov renumber`: two that took one number, and what becomes of the one that lost."""

import subprocess

from gitprov.records import Release, Request, decode
from tests.flows.promotion.test_landing import ask, serves
from tests.flows.promotion.test_promote import TO_PRODUCTION
from tests.flows.promotion.world import Someone, World


def conflicts(someone: Someone, branch: str) -> list[str]:
    """Returns the records about which git reports a conflict when a branch is merged into main; takes it back."""
    someone.pull()
    merge = ["git", "merge", "--quiet", "--no-ff", "-m", "Merge", branch]
    subprocess.run(merge, cwd=someone.repo.path, capture_output=True, check=False)
    found = someone.git("diff", "--name-only", "--diff-filter=U", "--", ".gitprov").split()
    someone.git("reset", "--quiet", "--hard", "origin/main")
    return found


def elsewhere(world: World, *line: str) -> str:
    """Lets alice ask in a clone that knows nothing of her other branches; returns the branch."""
    alice = world.alice
    alice.pull()
    mine = alice.git("branch", "--list", "promote/*", "--format=%(refname:short)").split()
    for branch in mine:
        alice.git("branch", "-m", branch, f"mine/{branch}")
        alice.git("update-ref", "-d", f"refs/remotes/origin/{branch}")
    asked: str = alice(*line, "--json").json()["branch"]
    alice.git("branch", "-m", asked, f"other/{asked}")
    for branch in mine:
        alice.git("branch", "-m", f"mine/{branch}", branch)
    return f"other/{asked}"


def test_git_reports_two_requests_of_one_number_and_the_loser_asks_again(serving: World) -> None:
    """Approvals do not carry over: it is another request, judged against what is in effect now."""
    alice, bob = serving.alice, serving.bob
    lost = ask(serving)
    bob("approve", "churn/production/2", "--yes")
    won = elsewhere(serving, "withdraw", "churn/production", "--reason", "off")
    alice.git("push", "--quiet", "origin", f"{won}:{won}")
    bob.git("fetch", "--quiet")
    bob.git("switch", "--quiet", won)
    bob("approve", "churn/production/2", "--yes")
    serving.land(won, by="bob")
    assert serves(serving) == 2
    assert ".gitprov/promotions/churn/production/0002/request.yaml" in conflicts(bob, lost)
    alice.pull()
    alice.git("switch", "--quiet", lost)
    assert "GP-PRO-018" in alice("reject", "churn/production/2", "--yes", "--reason", "lost", status=1).err
    done = alice("renumber", "churn/production/2")
    assert "approvals of churn/production/2 do not count for churn/production/3" in done.err
    assert f"git branch -D {lost}" in done.err
    assert "promote churn in production: nothing -> v2" in done.out
    assert alice.git("rev-parse", "HEAD^") == alice.git("rev-parse", "origin/main")
    request = decode((alice.repo.path / ".gitprov/promotions/churn/production/0003/request.yaml").read_bytes())
    assert isinstance(request, Request)
    assert request.reason == "it is better"
    alice.git("push", "--quiet", "origin", "HEAD")
    bob.git("fetch", "--quiet")
    bob.git("switch", "--quiet", "promote/churn/production/3")
    assert not conflicts(bob, "promote/churn/production/3")
    bob.git("switch", "--quiet", "promote/churn/production/3")
    bob("approve", "churn/production/3", "--yes")
    serving.land("promote/churn/production/3", by="bob")
    assert serves(serving) == 3


def test_one_that_was_overtaken_asks_again(serving: World) -> None:
    """No number clashes; what it was to replace is not in effect any more."""
    alice = serving.alice
    ask(serving)
    branch = ask(serving, "withdraw", "churn/production", "--reason", "off")
    serving.bob("approve", "churn/production/3", "--yes")
    serving.land(branch, by="bob")
    alice.pull()
    done = alice("renumber", "churn/production/2", "--dry-run")
    assert "would ask for it as churn/production/4" in done.out
    assert "promote/churn/production/4" in alice("renumber", "churn/production/2").out
    assert "GP-PRO-017" in alice("renumber", "churn/production/3", status=2).err
    assert "GP-NAM-001" in alice("renumber", "churn/production/9", status=2).err


def train(someone: Someone, branch: str, number: int) -> None:
    """Trains on a new branch that starts from main."""
    someone.git("switch", "--quiet", "--create", branch, "main")
    someone.train(number, auc=0.97)
    someone("push", "--no-refs")
    someone.repo.commit("Train")


def test_a_release_whose_number_was_taken_is_sealed_again(serving: World) -> None:
    alice = serving.alice
    for branch, number in (("lost", 3), ("won", 4)):
        train(alice, branch, number)
        alice("seal", "churn")
        alice.repo.commit("Seal")
    assert "GP-PRO-017" in alice("renumber", "churn@v3", status=2).err
    lost = decode(alice.git("show", "lost:.gitprov/releases/churn/3.yaml").encode() + b"\n")
    serving.land("won")
    assert conflicts(alice, "lost") == [".gitprov/releases/churn/3.yaml"]
    alice.git("switch", "--quiet", "lost")
    assert "GP-PRO-018" in alice("promote", "churn@v3", *TO_PRODUCTION, status=1).err
    told = alice("renumber", "churn@v3", "--dry-run", "--json").json()
    assert [path for path in told["files"] if path.endswith(".yaml")] == [
        ".gitprov/releases/churn/3.yaml",
        ".gitprov/releases/churn/4.yaml",
    ]
    hook = alice.repo.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    before = alice.git("rev-parse", "HEAD"), alice.git("ls-files", "--stage")
    assert "GP-GIT-003" in alice("renumber", "churn@v3", status=5).err
    assert (alice.git("rev-parse", "HEAD"), alice.git("ls-files", "--stage")) == before
    assert alice.git("status", "--porcelain") == ""
    hook.unlink()
    alice("renumber", "churn@v3")
    assert alice.git("log", "-1", "--format=%s") == "Renumber churn@v3: it is churn@v4"
    assert alice.git("status", "--porcelain") == ""
    again = decode((alice.repo.path / ".gitprov/releases/churn/4.yaml").read_bytes())
    assert isinstance(lost, Release)
    assert isinstance(again, Release)
    assert (again.set_, again.members) == (lost.set_, lost.members)
    assert not conflicts(alice, "lost")
    assert "GP-NAM-001" in alice("renumber", "churn@v9", status=2).err


def test_a_release_that_came_with_a_request_is_sealed_again_with_it(serving: World) -> None:
    """Training, release and request on one branch: the training stays, the release and the request move on."""
    alice = serving.alice
    train(alice, "lost", 3)
    request = alice("promote", "churn", *TO_PRODUCTION, "--json").json()["branch"]
    train(alice, "won", 4)
    alice("seal", "churn")
    alice.repo.commit("Seal")
    serving.land("won")
    alice.git("switch", "--quiet", request)
    shown = alice("renumber", "churn/production/2").out
    assert "sealed release churn@v4" in shown
    assert alice.git("rev-parse", "HEAD^") == alice.git("rev-parse", "lost")
    assert not conflicts(alice, "promote/churn/production/3")
