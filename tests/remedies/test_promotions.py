"""Remedies about promotions, approvals and deployments, as gitprov prints them (issue 5)."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gitprov.errors import Code
from gitprov.errors import catalogue as codes
from gitprov.ids import sha256_of
from gitprov.records import Evidence, Request, decode, store
from gitprov.records.evidence import MetricEntry
from tests.flows.deploy.team import ask, pin, review
from tests.flows.explain.asking import deployed
from tests.flows.promotion.test_again import replace_key
from tests.flows.promotion.test_evidence import ask as write_request
from tests.flows.promotion.test_renumber import elsewhere
from tests.flows.promotion.world import POLICY, Someone, World
from tests.remedies.following import follow
from tests.support import Outcome

PLACE = "churn/production"
WISH = ("--to", "production", "--reason", "better")
TEXT = {"TEXT": "better"}


def verify(someone: Someone, name: str = PLACE) -> Outcome:
    return someone("verify", name, status=1)


def asked(world: World, number: int, release: str = "churn@v2") -> str:
    """Lets alice ask, and bob look at the branch; returns the name of the request."""
    review_branch = ask(world, release)
    world.alice.git("push", "--quiet", "origin", review_branch)
    review(world.bob, review_branch)
    return f"{PLACE}/{number}"


def test_a_request_that_changes_nothing(serving: World) -> None:
    serving.alice.pull()
    said = serving.alice("promote", "churn@v1", *WISH, status=2)
    assert f"{PLACE} serves churn@v1" in follow(codes.PRO_SAME, said, serving.alice).out


def test_a_stage_that_nothing_was_promoted_to(world: World) -> None:
    follow(codes.PRO_NOTHING, deploy(world, status=1), world.alice, filled=TEXT)
    assert world.alice.git("branch", "--list", f"promote/{PLACE}/1")


def test_a_rollback_to_what_never_was(serving: World) -> None:
    said = serving.alice("rollback", PLACE, "--to", "v2", "--reason", "now", status=1)
    assert "churn@v1" in follow(codes.PRO_TARGET, said, serving.alice).out


def test_a_stage_that_comes_too_early(world: World) -> None:
    said = world.alice("promote", "churn@v1", "--to", "live", "--reason", "now", status=1)
    assert "churn in staging" in follow(codes.PRO_FROM, said, world.alice, filled=TEXT).out


def test_a_release_that_is_in_no_commit(world: World) -> None:
    world.alice.train(3)
    world.alice("push", "--no-refs")
    world.alice("seal", "churn")
    said = world.alice("promote", "churn@v3", *WISH, status=1)
    follow(codes.PRO_RELEASE, said, world.alice, filled={"TEXT": "Release"})
    assert world.alice("promote", "churn@v3", *WISH, "--dry-run", status=None).status == 0


def test_a_rule_that_denies(world: World) -> None:
    """What the rule itself says: evaluate it."""
    alice = world.alice
    alice.train(3, auc=0.5)
    evaluations = alice.git("diff", "--cached", "--name-only", "--", ".gitprov/evaluations").splitlines()
    alice.git("rm", "--quiet", "--force", *evaluations)
    alice("push", "--no-refs")
    alice("seal", "churn")
    alice.share("Release")
    said = alice("promote", "churn@v3", *WISH, status=1)
    alice.repo.write("metrics.json", json.dumps({"auc": 0.97}))
    follow(codes.PRO_GATE, said, alice, filled={"METRICS.json": "metrics.json"})
    alice.share("Evaluate")
    alice("promote", "churn@v3", *WISH)


def test_a_number_that_somebody_else_took(serving: World) -> None:
    alice, bob = serving.alice, serving.bob
    asked(serving, 2)
    lost = alice.git("branch", "--show-current")
    won = elsewhere(serving, "withdraw", PLACE, "--reason", "off")
    alice.git("push", "--quiet", "origin", f"{won}:{won}")
    review(bob, won)
    bob("approve", f"{PLACE}/2", "--yes")
    serving.land(won, by="bob")
    alice.pull()
    alice.git("switch", "--quiet", lost)
    said = alice("reject", f"{PLACE}/2", "--yes", "--reason", "lost", status=1)
    follow(codes.PRO_TAKEN, said, alice)
    assert alice.git("branch", "--show-current") == f"promote/{PLACE}/3"


def test_a_request_that_was_overtaken(serving: World) -> None:
    alice, bob = serving.alice, serving.bob
    asked(serving, 2)
    branch = alice.git("branch", "--show-current")
    alice.pull()
    other = alice("withdraw", PLACE, "--reason", "off", "--json").json()
    alice.git("push", "--quiet", "origin", other["branch"])
    review(bob, other["branch"])
    bob("approve", other["request"], "--yes")
    serving.land(other["branch"], by="bob")
    alice.pull()
    alice.git("switch", "--quiet", branch)
    follow(codes.PRO_REPLACED, alice("ci", "check", "--base", "origin/main", "--head", "HEAD", status=1), alice)
    alice("ci", "check", "--base", "origin/main", "--head", "HEAD")


def test_somebody_who_may_not_ask(world: World) -> None:
    said = world.carol("promote", "churn@v1", *WISH, status=1)
    follow(codes.PRO_UNSIGNED, said, world.alice)
    world.alice.share("Let carol produce")
    world.carol.pull()
    world.carol("promote", "churn@v1", *WISH)


@pytest.mark.parametrize("first", [codes.APR_UNKNOWN, codes.PRO_RUN], ids=lambda code: code.id)
def test_what_no_producer_signed(world: World, first: Code) -> None:
    """A release of somebody's whom no trust version lists, and who could be an approver; alice stands in for it."""
    dave = world.someone("dave")
    dave("pull", "--all")
    dave.release(3, auc=0.97)
    world.alice.pull()
    world.alice("pull", "--all")
    follow(codes.SIG_MISSING, world.alice("verify", status=1), world.alice)
    world.alice.share("Sign as a producer")
    assert codes.SIG_MISSING.id not in world.alice("verify", status=None).out
    wish = ("promote", "churn@v3", *WISH)
    for code in (first, codes.APR_UNKNOWN, codes.PRO_RUN):
        while code.id in (said := world.alice(*wish, "--dry-run", status=None)).out + said.err:
            follow(code, said, world.alice)
            world.alice.share("Sign as a producer")


