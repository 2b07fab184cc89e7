"""How people name things: one table (issue 3, "Naming")."""

from collections.abc import Mapping, Sequence

import pytest

from gitprov.errors import GitprovError
from gitprov.ids import Digest, digest_hex, sha256_of
from gitprov.lineage import Held, Ledger, resolve
from gitprov.records import Artifact, Recipe, store
from tests.sim.book import Book, churn, content_of


def ask(
    ledger: Ledger, text: str, held: Sequence[Digest] = (), paths: Mapping[str, Sequence[Digest]] | None = None
) -> Digest:
    return resolve(ledger, text, holds=lambda one: one in held, at=(paths or {}).get).id


def refused(
    ledger: Ledger, text: str, held: Sequence[Digest] = (), paths: Mapping[str, Sequence[Digest]] | None = None
) -> tuple[str, str, str, str]:
    with pytest.raises(GitprovError) as raised:
        ask(ledger, text, held, paths)
    return raised.value.code.id, raised.value.what, raised.value.why, raised.value.fix


LEDGER = churn().ledger
(RAW,) = LEDGER.named("raw")
MODELS = LEDGER.named("churn")
RELEASES = LEDGER.releases_of("churn")
RUN = LEDGER.makers(RAW)[0]


def test_what_names_a_record() -> None:
    digits = digest_hex(RAW)
    assert ask(LEDGER, "raw") == RAW, "the only one of its name"
    assert ask(LEDGER, "churn", held=[MODELS[1]]) == MODELS[1], "the one that the work tree holds"
    assert ask(LEDGER, "churn@v1") == RELEASES[1]
    assert ask(LEDGER, f"id:{digits[:8]}") == RAW
    assert ask(LEDGER, f"id:{digits}") == ask(LEDGER, f"id:{RAW}") == RAW
    assert ask(LEDGER, f"id:{digest_hex(RUN)[:10]}") == RUN, "any record"
    assert ask(LEDGER, RAW) == RAW
    assert ask(LEDGER, content_of(b"raw").digest) == RAW, "what sha256sum prints, with its prefix"
    assert ask(LEDGER, "data/raw.csv", paths={"data/raw.csv": [MODELS[0], RAW]}) == RAW, "the likeliest comes last"


def test_a_bare_word_is_a_name_before_it_is_a_path() -> None:
    paths = {"raw": [MODELS[0]], "./raw": [MODELS[0]]}
    assert ask(LEDGER, "raw", paths=paths) == RAW
    assert ask(LEDGER, "./raw", paths=paths) == MODELS[0]


def test_a_stage_names_the_release_in_effect_there() -> None:
    """It is asked for before a path is; a path that clashes is written ./path."""
    asked: list[tuple[str, str]] = []

    def serves(name: str, stage: str) -> Digest | None:
        asked.append((name, stage))
        return RELEASES[1] if (name, stage) == ("churn", "live") else None

    ledger = Ledger(LEDGER.held.values(), serves=serves)
    paths = {"churn/live": [RAW], "./churn/live": [RAW], "data/raw.csv": [RAW]}
    assert ask(ledger, "churn/live", paths=paths) == RELEASES[1]
    assert ask(ledger, "./churn/live", paths=paths) == RAW
    assert ask(ledger, "data/raw.csv", paths=paths) == RAW, "nobody asked to move anything of that name"
    assert asked == [("churn", "live"), ("data", "raw.csv")]
    gone = Ledger((held for held in LEDGER.held.values() if held.id != RELEASES[1]), serves=serves)
    code, _, _, fix = refused(gone, "churn/live")
    assert (code, fix) == ("GP-NAM-001", "git pull")


def test_several_of_a_name_are_listed_with_their_releases() -> None:
    code, what, why, fix = refused(LEDGER, "churn")
    assert (code, what) == ("GP-NAM-002", "churn names 3 artifacts and the work tree holds none of them")
    for line, model, label in zip(why.splitlines(), MODELS, ["churn@v1", "churn@v2", "Z"], strict=True):
        assert line.startswith(LEDGER.short(model))
        assert line.endswith(label)
    assert LEDGER.short(MODELS[-1]) in fix
    _, what, why, _ = refused(LEDGER, "churn", held=MODELS[:2])
    assert what.endswith("holds several of them")
    assert len(why.splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("rwa", "GP-NAM-001", "near: raw"),
        ("churn-feature", "GP-NAM-001", "near: churn-features"),
        ("churn@v9", "GP-NAM-001", "it has v1, v2"),
        ("raw@v1", "GP-NAM-001", "gitprov seal raw"),
        ("churn/production", "GP-NAM-001", "no promotion to production"),
        ("id:ffff0000ffff", "GP-NAM-001", "gitprov log"),
        ("sha256:" + "0" * 64, "GP-NAM-001", "gitprov log"),
        ("data/nothing.csv", "GP-NAM-003", "how things are named"),
        ("No Such Thing", "GP-NAM-003", "how things are named"),
        ("", "GP-NAM-003", "how things are named"),
        ("zzzzzz", "GP-NAM-001", "gitprov status"),
    ],
)
def test_what_names_nothing_says_what_would(text: str, code: str, says: str) -> None:
    found, what, why, fix = refused(LEDGER, text)
    assert found == code
    assert says in f"{what} {why} {fix}"


def test_a_path_that_is_there_and_not_recorded() -> None:
    code, _, _, fix = refused(LEDGER, "new.csv", paths={"new.csv": []})
    assert (code, fix) == ("GP-NAM-001", "gitprov add new.csv")


def test_the_name_of_releases_only_says_which() -> None:
    book = Book()
    data = book.add("data", b"data")
    for version in (1, 10, 2):
        book.seal("product", version, model=data)
    code, _, _, fix = refused(book.ledger, "product")
    assert (code, fix) == ("GP-NAM-001", "say which: product@v10")


def test_two_ids_with_one_beginning_are_told_apart() -> None:
    """An id is shown with as many digits as name it."""
    held: dict[str, Held] = {}
    number = 0
    while True:
        content = content_of(b"%d" % number)
        one = Held(
            store(Artifact(name="a", kind="dataset", content=content, recipe=Recipe(id=content.digest))), "staged"
        )
        number += 1
        twin = held.setdefault(digest_hex(one.id)[:4], one)
        if twin is not one:
            break
    ledger = Ledger([one, twin])
    code, what, why, _ = refused(ledger, f"id:{digest_hex(one.id)[:4]}")
    assert (code, what) == ("GP-NAM-002", f"id:{digest_hex(one.id)[:4]} fits 2 records")
    assert all(ledger.short(found.id) in why for found in (one, twin))


def test_a_short_id_grows_when_another_record_shares_it() -> None:
    ledger = LEDGER
    assert ledger.short(RAW) == f"id:{digest_hex(RAW)[:8]}"
    crowded = Ledger(ledger.held.values())
    crowded._prefixes[digest_hex(RAW)[:8]] += 1
    assert crowded.short(RAW) == f"id:{digest_hex(RAW)[:16]}"
    assert ask(crowded, crowded.short(RAW)) == RAW
    assert ledger.short(sha256_of(b"nobody")) == f"id:{digest_hex(sha256_of(b'nobody'))[:8]}"
