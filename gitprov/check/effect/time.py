"""Clause 13: time, by the first trusted observer, and what a later revocation disputes."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from gitprov.check.effect.case import people, short
from gitprov.check.effect.exceptions import granted
from gitprov.check.effect.timeline import Asked, Clause
from gitprov.check.landed import Landed
from gitprov.errors import Finding
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.records import Deployment, Evidence
from gitprov.records.settings import Project
from gitprov.records.stored import ROOT

SKEW = timedelta(minutes=5)
"""How much the clocks of honest people may differ."""


@dataclass(frozen=True, slots=True)
class Observed:
    """When a promotion was first seen to count, and by whose clock."""

    at: str
    source: str


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployment that a deployer in standing signed: its record's id, what it says, where it landed, and who."""

    id: Digest
    record: Deployment
    landing: int
    people: tuple[str, ...]


def deployments(landed: Landed, request: Digest | None = None) -> list[Deployed]:
    """Returns what deployers put in place, of one request or of all, in the order in which it landed."""
    found = []
    for one, held in landed.ledger.held.items():
        record = held.stored.record
        if not isinstance(record, Deployment) or request not in (None, record.request):
            continue
        landing = landed.chain.landed[held.stored.path]
        root = landed.roots.at(landing - 1)
        may = set(root.role("deployer", record.name).people) if root is not None else set()
        if people := landed.signers(one, landed.chain.head) & may:
            found.append(Deployed(one, record, landing, tuple(sorted(people))))
    return sorted(found, key=lambda one: (one.landing, one.record.observed_at, one.id))


def observe(landed: Landed, asked: Asked, now: str) -> Observed:
    """Returns the first trusted observation of a promotion: a deployer's signed record, else this clock.

    Args:
        landed: Everything that landed.
        asked: The request.
        now: The verifier's clock.
    """
    for first in deployments(landed, asked.id):
        return Observed(first.record.observed_at, f"deployer {people(first.people)}")
    return Observed(now, "this machine's clock")


def in_time(landed: Landed, asked: Asked, now: str) -> Clause:
    """Clause 13: when it was first seen to count it had not expired, nor had its gates or the trust root (A13).

    No date of a commit is ever asked.
    """
    seen = observe(landed, asked, now)
    return Clause(13, "time", f"seen at {seen.at} by {seen.source}", tuple(_late(landed, asked, seen)))


def _late(landed: Landed, asked: Asked, seen: Observed) -> Iterator[Finding]:
    request, before = asked.request, (asked.effective if asked.effective is not None else landed.chain.head + 1) - 1
    name, path = request.label, asked.held.stored.path
    why = f"seen at {seen.at} by {seen.source}"
    fix = f"gitprov promote {request.name} --to {request.stage} --reason TEXT"
    when = _time(seen.at)
    if when >= _time(request.expires):
        yield codes.PRO_EXPIRED.finding(path, f"{name} expired at {request.expires}", why=why, fix=fix)
    if _time(request.evaluated_at) - when > SKEW:
        what = f"the gates of {name} say that they were evaluated at {request.evaluated_at}, which is later"
        yield codes.PRO_EXPIRED.finding(path, what, why=why, fix=fix)
    project = landed.settings.setting(before, f"{ROOT}/project.yaml")
    stage = project.stages.get(request.stage) if isinstance(project, Project) else None
    age = (when - _time(request.evaluated_at)) / timedelta(days=1)
    if stage is not None and stage.max_age_days is not None and age > stage.max_age_days:
        what = f"the gates of {name} were evaluated at {request.evaluated_at}"
        most = f"{request.stage} takes at most {stage.max_age_days} days"
        yield codes.PRO_EXPIRED.finding(path, what, why=f"{most}; {why}", fix=fix)
    if asked.is_exception and not any(
        one.since - SKEW <= when < one.until for one in granted(landed, asked.id, landed.chain.head, landed.chain.head)
    ):
        what = f"the exception by which {name} took effect is over"
        yield codes.PRO_OVER.finding(path, what, why=why, fix=f"gitprov exception {name} --waive gates --reason TEXT")
    root = landed.roots.at(before)
    if root is not None and root.root.expires is not None and when >= _time(root.root.expires):
        yield codes.PRO_EXPIRED.finding(
            path,
            f"trust version {root.root.version} expired at {root.root.expires}",
            why=why,
            fix="gitprov trust propose --expires TIME",
        )


def disputes(landed: Landed, asked: Asked) -> tuple[Finding, ...]:
    """Returns what a later trust version disputes of a promotion in effect: it serves on, and is not deployed again.

    Disputed is what rests on a key that has been revoked since it took effect, or whose holder is no longer believed at
    the step where it signed. Only a new request changes what serves; what was revoked before that, it was judged by.
    """
    if asked.effective is None:
        return ()
    head, then = landed.chain.head, asked.effective - 1
    last, versions = landed.roots.at(head), landed.roots.accepted
    known = {key for version in versions if version.step <= then for key in version.revoked}
    revoked_later = {key for version in versions for key in version.revoked} - known
    found: dict[tuple[str, Digest], Finding] = {}
    for record in _rests_on(landed, asked):
        for one in landed.signatures.of(record):
            landing = landed.made_by(one)
            person = landed.roots.person(one, landing, then) if one.is_good else None
            if landed.chain.landed[one.path] > asked.effective or person is None:
                continue
            revoked = one.key in revoked_later
            if revoked or landed.roots.person(one, landing, head) != person:
                how = "revoked" if revoked else "withdrawn"
                found[person, record] = codes.PRO_DISPUTED.finding(
                    asked.held.stored.path,
                    f"{person} signed {short(record)} with a key that was {how} later",
                    why=f"trust version {last.root.version if last else 0} says so",
                    fix=f"ask again: gitprov promote {asked.request.name} --to {asked.request.stage} --reason TEXT",
                )
    return tuple(found[key] for key in sorted(found))


def _rests_on(landed: Landed, asked: Asked) -> Iterator[Digest]:
    yield asked.id
    if asked.is_exception and asked.effective is not None:
        yield from (one.id for one in granted(landed, asked.id, asked.effective - 1, asked.effective))
    evidence = landed.ledger.held.get(asked.request.evidence)
    if asked.request.release is not None:
        yield asked.request.release.id
    if evidence is not None and isinstance(evidence.stored.record, Evidence):
        yield from (entry.run for entry in evidence.stored.record.runs)
        yield from (entry.evaluation for entry in evidence.stored.record.evaluations)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
