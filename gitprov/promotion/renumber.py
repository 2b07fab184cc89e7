"""`gitprov renumber`: makes a request, or a release, again on the next number after a lost race."""

from dataclasses import replace

from gitprov.audit.in_effect import read_promotions
from gitprov.check.effect import judge
from gitprov.check.landed import Gathered
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.lineage import Ledger
from gitprov.lineage.naming import split_release, unknown
from gitprov.ports.git import GitStore, branch_name
from gitprov.ports.workplace import Workplace
from gitprov.promotion import messages
from gitprov.promotion.asking import EXPIRES, Requested, Wish, ask
from gitprov.promotion.committing import commit_files
from gitprov.promotion.finding import PROMOTIONS, Found, find_request
from gitprov.promotion.moves import move
from gitprov.recording.ahead import SignedAhead
from gitprov.recording.ledger import open_ledger
from gitprov.records import Release, Stored, signed_path, store
from gitprov.records.stored import ROOT


@dataclass(frozen=True, slots=True)
class Renumbered:
    """A release on its new number.

    Attributes:
        before: The release that gave way.
        after: The release of the same set: a new one, or one that has landed.
        files: What was committed, or would be: taken away, or new.
        commit: The commit; None when nothing was written.
    """

    before: Stored
    after: Stored
    files: tuple[str, ...]
    commit: str | None


def renumber_request(place: Workplace, text: str, *, days: int = EXPIRES, dry_run: bool = False) -> Requested:
    """Makes a request again on the next number, judged against what is in effect now, on a fresh branch.

    It starts from the protected ref where that has everything that the release rests on, else from the commit before
    the old request. A release that had come along with the old request and lost its number is sealed again.

    Args:
        place: The ports.
        text: The request, as people name it.
        days: How long the new one may wait.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-NAM-* for the request; GP-PRO-017 when it took effect, or nothing would change; as `ask` does.
    """
    gathered = read_promotions(place)
    found = find_request(place.git, gathered, text)
    request = found.request
    timeline = judge(gathered.landed, request.name)
    if any(one.id == found.stored.id and one.effective is not None for one in timeline.asked):
        raise codes.PRO_SAME.error(
            f"{found.name} took effect: there is nothing to ask for again",
            fix="name the one that lost by its id:PREFIX, or first: git switch BRANCH",
        )
    old = place.git.current_branch() if found.revision == "HEAD" else branch_name(found.revision)
    base = _base(place.git, gathered, found)
    wish = Wish(
        kind=request.kind,
        name=request.name,
        stage=request.stage,
        release=None,
        reason=request.reason,
        days=days,
        base=base,
    )
    if request.release is None:
        made = ask(place, gathered, wish, dry_run=dry_run)
    else:
        ledger = open_ledger(place.git, None, revision=base)
        release = _again(_release(place.git, found), gathered.landed.ledger, ledger)
        made = move(place, ledger, gathered, replace(wish, release=release), dry_run=dry_run)
    if made.request is None:
        return made
    notes = [f"approvals of {found.name} do not count for {made.name}: it is another request"]
    if made.commit is not None and old is not None and old.startswith("promote/"):
        notes.append(f"the old branch is of no more use: git branch -D {old}")
    return replace(made, notes=tuple(notes))


def renumber_release(place: Workplace, ledger: Ledger, text: str, *, dry_run: bool = False) -> Renumbered:
    """Seals the set of a release again whose number another one took on the protected ref; the old one gives way.

    Nobody has it but its own branch, so that nothing that landed is taken away.

    Args:
        place: The ports.
        ledger: What is recorded.
        text: NAME@vN.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-NAM-001 when there is no such release here; GP-PRO-017 when its number is its own; GP-KEY-*;
            GP-GIT-003 when git or a hook refuses.
    """
    landed = read_promotions(place).landed
    name, version = split_release(text) or (text, 0)
    found = ledger.releases_of(name).get(version)
    if found is None:
        raise unknown(ledger, text)
    if landed.ledger.releases_of(name).get(version, found) == found:
        raise codes.PRO_SAME.error(f"no other release is {text} on {landed.chain.ref}")
    before = ledger.held[found].stored
    after = _again(before, landed.ledger, ledger)
    known = after.id in landed.ledger.held or after.id in ledger.held
    signed, files = SignedAhead(place), dict[str, bytes]()
    if not known:
        signed.sign(after, ledger.artifacts)
        files = {after.path: after.data, **signed.files}
    entries = place.git.index([f"{ROOT}/releases"])
    gone = {path: one.oid for path, one in entries.items() if before.path in (path, signed_path(path))}
    blobs = dict(place.git.blobs(gone.values()))
    commit = None
    if not dry_run:
        removed = {path: blobs[oid] for path, oid in gone.items()}
        files |= signed.finish()
        commit = commit_files(place, files, messages.renumbers(before, after), removed=removed)
    return Renumbered(before, after, tuple(sorted({*files, *gone})), commit)


def _base(git: GitStore, gathered: Gathered, found: Found) -> str:
    """Returns the commit that a request starts from again."""
    chain, known = gathered.landed.chain, gathered.landed.ledger.held
    head = chain.commits[chain.head]
    if found.request.release is None or found.revision == chain.ref:
        return head
    release = _release(git, found).record
    if isinstance(release, Release):
        members = release.members.values()
        rests = [*release.runs, *(made.run for made in members), *(made.artifact for made in members)]
        if all(one in known for one in rests):
            return head
    tip = git.commit_of(found.revision) or head
    commits = git.first_parents(tip)
    for commit, changes in git.steps(tip, [PROMOTIONS]):
        if any(change.path == found.stored.path for change in changes):
            return commits[max(commits.index(commit) - 1, 0)]
    return head


def _release(git: GitStore, found: Found) -> Stored:
    """Returns the release that a request names, as its branch has it."""
    wanted = found.request.release
    ledger = open_ledger(git, None, revision=found.revision)
    if wanted is None or wanted.id not in ledger.held:
        raise codes.PRO_RELEASE.error(f"the release that {found.name} names is not on its branch")
    return ledger.held[wanted.id].stored


def _again(release: Stored, *ledgers: Ledger) -> Stored:
    """Returns the release of the same set in a ledger, of which the first has landed; else one on the next number."""
    record = release.record
    if not isinstance(record, Release):
        raise TypeError(f"{release.path} is no release")
    for ledger in ledgers:
        for version, one in ledger.releases_of(record.name).items():
            taken = ledgers[0].releases_of(record.name).get(version, one) != one
            if ledger.releases[one].set_ == record.set_ and not taken:
                return ledger.held[one].stored
    versions = [version for ledger in ledgers for version in ledger.releases_of(record.name)]
    return store(replace(record, version=max(versions) + 1))
