"""What others have seen of a key's signature, from frozen files: when, and that a log has it (issue 6; threat A13).

The files were made by servers (tests.real.sigstore.make_witnessed). What is wrong takes the witness away, and never the
signature: who holds the key has signed all the same.
"""

import base64
import copy
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from gitprov.adapters.signing import EcdsaSigner, SignatureVerifier
from gitprov.adapters.signing.logs import is_logged
from gitprov.adapters.signing.witnessed import WitnessedSigner
from gitprov.errors import Code, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import sha256_of
from gitprov.records import signature_path
from gitprov.trust.bundles import Bundle, read_bundle
from gitprov.trust.judging import Listed, judge
from gitprov.trust.statements import contents_of, statement
from tests.frozen.promoted import ARTIFACTS, OTHER, SIGNER
from tests.frozen.story import RELEASE

FROZEN = Path(__file__).parents[2] / "frozen" / "witnessed"
FILES = {path.name.partition(".")[0]: path.read_bytes() for path in FROZEN.glob("*.sigstore.json")}
ROOT = json.loads((FROZEN / "trusted-root.json").read_text())
DOCUMENT = json.dumps(ROOT)
PAYLOAD = statement(RELEASE, contents_of(RELEASE.record, ARTIFACTS))
SIGNED_AT = {
    "stamped": "2026-11-21T17:22:33Z",
    "both": "2026-11-21T17:22:33Z",
    "other": "2026-11-21T17:22:34Z",
}
verifier = SignatureVerifier()


def edited(change: Callable[[Any], object]) -> str:
    """Returns the trusted root with a change."""
    root = copy.deepcopy(ROOT)
    change(root)
    return json.dumps(root)


@pytest.mark.parametrize(("name", "logged"), [("first", True), ("stamped", False), ("both", True), ("other", True)])
def test_a_signature_is_judged_with_what_others_have_seen(name: str, logged: bool) -> None:
    signer = OTHER if name == "other" else SIGNER
    digest = sha256_of(DOCUMENT.encode())
    strangers = edited(lambda root: root.update(tlogs=[], timestampAuthorities=[]))
    listed = Listed(keys={signer.id: signer.pem}, documents={sha256_of(b"strangers"): strangers, digest: DOCUMENT})
    path = signature_path(RELEASE.path, FILES[name])
    found = judge(path, FILES[name], RELEASE, artifacts=ARTIFACTS, listed=listed, verifier=verifier)
    assert found.is_good
    assert dict(found.proven) == ({digest: SIGNED_AT[name]} if name in SIGNED_AT else {})
    assert found.is_logged == logged


def test_nobody_has_seen_it_under_another_trusted_root() -> None:
    both = read_bundle(FILES["both"])
    for lists in (["tlogs"], ["timestampAuthorities"], ["tlogs", "timestampAuthorities"]):
        document = json.dumps({**ROOT, **{name: list[Any]() for name in lists}})
        time = verifier.timestamp(both.signature, both.timestamp or b"", document)
        assert time == (None if "timestampAuthorities" in lists else SIGNED_AT["both"])
        assert verifier.is_logged(both, SIGNER.pem, document) == ("tlogs" not in lists)


def window(start: str | None, end: str | None) -> dict[str, str]:
    return {name: time for name, time in (("start", start), ("end", end)) if time is not None}


@pytest.mark.parametrize(("name", "start", "end", "logged"), [
    ("both", "2026-11-21T17:22:33Z", "2026-11-21T17:22:33Z", True),
    ("both", "2026-11-21T17:22:34Z", None, False),
    ("both", "2020-01-01T00:00:00Z", "2026-11-21T17:22:32Z", False),
    ("first", "2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z", False),  # nothing says that it was not signed later
    ("first", "2099-01-01T00:00:00Z", None, True),  # nothing says when, and a key has no effect before it is there
])  # fmt: skip
def test_a_log_counts_while_its_key_is_valid(name: str, start: str, end: str | None, logged: bool) -> None:
    """By the time that a timestamp proves, and by no clock."""

    def change(root: Any) -> None:
        root["tlogs"][0]["publicKey"]["validFor"] = window(start, end)

    assert verifier.is_logged(read_bundle(FILES[name]), SIGNER.pem, edited(change)) == logged


def test_a_log_answers_for_its_own_name_and_key_only() -> None:
    both = read_bundle(FILES["both"])

    def renamed(root: Any) -> None:
        root["tlogs"][0]["baseUrl"] = "http://log.example:38804"

    def rekeyed(root: Any) -> None:
        root["tlogs"][0]["publicKey"]["rawBytes"] = root["ctlogs"][0]["publicKey"]["rawBytes"]

    assert not verifier.is_logged(both, SIGNER.pem, edited(renamed))
    assert not verifier.is_logged(both, SIGNER.pem, edited(rekeyed))


def with_entry(bundle: Bundle, change: Callable[[Any], object]) -> Bundle:
    """Returns a bundle with a change in its entry."""
    entry = copy.deepcopy(bundle.entry)
    change(entry)
    return replace(bundle, entry=entry)


def flipped(text: str) -> str:
    """Returns base64 of the same bytes but one."""
    data = bytearray(base64.b64decode(text))
    data[-1] ^= 1
    return base64.b64encode(data).decode()


