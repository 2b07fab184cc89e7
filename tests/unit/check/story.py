"""A model in production and its successor on a branch: what the tests of evidence start from."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

from gitprov.check.evidence import Ask, judged
from gitprov.check.landed import Landed
from gitprov.ids import Digest
from gitprov.records import Evidence, ReleaseRef, Stored, store
from tests.sim.book import Book
from tests.sim.landing import Landing

NOW = "2026-12-01T12:00:00Z"


class Story:
    """`churn@v1` landed at step 1; `change` records what shall replace it, which no step has landed yet.

    Attributes:
        landing: The protected ref.
        raw, holdout: Data that both versions rest on, and that they were evaluated on.
        first, second: Ids of the two releases' models.
        commit: Where the protected ref stood before the change.
    """

    def __init__(self) -> None:
        self.landing = Landing()
        book = self.book
        self.raw = book.add("raw", b"raw")
        self.holdout = book.add("holdout", b"holdout")
        self.filter = book.add("filter", b"filter", kind="filter")
        self.first = train(book, self.raw, 0.1, b"model 1")
        book.evaluate(self.first, {"auc": 0.91}, data=self.holdout)
        self.v1 = book.seal("churn", 1, model=self.first, filter=self.filter)
        self.landing.step()
        self.second = Digest("")
        self.v2 = Digest("")

    @property
    def book(self) -> Book:
        """The records."""
        return self.landing.book

    @property
    def commit(self) -> str:
        """The last commit of the protected ref."""
        return self.landing.commit

    def change(self, **members: Digest) -> None:
        """Records the successor: another learning rate, evaluated, and sealed with these members besides."""
        self.second = train(self.book, self.raw, 0.05, b"model 2")
        self.book.evaluate(self.second, {"auc": 0.93}, data=self.holdout)
        self.seal(**(members or {"filter": self.filter}))

    def seal(self, **members: Digest) -> None:
        """Seals the successor."""
        self.v2 = self.book.seal("churn", 2, "committed", model=self.second, **members)

    def ask(self, **fields: object) -> Ask:
        """Returns the wish to put the successor in the place of version 1."""
        stored = {held.id: held.stored for held in self.book.held}
        wish = Ask(
            kind="promote",
            name="churn",
            stage="production",
            sequence=2,
            requester="pia",
            authors=("paul",),
            evaluated_at=NOW,
            commit=self.commit,
            release=stored[self.v2],
            incumbent=reference(stored[self.v1]),
        )
        return replace(wish, **fields)  # type: ignore[arg-type]

    def collect(self, then: Callable[[Landing], object] = Landing.step, **fields: object) -> Evidence:
        """Returns the evidence as it is made on the branch: as if the change landed next, by what `then` does."""
        ask, preview = self.ask(**fields), deepcopy(self.landing)
        then(preview)
        return judged(preview.landed(), preview.head, ask)[0]

    def land(self, evidence: Evidence) -> int:
        """Lands the change and its evidence, and returns the step."""
        self.book.keep(evidence)
        return self.landing.step()

    def landed(self) -> Landed:
        """Returns everything that landed."""
        return self.landing.landed()


def train(book: Book, raw: Digest, rate: float, model: bytes) -> Digest:
    """Records a training and returns its model."""
    params = {"lr": rate, "seed": 42}
    return book.make("train", {"raw": raw}, {"model": ("churn", model)}, kind="model", params=params)["model"]


def add_again(story: Story, finished: str, cutoff: str | None = None) -> Digest:
    """Records the raw data once more, as read at another time, and returns the run."""
    ledger = story.book.ledger
    run = ledger.runs[ledger.makers(story.raw)[0]]
    return story.book.keep(replace(run, finished=finished, cutoff=cutoff)).id


def reference(stored: Stored) -> ReleaseRef:
    """Returns how other records name a release."""
    release = stored.record
    return ReleaseRef(id=stored.id, set_=release.set_, version=release.version)  # type: ignore[union-attr]


def outcomes(evidence: Evidence) -> dict[str, str]:
    """Returns what came of each rule, by policy and rule."""
    return {f"{rule.policy}/{rule.rule}": rule.outcome for rule in evidence.rules}


def same(one: Evidence, other: Evidence) -> bool:
    """Tells whether two pieces of evidence are the same bytes."""
    return store(one).data == store(other).data
