"""`gitprov log-head show`, `verify` and `prove`: heads of the log that were signed, held against the log as it is here.

docs/format.md, "Log heads"; threats A03, A37.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from gitprov.audit.gather import gather
from gitprov.audit.promotion import compare, not_continued
from gitprov.check.chain import rewound
from gitprov.check.landed import Landed
from gitprov.errors import Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, digest_hex
from gitprov.ports.git import GitStore
from gitprov.ports.workplace import Workplace
from gitprov.trust.log import Log
from gitprov.trust.notes import LogHead, extends, origin_of, read_head, read_note, signers, verifier_key
from gitprov.trust.proofs import (
    consistency,
    inclusion,
    is_consistent,
    is_included,
    write_consistency,
    write_inclusion,
)
from gitprov.trust.roots import Accepted, Roots, key_id

REF = "refs/gitprov/log-heads"
"""Where heads are kept: one commit each."""
FILE = "log-head.txt"
"""The note, in each of these commits."""
TRAILER = "Gitprov-Commit"
"""Says in their messages which commit of the protected ref had the log of this head."""
_trailer = re.compile(rf"^{TRAILER}: (git:[0-9a-f]+)$", re.MULTILINE).search


@dataclass(frozen=True, slots=True)
class Signed:
    """A head that somebody signed.

    Attributes:
        head: What it says.
        note: Its bytes.
        at: The commit that has it on the ref; None for a note alone.
    """

    head: LogHead
    note: bytes
    at: str | None = None

    def commit(self, git: GitStore) -> str | None:
        """Returns the commit of the protected ref that it says it was read at, `git:…`; None when it does not say."""
        said = _trailer(git.message(self.at)) if self.at is not None else None
        return said[1] if said else None


@dataclass(frozen=True, slots=True)
class Here:
    """The log as it is here, and who may sign its heads.

    Attributes:
        landed: What landed.
        log: The log of it.
        head: Its head.
        root: The trust version in force.
        findings: Where it is not what this machine remembers of it, or what the pins say.
        note: What a person should know of that; "" for nothing.
    """

    landed: Landed
    log: Log
    head: LogHead
    root: Accepted
    findings: tuple[Finding, ...]
    note: str

    @property
    def commit(self) -> str:
        """The commit of the protected ref that was read, as records write it."""
        chain = self.landed.chain
        return f"git:{chain.commits[chain.head]}"

    @property
    def keys(self) -> dict[str, str]:
        """The public keys, in PEM, that may sign, each with its person: of owners and deployers, not revoked."""
        may = {*self.root.role("owner").people, *self.root.role("deployer").people}
        return {pem: name for pem, name in keys_listed(self.root).items() if name in may}


@dataclass(frozen=True, slots=True)
class Verified:
    """What a head, or all of a ref, is worth.

    Attributes:
        origin: Which log.
        size: How many leaves the newest head has.
        root: Their root.
        commit: The commit of the protected ref that it was read at; None for a note alone.
        signers: Who signed it and may.
        heads: How many heads were held against the log.
        leaves: How many leaves the log has here.
        ref: The ref that was read.
        findings: Everything that is wrong.
        notes: What a person should know.
    """

    origin: str
    size: int
    root: Digest
    commit: str | None
    signers: tuple[str, ...]
    heads: int
    leaves: int
    ref: str
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """The last head that was signed, and where the log is now.

    Attributes:
        note: Its text, with the signatures.
        size: How many leaves it has.
        root: Their root.
        commit: The commit of the protected ref that it was read at.
        leaves: How many leaves the log has here.
        keys: Person to the keys that may sign, as C2SP's verifiers and witnesses take them.
    """

    note: str
    size: int
    root: Digest
    commit: str | None
    leaves: int
    keys: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof over the log of a signed head.

    Attributes:
        path: The file that is in it; None for a proof that it continues an earlier log.
        index: The number of its leaf, or the size of the earlier log.
        size: How many leaves the signed head has.
        hashes: The proof, in hex digits.
        note: The signed head.
        text: All of it as C2SP writes it.
    """

    path: str | None
    index: int
    size: int
    hashes: tuple[str, ...]
    note: str
    text: str


def keys_listed(root: Accepted) -> dict[str, str]:
    """Returns every public key, in PEM, that a trust version lists and does not revoke, with its person."""
    pems = [identity.key for person in root.root.people.values() for identity in person.identities]
    return {pem: root.people[key_id(pem)] for pem in pems if pem is not None and key_id(pem) in root.people}


