"""Asks for a move of a stage: judged as if it landed now, then committed on a branch of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import datetime, timedelta

from gitprov.audit.gates import ask_now, denials
from gitprov.audit.gather import propose
from gitprov.check.effect import Asked, Case, Timeline, count, disputes, in_time, judge, judge_at
from gitprov.check.evidence import judged, summary
from gitprov.check.gate import PROJECT
from gitprov.check.governance import is_governed
from gitprov.check.landed import Gathered, Landed
from gitprov.errors import Finding
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, digest_hex
from gitprov.ports.git import GitStore
from gitprov.ports.workplace import Workplace
from gitprov.promotion import messages
from gitprov.promotion.committing import commit_files
from gitprov.recording.ahead import SignedAhead
from gitprov.recording.secrets import refuse_secrets
from gitprov.records import Artifact, Release, ReleaseRef, Request, Stored, store
from gitprov.records.promotions import Move
from gitprov.records.settings import Project
from gitprov.records.stored import ROOT
from gitprov.trust.roots import Accepted

EXPIRES = 14
"""Days that a request may wait when nobody says how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants.

    Attributes:
        kind: promote, rollback or withdraw.
        name: Of the release.
        stage: Which stage shall move.
        release: What shall serve; None for withdraw.
        new: Path to bytes of the release's files, as far as the base does not have them.
        artifacts: What a release names that nobody has written down and signed yet; None for another one.
        reason: In words.
        days: How long it may wait.
        base: The commit that its branch starts from.
        by_exception: Whether it is asked for although rules deny and too few could approve: owners grant an exception.
    """

    kind: Move
    name: str
    stage: str
    release: Stored | None
    new: Mapping[str, bytes] = field(default_factory=dict)
    artifacts: Mapping[Digest, Artifact] | None = None
    reason: str
    days: int = EXPIRES
    base: str = "HEAD"
    by_exception: bool = False


@dataclass(frozen=True, slots=True)
class Requested:
    """A request as it was made, or what stands in its way.

    Attributes:
        request: Its record; None when it could not even be judged.
        release: The release that was sealed for it.
        files: What was committed, or would be.
        branch: On which branch.
        commit: The commit; None when nothing was written.
        needed: How many approvals it takes.
        approvers: Whose approvals would count.
        findings: What stands in the way; then nothing was written.
        notes: What a person should know.
    """

    request: Request | None = None
    release: Stored | None = None
    files: tuple[str, ...] = ()
    branch: str = ""
    commit: str | None = None
    needed: int = 0
    approvers: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The request as people name it; "" when there is none."""
        return self.request.label if self.request is not None else ""


def ask(place: Workplace, gathered: Gathered, wish: Wish, *, dry_run: bool = False) -> Requested:
    """Judges a wish as if it landed now, and commits evidence, request and signature if only approvals are missing.

    Args:
        place: The ports.
        gathered: What landed.
        wish: What is wanted.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-PRO-017 when nothing would change; GP-TRU-006 when no trust version is in force; GP-SEC-001;
            GP-KEY-*; GP-GIT-003 when git or a hook refuses.
    """
    landed = gathered.landed
    timeline, head = judge(landed, wish.name), landed.chain.head
    root, project = landed.roots.at(head), landed.roots.project
    if root is None or project is None:
        raise codes.TRU_NONE.error(
            f"no trust version is in force on {landed.chain.ref}", why="; ".join(one.why for one in gathered.trust)
        )
    current = timeline.effective(wish.stage, head)
    _refuse_same(landed, wish, current, place.clock.now())
    by = landed.roots.bearer(place.signer.id, head)
    may = sorted({*root.role("producer", wish.name).people, *root.role("owner", wish.name).people})
    if by is None or by not in may:
        return Requested(findings=(_stranger(place, root, by, may),))
    signed = SignedAhead(place, root)
    if wish.release is not None and wish.artifacts is not None:
        signed.sign(wish.release, wish.artifacts)
    there = propose(place, gathered, of=wish.base, files={**wish.new, **signed.files}, signed=signed.foreseen).landed
    step = there.chain.head
    wanted = ask_now(
        place,
        landed,
        there,
        timeline,
        name=wish.name,
        stage=wish.stage,
        release=wish.release,
        kind=wish.kind,
        requester=by,
        sequence=next_sequence(place.git, landed, wish),
    )
    found, decision = judged(there, step, wanted)
    evidence = store(found)
    request = Request(
        project=project,
        kind=wish.kind,
        name=wish.name,
        stage=wish.stage,
        sequence=wanted.sequence,
        from_=_origin(landed, timeline, wish),
        replaces=current.id if current is not None else None,
        release=_ref(wish.release),
        evidence=evidence.id,
        policy=found.policy,
        authors=wanted.authors,
        evaluated_at=wanted.evaluated_at,
        expires=_later(wanted.evaluated_at, wish.days),
        reason=wish.reason,
        summary=summary(found, there),
    )
    stored = store(request)
    refuse_secrets(place, [evidence, stored])
    signed.sign(stored, {})
    files = {**wish.new, evidence.path: evidence.data, stored.path: stored.data, **signed.files}
    whole = propose(place, gathered, of=wish.base, files=files, signed=signed.foreseen).landed
    held = whole.ledger.held[stored.id]
    votes = count(Case(whole, timeline, held, request, step, root), found)
    denied = list(denials(stored.path, decision))
    findings = [*(denied if not wish.by_exception else ()), *_mixed(whole)]
    findings += [one for one in judge_at(whole, timeline, held, step).findings if one.code is not codes.PRO_GATE]
    findings += in_time(whole, Asked(held, request, step), wanted.evaluated_at).findings
    if len(votes.eligible) >= votes.needed or wish.by_exception:
        findings = [one for one in findings if one.code is not codes.APR_MISSING]
    branch, commit = f"promote/{request.label}", None
    if not findings and not dry_run:
        message = messages.asks(stored, request, by)
        files |= signed.finish()
        commit = commit_files(place, files, message, branch=branch, base=wish.base)
    return Requested(
        request,
        wish.release if wish.new else None,
        tuple(sorted(files)),
        branch,
        commit,
        votes.needed,
        votes.eligible,
        tuple(findings),
        tuple(
            f"{one.what}: takes gitprov exception {request.label} --waive gates --reason TEXT"
            for one in denied
            if wish.by_exception
        ),
    )


