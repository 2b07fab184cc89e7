"""What `why`, `history` and `status` of a stage print for people, with ids, commits and times made equal.

`UPDATE_SNAPSHOTS=1 pytest tests/cli/test_explained.py` writes the snapshots anew; read the difference first.
"""

import os
import re
from pathlib import Path

import pytest

from tests.flows.explain.story import make_story
from tests.support import Gitprov

SNAPSHOTS = Path(__file__).parent / "snapshots"

ANSWERS = [
    "why churn/production",
    "why churn/production --as-of 2020-01-01",
    "history churn/production",
    "history churn/production --all",
    "status churn@v1",
    "status churn/production",
]


def test_answers_about_a_stage_for_people(tmp_path: Path, gitprov: Gitprov) -> None:
    """D8, D16: fewer than five steps, each with the command that shows more; what is missing, with a way out."""
    bob = make_story(tmp_path / "world", gitprov).world.bob
    for line in ANSWERS:
        text = equalled(bob(*line.split()).out)
        path = SNAPSHOTS / (re.sub(r"[^A-Za-z0-9]+", "-", line).strip("-").lower() + ".txt")
        if os.environ.get("UPDATE_SNAPSHOTS"):
            path.write_text(text, "utf-8")
        assert text == path.read_text("utf-8")


def equalled(text: str) -> str:
    """Returns text in which what differs from one run to the next does not."""
    text = re.sub(r"sha256:[0-9a-f]+", "sha256:DIGEST", text)
    text = re.sub(r"20(?:2[5-9])-\d\d-\d\d[ T]\d\d:\d\d:\d\dZ", "TIME", text)
    return re.sub(r"\b(?:id:)?[0-9a-f]{8,40}\b", "ID", text)


@pytest.mark.usefixtures("repo")
@pytest.mark.parametrize("command", [("history", "churn/production"), ("why", "churn/production"), ("status", "a@v1")])
def test_a_repository_without_a_trust_root_says_how_to_begin(command: tuple[str, ...], gitprov: Gitprov) -> None:
    gitprov("init")
    assert "  fix: gitprov " in gitprov(*command, status=2).err
