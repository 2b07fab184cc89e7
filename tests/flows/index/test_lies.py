"""What decides never asks the index, and what asks it believes what a record says by its digest only (issue 7)."""

import sqlite3
from contextlib import closing
from pathlib import Path

from gitprov.adapters.index.image import Image
from gitprov.errors import catalogue as codes
from tests.flows.index.conftest import index_of
from tests.flows.promotion.world import make_serving
from tests.remedies.following import follow
from tests.support import Gitprov, Repo


def forge(path: Path, *changes: str) -> None:
    """Makes the index say something else, as whoever may write into the git folder can."""
    image = Image(str(path))
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(image.read() or b"")
        for change in changes:
            database.execute(change)
        database.commit()
        image.write(database.serialize())


DECISIONS = [["verify"], ["audit"], ["policy", "check", "churn@v2", "--to", "production"]]


def test_what_decides_never_asks_it(tmp_path: Path, gitprov: Gitprov) -> None:
    """An index by which there is no record at all. That no other module opens it is a contract of import-linter."""
    someone = make_serving(tmp_path / "world", gitprov).alice
    someone("verify")  # which remembers what it has seen
    before = [someone(*words, "--json").json() for words in DECISIONS]
    assert "churn@v1" in someone("search", "churn").out
    forge(index_of(someone.repo), "DELETE FROM files")
    assert someone("search", "churn").out == "nothing fits\n"
    assert [someone(*words, "--json").json() for words in DECISIONS] == before


def test_a_record_is_what_has_its_id(told: Repo, gitprov: Gitprov) -> None:
    """An index that gives one record's id to another is found out when that one is read, and removed as told."""
    gitprov("show", "churn@v1")
    other = "SELECT id FROM cards other WHERE other.type = 'artifact' AND other.n <> cards.n ORDER BY other.n LIMIT 1"
    forge(index_of(told), f"UPDATE cards SET id = ({other}) WHERE type = 'artifact'")  # noqa: S608
    follow(codes.CLN_INDEX, gitprov("search", status=1), told)
    assert not index_of(told).exists()
    gitprov("search")


def test_a_damaged_one_that_cannot_be_removed_is_told(told: Repo, gitprov: Gitprov) -> None:
    gitprov("search")
    index_of(told).write_bytes(b"half")
    found = gitprov("doctor", status=1)
    assert codes.CLN_INDEX.id in found.out
    assert "do not fit its checksum" in found.out
