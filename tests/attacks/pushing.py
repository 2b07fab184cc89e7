"""What somebody with push rights does by hand, and what others see of it."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from gitprov.audit.gather import gather
from gitprov.check.effect import Asked, judge
from gitprov.check.evidence import Ask, judged, summary
from gitprov.check.landed import Gathered, Landed
from gitprov.ids import Digest
from gitprov.records import Evidence, ReleaseRef, Request, Stored, signature_path, store
from gitprov.trust.bundles import to_sign, write_bundle
from gitprov.trust.statements import approval
from tests.flows.promotion.world import Someone, World, sign_as
from tests.support import Repo

NOW, EXPIRES = "2099-01-01T00:00:00Z", "2099-02-01T00:00:00Z"


def look(someone: Someone, *, fetch: bool = True) -> Gathered:
    """Returns what somebody gathers in their clone."""
    if fetch:
        someone.git("fetch", "--quiet", "--force", "origin", "+refs/heads/*:refs/remotes/origin/*")
    with someone.project() as project:
        return gather(project)


def serves(gathered: Gathered) -> list[int | None]:
    """Returns which request was in effect in production after each step."""
    landed = gathered.landed
    timeline = judge(landed, "churn")
    found = (timeline.effective("production", step) for step in range(landed.chain.head + 1))
    return [one.request.sequence if one is not None else None for one in found]


def asked(gathered: Gathered, request: Digest) -> Asked:
    """Returns what became of a request."""
    return next(one for one in judge(gathered.landed, "churn").asked if one.id == request)


def codes(gathered: Gathered, request: Digest) -> set[str]:
    """Returns the codes of what stands in the way of a request; nothing when it is effective."""
    found = asked(gathered, request)
    assert found.judgement is not None
    return set() if found.effective is not None else {finding.code.id for finding in found.judgement.findings}


def craft(landed: Landed, version: int, sequence: int) -> tuple[Stored, Stored]:
    """Returns a request of alice's and its evidence, as is right for these facts; they may be doctored."""
    head = landed.chain.head
    current = judge(landed, "churn").effective("production", head)
    one = landed.ledger.releases_of("churn")[version]
    release = landed.ledger.releases[one]
    ask = Ask(
        kind="promote",
        name="churn",
        stage="production",
        sequence=sequence,
        requester="alice",
        evaluated_at=NOW,
        commit=f"git:{landed.chain.commits[head]}",
        release=landed.ledger.held[one].stored,
        incumbent=current.request.release if current is not None else None,
    )
    extended = replace(landed, chain=landed.chain.extended({}))
    evidence = judged(extended, head + 1, ask)[0]
    project = landed.roots.project
    assert project is not None
    request = Request(
        project=project,
        kind="promote",
        name="churn",
        stage="production",
        sequence=sequence,
        replaces=current.id if current is not None else None,
        release=ReleaseRef(id=one, set_=release.set_, version=version),
        evidence=store(evidence).id,
        policy=evidence.policy,
        evaluated_at=NOW,
        expires=EXPIRES,
        reason="because",
        summary=summary(evidence, extended),
    )
    assert isinstance(evidence, Evidence)
    return store(request), store(evidence)


def approve(someone: Someone, request: Stored) -> dict[str, bytes]:
    """Returns the file by which somebody approves a request, whatever gitprov would say to that."""
    payload = approval(request, "approve", "")
    with someone.project() as project:
        data = write_bundle(payload, project.signer.sign(to_sign(payload)), project.signer.pem)
    return {signature_path(request.path, data, approval=True): data}


def write_request(world: World, into: Repo, request: Stored, evidence: Stored, *voters: str) -> None:
    """Writes a request signed by alice, its evidence and approvals to a clone."""
    into.write(evidence.path, evidence.data)
    into.write(request.path, request.data)
    sign_as(world.alice, request, into=into)
    for name in voters:
        for path, data in approve(world.someone(name), request).items():
            into.write(path, data)


def commit_tree(
    repo: Repo,
    files: Mapping[str, bytes | str | None],
    parents: Iterable[str],
    *,
    meta: Mapping[str, str] | None = None,
) -> str:
    """Makes a commit of the first parent's tree with these files (None removes one; text is a mode and an object id).

    `meta` overrides who and when: GIT_AUTHOR_DATE and the like.
    """
    parents = list(parents)
    index = repo.path / ".git" / "attack-index"
    with _environment({"GIT_INDEX_FILE": str(index), **(meta or {})}):
        if parents:
            repo.git("read-tree", parents[0])
        else:
            repo.git("read-tree", "--empty")
        for path, data in files.items():
            if data is None:
                repo.git("update-index", "--force-remove", path)
            elif isinstance(data, str):
                mode, oid = data.split()
                repo.git("update-index", "--add", "--cacheinfo", f"{mode},{oid},{path}")
            else:
                scratch = repo.path / ".git" / "attack-blob"
                scratch.write_bytes(data)
                oid = repo.git("hash-object", "-w", "--no-filters", scratch)
                repo.git("update-index", "--add", "--cacheinfo", f"100644,{oid},{path}")
        tree = repo.git("write-tree")
        above = [word for parent in parents for word in ("-p", parent)]
        return repo.git("commit-tree", tree, *above, "-m", (meta or {}).get("message", "work"))


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    names = [name for name in variables if name.startswith("GIT_")]
    os.environ.update({name: variables[name] for name in names})
    try:
        yield
    finally:
        for name in names:
            del os.environ[name]


def push(world: World, commit: str, branch: str = "main", by: str = "alice") -> None:
    """Pushes a commit to a branch, by force."""
    world.someone(by).git("push", "--quiet", "--force", "origin", f"{commit}:refs/heads/{branch}")
