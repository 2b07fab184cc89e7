"""What a text or number of a record may be: said in `Annotated[..., Rule]`, kept by `gitprov.records.codec`."""

import re
from collections.abc import Callable
from dataclasses import field
from datetime import datetime

from gitprov.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """What a text field must look like; `pattern` says it in the JSON Schema.

    `recurs` says that many records have few different texts there: it takes less time to remember them.
    """

    pattern: str
    meaning: str
    accepts: Callable[[str], object] = field(compare=False)
    recurs: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """How small a whole number may be."""

    least: int


def pattern_rule(pattern: str, meaning: str, *, recurs: bool = False) -> Rule:
    """Returns the rule that the whole text matches a pattern; errors name it by its `meaning`."""
    return Rule(f"^{pattern}$", meaning, re.compile(pattern).fullmatch, recurs)


def time_rule(digits: int) -> Rule:
    """Returns the rule for a time that exists, with at most `digits` of a second's fraction.

    Rules about age and expiry must be able to count with it: there is no 30th of February, and no year 0.
    """
    pattern = (
        r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
        rf"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{{1,{digits}}})?Z"
    )
    looks_right = re.compile(pattern).fullmatch

    def accepts(text: str) -> bool:
        if looks_right(text) is None:
            return False
        try:
            datetime.fromisoformat(text)
        except ValueError:
            return False
        return True

    return Rule(f"^{pattern}$", "an RFC 3339 time in UTC, ending in Z", accepts)
