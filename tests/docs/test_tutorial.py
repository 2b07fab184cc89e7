"""docs/tutorial-promotion.md, followed word by word: its files, its commands, its people, and what it shows."""

import os
import re
import sys
from pathlib import Path

from docs.generate import ROOT
from docs.tutorial import follow

PAGE = (ROOT / "docs" / "tutorial-promotion.md").read_text("utf-8")

# What differs each time: times, and digests or their beginnings.
_time = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\dZ")
_id = re.compile(r"\b[0-9a-f]{7,64}\b")


def environment() -> dict[str, str]:
    """Returns that of a newcomer: git's configuration is found through HOME, which the tutorial sets."""
    mine = {name: value for name, value in os.environ.items() if name != "GIT_CONFIG_GLOBAL"}
    return mine | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}


def steady(text: str) -> str:
    return _id.sub("ID", _time.sub("TIME", text))


def is_shown(shown: str, printed: str) -> bool:
    """Tells whether a command printed what the page shows; … stands for the rest of a line, alone for any lines."""
    pattern = re.escape(steady(shown))
    pattern = re.sub(r"^…(\\\n|$)", "(?:.*\\\\n)*?", pattern, flags=re.MULTILINE).replace("…", ".*")
    return re.fullmatch(pattern, steady(printed)) is not None


def test_a_newcomer_gets_there(tmp_path: Path) -> None:
    """Issue 4: two people, a model in production, a refused one, a rollback; a refusal, and only that, exits with 1."""
    typed = 0
    for one in follow(PAGE, tmp_path, environment()):
        assert one.status == ("finding[" in one.shown), f"$ {one.command}\n{one.printed}"
        assert is_shown(one.shown, one.printed), f"$ {one.command}\n{one.printed}"
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
