"""The verdict on a stage of a name, in the numbered steps of docs/verification.md, "A promotion".

One verdict, for `verify NAME/STAGE` and for `deploy`.
"""

from collections.abc import Iterator
from dataclasses import replace

from gitprov.audit.changes import is_acknowledged
from gitprov.audit.gather import propose
from gitprov.audit.in_effect import Source, is_promoted, source
from gitprov.audit.trusted import recall, remember, trusted
from gitprov.check.acknowledged import acknowledged
from gitprov.check.chain import concerns, loss_finding, lost_since, rewound, strange_histories
from gitprov.check.effect import Asked, Clause, Judgement, disputes, in_time, judge
from gitprov.check.landed import Gathered
from gitprov.check.states import APPROVALS
from gitprov.errors import Exit, Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ports.git import branch_name
from gitprov.ports.memory import Seen
from gitprov.ports.workplace import Workplace
from gitprov.records.stored import ROOT
from gitprov.trust.notes import LogHead, extends


@dataclass(frozen=True, slots=True)
class Known:
    """What is known from outside of the repository.

    Attributes:
        head: The head of the protected ref when it was last read; None when nobody remembers.
        log: The log there.
        trust: How the trust root came to be trusted, in words.
        note: What a person should know of that; "" for nothing.
        findings: Where the trust root is not what is known of it.
        excused: Whether the owners have acknowledged how the protected ref left that head.
    """

    head: str | None = None
    log: LogHead | None = None
    trust: str = "compared with nothing from outside"
    note: str = ""
    findings: tuple[Finding, ...] = ()
    excused: bool = False


