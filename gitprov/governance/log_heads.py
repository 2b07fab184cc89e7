"""`gitprov log-head sign` and `publish`: who answers for the log puts it on record, outside of the protected ref.

A log never signs two heads of which one does not continue the other (C2SP tlog-checkpoint).
"""

from collections.abc import Sequence

from gitprov.audit.log_heads import FILE, REF, TRAILER, last_signed, look
from gitprov.errors import Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, digest_hex
from gitprov.ports.workplace import Workplace
from gitprov.trust.notes import extends, sign_head, signers
from gitprov.trust.roots import key_id


@dataclass(frozen=True, slots=True)
class HeadSigned:
    """A head that was signed, or would be.

    Attributes:
        origin: Which log.
        size: How many leaves.
        root: Their root.
        commit: The commit of the protected ref that was read, `git:…`.
        at: The commit on `refs/gitprov/log-heads`; None when nothing was written.
        is_new: Whether the last head that was signed is another one.
        note: Its text, with the signature; "" when nothing was signed.
        dry_run: Whether nothing was written.
    """

    origin: str
    size: int
    root: Digest
    commit: str
    at: str | None
    is_new: bool
    note: str
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Published:
    """Where the heads were sent, or would be.

    Attributes:
        heads: The newest commit of `refs/gitprov/log-heads`.
        sent: The remotes that have it now.
        findings: Those that have not, and why.
        dry_run: Whether nothing was sent.
    """

    heads: str
    sent: tuple[str, ...]
    findings: tuple[Finding, ...]
    dry_run: bool


def sign_log_head(place: Workplace, *, dry_run: bool = False) -> HeadSigned:
    """Signs the log of the protected ref, as it is read here, and adds the note to `refs/gitprov/log-heads`.

    Raises:
        GitprovError: GP-LOG-002 when the key is no owner's or deployer's; GP-LOG-003, -004 when the log does not
            continue the last head that was signed; GP-TRU-*, when it does not what this machine remembers; GP-KEY-*;
            as `look` does.
    """
    here = look(place)
    git, last = place.git, last_signed(place, here)
    faults = [*here.findings, *([extends(here.log, last.head)] if last is not None else [])]
    for fault in filter(None, faults):
        raise fault.code.error(fault.what, why=fault.why, fix=fault.fix)
    is_new = last is None or last.head != here.head
    head, tip = here.head, git.commit_of(REF)
    if dry_run or (last is not None and not is_new):
        note = last.note.decode() if last is not None and not is_new else ""
        return HeadSigned(head.origin, head.size, head.root, here.commit, None, is_new, note, dry_run)
    pem = place.signer.pem
    if pem not in here.keys:
        raise codes.LOG_SIGNER.error(
            f"your key {digest_hex(key_id(pem))[:8]} is neither an owner's nor a deployer's",
            why=f"trust version {here.root.root.version} is in force",
        )
    note_ = sign_head(head, pem, place.signer.sign)
    if signers(note_, head.origin, here.keys, place.verifier.verify) != {pem}:
        raise AssertionError("a signature that was just made does not hold")
    message = f"Log head {head.size}\n\n{TRAILER}: {here.commit}\n"
    at = git.append(REF, {FILE: note_.write()}, message, before=tip)
    return HeadSigned(head.origin, head.size, head.root, here.commit, at, is_new, note_.write().decode(), dry_run)


def publish_log_heads(place: Workplace, remotes: Sequence[str], *, dry_run: bool = False) -> Published:
    """Sends the heads to every one of some remotes, forward only; one that refuses keeps no other from having them.

    Raises:
        GitprovError: GP-LOG-005 when there is none.
    """
    heads = place.git.commit_of(REF)
    if heads is None:
        raise codes.LOG_NONE.error(f"{REF} has no log head")
    sent, refused = list[str](), list[Finding]()
    for remote in dict.fromkeys(remotes):
        try:
            place.git.send(REF, remote, dry_run=dry_run)
            sent.append(remote)
        except GitprovError as error:
            refused.append(error.code.finding(remote, error.what, why=error.why, fix=error.fix))
    return Published(heads, tuple(sent), tuple(refused), dry_run)
