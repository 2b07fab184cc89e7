"""A ledger that asks the index answers as one that has read everything, whatever lies where (issue 7)."""

from collections.abc import Mapping
from hashlib import sha1
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from gitprov.adapters.index import SqliteIndex
from gitprov.errors import GitprovError
from gitprov.ids import sha256_of
from gitprov.lineage import Held, Ledger
from gitprov.ports.index import FILE
from gitprov.recording.indexed import EDITION, IndexedLedger, card
from gitprov.records import Event, Stored, decode, store
from gitprov.records.types import DEPRECATION
from tests.flows.index.same import answers
from tests.sim.book import Book, content_of, unverified

Where = Literal["nowhere", "committed", "staged", "draft", "twice", "moved", "staged again"]


def pool() -> list[Stored]:
    """Returns records of many kinds, two of them with the same content, and some that name what may be missing."""
    book = Book()
    raw = book.add("raw", b"raw")
    book.add("raw", unverified(b"raw"), path="old.csv")
    book.add("copy", b"raw")
    made = book.make("train", {"data": raw}, {"model": ("churn", b"1")}, kind="model", params={"lr": 0.1})["model"]
    later = book.make("train", {"data": raw, "base": made}, {"model": ("churn", b"2")}, kind="model", params={"lr": 1})
    book.make("train", {"data": raw}, {"model": ("churn", b"1")}, kind="model", params={"lr": 0.1})
    book.evaluate(made, {"auc": 0.9}, data=raw)
    book.evaluate(made, {"auc": 0.8, "n": {"a": 1}}, data=raw)
    release = book.seal("churn", 1, model=made)
    book.seal("churn", 2, model=later["model"], data=raw)
    book.evaluate(release, {"auc": 0.7}, data=raw)
    book.sweep("tries", made, 3)
    event = Event(kind=DEPRECATION, actor="ann", at=book.now(), subjects=(made, release), reason="old")
    return [*(held.stored for held in book.held), store(event)]


POOL = pool()
BROKEN = {f".gitprov/runs/x/{len(data)}.yaml": data for data in (b"half", b"\xff", b"x" * 100_000)}
places = st.lists(
    st.sampled_from(Where.__args__),  # type: ignore[attr-defined]
    min_size=len(POOL),
    max_size=len(POOL),
)


class Bytes(dict[str, bytes]):
    """Blobs by object id."""

    def read(self, oid: str) -> bytes:
        """Returns the bytes of a blob."""
        return self[oid]


def files_of(where: list[Where], *, first: bool) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Returns what is committed, before or after the last commit, and what is staged."""
    committed, staged = dict(BROKEN), dict[str, bytes]()
    for stored, place in zip(POOL, where, strict=True):
        if place in ("committed", "twice", "staged again") or (place == "moved" and first):
            committed[stored.path] = stored.data
        if place == "twice" or (place == "moved" and not first):
            committed[stored.path.replace(".yaml", "0.yaml")] = stored.data
        if place in ("staged", "staged again"):
            staged[stored.path.replace(".yaml", "-.yaml")] = stored.data
    return committed, staged


def plain(committed: Mapping[str, bytes], staged: Mapping[str, bytes]) -> Ledger:
    """Returns the ledger of these files, as `open_ledger` makes it."""
    held, broken = list[Held](), dict[str, GitprovError]()
    for path, data in sorted({**staged, **committed}.items()):
        try:
            stored = Stored(sha256_of(data), path, data, decode(data, name=path))
            held.append(Held(stored, "committed" if path in committed else "staged"))
        except GitprovError as error:
            broken[path] = error
    return Ledger(held, broken)


@settings(max_examples=25)
@given(places, places, st.booleans())
def test_every_answer_is_the_same(before: list[Where], where: list[Where], kept: bool) -> None:
    """After two commits, the second of which takes records away, moves and brings them; and with drafts and copies."""
    with TemporaryDirectory() as folder:
        index, blobs = SqliteIndex(f"{folder}/{FILE}", EDITION), Bytes()

        def learn(files: Mapping[str, bytes]) -> dict[str, str]:
            oids = {path: sha1(data, usedforsecurity=False).hexdigest() for path, data in files.items()}
            blobs.update({oids[path]: data for path, data in files.items()})
            new = {oid: path for path, oid in oids.items()}
            index.learn(card(oid, blobs[oid], new[oid]) for oid in index.lacking(oids.values()))
            return oids

        old, _ = files_of(before, first=True)
        index.move("1", learn(old), None)
        index.save()
        if kept:
            index = SqliteIndex(f"{folder}/{FILE}", EDITION)
            assert index.commit == "1"
        committed, staged = files_of(where, first=False)
        changed = {path: data for path, data in committed.items() if old.get(path) != data}
        index.move("2", learn(changed), old.keys() - committed.keys())
        index.stage(learn(staged))
        ledgers = plain(committed, staged), IndexedLedger(index, blobs)
        for stored, place in zip(POOL, where, strict=True):
            if place in ("draft", "twice"):
                for ledger in ledgers:
                    ledger.take(Held(stored, "draft", "train-0"))
        ours, theirs = (answers(one, ["raw", "nothing", "\udcff"]) for one in ledgers)
        for what, answer in ours.items():
            assert theirs[what] == answer, what


def test_times_of_many_artifacts_are_the_same(tmp_path: Path) -> None:
    """So many are asked for in one go; what a draft made again counts as of then."""
    book = Book()
    made = [book.add("many", b"%d" % number) for number in range(501)]
    again = book.add("many", content_of(b"0"))
    index, blobs = SqliteIndex(str(tmp_path / FILE), EDITION), Bytes()
    files = {held.stored.path: held.stored.data for held in book.held[:-1]}
    blobs.update({sha1(data, usedforsecurity=False).hexdigest(): data for data in files.values()})
    paths = {oid: path for path, data in files.items() for oid in [sha1(data, usedforsecurity=False).hexdigest()]}
    index.learn(card(oid, data, paths[oid]) for oid, data in blobs.items())
    index.move("1", {path: oid for oid, path in paths.items()}, None)
    indexed = IndexedLedger(index, blobs)
    indexed.take(book.held[-1])
    assert again == made[0]
    assert indexed.times(made) == book.ledger.times(made)
    assert indexed.made(made[0]) > indexed.made(made[1])
