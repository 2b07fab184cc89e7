"""The team of promotion/world.py after churn@v1 took effect in production, and what its members do next."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from gitprov.audit.gather import gather
from gitprov.promotion.moves import promote
from gitprov.recording.writing import make_decision, stage, write_signatures
from gitprov.wiring.opening import open_project
from tests.flows.promotion.world import Someone, World, make_world
from tests.support import Gitprov

_once = TemporaryDirectory(prefix="gitprov-team-")


def make_team(path: Path, gitprov: Gitprov) -> World:
    """Returns a copy of the team's folder at a path that is not there yet."""
    made = Path(_once.name) / "team"
    if not made.exists():
        world = make_world(made, gitprov)
        move(world, "churn@v1")
        world.carol.pull()
    shutil.copytree(made, path, symlinks=True)
    return World(path, gitprov)


def ask(someone: Someone, release: str, to: str = "production") -> str:
    """Asks for a promotion and returns its branch."""
    someone.pull()
    with someone.project():
        project, ledger = open_project()
        asked = promote(project, ledger, release, to, "it is better")
    assert not asked.findings, asked.findings
    return asked.branch


def approve(someone: Someone, branch: str) -> None:
    """Signs and commits an approval on a branch, which is brought here."""
    with someone.project() as project:
        _, name, to, sequence = branch.split("/")
        ledger = open_project()[1]
        path = f".gitprov/promotions/{name}/{to}/{int(sequence):04d}/request.yaml"
        request = next(held.stored for held in ledger.held.values() if held.stored.path == path)
        paths = write_signatures(project, [make_decision(project, request, "approve", "read it")])
        stage(project, paths)
    someone.git("commit", "--quiet", "-m", f"Approve {branch}")


def move(world: World, release: str, to: str = "production") -> str:
    """Promotes, approves and lands a release; returns the new head of the protected branch."""
    branch = ask(world.alice, release, to)
    world.alice.git("push", "--quiet", "origin", branch)
    world.bob.git("fetch", "--quiet")
    world.bob.git("switch", "--quiet", branch)
    approve(world.bob, branch)
    world.bob.git("push", "--quiet", "origin", branch)
    world.alice.git("fetch", "--quiet")
    world.alice.git("switch", "--quiet", "main")
    world.alice.git("branch", "--quiet", "--force", branch, f"origin/{branch}")
    return world.land(branch)


def pin(world: World) -> str:
    """Returns the pin of the trust root, as an owner gives it to a deployer."""
    with world.alice.project() as project:
        return gather(project).landed.roots.accepted[-1].pin


def rewind(world: World, commit: str) -> None:
    """Sets the protected branch to a commit, as somebody with the right to force it can; everybody fetches."""
    world.alice.git("push", "--quiet", "--force", "origin", f"{commit}:refs/heads/main")
    for someone in (world.alice, world.bob, world.carol):
        someone.git("fetch", "--quiet", "--force", "origin", "+refs/heads/*:refs/remotes/origin/*")


def land_change(world: World, message: str) -> str:
    """Commits everything in alice's clone on main, pushes it, and brings it to carol's."""
    head = world.alice.share(message)
    world.carol.git("fetch", "--quiet")
    return head


def deploy_options(world: World, pinned: str | None = None) -> list[str | Path]:
    """Returns what `deploy NAME/STAGE` is to be told."""
    return ["--to", world.path / "srv", "--pin", pinned or pin(world)]
