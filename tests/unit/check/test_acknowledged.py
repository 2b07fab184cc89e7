"""Which findings the owners have acknowledged: by their threshold, as of the step before, and for ever."""

from dataclasses import replace

from gitprov.check.acknowledged import acknowledged, covers
from gitprov.check.landed import Landed
from gitprov.errors import catalogue as codes
from gitprov.records import Event, Stored, store
from gitprov.trust.log import Log
from gitprov.trust.roots import Accepted, Roots
from tests.unit.trust.facts import history, landed, root

LOST = "GP-IMM-007:.gitprov/runs/x@abc"
PEOPLE = {"ann": ["a"], "ben": ["b"], "cyd": ["c"]}
PAST = history(Log([]), None)
ONE = root(1, PAST, PEOPLE, owners=("ann",))
TWO = root(1, PAST, PEOPLE, owners=("ann", "ben"), threshold=2)


def says(finding: str = LOST, kind: str = "acknowledgement") -> Stored:
    """Returns an event that names a finding."""
    event = Event(kind=kind, actor="ann", at="2026-11-21T09:30:00Z", subjects=(), reason="seen", details={})
    return store(replace(event, details={"finding": finding}))


def roots(*versions: tuple[Stored, int]) -> Roots:
    """Returns trust versions in force from these steps on."""
    return Roots(tuple(Accepted(one.record, one.id, step, -1) for one, step in versions))  # type: ignore[arg-type]


def seen(*signed: tuple[str, int], landing: int = 3, trust: Roots | None = None, kind: str = "acknowledgement") -> bool:
    """Tells whether the finding is acknowledged when these keys sign at these steps."""
    one = says(kind=kind)
    return LOST in acknowledged(facts(one, landing, *signed, trust=trust))


def facts(one: Stored, landing: int, *signed: tuple[str, int], trust: Roots | None = None) -> Landed:
    found = [(one, name, step) for name, step in signed]
    return landed([(one, landing)], found, trust or roots((ONE, 1)))


def test_an_owner_acknowledges_with_the_record_or_later() -> None:
    assert acknowledged(facts(says(), 3, ("a", 3))) == {LOST}
    assert seen(("a", 9))
    assert seen(("a", 2)), "also when the signature landed before the record"
    assert not seen()
    assert not seen(("b", 3)), "who is no owner"
    assert not seen(("a", 3), kind="note")


def test_the_version_in_force_before_the_step_says_who_is_an_owner() -> None:
    assert not seen(("a", 3), trust=roots((ONE, 3)))
    assert seen(("a", 4), trust=roots((ONE, 3)))
    assert not seen(("a", 3), trust=Roots())
    other = root(2, history(Log([]), 2), PEOPLE, owners=("ben",), follows=ONE.id)
    assert seen(("a", 3), trust=roots((ONE, 1), (other, 5))), "it stays so whoever owns the project later"
    assert seen(("a", 5), trust=roots((ONE, 1), (other, 5)))
    assert not seen(("a", 6), trust=roots((ONE, 1), (other, 5)))
    assert not seen(("b", 3), trust=roots((ONE, 1), (other, 5))), "who owns it later did not acknowledge it"
    revoked = Accepted(other.record, other.id, 3, 1)  # type: ignore[arg-type]
    lost = replace(revoked, root=root(2, history(Log([]), 1), PEOPLE, follows=ONE.id, revoked=("a",)).record)  # type: ignore[arg-type]
    assert seen(("a", 3), trust=Roots((*roots((ONE, 1)).accepted, lost))), "a key is revoked from the next step on"


def test_nobody_acknowledges_before_the_record_landed() -> None:
    """The threshold at an earlier step is no threshold for a record that nobody had."""
    other = root(2, history(Log([]), 2), PEOPLE, owners=("ben",), follows=ONE.id)
    assert not seen(("a", 3), landing=9, trust=roots((ONE, 1), (other, 5)))


def test_a_threshold_is_of_owners_and_may_be_reached_step_by_step() -> None:
    trust = roots((TWO, 1))
    assert seen(("a", 3), ("b", 3), trust=trust)
    assert seen(("a", 3), ("b", 7), trust=trust)
    assert not seen(("a", 3), trust=trust)
    assert not seen(("a", 3), ("c", 3), trust=trust), "who is no owner makes no second one"


def test_each_finding_is_acknowledged_by_its_own_record() -> None:
    one, other = says(), says("GP-HIS-003:main@abc")
    found = landed([(one, 3), (other, 3)], [(one, "a", 3), (other, "b", 3)], roots((ONE, 1)))
    assert acknowledged(found) == {LOST}


def test_a_rewound_ref_that_has_gone_on_is_the_same_finding() -> None:
    rewound = codes.HIS_REWOUND.finding("main", "rewound", commit="abc")
    rewritten, unrelated = (replace(rewound, code=code) for code in (codes.HIS_REWRITTEN, codes.HIS_UNRELATED))
    assert covers({rewound.key}, rewound)
    assert covers({rewound.key}, rewritten)
    assert not covers({rewound.key}, unrelated), "another history is another finding"
    assert not covers({rewritten.key}, rewound)
    assert not covers({rewound.key}, replace(rewritten, commit="def"))
