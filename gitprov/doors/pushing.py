"""The hook pre-push: bytes that others will look for. It warns only: `gitprov push` sends both."""

from collections.abc import Iterable

from gitprov.check.files import is_record
from gitprov.check.seen import read_record
from gitprov.errors import Finding
from gitprov.lineage import Held, Ledger
from gitprov.ports.blobs import Fault
from gitprov.ports.git import GitStore
from gitprov.ports.workplace import Workplace
from gitprov.recording.objects import needed_objects
from gitprov.records import Stored
from gitprov.records.stored import ROOT

_WITH_BYTES = (f"{ROOT}/artifacts", f"{ROOT}/runs")


def bytes_not_sent(place: Workplace, commits: Iterable[str]) -> list[Finding]:
    """Returns which bytes of the records that a push brings to others the DVC remote does not have.

    Args:
        place: The ports.
        commits: The heads that are pushed. Records in commits that a remote-tracking branch has are not asked about.

    Raises:
        GitprovError: GP-DVC-002 to -004, GP-IO-001, GP-IO-002 when the remote cannot be asked; GP-GIT-003.
    """
    ledger = Ledger(Held(stored, "committed") for stored in _brought(place.git, commits))
    if not ledger.held:
        return []
    needed = needed_objects(ledger, place.cache, ledger.held)
    remote = place.remote
    missing = [Fault(item, f"remote {remote.name}", "missing") for item in remote.missing(list(needed.items.values()))]
    return [*needed.findings, *needed.fault_findings(ledger, missing, remote.name)]


def _brought(git: GitStore, commits: Iterable[str]) -> list[Stored]:
    """Returns the records that have bytes among those that commits add which no remote-tracking branch has."""
    fresh = dict(pair for commit in commits for pair in git.commits(commit, beyond="remotes"))
    pairs = [(commit, next(iter(parents), None)) for commit, parents in fresh.items()]
    oids = {
        file.path: file.oid
        for edge in git.edges(pairs, _WITH_BYTES)
        for file in edge.files
        if file.status == "A" and is_record(file.path)
    }
    blobs = dict(git.blobs(set(oids.values())))
    return [one for path, oid in oids.items() if isinstance(one := read_record(path, blobs[oid]), Stored)]
