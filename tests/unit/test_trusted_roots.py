"""A trusted root in a trust version is one that Sigstore can read, or says where it is not (docs/format.md)."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sigstore._internal.tuf import DEFAULT_TUF_URL, STAGING_TUF_URL
from sigstore._utils import read_embedded
from sigstore.models import TrustedRoot as Theirs
from sigstore_models.trustroot import v1

from docs.schemas import schema_of
from gitprov.errors import GitprovError
from gitprov.ids import canonical_json, sha256_of
from gitprov.records import TrustRoot, decode, encode
from gitprov.records.codec import from_data, to_data
from gitprov.records.sigstore import TrustedRoot
from gitprov.trust.roots import documents_of
from tests.unit.trust.facts import history, root
from tests.unit.trust.test_standing import LOG

PUBLIC, STAGING = (json.loads(read_embedded("trusted_root.json", url)) for url in (DEFAULT_TUF_URL, STAGING_TUF_URL))
FIRST = root(1, history(LOG, None), {"ann": ["a"]}).record


def version(document: Any) -> TrustRoot:
    """Returns a trust version that lists a document as `team`."""
    assert isinstance(FIRST, TrustRoot)
    fields = {key: value for key, value in to_data(FIRST).items() if key != "schema"}
    return from_data(TrustRoot, {**fields, "trusted_roots": {"team": document}})


def ways(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yields the way to everything in a document; of lists to what comes first."""
    inner = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for key, item in inner:
        yield (*above, key)
        yield from ways(item, (*above, key))


def changed(way: tuple[Any, ...], *new: Any) -> Any:
    """Returns the public document with something else in a place, or without it."""
    document = deepcopy(PUBLIC)
    target: Any = document
    for key in way[:-1]:
        target = target[key]
    if new:
        target[way[-1]] = new[0]
    else:
        del target[way[-1]]
    return document


def reads(document: Any) -> bool:
    """Tells whether sigstore-python reads a document."""
    try:
        Theirs(v1.TrustedRoot.from_json(json.dumps(document)))
    except Exception:  # noqa: BLE001 whatever it says
        return False
    return True


def accepts(document: Any) -> bool:
    try:
        version(document)
    except GitprovError as error:
        return (error.code.id, "trusted_roots.team" in error.what) != ("GP-SCH-002", True)
    return True


@pytest.mark.parametrize("document", [PUBLIC, STAGING], ids=["public", "staging"])
def test_what_sigstore_publishes_is_kept_as_it_is(document: Any) -> None:
    """Its digest is that of its JCS: whoever has the file can compare."""
    assert to_data(from_data(TrustedRoot, document)) == document
    listed = decode(encode(version(document)))
    assert isinstance(listed, TrustRoot)
    digest, text = documents_of(listed)["team"]
    assert json.loads(text) == document
    assert digest == sha256_of(canonical_json(document))


SCHEMA = Draft202012Validator(schema_of(TrustRoot))


@pytest.mark.parametrize("way", list(ways(PUBLIC)), ids=lambda way: ".".join(map(str, way)))
def test_what_sigstore_needs_is_needed(way: tuple[Any, ...]) -> None:
    """Each field left out, and of another type: refused where sigstore-python refuses, by the schema too."""
    documents = [changed(way)] + [changed(way, wrong) for wrong in (7, {"a": [1]}, None)]
    for document in documents:
        assert reads(document) or not accepts(document), document
    stricter = way == ("timestampAuthorities",) or way[-2:] == ("publicKey", "rawBytes")  # a key without a key
    assert accepts(changed(way)) == (reads(changed(way)) and not stricter)
    fields = to_data(version(PUBLIC))
    for document in documents:
        data = {"schema": TrustRoot.schema, **fields, "trusted_roots": {"team": document}}
        assert SCHEMA.is_valid(data) == accepts(document), document


@pytest.mark.parametrize(
    ("way", "new", "where", "why"),
    [
        (("mediaType",), "application/json", "mediaType", "must be one of application/vnd.dev.sigstore.trustedroot"),
        (("tlogs",), {}, "tlogs", "must be a list"),
        (("tlogs", 0, "publicKey", "rawBytes"), "AA=A", "tlogs[0].publicKey.rawBytes", "must be bytes in base64"),
        (("tlogs", 0, "logId", "keyId"), "a b", "tlogs[0].logId.keyId", "must be bytes in base64"),
        (("certificateAuthorities", 1, "validFor", "start"), "yesterday",
         "certificateAuthorities[1].validFor.start", "must be an RFC 3339 time"),
        (("ctlogs", 0, "publicKey", "validFor", "end"), "2026-02-30T00:00:00Z",
         "ctlogs[0].publicKey.validFor.end", "must be an RFC 3339 time"),
        (("timestampAuthorities", 0, "certChain", "certificates"), "x",
         "timestampAuthorities[0].certChain.certificates", "must be a list"),
    ],
)  # fmt: skip
def test_the_place_of_a_fault_is_named(way: tuple[Any, ...], new: Any, where: str, why: str) -> None:
    with pytest.raises(GitprovError) as caught:
        version(changed(way, new))
    assert caught.value.what.startswith(f"field trusted_roots.team.{where} {why}")


def test_times_have_as_many_digits_as_sigstore_writes() -> None:
    """Go writes nanoseconds; a record's own times have six digits at most."""
    nine = changed(("tlogs", 0, "publicKey", "validFor", "start"), "2021-01-12T11:53:27.123456789Z")
    assert accepts(nine)
    assert reads(nine)
