"""Keeps secrets out of records, and tells of those in the files of a release (demand 34, threat A31)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from gitprov.check.secrets import Text, texts_of, without_words
from gitprov.errors import Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids.urls import mask_user_info
from gitprov.ports.blobs import Object
from gitprov.ports.workplace import Workplace
from gitprov.records import Artifact, Content, Stored
from gitprov.records.stored import ROOT

SHORTEST = 6
"""Characters that the value of `--secret` has at least: shorter ones stand in every other text by chance."""

SMALL = 1 << 20
"""Largest file of a release that is read for secrets, in bytes: prompts, settings and vocabularies are smaller."""
MUCH = 8 << 20
"""How many bytes of a release are read for secrets, the smallest files first: some seconds."""

Found = tuple[str, str]
"""Where something was found, and what, in words: never the secret itself."""

_NO_SECRET = f"what is no secret can be listed in {ROOT}/project.yaml under secrets: allow:"


def refuse_secrets(place: Workplace, records: Iterable[Stored], given: Mapping[str, str] | None = None) -> None:
    """Refuses records that hold a secret.

    Args:
        place: The ports.
        records: What is going to be written.
        given: The secrets that a command is given, name to value.

    Raises:
        GitprovError: GP-SEC-001 with every place.
    """
    refuse_texts(
        place,
        (
            replace(one, place=f"{type(stored.record).__name__.lower()} {one.place}")
            for stored in records
            for one in texts_of(stored.record)
        ),
        given,
    )


def refuse_texts(place: Workplace, texts: Iterable[Text], given: Mapping[str, str] | None = None) -> None:
    """Refuses texts that hold a secret; arguments and errors are those of `refuse_secrets`."""
    found = [(one, kind) for one in texts for kind in _kinds(place, one, given or {})]
    if found:
        keys = [one.text for one, _ in found if one.is_key]
        raise secret_error([(_without(one.place, keys), kind) for one, kind in found])


def secret_error(found: Iterable[Found], *, why: str = "", fix: str = "") -> GitprovError:
    """Returns the refusal of what was found, place by place."""
    return codes.SEC_FOUND.error(
        f"a secret stands in {', '.join(f'{where} ({kind})' for where, kind in found)}",
        why=why or "records are committed and shared, and never changed again",
        fix=fix or f"take it out, and pass it by its name: gitprov run --secret NAME; {_NO_SECRET}",
    )


def secrets_in(place: Workplace, artifacts: Iterable[Artifact]) -> Iterator[Finding]:
    """Yields the secrets in the files of artifacts that are text and small; none where there is no scanner.

    What the cache lacks is passed over: sealing refuses it anyway.
    """
    room = MUCH
    files = [file for artifact in artifacts for file in _files(place, artifact)] if place.scanner is not None else []
    for item, where, subject in sorted(files, key=lambda file: file[0].size):
        room -= item.size
        if item.size > SMALL or room < 0:
            return
        for line, text in enumerate(_lines(place.cache.read(item)), 1):
            for kind in _kinds(place, Text(where, text), {}):
                yield codes.SEC_FOUND.finding(
                    subject,
                    f"a secret stands in {where}:{line} ({kind})",
                    why="whoever has the remote can read it",
                    fix=f"rotate it, take it out, and make {subject} again; {_NO_SECRET}",
                )


def _files(place: Workplace, artifact: Artifact) -> list[tuple[Object, str, str]]:
    """Returns the files of an artifact that are in the cache: object, name, and what it is a file of."""
    content = artifact.content
    if not isinstance(content, Content):
        return []
    try:
        entries = place.cache.entries(content)
    except GitprovError:
        return []
    found = [(Object(one.md5, one.size, one.sha256), f"{artifact.name}/{one.path}") for one in entries]
    if content.listing is None:
        found = [(Object(content.md5, content.size, content.digest), artifact.name)]
    lacking = set(place.cache.missing([item for item, _ in found]))
    return [(item, where, artifact.name) for item, where in found if item not in lacking]


def _lines(data: bytes) -> list[str]:
    """Returns the lines of a text; none of what is no text."""
    try:
        return data.decode().splitlines() if b"\0" not in data else []
    except UnicodeDecodeError:
        return []


def secrets_of(place: Workplace, wanted: Mapping[str, str]) -> dict[str, str]:
    """Returns the values of secrets: name to value, of names by the variables that have them.

    Raises:
        GitprovError: GP-SEC-002 with every name whose variable is not set, or too short to be told from other text.
    """
    if absent := absent_secrets(place, wanted):  # the variable is not named: people type the value there
        raise codes.SEC_VARIABLE.error(
            f"no value for the secret {', '.join(absent)}",
            why=f"the environment variable that it comes from is not set, or has fewer than {SHORTEST} characters",
        )
    return {name: place.host.variable(variable) or "" for name, variable in wanted.items()}


def absent_secrets(place: Workplace, wanted: Mapping[str, str]) -> list[str]:
    """Returns the names of the secrets whose variable is not set here, or is too short to be told from other text."""
    return [name for name, variable in wanted.items() if len(place.host.variable(variable) or "") < SHORTEST]


def leaks_in(place: Workplace, paths: Iterable[str], wanted: Mapping[str, str]) -> list[Found]:
    """Returns which files at or below some paths have the value of a secret in them: recorded, they would be shared.

    Raises:
        GitprovError: GP-SEC-002, as `secrets_of`; GP-IO-001.
    """
    values = secrets_of(place, wanted)
    return [
        (file, f"the value of --secret {name}")
        for path in paths
        for name, value in values.items()
        for file in place.worktree.holding(path, value.encode())
    ]


def _kinds(place: Workplace, text: Text, given: Mapping[str, str]) -> list[str]:
    kinds = _looks(place, text)
    if kinds:  # which is rare enough to read the settings then
        allowed = place.settings.project().secrets.allow
        kinds = _looks(place, replace(text, text=without_words(text.text, allowed)))
    return kinds + [f"the value of --secret {name}" for name, value in given.items() if value in text.text]


def _looks(place: Workplace, text: Text) -> list[str]:
    own = ["user information in a URL"] if mask_user_info(text.text) != text.text else []
    return own + list(place.scanner.kinds(text.text, name=text.name) if place.scanner is not None else ())


def _without(where: str, keys: Iterable[str]) -> str:
    """Returns a place without the keys that are secrets themselves."""
    for key in keys:
        where = where.replace(key, "…")
    return where
