"""How settings come into force: by governance records, whatever lies in the tree. docs/verification.md; threat A16."""

from collections.abc import Iterator, Mapping

from gitprov.check.files import ATTRIBUTES, IGNORES, is_setting
from gitprov.check.in_force import InForce, ReadSetting
from gitprov.check.landed import Landed
from gitprov.errors import Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, digest_hex
from gitprov.records import Governance, path_of
from gitprov.records.codec import from_data
from gitprov.records.stored import ROOT
from gitprov.trust.log import Log, history_fault

GOVERNANCE = "governance"
"""The kind of event that brings settings into force."""


def is_governed(path: str) -> bool:
    """Tells whether a path is a setting that is in force by signatures: all but the two files that `init` owns."""
    return is_setting(path) and path not in (ATTRIBUTES, IGNORES)


def in_force(landed: Landed, log: Log, read: ReadSetting) -> tuple[InForce, tuple[Finding, ...]]:
    """Returns the settings in force over time, and what changed without authority.

    A governance record comes into force at the first step, from its landing on, before which exactly its `before` is
    in force and at which it has the signatures of the owners' threshold (of one producer, for the catalog entries of
    names that have none). It is void once its `before` has been in force after its `history` and is no longer: one
    that lost a race never comes into force later. Without a trust root nothing is in force, and nothing is wrong.

    Args:
        landed: What landed; its settings are not asked.
        log: The derived log.
        read: What makes settings of bytes.
    """
    findings: list[Finding] = []
    waiting: list[_Waiting] = []
    for one in _governance(landed, log):
        (findings if isinstance(one, Finding) else waiting).append(one)  # type: ignore[arg-type]
    changes: list[tuple[int, str, Digest | None]] = []
    state: dict[str, Digest] = {}
    fitted: set[Digest] = set()
    for step in _steps(landed):
        waiting = _not_void(waiting, step, state, fitted)
        while (ready := next((one for one in waiting if not one.lacks(landed, step, state)), None)) is not None:
            changes += ((step, path, ready.says.after.get(path)) for path in sorted(ready.scope))
            state = {path: digest for path, digest in state.items() if path not in ready.scope} | {**ready.says.after}
            waiting = _not_void([one for one in waiting if one is not ready], step, state, fitted)
    waits = tuple(one.id for one in waiting)
    found = InForce(tuple(changes), landed.chain.blobs, read, waits, _seen(landed))
    return found, (*findings, *_unsigned(landed, found, waiting), *_mixed(landed))


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A governance record that is not in force yet.

    Attributes:
        id: Of the record.
        says: Its details.
        landing: Where it landed.
        since: The step of its history.
    """

    id: Digest
    says: Governance
    landing: int
    since: int

    @property
    def scope(self) -> frozenset[str]:
        """The paths that it is about."""
        return frozenset({*self.says.before, *self.says.after})

    def fits(self, state: Mapping[str, Digest]) -> bool:
        """Tells whether exactly its `before` is in force."""
        return {path: state[path] for path in self.scope if path in state} == self.says.before

    def lacks(self, landed: Landed, step: int, state: Mapping[str, Digest]) -> str:
        """Returns what keeps it from coming into force at a step (S2); "" for nothing."""
        before = landed.roots.at(step - 1)
        root = before or landed.roots.at(step)
        if root is None or step < self.landing:
            return "no trust root was in force"
        if not self.fits(state):
            return "it changes other settings than those in force"
        signers = landed.signers(self.id, step if before is None else step - 1, until=step)
        names = [catalogued(path) for path in sorted(self.scope)]
        makes_entries = not self.says.before and None not in names
        if makes_entries and all(signers & {*root.role("producer", name).people} for name in names):
            return ""
        for name in names:
            owners = root.role("owner", name)
            missing = owners.threshold - len(signers & {*owners.people})
            if missing > 0:
                return f"it lacks {missing} of {owners.threshold} owners"
        return ""


def catalogued(path: str) -> str | None:
    """Returns the name whose catalog entry a setting is; None for other settings, which nobody delegates."""
    folder, _, file = path.rpartition("/")
    return file.removesuffix(".yaml") if folder == f"{ROOT}/catalog" else None


def _not_void(waiting: list[_Waiting], step: int, state: Mapping[str, Digest], fitted: set[Digest]) -> list[_Waiting]:
    """Returns the records that may still come into force (S3), and notes those that fit what is in force now."""
    fits = {one.id for one in waiting if one.since < step and one.fits(state)}
    kept = [one for one in waiting if one.id in fits or one.id not in fitted]
    fitted |= fits
    return kept


def _governance(landed: Landed, log: Log) -> Iterator[_Waiting | Finding]:
    """Yields the governance records in the order in which they landed, and what is wrong with others: step S1."""
    chain = landed.chain
    first = landed.roots.accepted[0].step if landed.roots.accepted else chain.head
    for one in sorted(landed.ledger.events, key=lambda event: (landed.landing(event) or 0, event)):
        stored, event = landed.ledger.held[one].stored, landed.ledger.events[one]
        if event.kind != GOVERNANCE or stored.path != path_of(event, one):
            continue
        try:
            says = from_data(Governance, dict(event.details))
        except GitprovError as error:
            yield error.code.finding(stored.path, f"{stored.path}: {error.what}", why=error.why)
            continue
        landing, since = chain.landed[stored.path], chain.step_of(says.history.commit)
        strange = sorted(path for path in {*says.before, *says.after} if not is_governed(path))
        if strange:
            what = f"{stored.path} names {strange[0]}, which is no setting"
            yield codes.SCH_FIELD.finding(stored.path, what, fix="gitprov policy sign")
        elif says.history.commit is None and landing > first:
            why = "it names no commit and landed after the trust root: it could be another project's"
            yield codes.TRU_HISTORY.finding(stored.path, f"{stored.path} is not in force", why=why)
        elif fault := history_fault(says.history, landing, chain.step_of, log):
            yield codes.TRU_HISTORY.finding(stored.path, f"{stored.path} is not in force", why=fault)
        else:
            yield _Waiting(one, says, landing, -1 if since is None else since)


def _seen(landed: Landed) -> dict[Digest, int]:
    """Returns the step at which the chain first had each setting's bytes."""
    found: dict[Digest, int] = {}
    for changes in landed.chain.settings.values():
        for step, digest in changes:
            if digest is not None:
                found[digest] = min(step, found.get(digest, step))
    return found