def flatter(evidence: Evidence) -> Evidence:
    return replace(evidence, metrics={"holdout": {"auc": MetricEntry(after=(0.99,))}})


def test_evidence_that_flatters(world: World) -> None:
    write_request(world.alice, 1, 1, flatter)
    said = world.alice("evidence", "verify", f"{PLACE}/1", status=1)
    follow(codes.PRO_EVIDENCE, said, world.alice)
    world.alice("evidence", "verify", f"{PLACE}/1")


def test_a_request_that_other_settings_judged(world: World) -> None:
    alice = world.alice
    asked(world, 1, "churn@v1")
    branch = alice.git("branch", "--show-current")
    alice.pull()
    alice.repo.write(".gitprov/policies/quality.yaml", POLICY.replace("below 0.8", "under 0.8"))
    alice("policy", "sign")
    alice.share("Say it otherwise")
    alice.git("switch", "--quiet", branch)
    check = ("ci", "check", "--base", "origin/main", "--head", "HEAD")
    follow(codes.PRO_POLICY, alice(*check, status=1), alice)
    alice(*check)


def test_a_promotion_that_came_too_late(serving: World) -> None:
    """The first deployer saw it when it had expired."""
    serving.carol.pull()
    deployed(serving.carol, 1, "2036-01-01T00:00:00Z")
    serving.carol.git("push", "--quiet", "origin", "HEAD:main")
    serving.alice.pull()
    follow(codes.PRO_EXPIRED, verify(serving.alice), serving.alice, filled=TEXT)
    assert serving.alice.git("branch", "--list", f"promote/{PLACE}/2")


def test_a_promotion_that_rests_on_a_lost_key(serving: World) -> None:
    replace_key(serving)
    follow(codes.PRO_DISPUTED, verify(serving.alice), serving.alice, filled=TEXT)
    assert serving.alice.git("branch", "--list", f"promote/{PLACE}/2")


