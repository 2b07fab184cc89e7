"""`gitprov search` in a repository: what the catalog says, what is not committed yet, and bare clones (demand 30)."""

from pathlib import Path

import pytest

from gitprov.errors import catalogue as codes
from tests.sim.book import churn, write_book, write_drafts
from tests.support import Gitprov, Repo

CATALOG = {
    "churn": "kind: model\nowner: ann\ntags: [credit, live]\nmembers:\n  model: churn\n  thresholds: thresholds\n",
    "raw": "owner: bob\ntags: [credit]\ndescription: Everything of the Old warehouse\nformerly: dump\n",
    "nothing": "owner: ann\ntags: [credit]\n",
}


@pytest.fixture
def told(repo: Repo) -> Repo:
    """The book of tests/sim, with its draft and a catalog; the current directory."""
    book = churn()
    for name, text in CATALOG.items():
        repo.write(f".gitprov/catalog/{name}.yaml", f"{text}schema: gitprov/catalog/v1\n")
    write_book(repo, book)
    write_drafts(repo, book)
    return repo


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--owner", "bob"], ["raw"]),
        (["--owner", "ann"], ["churn", "churn", "churn", "thresholds"]),
        (["--tag", "credit", "--tag", "live", "--kind", "thresholds"], ["thresholds"]),
        (["--tag", "none"], []),
        (["OLD", "warehouse"], ["raw"]),
        (["dump"], ["raw"]),
        (["--name", "churn-*"], ["churn-features", "churn-features"]),
        (["--name", "chur"], []),
        (["--from", "churn@v1"], []),
        (["--from", "raw", "--from", "data/old.csv"], []),
        (["--from", "old-set"], ["churn"]),
        (["--until", "2026-11-19"], []),
        (["--since", "2026-11-20T09:14"], ["churn", "old-set"]),
    ],
)
def test_what_is_found(options: list[str], found: list[str], gitprov: Gitprov) -> None:
    """What the catalog says of a name holds for its members; drafts are found, too."""
    hits = gitprov("search", *options, "--json").json()["hits"]
    assert [hit["artifact"]["name"] for hit in hits] == found


def test_what_is_not_committed_is_marked_and_no_bare_clone_has_it(told: Repo, gitprov: Gitprov, tmp_path: Path) -> None:
    told.git("rm", "--quiet", "--cached", "-r", ".gitprov/artifacts/thresholds")
    told.git("commit", "--quiet", "--message", "forget the thresholds")
    told.git("add", ".gitprov/artifacts/thresholds")
    said = gitprov("search", "--owner", "ann").out
    assert "[draft]" in said
    assert "[staged]" in said
    bare = tmp_path / "bare.git"
    told.git("clone", "--quiet", "--bare", ".", bare)
    found = gitprov("search", "--owner", "ann", "-n", "1", "--json", cwd=bare).json()
    assert [hit["artifact"]["label"] for hit in found["hits"]] == ["churn@v2"]
    assert found["more"] == 1


def test_a_catalog_that_cannot_be_understood_is_told_when_it_is_asked(told: Repo, gitprov: Gitprov) -> None:
    told.write(".gitprov/catalog/raw.yaml", "tags: credit\n")
    assert codes.SCH_FIELD.id in gitprov("search", "--tag", "credit", status=codes.SCH_FIELD.exit).err
    assert "raw" in gitprov("search", "--name", "raw").out
