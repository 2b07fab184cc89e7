"""`gitprov verify` says who signed each record, and misses the signatures that the trust root asks for (demand 31)."""

import re
from pathlib import Path
from typing import Any

import pytest

from gitprov.errors import catalogue as codes
from tests.flows.promotion.world import Someone, World, make_serving
from tests.remedies.following import follow
from tests.support import Gitprov


@pytest.fixture
def serving(tmp_path: Path, gitprov: Gitprov) -> World:
    """The team, with churn@v1 in effect in production."""
    return make_serving(tmp_path / "world", gitprov)


def signed(someone: Someone, *words: str, status: int = 0) -> dict[str, Any]:
    """Returns who signed what, by what the record is called."""
    found: dict[str, Any] = someone("verify", *words, "--json", status=status).json()["signatures"]
    return found | {"records": {one["what"]: one for one in found["records"]}}


def test_each_record_says_who_signed_it_in_which_role_and_when(serving: World) -> None:
    """In a clone of somebody who decides nothing; no clock, committer or author is believed (threat A13)."""
    serving.carol.pull()
    found = signed(serving.carol)
    head = serving.carol.git("rev-parse", "origin/main")
    assert found["source"] == {"commit": head, "ref": "refs/remotes/origin/main", "trust": 1}
    assert (found["trust"], found["invalid"]) == ("first use", 0)
    assert found["standings"] == {"signed": len(found["records"])}
    assert found["people"] == {"alice": len(found["records"]), "bob": 1, "carol": 1}
    (signer,) = found["records"]["release churn@v1"]["signers"]
    assert (signer["person"], signer["roles"], signer["trust"], signer["why"]) == (
        "alice",
        ["producer", "owner"],
        1,
        "",
    )
    assert (signer["time"], signer["source"], signer["is_logged"]) == (None, "no trusted time", False)
    votes = found["records"]["promote churn/production/1"]["signers"]
    assert sorted((one["means"], one["person"], *one["roles"]) for one in votes) == [
        ("approves", "bob", "approver of production"),
        ("signs", "alice", "producer", "owner"),
    ]
    assert {one["person"]: one["roles"] for one in found["records"]["trust version 1"]["signers"]} == {
        "alice": ["owner"],
        "bob": ["owner"],
        "carol": [],
    }


def test_people_read_numbers_and_with_a_name_each_record(serving: World) -> None:
    serving.alice.pull()
    said = serving.alice("verify").out
    assert "by listed people (alice " in said
    assert "judged by trust version 1, first use: refs/remotes/origin/main at " in said
    assert "release churn@v1" not in said
    each = serving.alice("verify", "--signatures").out
    assert "release churn@v1" in each
    assert "judged by trust version 1, remembered: " in each
    named = serving.alice("verify", "churn@v1").out
    assert "by alice (producer, owner), no trusted time, landed at " in named
    assert "churn@v2" not in named


def test_a_release_without_a_signature_fails_until_somebody_who_may_signs_it(serving: World) -> None:
    """A14: stripped. The way out is what is printed; whoever is no producer and no owner mends nothing by it."""
    alice, carol = serving.alice, serving.carol
    alice.pull()
    alice.train(3)
    alice("push", "--no-refs")
    alice("seal", "churn")
    alice.git("rm", "--quiet", "--force", *alice.git("ls-files", ".gitprov/releases/churn/3.*.json").splitlines())
    alice.share("A release that nobody signed")
    carol.pull()
    told = carol("verify", status=1)
    assert "release churn@v3 is signed by no producer or owner\n  why: it has no signature\n" in told.out
    follow(codes.SIG_MISSING, told, carol)
    carol.share("Sign it all the same")
    told = carol("verify", "churn@v3", status=1)
    assert "why: carol is none" in told.out
    assert signed(carol, "churn@v3", status=1)["records"]["release churn@v3"]["standing"] == "unsigned"
    alice.pull()
    follow(codes.SIG_MISSING, told, alice)
    alice.share("Sign it as a producer")
    assert signed(alice)["records"]["release churn@v3"]["standing"] == "signed"


def test_a_run_that_nobody_listed_signed_is_told_and_fails_nothing(serving: World) -> None:
    """Fine for records, not for sealing: what a run is worth, rules and clauses decide."""
    dora = serving.someone("dora")
    dora.repo.write("data/more.csv", "1,2\n")
    dora("add", "data/more.csv", "--name", "more", "--kind", "dataset")
    dora.share("Add more")
    found = signed(dora)
    (run,) = [one for one in found["records"].values() if one["standing"] == "unlisted"]
    assert run["signers"][0]["why"].startswith("B4: signed by the unlisted key sha256:")
    assert "1 by unlisted keys" in dora("verify").out


def test_what_has_not_landed_is_judged_as_if_it_landed_now(serving: World) -> None:
    """Drafts have no signatures; staged and committed records would count, and are no finding before they land."""
    alice = serving.alice
    alice.pull()
    alice.train(3)
    alice("push", "--no-refs")
    alice("seal", "churn")
    would_be_signed(alice)
    alice.repo.commit("not pushed")
    would_be_signed(alice)


def would_be_signed(someone: Someone) -> None:
    """Expects the release churn@v3 not to have landed, and to be signed by alice if it did."""
    release = signed(someone)["records"]["release churn@v3"]
    assert (release["landed"], release["standing"]) == (None, "signed")
    assert [(one["person"], one["landed"]) for one in release["signers"]] == [("alice", None)]
    assert re.search("release churn@v3 +not landed, would be signed +by alice", someone("verify", "churn@v3").out)


def test_another_trust_root_than_the_known_one_is_a_finding(serving: World) -> None:
    """A18: who signed is said by a trust root; it is held against pins and memory."""
    alice = serving.alice
    alice.git("config", "gitprov.pin", f"0001:sha256:{'0' * 64}")
    assert "finding[GP-TRU-009]" in alice("verify", status=1).out


def test_who_takes_the_trust_root_away_hides_nothing(serving: World) -> None:
    """A17: a branch without it is judged by what landed; a repository without it is not the one that was seen."""
    alice = serving.alice
    alice.pull()
    alice.git("rm", "--quiet", "-r", ".gitprov/trust")
    alice.repo.commit("Nobody decides")
    assert signed(alice, status=1)["source"]["trust"] == 1
    alice.git("switch", "--quiet", "--orphan", "other")
    alice.repo.write(".gitprov/project.yaml", "schema: gitprov/project/v1\n")
    alice.repo.commit("Begin anew")
    alice.git("remote", "remove", "origin")
    alice.git("branch", "--quiet", "-D", "main")
    told = alice("verify", status=1).out
    assert (
        "finding[GP-TRU-008]: no trust root is there any more\n  why: this clone has seen the project sha256:" in told
    )


def test_where_history_is_missing_nobody_is_told_who_signed(serving: World, tmp_path: Path, gitprov: Gitprov) -> None:
    """A27: the step at which a trust root came into force cannot be seen."""
    serving.origin.git("clone", "--quiet", "--depth", "1", f"file://{serving.origin.path}", tmp_path / "part")
    found = gitprov("verify", "--json", cwd=tmp_path / "part", status=3).json()
    assert found["signatures"] is None
    assert [one["code"] for one in found["undecided"]] == ["GP-GIT-005"]
