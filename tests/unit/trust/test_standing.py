"""Who stands behind a signature, at which step: keys, certificates and windows (threats A11, A13, A15)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gitprov.ids import Digest
from gitprov.records import Role, TrustRoot
from gitprov.records.roots import Delegation
from gitprov.trust.log import Log
from gitprov.trust.roots import Accepted, Roots, identity_id
from gitprov.trust.signatures import Signature
from tests.unit.trust.facts import OWN, Window, by, history, key, proven, root, trusted_root

RECORD = Digest("sha256:" + "5" * 64)
LOG = Log(())
MAIL = "ann@example.org"
YEARS = tuple(f"20{year}-01-01T00:00:00Z" for year in range(10, 60, 10))
SPRING: Window = ("2026-03-01T00:00:00Z", "2026-06-01T00:00:00Z")


def version(number: int, keys: dict[str, Sequence[str]], *, step: int, since: int, **facts: object) -> Accepted:
    """A version in force from a step on."""
    past = history(LOG, since if number > 1 else None)
    follows = RECORD if number > 1 else None
    stored = root(number, past, keys, follows=follows, owners=sorted(keys)[:1], **facts)  # type: ignore[arg-type]
    assert isinstance(stored.record, TrustRoot)
    return Accepted(stored.record, stored.id, step, since)


def one(*, window: Window = (None, None), revoked: Sequence[str] = ()) -> Accepted:
    """A first version with a key and a certified identity of ann's, valid for a while."""
    windows = {"a": window, MAIL: window}
    return version(1, {"ann": ["a", MAIL], "ben": ["b"]}, step=0, since=-1, windows=windows, revoked=revoked)


@pytest.mark.parametrize("name", ["a", MAIL])
@pytest.mark.parametrize(
    ("at", "counts"),
    [
        pytest.param("2016-04-01T00:00:00Z", False, id="a clock ten years back"),
        pytest.param("2026-02-28T23:59:59Z", False, id="not yet valid"),
        pytest.param("2026-03-01T00:00:00Z", True, id="from the first moment on"),
        pytest.param("2026-05-31T23:59:59Z", True, id="to the last"),
        pytest.param("2026-06-01T00:00:00Z", False, id="expired"),
        pytest.param("2036-04-01T00:00:00Z", False, id="a clock ten years ahead"),
        pytest.param(None, False, id="nothing proves when"),
    ],
)
def test_a_window_takes_a_proven_time_and_no_clock(name: str, at: str | None, counts: bool) -> None:
    """A13: the clock of who signs, of who verifies, and of who commits say nothing."""
    assert (one(window=SPRING).holder(by(name, RECORD, at)) == "ann") == counts


def test_a_key_without_a_window_needs_no_time_and_a_certificate_always_does() -> None:
    assert one().holder(by("a", RECORD)) == "ann"
    assert one().holder(by(MAIL, RECORD)) is None
    assert one().holder(by(MAIL, RECORD, YEARS[0])) == "ann"


def test_only_the_trusted_roots_of_a_version_prove_a_time_to_it() -> None:
    """A timestamp of an authority that the owners did not list proves nothing, whatever it says."""
    elsewhere = replace(by("a", RECORD), proven={Digest("sha256:" + "9" * 64): "2026-04-01T00:00:00Z"})
    assert one(window=SPRING).holder(elsewhere) is None
    assert one().holder(replace(elsewhere, key=key(MAIL))) is None


def test_an_identity_is_nobody_without_the_issuer_who_is_listed_for_it() -> None:
    """The right address, vouched for by somebody else: whoever runs an issuer can write any address into a token."""
    right = by(MAIL, RECORD, "2026-04-01T00:00:00Z")
    wrong = replace(right, key=identity_id(MAIL, "https://issuer.example.com"))
    assert one().holder(right) == "ann"
    assert one().holder(wrong) is None
    assert "does not list it" in one().why_not(wrong)


@pytest.mark.parametrize("name", ["a", MAIL])
def test_a_revoked_identity_is_nobody_at_any_time(name: str) -> None:
    for at in (None, *YEARS):
        assert one(revoked=["a", MAIL]).holder(by(name, RECORD, at)) is None


@pytest.mark.parametrize("name", ["a", MAIL])
def test_what_has_ended_counts_where_it_landed_before(name: str) -> None:
    """A window that a later version sets says nothing about what landed before its history: nothing is undone."""
    first = one()
    over = (None, YEARS[0])
    ended = version(2, {"ann": ["a", MAIL, "a2"]}, step=9, since=6, windows={"a": over, MAIL: over})
    signed = by(name, RECORD, YEARS[1] if "@" in name else None)
    roots = Roots((first, ended))
    assert [roots.person(signed, landed, 20) for landed in (6, 7, 9, 10)] == ["ann", None, None, None]
    early = replace(signed, proven=proven("2009-01-01T00:00:00Z"))
    assert [roots.person(early, landed, 20) for landed in (6, 7, 9, 10)] == ["ann"] * 4, "made before it ended"


