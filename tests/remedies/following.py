"""Following the way out that gitprov itself printed."""

import os
import pty
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from gitprov.errors import Code
from tests import observed
from tests.flows.promotion.world import Someone, home
from tests.support import Outcome, Repo

_HEADING = r"\w\[{}\]: .*\n(?: +why: .*\n(?: {{7,}}.*\n)*)? +fix: (.+)"
TYPED = b"y\n" * 5
"""What the person at the terminal answers to every question."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What came of a command that was pasted."""

    command: str
    out: str


def way_out(code: Code, said: Outcome) -> str:
    """Returns the command at the end of a printed `fix`: all of it, or what comes after `words: `."""
    found = re.search(_HEADING.format(code.id), said.out + said.err)
    assert found, f"{code.id} is not in: {said}"
    command, hint, more = found[1].partition("  # ")
    return command.rpartition(": ")[2] + hint + more


def follow(
    code: Code, said: Outcome, who: Someone | Repo, *, status: int = 0, filled: dict[str, str] | None = None
) -> Followed:
    """Takes the way out of a code from what gitprov printed, and runs it in a shell as a person who pastes it.

    Args:
        code: The code.
        said: What gitprov printed.
        who: Whose clone, and whose home.
        status: The exit status that is expected.
        filled: What stands for the placeholders: FILE, TEXT.
    """
    command = way_out(code, said)
    for placeholder, value in (filled or {}).items():
        assert placeholder in command, f"{placeholder} is not in: {command}"
        command = command.replace(placeholder, value)
    repo = who if isinstance(who, Repo) else who.repo
    here, there = pty.openpty()
    os.write(here, TYPED)
    with home(Path(os.environ["HOME"]) if isinstance(who, Repo) else who.home):
        done = subprocess.run(
            ["sh", "-c", command], cwd=repo.path, stdin=there, capture_output=True, text=True, check=False
        )
    os.close(here)
    os.close(there)
    assert done.returncode == status, f"{command}: {done.stdout}{done.stderr}"
    observed.mended.add(code.id)
    return Followed(command, done.stdout + done.stderr)
