"""`gitprov promote`, `rollback` and `withdraw`: which release is meant, and whether it can be had whole."""

from collections.abc import Iterator
from dataclasses import replace

from gitprov.audit.in_effect import read_promotions
from gitprov.check.effect import judge
from gitprov.check.landed import Gathered
from gitprov.errors import Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids.names import check_name
from gitprov.lineage import Ledger
from gitprov.lineage.deprecations import warnings
from gitprov.lineage.layers import closure
from gitprov.lineage.naming import describe, split_release, title, unknown
from gitprov.ports.workplace import Workplace
from gitprov.promotion.asking import EXPIRES, Requested, Wish, ask
from gitprov.recording.seal import Prepared, prepare, unresolved
from gitprov.records import Release, Stored, signed_path
from gitprov.records.stored import ROOT


def promote(
    place: Workplace,
    ledger: Ledger,
    text: str,
    stage: str,
    reason: str,
    *,
    days: int = EXPIRES,
    by_exception: bool = False,
    dry_run: bool = False,
) -> Requested:
    """Asks for a release to serve a stage, and seals it first where nobody did.

    Args:
        place: The ports.
        ledger: What is recorded.
        text: NAME@vN; or NAME, for what `seal` would seal now, else the newest release.
        stage: Which stage.
        reason: In words.
        days: How long the request may wait.
        by_exception: Ask for it although rules deny: owners have to grant an exception.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-NAM-*, GP-SCH-003 for the release; GP-PRO-018 when another one has its number; as `ask` does.
    """
    gathered = read_promotions(place)
    named = split_release(text)
    if named is None and "@" in text:
        raise codes.NAM_SYNTAX.error(f"{text!r} names no release", fix=f"write {text.partition('@')[0]}@v1")
    name = check_name(named[0] if named is not None else text, "a release's name")
    wish = Wish(
        kind="promote",
        name=name,
        stage=check_name(stage, "a stage"),
        release=None,
        reason=reason,
        days=days,
        by_exception=by_exception,
    )
    if named is not None:
        known = ledger.releases_of(name).get(named[1])
        if known is None:
            raise unknown(ledger, text)
        return move(place, ledger, gathered, replace(wish, release=ledger.held[known].stored), dry_run=dry_run)
    prepared = _newest(place, ledger, gathered, name)
    release = prepared.release if prepared.known is None else ledger.held[prepared.known].stored
    if release is None:
        return Requested(findings=prepared.findings)
    return move(place, ledger, gathered, replace(wish, release=release), dry_run=dry_run)


def rollback(
    place: Workplace,
    ledger: Ledger,
    name: str,
    stage: str,
    reason: str,
    *,
    to: int | None = None,
    days: int = EXPIRES,
    dry_run: bool = False,
) -> Requested:
    """Asks for a release that was in effect at a stage to serve it again.

    Args:
        place: The ports.
        ledger: What is recorded.
        name: Of the release.
        stage: Which stage.
        reason: In words.
        to: Its version; when not given, the release that was in effect before the one that is.
        days: How long the request may wait.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-PRO-012 when there is no such release; as `ask` does.
    """
    gathered = read_promotions(place)
    landed = gathered.landed
    timeline = judge(landed, name)
    current = timeline.effective(stage, landed.chain.head)
    serves = current.request.release if current is not None else None
    before = [
        one
        for one in sorted(timeline.of(stage), key=lambda one: one.effective or 0)
        if one.effective is not None and one.request.release is not None
        if (one.request.release.version == to if to is not None else one.request.release != serves)
    ]
    target = before[-1].request.release if before else None
    if target is None:
        what = f"{name}@v{to}" if to is not None else f"no other release of {name}"
        raise codes.PRO_TARGET.error(
            f"{what} was {'never' if to is not None else 'ever'} in effect in {stage}",
            fix=f"gitprov history {name}/{stage}",
        )
    release = landed.ledger.held[target.id].stored
    wish = Wish(kind="rollback", name=name, stage=stage, release=release, reason=reason, days=days)
    return move(place, ledger, gathered, wish, dry_run=dry_run)


