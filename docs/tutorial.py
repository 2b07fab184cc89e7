"""Follows a tutorial: saves its files and types its commands, each in the terminal of the person it names."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

# What the reader meets, in order: whose terminal comes next, a file to save, or commands with what they print.
_part = re.compile(
    r"^\*\*(?P<person>\w+):\*\*$"
    r"|Save as `(?P<file>[^`]+)`:\n\n```\w+\n(?P<text>.*?)^```$"
    r"|^```console\n(?P<shown>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Typed:
    """A command, what the page shows below it, its exit status and what it printed."""

    command: str
    shown: str
    status: int
    printed: str


@dataclass(frozen=True, slots=True)
class Terminal:
    """A shell of one person: where it is and what it has exported outlives each command."""

    folder: Path
    state: Path
    environment: Mapping[str, str]

    def run(self, command: str) -> tuple[int, str]:
        """Runs one command; returns its exit status and what it printed."""
        script = "\n".join([
            f"if [ -e {self.state} ]; then . {self.state}; fi",
            command,
            "status=$?",
            f"{{ export -p; printf 'cd %q\\n' \"$PWD\"; }} >{self.state}",
            "exit $status",
        ])  # fmt: skip
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    @property
    def place(self) -> Path:
        """The folder that it is in."""
        return Path(self.run("pwd")[1].strip())


def follow(page: str, top: Path, environment: Mapping[str, str]) -> Iterator[Typed]:
    """Follows a page in the folder `work` below `top`, which must be empty; yields each command when it has ended.

    HOME is the page's to set; GIT_CONFIG_GLOBAL must not be in the environment.
    """
    work = top / "work"
    work.mkdir()
    here = None
    for part in _part.finditer(page):
        if part["person"]:
            here = Terminal(work, top / part["person"], environment)
        elif here is None:
            raise ValueError("the page says nobody's name before it begins")
        elif part["file"]:
            (here.place / part["file"]).write_text(part["text"])
        else:
            for command, shown in commands(part["shown"]):
                yield Typed(command, shown, *here.run(command))


def commands(shown: str) -> Iterator[tuple[str, str]]:
    """Yields each command of a block, and the text below it."""
    for part in re.split(r"^\$ ", shown, flags=re.MULTILINE)[1:]:
        match = re.fullmatch(r"((?:.*\\\n)*.*)\n((?s:.*))", part)
        if match is None:
            raise ValueError(f"no line end after {part}")
        yield match[1], match[2]
