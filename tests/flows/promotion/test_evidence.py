"""`gitprov evidence` and `gitprov policy check` on real git: what anybody reads, and computes again (demand 19)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from gitprov.audit.gather import gather
from gitprov.check.effect import judge
from gitprov.check.evidence import Ask, judged, summary
from gitprov.recording.writing import make_decision, write_records, write_signatures
from gitprov.records import Evidence, ReleaseRef, Request, Stored, store
from gitprov.records.evidence import MetricEntry
from tests.flows.promotion.world import POLICY, Someone, World

Edit = Callable[[Evidence], Evidence]


def ask(someone: Someone, version: int, sequence: int, edit: Edit = lambda evidence: evidence) -> Stored:
    """Writes and commits a request with its evidence, as it is or as somebody edited it; returns the request."""
    with someone.project() as project:
        landed = gather(project).landed
        head, now = landed.chain.head, project.clock.now()
        current = judge(landed, "churn").effective("production", head)
        release = landed.ledger.held[landed.ledger.releases_of("churn")[version]].stored
        set_ = landed.ledger.releases[release.id].set_
        wish = Ask(
            kind="promote",
            name="churn",
            stage="production",
            sequence=sequence,
            requester=someone.name,
            evaluated_at=now,
            commit=f"git:{landed.chain.commits[head]}",
            release=release,
            incumbent=current.request.release if current is not None else None,
        )
        evidence = store(edit(judged(landed, head + 1, wish)[0]))
        assert isinstance(evidence.record, Evidence)
        request = store(
            Request(
                project=landed.roots.accepted[0].id,
                kind="promote",
                name="churn",
                stage="production",
                sequence=sequence,
                replaces=current.id if current is not None else None,
                release=ReleaseRef(id=release.id, set_=set_, version=version),
                evidence=evidence.id,
                policy=evidence.record.policy,
                evaluated_at=now,
                expires="2099-01-01T00:00:00Z",
                reason="it is better",
                summary=summary(evidence.record, landed),
            )
        )
        write_records(project, [request, evidence])
    someone.repo.commit(f"Ask for churn/production/{sequence}")
    return request


def land(someone: Someone) -> None:
    """Lands what somebody committed on main."""
    someone.git("push", "--quiet", "origin", "HEAD:main")
    someone.git("fetch", "--quiet")


def promote(world: World, version: int, sequence: int) -> None:
    """Lets alice ask and bob approve, and lands both."""
    request = ask(world.alice, version, sequence)
    land(world.alice)
    world.bob.pull()
    with world.bob.project() as project:
        write_signatures(project, [make_decision(project, request, "approve", "seen")])
    world.bob.share("Approve")
    world.alice.pull()


def test_anybody_reads_what_a_request_was_judged_by(world: World) -> None:
    promote(world, 1, 1)
    ask(world.alice, 2, 2)
    out = world.alice("evidence", "show", "churn/production/2").out
    for line in (
        "read refs/remotes/origin/main at ",
        "evidence of churn/production/2 sha256:",
        "asked by alice, judged as of 20",
        "  promote churn in production: v1 -> v2",
        "  model: parameter number 1 -> 2",
        "  holdout auc: 0.9 -> 0.95 (+0.05)",
        "verified  observed 20",
        "    parameter        number = 2",
        "  holdout  auc  0.9  ->  0.95",
        "  passed  quality/auc",
        "signed by alice",
    ):
        assert line in out
    found = world.alice("evidence", "show", "churn/production/2", "--json").json()
    assert found["state"] == "not landed"
    assert found["evidence"]["metrics"]["holdout"]["auc"] == {"after": [0.95], "before": [0.9]}
    assert found["summary"][0] == "promote churn in production: v1 -> v2"
    assert world.alice("evidence", "show", "churn/production", "--json").json()["request"] == "churn/production/1"


def test_evidence_is_true_on_the_branch_landed_in_effect_and_after(world: World) -> None:
    def state(text: str) -> str:
        return str(world.alice("evidence", "verify", text, "--json").json()["state"])

    ask(world.alice, 1, 1)
    assert state("churn/production") == "not landed"
    land(world.alice)
    assert state("churn/production/1") == "landed, not in effect"
    world.alice.git("reset", "--quiet", "--hard", "HEAD~1")
    world.alice.git("push", "--quiet", "--force", "origin", "main")
    promote(world, 1, 1)
    assert state("churn/production") == "in effect"
    promote(world, 2, 2)
    assert state("churn/production/1") == "no longer in effect"
    world.alice.release(3, auc=0.81)
    assert "true and whole" in world.gitprov("evidence", "verify", "churn/production", cwd=world.origin.path).out


@pytest.mark.parametrize(
    ("edit", "where"),
    [
        (
            lambda e: replace(e, metrics={"holdout": {"auc": MetricEntry(after=(0.99,))}}),
            "metrics.holdout.auc.after[0]",
        ),
        (lambda e: replace(e, runs=e.runs[:1]), "runs[1]."),
        (lambda e: replace(e, rules=()), "rules"),
    ],
)
def test_the_first_field_that_somebody_edited_is_named(world: World, edit: Edit, where: str) -> None:
    """Threat A12: evidence that flatters is refused, and says where."""
    ask(world.alice, 1, 1, edit)
    found = world.alice("evidence", "verify", "churn/production/1", "--json", status=1).json()
    assert found["computed"] != found["id"]
    (finding,) = found["findings"]
    assert finding["code"] == "GP-PRO-007"
    assert f"first in {where}" in finding["what"]
    assert finding["fix"] == "gitprov renumber churn/production/1"


def test_evidence_beside_a_request_that_names_other_evidence_is_found(world: World) -> None:
    ask(world.alice, 1, 1)
    evidence = next(world.alice.repo.path.glob(".gitprov/promotions/churn/production/0001/evidence.yaml"))
    text = evidence.read_text()
    evidence.write_text(text.replace("requester: alice", "requester: bob"))
    world.alice.repo.commit("Edit it")
    found = world.alice("evidence", "verify", "churn/production/1", "--json", status=1).json()
    assert [finding["code"] for finding in found["findings"]] == ["GP-PRO-007"]
    assert "names other evidence" in found["findings"][0]["what"]


def test_evidence_of_a_commit_that_the_protected_ref_never_had_is_found(world: World) -> None:
    ask(world.alice, 1, 1, lambda evidence: replace(evidence, commit="git:" + "e" * 40))
    out = world.alice("evidence", "verify", "churn/production/1", status=1).out
    assert "GP-PRO-007" in out
    assert "not on the protected ref" in out


def test_an_evaluation_that_is_left_out_is_named(world: World) -> None:
    """Threat: the best of ten is cited alone."""
    world.alice.repo.write("metrics.json", '{"auc": 0.81}')
    world.alice("evaluate", "churn", "--metrics", "metrics.json", "--suite", "holdout", "--data", "raw")
    world.alice.share("Evaluate again")

    def best(evidence: Evidence) -> Evidence:
        entries = tuple(one for one in evidence.evaluations if one.evaluation == first)
        return replace(evidence, evaluations=entries, metrics={"holdout": {"auc": MetricEntry(after=(0.95,))}})

    with world.alice.project() as project:
        ledger = gather(project).landed.ledger
        first = next(one for one, found in ledger.evaluations.items() if found.metrics == {"auc": 0.95})
    ask(world.alice, 2, 1, best)
    out = world.alice("evidence", "verify", "churn/production/1", status=1).out
    assert out.count("GP-PRO-015") == 1
    assert "GP-PRO-007" not in out
    assert "leaves out evaluation id:" in out


def test_requests_that_are_not_there_are_refused_with_what_is(world: World) -> None:
    ask(world.alice, 1, 1)
    refused = world.alice("evidence", "show", "churn/production/7", status=2).err
    assert "there is no evidence for churn/production/7" in refused
    assert "there is some for 1" in refused
    assert "GP-NAM-001" in world.alice("evidence", "verify", "churn/staging", status=2).err
    assert "is not NAME/STAGE" in world.alice("evidence", "show", "churn", status=2).err


def test_policy_check_says_what_every_rule_would_say(world: World) -> None:
    promote(world, 2, 1)
    denied = world.alice("policy", "check", "churn@v1", "--to", "production", status=1).out
    assert "churn@v1 to production, against churn@v2" in denied
    assert "passed  quality/auc" in denied
    assert "denied  quality/not-worse: The auc of the suite holdout is below the incumbent's" in denied
    assert "fix: gitprov diff churn@v2 churn@v1" in denied
    assert "denied: 1 of 2 passed" in denied
    found = world.alice("policy", "check", "churn@v1", "--to", "staging", "--json").json()
    assert (found["allowed"], found["incumbent"]) == (True, None)
    assert [one["outcome"] for one in found["tried"]] == ["passed", "passed"]


def test_policy_check_is_by_the_rules_in_force_and_not_by_those_of_the_work_tree(world: World) -> None:
    """Threat A16: a rule that nobody signed weakens nothing."""
    promote(world, 2, 1)
    world.alice.repo.write(".gitprov/policies/quality.yaml", POLICY.replace("ours >= theirs", "true"))
    world.alice.repo.commit("Weaken it")
    assert "denied" in world.alice("policy", "check", "churn@v1", "--to", "production", status=1).out


def test_policy_check_judges_a_release_that_is_only_staged(world: World) -> None:
    world.alice.train(3, auc=0.5)
    world.alice("push", "--no-refs")
    world.alice("seal", "churn")
    out = world.alice("policy", "check", "churn", "--to", "production", status=1).out
    assert "churn@v3 to production, which nothing serves yet" in out
    assert "denied  quality/auc" in out


def test_policy_check_knows_releases_and_stages(world: World) -> None:
    assert "it has v1, v2" in world.alice("policy", "check", "churn@v9", "--to", "production", status=2).err
    refused = world.alice("policy", "check", "churn", "--to", "produktion", status=2).err
    assert "no stage is called produktion" in refused
    assert "production, staging, live" in refused
