"""Where a deployment puts the members of a release (threat A30)."""

import pytest

from gitprov.errors import GitprovError
from gitprov.lineage import Ledger
from gitprov.promotion.deploy import placement
from gitprov.records import Release
from tests.sim.book import Book


def placed(**members: str) -> dict[str, str]:
    """Returns role to path of a release whose members were recorded at these paths, by role."""
    book = Book()
    artifacts = {
        role: book.add(f"m{number}", role.encode(), path=path) for number, (role, path) in enumerate(members.items())
    }
    one = book.seal("churn", 1, "committed", **artifacts)
    return {role: found.path for role, found in placement(book.ledger, release_in(book.ledger, one)).items()}


def release_in(ledger: Ledger, one: str) -> Release:
    return next(release for known, release in ledger.releases.items() if known == one)


def test_members_keep_the_names_of_their_files() -> None:
    assert placed(model="out/model.pkl", rules="etc/rules.json") == {"model": "model.pkl", "rules": "rules.json"}


@pytest.mark.parametrize(
    "paths",
    [
        ("a/model.pkl", "b/model.pkl"),
        ("a/model.pkl", "b/Model.PKL"),
        ("a/model.pkl", "gitprov-deployment.yaml"),
        ("a/model.pkl", "GITPROV-TRUST.yaml"),
        ("a/model.pkl", ".gitprov-waiting"),
    ],
)
def test_where_names_clash_all_go_under_their_roles(paths: tuple[str, str]) -> None:
    """Also where only a file system without upper case, or a file of ours, makes them clash."""
    assert placed(model=paths[0], rules=paths[1]) == {"model": "model", "rules": "rules"}


def test_roles_that_clash_with_our_own_files_are_refused() -> None:
    with pytest.raises(GitprovError) as refused:
        placed(**{"gitprov-trust.yaml": "a/gitprov-trust.yaml"})
    assert refused.value.code.id == "GP-PTH-003"
