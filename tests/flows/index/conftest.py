"""A project with records of every state, and what answers about it."""

from pathlib import Path

import pytest

from gitprov.lineage import Ledger
from gitprov.ports.index import FILE
from gitprov.recording.ledger import open_ledger
from gitprov.wiring.asking import open_asking
from gitprov.wiring.project import Project
from tests.flows.index.same import answers
from tests.sim.book import churn, write_book, write_drafts
from tests.support import Repo

NAMES = ["raw", "churn", "nothing"]


@pytest.fixture
def told(repo: Repo) -> Repo:
    """The book of tests/sim, its draft included; the current directory."""
    book = churn()
    write_book(repo, book)
    write_drafts(repo, book)
    return repo


def index_of(repo: Repo) -> Path:
    """Returns where the index is kept."""
    git = repo.path / ".git"
    return (git if git.exists() else repo.path) / "gitprov" / FILE


def assert_same() -> Ledger:
    """Asserts that whoever asks the index, as it is and again, is told what whoever reads everything is told."""
    project = Project()
    worktree = None if project.git.is_bare else project.worktree
    expected = answers(open_ledger(project.git, worktree), NAMES)
    for _ in range(2):
        _, ledger = open_asking()
        found = answers(ledger, NAMES)
        for what, answer in expected.items():
            assert found[what] == answer, what
    return ledger
