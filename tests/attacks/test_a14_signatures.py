"""A14: signatures that are stripped, swapped, remade, malleated or written differently: refused, each with its code."""

import json
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from gitprov.ids import canonical_json
from gitprov.records import Stored
from gitprov.trust.bundles import ORDER, read_bundle, to_sign, write_bundle
from tests.attacks.real import Signed, bundle, signer
from tests.sim.promoting import Wish

CODES = {"add": "GP-PRO-006", "train": "GP-PRO-006", "release": "GP-PRO-005", "request": "GP-PRO-002"}
"""What is signed by who produces it, to what refuses a promotion without that signature."""


def signed_record(world: Signed, what: str) -> Stored:
    """Returns a run by its step, or the release."""
    if what == "release":
        return world.releases[0]
    return next(world.stored(one) for one, run in world.landed().ledger.runs.items() if run.step == what)


def outcome(what: str, change: Callable[[Signed, Stored], object]) -> tuple[set[str], set[str]]:
    """Promotes after a change of what is signed about one record; returns what refuses it, and the signatures' codes.

    The evidence is made after the change: nobody would do otherwise.
    """
    world = Signed(releases=1)
    if what != "request":
        stored = signed_record(world, what)
        change(world, stored)
    wish = world.wish(world.releases[0])
    world.move()
    world.request(wish)
    if what == "request":
        stored = wish.request
        change(world, stored)
    world.sign(wish.id, "ben", "approves")
    found = {one.code.id for one in world.landed().signatures.of(stored.id) if one.code is not None}
    return world.refused(wish), found


def strip(world: Signed, stored: Stored) -> None:
    for path in world.beside(stored):
        del world.files[path]


def instead(world: Signed, stored: Stored, data: bytes) -> None:
    strip(world, stored)
    world.put(stored, data)


def test_with_all_signatures_it_takes_effect() -> None:
    for what in CODES:
        assert outcome(what, lambda _world, _stored: None) == (set(), set())


@pytest.mark.parametrize("what", CODES)
def test_a_stripped_signature_is_missed(what: str) -> None:
    assert CODES[what] in outcome(what, strip)[0]


@pytest.mark.parametrize("what", CODES)
def test_a_signature_from_another_record_counts_for_nothing(what: str) -> None:
    def swap(world: Signed, stored: Stored) -> None:
        other = signed_record(world, "train" if what == "add" else "add")
        instead(world, stored, next(iter(world.beside(other).values())))

    refused, faults = outcome(what, swap)
    assert CODES[what] in refused
    assert faults == {"GP-SIG-002"}


@pytest.mark.parametrize("what", CODES)
@pytest.mark.parametrize("name", ["dan", "eve"])
def test_another_key_is_no_producers(what: str, name: str) -> None:
    """dan is listed and does not produce; eve is nobody, so that she could be any approver."""
    refused, faults = outcome(what, lambda world, one: instead(world, one, bundle(world.payload(one, "signs"), name)))
    assert CODES[what] in refused
    assert faults == (set() if name == "dan" else {"GP-SIG-004"})
    assert ("GP-APR-002" in refused) is (name == "eve" and what != "release")


def claimed(data: bytes, name: str) -> bytes:
    """Returns a bundle that says that somebody else signed it."""
    found = read_bundle(data)
    return write_bundle(found.payload, found.signature, signer(name).pem)


def edited(change: Callable[[dict[str, object]], object]) -> Callable[[bytes], bytes]:
    """Returns what edits the JSON of a bundle and writes it in canonical form again."""

    def edit(data: bytes) -> bytes:
        found = json.loads(data)
        change(found)
        return canonical_json(found)

    return edit


def envelope(**fields: object) -> Callable[[bytes], bytes]:
    return edited(lambda found: found["dsseEnvelope"].update(fields))  # type: ignore[attr-defined]


