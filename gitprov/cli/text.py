"""Text for terminals."""

import re

# Control characters but tab and line feed, bidirectional and line-separating controls, undecodable bytes.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """Returns the text with everything escaped that could steer a terminal or mislead its reader (threat A30)."""
    return _UNSAFE.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def size_in_words(size: int) -> str:
    """Returns a number of bytes as people read it, in powers of 1000."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if amount < 999.95 or unit == "TB":
            break
        amount /= 1000
    return f"{size} B" if unit == "B" else f"{amount:.1f} {unit}"


def many(count: int, word: str) -> str:
    """Returns a count with its word: `1 object`, `2 objects`."""
    return f"{count} {word}{'s' if count != 1 else ''}"
