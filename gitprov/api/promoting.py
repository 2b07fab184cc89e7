"""The verbs that make a release and move a stage, and the questions about one, as functions."""

from collections.abc import Mapping
from pathlib import Path

from gitprov.audit import history as _history
from gitprov.audit import impact as _impact
from gitprov.audit import promotion as _promotion
from gitprov.audit import status_promotion as _standings
from gitprov.audit import whole as _whole
from gitprov.audit import why_stage as _why
from gitprov.audit.in_effect import read_promotions
from gitprov.errors import catalogue as codes
from gitprov.governance import acknowledging as _acknowledging
from gitprov.governance.sealing import seal_and_sign
from gitprov.lineage.naming import split_release, stage_named
from gitprov.promotion import deploy as _deploy
from gitprov.promotion import excepting as _excepting
from gitprov.promotion import moves as _moves
from gitprov.promotion import renumber as _renumber
from gitprov.promotion import revert as _revert
from gitprov.promotion import serve_check as _serve_check
from gitprov.promotion import voting as _voting
from gitprov.promotion.asking import EXPIRES, Requested
from gitprov.recording.seal import Sealed
from gitprov.records.promotions import Waived
from gitprov.trust.statements import Decision
from gitprov.wiring.folders import open_folder, open_progress, open_verifier
from gitprov.wiring.opening import open_project, open_reading
from gitprov.wiring.project import Project
from gitprov.wiring.resources import read_resource


def seal(
    name: str, *, members: Mapping[str, str] | None = None, owner: str | None = None, dry_run: bool = False
) -> Sealed:
    """Makes the next release of a name, or returns what is missing, as `gitprov seal` does."""
    return seal_and_sign(*open_project(), name, members=members, owner=owner, dry_run=dry_run)


def promote(
    release: str, *, to: str, reason: str, days: int = EXPIRES, by_exception: bool = False, dry_run: bool = False
) -> Requested:
    """Asks for a release to serve the stage `to`, or returns what is in the way, as `gitprov promote` does."""
    return _moves.promote(
        *open_project(), release, to, _said(reason), days=days, by_exception=by_exception, dry_run=dry_run
    )


def exception(
    request: str, *waives: Waived, reason: str, hours: int = 24, dry_run: bool = False
) -> _excepting.Excepted:
    """Breaks the glass for one promotion, as one of two owners, as `gitprov exception` does."""
    chosen = tuple(sorted(set(waives)))
    return _excepting.make_exception(Project(), request, chosen, hours=hours, reason=_said(reason), dry_run=dry_run)


def rollback(
    place: str, *, reason: str, to: int | None = None, days: int = EXPIRES, dry_run: bool = False
) -> Requested:
    """Asks for version `to` to serve NAME/STAGE again, by default the one before, as `gitprov rollback` does."""
    return _moves.rollback(*open_project(), *stage_named(place), _said(reason), to=to, days=days, dry_run=dry_run)


def withdraw(place: str, *, reason: str, days: int = EXPIRES, dry_run: bool = False) -> Requested:
    """Asks for nothing to serve NAME/STAGE any more, as `gitprov withdraw` does."""
    return _moves.withdraw(open_project()[0], *stage_named(place), _said(reason), days=days, dry_run=dry_run)


def renumber(what: str, *, days: int = EXPIRES, dry_run: bool = False) -> Requested | _renumber.Renumbered:
    """Makes a request, or a release NAME@vN, again on the next number, as `gitprov renumber` does."""
    project, ledger = open_project()
    if split_release(what) is None:
        return _renumber.renumber_request(project, what, days=days, dry_run=dry_run)
    return _renumber.renumber_release(project, ledger, what, dry_run=dry_run)


def approve(request: str, *, reason: str = "", dry_run: bool = False) -> tuple[_voting.Ballot, str | None]:
    """Approves a request by your signature, as `gitprov approve --yes` does: whoever calls it has read the request.

    Returns:
        The vote as it was judged, and the commit: None when it has findings, or nothing was to be written.
    """
    return _vote(request, "approve", reason, dry_run=dry_run)


def reject(request: str, *, reason: str, dry_run: bool = False) -> tuple[_voting.Ballot, str | None]:
    """Rejects a request by your signature, as `gitprov reject --yes` does; returns what `approve` does."""
    return _vote(request, "reject", _said(reason), dry_run=dry_run)


