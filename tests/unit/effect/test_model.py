"""What is effective equals what a naive model of the rules says, over random histories (demands 16, 18, 33)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gitprov.ids import Digest
from gitprov.records import Request, Role
from gitprov.records.roots import Delegation
from tests.sim.promoting import Promoting, Wish

Op = tuple[Any, ...]
BY = st.sampled_from(["ada", "ada", "ada", "ada", "ben"])
VOTERS = st.sampled_from(["ben", "ben", "cleo", "cleo", "dan", "ada"])
RELEASE = st.integers(0, 2)
LATE = st.integers(0, 2)
"""Which of the last requests."""

ops: st.SearchStrategy[Op] = st.one_of(
    st.tuples(st.just("whole"), BY, RELEASE, st.just("promote")),
    st.tuples(st.just("whole"), BY, RELEASE, st.sampled_from(["promote", "rollback", "withdraw"])),
    st.tuples(st.just("ask"), BY, RELEASE, st.sampled_from(["promote", "rollback", "withdraw"])),
    st.tuples(st.just("draft"), BY, RELEASE, st.just("promote")),
    st.tuples(st.just("land"), LATE),
    st.tuples(st.just("approves"), LATE, VOTERS),
    st.tuples(st.just("approves"), LATE, VOTERS),
    st.tuples(st.just("rejects"), LATE, VOTERS),
    st.tuples(st.just("rotate"), st.sets(VOTERS, min_size=2), st.integers(1, 2)),
    st.tuples(st.just("revoke"), st.sampled_from(["ben", "cleo", "dan"])),
    st.tuples(st.just("window"), st.sampled_from([{"ben"}, {"cleo"}, {"ben", "cleo"}])),
    st.tuples(st.just("delegate"), st.sampled_from([{"dan"}, {"ben"}, {"cleo", "dan"}]), st.integers(1, 2)),
    st.tuples(st.just("take back")),
)


@dataclass
class Naive:
    """The rules of docs/verification.md as a person would tell them, with none of our code."""

    approvers: set[str]
    threshold: int
    version: int = 1
    delegated: tuple[set[str], int] | None = None
    revoked: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)
    files: set[tuple[Digest, str, str]] = field(default_factory=set)
    fresh: list[tuple[Digest, str]] = field(default_factory=list)
    in_effect: Digest | None = None
    served: list[int | None] = field(default_factory=list)
    asked: dict[Digest, tuple[Any, ...]] = field(default_factory=dict)
    votes: dict[Digest, set[str]] = field(default_factory=dict)
    void: set[Digest] = field(default_factory=set)
    past: set[Digest] = field(default_factory=set)

    def note(self, wish: Wish, by: str) -> None:
        """Remembers what a request was made for."""
        record = wish.request.record
        assert isinstance(record, Request)
        release = record.release.version if record.release else None
        self.asked[wish.id] = (by, self.in_effect, self.version, record.kind, release)

    def vote(self, request: Digest, person: str, how: str) -> bool:
        """Takes a vote; tells whether it is one that was not there."""
        is_new = (request, how, person) not in self.files
        self.files.add((request, how, person))
        counts = is_new and person not in self.revoked | self.ended
        if counts and how == "rejects" and person in self.may_approve[0]:
            self.void.add(request)
        if counts and how == "approves":
            self.votes.setdefault(request, set()).add(person)
            self.fresh.append((request, person))
        return is_new

    @property
    def may_approve(self) -> tuple[set[str], int]:
        """Who approves, and how many of them it takes: the team to whom it is delegated, else the project."""
        return self.delegated or (self.approvers, self.threshold)

    def may(self, request: Digest) -> bool:
        """Tells whether a request takes effect at this step, if no other one does."""
        by, replaces, version, kind, release = self.asked[request]
        if by != "ada" or replaces != self.in_effect or version != self.version or request in self.void | self.past:
            return False
        if kind == "rollback" and release not in self.served:
            return False
        approvers, threshold = self.may_approve
        approvals = self.votes.get(request, set()) - self.revoked - self.ended - {"ada"}
        return len(approvals & approvers) >= threshold

    def land(self, touched: set[Digest]) -> None:
        """Judges a step."""
        ready = [request for request in touched if self.may(request)]
        if len(ready) == 1:
            self.in_effect = ready[0]
            self.past.add(ready[0])
            self.served.append(self.asked[ready[0]][4])

    def govern(self, op: Op) -> None:
        """Changes the trust root, from the next step on."""
        match op:
            case ("rotate", people, threshold):
                self.approvers, self.threshold = set(people), min(threshold, len(people))
            case ("revoke", person):
                self.revoked.add(person)
            case ("window", people):
                self.ended ^= people
                for request, voter in self.fresh:  # what lands with the version that ends a key is judged by it, too
                    if voter in self.ended:
                        self.votes[request].discard(voter)
            case ("delegate", people, threshold):
                self.delegated = (set(people), min(threshold, len(people)))
            case _:
                self.delegated = None
        self.version += 1


class Both:
    """The real thing and the naive one, side by side."""

    def __init__(self, threshold: int) -> None:
        self.real = Promoting(approvers=("ben", "cleo"), threshold=threshold)
        self.naive = Naive({"ben", "cleo"}, threshold)
        self.made: list[tuple[Wish, str]] = []
        self.landed: list[Digest] = []
        self.effective: list[Digest | None] = []

    def step(self, some: list[Op]) -> None:
        """Makes a step of some operations; what is asked in it is made before: nobody sees the step itself."""
        wishes = {number: wish for number, op in enumerate(some) if (wish := self.wish(op)) is not None}
        self.real.move()
        touched: set[Digest] = set()
        for number, op in enumerate(some):
            touched |= set(self.apply(op, wishes.get(number)))
        self.naive.land(touched)
        self.effective.append(self.naive.in_effect)
        for op in [op for op in some if op[0] in ("rotate", "revoke", "window", "delegate", "take back")][:1]:
            self.naive.govern(op)
            self.trust()
        self.naive.fresh.clear()

    def trust(self) -> None:
        """Puts a version in force that says what the naive one says; a window that has ended takes a time."""
        naive = self.naive
        team = naive.delegated
        held = Role(people=tuple(sorted(team[0])), threshold=team[1]) if team is not None else None
        self.real.trust(
            naive.approvers,
            threshold=naive.threshold,
            revoked=naive.revoked,
            windows=dict.fromkeys(naive.ended, (None, "2026-01-01T00:00:00Z")),
            delegations={"model": Delegation(approver={"live": held})} if held is not None else {},
        )

    def wish(self, op: Op) -> Wish | None:
        """Makes a request, if the operation asks for one that can be made."""
        if op[0] not in ("whole", "ask", "draft") or (op[3] != "promote" and self.naive.in_effect is None):
            return None
        release = None if op[3] == "withdraw" else self.real.releases[op[2]]
        wish = self.real.wish(release, kind=op[3], by=op[1], sequence=len(self.made) + 1)
        self.made.append((wish, op[1]))
        self.naive.note(wish, op[1])
        return wish

    def apply(self, op: Op, wish: Wish | None) -> Iterator[Digest]:
        """Does one operation, and yields the requests whose folders get another file."""
        match op:
            case ("whole" | "ask", by, *_) if wish is not None:
                yield from self.request(wish, by)
                for person in ("ben", "cleo") if op[0] == "whole" else ():
                    yield from self.vote(wish.id, person, "approves")
            case ("land", late) if self.made:
                yield from self.request(*self.made[-1 - late % len(self.made)])
            case (("approves" | "rejects") as how, late, person) if self.landed:
                yield from self.vote(self.landed[-1 - late % len(self.landed)], person, how)

    def request(self, wish: Wish, by: str) -> Iterator[Digest]:
        """Lands a request."""
        if wish.id not in self.landed:
            self.real.request(wish, by)
            self.landed.append(wish.id)
            yield wish.id

    def vote(self, request: Digest, person: str, how: Any) -> Iterator[Digest]:
        """Lands a vote."""
        self.real.sign(request, person, how)
        if self.naive.vote(request, person, how):
            yield request


@settings(max_examples=200)
@given(st.lists(st.lists(ops, min_size=1, max_size=3), min_size=3, max_size=10), st.integers(1, 2))
def test_what_is_effective_is_what_the_rules_say(steps: list[list[Op]], threshold: int) -> None:
    """Demands 16, 18: after every step of a random history; and no later step changes what was effective before."""
    both = Both(threshold)
    for some in steps:
        both.step(some)
    first, whole = both.real.head - len(steps) + 1, both.real.timeline()
    for step, expected in enumerate(both.effective, start=first):
        for timeline in (whole, both.real.timeline(until=step)):
            found = timeline.effective("live", step)
            assert (found.id if found else None) == expected
