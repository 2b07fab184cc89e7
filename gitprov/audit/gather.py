"""Gathers what landed on the protected ref, once, for every question about trust and effect.

Trusted reads only: git objects, never the work tree; the ref that is read and its commit are part of the answer.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from gitprov.check.changes import SUBMODULE
from gitprov.check.files import is_kept, is_record, is_setting
from gitprov.check.governance import in_force
from gitprov.check.grow_only import grow_only
from gitprov.check.in_force import InForce
from gitprov.check.landed import PROPOSED, Chain, Gathered, Landed
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, sha256_of
from gitprov.ids.recipes import UNKNOWN
from gitprov.lineage import Held, Ledger
from gitprov.ports.git import GitStore
from gitprov.ports.workplace import Workplace
from gitprov.recording.code import code_digest, left_out
from gitprov.records import Code, Stored, TrustRoot, decode, path_of
from gitprov.records.stored import ROOT
from gitprov.trust.accepting import accept
from gitprov.trust.judging import listed_by, signatures_of
from gitprov.trust.log import Log
from gitprov.trust.signatures import Signature

TRUST = f"{ROOT}/trust"
_FIRST = f"{TRUST}/0001.yaml"
_LIKELY = ("refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master", "HEAD")
"""Where a trust version is looked for, to learn which ref is protected: HEAD last, it may be anybody's branch."""


def protected_ref(git: GitStore) -> str:
    """Returns the full name of the ref that the trust root protects, as it is to be read here.

    That is the remote-tracking ref of the branch, else the branch itself (in a bare clone, or without a remote). As no
    trust version is known yet, what landed first at each path is asked, the oldest version first, and the ref that it
    names must have the same first version: whoever can only push cannot lead readers to a chain of their own.

    Raises:
        GitprovError: GP-TRU-006 when no commit here has a trust root, or none has the branch.
    """
    for revision in _LIKELY:
        versions = _trust_versions(git, revision)
        for path, data in versions.items():
            try:
                root = decode(data, name=path)
            except GitprovError:
                continue
            if not isinstance(root, TrustRoot) or (ref := git.tracking_ref(root.ref)) is None:
                continue
            if _trust_versions(git, ref).get(_FIRST) in (None, versions.get(_FIRST)):
                return ref
    raise codes.TRU_NONE.error("this project has no trust root yet", why="neither HEAD nor the remote's branch has one")


def gather(place: Workplace, *, at: str | None = None) -> Gathered:
    """Gathers everything that landed on the protected ref.

    Args:
        place: The ports: `git`, `reader` and `verifier` are used.
        at: A commit of its first-parent chain to stop at; its head by default.

    Raises:
        GitprovError: GP-TRU-006 without a trust root; GP-TRU-007 when `at` is not on the chain; GP-TRU-009 when a trust
            version in force names another protected ref, which lacks it; GP-GIT-003.
    """
    ref, before = protected_ref(place.git), None
    while True:
        head = place.git.commit_of(ref)
        if head is None:
            raise codes.TRU_NONE.error(f"{ref} has no commit", fix=f"git fetch  # or push {ref} first")
        gathered = _build(place, read_chain(place.git, ref, head))
        accepted = gathered.landed.roots.accepted
        if before is not None and before.id not in {one.id for one in accepted}:
            what = f"{ref} lacks trust version {before.root.version}, which says that it is the protected ref"
            raise codes.TRU_OTHER.error(what)
        other = place.git.tracking_ref(accepted[-1].root.ref) if accepted else None
        if other in (None, ref):
            break
        ref, before = other, accepted[-1]
    if at is None or at == head:
        return gathered
    if at not in gathered.landed.chain.steps:
        raise codes.TRU_CHAIN.error(f"{at} is not on the first-parent chain of {ref}")
    return _build(place, read_chain(place.git, ref, at))


def gather_at(place: Workplace, ref: str, head: str) -> Gathered:
    """Gathers what has landed on a ref as it would be at a commit, which no ref need have yet.

    Args:
        place: The ports.
        ref: What is judged, in words.
        head: The commit.
    """
    return _build(place, read_chain(place.git, ref, head))


def propose(
    place: Workplace,
    gathered: Gathered,
    *,
    of: str | None = None,
    files: Mapping[str, bytes] | None = None,
    signed: Sequence[Signature] = (),
) -> Gathered:
    """Returns what would be if a branch landed now as one more step.

    Args:
        place: The ports.
        gathered: What landed.
        of: The commit to land; what the index has when not given (HEAD in a bare repository).
        files: Records and signatures that would come along, by path.
        signed: Signatures that would, and that nobody made yet.
    """
    git = place.git
    there = git.index([ROOT]) if of is None and not git.is_bare else git.tree(of or "HEAD", [ROOT])
    entries = {path: entry for path, entry in there.items() if entry.mode != SUBMODULE}
    chain = gathered.landed.chain
    records = {path: entry.oid for path, entry in entries.items() if is_kept(path) and path not in chain.landed}
    now = gathered.landed.chain.settings
    settings = {path: entry.oid for path, entry in entries.items() if is_setting(path)}
    blobs = dict(git.blobs({*records.values(), *settings.values()}))
    changed = {
        path: blobs[oid]
        for path, oid in settings.items()
        if not now.get(path) or now[path][-1][1] != sha256_of(blobs[oid])
    }
    unmade = {one.path: b"" for one in signed}
    added = {path: blobs[oid] for path, oid in records.items()} | {**(files or {})} | unmade
    return _build(place, chain.extended(added, changed), signed)


