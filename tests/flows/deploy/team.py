"""What the team of promotion/world.py does around deployments."""

from pathlib import Path

from gitprov.audit.gather import gather
from tests.flows.promotion.world import Someone, World

TARGET = "churn/production"


def ask(world: World, release: str, to: str = "production") -> str:
    """Lets alice ask for a promotion and returns its branch."""
    world.alice.pull()
    branch: str = world.alice("promote", release, "--to", to, "--reason", "it is better", "--json").json()["branch"]
    return branch


def review(someone: Someone, branch: str) -> None:
    """Brings a branch of alice's here by way of origin, and switches to it."""
    someone.git("fetch", "--quiet")
    someone.git("switch", "--quiet", branch)


def land_change(world: World, message: str) -> str:
    """Commits everything in alice's clone on main, pushes it, and brings it to carol's."""
    head = world.alice.share(message)
    world.carol.git("fetch", "--quiet")
    return head


def promote(world: World, release: str) -> None:
    """Promotes and lands a release, and brings it to carol's clone."""
    world.promote(release)
    world.carol.git("fetch", "--quiet")


def rewind(world: World, commit: str) -> None:
    """Sets the protected branch to a commit, as somebody with the right to force it can; everybody fetches."""
    world.alice.git("push", "--quiet", "--force", "origin", f"{commit}:refs/heads/main")
    for someone in (world.alice, world.bob, world.carol):
        someone.git("fetch", "--quiet", "--force", "origin", "+refs/heads/*:refs/remotes/origin/*")


def pin(world: World) -> str:
    """Returns the pin of the trust root, as an owner gives it to a deployer."""
    with world.alice.project() as project:
        return gather(project).landed.roots.accepted[-1].pin


def deploy_options(world: World, pinned: str | None = None) -> list[str | Path]:
    """Returns what `deploy NAME/STAGE` is to be told."""
    return ["--to", world.path / "srv", "--pin", pinned or pin(world)]
