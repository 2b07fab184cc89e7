"""Effect is a fact of its step: what lands later neither gives effect to an old request nor takes it away (33)."""

from dataclasses import replace

import pytest

from gitprov.check.effect import judge
from gitprov.check.governance import in_force
from gitprov.errors import GitprovError
from gitprov.ids import Digest, sha256_of
from gitprov.records import (
    AnyContent,
    Artifact,
    Evidence,
    Identity,
    Person,
    Release,
    Run,
    Stored,
    TrustRoot,
    signature_path,
    store,
)
from gitprov.trust.bundles import read_bundle, write_bundle
from gitprov.trust.log import Log
from gitprov.trust.roots import Accepted, Roots
from tests.attacks.real import Signed, altered, bundle, signer
from tests.sim.promoting import Promoting, Wish
from tests.unit.trust.facts import governance, history, landed, root

POLICY = ".gitprov/policies/age.yaml"


def in_effect(world: Promoting) -> list[Digest | None]:
    """Returns what is in effect after each step."""
    timeline = world.timeline()
    found = (timeline.effective("live", step) for step in range(world.head + 1))
    return [one.id if one is not None else None for one in found]


def served() -> tuple[Signed, list[Digest | None]]:
    """Returns a world in which version 1 took effect, and then version 2; and what was in effect when."""
    world = Signed()
    for number in (1, 2):
        world.promote(world.wish(world.releases[number - 1], sequence=number), "ben")
    before = in_effect(world)
    assert len(set(before)) == 3
    return world, before


def train_run(world: Promoting, release: int = 0) -> tuple[Digest, Run]:
    record = world.releases[release].record
    assert isinstance(record, Release)
    one = record.members["model"].run
    return one, world.landed().ledger.runs[one]


@pytest.mark.parametrize("by", [(), ("ada",), ("eve",), ("ben",)])
def test_a_run_that_claims_later_to_have_made_a_member_changes_nothing(by: tuple[str, ...]) -> None:
    """Whoever signs it, and with inputs that never were there."""
    world, before = served()
    _, run = train_run(world)
    (taken,) = run.inputs.values()
    other = world.book.add("other", b"other")
    claim = replace(
        run,
        finished="2026-02-20T23:00:00Z",
        inputs={"raw": replace(taken, artifact=other, content=sha256_of(b"other"))},
    )
    world.book.keep(claim)
    world.step(by=lambda stored: by if isinstance(stored.record, Run) else ())
    world.move()
    assert in_effect(world)[: len(before)] == before


def all_but_artifacts(stored: Stored) -> tuple[str, ...]:
    return () if isinstance(stored.record, Artifact) else ("ada",)


def held_back(what: str) -> tuple[Signed, Wish]:
    """Returns a world in which all but one record of a release landed, and the request that would be right with it."""
    world = Signed(releases=0)
    source = world.book.add("raw-1", b"raw 1")
    outputs: dict[str, tuple[str, AnyContent | bytes]] = {
        "model": ("model", b"model 1"),
        "report": ("report", b"report 1"),
    }
    made = world.book.make("train", {"raw": source}, outputs, kind="model")
    one = world.book.seal("model", 1, model=made["model"])
    whole = Signed(releases=0)
    whole.book = world.book
    whole.step(by=all_but_artifacts)
    release = next(held.stored for held in world.book.held if held.id == one)
    hidden = {"report": made["report"], "raw": source, "run": release.record.members["model"].run}[what]  # type: ignore[union-attr]
    world.step(
        [held.id for held in world.book.held if held.id != hidden],
        by=all_but_artifacts,
    )
    wish = whole.wish(release)
    evidence = wish.evidence.record
    assert isinstance(evidence, Evidence)
    return world, altered(wish, evidence={"commit": world.commit})


@pytest.mark.parametrize("what", ["report", "raw", "run"])
def test_a_record_that_is_held_back_gives_no_effect_to_a_step_before_it(what: str) -> None:
    """Else an old request could be made to count in the past, under everything that was decided since."""
    world, wish = held_back(what)
    world.promote(wish, "ben")
    assert world.refused(wish)
    before = in_effect(world)
    world.step(by=all_but_artifacts)
    world.move()
    assert in_effect(world)[: len(before)] == before
    assert set(before) == {None}
    if what == "report":  # nothing else was wrong with it
        world.sign(wish.id, "cleo", "approves")
        assert world.refused(wish) == set()


def junk_trust(world: Signed, *names: str) -> None:
    """Lands a trust version that nobody signed and that lists keys."""
    record = world.versions[0].root
    listed = {name: Person(identities=(Identity(key=signer(name).pem),)) for name in names}
    people = {**record.people, **listed}
    junk = replace(record, version=9, follows=sha256_of(b"nothing"), people=people)
    junk = replace(junk, history=replace(junk.history, commit="git:" + "0" * 40))
    world.land(store(junk))


@pytest.mark.parametrize("valid", [True, False])
def test_a_key_that_a_later_file_lists_was_unlisted_then(valid: bool) -> None:
    """A signature by a key that nobody knew blocked; that it turns out to be false later does not mend that step."""
    world = Signed(releases=1)
    one, _ = train_run(world)
    stored = world.stored(one)
    payload = world.payload(stored, "signs")
    made = bundle(payload, "eve")
    world.put(stored, made if valid else made.replace(b'"sig":"MEU', b'"sig":"MEQ', 1))
    if not valid:
        other = bundle(payload + b" ", "eve")
        world.files.pop(signature_path(stored.path, made), None)
        world.put(stored, write_bundle(payload, read_bundle(other).signature, signer("eve").pem))
    wish = world.wish(world.releases[0])
    world.promote(wish, "ben")
    assert "GP-APR-002" in world.refused(wish)
    before = in_effect(world)
    world.move()
    junk_trust(world, "eve")
    assert isinstance(world.held[-1].stored.record, TrustRoot)
    assert in_effect(world)[: len(before)] == before


