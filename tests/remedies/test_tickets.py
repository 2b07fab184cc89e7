"""Remedies about work without git, as gitprov prints them (issue 7)."""

import shutil
from pathlib import Path

from gitprov.errors import catalogue as codes
from tests.flows.recording.tickets import copied
from tests.remedies.conftest import PYTHON
from tests.remedies.following import follow
from tests.support import Gitprov, Repo

WORDS = ["--step", "train", "--output", "model=model.txt", "--", PYTHON, "train.py", "{inputs.data}", "{outputs.model}"]


def test_an_input_that_nobody_recorded(project: Repo, gitprov: Gitprov) -> None:
    project.write("data/new.csv", "1\n")
    words = ["ticket", "--input", "data=data/new.csv", *WORDS]
    follow(codes.TKT_INPUT, gitprov(*words, status=2), project)
    gitprov(*words)


def test_a_ticket_of_another_clone(project: Repo, tmp_path: Path, gitprov: Gitprov) -> None:
    """Somebody else may have written to the folder, and to the ticket in it."""
    other, ticket = tmp_path / "other", tmp_path / "t.yaml"
    shutil.copytree(project.path, other, symlinks=True)
    gitprov("ticket", "--input", "data=raw", *WORDS[:4], "-o", ticket, *WORDS[4:], cwd=other)
    copied(project, tmp_path / "copy", gitprov).run(ticket, tmp_path / "out")
    said = gitprov("bring", tmp_path / "out", status=1)
    follow(codes.TKT_FOREIGN, said, project, filled={"FILE": str(ticket)})
    assert "already recorded run train" in gitprov("bring", "--ticket", ticket, tmp_path / "out").out
