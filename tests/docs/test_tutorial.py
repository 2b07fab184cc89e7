"""docs/tutorial-promotion.md, followed word by word: its files, its commands, its people, and what it shows."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from docs.generate import ROOT

PAGE = (ROOT / "docs" / "tutorial-promotion.md").read_text("utf-8")

# What the reader meets, in order: whose terminal comes next, a file to save, or commands with what they print.
_part = re.compile(
    r"^\*\*(?P<person>\w+):\*\*$"
    r"|Save as `(?P<file>[^`]+)`:\n\n```\w+\n(?P<text>.*?)^```$"
    r"|^```console\n(?P<shown>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
# What differs each time: times, and digests or their beginnings.
_time = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\dZ")
_id = re.compile(r"\b[0-9a-f]{7,64}\b")


@dataclass(frozen=True, slots=True)
class Terminal:
    """A shell of one person: where it is and what it has exported outlives each command."""

    folder: Path
    state: Path

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
            env=environment(),
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


def environment() -> dict[str, str]:
    """Returns that of a newcomer: git's configuration is found through HOME, which the tutorial sets."""
    mine = {name: value for name, value in os.environ.items() if name != "GIT_CONFIG_GLOBAL"}
    return mine | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}


def commands(shown: str) -> Iterator[tuple[str, str]]:
    """Yields each command of a block, and the text below it."""
    for part in re.split(r"^\$ ", shown, flags=re.MULTILINE)[1:]:
        match = re.fullmatch(r"((?:.*\\\n)*.*)\n((?s:.*))", part)
        assert match, part
        yield match[1], match[2]


def steady(text: str) -> str:
    return _id.sub("ID", _time.sub("TIME", text))


def is_shown(shown: str, printed: str) -> bool:
    """Tells whether a command printed what the page shows; … stands for the rest of a line, alone for any lines."""
    pattern = re.escape(steady(shown))
    pattern = re.sub(r"^…(\\\n|$)", "(?:.*\\\\n)*?", pattern, flags=re.MULTILINE).replace("…", ".*")
    return re.fullmatch(pattern, steady(printed)) is not None


def test_a_newcomer_gets_there(tmp_path: Path) -> None:
    """Issue 4: two people, a model in production, a refused one, a rollback; a refusal, and only that, exits with 1."""
    (tmp_path / "states").mkdir()
    (tmp_path / "work").mkdir()
    terminals = {name: Terminal(tmp_path / "work", tmp_path / "states" / name) for name in ("Ada", "Ben")}
    here = terminals["Ada"]
    typed = 0
    for part in _part.finditer(PAGE):
        if part["person"]:
            here = terminals[part["person"]]
        elif part["file"]:
            (here.place / part["file"]).write_text(part["text"])
        else:
            for command, shown in commands(part["shown"]):
                status, printed = here.run(command)
                assert status == ("finding[" in shown), f"$ {command}\n{printed}"
                assert is_shown(shown, printed), f"$ {command}\n{printed}"
                typed += 1
    assert typed == PAGE.count("\n$ ")
    served = tmp_path / "work" / "served" / "model.json"
    assert '"neighbours": 1,' in served.read_text()


def test_what_is_shown_is_compared() -> None:
    said = "read id:0123abcd\nat 2026-11-21T14:25:29Z\nb\nc\n"
    for shown in (said, "read id:ffff0000\n…\nc\n", "…\nb\nc\n", "read …\n…\n", "…\n", "…\nb\n…\n"):
        assert is_shown(shown, said), shown
    for shown in ("", "read id:0123abcd\n", "…\nb\n", "…\nc\nb\n", "b\n…\n", "read id:0123abcd\nc\n", "…\nd\n…\n"):
        assert not is_shown(shown, said), shown
