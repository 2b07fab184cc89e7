"""What GTO's tags say: `NAME@v1.2.0`, `NAME#STAGE`, with `!` that it ended, and `#N`, which only makes them differ."""

import re

from gitprov.frozen import dataclass
from gitprov.records.foreign import Action

_name = r"[a-zA-Z0-9](?:[a-zA-Z0-9/_-]*[a-zA-Z0-9])?"
_part = r"(?:0|[1-9]\d*)"
_semver = (
    rf"v{_part}\.{_part}\.{_part}"
    rf"(?:-(?:{_part}|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:{_part}|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?"
    r"(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?"
)
_tag = re.compile(
    rf"(?P<name>(?:[a-zA-Z0-9_./-]+=)?{_name})"
    rf"(?:(?:#(?P<stage>{_name})|@(?P<version>{_semver}))(?P<ended>!?)|@deprecated)(?:#[0-9]+)?",
    re.ASCII,
).fullmatch
_near = re.compile(r"#|@v[0-9]|@(?:created|deprecated)").search


@dataclass(frozen=True, slots=True)
class Said:
    """What one tag says.

    Attributes:
        name: What GTO calls the artifact: `churn`; `models:churn` of a dvc.yaml in a folder.
        action: What happened to it.
        version: The version that was registered, or is so no more.
        stage: The stage that was assigned, or taken away.
    """

    name: str
    action: Action
    version: str | None = None
    stage: str | None = None


def read_tag(tag: str) -> Said | None:
    """Returns what a tag says to GTO, None for any other tag."""
    match = _tag(tag)
    if match is None:
        return None
    name, ended = match["name"].replace("=", ":"), bool(match["ended"])
    if match["version"]:
        return Said(name, "deregistered" if ended else "registered", version=match["version"])
    if match["stage"]:
        return Said(name, "unassigned" if ended else "assigned", stage=match["stage"])
    return Said(name, "deprecated")


def is_near(tag: str) -> bool:
    """Tells whether somebody may have meant a tag for GTO, which does not understand it."""
    return read_tag(tag) is None and _near(tag) is not None
