"""`gitprov restore`: recorded bytes where they lay in the work tree, or in another folder."""

from collections import Counter
from collections.abc import Mapping
from pathlib import PurePosixPath

from gitprov.errors import Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.ids.names import path_fault
from gitprov.lineage import Ledger
from gitprov.lineage.naming import describe
from gitprov.lineage.unverified import way_out
from gitprov.ports.workplace import Workplace
from gitprov.recording.naming import is_same
from gitprov.recording.pull import Pulled, plan_pull, pull
from gitprov.recording.sources import OWN
from gitprov.records import AnyContent, Content


@dataclass(frozen=True, slots=True)
class RestoredPath:
    """A path that was looked at: what it is to hold, and whether it had to be written."""

    path: str
    artifact: Digest
    written: bool


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, or with `dry_run` would be looked at.

    Attributes:
        paths: Each path.
        pulled: What had to be brought from the remote first.
        findings: What could not be restored, and why.
        dry_run: Whether nothing was written.
    """

    paths: tuple[RestoredPath, ...]
    pulled: Pulled
    findings: tuple[Finding, ...] = ()
    dry_run: bool = False


def restore(
    place: Workplace,
    ledger: Ledger,
    chosen: Mapping[str, Digest],
    *,
    to: str | None = None,
    force: bool = False,
    dry_run: bool = False,
) -> Restored:
    """Makes each path hold its artifact; what the cache lacks is pulled first.

    Args:
        place: The ports.
        ledger: What is recorded.
        chosen: Path from the top of the work tree to artifact.
        to: An absolute folder to restore into, each artifact under the last component of its path; None for the work
            tree itself.
        force: Replace files that are kept nowhere else.
        dry_run: Write nothing, neither to the cache nor to the work tree.

    Raises:
        GitprovError: GP-USE-001 when two artifacts would get the same place in `to`; GP-PTH-003 when `to` is
            the repository's own; what `plan_pull` raises.
    """
    targets = {path: path if to is None else str(PurePosixPath(to, PurePosixPath(path).name)) for path in chosen}
    _check_targets(place, targets, to)
    plan = plan_pull(place, ledger, list(dict.fromkeys(chosen.values())))
    if dry_run:
        paths = tuple(RestoredPath(target, chosen[path], written=False) for path, target in targets.items())
        return Restored(paths, Pulled(plan, None), plan.findings, dry_run=True)
    pulled = pull(place, ledger, plan)
    done: list[RestoredPath] = []
    findings = list(pulled.findings)
    lacking = {finding.subject for finding in findings}
    with place.worktree.locked(f"restore {' '.join(targets.values())}"):
        for path, target in targets.items():
            if ledger.held[chosen[path]].stored.path in lacking:
                continue
            content = ledger.artifacts[chosen[path]].content
            if not isinstance(content, Content):
                if _holds(place, target, content):
                    done.append(RestoredPath(target, chosen[path], written=False))
                else:
                    what = f"{describe(ledger, chosen[path])}: its bytes were never had, so they cannot be restored"
                    findings.append(codes.BLB_UNVERIFIED.finding(path, what, fix=way_out(content)))
                continue
            try:
                written = place.cache.restore(content, target, force=force, progress=place.progress)
            except GitprovError as error:
                # Wrong bytes in the cache are set aside by now: the next restore pulls the right ones.
                again = f"gitprov restore {ledger.short(chosen[path])}"
                fix = again if error.code is codes.BLB_MISMATCH else error.fix
                findings.append(error.code.finding(path, error.what, why=error.why, fix=fix))
                continue
            done.append(RestoredPath(target, chosen[path], written))
    return Restored(tuple(done), pulled, tuple(findings))


def _holds(place: Workplace, path: str, content: AnyContent) -> bool:
    try:
        return is_same(content, place.cache.snapshot(path, keep=False).content)
    except GitprovError:  # nothing is there, or nothing that could be recorded
        return False


def _check_targets(place: Workplace, targets: Mapping[str, str], to: str | None) -> None:
    if to is not None and _is_own(place, to):
        raise codes.PTH_NAME.error(
            f"nothing can be restored to {to}", why="it holds the repository's own files", fix="name another folder"
        )
    for path in targets:
        if fault := path_fault(path):
            raise codes.PTH_NAME.error(f"nothing can be restored to {path!r}", why=fault)
    target, count = Counter(targets.values()).most_common(1)[0] if targets else ("", 0)
    if count > 1:
        both = [path for path in targets if targets[path] == target]
        raise codes.USE_ARGUMENT.error(
            f"{' and '.join(both[:2])} would both become {target}", fix="restore them into a folder each"
        )


def _is_own(place: Workplace, folder: str) -> bool:
    try:
        return place.git.relative(folder).split("/")[0] in OWN
    except GitprovError:  # outside of the repository
        return False
