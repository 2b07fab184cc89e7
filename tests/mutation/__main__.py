"""`make mutation`: changes `check/` and `trust/` in small ways, one at a time, and sees whether a test fails.

One traced run tells which tests run which lines. Each mutant is judged by those that run its lines, the quickest first,
until one fails. A run of all mutants writes docs/mutation.md.
"""

import argparse
import json
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from random import Random

from tests.mutation.mutants import ROOT, mutants
from tests.mutation.pool import run
from tests.mutation.report import explanations, faults, score, write

UNIT = ("check", "lineage", "policy", "trust")
ATTACKS = ("a01_flips", "a09_replay", "a10_bait", "a11_people", "a13_time", "a14_signatures", "a29_bundles",
           "delegation", "identities", "moves", "past")  # fmt: skip
TESTS = (
    *(f"tests/unit/{one}" for one in UNIT),
    "tests/unit/test_frozen.py",
    "tests/adapters/signing/test_keyless.py",
    "tests/adapters/signing/test_witnesses.py",
    "tests/docs/test_numbers.py",
    *(f"tests/attacks/test_{one}.py" for one in ATTACKS),
)
"""Those that need no repository: the same laws are tested with git by others, and a mutant is killed sooner here."""
MEMORY = "/dev/shm"  # noqa: S108 - each child gets a folder of its own below it
RESULTS = ROOT / "build" / "mutation.json"


def main() -> int:
    """Runs the mutants; returns 1 when too many survive, or one does that nobody explained."""
    chosen = _options()
    os.environ["HYPOTHESIS_PROFILE"] = "mutation"
    known: dict[str, dict[str, str]] = defaultdict(dict)
    if chosen.again:
        known |= json.loads(RESULTS.read_text("utf-8"))
    wanted = mutants(chosen.only)
    if chosen.sample:
        order = {one: n for n, one in enumerate(wanted)}
        wanted = sorted(Random(chosen.seed).sample(wanted, min(chosen.sample, len(wanted))), key=order.__getitem__)
    found = {one: known[one.path].get(one.name, "") for one in wanted}
    with tempfile.TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        known_to_live = explanations().keys() if chosen.again else ()
        these = [one for one in wanted if not found[one] and (one.path, one.name) not in known_to_live]
        for n, (one, killer) in enumerate(run(these, chosen.tests, chosen.budget), 1):
            found[one] = known[one.path][one.name] = killer
            if not killer:
                print(f"{n}: {one.path}:{one.first} {one.name}", flush=True)
            if n % 50 == 0:
                print(f"{n} of {len(these)}", flush=True)
                _keep(known)
    _keep(known)
    whole = not (chosen.only or chosen.sample)
    if whole:
        write(found, chosen.budget)
    wrong = list(faults(found, whole=whole))
    print(f"{score(found):.1%} of {len(found)} mutants are killed", *wrong, sep="\n")
    return bool(wrong)


def _keep(known: Mapping[str, Mapping[str, str]]) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(known, indent=1), "utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.mutation", description=main.__doc__)
    parser.add_argument("--only", default="", metavar="TEXT", help="modules whose path contains this")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="so many mutants, chosen by --seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--budget", type=float, default=10, help="seconds of tests for one mutant, at most")
    parser.add_argument("--again", action="store_true", help="only those that survived the last run unexplained")
    parser.add_argument("tests", nargs="*", default=TESTS, help="the tests that judge")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