def look(place: Workplace) -> Here:
    """Returns the log as it is here.

    Raises:
        GitprovError: GP-TRU-006 without a trust version in force; GP-GIT-005 in a shallow or partial clone.
    """
    gathered = gather(place)
    roots = gathered.landed.roots
    if gathered.partial:
        raise codes.GIT_SHALLOW.error("the log of a shallow or partial clone is not whole")
    if not roots.accepted or roots.project is None:
        raise codes.TRU_NONE.error("no trust version is in force, so that nobody may sign heads of the log")
    known = compare(place, gathered)
    size, root = gathered.log.history_at(gathered.landed.chain.head)
    origin = origin_of(roots.project, roots.accepted[0].root.ref)  # by the first one's: a later one may name another
    differs = not_continued(gathered, known)
    findings = (*known.findings, *([differs] if differs is not None else []))
    return Here(gathered.landed, gathered.log, LogHead(origin, size, root), roots.accepted[-1], findings, known.note)


def read_signed(git: GitStore, revision: str = REF) -> tuple[list[Signed], GitprovError | None]:
    """Returns the heads of a ref, oldest first, and why the newest cannot be read; nothing when it is not there.

    Whoever can push can add what is no head: it must not keep people from signing the next.
    """
    tip = git.commit_of(revision)
    if tip is None:
        return [], None
    found = [(at, one.oid) for at, changes in git.steps(tip, [FILE]) for one in changes if one.mode == "100644"]
    blobs = dict(git.blobs({oid for _, oid in found}))
    heads, fault = list[Signed](), None
    for at, oid in found:
        try:
            heads.append(replace(_alone(blobs[oid]), at=at))
            fault = None
        except GitprovError as error:
            fault = error
    return heads, fault


def last_signed(place: Workplace, here: Here) -> Signed | None:
    """Returns the newest head that somebody signed whom some trust version lists; others could be anybody's."""
    heads, _ = read_signed(place.git)
    for one in reversed(heads):
        if one.head.origin == here.head.origin and _is_listed(place, here.landed.roots, one):
            return one
    return None


def verify(place: Workplace, revision: str = REF, note: bytes | None = None) -> Verified:
    """Holds a signed head, and all before it on the same ref, against the log as it is here.

    Who signed is asked of the newest only: those who signed the others may have left, and the log itself answers for
    what they signed.

    Args:
        place: The ports.
        revision: The ref with the heads.
        note: One head instead.

    Raises:
        GitprovError: GP-LOG-005 when the ref has no head; GP-LOG-001 when it is none; as `look` does.
    """
    here = look(place)
    heads, fault = read_signed(place.git, revision) if note is None else ([_alone(note)], None)
    if fault is not None:
        raise fault
    if not heads:
        raise codes.LOG_NONE.error(
            f"{revision} has no log head",
            fix=f"gitprov log-head sign  # where there is one: git fetch origin {REF}:{REF}",
        )
    last = heads[-1]
    people, findings = set[str](), list(here.findings)
    if last.head.origin != here.head.origin:
        what = f"this is a head of {last.head.origin}"
        findings.append(codes.LOG_OTHER.finding(last.head.origin, what, why=f"the log here is {here.head.origin}"))
    else:
        try:
            people = {here.keys[pem] for pem in _signers(place, last, here.keys)}
            if not people:
                findings.append(codes.LOG_SIGNER.finding(last.head.origin, "no owner or deployer in force signed it"))
        except GitprovError as error:
            findings.append(error.code.finding(last.head.origin, error.what, why=error.why, fix=error.fix))
        findings += _differing(place, here, heads)
    return Verified(
        last.head.origin,
        last.head.size,
        last.head.root,
        last.commit(place.git),
        tuple(sorted(people)),
        len(heads),
        here.head.size,
        here.landed.chain.ref,
        tuple(findings),
        tuple(filter(None, (here.note,))),
    )


def show(place: Workplace) -> Shown:
    """Returns the last head that was signed.

    Raises:
        GitprovError: GP-LOG-005 when there is none; as `look` does.
    """
    here = look(place)
    last = _required(place, here)
    keys: dict[str, tuple[str, ...]] = {}
    for pem, name in here.keys.items():
        keys[name] = (*keys.get(name, ()), verifier_key(here.head.origin, pem))
    return Shown(last.note.decode(), last.head.size, last.head.root, last.commit(place.git), here.head.size, keys)