def withdraw(
    place: Workplace, name: str, stage: str, reason: str, *, days: int = EXPIRES, dry_run: bool = False
) -> Requested:
    """Asks for nothing to serve a stage any more; arguments are those of `rollback`.

    Raises:
        GitprovError: As `ask` does.
    """
    wish = Wish(kind="withdraw", name=name, stage=stage, release=None, reason=reason, days=days)
    return ask(place, read_promotions(place), wish, dry_run=dry_run)


def move(place: Workplace, ledger: Ledger, gathered: Gathered, wish: Wish, *, dry_run: bool = False) -> Requested:
    """Asks for a release that is there whole: its records in a commit, its bytes in the remote, its number its own.

    Args:
        place: The ports.
        ledger: What is recorded, as the base of the wish has it.
        gathered: What landed.
        wish: What is wanted; its release may be one that nobody wrote down yet.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-PRO-018 when another release has its number; as `ask` does.
    """
    release = wish.release
    record = release.record if release is not None else None
    if release is None or not isinstance(record, Release):
        raise TypeError(f"a {wish.kind} needs a release")
    landed = gathered.landed.ledger
    if landed.releases_of(record.name).get(record.version, release.id) != release.id:
        raise codes.PRO_TAKEN.error(
            f"{title(record)} on {gathered.landed.chain.ref} is another release",
            why="somebody else's landed first",
            fix=f"gitprov renumber {title(record)}",
        )
    if release.id in landed.held:
        findings = _without_bytes(place, landed, record)
    else:
        findings = [*_uncommitted(ledger, record), *_without_bytes(place, ledger, record)]
    if findings:
        return Requested(findings=tuple(findings))
    artifacts = None if release.id in ledger.held else ledger.artifacts
    wish = replace(wish, new=_new_files(place, ledger, release), artifacts=artifacts)
    requested = ask(place, gathered, wish, dry_run=dry_run)
    about = (release.id, *(member.artifact for member in record.members.values()))
    return replace(requested, notes=(*requested.notes, *warnings(ledger, about)))


def _newest(place: Workplace, ledger: Ledger, gathered: Gathered, name: str) -> Prepared:
    """Returns what `seal` would seal now, or the newest release where the work tree does not say what that is."""
    try:
        return prepare(place, ledger, name, taken=gathered.landed.ledger.releases_of(name))
    except GitprovError as error:
        releases = ledger.releases_of(name)
        if error.code not in (codes.NAM_UNKNOWN, codes.NAM_AMBIGUOUS) or not releases:
            raise
        return Prepared(None, known=releases[max(releases)])


def _without_bytes(place: Workplace, ledger: Ledger, release: Release) -> list[Finding]:
    return unresolved(place, ledger, release.members, closure(ledger, release.members, release.runs))


def _uncommitted(ledger: Ledger, release: Release) -> Iterator[Finding]:
    """Yields what a release rests on, and its evaluations, that lie in no commit: the request would not bring them."""
    made_by = closure(ledger, release.members, release.runs)
    about = [release.set_, *(member.artifact for member in release.members.values())]
    evaluations = [one for subject in about for one in ledger.evaluations_of(subject)]
    needed = [*made_by, *(run for run in made_by.values() if run is not None), *evaluations]
    staged = [one for one in dict.fromkeys(needed) if one in ledger.held and ledger.held[one].state != "committed"]
    if staged:
        yield codes.PRO_RELEASE.finding(
            title(release),
            f"{len(staged)} records of {title(release)} are in no commit yet",
            why="; ".join(describe(ledger, one) for one in staged[:5]),
            fix="git commit -m TEXT  # then run this again",
        )


def _new_files(place: Workplace, ledger: Ledger, release: Stored) -> dict[str, bytes]:
    """Returns the files of a release that its request has to bring: it is new, or only staged."""
    if release.id not in ledger.held:
        return {release.path: release.data}
    if ledger.held[release.id].state == "committed":
        return {}
    entries = place.git.index([f"{ROOT}/releases"])
    ours = {path: entry.oid for path, entry in entries.items() if release.path in (path, signed_path(path))}
    blobs = dict(place.git.blobs(ours.values()))
    return {path: blobs[oid] for path, oid in ours.items()}