def deploy(
    place: str, *, to: str | Path, pin: str | None = None, dry_run: bool = False
) -> tuple[_deploy.Plan, _deploy.Done]:
    """Puts what is in effect at NAME/STAGE into the folder `to`, as `gitprov deploy --yes` does.

    Returns:
        The plan, and what was done: nothing where the plan has something `blocking`.
    """
    project, _ = open_project()
    plan = _deploy.plan_deploy(project, *stage_named(place), pin=pin)
    done = _deploy.Done() if dry_run or plan.blocking else _deploy.deploy(project, open_folder(str(to)), plan)
    return plan, done


def serve_check(
    folder: str | Path,
    *,
    digest: str | None = None,
    key: str | None = None,
    pin: str | None = None,
    of: str | None = None,
) -> _serve_check.Served:
    """Checks what is to be served before it is loaded, as `gitprov serve-check` does; needs no repository.

    Args:
        folder: What `deploy` has filled.
        digest: The id of the deployment.
        key: The deployer's public key, in PEM.
        pin: The trust version that names the deployers.
        of: NAME/STAGE that has to be deployed there.
    """
    expected = _serve_check.Expected(digest, key, pin, of)
    return _serve_check.serve_check(open_folder(str(folder)), open_verifier(), expected, progress=open_progress())


def serving(place: str, *, as_of: str | None = None) -> _why.WhyStage:
    """Explains what serves NAME/STAGE, or did at a date or commit, as `gitprov why NAME/STAGE` does."""
    return _why.why_stage(Project(), *stage_named(place), as_of)


def history(place: str, *, everything: bool = False) -> _history.History:
    """Returns what served NAME/STAGE, newest first, as `gitprov history` does."""
    return _history.history(Project(), *stage_named(place), everything=everything)


def impact(
    name: str | None = None,
    *,
    source: str | None = None,
    code: str | None = None,
    start: str | None = None,
    end: str | None = None,
) -> _impact.Impact:
    """Returns what came of something, as `gitprov impact` does: `start` is its `--from`, `end` its `--to`.

    Args:
        name: An artifact, a path or a release.
        source: Every artifact of this name.
        code: Every run that used this file or folder.
        start: The day or time from which on runs count.
        end: The last one.
    """
    return _impact.impact(*open_reading(), name, source_name=source, code=code, start=start, end=end)


def standings(name: str) -> _standings.Standings:
    """Returns how far NAME@vN has come at every stage, or the releases at NAME/STAGE, as `gitprov status` does."""
    release = split_release(name)
    if release is not None:
        return _standings.release_standings(Project(), *release)
    return _standings.stage_standings(Project(), *stage_named(name))


def verdict(place: str, *, pin: str | None = None) -> _promotion.Verdict:
    """Judges what is in effect at NAME/STAGE, clause by clause, as `gitprov verify NAME/STAGE` does."""
    project = Project()
    gathered = read_promotions(project)
    known = _promotion.compare(project, gathered, pin)
    return _promotion.verdict(project, gathered, *stage_named(place), now=project.clock.now(), known=known)


def revert(commit: str, *, dry_run: bool = False) -> _revert.Reverted:
    """Reverts the code of a commit and keeps every record, as `gitprov revert` does."""
    return _revert.revert(*open_project(), commit, dry_run=dry_run)


def audit(*, since: str | None = None, as_of: str | None = None) -> _whole.Audited:
    """Judges all history of the protected ref, as `gitprov audit` does."""
    return _whole.audit(Project(), attributes=read_resource("templates/gitattributes"), since=since, as_of=as_of)


def acknowledge(finding: str, *, reason: str, dry_run: bool = False) -> _acknowledging.Acknowledged:
    """Takes a finding of `audit` into account, as `gitprov acknowledge` does."""
    attributes = read_resource("templates/gitattributes")
    return _acknowledging.acknowledge(Project(), finding, reason=_said(reason), attributes=attributes, dry_run=dry_run)


def _vote(request: str, decision: Decision, reason: str, *, dry_run: bool) -> tuple[_voting.Ballot, str | None]:
    project, _ = open_project()
    about = _voting.ballot(project, request, decision, reason)
    return about, None if dry_run or about.findings else _voting.cast(project, about)


def _said(reason: str) -> str:
    if not reason.split():
        raise codes.USE_ARGUMENT.error("the reason is empty", fix="say why, in words")
    return reason
