"""`gitprov audit`: all that ever landed, by every law, against what is remembered of it. docs/verification.md."""

from collections.abc import Mapping
from dataclasses import replace

from gitprov.audit import log_heads
from gitprov.audit.changes import gather_change, gather_whole
from gitprov.audit.gather import gather, gather_at
from gitprov.audit.log_heads import read_signed
from gitprov.audit.promotion import Known, compare, not_continued
from gitprov.audit.why_stage import AsOf, read_past
from gitprov.check.acknowledged import acknowledged
from gitprov.check.engine import Verdict, check
from gitprov.check.landed import Gathered
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ports.git import Commit
from gitprov.ports.workplace import Workplace


@dataclass(frozen=True, slots=True)
class Audited:
    """What was audited, and what was found.

    Attributes:
        ref: What was read.
        commit: Its commit.
        since: The commit that the audit began at; None for all history.
        steps: How many steps were judged.
        files: How many records and signatures.
        verdict: What the laws say.
        trust: How the trust root came to be trusted, in words.
        notes: What a person should know.
    """

    ref: str
    commit: str
    since: str | None
    steps: int
    files: int
    verdict: Verdict
    trust: str
    notes: tuple[str, ...] = ()


def audit(place: Workplace, *, attributes: bytes, since: str | None = None, as_of: str | None = None) -> Audited:
    """Judges the protected ref; without a trust root HEAD, which nothing says anything about.

    Args:
        place: The ports.
        attributes: What `gitprov init` writes.
        since: A commit, or a ref of signed log heads, to begin at.
        as_of: A date, a time, or a commit: only the steps up to it are judged, and nothing is remembered. When a commit
            was made is only claimed.

    Raises:
        GitprovError: GP-GIT-008 before the first commit; GP-USE-001 for a `since` that names nothing; GP-LOG-001;
            GP-TRU-007, GP-TRU-009, GP-GIT-003, GP-IO-001.
    """
    heads = log_heads.verify(place, since) if since is not None and any(read_signed(place.git, since)) else None
    begin = heads.commit.removeprefix("git:") if heads is not None and heads.commit else _commit(place, since)
    if place.git.is_partial:  # what only the whole history can tell is not asked
        new = _commit(place, "HEAD") or ""
        change = gather_change(place, begin, new, ref="HEAD", attributes=attributes)
        return Audited("HEAD", new, begin, len(change.steps), len(change.records), check(change), Known().trust)
    gathered = _gathered(place, as_of)
    chain, known, notes = gathered.landed.chain, Known(), list[str]()
    new = chain.commits[chain.head]
    if not gathered.landed.roots.accepted:
        notes.append("no trust root is in force, so that nobody can tell who decides: gitprov trust init")
    elif as_of is None:
        known = compare(place, gathered)
    if begin is None:
        change = gather_whole(place, gathered, known=known.head, attributes=attributes)
    else:
        change = gather_change(place, begin, new, ref=chain.ref, attributes=attributes, after=gathered)
    differs = not_continued(gathered, known) if change.relation == "continues" else None  # which law F says itself
    signed = heads.findings if heads is not None else ()
    found = check(change)
    past = acknowledged(gathered.landed) - {one.key for one in found.acknowledged}
    notes += [f"the owners have acknowledged {key}" for key in sorted(past)]
    return Audited(
        ref=chain.ref,
        commit=new,
        since=begin,
        steps=len(chain.commits),
        files=len(chain.landed),
        verdict=replace(found, findings=(*known.findings, *signed, *filter(None, [differs]), *found.findings)),
        trust=known.trust,
        notes=(*notes, *filter(None, [known.note])),
    )


def _gathered(place: Workplace, as_of: str | None) -> Gathered:
    """Returns what has landed, up to a time that commits claim."""
    try:
        gathered = gather(place)
    except GitprovError as error:
        if error.code is not codes.TRU_NONE:
            raise
        gathered = gather_at(place, "HEAD", _commit(place, "HEAD") or "")
    if as_of is None:
        return gathered
    past, chain = read_past(place, as_of), gathered.landed.chain
    claimed = place.git.described(chain.commits) if past.time is not None else {}
    until = [one for one in chain.commits if _is_by(past, one, claimed)]
    if not until:
        raise codes.USE_ARGUMENT.error(f"{chain.ref} had no commit as of {as_of}")
    return gather_at(place, chain.ref, until[-1])


def _is_by(past: AsOf, commit: str, claimed: Mapping[str, Commit]) -> bool:
    return claimed[commit].time <= past.time if past.time is not None else commit == past.commit


def _commit(place: Workplace, revision: str | None) -> str | None:
    """Returns the commit that a revision names; None for none.

    Raises:
        GitprovError: GP-GIT-008 when there is none yet; GP-USE-001 when it names none.
    """
    if revision is None:
        return None
    found = place.git.commit_of(revision)
    if found is None and place.git.head() is None:
        raise codes.GIT_NO_COMMIT.error("there is nothing to audit yet")
    if found is None:
        raise codes.USE_ARGUMENT.error(f"{revision} names no commit", fix="git log --first-parent  # lists them")
    return found
