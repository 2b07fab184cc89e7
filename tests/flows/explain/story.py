"""A stage with a past: made once for the process, and copied for each test."""

import json
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.flows.explain.asking import deployed, land, push, vote
from tests.flows.promotion.world import World, make_serving
from tests.support import Gitprov

_once = TemporaryDirectory(prefix="gitprov-story-")


@dataclass(frozen=True, slots=True)
class Story:
    """The team after it moved the stage production of churn.

    1 promoted v1, as in world.py, and carol deploys it; 2 promotes v2, and bob approves it once it has landed; 3 goes
    back to v1, and bob rejects it. All of that landed. Nothing was asked for staging. bob's clone is up to date.

    Attributes:
        world: The team.
        seen: When carol's clock saw that v1 serves: a day after every date that a commit of the story claims.
        commits: main after each step: "released", "promoted 1", "deployed 1", "asked 2", "approved 2", "rejected 3".
    """

    world: World
    seen: str
    commits: dict[str, str]


def make_story(path: Path, gitprov: Gitprov) -> Story:
    """Returns a copy of the story in a folder that is not there yet."""
    made = Path(_once.name) / "world"
    notes = Path(_once.name) / "commits.json"
    if not notes.exists():
        notes.write_text(json.dumps(_tell(make_serving(made, gitprov))), "utf-8")
    shutil.copytree(made, path, symlinks=True)
    return Story(World(path, gitprov), **json.loads(notes.read_text("utf-8")))


def _tell(world: World) -> dict[str, Any]:
    carol = world.carol
    with carol.project() as project:
        seen = (datetime.fromisoformat(project.clock.now()) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    carol.pull()
    commits = {"released": carol.git("rev-parse", "HEAD~1"), "promoted 1": carol.git("rev-parse", "HEAD")}
    deployed(carol, 1, seen)
    commits["deployed 1"] = push(carol)
    two = land(world, "promote", "churn@v2", "--to", "production")
    commits["asked 2"] = world.origin.git("rev-parse", "main")
    commits["approved 2"] = vote(world, two)
    three = land(world, "rollback", "churn/production", "--to", "v1")
    commits["rejected 3"] = vote(world, three, "reject")
    return {"seen": seen, "commits": commits}
