"""A team whose clones and origin have the hooks installed for real: git calls `gitprov hook` as it does for people."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests import observed
from tests.flows.promotion.world import Someone, World, home


@dataclass(frozen=True, slots=True)
class Said:
    """What a git that may be refused said."""

    status: int
    err: str

    @property
    def codes(self) -> set[str]:
        """The codes of the findings on stderr; git puts `remote: ` before those of a server."""
        return set(re.findall(r"^(?:remote: )?finding\[(GP-[A-Z]+-[0-9]+)\]", self.err, re.MULTILINE))


def attempt(someone: Someone, *arguments: str | Path, path: Path | None = None) -> Said:
    """Runs git, which hooks may refuse, and returns what came of it."""
    with home(someone.home):
        done = subprocess.run(
            ["git", *map(str, arguments)],
            cwd=path or someone.repo.path,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    said = Said(done.returncode, done.stderr + done.stdout)
    observed.raised.update(said.codes)  # by the gitprov that git started
    return said


def guard(world: World) -> World:
    """Installs the hooks in every clone and in origin."""
    for name in ("alice", "bob", "carol"):
        world.someone(name)("hooks", "install")
    world.gitprov("hooks", "install", cwd=world.origin.path)
    return world


def landed_record(someone: Someone, kind: str = "artifacts") -> str:
    """Returns the path of a record that has landed."""
    return someone.git("ls-tree", "-r", "--name-only", "origin/main", f".gitprov/{kind}").splitlines()[0]