def test_a_setting_is_read_as_the_chain_had_it_by_then() -> None:
    """Its owners signed a digest whose bytes land later: what was judged without them stays judged without them."""
    first = root(1, history(Log([]), None), {"ann": ["a"]})
    signed = governance({}, {POLICY: sha256_of(b"rules")}, history(Log([]), 2))
    record = first.record
    assert isinstance(record, TrustRoot)
    facts = landed(
        [(first, 1), (signed, 3)],
        [(first, "a", 1), (signed, "a", 3)],
        Roots((Accepted(record, first.id, 1, -1),)),
        settings={POLICY: [(5, b"rules")]},
        head=9,
    )
    found, _ = in_force(facts, Log([]), lambda _path, data: data)
    assert found.at(3) == {POLICY: sha256_of(b"rules")}
    for step in (3, 4):
        with pytest.raises(GitprovError, match="GP-SET-001"):
            found.setting(step, POLICY)
    assert found.setting(5, POLICY) == b"rules"
    with pytest.raises(GitprovError, match="GP-SET-001"):
        found.setting(4, POLICY)


def test_a_setting_that_cannot_be_read_refuses_and_stops_no_other_verdict() -> None:
    """Its owners signed nonsense: nothing is judged by it, and what was in effect before stays so."""
    world, before = served()
    world.move()
    world.set(".gitprov/project.yaml", b"schema: gitprov/project/v1\nstages: [\n")
    world.move()
    with pytest.raises(GitprovError):
        world.landed().settings.setting(world.head, ".gitprov/project.yaml")
    record = world.releases[2].record
    assert isinstance(record, Release)
    wish = altered(world.wish(world.releases[2], sequence=3))
    world.promote(wish, "ben")
    codes = world.refused(wish)
    assert codes
    assert all(code.startswith(("GP-YML", "GP-SCH")) for code in codes)
    assert in_effect(world)[: len(before)] == before


def test_every_step_is_judged_the_same_when_it_was_the_last() -> None:
    world, before = served()
    for step in range(world.head + 1):
        found = judge(world.landed(step), "model").effective("live", step)
        assert (found.id if found is not None else None) == before[step]


def test_evidence_is_compared_by_its_bytes() -> None:
    """In Python `True == 1`: a truth value is no measurement."""
    world = Signed(releases=1)
    record = world.releases[0].record
    assert isinstance(record, Release)
    (raw,) = world.landed().ledger.named("raw-1")
    world.book.evaluate(record.members["model"].artifact, {"safe": True}, data=raw)
    world.step(by="ada")
    wish = world.wish(world.releases[0])
    evidence = wish.evidence.record
    assert isinstance(evidence, Evidence)
    entry = evidence.metrics["holdout"]["safe"]
    lines = wish.request.record.summary  # type: ignore[union-attr]
    other = altered(
        wish,
        evidence={"metrics": {"holdout": {"safe": replace(entry, after=(1,))}}},
        request={"summary": tuple(line.replace("true", "1") for line in lines)},
    )
    assert other.evidence.record == evidence
    world.promote(other, "ben")
    assert world.refused(other) == {"GP-PRO-007"}


@pytest.mark.parametrize("late", [True, False])
def test_a_governance_record_of_another_project_counts_for_nothing(late: bool) -> None:
    """One that names no commit could be any project's of the same owners: it counts for the beginning only."""
    first = root(1, history(Log([]), None), {"ann": ["a"]})
    beginning = governance({}, {POLICY: sha256_of(b"rules")}, history(Log([]), None))
    record = first.record
    assert isinstance(record, TrustRoot)
    step = 3 if late else 1
    facts = landed(
        [(first, 1), (beginning, step)],
        [(first, "a", 1), (beginning, "a", step)],
        Roots((Accepted(record, first.id, 1, -1),)),
        settings={POLICY: [(step, b"rules")]},
        head=9,
    )
    found, findings = in_force(facts, Log([]), lambda _path, data: data)
    assert bool(found.at(9)) is not late
    assert [finding.code.id for finding in findings] == (["GP-TRU-002", "GP-SET-002"] if late else [])


def test_a_governance_record_in_another_place_counts_for_nothing() -> None:
    first = root(1, history(Log([]), None), {"ann": ["a"]})
    signed = governance({}, {POLICY: sha256_of(b"rules")}, history(Log([]), 2))
    elsewhere = Stored(signed.id, signed.path.replace("/governance/", "/notes/"), signed.data, signed.record)
    record = first.record
    assert isinstance(record, TrustRoot)
    for stored in (signed, elsewhere):
        facts = landed(
            [(first, 1), (stored, 3)],
            [(first, "a", 1), (stored, "a", 3)],
            Roots((Accepted(record, first.id, 1, -1),)),
            settings={POLICY: [(3, b"rules")]},
            other=[(".gitprov/events/governance/00/another.yaml", 3)],
            head=9,
        )
        found, _ = in_force(facts, Log([]), lambda _path, data: data)
        assert bool(found.at(9)) is (stored is signed)
