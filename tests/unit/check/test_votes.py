"""Clauses 11 and 12: who approved, who cannot, and who rejected (demand 18; threats A10 to A12)."""

from collections.abc import Iterator
from dataclasses import replace

from gitprov.check.effect import Votes, count
from gitprov.check.effect.votes import approvals, rejections
from gitprov.errors import Finding
from gitprov.errors import catalogue as codes
from gitprov.lineage import Ledger
from gitprov.records import Release
from tests.sim.promoting import Promoting, Wish
from tests.unit.check.test_case import asked, case


def found(findings: Iterator[Finding]) -> list[tuple[str, str]]:
    return [(one.code.id, one.what) for one in findings]


def votes(world: Promoting, wish: Wish, step: int | None = None) -> Votes:
    one = case(world, wish, step)
    return count(one, one.evidence())


def test_says_what_is_missing_and_who_may_give_it() -> None:
    world = Promoting(1, threshold=2)
    wish = asked(world)
    [finding] = approvals(case(world, wish), votes(world, wish))
    assert (finding.code, finding.what) == (codes.APR_MISSING, "model/live/1 has 0 of 2 approvals")
    assert finding.why == "approvals that count: nobody; ada asked for it"
    assert finding.fix == "gitprov approve model/live/1  # by ben, cleo"
    world.sign(wish.id, "ben", "approves")
    [finding] = approvals(case(world, wish), votes(world, wish))
    assert (finding.why.partition(";")[0], finding.fix) == (
        "approvals that count: ben",
        "gitprov approve model/live/1  # by cleo",
    )
    world.sign(wish.id, "cleo", "approves")
    assert found(approvals(case(world, wish), votes(world, wish))) == []
    alone = Promoting(1, approvers=("ada",))
    mine = asked(alone)
    [finding] = approvals(case(alone, mine), votes(alone, mine))
    assert finding.fix == "an owner names more approvers: gitprov trust propose --approvers live=PERSON"


def test_who_ran_it_wrote_it_or_asked_does_not_approve() -> None:
    world = Promoting(1, approvers=("ada", "ben", "cleo", "dan"))
    release = world.releases[0].record
    assert isinstance(release, Release)
    world.sign(release.members["model"].run, "ben")
    wish = world.wish(world.releases[0], authors=("cleo",))
    world.move()
    world.request(wish)
    state = votes(world, wish)
    assert state.eligible == ("dan",)
    assert state.excluded == {"ada": "asked for it", "ben": "signed run train", "cleo": "wrote code of it"}


def test_the_first_reason_stays() -> None:
    world = Promoting(1, approvers=("ada", "ben"))
    wish = world.wish(world.releases[0], authors=("ada",))
    world.move()
    world.request(wish)
    assert votes(world, wish).excluded == {"ada": "asked for it"}


def test_whoever_made_a_member_by_another_run_does_not_approve() -> None:
    world = Promoting(1, approvers=("ben", "cleo"))
    release = world.releases[0].record
    assert isinstance(release, Release)
    (raw,) = world.landed().ledger.named("raw-1")
    world.book.make("train", {"raw": raw}, {"model": ("model", b"model 1")}, kind="model", python="3.13")
    world.step(by="ben")
    wish = asked(world)
    assert votes(world, wish).excluded == {"ada": "asked for it", "ben": "signed run train"}
    one = case(world, wish)
    (run,) = {*one.landed.ledger.makers(release.members["model"].artifact)} - {release.members["model"].run}
    late = {**one.landed.chain.landed, one.landed.ledger.held[run].stored.path: world.head + 9}
    later = replace(one, landed=replace(one.landed, chain=replace(one.landed.chain, landed=late)))
    assert "ben" not in count(later, None).excluded, "one that had not landed excludes nobody"


def test_evaluators_and_owners_of_the_name_do_not_approve_where_the_role_says_so() -> None:
    entry = b"schema: gitprov/catalog/v1\nowner: cleo\n"
    for distinct, excluded in (((), {"ada"}), (("evaluator",), {"ada", "ben"}), (("owner",), {"ada", "cleo"})):
        world = Promoting(1)
        release = world.releases[0].record
        assert isinstance(release, Release)
        world.trust(("ben", "cleo"), distinct_from=distinct)  # type: ignore[arg-type]
        world.set(".gitprov/catalog/model.yaml", entry)
        (raw,) = world.landed().ledger.named("raw-1")
        world.book.evaluate(release.members["model"].artifact, {"auc": 0.9}, data=raw)
        world.step(by="ben")
        state = votes(world, asked(world))
        assert set(state.excluded) == excluded
        assert state.excluded.get("ben", "signed an evaluation of it") == "signed an evaluation of it"
        assert state.excluded.get("cleo", "owns model") == "owns model"


def test_a_catalog_entry_without_an_owner_excludes_nobody() -> None:
    world = Promoting(1)
    world.trust(("ben", "cleo"), distinct_from=("owner",))
    world.set(".gitprov/catalog/model.yaml", b"schema: gitprov/catalog/v1\n")
    assert set(votes(world, asked(world)).excluded) == {"ada"}


def test_an_unlisted_key_in_an_excluded_slot_must_be_stood_in_for() -> None:
    world = Promoting(1)
    wish = asked(world)
    world.sign(wish.id, "eve", listed=False, fault="unlisted key")
    world.sign(wish.id, "ben", "approves")
    assert votes(world, wish).unknown == (wish.id,)
    [finding] = approvals(case(world, wish), votes(world, wish))
    assert finding.code is codes.APR_UNKNOWN
    world.sign(wish.id, "cleo", "countersigns")
    assert votes(world, wish).unknown == (wish.id,), "cleo is no producer"
    world.sign(wish.id, "ada", "countersigns")
    assert votes(world, wish).unknown == ()


