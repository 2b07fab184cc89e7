"""What a pull request would land, in Markdown, for the people who decide."""

import re
from collections.abc import Iterator

from gitprov.doors.merge import Asks, Landing
from gitprov.errors import Finding

_control = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def markdown(landing: Landing) -> str:
    """Returns the summary. What people wrote in records is text in it: no markup, no link, no mention (threat A30)."""
    return "\n".join(_lines(landing)) + "\n"


def _lines(landing: Landing) -> Iterator[str]:
    wrong = len(landing.findings)
    verdict = f"{wrong} finding{'s' if wrong != 1 else ''}" if wrong else "cannot decide" if landing.undecided else "ok"
    yield f"## gitprov: {verdict}"
    yield ""
    yield f"What `{landing.head[:12]}` would land on `{landing.base[:12]}`, by what is in force there."
    for asked in landing.promotions:
        yield from _promotion(asked)
    headed = (("Findings", landing.findings), ("Undecided", landing.undecided), ("Warnings", landing.warnings))
    for heading, findings in headed:
        if findings:
            yield from ("", f"### {heading}", "")
            yield from (row for finding in findings for row in _finding(finding))


def _promotion(asked: Asks) -> Iterator[str]:
    yield from ("", f"### {_text(asked.name)}", "")
    yield from (f"- {_text(line)}" for line in asked.summary)
    yield f"- reason: {_text(asked.reason)}"
    yield ""
    yield f"**{asked.state}**"
    if asked.missing and not asked.against:
        yield from (f"- {_text(finding.what)}" for finding in asked.missing)
        yield from ("", "To approve, on the branch of this pull request:", "", "```sh")
        yield from (f'gitprov approve {asked.name} --reason "..."', "gitprov push", "```")


def _finding(finding: Finding) -> Iterator[str]:
    yield f"- **{finding.code.id}** {_text(finding.what)}"
    if finding.why:
        yield f"  - why: {_text(finding.why)}"
    yield f"  - fix: {_text(finding.fix)}"


def _text(text: str) -> str:
    """Returns a text as one line that Markdown shows as it is: code is neither markup, nor link, nor mention."""
    line = _control.sub(" ", text)
    fence = "`" * (max(map(len, re.findall("`+", line)), default=0) + 1)
    pad = " " if len(fence) > 1 else ""
    return f"{fence}{pad}{line}{pad}{fence}"
