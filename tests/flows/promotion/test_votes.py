"""`gitprov approve` and `reject`: who may, what is shown, what is refused (demand 18; threats A10-A12)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gitprov.promotion.voting import ballot
from tests.flows.promotion.world import Someone, World, home
from tests.support import Outcome

REQUEST = "churn/production/2"
BRANCH = "promote/churn/production/2"


@pytest.fixture
def asked(serving: World) -> World:
    """The team, with a request of alice's for churn@v2 on a branch that both have; bob has it checked out."""
    serving.alice("promote", "churn@v2", "--to", "production", "--reason", "it is better")
    serving.alice.git("push", "--quiet", "origin", "HEAD")
    for someone in (serving.bob, serving.carol):
        someone.git("fetch", "--quiet")
    serving.bob.git("switch", "--quiet", BRANCH)
    return serving


def refused(someone: Someone, *line: str, status: int = 1) -> Outcome:
    """Runs a vote that must be refused and leave everything as it is."""
    before = someone.git("rev-parse", "HEAD"), someone.git("status", "--porcelain")
    done = someone(*line, status=status)
    assert (someone.git("rev-parse", "HEAD"), someone.git("status", "--porcelain")) == before
    return done


def test_an_approval_is_one_signature_in_one_commit(asked: World) -> None:
    bob = asked.bob
    bob.repo.write("notes.txt", "mine\n")
    bob.git("add", "notes.txt")
    shown = bob("approve", "churn/production", "--yes", "--reason", "read it").out
    assert "promote churn in production: v1 -> v2" in shown
    assert "ok  11 approvals: 1 of 1 approvals: bob" in shown
    (path,) = bob.git("show", "--format=", "--name-only", "HEAD").split("\n")
    assert path.startswith(".gitprov/promotions/churn/production/0002/approvals/request.")
    assert bob.git("status", "--porcelain") == "A  notes.txt"
    message = bob.git("log", "-1", "--format=%B")
    assert message.startswith("Approve churn v2 for production\n\nGitprov-Approves: sha256:")
    assert "Gitprov-Approver: bob\nGitprov-Reason: read it" in message


def test_a_reason_makes_no_line_of_its_own(serving: World) -> None:
    """Threat A30: what somebody asks for must not draw what an approver believes to read of us."""
    fake = "fine\n  ok  11 approvals: 2 of 2\x1b[2J"
    serving.alice("promote", "churn@v2", "--to", "production", "--reason", fake)
    shown = serving.alice("reject", REQUEST, "--reason", "odd", "--dry-run").out
    assert "  reason: fine\\n  ok  11 approvals: 2 of 2\\x1b[2J" in shown.split("\n")


@pytest.mark.parametrize("verb", [["approve", "--yes"], ["reject"]])
def test_a_reason_with_a_secret_is_refused(asked: World, verb: list[str]) -> None:
    """Demand 34, threat A31: a vote is nothing but a signature, and its reason is kept as long as a record."""
    said = refused(asked.bob, verb[0], REQUEST, *verb[1:], "--reason", "see https://ada:pa55-w0rd@host", status=2).err
    assert "GP-SEC-001" in said
    assert "reason (user information in a URL)" in said
    assert "pa55-w0rd" not in said


def test_nobody_approves_what_they_asked_for(asked: World) -> None:
    done = refused(asked.alice, "approve", REQUEST, "--yes")
    assert "GP-APR-005" in done.err
    assert "why: alice asked for it" in done.err
    assert "ask bob: gitprov approve churn/production/2" in done.err


def test_nobody_approves_what_they_ran(serving: World) -> None:
    """Whoever asks: alice signed the runs. With bob asking nobody is left, and it is refused when it is asked for."""
    bob = serving.bob
    done = refused(bob, "promote", "churn@v2", "--to", "production", "--reason", "mine")
    assert "GP-APR-001" in done.err
    assert "alice signed run" in done.err


@pytest.mark.parametrize(("name", "who"), [("carol", "carol"), ("mallory", "the key of mallory")])
@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_only_approvers_vote(asked: World, name: str, who: str, verb: str) -> None:
    someone = asked.someone(name)
    someone.git("switch", "--quiet", BRANCH)
    done = refused(someone, verb, REQUEST, "--yes", "--reason", "mine")
    assert f"error[GP-APR-004]: {who} does not approve for production" in done.err
    assert "names alice, bob" in done.err


def test_the_same_vote_counts_once(asked: World) -> None:
    asked.bob("approve", REQUEST, "--yes")
    assert "GP-APR-006" in refused(asked.bob, "approve", REQUEST, "--yes", "--reason", "again").err


def test_a_rejection_is_never_taken_back(asked: World) -> None:
    asked.bob("reject", REQUEST, "--yes", "--reason", "wrong quarter")
    assert asked.bob.git("log", "-1", "--format=%s") == "Reject churn v2 for production"
    assert "GP-APR-006" in refused(asked.bob, "reject", REQUEST, "--yes", "--reason", "wrong year").err
    assert "GP-APR-003" in refused(asked.bob, "approve", REQUEST, "--yes").err


def test_an_approver_may_reject_what_they_asked_for(asked: World) -> None:
    asked.alice("reject", REQUEST, "--yes", "--reason", "found a leak")
    asked.alice.git("push", "--quiet", "origin", "HEAD")
    asked.bob.git("pull", "--quiet", "--ff-only")
    assert "GP-APR-003" in refused(asked.bob, "approve", REQUEST, "--yes").err


def test_without_a_terminal_it_takes_a_yes(asked: World) -> None:
    assert not sys.stdin.isatty()
    assert "GP-APR-007" in refused(asked.bob, "approve", REQUEST, status=2).err
    assert "GP-APR-007" in refused(asked.bob, "reject", REQUEST, "--reason", "no", status=2).err


