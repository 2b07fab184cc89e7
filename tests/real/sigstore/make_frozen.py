"""Makes tests/frozen/keyless, where it is not there: `python -m tests.real.sigstore.make_frozen`, ten minutes.

Keyless signatures cannot be made again, and verifying needs no server: these keep it tested where none can run. They
sign records of tests/frozen/v1. Most of what must be refused is made of them by the tests; what takes a server, here.
"""

import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests
from rfc3161_client import TimestampRequestBuilder
from sigstore.dsse import Statement
from sigstore.models import ClientTrustConfig
from sigstore.oidc import IdentityToken
from sigstore.sign import Signer, SigningContext

from gitprov.trust.bundles import read_bundle, rewrite_bundle
from gitprov.trust.statements import contents_of, statement
from tests.frozen.promoted import ARTIFACTS, REQUEST
from tests.frozen.story import RELEASE, TRAINED
from tests.real.sigstore import pki
from tests.real.sigstore.stack import Stack, running_stack

FOLDER = Path(__file__).parents[2] / "frozen" / "keyless"
ON_RELEASE = statement(RELEASE, contents_of(RELEASE.record, ARTIFACTS))
ON_REQUEST = statement(REQUEST, {})
ON_RUN = statement(TRAINED, {})
BRIEF = timedelta(seconds=20)


def make() -> dict[str, bytes]:
    """Returns the fixtures."""
    with tempfile.TemporaryDirectory() as home, running_stack(Path(home)) as stack:
        person, workflow = signer(stack, stack.issuer.person()), signer(stack, stack.issuer.workflow())
        files = {
            "trusted-root.json": stack.trusted_root.read_bytes(),
            "person.sigstore.json": sign(person, ON_RELEASE),
            "person-again.sigstore.json": sign(person, ON_RELEASE),  # the same certificate, another signature
            "person-request.sigstore.json": sign(person, ON_REQUEST),
            "workflow.sigstore.json": sign(workflow, ON_RUN),
        }
        ends = person._signing_cert().not_valid_after_utc
        time.sleep((ends - datetime.now(UTC)).total_seconds() + 2)
        files["late.tsr"] = timestamp(read_bundle(files["person.sigstore.json"]).signature)
    with tempfile.TemporaryDirectory() as home, running_stack(Path(home), stamping=BRIEF) as stack:
        time.sleep(BRIEF.total_seconds() + 2)
        files["expired-root.json"] = stack.trusted_root.read_bytes()
        files["expired.sigstore.json"] = sign(signer(stack, stack.issuer.person()), ON_RELEASE)
    return files


def signer(stack: Stack, token: str) -> Signer:
    """Returns what signs with one certificate."""
    config = ClientTrustConfig.from_json(stack.trust_config.read_text())
    return Signer(IdentityToken(token), SigningContext.from_trust_config(config))


def sign(signer: Signer, payload: bytes) -> bytes:
    """Returns a signature file."""
    return rewrite_bundle(signer.sign_dsse(Statement(payload)).to_json().encode())


def timestamp(data: bytes) -> bytes:
    """Returns what the running timestamp authority says of some bytes."""
    request = TimestampRequestBuilder().data(data).build().as_bytes()
    kind = {"Content-Type": "application/timestamp-query"}
    answer = requests.post(pki.TIMESTAMPS, request, headers=kind, timeout=10)
    answer.raise_for_status()
    return answer.content


if __name__ == "__main__":
    if FOLDER.exists():
        sys.exit(f"{FOLDER} is there, and is never written again")
    made = make()
    FOLDER.mkdir()
    for name, data in made.items():
        (FOLDER / name).write_bytes(data)