def test_evidence_that_leaves_something_out(world: World) -> None:
    alice = world.alice
    write_request(alice, 2, 1, lambda evidence: replace(evidence, evaluations=(), metrics={}))
    follow(codes.PRO_OMITTED, alice("evidence", "verify", f"{PLACE}/1", status=1), alice)
    alice("evidence", "verify", f"{PLACE}/1")


def test_approvals_that_are_missing(serving: World) -> None:
    asked(serving, 2)
    check = ("ci", "check", "--base", "origin/main", "--head", "HEAD")
    follow(codes.APR_MISSING, serving.bob(*check), serving.bob)
    assert codes.APR_MISSING.id not in serving.bob(*check).out


def test_a_vote_of_ones_own(serving: World) -> None:
    request = asked(serving, 2)
    follow(codes.APR_OWN, serving.alice("approve", request, "--yes", status=1), serving.bob)
    assert codes.APR_TWICE.id in serving.bob("approve", request, "--yes", status=1).err


def test_a_vote_by_somebody_who_does_not_approve(serving: World) -> None:
    request = asked(serving, 2)
    serving.carol.git("fetch", "--quiet")
    serving.carol.git("switch", "--quiet", f"promote/{request}")
    follow(codes.APR_PERSON, serving.carol("approve", request, "--yes", status=1), serving.bob)


def test_a_vote_that_nobody_confirmed(serving: World) -> None:
    request = asked(serving, 2)
    follow(codes.APR_UNASKED, serving.bob("approve", request, status=2), serving.bob)


def test_a_request_that_was_rejected(serving: World) -> None:
    request, branch = asked(serving, 2), serving.alice.git("branch", "--show-current")
    serving.alice("reject", request, "--yes", "--reason", "found a leak")
    serving.alice.git("push", "--quiet", "origin", "HEAD")
    serving.bob.git("pull", "--quiet", "--ff-only")
    serving.land(branch, by="bob")
    said = serving.bob("approve", request, "--yes", "--reason", "now", status=1)
    serving.alice.pull()
    follow(codes.APR_REJECTED, said, serving.alice, filled=TEXT)


def test_a_deployer_without_a_pin(serving: World) -> None:
    serving.carol.pull()
    said = serving.carol("deploy", PLACE, "--to", serving.path / "srv", status=2)
    told = {"DIR": str(serving.path / "srv"), "NNNN:sha256:…": pin(serving)}
    follow(codes.DEP_PIN, said, serving.carol, filled=told)
    assert any((serving.path / "srv").iterdir())


def deploy(world: World, *options: str, place: str = PLACE, status: int = 0) -> Outcome:
    world.carol.pull()
    return world.carol("deploy", place, "--to", world.path / "srv", "--pin", pin(world), *options, status=status)


def test_nothing_to_deploy(serving: World) -> None:
    said = deploy(serving, place="churn/staging", status=1)
    assert "staging" in follow(codes.DEP_NOTHING, said, serving.carol).out


def test_a_promotion_older_than_the_one_deployed(serving: World) -> None:
    """Somebody set the remote-tracking branch back, here."""
    before = serving.alice.git("rev-parse", "origin/main")
    serving.promote("churn@v2")
    deploy(serving)
    serving.carol.git("update-ref", "refs/remotes/origin/main", before)
    said = serving.carol("deploy", PLACE, "--to", serving.path / "srv", status=1)
    follow(codes.DEP_BACK, said, serving.carol)
    serving.carol("deploy", PLACE, "--to", serving.path / "srv")


def test_somebody_who_does_not_deploy(serving: World) -> None:
    serving.bob.pull()
    wish = ("deploy", PLACE, "--to", serving.path / "srv", "--pin", pin(serving))
    follow(codes.DEP_ROLE, serving.bob(*wish, status=1), serving.alice)
    serving.alice.share("Let bob deploy")
    serving.bob.pull()
    serving.bob(*wish)


def spoil(folder: Path) -> None:
    path = next(path for path in folder.iterdir() if path.name.startswith("model"))
    path.unlink()
    path.write_text("evil\n")


FAULTS: dict[Code, Callable[[Path], None]] = {
    codes.DEP_BYTES: spoil,
    codes.DEP_MANIFEST: lambda folder: next(folder.glob("*.yaml")).unlink(),
}