CHANGES: dict[str, Callable[[Any], object]] = {
    "another kind": lambda entry: entry["kindVersion"].update(version="0.0.1"),
    "another body": lambda entry: entry.update(canonicalizedBody=flipped(entry["canonicalizedBody"])),
    "another leaf": lambda entry: entry["inclusionProof"].update(logIndex="0"),
    "another size": lambda entry: entry["inclusionProof"].update(treeSize="3"),
    "another root": lambda entry: entry["inclusionProof"].update(rootHash=flipped(entry["inclusionProof"]["rootHash"])),
    "no path": lambda entry: entry["inclusionProof"].update(hashes=[]),
    "another path": lambda entry: entry["inclusionProof"]["hashes"].__setitem__(0, "AAAA"),
    "no checkpoint": lambda entry: entry["inclusionProof"].pop("checkpoint"),
    "another checkpoint": lambda entry: entry["inclusionProof"]["checkpoint"].update(envelope="log\n1\nAAAA\n\n"),
    "no number": lambda entry: entry["inclusionProof"].update(logIndex="one"),
    "no proof": lambda entry: entry.update(inclusionProof=None),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_an_entry_that_proves_nothing_is_no_witness(change: Callable[[Any], object]) -> None:
    """The names are those of sigstore-conformance where it has them: checkpoint-bad-root-hash, bad-inclusion-proof …"""
    assert not is_logged(with_entry(read_bundle(FILES["both"]), change), SIGNER.pem, DOCUMENT)


def test_an_entry_about_something_else_is_no_witness() -> None:
    both, other, first = (read_bundle(FILES[name]) for name in ("both", "other", "first"))
    assert not is_logged(replace(both, entry=other.entry), SIGNER.pem, DOCUMENT), "of another key"
    assert not is_logged(replace(both, entry=first.entry), SIGNER.pem, DOCUMENT), "of another signature of this key"
    assert not is_logged(replace(both, payload=b"{}"), SIGNER.pem, DOCUMENT), "of another statement"
    assert not is_logged(both, OTHER.pem, DOCUMENT)
    assert not is_logged(replace(both, entry=None), SIGNER.pem, DOCUMENT)


def test_a_timestamp_of_something_else_proves_nothing() -> None:
    both, other = read_bundle(FILES["both"]), read_bundle(FILES["other"])
    assert verifier.timestamp(both.signature, other.timestamp or b"", DOCUMENT) is None
    assert verifier.timestamp(both.signature, (both.timestamp or b"")[:-1], DOCUMENT) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(field=st.sampled_from(sorted(read_bundle(FILES["both"]).entry or {})), value=JSON)
def test_no_entry_and_no_trusted_root_crashes(field: str, value: object) -> None:
    both = read_bundle(FILES["both"])
    assert is_logged(replace(both, entry={**(both.entry or {}), field: value}), SIGNER.pem, DOCUMENT) in (True, False)
    assert is_logged(both, SIGNER.pem, json.dumps({**ROOT, "tlogs": value})) in (True, False)


@contextmanager
def answering(left: list[bytes], status: int = 200) -> Iterator[str]:
    """Serves answers, one for each request, which it takes from `left`, and yields the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(left.pop(0))

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def refusal(*, timestamps: str | None = None, log: str | None = None, signer: EcdsaSigner = SIGNER) -> Code:
    """Returns why nothing can be signed."""
    with pytest.raises(GitprovError) as refused:
        WitnessedSigner(signer, timestamps=timestamps, log=log).bundle(PAYLOAD)
    return refused.value.code


def test_an_authority_that_answers_something_else_is_not_believed() -> None:
    stamp = read_bundle(FILES["both"]).timestamp or b""
    with answering([b"", b"nonsense", stamp]) as url:
        for _ in range(3):
            assert refusal(timestamps=url) is codes.IO_NETWORK


def test_a_log_that_answers_something_else_is_not_believed() -> None:
    entry = read_bundle(FILES["both"]).entry or {}
    answers = [b"", b"[" * 60_000, b"[]", b"{}", b'{"canonicalizedBody": 1}', json.dumps(entry).encode()]
    with answering([*answers]) as url:
        for _ in answers:
            assert refusal(log=url) is codes.IO_NETWORK


def test_who_refuses_or_is_not_there_is_named() -> None:
    with answering([b"no"], status=409) as url:
        with pytest.raises(GitprovError, match="409") as refused:
            WitnessedSigner(SIGNER, timestamps=url, log=None).bundle(PAYLOAD)
        assert refused.value.code is codes.IO_NETWORK
        gone = url
    assert refusal(timestamps=gone) is refusal(log=gone) is codes.IO_NETWORK


def test_nothing_is_logged_without_a_timestamp() -> None:
    """A log keeps what it has for ever: it is asked last."""
    left = [b"nonsense"]
    with answering(left) as log, answering([b"nonsense"]) as timestamps:
        assert refusal(timestamps=timestamps, log=log) is codes.IO_NETWORK
    assert left, "the log was not asked"


@pytest.mark.parametrize("address", ["file:///etc/passwd", "log.example", "ftp://log.example"])
def test_an_address_that_is_not_of_the_web_is_refused(address: str) -> None:
    assert refusal(timestamps=address) is refusal(log=address) is codes.KEY_FORM


def test_a_log_gets_another_signature_each_time() -> None:
    """Rekor takes none that it has already, so that whoever signs again after a crash could not."""
    signer = EcdsaSigner(ec.generate_private_key(ec.SECP256R1()))
    anew = signer.anew()
    assert (signer.sign(b"text") == signer.sign(b"text"), anew.sign(b"text") == anew.sign(b"text")) == (True, False)
    assert (signer.repeats, anew.repeats, anew.pem) == (True, False, signer.pem)
    assert verifier.verify(signer.pem, b"text", anew.sign(b"text"))
