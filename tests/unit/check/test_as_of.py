"""What was in effect at a date (D8, as-of): deployers' clocks before what commits claim."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gitprov.check.as_of import CLAIMED, effective_at, since
from gitprov.check.effect import Asked, Timeline
from gitprov.check.landed import Landed
from gitprov.ids import sha256_of
from gitprov.records import Deployment, History, Stored, store
from tests.sim.promoting import NOW, Promoting
from tests.unit.trust.facts import commit

MINUTES = [f"2026-03-02T10:{minute:02}:00Z" for minute in range(60)]


def promoted(count: int, *, deployed: Sequence[tuple[int, str]] = ()) -> tuple[Landed, Timeline]:
    """Returns a chain on which releases 1 to `count` took effect at steps 2, 3, ..., with deployments of some after."""
    book = Promoting(count)
    for number in range(1, count + 1):
        wish = book.wish(book.releases[number - 1], sequence=number)
        book.move()
        book.request(wish)
        book.sign(wish.id, "ben", "approves")
    for number, time in deployed:
        asked = book.timeline().asked[number - 1]
        book.move()
        book.land(deployment(asked, book, time), "ada")
    return book.landed(), book.timeline()


def deployment(asked: Asked, book: Promoting, time: str) -> Stored:
    """Returns a deployment of a request, made at the head."""
    request = asked.request
    assert request.release is not None
    return store(
        Deployment(
            project=request.project,
            name=request.name,
            stage=request.stage,
            request=asked.id,
            release=request.release,
            members={},
            observed_at=time,
            history=History(commit=book.commit, size=0, root=request.project),
        )
    )


def dates(*found: str) -> Callable[[int], str]:
    """Returns the dates that the commits of steps 2, 3, ... claim: those steps are where promotions take effect."""
    return lambda step: found[step - 2]


def labels(asked: Asked | None) -> int | None:
    return asked.request.sequence if asked is not None else None


def test_the_chain_is_as_the_tests_below_take_it() -> None:
    _, timeline = promoted(2)
    assert [one.effective for one in timeline.asked] == [2, 3]


def test_before_at_and_after_a_step() -> None:
    landed, timeline = promoted(2)
    claimed = dates(MINUTES[10], MINUTES[20])
    found = [labels(effective_at(landed, timeline, "live", MINUTES[at], claimed)) for at in (9, 10, 19, 20, 59)]
    assert found == [None, 1, 1, 2, 2]
    assert since(landed, timeline.asked[0], claimed).source == CLAIMED


def test_a_deployers_clock_counts_more_than_what_a_commit_claims() -> None:
    """A commit may claim any date; who put it in place says when it served."""
    landed, timeline = promoted(2, deployed=[(2, MINUTES[30])])
    for claim in (MINUTES[0], MINUTES[59]):
        seen = since(landed, timeline.asked[1], dates(MINUTES[0], claim))
        assert (seen.at, seen.source) == (MINUTES[30], "deployer ada")
    assert labels(effective_at(landed, timeline, "live", MINUTES[29], dates(MINUTES[0], MINUTES[0]))) == 1


def test_a_claim_lies_between_what_others_said() -> None:
    """Not before the gates were evaluated, as the requester signed; not after a deployer saw it on the chain."""
    landed, timeline = promoted(2, deployed=[(2, MINUTES[30])])
    assert since(landed, timeline.asked[0], dates("1999-01-01T00:00:00Z", "")).at == NOW
    assert since(landed, timeline.asked[0], dates("2099-01-01T00:00:00Z", "")).at == MINUTES[30]
    alone, waiting = promoted(1)
    assert since(alone, waiting.asked[0], dates("2099-01-01T00:00:00Z")).at == "2099-01-01T00:00:00Z", "nobody looked"


def test_a_deployment_that_no_deployer_signed_says_nothing() -> None:
    book = Promoting(1)
    wish = book.wish(book.releases[0])
    book.move()
    book.request(wish)
    book.sign(wish.id, "ben", "approves")
    stored = deployment(book.timeline().asked[0], book, MINUTES[5])
    book.move()
    book.land(stored, "cleo")
    seen = since(book.landed(), book.timeline().asked[0], dates(MINUTES[7]))
    assert (seen.at, seen.source) == (MINUTES[7], CLAIMED)


FOUR = promoted(4, deployed=[(3, MINUTES[40])])


@given(st.lists(st.sampled_from(MINUTES), min_size=4, max_size=4), st.lists(st.sampled_from(MINUTES), min_size=2))
def test_later_dates_never_go_back(claims: list[str], asked: list[str]) -> None:
    """Whatever commits claim: what served at a later date is no earlier step, and had counted by then."""
    landed, timeline = FOUR
    claimed = dates(*claims)
    found = [effective_at(landed, timeline, "live", when, claimed) for when in sorted(asked)]
    steps = [one.effective or 0 if one is not None else 0 for one in found]
    assert steps == sorted(steps)
    assert all(since(landed, one, claimed).at <= when for one, when in zip(found, sorted(asked), strict=True) if one)


def test_a_request_that_never_took_effect_is_dated_at_the_head() -> None:
    """So that what would be deployed now can be told beside what was."""
    book = Promoting(1)
    wish = book.wish(book.releases[0])
    book.move()
    book.request(wish)
    (asked,) = book.timeline().asked
    assert asked.effective is None
    assert since(book.landed(), asked, lambda step: MINUTES[step]).at == MINUTES[book.head]


def test_several_deployers_are_named_and_who_looked_at_the_very_step_is_asked() -> None:
    book = Promoting(1)
    wish = book.wish(book.releases[0])
    book.move()
    book.request(wish)
    book.sign(wish.id, "ben", "approves")
    asked = book.timeline().asked[0]
    record = deployment(asked, book, MINUTES[30]).record
    assert isinstance(record, Deployment)
    other = replace(record, request=sha256_of(b"another"))
    book.move()
    book.land(store(other), "ada")
    late = dates("2099-01-01T00:00:00Z")
    assert since(book.landed(), asked, late).at == MINUTES[30], "the deployer saw the step at which it took effect"
    elsewhere = replace(other, history=replace(other.history, commit="git:" + "f" * 40), observed_at=MINUTES[3])
    book.land(store(elsewhere), "ada")
    before = replace(other, history=replace(other.history, commit=f"git:{commit(1)}"), observed_at=MINUTES[4])
    book.land(store(before), "ada")
    assert since(book.landed(), asked, late).at == MINUTES[30], "not one who saw another chain, or an earlier step"
    mine = deployment(asked, book, MINUTES[40])
    book.land(mine, "ada")
    book.sign(mine.id, "dan")
    assert since(book.landed(), asked, late).source == "deployer ada", "dan may not deploy"


def test_times_are_compared_as_times() -> None:
    """Not as texts: a fraction of a second comes after the second."""
    landed, timeline = promoted(1, deployed=[(1, NOW)])
    alone, _ = promoted(1)
    fraction = NOW.replace("00Z", "00.5Z")
    assert since(alone, timeline.asked[0], dates(fraction)).at == fraction
    assert since(landed, timeline.asked[0], dates(fraction)).at == NOW
    seen, others = promoted(2, deployed=[(2, NOW)])
    assert since(seen, others.asked[0], dates(fraction, NOW)).at == NOW, "the deployer of the next one saw it then"


def test_what_was_asked_and_never_counted_was_in_effect_at_no_time() -> None:
    book = Promoting(1)
    wish = book.wish(book.releases[0])
    book.move()
    book.request(wish)
    assert effective_at(book.landed(), book.timeline(), "live", MINUTES[59], lambda _step: MINUTES[0]) is None