def test_who_proves_to_have_a_key_is_not_asked_when() -> None:
    ended = one(window=(None, YEARS[0]))
    assert ended.why_not(by("a", RECORD))[:3] == "W5:"
    assert ended.why_not(by("a", RECORD), timed=False) == ""
    assert ended.why_not(by(MAIL, RECORD), timed=False)[:3] == "W4:", "a certificate is held against its trusted root"


def test_of_the_times_that_trusted_roots_prove_the_earliest_counts() -> None:
    """It was signed by then: a later witness takes nothing back, and a stranger to the version adds nothing."""
    plain = one()
    two = {"team": OWN, "other": trusted_root("other")}
    listing = Accepted(replace(plain.root, trusted_roots=two), plain.id, 0, -1)
    times = dict(zip(listing.documents.values(), YEARS[1:], strict=False))
    elsewhere = {Digest("sha256:" + "9" * 64): YEARS[0]}
    assert listing.time(replace(by("a", RECORD), proven={**times, **elsewhere})) == YEARS[1]
    assert listing.time(replace(by("a", RECORD), proven=elsewhere)) is None


def test_a_revocation_holds_even_where_a_later_version_lists_the_key_again() -> None:
    """W6 of the signature, and what a key would count for now: no version that is accepted does so (A15)."""
    first = version(1, {"ann": ["a"]}, step=0, since=-1)
    gone = version(2, {"ann": ["a"]}, step=3, since=1, revoked=["a"])
    back = version(3, {"ann": ["a"]}, step=3, since=1)
    roots = Roots((first, gone, back))
    assert roots.why_not(by("a", RECORD), 4, 9) == (
        "W6: it landed after the history of trust version 2, which revokes it"
    )
    assert roots.person(by("a", RECORD), 4, 9) is None
    assert [roots.bearer(key("a"), as_of) for as_of in (2, 3, 9)] == ["ann", None, None]


def test_a_project_is_known_by_its_first_version() -> None:
    assert Roots().project is None
    assert Roots((one(),)).project == one().id


# --- roles, and who changes them -------------------------------------------------------------------------------------

BEN, CYD = Role(people=("ben",)), Role(people=("cyd",))
SHARED = version(
    1,
    {"ann": ["a"], "ben": ["b"], "cyd": ["c"]},
    step=0,
    since=-1,
    delegations={
        "fraud": Delegation(producer=BEN, deployer=BEN, approver={"live": BEN}),
        "fraud.model": Delegation(producer=CYD),
        "fra": Delegation(producer=Role(people=("ann",))),
    },
)


@pytest.mark.parametrize(
    ("scope", "producers", "approvers", "who", "votes"),
    [
        ("fraud.model.v2", ("cyd",), ("ben",), "delegate fraud.model", "delegate fraud"),
        ("fraud.models", ("ben",), ("ben",), "delegate fraud", "delegate fraud"),
        ("fraud", ("ben",), ("ben",), "delegate fraud", "delegate fraud"),
        ("churn", ("ann",), ("ann",), "propose", "propose"),
    ],
)
def test_the_longest_prefix_that_states_a_role_decides_and_is_what_changes_it(
    scope: str, producers: tuple[str, ...], approvers: tuple[str, ...], who: str, votes: str
) -> None:
    """A prefix ends where a part of the name ends: who holds `fra` has nothing of `fraud`."""
    assert SHARED.role("producer", scope).people == producers
    assert SHARED.approvers("live", scope).people == approvers
    assert SHARED.says_who("producer", scope) == f"gitprov trust {who}"
    assert SHARED.says_approvers("live", scope) == f"gitprov trust {votes} --approvers live=PERSON"
    assert SHARED.says_approvers("test", scope) == "gitprov trust propose --approvers test=PERSON"
    assert SHARED.approvers("test", scope).people == SHARED.role("evaluator", scope).people == ("ann",)
    assert SHARED.says_who("evaluator", scope) == "gitprov trust propose"


def test_everybody_who_deploys_something_is_a_deployer() -> None:
    assert SHARED.deployers == ("ann", "ben")
    roles = replace(SHARED.root.roles, deployer=CYD)
    assert Accepted(replace(SHARED.root, roles=roles), SHARED.id, 0, -1).deployers == ("ben", "cyd")


# --- over random histories ------------------------------------------------------------------------------------------

NAMES = {"a": "ann", MAIL: "ann", "b": "ben", "b2": "ben", "ben@example.org": "ben"}


