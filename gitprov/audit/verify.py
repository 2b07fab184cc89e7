"""`gitprov verify`: the records, what they say about each other, the code, and the bytes. docs/verification.md."""

from collections.abc import Iterable, Iterator, Mapping

from gitprov.audit.attestations import attestations_of, check_attestations
from gitprov.audit.bytes import Bytes, check_bytes, check_run_sets
from gitprov.audit.facts import cache_of, is_unverified, look_up, members
from gitprov.audit.signatures import Signed, judge_signatures
from gitprov.check.files import (
    ATTRIBUTES,
    check_attributes,
    check_layout,
    check_records,
    check_signature_files,
    check_strays,
    check_unchanged,
    is_signature,
)
from gitprov.check.references import check_collisions, check_cycles, check_references
from gitprov.errors import Exit, Finding
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.ids.listings import SUBMODULE
from gitprov.ids.recipes import UNKNOWN
from gitprov.lineage import Ledger
from gitprov.lineage.graph import ancestors, closure_runs
from gitprov.ports.git import TreeEntry
from gitprov.ports.workplace import Workplace
from gitprov.recording.code import left_out, resolve_code
from gitprov.recording.ledger import DRAFTS
from gitprov.records import Run, signed_path
from gitprov.records.stored import ROOT


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was checked and found.

    Attributes:
        findings: Everything that is wrong.
        undecided: What cannot be judged from here, each with the command that would let it be.
        records: How many records were checked.
        unverified: How many of their contents are unverified.
        bytes: What reading the bytes gave; None when it was not asked for.
        signatures: Who signed them; None when there is no trust root to judge that by, or history is missing.
        warnings: Signatures that count for nothing. They take nothing away from what others signed, so that nobody
            makes a record unverifiable by adding one.
    """

    findings: tuple[Finding, ...]
    undecided: tuple[Finding, ...]
    records: int
    unverified: int
    bytes: Bytes | None = None
    signatures: Signed | None = None
    warnings: tuple[Finding, ...] = ()

    @property
    def exit(self) -> Exit:
        """The exit status that says the same."""
        return Exit.FINDINGS if self.findings else Exit.UNDECIDED if self.undecided else Exit.OK


def verify(
    place: Workplace,
    ledger: Ledger,
    text: str | None = None,
    *,
    attributes: bytes,
    in_cache: bool = False,
    in_remote: bool = False,
) -> Verdict:
    """Checks everything, or one artifact or release with all that it rests on.

    Args:
        place: The ports.
        ledger: The records.
        text: An artifact, a path or a release; None for everything, other files under `.gitprov/` included.
        attributes: What `init` writes into `.gitprov/.gitattributes`.
        in_cache: Read the bytes in the cache. With both, an object may be missing in one of the two.
        in_remote: Read the bytes in the remote.

    Raises:
        GitprovError: GP-NAM-* when the name fits nothing; GP-GIT-004 when bytes are to be read in a bare repository.
    """
    records = list(ledger.held) if text is None else _closure(place, ledger, text)
    undecided: list[Finding] = []
    concerned = {ledger.held[one].stored.path for one in records}
    committed = place.git.tree("HEAD") if place.git.head() else {}
    staged = {} if place.git.is_bare else place.git.index()
    signatures = _signatures(place, staged | committed)
    everywhere = [
        *_files(place, ledger, committed, staged, attributes),
        *check_signature_files(signatures, {*staged, *committed}),
        *check_cycles(ledger),
        *check_collisions(ledger),
    ]
    findings = [
        finding
        for finding in everywhere
        if text is None or finding.subject in concerned or signed_path(finding.subject) in concerned
    ]
    findings += check_references(ledger, records)
    findings += check_attestations(place, ledger, records)
    unresolved = list(_code(place, ledger, records))
    if place.git.is_partial:
        undecided += [_partial(), *unresolved]
    else:
        findings += unresolved
    read = None
    if in_cache or in_remote:
        read = check_bytes(place, ledger, records, in_cache=in_cache, in_remote=in_remote)
        findings += [*read.findings, *check_run_sets(place.cache, ledger, records)]
        undecided += read.undecided
    unverified = [one for one in records if one in ledger.artifacts and is_unverified(ledger, one)]
    judged = judge_signatures(place, ledger, records, signatures)
    findings += judged.findings
    return Verdict(
        tuple(findings), tuple(undecided), len(records), len(unverified), read, judged.signed, judged.warnings
    )


def _partial() -> Finding:
    return codes.GIT_SHALLOW.finding("HEAD", "this clone lacks history or objects on purpose")


def _closure(place: Workplace, ledger: Ledger, text: str) -> list[Digest]:
    """Returns the records that an artifact or release rests on, their evaluations, and what others attested."""
    target = look_up(place, ledger, text)
    chosen = [artifact for artifact, _ in members(ledger, target, "verify").values()]
    artifacts = ancestors(ledger, chosen)
    release = ledger.releases.get(target.id)
    subjects = [*artifacts, *([release.set_] if release else [])]
    found = [
        target.id,
        *artifacts,
        *closure_runs(ledger, chosen),
        *(evaluation for subject in subjects for evaluation in ledger.evaluations_of(subject)),
        *attestations_of(ledger, artifacts),
    ]
    return [one for one in dict.fromkeys(found) if one in ledger.held]


def _signatures(place: Workplace, files: Mapping[str, TreeEntry]) -> dict[str, bytes]:
    """Returns the signature files among files."""
    oids = {path: entry.oid for path, entry in files.items() if is_signature(path) and entry.mode != SUBMODULE}
    blobs = dict(place.git.blobs(set(oids.values())))
    return {path: blobs[oid] for path, oid in oids.items()}


def _files(
    place: Workplace,
    ledger: Ledger,
    committed: Mapping[str, TreeEntry],
    staged: Mapping[str, TreeEntry],
    attributes: bytes,
) -> Iterator[Finding]:
    """Steps (1) and (2): the files of HEAD, of the index, and of the work tree."""
    git = place.git
    yield from check_records((held.stored for held in [*ledger.held.values(), *ledger.copies]), ledger.broken)
    yield from check_layout({path: entry.mode for path, entry in committed.items()})
    yield from check_layout({path: e.mode for path, e in staged.items() if committed.get(path) != e})
    found = {
        where: _blob(place, files) for where, files in (("HEAD", committed), ("the index", staged)) if _uses(files)
    }
    if not git.is_bare:
        found |= {"the work tree": place.worktree.read(ATTRIBUTES)} if _uses(staged) else {}
        yield from check_unchanged(committed, staged, git.changed([ROOT]) if _uses(staged) else ())
        files = (path for path in place.worktree.files(ROOT) if not path.startswith(f"{DRAFTS}/"))
        yield from check_strays(path for path in files if path not in staged and path not in committed)
    yield from check_attributes(found, attributes)


def _uses(files: Iterable[str]) -> bool:
    return any(path.startswith(f"{ROOT}/") for path in files)


def _blob(place: Workplace, files: Mapping[str, TreeEntry]) -> bytes | None:
    entry = files.get(ATTRIBUTES)
    return next(data for _, data in place.git.blobs([entry.oid])) if entry else None


def _code(place: Workplace, ledger: Ledger, records: Iterable[Digest]) -> Iterator[Finding]:
    """Step (4): the code of each run can still be had. What nobody knew when it was recorded is no finding."""
    judged: dict[object, bool] = {}
    for one in records:
        run = ledger.runs.get(one)
        if run is None or run.code is None or run.code.digest == UNKNOWN:
            continue
        code = run.code
        key = (code.digest, code.paths, code.commit, code.listing and code.listing.md5, tuple(left_out(run)))
        if key not in judged:
            judged[key] = resolve_code(place.git, cache_of(place), run) is not None
        if not judged[key]:
            yield _lost_code(ledger, one, run)


def _lost_code(ledger: Ledger, one: Digest, run: Run) -> Finding:
    commit = run.code.commit.removeprefix("git:") if run.code and run.code.commit else None
    ways = ["gitprov pull --all"] if run.code and run.code.listing else []
    ways += [f"git fetch origin {commit}"] if commit else []
    return codes.LIN_CODE.finding(
        ledger.held[one].stored.path,
        f"the code of run {run.step} {ledger.short(one)} can be had from no commit and from no stored copy here",
        why=f"code {run.code.digest if run.code else UNKNOWN}" + (f", recorded at commit {commit}" if commit else ""),
        fix="  # or ".join(ways) or "bring the branch back that had it",
    )
