"""What tests of every layer share: a real git repository and the command line."""

import contextlib
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gitprov.cli.main import main


@dataclass(frozen=True, slots=True)
class Repo:
    """A real git repository."""

    path: Path

    def git(self, *arguments: str | Path) -> str:
        """Runs git here and returns its stdout without the last line end; fails the test if git fails."""
        done = subprocess.run(
            ["git", *map(str, arguments)],
            cwd=self.path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"git {arguments}: {done.stderr}"
        return done.stdout.removesuffix("\n")

    def write(self, name: str, content: str | bytes) -> Path:
        """Writes a file, with the folders above it, and returns its path."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def commit(self, message: str = "work") -> str:
        """Commits everything that is not ignored and returns the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")


def make_repo(path: Path) -> Repo:
    """Makes a repository with one commit."""
    path.mkdir(parents=True, exist_ok=True)
    repo = Repo(path)
    repo.git("init", "--quiet", "--template=")
    repo.write("README.md", "a project\n")
    repo.commit("first")
    return repo


def pretend_git(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts a git before the real one that does what a shell script says, and then what the real one does."""
    folder.mkdir()
    (folder / "git").write_text(f'#!/bin/sh\n{script}\nPATH=${{PATH#*:}} exec git "$@"\n')
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command line did."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        """Returns stdout, which must be one JSON value."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Gitprov:
    """The command line, run inside the test's process; what children write is captured too."""

    capture: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str | Path, cwd: Path | None = None, status: int | None = 0) -> Outcome:
        """Runs one command.

        Args:
            arguments: What follows `gitprov`.
            cwd: Where to run it; the current directory by default.
            status: The exit status that the test expects; None for any.
        """
        self.capture.readouterr()
        with contextlib.chdir(cwd) if cwd else contextlib.nullcontext():
            code = main([str(argument) for argument in arguments])
        outcome = Outcome(code, *self.capture.readouterr())
        assert status in (None, code), f"gitprov {' '.join(map(str, arguments))}: {outcome}"
        return outcome