def prove_inclusion(place: Workplace, path: str) -> Proof:
    """Returns the proof that a record or signature file is in the log of the last head that was signed.

    Raises:
        GitprovError: GP-LOG-006 when it landed later, or not at all; GP-LOG-003, -004 when the log here is another one;
            as `show` does.
    """
    here = look(place)
    last, leaves = _leaves(place, here)
    index = here.log.index.get(path)
    if index is None or index >= len(leaves):
        what = f"{path} has not landed" if index is None else f"{path} landed after the last log head was signed"
        raise codes.LOG_COVER.error(what, fix="" if index is None else "gitprov log-head sign")
    proof, root = inclusion(leaves, index), _bytes(last.head.root)
    if not is_included(leaves[index], index, len(leaves), proof, root):
        raise AssertionError("a proof that was just made does not hold")
    return _proof(path, index, last, proof, write_inclusion(index, proof, last.note))


def prove_consistency(place: Workplace, size: int) -> Proof:
    """Returns the proof that the log of the last head that was signed continues the one of an earlier size.

    Raises:
        GitprovError: GP-LOG-006 when the head is not that large; as `prove_inclusion` does.
    """
    here = look(place)
    last, leaves = _leaves(place, here)
    if not 0 <= size <= len(leaves):
        raise codes.LOG_COVER.error(
            f"the last log head has {len(leaves)} leaves, and not {size}", fix=f"give a size from 0 to {len(leaves)}"
        )
    proof, old = consistency(leaves, size), _bytes(here.log.root_at(size))
    if not is_consistent(size, len(leaves), proof, old, _bytes(last.head.root)):
        raise AssertionError("a proof that was just made does not hold")
    return _proof(None, size, last, proof, write_consistency(size, proof, last.note))


def _alone(note: bytes) -> Signed:
    return Signed(read_head(read_note(note).text), note)


def _required(place: Workplace, here: Here) -> Signed:
    last = last_signed(place, here)
    if last is None:
        raise codes.LOG_NONE.error(
            f"{REF} has no log head", fix=f"gitprov log-head sign  # where there is one: git fetch origin {REF}:{REF}"
        )
    return last


def _leaves(place: Workplace, here: Here) -> tuple[Signed, list[bytes]]:
    last = _required(place, here)
    fault = extends(here.log, last.head)
    if fault is not None:
        raise fault.code.error(fault.what, why=fault.why, fix=fault.fix)
    return last, here.log.leaves[: last.head.size]


def _differing(place: Workplace, here: Here, heads: list[Signed]) -> Iterator[Finding]:
    """Yields the heads that the log here does not continue, the newest first, and a commit that the chain lacks.

    Of the heads before the newest only those that somebody listed signed: others could be anybody's.
    """
    for one in reversed(heads):
        fault = extends(here.log, one.head)
        if fault is not None and (one is heads[-1] or _is_listed(place, here.landed.roots, one)):
            yield fault
    last, chain = heads[-1], here.landed.chain
    commit = last.commit(place.git)
    if commit is None:
        return
    step = chain.step_of(commit)
    if step is None:
        fault = rewound(chain, commit.removeprefix("git:"))
        if fault is not None:
            yield fault
    elif here.log.history_at(step) != (last.head.size, last.head.root):
        what = f"the log at {commit[4:16]} is not the one that was signed there"
        yield codes.LOG_REWRITTEN.finding(last.head.origin, what)


def _is_listed(place: Workplace, roots: Roots, one: Signed) -> bool:
    keys = {pem for root in roots.accepted for pem in keys_listed(root)}
    try:
        return bool(_signers(place, one, keys))
    except GitprovError:
        return False


def _signers(place: Workplace, one: Signed, keys: Iterable[str]) -> set[str]:
    return signers(read_note(one.note), one.head.origin, keys, place.verifier.verify)


def _proof(path: str | None, index: int, last: Signed, proof: tuple[bytes, ...], text: bytes) -> Proof:
    return Proof(path, index, last.head.size, tuple(one.hex() for one in proof), last.note.decode(), text.decode())


def _bytes(root: Digest) -> bytes:
    return bytes.fromhex(digest_hex(root))
