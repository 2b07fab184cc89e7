"""Makes tests/frozen/witnessed, where it is not there: `python -m tests.real.sigstore.make_witnessed`.

Signatures by a key with a timestamp, with an entry in a log, and with both, over a record of tests/frozen/v1, and the
trusted root of the servers that made these. They keep tested what is verified of them where no server can run.
"""

import sys
import tempfile
from pathlib import Path

from gitprov.adapters.signing.witnessed import WitnessedSigner
from gitprov.trust.statements import contents_of, statement
from tests.frozen.promoted import ARTIFACTS, OTHER, SIGNER
from tests.frozen.story import RELEASE
from tests.real.sigstore import pki
from tests.real.sigstore.stack import running_stack

FOLDER = Path(__file__).parents[2] / "frozen" / "witnessed"
PAYLOAD = statement(RELEASE, contents_of(RELEASE.record, ARTIFACTS))


def make() -> dict[str, bytes]:
    """Returns the fixtures; the first entry of a log has the number 0."""
    with tempfile.TemporaryDirectory() as home, running_stack(Path(home)) as stack:
        signer, other = SIGNER.anew(), OTHER.anew()
        return {
            "first.sigstore.json": WitnessedSigner(signer, timestamps=None, log=pki.REKOR).bundle(PAYLOAD),
            "stamped.sigstore.json": WitnessedSigner(signer, timestamps=pki.TIMESTAMPS, log=None).bundle(PAYLOAD),
            "both.sigstore.json": WitnessedSigner(signer, timestamps=pki.TIMESTAMPS, log=pki.REKOR).bundle(PAYLOAD),
            "other.sigstore.json": WitnessedSigner(other, timestamps=pki.TIMESTAMPS, log=pki.REKOR).bundle(PAYLOAD),
            "trusted-root.json": stack.trusted_root.read_bytes(),
        }


if __name__ == "__main__":
    if FOLDER.exists():
        sys.exit(f"{FOLDER} is there, and is never written again")
    made = make()
    FOLDER.mkdir()
    for name, data in made.items():
        (FOLDER / name).write_bytes(data)