def _steps(landed: Landed) -> list[int]:
    """Returns the steps at which something can come into force: where records of this kind land, or trust changes."""
    folder = f"{ROOT}/events/{GOVERNANCE}/"
    steps = {step for path, step in landed.chain.landed.items() if path.startswith(folder)}
    steps |= {step for root in landed.roots.accepted for step in (root.step, root.step + 1)}
    return sorted(step for step in steps if step <= landed.chain.head)


def _unsigned(landed: Landed, found: InForce, waiting: list[_Waiting]) -> Iterator[Finding]:
    """Yields what lay in the tree, under the trust root, and was not in force before the next change of it: step S4."""
    if not landed.roots.accepted:
        return
    chain, first = landed.chain, landed.roots.accepted[0].step
    in_tree = {path: changes for path, changes in chain.settings.items() if is_governed(path)}
    now = found.at(chain.head)
    for path in sorted(in_tree.keys() | now.keys()):
        changes = in_tree.get(path, ((0, None),))
        for (step, digest), (end, _) in zip(changes, (*changes[1:], (chain.head + 1, None)), strict=True):
            if end <= first:
                continue
            last = end > chain.head
            if now.get(path) == digest if last else digest in _between(found, path, max(step, first), end):
                continue
            why = [
                f"id:{digest_hex(one.id)[:8]}: {one.lacks(landed, chain.head, now)}"
                for one in waiting
                if path in one.scope and one.says.after.get(path) == digest
            ]
            what = "changed" if digest is not None else "is gone"
            yield codes.SET_UNSIGNED.finding(
                path,
                f"{path} {what} at {chain.commits[step][:12]} without authority",
                why="; ".join(why) or "no governance record that is in force says so",
                fix="gitprov policy sign" if last else f"git show {chain.commits[step][:12]} -- {path}",
            )


def _between(found: InForce, path: str, start: int, end: int) -> set[Digest | None]:
    """Returns what was in force at a path at any step from `start` to before `end`."""
    values = {found.at(start).get(path)}
    return values | {digest for step, where, digest in found.changes if where == path and start < step < end}


def _mixed(landed: Landed) -> Iterator[Finding]:
    """Yields the steps that change settings together with a promotion: step S5."""
    chain = landed.chain
    changed: dict[int, list[str]] = {}
    for path, changes in chain.settings.items():
        for step, _ in changes:
            if is_governed(path) and landed.roots.at(step) is not None:
                changed.setdefault(step, []).append(path)
    for step, paths in sorted(changed.items()):
        for folder in sorted({path.rpartition("/")[0] for path in chain.added(step) if path.endswith("/request.yaml")}):
            yield codes.SET_MIXED.finding(
                min(paths),
                f"{chain.commits[step][:12]} changes {min(paths)} together with {folder}",
                why="what a promotion is judged by must have been in force before it",
            )
