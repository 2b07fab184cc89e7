"""The four layers of a release (demand 6): what they follow from, and what does not change them."""

from dataclasses import replace

import pytest

from gitprov.check.references import check_references
from gitprov.ids import digest_of
from gitprov.lineage import Held, Ledger
from gitprov.lineage.layers import choose, closure, layers_of, other_runs
from gitprov.records import Layers, Member, store
from tests.sim.book import Book, churn


def members(book: Book, version: int) -> dict[str, Member]:
    ledger = book.ledger
    return dict(ledger.releases[ledger.releases_of("churn")[version]].members)


def layers(ledger: Ledger, chosen: dict[str, Member]) -> Layers:
    return layers_of(ledger, choose(ledger, chosen), chosen)


def test_each_layer_is_the_digest_of_a_sorted_list_without_repetitions() -> None:
    book = churn()
    ledger = book.ledger
    found = layers(ledger, members(book, 1))
    by_name = {
        artifact.name: artifact for artifact in ledger.artifacts.values() if artifact.name in ("raw", "thresholds")
    }
    first = ledger.artifacts[ledger.named("churn")[0]]
    assert found.data == digest_of(sorted(one.content.digest for one in by_name.values()))
    assert found.artifacts == digest_of(sorted([first.content.digest, by_name["thresholds"].content.digest]))
    assert found.code == digest_of([first.recipe.code])
    assert found.environment == digest_of([first.recipe.environment])


def test_each_layer_changes_with_what_it_is_made_of_only() -> None:
    book = churn()
    one, other = (layers(book.ledger, members(book, version)) for version in (1, 2))
    assert (one.data, one.environment) == (other.data, other.environment)
    assert one.artifacts != other.artifacts
    assert one.code != other.code


@pytest.mark.parametrize("finished", ["2000-01-01T00:00:00Z", "2099-01-01T00:00:00Z", None])
def test_making_the_same_artifact_again_changes_no_release(finished: str | None) -> None:
    """D3: a release stays right when somebody merges another run of what it rests on, earlier or later than its own.

    That run took other artifacts with the same bytes, which somebody made by other code.
    """
    book = churn()
    release = book.ledger.releases[book.ledger.releases_of("churn")[1]]
    made_by = closure(book.ledger, release.members, release.runs)
    other_source = book.add("older", b"older")
    twin = book.make("copy", {"in": other_source}, {"out": ("raw-twin", b"raw")}, code={"src/copy.py": "copy\n"})["out"]
    book.make("features", {"raw": twin}, {"features": ("churn-features", b"features")}, params={"window": 7})
    assert sorted(len(book.ledger.makers(one)) for one in book.ledger.named("churn-features")) == [1, 2]
    (other,) = book.ledger.users(twin)
    moved = Held(store(replace(book.ledger.runs[other], finished=finished)), "committed")
    ledger = Ledger([moved, *(held for one, held in book.ledger.held.items() if one != other)])
    again = closure(ledger, release.members, release.runs)
    assert again == made_by
    assert other_runs(again, release.members) == release.runs
    assert layers_of(ledger, again, release.members) == release.layers
    assert not [*check_references(ledger, [*ledger.releases])]


def test_a_draft_is_not_on_record() -> None:
    book = Book()
    data, twin = book.add("data", b"data"), book.add("twin", b"data")
    table = book.make("table", {"data": data}, {"t": ("table", b"t")}, state="draft", draft="table-1")["t"]
    book.make("table", {"data": twin}, {"t": ("table", b"t")})
    model = book.make("train", {"t": table}, {"m": ("m", b"m")})["m"]
    ledger = book.ledger
    made_by = choose(ledger, {"model": Member(artifact=model, run=ledger.makers(model)[-1])})
    assert twin in made_by
    assert data not in made_by


def test_what_is_not_recorded_is_left_out() -> None:
    book = churn()
    chosen = members(book, 1)
    missing = Member(artifact=digest_of("nothing"), run=digest_of("no run"))
    assert layers(book.ledger, {**chosen, "lost": missing}) == layers(book.ledger, chosen)
