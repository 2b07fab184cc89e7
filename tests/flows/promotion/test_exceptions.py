"""`gitprov exception`: two owners break the glass for one request (docs/verification.md, "Exceptions")."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gitprov.audit.gather import gather
from gitprov.governance.state import history
from gitprov.promotion.finding import requests_in
from gitprov.recording.writing import sign_records
from gitprov.records import Event, Waiver, store
from gitprov.records.codec import to_data
from tests.flows.promotion.world import Someone, World

REQUEST = "churn/production/2"
BRANCH = f"promote/{REQUEST}"
WORSE = ("promote", "churn@v3", "--to", "production", "--reason", "the old one is down", "--exception")
GRANT = ("exception", REQUEST, "--waive", "gates", "--reason", "outage")


@pytest.fixture
def denied(serving: World) -> World:
    """The team, and on a branch that both owners have a request for churn@v3, which is worse than what serves."""
    serving.alice.release(3, auc=0.82)
    refused = serving.alice(*WORSE[:-1], status=1)
    assert "GP-PRO-010" in refused.err
    assert f"takes gitprov exception {REQUEST} --waive gates" in serving.alice(*WORSE).err
    serving.alice.git("push", "--quiet", "origin", "HEAD")
    serving.bob.git("fetch", "--quiet")
    serving.bob.git("switch", "--quiet", BRANCH)
    return serving


def granted(world: World, *, approve: bool = True) -> None:
    """Lets both owners sign the exception, and bob approve."""
    world.alice(*GRANT)
    world.alice.git("push", "--quiet", "origin", "HEAD")
    world.bob.git("pull", "--quiet", "--ff-only", "origin", BRANCH)
    world.bob(*GRANT)
    if approve:
        world.bob("approve", REQUEST, "--yes")


def serves(someone: Someone) -> str:
    """What serves production."""
    someone.pull()
    return str(someone("verify", "churn/production", "--json", status=None).json()["says"])


def test_two_owners_let_a_request_count_that_a_rule_denies(denied: World) -> None:
    first = denied.alice(*GRANT, "--json").json()
    assert (first["lacks"], first["is_new"], first["person"]) == (1, True, "alice")
    denied.alice.git("push", "--quiet", "origin", "HEAD")
    denied.bob.git("pull", "--quiet", "--ff-only", "origin", BRANCH)
    assert denied.bob("verify", "churn/production", status=0).out.count("would not take effect") == 1
    second = denied.bob(*GRANT, "--json").json()
    assert (second["lacks"], second["is_new"], second["person"]) == (0, False, "bob")
    assert second["exception"] == first["exception"]
    denied.bob("approve", REQUEST, "--yes")
    denied.land(BRANCH, by="bob")
    assert serves(denied.bob) == "churn@v3 is in effect"
    said = denied.bob("verify", "churn/production").out
    assert "1 waived by exception id:" in said
    assert "waived" in said
    assert "GP-PRO-010" in said


def test_one_owner_alone_breaks_no_glass(denied: World) -> None:
    denied.alice(*GRANT)
    again = denied.alice(*GRANT, status=2)
    assert "has signed this exception already" in again.err
    denied.alice.git("push", "--quiet", "origin", "HEAD")
    denied.bob.git("pull", "--quiet", "--ff-only", "origin", BRANCH)
    denied.land(BRANCH, by="bob")
    assert serves(denied.bob) == "churn@v1 is in effect"


def test_whoever_owns_nothing_grants_nothing(denied: World) -> None:
    denied.carol.git("fetch", "--quiet")
    denied.carol.git("switch", "--quiet", BRANCH)
    assert "GP-PRO-021" in denied.carol(*GRANT, status=1).err


def test_a_dry_run_writes_nothing(denied: World) -> None:
    before = denied.alice.git("rev-parse", "HEAD")
    assert "would sign" in denied.alice(*GRANT, "--dry-run").out
    assert denied.alice.git("rev-parse", "HEAD") == before
    assert denied.alice.git("status", "--porcelain") == ""


def test_missing_approvals_are_waived_only_when_it_says_so(denied: World) -> None:
    granted(denied, approve=False)
    denied.land(BRANCH, by="bob")
    assert serves(denied.bob) == "churn@v1 is in effect"
    both = ("exception", REQUEST, "--waive", "gates", "--waive", "approvals", "--reason", "nobody is awake")
    denied.bob(*both)
    denied.bob.git("push", "--quiet", "origin", "main")
    denied.alice.pull()
    denied.alice(*both)
    denied.alice.git("push", "--quiet", "origin", "main")
    assert serves(denied.bob) == "churn@v3 is in effect"


def test_a_rejection_is_never_waived(denied: World) -> None:
    granted(denied, approve=False)
    denied.bob("reject", REQUEST, "--reason", "no", "--yes")
    denied.land(BRANCH, by="bob")
    assert serves(denied.bob) == "churn@v1 is in effect"


def test_it_is_told_until_the_owners_have_reviewed_it(denied: World) -> None:
    granted(denied)
    denied.land(BRANCH, by="bob")
    denied.alice.pull()
    told = denied.alice("audit", "--json").json()
    (warning,) = [one for one in told["warnings"] if one["code"] == "GP-PRO-019"]
    assert "by an exception of alice, bob" in warning["what"]
    key = warning["fix"].split()[2]
    denied.alice("acknowledge", key, "--reason", "reviewed in the morning")
    denied.alice.share("Review the exception")
    after = denied.alice("audit", "--json").json()
    assert "GP-PRO-019" not in [one["code"] for one in after["warnings"]]
    assert "GP-PRO-019" in [one["code"] for one in after["acknowledged"]]


def test_it_serves_for_one_deployment(denied: World, tmp_path: Path) -> None:
    granted(denied)
    denied.land(BRANCH, by="bob")
    denied.carol.pull()
    pin = denied.carol("trust", "fingerprint").out.strip()
    denied.carol("deploy", "churn/production", "--to", tmp_path / "one", "--pin", pin)
    denied.carol("deploy", "churn/production", "--to", tmp_path / "one", "--pin", pin)
    denied.carol.share("Deploy churn")
    denied.carol("deploy", "churn/production", "--to", tmp_path / "one", "--pin", pin)
    other = denied.someone("carol2")
    os.replace(denied.path / "home-carol2", denied.path / "home-carol2-own")
    (denied.path / "home-carol2").symlink_to(denied.path / "home-carol")
    state = denied.path / "home-carol" / ".local" / "state"
    state.rename(denied.path / "state-of-carol")
    refused = other("deploy", "churn/production", "--to", tmp_path / "two", "--pin", pin, status=1)
    assert "GP-PRO-020" in refused.err + refused.out
    assert not (tmp_path / "two").exists()


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        (lambda at: (at, at + timedelta(hours=72)), True),
        (lambda at: (at, at + timedelta(hours=73)), False),
        (lambda at: (at, at - timedelta(hours=1)), False),
        (lambda at: (at - timedelta(hours=70), at - timedelta(hours=1)), True),
    ],
)
def test_it_lasts_72_hours_at_most_and_is_deployed_in_time(
    denied: World, change: Callable[[datetime], tuple[datetime, datetime]], counts: bool
) -> None:
    """Effect is a fact of the chain; whether it came in time the first trusted observer says."""
    begin, end = change(datetime.now(UTC))
    with denied.bob.project() as project:
        says = Waiver(waives=("gates",), until=f"{end:%Y-%m-%dT%H:%M:%SZ}", history=history(gather(project)))
        (request,) = [one.stored.id for one in requests_in(project.git, "HEAD") if one.name == REQUEST]
        event = store(
            Event(
                kind="exception",
                actor="bob",
                at=f"{begin:%Y-%m-%dT%H:%M:%SZ}",
                subjects=(request,),
                reason="by hand",
                details=to_data(says),
            )
        )
        denied.bob.repo.write(event.path, event.data.decode())
        sign_records(project, event)
    denied.bob.repo.commit("An exception")
    denied.bob.git("push", "--quiet", "origin", BRANCH)
    denied.alice.git("pull", "--quiet", "--ff-only", "origin", BRANCH)
    with denied.alice.project() as project:
        sign_records(project, event)
    denied.alice.repo.commit("Sign it")
    denied.alice.git("push", "--quiet", "origin", BRANCH)
    denied.bob.git("pull", "--quiet", "--ff-only", "origin", BRANCH)
    denied.bob("approve", REQUEST, "--yes", status=None)
    denied.land(BRANCH, by="bob")
    denied.bob.pull()
    said = denied.bob("verify", "churn/production", "--json", status=None).json()
    assert said["says"].startswith("churn@v3" if counts else "churn@v1")
    over = "GP-PRO-020" in [one["code"] for clause in said["clauses"] for one in clause["findings"]]
    assert over == (counts and end < datetime.now(UTC))