@pytest.mark.parametrize("code", FAULTS, ids=lambda code: code.id)
def test_served_bytes_that_are_not_the_deployed_ones(code: Code, serving: World) -> None:
    deploy(serving)
    folder = serving.path / "srv"
    FAULTS[code](folder)
    check = ("serve-check", folder, "--pin", pin(serving))
    said = serving.carol(*check, status=1)
    if code is codes.DEP_MANIFEST:
        shutil.rmtree(folder)
    follow(
        code,
        said,
        serving.carol,
        filled={"NAME/STAGE": PLACE} if code is not codes.DEP_BYTES else None,
    )
    serving.carol(*check)


def altered(world: World, edit: Callable[[Request], Request]) -> None:
    """Lets alice ask for churn@v1, and somebody edit what she asks for."""
    branch = ask(world, "churn@v1")
    path = f".gitprov/promotions/{PLACE}/0001/request.yaml"
    wish = decode((world.alice.repo.path / path).read_bytes(), name=path)
    assert isinstance(wish, Request)
    world.alice.repo.write(path, store(edit(wish)).data)
    world.alice.repo.commit(f"Edit {branch}")


ALTERED: dict[Code, Callable[[Request], Request]] = {
    codes.PRO_MALFORMED: lambda wish: replace(wish, project=sha256_of(b"another project")),
    codes.PRO_SUMMARY: lambda wish: replace(wish, summary=("all is well",)),
}


@pytest.mark.parametrize("code", ALTERED, ids=lambda code: code.id)
def test_a_request_that_somebody_edited(code: Code, world: World) -> None:
    altered(world, ALTERED[code])
    check = ("ci", "check", "--base", "origin/main", "--head", "HEAD")
    said = world.alice(*check, status=1)
    follow(code, said, world.alice, filled=TEXT if code is codes.PRO_MALFORMED else None)
    world.alice(*check)


def test_two_promotions_at_one_step(serving: World) -> None:
    """Neither counts: one of them is asked for again."""
    alice, bob = serving.alice, serving.bob
    asked(serving, 2)
    bob("approve", f"{PLACE}/2", "--yes")
    alice.pull()
    other = alice("withdraw", PLACE, "--reason", "off", "--json").json()
    alice.git("push", "--quiet", "origin", other["branch"])
    bob.git("fetch", "--quiet")
    bob.git("merge", "--quiet", "--no-edit", f"origin/{other['branch']}")
    bob("approve", other["request"], "--yes")
    serving.land(bob.git("branch", "--show-current"), by="bob")
    alice.pull()
    said = alice("audit", status=None)
    follow(codes.PRO_TWO, said, alice)
    assert alice.git("branch", "--show-current") != "main"


def let_an_exception(world: World) -> str:
    """Lets both owners let a request count that a rule denies; returns its branch, which bob has checked out."""
    alice, bob = world.alice, world.bob
    alice.release(3, auc=0.82)
    alice("promote", "churn@v3", *WISH, "--exception")
    branch = alice.git("branch", "--show-current")
    grant = ("exception", f"{PLACE}/2", "--waive", "gates", "--reason", "outage")
    alice(*grant)
    alice.git("push", "--quiet", "origin", branch)
    review(bob, branch)
    bob(*grant)
    bob("approve", f"{PLACE}/2", "--yes")
    return branch


def test_an_exception_that_nobody_reviewed(serving: World) -> None:
    serving.land(let_an_exception(serving), by="bob")
    serving.alice.pull()
    follow(codes.PRO_EXCEPTION, serving.alice("audit"), serving.alice, filled=TEXT)
    serving.alice.share("Review the exception")
    assert f"acknowledged[{codes.PRO_EXCEPTION.id}]" in serving.alice("audit").out


def test_an_exception_that_is_used_up(serving: World) -> None:
    """It is for one deployment, in one place; the owners grant another one."""
    serving.land(let_an_exception(serving), by="bob")
    deploy(serving)
    serving.carol.share("Deploy churn")
    shutil.rmtree(serving.carol.home / ".local/state")
    shutil.rmtree(serving.path / "srv")
    said = deploy(serving, status=1)
    serving.alice.pull()
    follow(codes.PRO_OVER, said, serving.alice, filled=TEXT)
    assert "exception" in serving.alice.git("log", "-1", "--format=%B")