@dataclass(frozen=True, slots=True)
class Pending:
    """A request, or an approval of one, that has not landed.

    Attributes:
        name: The request as people name it.
        where: Where it is, in words.
        judgement: Of the request as if it landed now.
    """

    name: str
    where: str
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Verdict:
    """What holds for a stage of a name, and what does not.

    Attributes:
        name: Of the release.
        stage: The stage.
        source: What was read.
        asked: The request that the clauses from 5 on judge: the one in effect, else the newest; None when none landed.
        clauses: What must hold, by number.
        disputes: What a later trust version disputes of it.
        waiting: Requests that landed after the one in effect, and have not taken effect.
        pending: What has not landed.
        warnings: What was wrong, and is mended, or acknowledged where the promotion does not rest on it.
        notes: What a person should know.
        blocking: Those of the findings that keep it from being deployed: in continuity, the trust root, the settings in
            force, or what the promotion rests on.
    """

    name: str
    stage: str
    source: Source
    asked: Asked | None
    clauses: tuple[Clause, ...]
    disputes: tuple[Finding, ...]
    waiting: tuple[Asked, ...]
    pending: tuple[Pending, ...]
    warnings: tuple[Finding, ...]
    notes: tuple[str, ...]
    blocking: tuple[Finding, ...]

    @property
    def in_effect(self) -> Asked | None:
        """The request in effect; it may be a withdrawal."""
        return self.asked if self.asked is not None and self.asked.effective is not None else None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that is wrong."""
        return (*(finding for clause in self.clauses for finding in clause.findings), *self.disputes)

    @property
    def says(self) -> str:
        """The verdict in a line."""
        if self.asked is None:
            return "nothing has landed"
        request = self.asked.request
        if self.asked.effective is None:
            return f"landed, NOT effective: {missing(self.asked.judgement)}"
        if request.release is None:
            return f"serves nothing: withdrawn by {request.label}"
        serves = f"{request.name}@v{request.release.version} is in effect"
        if self.disputes:
            return f"{serves}, and disputed"
        return serves if not self.findings else f"{serves}, with findings"

    @property
    def exit(self) -> Exit:
        """The exit status that says the same."""
        codes_ = {finding.code.exit for finding in self.findings}
        return Exit.OK if not codes_ else Exit.UNDECIDED if codes_ == {Exit.UNDECIDED} else Exit.FINDINGS


def missing(judgement: Judgement | None) -> str:
    """Returns what keeps a request from taking effect, in a few words."""
    if judgement is None:
        return "not judged"
    lacks = [clause for clause in judgement.clauses if not clause.holds]
    return "; ".join(clause.says if clause.number == APPROVALS else clause.title for clause in lacks)


def is_asked(place: Workplace, name: str, stage: str) -> bool:
    """Tells whether some request for a stage of a name landed, is in the index, or is on a branch of its own."""
    staged = not place.git.is_bare and bool(place.git.index([f"{ROOT}/promotions/{name}/{stage}"]))
    return staged or is_promoted(place, name, stage) or bool(place.git.branches(f"promote/{name}/{stage}/"))


def compare(place: Workplace, gathered: Gathered, pin: str | None = None) -> Known:
    """Holds what landed against pins and memory; remembers the trust root, and the head if it lost nothing.

    Args:
        place: The ports.
        gathered: What landed.
        pin: A pin from the command line.

    Raises:
        GitprovError: GP-TRU-010 for a pin that is none; GP-IO-001 when memory cannot be read.
    """
    roots, chain = gathered.landed.roots, gathered.landed.chain
    try:
        found = trusted(place, roots, pin)
    except GitprovError as error:
        if error.code not in (codes.TRU_NONE, codes.TRU_OLDER, codes.TRU_OTHER):
            raise
        return Known(findings=(error.code.finding(chain.ref, error.what, why=error.why, fix=error.fix),))
    seen = recall(place, roots)
    note = found.note
    if _forward(place, seen, gathered) != seen:
        try:
            remember(place, roots, lambda before: _forward(place, before, gathered))
        except GitprovError as error:  # nothing is wrong with the project
            note = note or f"the head of {chain.ref} cannot be remembered: {error.what}"
    return replace(_known(place, seen, gathered), trust=found.how, note=note)


def not_continued(gathered: Gathered, known: Known) -> Finding | None:
    """Returns what is wrong when the protected ref does not continue what is known of it (law F, against memory)."""
    if known.excused:
        return None
    lost = rewound(gathered.landed.chain, known.head)
    return lost if lost is not None or known.log is None else extends(gathered.log, known.log)


def _log(seen: Seen, ref: str) -> LogHead | None:
    return LogHead(ref, seen.size, seen.root) if seen.size is not None and seen.root is not None else None


def _known(place: Workplace, seen: Seen, gathered: Gathered) -> Known:
    log = _log(seen, gathered.landed.chain.ref)
    return Known(seen.head, log, excused=is_acknowledged(place.git, gathered, seen.head))


def _forward(place: Workplace, seen: Seen, gathered: Gathered) -> Seen:
    """Returns what is to be remembered of the chain: its head, unless it lost what the head that is remembered had.

    What the owners acknowledged holds nobody up.
    """
    chain, keys = gathered.landed.chain, acknowledged(gathered.landed)
    lost = [one for one in lost_since(chain, seen.head) if loss_finding(chain, one).key not in keys]
    if lost or not_continued(gathered, _known(place, seen, gathered)) is not None:
        return seen
    size, root = gathered.log.history_at(chain.head)
    return replace(seen, head=chain.commits[chain.head], size=size, root=root)


def verdict(place: Workplace, gathered: Gathered, name: str, stage: str, *, now: str, known: Known) -> Verdict:
    """Judges a stage of a name.

    Args:
        place: The ports; git is asked for what has not landed.
        gathered: What landed.
        name: Of the releases.
        stage: The stage.
        now: The clock, for where no deployer has looked yet.
        known: What is known from outside, by `compare`.

    Raises:
        GitprovError: GP-GIT-003.
    """
    landed, chain = gathered.landed, gathered.landed.chain
    timeline = judge(landed, name)
    current = timeline.effective(stage, chain.head)
    since = current.effective if current is not None and current.effective is not None else 0
    waiting = tuple(one for one in timeline.of(stage) if one.effective is None and one.landed >= since)
    asked = current or (waiting[-1] if waiting else None)
    if asked is not None and asked.judgement is not None:
        about = (*asked.judgement.clauses, in_time(landed, asked, now))
        disputed = disputes(landed, asked)
    else:
        what = f"no request for {name}/{stage} has landed"
        finding = codes.PRO_NOTHING.finding(
            f"{name}/{stage}", what, fix=f"gitprov promote {name} --to {stage} --reason TEXT"
        )
        about, disputed = (Clause(5, "request", "", (finding,)),), ()
    histories = tuple(strange_histories(landed, gathered.log))
    found = {loss: loss_finding(chain, loss) for loss in chain.losses}
    broken = {loss for loss in found if asked is not None and concerns(landed, asked, loss)}
    keys = acknowledged(landed)  # it makes nothing valid: what a promotion rests on has to be there
    mild = {loss for loss in found if loss.restored is not None or (found[loss].key in keys and loss not in broken)}
    losses = {loss: finding for loss, finding in found.items() if loss not in mild}
    ref, root, settings = _ref(gathered, known), _root(gathered, known), _settings(gathered)
    accepted = landed.roots.at(chain.head)
    says = f"{len(chain.landed)} files landed, and all are kept"
    says += " or acknowledged as lost" if any(loss.restored is None for loss in mild) else ""
    kept = Clause(3, "records", says, (*losses.values(), *histories))
    blocking = [
        *(finding for clause in (ref, root, settings, *about) for finding in clause.findings),
        *(losses[loss] for loss in losses if loss in broken.union(lost_since(chain, known.head))),
        *histories,
        *disputed,
    ]
    return Verdict(
        name=name,
        stage=stage,
        source=source(gathered),
        asked=asked,
        clauses=(ref, root, kept, settings, *about),
        disputes=disputed,
        waiting=tuple(one for one in waiting if one is not asked),
        pending=tuple(_pending(place, gathered, name, stage)),
        warnings=tuple(found[loss] for loss in chain.losses if loss in mild),
        notes=tuple(filter(None, (known.note, accepted.weakness if accepted is not None else ""))),
        blocking=tuple(blocking),
    )


def _ref(gathered: Gathered, known: Known) -> Clause:
    chain = gathered.landed.chain
    says = f"{chain.ref} at {chain.commits[chain.head][:12]}, {len(chain.commits)} steps, a whole clone"
    if known.head is not None:
        says += ", left" if known.excused else ", has"
        says += " the head that is remembered" + (", as the owners acknowledged" if known.excused else "")
    lost = not_continued(gathered, known)
    return Clause(1, "protected ref", says, (lost,) if lost is not None else ())


def _root(gathered: Gathered, known: Known) -> Clause:
    root = gathered.landed.roots.at(gathered.landed.chain.head)
    says = f"version {root.root.version} is in force, {known.trust}" if root is not None else ""
    return Clause(2, "trust root", says, (*gathered.trust, *known.findings))


def _settings(gathered: Gathered) -> Clause:
    landed = gathered.landed
    count = len(landed.settings.at(landed.chain.head))
    return Clause(4, "settings", f"{count} in force, as the owners signed them", gathered.settings)


def _pending(place: Workplace, gathered: Gathered, name: str, stage: str) -> Iterator[Pending]:
    """Yields what would land from the index, and from the branches of requests, each request once."""
    git, chain = place.git, gathered.landed.chain
    under, shown = [f"{ROOT}/promotions/{name}/{stage}"], set[str]()
    branches = git.branches(f"promote/{name}/{stage}/")
    here = {} if git.is_bare else {"here": None}
    for where, commit in (here | {f"branch {branch_name(ref)}": branches[ref] for ref in sorted(branches)}).items():
        files = git.index(under) if commit is None else git.tree(commit, under)
        if all(path in chain.landed for path in files):
            continue
        proposed = propose(place, gathered, of=commit).landed
        for one in judge(proposed, name).of(stage):
            label = one.request.label
            if one.judgement is not None and one.judgement.step == proposed.chain.head and label not in shown:
                shown.add(label)
                yield Pending(label, where, one.judgement)
