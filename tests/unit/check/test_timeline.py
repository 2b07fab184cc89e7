"""What judging gives, as plain values: clauses, judgements, and who was in effect when."""

from dataclasses import replace

from gitprov.check.effect import Asked, Clause, Judgement, Timeline
from gitprov.errors import catalogue as codes
from gitprov.ids import sha256_of
from gitprov.lineage import Held
from gitprov.records import ReleaseRef, Request
from tests.frozen.promoted import REQUEST

FOUND = codes.PRO_GATE.finding("p", "a rule denies")
OTHER = codes.APR_MISSING.finding("p", "nobody approved")
ONE, TWO = (ReleaseRef(id=sha256_of(name), set_=sha256_of(name), version=1) for name in (b"one", b"two"))


def asked(stage: str, effective: int | None, release: ReleaseRef | None = ONE) -> Asked:
    """Returns a request about a stage, that became effective at a step."""
    assert isinstance(REQUEST.record, Request)
    return Asked(
        Held(REQUEST, "committed"), replace(REQUEST.record, stage=stage, release=release), 1, effective=effective
    )


FIRST, SECOND, WAITING, WITHDRAWN, FAR = (
    asked("live", 2), asked("live", 5, TWO), asked("live", None, TWO), asked("live", 7, None), asked("test", 3),
)  # fmt: skip
TIMELINE = Timeline("model", (SECOND, FIRST, WAITING, FAR, WITHDRAWN))


def test_a_judgement_holds_when_every_clause_does() -> None:
    good, bad = Clause(5, "request", "well-formed"), Clause(10, "policy", "", (FOUND,))
    waived = Clause(11, "approvals", "", waived=(OTHER,))
    assert (good.holds, bad.holds, waived.holds) == (True, False, True)
    found = Judgement(4, (good, bad, waived))
    assert (found.holds, found.findings, found.waived) == (False, (FOUND,), (OTHER,))
    assert Judgement(4, (good, waived)).holds


def test_an_exception_is_what_took_effect_with_something_waived() -> None:
    waived = Judgement(2, (Clause(10, "policy", "", waived=(FOUND,)),))
    assert replace(FIRST, judgement=waived).is_exception
    assert not FIRST.is_exception
    assert not replace(WAITING, judgement=waived).is_exception
    assert not replace(FIRST, judgement=Judgement(2, ())).is_exception


def test_the_requests_of_a_stage() -> None:
    assert TIMELINE.of("live") == [SECOND, FIRST, WAITING, WITHDRAWN]
    assert TIMELINE.of("elsewhere") == []
    assert TIMELINE.stages() == ["live", "test"]


def test_in_effect_is_the_last_that_became_effective_by_then() -> None:
    found = [TIMELINE.effective("live", step) for step in (1, 2, 4, 5, 7)]
    assert found == [None, FIRST, FIRST, SECOND, WITHDRAWN]
    assert TIMELINE.effective("test", 9) == FAR


def test_a_release_was_in_effect_where_and_when_a_request_for_it_was() -> None:
    assert [TIMELINE.was_effective("live", TWO.id, step) for step in (4, 5, 9)] == [False, True, True]
    assert not TIMELINE.was_effective("test", TWO.id, 9)
    assert not Timeline("model", (WAITING,)).was_effective("live", TWO.id, 9), "asked for is not in effect"
    assert Timeline("model", (WITHDRAWN, FIRST)).was_effective("live", ONE.id, 9)
