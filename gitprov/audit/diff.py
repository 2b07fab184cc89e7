"""`gitprov diff`: everything that differs between two artifacts or releases, on one screen (demand 8)."""

from collections.abc import Mapping
from typing import Literal

from gitprov.audit.facts import Mention, cache_of, look_up, members, mention
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.ids.listings import CodeEntry
from gitprov.lineage import Ledger, Target
from gitprov.lineage.differences import (
    Differences,
    Metrics,
    Side,
    differences,
    latest_by_suite,
    metric_differences,
)
from gitprov.ports.workplace import Workplace
from gitprov.recording.code import find_code


@dataclass(frozen=True, slots=True)
class CodeFile:
    """A file of the code that differs."""

    path: str
    change: Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class CodeChange:
    """The code of two runs that differs.

    Attributes:
        roles: The input roles that lead up to the two runs; () is the compared artifacts' own.
        step: The step.
        files: What differs; None when one of the two codes cannot be had here.
        equal: How many files are the same.
    """

    roles: tuple[str, ...]
    step: str
    files: tuple[CodeFile, ...] | None
    equal: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """Two artifacts compared.

    Attributes:
        before, after: The artifacts; None on the side that has no such role.
        same: Whether they are one artifact, or hold the same bytes.
        differences: What differs in how they were made.
        code: The code that differs, file by file.
        metrics: How their own metrics differ.
    """

    before: Mention | None
    after: Mention | None
    same: Literal["artifact", "content"] | None = None
    differences: Differences | None = None
    code: tuple[CodeChange, ...] = ()
    metrics: Metrics | None = None


@dataclass(frozen=True, slots=True)
class Diff:
    """The answer.

    Attributes:
        before, after: What was compared, in words: `churn@v1`, or an artifact's label.
        roles: Role to comparison; the one role of two artifacts is "".
        metrics: How the metrics of the two releases as a whole differ.
        mentions: The artifacts that the differences name, by id.
    """

    before: str
    after: str
    roles: Mapping[str, Compared]
    metrics: Metrics | None
    mentions: Mapping[str, Mention]


def diff(place: Workplace, ledger: Ledger, before: str, after: str) -> Diff:
    """Compares two artifacts, or two releases role by role.

    Raises:
        GitprovError: GP-NAM-* for the names; GP-USE-001 when an artifact is compared with a release that has no member
            of its name.
    """
    targets = look_up(place, ledger, before), look_up(place, ledger, after)
    old, new = _sides(ledger, targets)
    both = {role: (old[role], new[role]) for role in sorted({*old} & {*new})}
    differing = {role: pair for role, pair in both.items() if pair[0].artifact != pair[1].artifact}
    found = differences(ledger, differing)
    roles: dict[str, Compared] = {}
    for role in sorted({*old, *new}):
        if role in found:
            roles[role] = _compare(place, ledger, *both[role], found[role])
        else:
            sides = [mention(ledger, one[role].artifact) if role in one else None for one in (old, new)]
            roles[role] = Compared(sides[0], sides[1], same="artifact" if role in both else None)
    named = {
        value
        for one in found.values()
        for change in one.changes
        if change.aspect == "input"
        for value in (change.before, change.after)
        if isinstance(value, str)
    }
    return Diff(
        before=_title(ledger, targets[0]),
        after=_title(ledger, targets[1]),
        roles=roles,
        metrics=_release_metrics(ledger, targets),
        mentions={one: mention(ledger, Digest(one)) for one in sorted(named)},
    )


def _sides(ledger: Ledger, targets: tuple[Target, Target]) -> tuple[dict[str, Side], dict[str, Side]]:
    """Returns what is compared, by role; an artifact is compared with the member of a release that has its name."""
    old, new = ({role: Side(*pair) for role, pair in members(ledger, target, "diff").items()} for target in targets)
    for single, several in ((old, new), (new, old)):
        if "" in single and "" not in several:
            name = ledger.artifacts[single[""].artifact].name
            fitting = [one for one in several.values() if _name(ledger, one) == name]
            if len(fitting) != 1:
                raise codes.USE_ARGUMENT.error(
                    f"the release has {len(fitting)} members named {name} to compare the artifact with",
                    why=f"its roles: {', '.join(several)}",
                    fix="compare two artifacts, or two releases",
                )
            several.clear()
            several[""] = fitting[0]
    return old, new


def _name(ledger: Ledger, one: Side) -> str | None:
    record = ledger.artifacts.get(one.artifact)
    return record.name if record else None


def _compare(place: Workplace, ledger: Ledger, before: Side, after: Side, found: Differences) -> Compared:
    old, new = mention(ledger, before.artifact), mention(ledger, after.artifact)
    return Compared(
        before=old,
        after=new,
        same="content" if old.content == new.content else None,
        differences=found,
        code=tuple(_code(place, ledger, *pair) for pair in found.code),
        metrics=metric_differences(latest_by_suite(ledger, before.artifact), latest_by_suite(ledger, after.artifact)),
    )


def _code(place: Workplace, ledger: Ledger, roles: tuple[str, ...], before: Digest, after: Digest) -> CodeChange:
    step = ledger.runs[after].step
    states = [_files(place, ledger, run) for run in (before, after)]
    if states[0] is None or states[1] is None:
        return CodeChange(roles, step, None)
    old, new = states[0], states[1]
    files = [
        CodeFile(path, "changed" if path in old and path in new else "added" if path in new else "removed")
        for path in sorted({*old, *new})
        if old.get(path) != new.get(path)
    ]
    return CodeChange(roles, step, tuple(files), len({*old, *new}) - len(files))


def _files(place: Workplace, ledger: Ledger, run: Digest) -> dict[str, CodeEntry] | None:
    found = find_code(place.git, cache_of(place), ledger.runs[run])
    return None if found is None else {entry.path: entry for entry in found[1]}


def _release_metrics(ledger: Ledger, targets: tuple[Target, Target]) -> Metrics | None:
    releases = [ledger.releases.get(target.id) for target in targets]
    if releases[0] is None or releases[1] is None:
        return None
    before, after = (latest_by_suite(ledger, one.set_) if one else {} for one in releases)
    return metric_differences(before, after)


def _title(ledger: Ledger, target: Target) -> str:
    release = ledger.releases.get(target.id)
    return f"{release.name}@v{release.version}" if release else mention(ledger, target.id).label
