"""What people do in the story: they ask, vote and deploy."""

from gitprov.audit.gather import gather
from gitprov.ids import Digest
from gitprov.recording.writing import write_records
from gitprov.records import Deployment, History, Request, store
from gitprov.trust.statements import Decision
from tests.flows.promotion.world import Someone, World


def ask(world: World, *command: str, reason: str = "it is better") -> tuple[str, str]:
    """Lets alice ask by a command; returns the branch that she is then on, and NAME/STAGE/SEQ."""
    world.alice.pull()
    asked = world.alice(*command, "--reason", reason, "--json").json()
    return asked["branch"], asked["request"]


def land(world: World, *command: str, reason: str = "it is better") -> str:
    """Lets alice ask, and land it before anybody approved; returns NAME/STAGE/SEQ."""
    branch, request = ask(world, *command, reason=reason)
    world.land(branch)
    return request


def vote(world: World, request: str, decision: Decision = "approve") -> str:
    """Lets bob vote about a request that landed, and push; returns the head of main."""
    world.bob.pull()
    world.bob(decision, request, "--reason", "read the evidence", "--yes")
    return push(world.bob)


def deployed(someone: Someone, sequence: int, observed_at: str) -> Digest:
    """Writes a deployment of a request for production as their clock would have had it, and returns its id."""
    path = f".gitprov/promotions/churn/production/{sequence:04d}/request.yaml"
    with someone.project() as project:
        gathered = gather(project)
        chain = gathered.landed.chain
        request = next(one for one in gathered.landed.ledger.held.values() if one.stored.path == path)
        wish = request.stored.record
        assert isinstance(wish, Request)
        assert wish.release is not None
        size, root = gathered.log.history_at(chain.head)
        stored = store(
            Deployment(
                project=wish.project,
                name=wish.name,
                stage=wish.stage,
                request=request.id,
                release=wish.release,
                members={},
                observed_at=observed_at,
                history=History(commit=f"git:{chain.commits[chain.head]}", size=size, root=root),
            )
        )
        write_records(project, [stored])
    someone.repo.commit(f"Deploy {wish.name}/{wish.stage}")
    return stored.id


def push(someone: Someone) -> str:
    """Lands what they committed on main, and returns its head."""
    someone.git("push", "--quiet", "origin", "HEAD:main")
    return someone.git("rev-parse", "HEAD")
