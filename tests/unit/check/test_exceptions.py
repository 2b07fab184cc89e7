"""Break-glass: who may, for what, how long, from where (docs/verification.md, "Exceptions")."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from gitprov.check.effect.exceptions import exceptions, granted
from gitprov.check.landed import Landed
from gitprov.ids import Digest, sha256_of
from gitprov.lineage import Held, Ledger
from gitprov.records import Event, Stored, Waiver, store
from gitprov.records.codec import to_data
from gitprov.trust.log import Log
from gitprov.trust.roots import Accepted, Roots
from tests.unit.trust.facts import history, landed, root

REQUEST, OTHER = sha256_of(b"a request"), sha256_of(b"another")
PEOPLE = {"ann": ["a"], "ben": ["b"], "cyd": ["c"], "dan": ["d"]}
OWNERS = ("ann", "ben", "cyd")
FIRST = root(1, history(Log([]), None), PEOPLE, owners=OWNERS, threshold=1)
THREE = root(1, history(Log([]), None), PEOPLE, owners=OWNERS, threshold=3)
AT, UNTIL = "2026-11-21T09:30:00Z", "2026-11-24T09:30:00Z"


def waiver(**fields: object) -> Stored:
    """Returns an exception for the request, of the longest time, made at step 4."""
    details = {"until": UNTIL, "step": 4} | {key: fields.pop(key) for key in ("until", "step") if key in fields}
    assert isinstance(details["step"], int)
    says = Waiver(waives=("gates",), until=str(details["until"]), history=history(Log([]), details["step"]))
    event = Event(kind="exception", actor="ann", at=AT, subjects=(REQUEST,), reason="outage", details=to_data(says))
    return store(replace(event, **fields))  # type: ignore[arg-type]


def facts(
    one: Stored, signed: Sequence[tuple[str, int]] = (("a", 6), ("b", 6)), landing: int = 6, trust: Stored = FIRST
) -> Landed:
    """Returns what landed: an exception with its signatures, under a trust version from step 2 on."""
    roots = Roots((Accepted(trust.record, trust.id, 2, -1),))  # type: ignore[arg-type]
    return landed([(one, landing)], [(one, name, step) for name, step in signed], roots)


def counts(found: Landed, step: int = 6, before: int | None = None, request: Digest = REQUEST) -> bool:
    return bool(granted(found, request, step - 1 if before is None else before, step))


def test_two_owners_grant_an_exception_for_the_request_that_it_names() -> None:
    one = waiver()
    found = facts(one)
    [grant] = granted(found, REQUEST, 5, 6)
    assert (grant.id, grant.people, grant.waives, grant.reason) == (one.id, ("ann", "ben"), ("gates",), "outage")
    assert (grant.until - grant.since).days == 3
    assert not counts(found, request=OTHER)


@pytest.mark.parametrize(
    ("signed", "step", "yes"),
    [
        ((("a", 6),), 6, False),
        ((("a", 6), ("d", 6)), 6, False),
        ((("a", 6), ("b", 8)), 6, False),
        ((("a", 6), ("b", 8)), 7, False),
        ((("a", 6), ("b", 8)), 8, True),
        ((("a", 6), ("b", 6), ("c", 6)), 6, True),
    ],
)
def test_it_takes_two_owners_by_the_step(signed: Sequence[tuple[str, int]], step: int, yes: bool) -> None:
    assert counts(facts(waiver(), signed), step) is yes


def test_it_takes_the_threshold_where_that_is_more() -> None:
    assert not counts(facts(waiver(), trust=THREE))
    assert counts(facts(waiver(), (("a", 6), ("b", 6), ("c", 6)), trust=THREE))


@pytest.mark.parametrize(
    ("until", "yes"),
    [
        (AT, False),
        ("2026-11-21T09:29:59Z", False),
        ("2026-11-21T09:30:01Z", True),
        (UNTIL, True),
        ("2026-11-24T09:30:01Z", False),
    ],
)
def test_it_lasts_some_time_and_72_hours_at_most(until: str, yes: bool) -> None:
    assert counts(facts(waiver(until=until))) is yes


@pytest.mark.parametrize(("step", "yes"), [(4, True), (5, True), (6, False), (100, False)])
def test_it_was_made_on_this_chain_before_it_landed(step: int, yes: bool) -> None:
    assert counts(facts(waiver(step=step))) is yes


def test_it_counts_from_where_it_landed_under_a_trust_version() -> None:
    found = facts(waiver())
    assert [counts(found, step) for step in (5, 6, 9)] == [False, True, True]
    assert not counts(found, before=1), "without a trust version nobody is an owner"


def test_nothing_counts_that_landed_after_the_step() -> None:
    """Also where trust is asked as of a later one."""
    assert not counts(facts(waiver(), (("a", 6), ("b", 8))), 6, before=9)
    assert not counts(facts(waiver(), (("a", 5), ("b", 5))), 5), "signatures of a record that nobody has yet"


def test_what_is_no_exception_grants_nothing() -> None:
    """One that says something else, is about several, or lies elsewhere: no reader may take it for one."""
    for one in (waiver(kind="hold"), waiver(subjects=(REQUEST, OTHER)), waiver(details={}), waiver(subjects=())):
        assert not counts(facts(one))
    right = waiver()
    moved = Stored(right.id, right.path.replace("exception", "hold"), right.data, right.record)
    assert not counts(facts(moved))


def test_several_are_told_by_id() -> None:
    pair = sorted((waiver(), waiver(until="2026-11-22T09:30:00Z")), key=lambda one: one.id)
    roots = Roots((Accepted(FIRST.record, FIRST.id, 2, -1),))  # type: ignore[arg-type]
    for order in (pair, pair[::-1]):
        found = landed([(one, 6) for one in order], [(one, name, 6) for one in order for name in "ab"], roots)
        shown = replace(found, ledger=Ledger(Held(one, "committed") for one in order))
        assert [one.id for one in granted(shown, REQUEST, 5, 6)] == [one.id for one in pair]


def test_the_steps_of_an_exception_are_those_of_its_record_and_of_later_signatures() -> None:
    one = waiver()
    found = facts(one, (("a", 5), ("b", 6), ("c", 9)))
    assert list(exceptions(found)) == [(one.id, REQUEST, frozenset({6, 9}))]
    assert list(exceptions(facts(one, ()))) == [(one.id, REQUEST, frozenset({6}))]
    assert list(exceptions(facts(waiver(kind="hold")))) == []
    nowhere = replace(found, chain=replace(found.chain, landed={}))
    assert list(exceptions(nowhere)) == []