@dataclass(frozen=True)
class Told:
    """A version as a person would tell it, with none of our code."""

    step: int
    since: int
    listed: dict[str, tuple[str, Window, bool]]

    def believes(self, name: str, at: str | None) -> str | None:
        """Returns who signed with a key, by this version."""
        if name not in self.listed:
            return None
        who, (start, end), gone = self.listed[name]
        needs_time = "@" in name or start is not None or end is not None
        if gone or (needs_time and at is None):
            return None
        moment = datetime.fromisoformat(at) if at is not None else None
        if start is not None and moment is not None and moment < datetime.fromisoformat(start):
            return None
        if end is not None and moment is not None and moment >= datetime.fromisoformat(end):
            return None
        return who


@st.composite
def histories(draw: st.DrawFn) -> list[Told]:
    """Versions in the order in which they came into force; later ones may be proposed before earlier ones landed."""
    told: list[Told] = []
    step = draw(st.integers(0, 2))
    for number in range(draw(st.integers(1, 4))):
        names = draw(st.lists(st.sampled_from(sorted(NAMES)), min_size=1, unique=True))
        listed: dict[str, tuple[str, Window, bool]] = {}
        for name in names:
            start, end = sorted(draw(st.lists(st.sampled_from(YEARS), min_size=2, max_size=2, unique=True)))
            always: Window = (None, None)
            window = draw(st.sampled_from([always, always, (start, None), (None, end), (start, end)]))
            who = NAMES[name] if draw(st.integers(0, 9)) else "cyd"
            listed[name] = (who, window, draw(st.integers(0, 4)) == 0)
        told.append(Told(step, -1 if number == 0 else draw(st.integers(0, step - 1)), listed))
        step += draw(st.integers(1, 4))
    return told


def real(told: Sequence[Told]) -> Roots:
    """The same as the thing itself."""
    made = []
    for number, one in enumerate(told, start=1):
        people: dict[str, list[str]] = {}
        for name, (who, _, _) in one.listed.items():
            people.setdefault(who, []).append(name)
        windows = {name: window for name, (_, window, _) in one.listed.items()}
        gone = [name for name, (_, _, is_gone) in one.listed.items() if is_gone]
        made.append(version(number, dict(people), step=one.step, since=one.since, windows=windows, revoked=gone))
    return Roots(tuple(made))


def naive(told: Sequence[Told], name: str, at: str | None, landed: int, as_of: int) -> str | None:
    """Who stands behind a signature, as docs/verification.md says it."""
    known = [one for one in told if one.step <= as_of]
    before = [one for one in known if one.step < landed]
    if not before and known and told[0].step == landed:
        before = [told[0]]
    who = before[-1].believes(name, at) if before else None
    for one in known:
        if one.since < landed:
            if name in one.listed and one.listed[name][2]:
                return None
            if landed <= one.step and one.believes(name, at) != who:
                return None
    return who


signed = st.tuples(st.sampled_from(sorted(NAMES)), st.sampled_from([None, *YEARS, "2025-06-01T00:00:00Z"]))
CASE = [Told(0, -1, {"a": ("ann", (None, None), False)}), Told(3, 1, {"a": ("ann", (None, YEARS[0]), False)})]


@given(histories(), signed)
@example(CASE, ("a", None))
def test_who_stands_behind_a_signature_is_what_the_rules_say(told: list[Told], what: tuple[str, str | None]) -> None:
    roots, signature = real(told), by(what[0], RECORD, what[1])
    for one, version in zip(told, roots.accepted, strict=True):
        assert version.holder(signature) == one.believes(*what)
    for landed in range(told[-1].step + 3):
        for as_of in range(landed, told[-1].step + 3):
            assert roots.person(signature, landed, as_of) == naive(told, *what, landed, as_of)


@given(histories(), signed)
def test_no_later_version_changes_a_verdict_at_an_earlier_step(told: list[Told], what: tuple[str, str | None]) -> None:
    """Monotone (demand 33): what was known at a step decides what held there."""
    whole, signature = real(told), by(what[0], RECORD, what[1])
    for as_of in range(told[-1].step + 1):
        known = Roots(tuple(one for one in whole.accepted if one.step <= as_of))
        for landed in range(as_of + 1):
            assert whole.person(signature, landed, as_of) == known.person(signature, landed, as_of)


@given(histories(), signed)
def test_nobody_stands_behind_a_fault(told: list[Told], what: tuple[str, str | None]) -> None:
    """A signature whose key no version lists is nobody's, whenever it landed."""
    stranger: Signature = by("eve", RECORD, what[1])
    roots = real(told)
    assert {roots.person(stranger, landed, 20) for landed in range(20)} == {None}


def test_a_signature_is_good_when_its_key_is_listed_and_nothing_is_wrong_with_it() -> None:
    good = by("a", RECORD)
    assert good.is_good
    assert not replace(good, listed=False).is_good
    assert not replace(good, fault="it is broken").is_good
