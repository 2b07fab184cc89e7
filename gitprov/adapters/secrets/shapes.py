"""Tokens and keys by their shape: the detectors of detect-secrets, asked for one text at a time.

Called through `analyze_string` they are pure: detect-secrets' own settings are global, its filters let words like
`pragma` in a text decide, and its verification sends what was found to the service that it seems to be for.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from importlib.util import find_spec
from typing import Protocol

from gitprov.ids.urls import is_reference

_LEFT_OUT = frozenset(["BasicAuthDetector", "IPPublicDetector"])
"""User information is found without a library (gitprov.ids.urls), and an address is no secret."""

# Asked first: to import detect-secrets takes longer than to write a record, and to ask it longer than to read a line.
# Every token that it knows has twenty such characters on end, as an AWS key has.
_may_be = re.compile(r"[\w-]{20}|PRIVATE KEY|PuTTY-User-Key").search
_digest = re.compile(r"(?:sha256|md5|git):[0-9a-f]+").fullmatch
_telling = re.compile(r"key|pass|pwd|secret|contrase", re.IGNORECASE).search


PIECE, SHARED = 4096, 1024
"""Characters that detectors are asked for at once, since some take the square of their time; and how many of these are
asked for twice, so that a token of so many is found wherever it stands."""


class _Detector(Protocol):
    def analyze_string(self, string: str) -> Iterable[str]: ...


def find_scanner() -> "DetectSecrets | None":
    """Returns the scanner, or None when detect-secrets is not installed."""
    return DetectSecrets() if find_spec("detect_secrets") else None


class DetectSecrets:
    """The detectors that know a secret by its shape or by its name; none that takes every high entropy for one.

    Records consist of digests, which have nothing else.
    """

    def kinds(self, text: str, *, name: str = "") -> tuple[str, ...]:
        """Returns what kinds of secrets a text holds."""
        found = set()
        for piece in _pieces(text):
            if _may_be(piece) and not _digest(piece):
                found |= {kind for kind, detector in self._shapes.items() if any(detector.analyze_string(piece))}
        if _telling(name) and not is_reference(text) and any(self._names.analyze_string(f'{name}: "{text}"')):
            found.add("a value named like a secret")
        return tuple(sorted(found))

    @cached_property
    def _shapes(self) -> Mapping[str, _Detector]:
        from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
        from detect_secrets.plugins.base import RegexBasedDetector

        known: Mapping[str, type] = get_mapping_from_secret_type_to_class()
        return {
            kind: detector()
            for kind, detector in known.items()
            if issubclass(detector, RegexBasedDetector) and detector.__name__ not in _LEFT_OUT
        }

    @cached_property
    def _names(self) -> _Detector:
        from detect_secrets.plugins.keyword import KeywordDetector

        detector: _Detector = KeywordDetector()
        return detector


def _pieces(text: str) -> Iterator[str]:
    for start in range(0, max(1, len(text) - SHARED), PIECE - SHARED):
        yield text[start : start + PIECE]
