"""Requests, decisions and deployments as records, for questions about them; the commands have tests of their own."""

from gitprov.audit.gather import gather
from gitprov.check.effect import judge
from gitprov.check.evidence import Ask, collect, summary
from gitprov.ids import Digest
from gitprov.recording.writing import make_decision, write_records, write_signatures
from gitprov.records import Deployment, History, ReleaseRef, Request, Stored, store
from gitprov.records.promotions import Move
from gitprov.trust.statements import Decision
from tests.flows.promotion.world import Someone

EXPIRES = "2036-01-01T00:00:00Z"


def ask(
    someone: Someone, version: int | None, stage: str = "production", *, sequence: int, kind: Move = "promote"
) -> Stored:
    """Writes and commits a request of theirs for what is right now; no version withdraws. Returns the request."""
    with someone.project() as project:
        gathered = gather(project)
        landed = gathered.landed
        head = landed.chain.head
        now, timeline = project.clock.now(), judge(landed, "churn")
        current = timeline.effective(stage, head)
        release = landed.ledger.held[landed.ledger.releases_of("churn")[version]].stored if version else None
        record = landed.ledger.releases[release.id] if release else None
        wish = Ask(
            kind=kind,
            name="churn",
            stage=stage,
            sequence=sequence,
            requester=someone.name,
            evaluated_at=now,
            commit=f"git:{landed.chain.commits[head]}",
            release=release,
            incumbent=current.request.release if current else None,
        )
        evidence = collect(landed, head + 1, wish)
        request = Request(
            project=landed.roots.accepted[0].id,
            kind=kind,
            name="churn",
            stage=stage,
            sequence=sequence,
            from_="staging" if stage == "live" else None,
            replaces=current.id if current else None,
            release=ReleaseRef(id=release.id, set_=record.set_, version=record.version) if release and record else None,
            evidence=store(evidence).id,
            policy=evidence.policy,
            evaluated_at=now,
            expires=EXPIRES,
            reason=f"request {sequence} is better",
            summary=summary(evidence, landed),
        )
        stored = store(request)
        write_records(project, [stored, store(evidence)])
    someone.repo.commit(f"Ask for churn/{stage}/{sequence}")
    return stored


def request_of(someone: Someone, sequence: int) -> Stored:
    """Returns a request for production that landed."""
    with someone.project() as project:
        held = gather(project).landed.ledger.held.values()
    path = f".gitprov/promotions/churn/production/{sequence:04d}/request.yaml"
    return next(one.stored for one in held if one.stored.path == path)


def decide(someone: Someone, request: Stored, decision: Decision = "approve") -> None:
    """Writes and commits their approval or rejection."""
    with someone.project() as project:
        write_signatures(project, [make_decision(project, request, decision, "seen")])
    someone.repo.commit(f"{decision} {request.path}")


def deployed(someone: Someone, request: Stored, observed_at: str) -> Digest:
    """Writes and commits a deployment that they observed then, and returns its id."""
    with someone.project() as project:
        gathered = gather(project)
        landed, wish = gathered.landed, request.record
        if not isinstance(wish, Request) or wish.release is None:
            raise TypeError(request.path)
        size, root = gathered.log.history_at(landed.chain.head)
        stored = store(
            Deployment(
                project=wish.project,
                name=wish.name,
                stage=wish.stage,
                request=request.id,
                release=wish.release,
                members={},
                observed_at=observed_at,
                history=History(commit=f"git:{landed.chain.commits[landed.chain.head]}", size=size, root=root),
            )
        )
        write_records(project, [stored])
    someone.repo.commit(f"Deploy {wish.name}/{wish.stage}")
    return stored.id


def push(someone: Someone) -> str:
    """Lands what they committed on main, and returns its head; everybody's remote-tracking ref is theirs to fetch."""
    someone.git("push", "--quiet", "origin", "HEAD:main")
    someone.git("fetch", "--quiet")
    return someone.git("rev-parse", "HEAD")