def read_chain(git: GitStore, ref: str, head: str) -> Chain:
    """Reads the first-parent chain that ends in `head`, and every file below `.gitprov/` that it ever had.

    Args:
        git: The repository.
        ref: What is read, in words.
        head: Its commit.
    """
    commits = [(commit, next(iter(parents), None)) for commit, parents in git.commits(head, chain=True)]
    number = {commit: step for step, (commit, _) in enumerate(commits)}
    edges = tuple(git.edges_below(commits, ROOT))
    changed = [(number[edge.commit or ""], edge.files) for edge in edges]
    kept = grow_only(changed)
    settings: dict[str, list[tuple[int, str | None]]] = {}
    for step, files in changed:
        for change in files:
            if is_setting(change.path):
                settings.setdefault(change.path, []).append((step, None if change.is_gone else change.oid))
    wanted = {*kept.oids.values(), *(oid for found in settings.values() for _, oid in found if oid is not None)}
    blobs = dict(git.blobs(wanted))
    digests = {oid: sha256_of(blobs[oid]) for found in settings.values() for _, oid in found if oid is not None}
    return Chain(
        ref,
        tuple(number),
        kept.landed,
        {path: blobs[oid] for path, oid in kept.oids.items()},
        kept.losses,
        {path: tuple((step, digests[oid] if oid else None) for step, oid in found) for path, found in settings.items()},
        {digest: blobs[oid] for oid, digest in digests.items()},
        edges,
        kept.oids,
    )


def _build(place: Workplace, chain: Chain, known: Iterable[Signature] = ()) -> Gathered:
    records, broken = _records(chain)
    ledger = Ledger((Held(stored, "committed") for stored in records.values()), broken)
    roots_ = [stored for stored in records.values() if isinstance(stored.record, TrustRoot)]
    listed = listed_by(stored.record for stored in roots_ if isinstance(stored.record, TrustRoot))
    files = {path: data for path, data in chain.files.items() if not path.endswith(".yaml")}

    signatures = signatures_of(files, records, ledger.artifacts, listed, place.verifier, known=known)
    log = Log((step, path, chain.files[path]) for path, step in chain.landed.items())

    def signed(record: Digest) -> Iterable[tuple[Signature, int]]:
        good = (one for one in signatures.of(record) if one.is_good and one.means == "signs")
        return [(one, chain.landed[one.path]) for one in good]

    roots, trust = accept(((one, chain.landed[one.path]) for one in roots_), signed, chain.step_of, log)
    nothing = InForce((), {}, place.reader.read)
    landed = Landed(chain, ledger, signatures, roots, nothing, _reviewed(place.git, chain, ledger))
    settings, found = in_force(landed, log, place.reader.read)
    return Gathered(replace(landed, settings=settings), log, trust, found, place.git.is_partial)


def _reviewed(git: GitStore, chain: Chain, ledger: Ledger) -> Callable[[Digest, int], bool]:
    """Returns what tells whether the chain has the code of a run, up to a step; git is asked once for each."""
    known: dict[tuple[Digest, int], bool] = {}

    def reviewed(one: Digest, step: int) -> bool:
        run = ledger.runs.get(one)
        if run is None or run.code is None or run.code.digest == UNKNOWN:
            return False
        real = [commit for commit in chain.commits[: step + 1] if commit != PROPOSED]
        key = (one, len(real))
        if key not in known:
            known[key] = bool(real) and _has_code(git, chain, run.code, left_out(run), real)
        return known[key]

    return reviewed


def _has_code(git: GitStore, chain: Chain, code: Code, out: Sequence[str], commits: Sequence[str]) -> bool:
    """Tells whether some of the first commits of the chain has a run's code; the one that it names comes first."""
    step = chain.step_of(code.commit)
    if step is not None and step < len(commits):
        state = git.code_at(commits[step], code.paths, out)
        if state is not None and code_digest(state) == code.digest:
            return True
    return git.commit_with_code(code.digest, code.paths, out, within=commits[-1]) is not None


def _records(chain: Chain) -> tuple[dict[str, Stored], dict[str, GitprovError]]:
    """Returns the records by path, and why others are none: one that lies elsewhere than at its place counts nowhere.

    Else a copy that somebody lands first, or later, would say when the right one landed.
    """
    records: dict[str, Stored] = {}
    broken: dict[str, GitprovError] = {}
    for path, data in chain.files.items():
        if path.endswith(".yaml"):
            try:
                stored = Stored(sha256_of(data), path, data, decode(data, name=path))
            except GitprovError as error:
                broken[path] = error
                continue
            if (right := path_of(stored.record, stored.id)) == path:
                records[path] = stored
            else:
                broken[path] = codes.IMM_PATH.error(f"{path} does not lie where its fields say", why=right)
    return records, broken


def _trust_versions(git: GitStore, revision: str) -> dict[str, bytes]:
    """Returns what landed first at each path of a trust version, on the first-parent chain of a revision, by path."""
    commit = git.commit_of(revision)
    oids: dict[str, str] = {}
    for _, changes in git.steps(commit, [TRUST]) if commit is not None else ():
        for change in changes:
            if is_record(change.path) and not change.is_gone:
                oids.setdefault(change.path, change.oid)
    blobs = dict(git.blobs(set(oids.values())))
    return {path: blobs[oids[path]] for path in sorted(oids)}
