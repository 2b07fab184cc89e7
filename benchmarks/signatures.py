"""P12: signatures of records verified through gitprov, beside the libraries that do the cryptography.

`python -m benchmarks.verified_by_gitprov FOLDER` and its two peers are what is measured: each verifies all that lies
packed in a folder, TIMES times. A key's signatures are over runs. A keyless one cannot be made without servers, so
two of tests/frozen are verified again and again, in turn. Each record is read once, which every command does anyway.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.measure import Bench, Claim
from benchmarks.pack import COUNT, KEYLESS, TIMES, Pack, write
from gitprov.records import Run, Stored, signature_path, store
from gitprov.trust.statements import statement
from tests.frozen.promoted import ARTIFACTS, SIGNER
from tests.frozen.story import RELEASE, TRAINED

TOP = Path(__file__).parents[1]


def measure(bench: Bench, rounds: int) -> Iterator[Claim]:
    """Verifies a thousand signatures by a key, and a thousand by a certificate."""
    artifacts = [store(one).data.decode() for one in ARTIFACTS.values()]
    packed = {"keyed": _keyed(), "keyless": _keyless()}
    for kind, peer, goal in (("keyed", "cryptography", 1.5), ("keyless", "sigstore", 1.1)):
        folder = bench.top / kind
        write(folder, packed[kind], SIGNER.pem if kind == "keyed" else None, artifacts)
        programs = {one: f"benchmarks.verified_by_{one}" for one in ("gitprov", peer)}
        who = {one: partial(bench.run, TOP, "python", "-m", program, folder) for one, program in programs.items()}
        for number in range(rounds):
            bench.side_by_side(kind, number, who)
        size = sum(len(data) for data, _ in packed[kind].values()) // len(packed[kind])
        often = f"{TIMES} times, " if kind == "keyed" else ""
        work = f"{COUNT:,} {kind} signatures of {size:,} bytes verified {often}with the start"
        yield bench.claim("P12", work, what=kind, ours="gitprov", peer=peer, goal=goal)


def _keyed() -> Pack:
    """Returns runs with other parameters, and their signatures by one key."""
    run = TRAINED.record
    if not isinstance(run, Run):
        raise TypeError(run)
    runs = (store(replace(run, params={**(run.params or {}), "number": number})) for number in range(COUNT))
    return dict(_packed(one, SIGNER.bundle(statement(one, {}))) for one in runs)


def _keyless() -> Pack:
    """Returns two signatures of a release, by a certificate each."""
    bundles = (KEYLESS / f"{name}.sigstore.json" for name in ("person", "person-again"))
    return dict(_packed(RELEASE, bundle.read_bytes()) for bundle in bundles)


def _packed(stored: Stored, data: bytes) -> tuple[str, tuple[bytes, bytes]]:
    return signature_path(stored.path, data), (data, stored.data)
