"""The four layers of a release (demand 6): what they follow from, and what does not change them."""

from gitprov.ids import digest_of
from gitprov.lineage.layers import closure, layers_of
from gitprov.records import Member
from tests.sim.book import Book, churn


def members(book: Book, version: int) -> dict[str, Member]:
    ledger = book.ledger
    return dict(ledger.releases[ledger.releases_of("churn")[version]].members)


def test_each_layer_is_the_digest_of_a_sorted_list_without_repetitions() -> None:
    book = churn()
    ledger = book.ledger
    layers = layers_of(ledger, members(book, 1))
    by_name = {
        artifact.name: artifact for artifact in ledger.artifacts.values() if artifact.name in ("raw", "thresholds")
    }
    first = ledger.artifacts[ledger.named("churn")[0]]
    assert layers.data == digest_of(sorted(one.content.digest for one in by_name.values()))
    assert layers.artifacts == digest_of(sorted([first.content.digest, by_name["thresholds"].content.digest]))
    assert layers.code == digest_of([first.recipe.code])
    assert layers.environment == digest_of([first.recipe.environment])


def test_each_layer_changes_with_what_it_is_made_of_only() -> None:
    book = churn()
    one, other = (layers_of(book.ledger, members(book, version)) for version in (1, 2))
    assert (one.data, one.environment) == (other.data, other.environment)
    assert one.artifacts != other.artifacts
    assert one.code != other.code


def test_making_the_same_artifact_again_changes_no_layer() -> None:
    """D3: a release stays right when somebody reproduces what it rests on, from other artifacts with the same bytes."""
    book = churn()
    chosen = members(book, 1)
    before = layers_of(book.ledger, chosen)
    other_source = book.add("older", b"older")
    twin = book.make("copy", {"in": other_source}, {"out": ("raw-twin", b"raw")}, code={"src/copy.py": "copy\n"})["out"]
    book.make("features", {"raw": twin}, {"features": ("churn-features", b"features")}, params={"window": 7})
    assert sorted(len(book.ledger.makers(one)) for one in book.ledger.named("churn-features")) == [1, 2]
    assert layers_of(book.ledger, chosen) == before


def test_a_draft_is_not_on_record() -> None:
    book = Book()
    data, twin = book.add("data", b"data"), book.add("twin", b"data")
    table = book.make("table", {"data": data}, {"t": ("table", b"t")}, state="draft", draft="table-1")["t"]
    book.make("table", {"data": twin}, {"t": ("table", b"t")})
    model = book.make("train", {"t": table}, {"m": ("m", b"m")})["m"]
    ledger = book.ledger
    made_by = closure(ledger, {"model": Member(artifact=model, run=ledger.makers(model)[-1])})
    assert twin in made_by
    assert data not in made_by


def test_what_is_not_recorded_is_left_out() -> None:
    book = churn()
    chosen = members(book, 1)
    missing = Member(artifact=digest_of("nothing"), run=digest_of("no run"))
    assert layers_of(book.ledger, {**chosen, "lost": missing}) == layers_of(book.ledger, chosen)
