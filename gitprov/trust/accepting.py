"""Which trust versions are in force, and from which step on. docs/format.md, "Trust root"; threats A11, A14-A16.

A version counts by its signatures alone: who committed or merged it decides nothing.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from gitprov.errors import Code, Finding
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, digest_hex
from gitprov.records import Stored, TrustRoot, path_of
from gitprov.trust.log import Log, StepOf, history_fault
from gitprov.trust.roots import Accepted, Roots
from gitprov.trust.signatures import KeyId, Signature

Signed = Callable[[Digest], Iterable[tuple[Signature, int]]]
"""Id of a trust version to its good signatures, each with the step where it landed."""


def accept(
    landed: Iterable[tuple[Stored, int]], signed: Signed, step_of: StepOf, log: Log
) -> tuple[Roots, tuple[Finding, ...]]:
    """Returns the accepted trust versions, and what is wrong with those that are not.

    The first takes the signature of every key that it lists (possession), and its owners' threshold. Each other one
    names the accepted version that it follows, takes the owners' thresholds of both and the signature of every new
    key, and has a history that the chain had before it landed. It is in force from the first step on where its file
    and these signatures have landed; of two that follow the same one, the first stands (T5). A number whose file never
    came into force is spent once a later number has: nothing is wrong with it any more.

    Args:
        landed: The trust versions with the steps where they landed; one that lies elsewhere than at its place is
            passed over.
        signed: Who signed them.
        step_of: Commit to step.
        log: The derived log.
    """
    candidates = [
        _Candidate(
            stored.path,
            Accepted(root, stored.id, step, -1 if (since := step_of(root.history.commit)) is None else since),
            tuple(signed(stored.id)),
            history_fault(root.history, step, step_of, log),
        )
        for stored, step in landed
        if isinstance(root := stored.record, TrustRoot) and stored.path == path_of(root, stored.id)
    ]
    accepted: list[Accepted] = []
    while ready := [
        (step, one.version.root.version, one)
        for one in candidates
        if one.version.root.follows == (accepted[-1].id if accepted else None)
        if isinstance(step := _judge(one, accepted), int)
    ]:
        step, _, one = min(ready, key=lambda found: found[:2])
        accepted.append(replace(one.version, step=step))
        candidates.remove(one)
    return Roots(tuple(accepted)), tuple(_left(candidates, accepted))


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A trust version as it landed.

    Attributes:
        path: Of its file.
        version: As if it were in force from its landing on.
        signed: Its good signatures, and where each landed.
        fault: Of its history.
    """

    path: str
    version: Accepted
    signed: Sequence[tuple[Signature, int]]
    fault: str | None


def _judge(one: _Candidate, before: Sequence[Accepted]) -> int | Finding:
    """Returns the step at which a candidate comes into force after the versions `before`, or what is in the way.

    Steps T1 to T4 of docs/verification.md.
    """
    new, old = one.version, before[-1] if before else None
    if old is not None and new.root.version <= old.root.version:
        return _finding(codes.TRU_FOLLOWS, one, f"it follows version {old.root.version}, which has no lower number")
    if one.fault:
        return _finding(codes.TRU_HISTORY, one, one.fault)
    holders = {key: person for version in before for key, person in version.holders.items()}
    if moved := [key for key, person in new.holders.items() if holders.get(key, person) != person]:
        return _finding(codes.TRU_KEY, one, f"the key {_short(moved[0])} belongs to {holders[moved[0]]}")
    revoked = {key for version in before for key in version.revoked}
    signed = [(by, step) for by, step in one.signed if by.key not in revoked]
    needs = {
        f"the signature of {person}'s key {_short(key)}": _first(new, signed, key)
        for key, person in new.people.items()
        if old is None or key not in old.people
    }
    for version in filter(None, (old, new)):
        owners = version.role("owner")
        counted = _people(version, signed, owners.people)
        steps = sorted(counted.values())
        words = f"{owners.threshold - len(steps)} of {owners.threshold} owners of version {version.root.version}"
        words += "".join(f" ({why})" for why in _uncounted(version, signed, {*owners.people} - counted.keys()))
        needs[words] = steps[owners.threshold - 1] if len(steps) >= owners.threshold else None
    if missing := sorted(words for words, step in needs.items() if step is None):
        return _finding(codes.TRU_UNSIGNED, one, f"it lacks {', '.join(missing)}")
    return max([new.step, *([old.step] if old else []), *(step for step in needs.values() if step is not None)])


def _first(version: Accepted, signed: Iterable[tuple[Signature, int]], key: KeyId) -> int | None:
    """Returns where the first signature by a key landed, whenever it was made: whoever made it has the key."""
    return min((step for by, step in signed if by.key == key and not version.why_not(by, timed=False)), default=None)


def _people(version: Accepted, signed: Iterable[tuple[Signature, int]], among: Sequence[str]) -> dict[str, int]:
    """Returns who of `among` signed, as a version counts it, and the step where the first such signature landed."""
    found: dict[str, int] = {}
    for by, step in signed:
        person = version.holder(by)
        if person is not None and person in among:
            found[person] = min(step, found.get(person, step))
    return found


def _uncounted(version: Accepted, signed: Iterable[tuple[Signature, int]], among: Collection[str]) -> list[str]:
    """Returns why signatures of `among` do not count where nothing is revoked: a window, or another trusted root."""
    found = {version.people.get(by.key): version.why_not(by) for by, _ in signed}
    return [f"{person} signed, {why}" for person, why in found.items() if person in among]


def _left(candidates: Iterable[_Candidate], accepted: Sequence[Accepted]) -> Iterator[Finding]:
    """Yields what is wrong with candidates that are not in force."""
    last = accepted[-1].root.version if accepted else 0
    places = {None: 0} | {version.id: number for number, version in enumerate(accepted, start=1)}
    for one in sorted(candidates, key=lambda candidate: candidate.path):
        follows = one.version.root.follows
        if follows in places:
            verdict = _judge(one, accepted[: places[follows]])
        else:
            verdict = _finding(codes.TRU_FOLLOWS, one, f"no version in force has the id {follows}")
        if isinstance(verdict, int):
            rival = accepted[places[follows]].root.version
            yield _finding(codes.TRU_FORK, one, f"version {rival} follows the same one, and was first")
        elif verdict.code not in (codes.TRU_UNSIGNED, codes.TRU_FOLLOWS) or one.version.root.version > last:
            yield verdict


def _short(key: KeyId) -> str:
    return digest_hex(key)[:8]


def _finding(code: Code, one: _Candidate, why: str) -> Finding:
    fix = f"gitprov trust sign {one.version.root.version:04d}" if code is codes.TRU_UNSIGNED else ""
    return code.finding(one.path, f"{one.path} is not in force", why=why, fix=fix)
