"""How people name things: NAME, NAME@vN, NAME/STAGE, NAME/STAGE/SEQ, id:PREFIX, a whole digest, and paths.

A bare word is a name before it is a path; a path that clashes is written `./path`.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, digest_hex, is_digest
from gitprov.ids.names import is_name
from gitprov.lineage.imports import imports_named
from gitprov.lineage.ledger import Ledger
from gitprov.records import Artifact, Deployment, Evidence, Record, Release, Request, TrustRoot

_release = re.compile(r"(?P<name>[^@/]+)@v(?P<version>[1-9][0-9]*)").fullmatch
_request = re.compile(r"(?P<name>[^@/]+)/(?P<stage>[^@/]+)/0*(?P<sequence>[1-9][0-9]*)").fullmatch
_stage = re.compile(r"(?P<name>[^@/]+)/(?P<stage>[^@/]+)").fullmatch
_prefix = re.compile(r"id:(?:sha256:)?(?P<hex>[0-9a-f]{4,64})").fullmatch


@dataclass(frozen=True, slots=True)
class Target:
    """What a name means: one record, and how it was found, in words."""

    id: Digest
    how: str


def resolve(
    ledger: Ledger,
    text: str,
    *,
    holds: Callable[[Digest], bool],
    at: Callable[[str], Sequence[Digest] | None],
) -> Target:
    """Returns the record that `text` names.

    Args:
        ledger: The records.
        text: As a person typed it.
        holds: Tells whether the work tree has an artifact's bytes where it was recorded.
        at: Returns the artifacts that a path holds now, or was recorded with, the most likely last; None when the
            text is not a path that anybody knows.

    Raises:
        GitprovError: GP-NAM-001 unknown, with near names; GP-NAM-002 ambiguous, with the candidates; GP-NAM-003 not a
            name at all.
    """
    if is_digest(text):
        return _by_digest(ledger, Digest(text))
    if match := _prefix(text):
        return _by_prefix(ledger, match["hex"])
    if release_named := split_release(text):
        return _by_release(ledger, *release_named)
    if (match := _request(text)) and (one := ledger.request(f"{match['name']}/{match['stage']}/{match['sequence']}")):
        return Target(one, f"request {match['sequence']} for {match['name']}/{match['stage']}")
    if is_name(text) and ledger.named(text):
        return _by_name(ledger, text, holds)
    place = split_stage(text)
    if place is not None and (release := ledger.serves(*place)) is not None:
        return _serving(ledger, text, release)
    found = at(text)
    if found:
        return Target(found[-1], f"recorded at {text}")
    if found is not None:
        raise codes.NAM_UNKNOWN.error(
            f"{text} is not recorded", why="the path is there, and no record has its bytes", fix=f"gitprov add {text}"
        )
    imported = imports_named(ledger, *place) if place is not None else []
    if place is not None and (imported or ledger.named(place[0]) or ledger.releases_of(place[0])):
        raise codes.NAM_UNKNOWN.error(
            f"nothing is promoted to {text}",
            why=imported[-1].says.words if imported else f"{place[0]} has no promotion to {place[1]}",
            fix=f"gitprov log {place[0]}" if imported else f"gitprov status {text}",
        )
    raise unknown(ledger, text)


def split_stage(text: str) -> tuple[str, str] | None:
    """Returns name and stage of a text that may be NAME/STAGE, else None."""
    found = _stage(text)
    return (found["name"], found["stage"]) if found and is_name(found["name"]) and is_name(found["stage"]) else None


def stage_named(text: str) -> tuple[str, str]:
    """Returns name and stage of a text that must be NAME/STAGE.

    Raises:
        GitprovError: GP-NAM-003.
    """
    found = split_stage(text)
    if found is None:
        raise codes.NAM_SYNTAX.error(f"{text!r} is not NAME/STAGE", fix="write it as churn/production")
    return found


def request_named(text: str) -> tuple[str, str, int | None]:
    """Returns name, stage and sequence of a text that must be NAME/STAGE/SEQ, or NAME/STAGE.

    Raises:
        GitprovError: GP-NAM-003.
    """
    match = _request(text)
    return (match["name"], match["stage"], int(match["sequence"])) if match else (*stage_named(text), None)


def split_release(text: str) -> tuple[str, int] | None:
    """Returns name and version of a text that is NAME@vN, else None."""
    found = _release(text)
    return (found["name"], int(found["version"])) if found else None


def title(record: Record) -> str:
    """Returns a record in words, without its id: by the name that people give it, else by its type."""
    match record:
        case Release(name=name, version=version):
            return f"{name}@v{version}"
        case Request(kind=kind, label=label):
            return f"{kind} {label}"
        case TrustRoot(version=version):
            return f"trust version {version}"
        case Deployment(name=name, stage=stage):
            return f"deployment of {name}/{stage}"
        case Evidence(name=name, stage=stage, sequence=sequence):
            return f"evidence of {name}/{stage}/{sequence}"
    return type(record).__name__.lower()


def _by_digest(ledger: Ledger, digest: Digest) -> Target:
    if digest in ledger.held:
        return Target(digest, "named by its id")
    if same := sorted(ledger.with_content(digest), key=lambda one: (ledger.made(one), one)):
        return Target(same[-1], "named by its content")
    raise codes.NAM_UNKNOWN.error(
        f"no record has the id or the content {digest}", fix="gitprov log  # lists the records"
    )


def _by_prefix(ledger: Ledger, prefix: str) -> Target:
    found = ledger.beginning(prefix)
    if len(found) == 1:
        return Target(found[0], "named by its id")
    if found:
        raise codes.NAM_AMBIGUOUS.error(
            f"id:{prefix} fits {len(found)} records", why="; ".join(sorted(describe(ledger, one) for one in found)[:8])
        )
    raise codes.NAM_UNKNOWN.error(f"no record's id begins with {prefix}", fix="gitprov log  # lists the records")


def _serving(ledger: Ledger, text: str, release: Digest) -> Target:
    if release not in ledger.held:
        raise codes.NAM_UNKNOWN.error(
            f"{text} serves release id:{digest_hex(release)[:8]}, which is not here",
            why="the protected ref has it",
            fix="git pull",
        )
    return Target(release, f"in effect at {text}")


def _by_release(ledger: Ledger, name: str, version: int) -> Target:
    releases = ledger.releases_of(name)
    if version not in releases:
        raise no_release(name, version, releases)
    return Target(releases[version], f"release {version} of {name}")


def no_release(name: str, version: int, releases: Iterable[int]) -> GitprovError:
    """Returns the error for a release that is not there; `releases` are the versions that are."""
    known = ", ".join(f"v{number}" for number in releases)
    if not known:
        return codes.NAM_UNKNOWN.error(f"{name} has no release", fix=f"gitprov seal {name}")
    return codes.NAM_UNKNOWN.error(
        f"{name} has no release v{version}", why=f"it has {known}", fix=f"gitprov status {name}"
    )


def _by_name(ledger: Ledger, name: str, holds: Callable[[Digest], bool]) -> Target:
    candidates = [one for one in ledger.named(name) if ledger.superseded_by(one) is None]
    if len(candidates) == 1:
        return Target(candidates[0], f"the only artifact named {name}")
    held = [one for one in candidates if holds(one)]
    if len(held) == 1:
        return Target(held[0], f"the {name} that the work tree holds")
    shown = "\n".join(describe(ledger, one) for one in (held or candidates)[-8:])
    state = "holds several of them" if held else "holds none of them"
    raise codes.NAM_AMBIGUOUS.error(
        f"{name} names {len(candidates)} artifacts and the work tree {state}",
        why=shown,
        fix=f"say which: {ledger.short((held or candidates)[-1])}, or a release such as {name}@v1",
    )


def describe(ledger: Ledger, record: Digest) -> str:
    """Returns a record in a few words, for lists of candidates."""
    short = ledger.short(record)
    match ledger.held[record].stored.record:
        case Artifact(name=name):
            releases = [ledger.releases[one] for one in ledger.released_as(record)]
            labels = [f"{release.name}@v{release.version}" for release in releases]
            return " ".join([short, name, ledger.made(record) or "time unknown", *labels[-1:]])
        case other:
            return f"{short} {title(other)}"


def unknown(ledger: Ledger, text: str) -> GitprovError:
    """Returns the error for a name that nothing has, with the nearest ones."""
    if named := split_release(text):
        return no_release(*named, ledger.releases_of(named[0]))
    if releases := ledger.releases_of(text):
        return codes.NAM_UNKNOWN.error(
            f"no artifact is called {text}", why="releases are", fix=f"say which: {text}@v{max(releases)}"
        )
    stage = split_stage(text)
    word = stage[0] if stage is not None else text.removeprefix("./").partition("@")[0].lower()
    names = sorted({*ledger.names(), *ledger.released_names()})
    from difflib import get_close_matches  # noqa: PLC0415 - slow to import, and needed for a refusal only

    near = get_close_matches(word, names, n=5, cutoff=0.5) or [name for name in names if word and word in name][:5]
    if not near and (stage is not None or not is_name(word)):
        return codes.NAM_SYNTAX.error(f"{text!r} names nothing here")
    return codes.NAM_UNKNOWN.error(f"nothing is called {text}", why=f"near: {', '.join(near)}" if near else "")