def test_a_stranger_who_evaluated_it_takes_nothing_away() -> None:
    world = Promoting(1)
    release = world.releases[0].record
    assert isinstance(release, Release)
    world.trust(("ben", "cleo"), distinct_from=("evaluator",))
    (raw,) = world.landed().ledger.named("raw-1")
    one = world.book.evaluate(release.members["model"].artifact, {"auc": 0.9}, data=raw)
    world.step(by="ada")
    world.sign(one, "eve", listed=False, fault="unlisted key")
    assert votes(world, asked(world)).unknown == ()


def test_a_key_that_was_revoked_still_excludes_who_held_it() -> None:
    world = Promoting(1, approvers=("ben", "cleo", "dan"))
    release = world.releases[0].record
    assert isinstance(release, Release)
    run = release.members["model"].run
    world.sign(run, "ben")
    world.sign(run, "dan", fault="another statement")
    world.move()
    world.versions[-1] = replace(
        world.trust(("ben", "cleo", "dan"), revoked=("ben",), keys={"ben": ("ben", "new")}), since=0
    )
    wish = asked(world)
    assert votes(world, wish).excluded == {"ada": "asked for it", "ben": "signed run train"}


def test_an_approval_counts_while_its_key_is_in_standing() -> None:
    world = Promoting(1)
    wish = asked(world)
    world.sign(wish.id, "ben", "approves")
    world.sign(wish.id, "cleo", "approves", fault="another statement")
    assert votes(world, wish).approved == ("ben",)
    assert votes(world, wish, world.head - 1).approved == (), "not before it landed"
    world.move()
    world.trust(("ben", "cleo"), revoked=("ben",))
    world.move()
    assert votes(world, wish, world.head).approved == (), "nor after its key was revoked"


def test_a_rejection_is_never_taken_back() -> None:
    world = Promoting(1)
    wish = asked(world)
    assert found(rejections(case(world, wish), votes(world, wish))) == []
    world.sign(wish.id, "cleo", "rejects")
    world.sign(wish.id, "dan", "rejects")
    state = votes(world, wish)
    assert state.rejected == ("cleo",), "dan is no approver"
    [finding] = rejections(case(world, wish), state)
    assert (finding.code, finding.what) == (codes.APR_REJECTED, "model/live/1 was rejected by cleo")
    world.move()
    world.trust(("ben",), revoked=("cleo",))
    world.move()
    assert votes(world, wish, world.head).rejected == ("cleo",), "whatever becomes of who rejected"


def test_who_rejects_is_asked_of_the_version_before_the_vote_landed() -> None:
    world = Promoting(1)
    wish = asked(world)
    world.trust(("ben", "cleo", "dan"))
    world.sign(wish.id, "dan", "rejects")
    assert votes(world, wish).rejected == (), "dan became an approver at the very step"
    world.move()
    world.sign(wish.id, "cleo", "rejects")
    assert votes(world, wish, world.head).rejected == ("cleo",)


def test_the_state_is_told_in_words() -> None:
    world = Promoting(1)
    wish = asked(world)
    assert votes(world, wish).says == "0 of 1 approvals"
    world.sign(wish.id, "ben", "approves")
    assert votes(world, wish).says == "1 of 1 approvals: ben"


def test_who_signed_a_run_that_is_not_there_does_not_approve() -> None:
    world = Promoting(1)
    release = world.releases[0].record
    assert isinstance(release, Release)
    run = release.members["model"].run
    world.sign(run, "ben")
    one = case(world, asked(world))
    ledger = Ledger(held for held in one.landed.ledger.held.values() if held.id != run)
    found = count(replace(one, landed=replace(one.landed, ledger=ledger)), None)
    assert found.excluded["ben"] == "signed a run of it"


def test_without_evidence_nobody_evaluated_it() -> None:
    world = Promoting(1)
    world.trust(("ben", "cleo"), distinct_from=("evaluator",))
    assert count(case(world, asked(world)), None).eligible == ("ben", "cleo")


def test_whom_a_later_version_lists_a_key_for_is_not_excluded_before() -> None:
    world = Promoting(1)
    release = world.releases[0].record
    assert isinstance(release, Release)
    world.sign(release.members["model"].run, "eve")
    wish = asked(world)
    step = world.head
    world.move()
    world.trust(("ben", "cleo"), keys={"cleo": ("cleo", "eve")})
    assert "cleo" not in votes(world, wish, step).excluded
    assert "cleo" in votes(world, wish, step + 2).excluded


def test_a_vote_is_judged_by_the_version_right_before_it() -> None:
    world = Promoting(1)
    wish = asked(world)
    world.move()
    world.trust(("ben", "cleo", "dan"), keys={"dan": ("dan", "new")})
    world.move()
    world.sign(wish.id, "new", "rejects")
    assert votes(world, wish).rejected == ("dan",)
    world.versions[-1] = replace(world.trust(("ben", "cleo", "dan"), revoked=("new",)), since=0)
    world.move()
    assert votes(world, wish).rejected == ("dan",), "what came into force with it or later takes nothing back"


def test_a_vote_from_before_the_trust_root_is_nobodys() -> None:
    world = Promoting(1)
    wish = asked(world)
    world.sign(wish.id, "cleo", "rejects")
    *_, path = world.signatures
    world.files[path] = (0, b"")
    assert votes(world, wish).rejected == ()
