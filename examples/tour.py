"""Puts what `examples/demo.sh` prints into the marked blocks of README.md and docs/tour-promotion.md.

`demo.sh | tour.py` does it; docs/tutorial-promotion.md is another text, whose commands a test runs.

A block lies between `<!-- tour: TITLE -->` and `<!-- end -->` and shows the chapter whose title ends so. Ids and times,
which differ from run to run, are replaced by made-up ones, the same for the same, and long ids are cut.
"""

import re
import sys
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", ROOT / "docs/tour-promotion.md")
TIME = r"2026-01-15\g<joint>09:30:00Z"
LONGEST = 16

_block = re.compile(r"(<!-- tour: (?P<title>.+?) -->\n).*?(?P<end><!-- end -->)", re.DOTALL)
_chapter = re.compile(r"^== (?:[0-9]+[.] )?(?P<title>.+)\n(?P<text>(?:(?!== ).*\n?)*)", re.MULTILINE)
_hex = re.compile(r"(?<![0-9A-Za-z])(?<![0-9A-Za-z][.])[0-9a-f]{7,64}(?![0-9A-Za-z])")
_folder = re.compile(r"[0-9a-f]{2}/(?=(?P<digits>[0-9a-f]{2})[0-9a-f]+…)")
_time = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?P<joint>[T ])[0-9:.]+Z")


def chapters(transcript: str) -> dict[str, str]:
    """Returns the chapters of a transcript: title to text."""
    return {match["title"]: match["text"].strip("\n") for match in _chapter.finditer(transcript)}


def steady(transcript: str) -> str:
    """Returns a transcript without what differs from run to run."""
    known: dict[str, str] = {}

    def stand_in(match: re.Match[str]) -> str:
        text = match[0]
        whole = next((one for one in known if one.startswith(text) or text.startswith(one)), text)
        known.setdefault(whole, sha256(str(len(known)).encode()).hexdigest())
        return known[whole][: len(text)] if len(text) <= LONGEST else f"{known[whole][:LONGEST]}…"

    # A record lies in a folder of the first two digits of its id.
    return _folder.sub(r"\g<digits>/", _time.sub(TIME, _hex.sub(stand_in, transcript)))


def with_tour(page: str, transcript: str) -> str:
    """Returns a page with its blocks filled.

    Raises:
        KeyError: a block names a chapter that the transcript has not.
    """
    told = chapters(steady(transcript))
    return _block.sub(lambda block: f"{block[1]}```console\n{told[block['title']]}\n```\n{block['end']}", page)


if __name__ == "__main__":
    transcript = sys.stdin.read()
    sys.stdout.write(transcript)
    for page in PAGES:
        page.write_text(with_tour(page.read_text("utf-8"), transcript), "utf-8")