def _stranger(place: Workplace, root: Accepted, person: str | None, may: list[str]) -> Finding:
    """Returns what is wrong when somebody asks who may not, and how they come to be allowed to."""
    mine = digest_hex(place.signer.id)[:8]
    who = person or place.person()
    add = f"--role producer={','.join([*may, who])}" if person else f"--add {who}={who}.pub"
    return codes.PRO_UNSIGNED.finding(
        f"key {mine}",
        f"{person or f'whose key {mine} is'} may not ask for promotions",
        why=f"trust version {root.root.version} lets {', '.join(may)} ask",
        fix=f"ask one of them, or an owner: gitprov trust propose {add}"
        if person
        else f"gitprov keys export > {who}.pub  # then ask one of them, or an owner: gitprov trust propose {add}",
    )


def next_sequence(git: GitStore, landed: Landed, wish: Wish) -> int:
    """Returns the next number of a request: after those that landed, that its base has, and that branches are for."""
    folder, branch = f"{ROOT}/promotions/{wish.name}/{wish.stage}/", f"promote/{wish.name}/{wish.stage}/"
    paths = [path for path in (*landed.chain.landed, *git.tree(wish.base, [folder])) if path.startswith(folder)]
    numbers = {int(path.removeprefix(folder).partition("/")[0]) for path in paths}
    numbers |= {int(last) for ref in git.branches(branch) if (last := ref.rpartition("/")[2]).isdecimal()}
    return max(numbers, default=0) + 1


def _refuse_same(landed: Landed, wish: Wish, current: Asked | None, now: str) -> None:
    """Refuses what changes nothing; what serves is asked for again where it is disputed or late: so it is deployed."""
    where, serves = f"{wish.name}/{wish.stage}", current.request.release if current is not None else None
    if serves is None and wish.kind == "withdraw":
        raise codes.PRO_SAME.error(f"nothing is in effect in {where}", fix=f"gitprov status {where}")
    if current is None or serves is None or wish.release is None or serves.id != wish.release.id:
        return
    if not disputes(landed, current) and in_time(landed, current, now).holds:
        what = f"{wish.name}@v{serves.version} is in effect in {where} already"
        raise codes.PRO_SAME.error(what, fix=f"gitprov why {where}")


def _origin(landed: Landed, timeline: Timeline, wish: Wish) -> str | None:
    """Returns the stage that a release is promoted from: one of those that this one comes after, where it serves."""
    project = landed.settings.setting(landed.chain.head, PROJECT)
    stage = project.stages.get(wish.stage) if isinstance(project, Project) else None
    if stage is None or wish.kind != "promote" or wish.release is None:
        return None
    for before in stage.after:
        there = timeline.effective(before, landed.chain.head)
        if there is not None and there.request.release is not None and there.request.release.id == wish.release.id:
            return before
    return None


def _ref(release: Stored | None) -> ReleaseRef | None:
    if release is None or not isinstance(release.record, Release):
        return None
    return ReleaseRef(id=release.id, set_=release.record.set_, version=release.record.version)


def _mixed(landed: Landed) -> Iterator[Finding]:
    """Yields the settings that the branch would change in the same step; those of an older state are no change."""
    for path, changes in sorted(landed.chain.settings.items()):
        step, digest = changes[-1]
        if step == landed.chain.head and is_governed(path) and digest not in {before for _, before in changes[:-1]}:
            yield codes.SET_MIXED.finding(path, f"the branch changes {path}, too", why="what judges must come before")


def _later(time: str, days: int) -> str:
    return (datetime.fromisoformat(time) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
