"""README and the tour show commands that the tour runs; README's links lead somewhere."""

import re
import shlex
from pathlib import Path

import pytest

from docs.generate import ROOT
from examples.tour import PAGES, steady, with_tour

README = (ROOT / "README.md").read_text("utf-8")
DEMO = "".join((ROOT / f"examples/{half}.sh").read_text("utf-8") for half in ("recording", "promotion"))


def commands_of_the_demo() -> list[list[str]]:
    """Returns the commands that the tour shows, each as its words; a variable is "*"."""
    lines = DEMO.replace("\\\n", " ").splitlines()
    shown = [match[1] for line in lines if (match := re.match(r"\s*(?:run|ends [0-9]+) (.+)", line))]
    shown += [f"cd {match[1]}" for line in lines if (match := re.match(r"\s*into (.+)", line))]
    shown += [f"{match[2]} > {match[1]}" for line in lines if (match := re.match(r"run_to (\S+) (.+)", line))]
    return [["*" if "$" in word else word for word in shlex.split(line)] for line in shown]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_the_tour_is_one_that_runs(page: Path) -> None:
    lines = page.read_text("utf-8").replace("\\\n", " ").splitlines()
    told = [shlex.split(line.removeprefix("$ ")) for line in lines if line.startswith("$ ")]
    assert told, "run: make tour"
    known = commands_of_the_demo()
    for words in told:
        assert any(
            len(words) == len(other) and all(b in (a, "*") for a, b in zip(words, other, strict=True))
            for other in known
        ), f"the tour does not run {shlex.join(words)}; run: make tour"


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_tour_fills_marked_blocks_and_nothing_else() -> None:
    readme = "a\n<!-- tour: One -->\nold\n<!-- end -->\nb\n"
    transcript = "== 1. One\n\n$ x\nid:0123abcd at 2025-11-21T01:02:03Z\n\n== 2. Two\n$ y\n"
    filled = with_tour(readme, transcript)
    assert filled == with_tour(filled, transcript)
    assert re.fullmatch(
        r"a\n<!-- tour: One -->\n```console\n\$ x\nid:[0-9a-f]{8} at 2026-01-15T09:30:00Z\n```\n<!-- end -->\nb\n",
        filled,
    )
    with pytest.raises(KeyError):
        with_tour("<!-- tour: Three -->\n<!-- end -->", transcript)


def test_stand_ins_are_the_same_for_the_same() -> None:
    short, whole = "0123abcd", "0123abcd" + "0" * 56
    first, second, other = steady(f"{short} {whole} fedcba98").split()
    assert second.startswith(first)
    assert re.fullmatch("[0-9a-f]{16}…", second)
    assert other != first
    assert steady("2025-11-21 01:02:03Z") == "2026-01-15 09:30:00Z"
    assert steady("cab added 1234 bytes, v1.2345678, facade") == "cab added 1234 bytes, v1.2345678, facade"