def resigned(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Returns what changes the statement and has ada sign it."""
    return lambda data: bundle(change(read_bundle(data).payload), "ada")


def twin(data: bytes) -> bytes:
    found = read_bundle(data)
    r, s = decode_dss_signature(found.signature)
    return write_bundle(found.payload, encode_dss_signature(r, ORDER - s), signer("ada").pem)


def long_der(data: bytes) -> bytes:
    found = read_bundle(data)
    body = found.signature[2:]
    return write_bundle(found.payload, b"\x30\x81" + bytes([len(body)]) + body, signer("ada").pem)


def two_signatures(found: dict[str, object]) -> None:
    signatures = found["dsseEnvelope"]["signatures"]  # type: ignore[index]
    signatures.append(dict(signatures[0]))


def line_end(data: bytes) -> bytes:
    text = json.loads(data)["dsseEnvelope"]["payload"].encode()
    return data.replace(text, text[:4] + b"\\n" + text[4:])


FORMS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "spaces": (lambda data: json.dumps(json.loads(data)).encode(), "GP-SIG-001"),
    "indented": (lambda data: json.dumps(json.loads(data), indent=2).encode(), "GP-SIG-001"),
    "another order of keys": (
        lambda data: json.dumps(dict(reversed(json.loads(data).items())), separators=(",", ":")).encode(),
        "GP-SIG-001",
    ),
    "a line end": (lambda data: data + b"\n", "GP-SIG-001"),
    "a byte order mark": (lambda data: b"\xef\xbb\xbf" + data, "GP-SIG-001"),
    "base64 with a line end": (line_end, "GP-SIG-001"),
    "a field more": (edited(lambda found: found.update(note="x")), "GP-SIG-001"),
    "a key id": (
        edited(lambda found: found["dsseEnvelope"]["signatures"][0].update(keyid="")),  # type: ignore[index]
        "GP-SIG-001",
    ),
    "an older media type": (
        edited(lambda found: found.update(mediaType="application/vnd.dev.sigstore.bundle+json;version=0.2")),
        "GP-SIG-001",
    ),
    "the media type of version 0.1": (
        edited(lambda found: found.update(mediaType="application/vnd.dev.sigstore.bundle+json;version=0.1")),
        "GP-SIG-001",
    ),
    "two signatures": (edited(two_signatures), "GP-SIG-001"),
    "no signature": (envelope(signatures=[]), "GP-SIG-001"),
    "another payload type": (envelope(payloadType="application/json"), "GP-SIG-001"),
    "a log entry": (
        edited(lambda found: found["verificationMaterial"].update(tlogEntries=[{"logIndex": "1"}])),  # type: ignore[attr-defined]
        "GP-SIG-001",
    ),
    "no bundle at all": (lambda _: b"{}", "GP-SIG-001"),
    "the other s": (twin, "GP-SIG-003"),
    "a longer length": (long_der, "GP-SIG-003"),
    "a claim to be somebody else's": (lambda data: claimed(data, "dan"), "GP-SIG-003"),
    "a space in the statement": (resigned(lambda payload: payload.replace(b'","', b'", "', 1)), "GP-SIG-002"),
    "another predicate type": (
        resigned(lambda payload: payload.replace(b'"predicateType":"', b'"predicateType":"x', 1)),
        "GP-SIG-002",
    ),
    "another statement type": (
        resigned(lambda payload: payload.replace(b"Statement/v1", b"Statement/v0.1")),
        "GP-SIG-002",
    ),
    "a predicate that says more": (
        resigned(lambda payload: canonical_json(json.loads(payload) | {"more": True})),
        "GP-SIG-002",
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("what", CODES)
def test_another_form_is_refused_alone_and_changes_no_verdict_beside_the_right_one(what: str, form: str) -> None:
    change, code = FORMS[form]

    def data(world: Signed, stored: Stored) -> bytes:
        return change(bundle(world.payload(stored, "signs"), "ada"))

    refused, faults = outcome(what, lambda world, stored: instead(world, stored, data(world, stored)))
    assert CODES[what] in refused
    assert "GP-APR-002" not in refused, "what cannot be a signature is nobody's"
    assert faults == {code}
    assert outcome(what, lambda world, stored: world.put(stored, data(world, stored))) == (set(), {code})


def approval_form(world: Signed, wish: Wish, form: str) -> bytes:
    return FORMS[form][0](bundle(world.payload(wish.request, "approves"), "ada"))


@pytest.mark.parametrize("form", FORMS)
def test_an_approval_in_another_form_is_none(form: str) -> None:
    """ada may approve here, and did; ben asks."""
    for right in (False, True):
        world = Signed(releases=1, approvers=("ben",))
        wish = world.wish(world.releases[0])
        world.promote(wish)
        data = bundle(world.payload(wish.request, "approves"), "ben")
        change, code = FORMS[form]
        other = change(data)
        if form in ("the other s", "a longer length"):
            found = read_bundle(other)
            other = write_bundle(found.payload, found.signature, signer("ben").pem)
        world.put(wish.request, other, approval=True)
        if right:
            world.put(wish.request, data, approval=True)
        assert world.refused(wish) == (set() if right else {"GP-APR-001"})
        assert code in {one.code.id for one in world.landed().signatures.of(wish.id) if one.code is not None}


@pytest.mark.parametrize("what", CODES)
def test_a_file_that_is_not_named_by_its_bytes_counts_for_nothing(what: str) -> None:
    """Squatting: what lies where a signature's file would be is not that file."""

    def squat(world: Signed, stored: Stored) -> None:
        right = world.beside(stored)
        for path in right:
            world.files[path] = (world.head, bundle(world.payload(stored, "signs"), "dan"))

    refused, faults = outcome(what, squat)
    assert CODES[what] in refused
    assert faults == {"GP-SIG-005"}


def test_a_squatted_approval_is_given_again_with_another_reason() -> None:
    """Whoever lands other bytes at its path can hold up one file, and not the person."""
    world = Signed(releases=1)
    wish = world.wish(world.releases[0])
    world.promote(wish)
    payload = world.payload(wish.request, "approves")
    path = world.put(wish.request, bundle(payload, "ben"), approval=True)
    world.files[path] = (world.head, b"squatted")
    assert world.refused(wish) == {"GP-APR-001"}
    world.move()
    again = json.loads(payload)
    again["predicate"]["reason"] = "once more"
    world.put(wish.request, bundle(canonical_json(again), "ben"), approval=True)
    assert world.refused(wish) == set()


def test_to_sign_is_what_dsse_says() -> None:
    """The bytes under a signature hold the payload's type: no other format's signature can be taken for one."""
    assert to_sign(b"{}") == b"DSSEv1 28 application/vnd.in-toto+json 2 {}"