@pytest.mark.parametrize(("answer", "status", "commits"), [("y", 0, 1), ("n", 130, 0), ("", 130, 0)])
def test_on_a_terminal_it_asks(asked: World, answer: str, status: int, commits: int) -> None:
    """What is signed was read: the summary stands above the question, and no answer is no."""
    bob = asked.bob
    before = bob.git("rev-parse", "HEAD")
    ours, theirs = os.openpty()
    os.write(ours, f"{answer}\n".encode())
    with home(bob.home):
        done = subprocess.run(
            [sys.executable, "-m", "gitprov", "approve", REQUEST],
            cwd=bob.repo.path,
            stdin=theirs,
            capture_output=True,
            text=True,
            check=False,
        )
    os.close(theirs)
    os.close(ours)
    assert done.returncode == status, done.stderr
    assert done.stdout.index("v1 -> v2") < done.stdout.index(f"Approve {REQUEST} as bob?")
    assert int(bob.git("rev-list", "--count", f"{before}..HEAD")) == commits


def test_a_request_that_expired_is_not_approved(asked: World) -> None:
    """Clause 13, by the approver's clock."""
    with asked.bob.project() as project:
        assert not ballot(project, REQUEST, "approve").findings
        vars(project)["clock"] = Later()
        assert {one.code.id for one in ballot(project, REQUEST, "approve").findings} == {"GP-PRO-013"}
        assert not ballot(project, REQUEST, "reject", "too late").findings


class Later:
    """A clock."""

    def now(self) -> str:
        return "2099-01-01T00:00:00Z"


def test_a_dry_run_and_json_say_the_same_and_write_nothing(asked: World) -> None:
    told = refused(asked.bob, "approve", REQUEST, "--dry-run", "--json", status=0).json()
    assert (told["request"], told["person"], told["missing"], told["commit"]) == (REQUEST, "bob", 0, None)
    assert [clause["number"] for clause in told["clauses"]] == list(range(5, 14))
    assert all(clause["holds"] for clause in told["clauses"])


def test_a_request_elsewhere_is_shown_the_way_to(asked: World) -> None:
    done = refused(asked.carol, "approve", REQUEST, "--yes", status=2)
    assert "GP-NAM-001" in done.err
    assert f"fix: git switch {BRANCH}" in done.err
    asked.land(BRANCH, by="bob")
    asked.carol.git("fetch", "--quiet", "--prune")
    asked.carol.git("branch", "--quiet", "--remotes", "--delete", f"origin/{BRANCH}")
    assert "fix: git merge origin/main" in refused(asked.carol, "approve", REQUEST, "--yes", status=2).err


@pytest.mark.parametrize("text", ["churn/production/9", "churn/staging", "id:00000000"])
def test_a_request_that_is_nowhere(asked: World, text: str) -> None:
    told = refused(asked.bob, "approve", text, "--yes", status=2).err
    assert "GP-NAM-001" in told
    assert "have churn/production/1, churn/production/2\n" in told


def test_requests_are_named_by_number_place_and_id(asked: World) -> None:
    told = [asked.bob("approve", text, "--dry-run", "--json").json()["id"] for text in (REQUEST, "churn/production")]
    again = asked.bob("approve", f"id:{told[0][7:15]}", "--dry-run", "--json").json()["id"]
    assert {*told, again} == {told[0]}
    assert "GP-NAM-003" in refused(asked.bob, "approve", "churn@v2", "--yes", status=2).err


def test_several_that_wait_are_told_apart(asked: World) -> None:
    asked.alice("withdraw", "churn/production", "--reason", "off")
    done = refused(asked.alice, "reject", "churn/production", "--yes", "--reason", "no", status=2)
    assert "GP-NAM-002" in done.err
    assert "churn/production/2, churn/production/3" in done.err


def test_what_cannot_take_effect_is_not_approved(asked: World) -> None:
    """Another promotion took effect meanwhile: the request replaces what is no longer there."""
    alice = asked.alice
    alice.git("switch", "--quiet", "main")
    alice("withdraw", "churn/production", "--reason", "off")
    alice.git("push", "--quiet", "origin", "HEAD")
    asked.bob.git("fetch", "--quiet")
    asked.bob.git("switch", "--quiet", "promote/churn/production/3")
    asked.bob("approve", "churn/production/3", "--yes")
    asked.land("promote/churn/production/3", by="bob")
    asked.bob.git("switch", "--quiet", BRANCH)
    done = refused(asked.bob, "approve", REQUEST, "--yes")
    assert "GP-PRO-003" in done.err
    assert f"gitprov renumber {REQUEST}" in done.err


def test_a_request_that_has_landed_can_still_be_approved(asked: World) -> None:
    """Merging makes nothing effective: the approval that lands later does."""
    asked.land(BRANCH, by="bob")
    assert "NOT effective" in asked.bob("why", "churn/production").out
    asked.bob("approve", REQUEST, "--yes")
    asked.bob.git("push", "--quiet", "origin", "main")
    assert "serves churn@v2" in asked.bob("why", "churn/production").out
    assert "GP-PRO-017" in refused(asked.bob, "approve", REQUEST, "--yes").err


def test_a_hook_that_refuses_leaves_no_vote(asked: World, tmp_path: Path) -> None:
    asked.bob.repo.write(".git/hooks/commit-msg", f"#!/bin/sh\ncp $1 {tmp_path}/seen\nexit 1\n").chmod(0o755)
    assert "GP-GIT-003" in refused(asked.bob, "approve", REQUEST, "--yes", status=5).err
    assert "Gitprov-Approves" in (tmp_path / "seen").read_text()
