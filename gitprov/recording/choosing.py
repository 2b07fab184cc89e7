"""Which artifacts people mean when they share bytes: by name, by path pattern, or all that the work tree is to hold."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest
from gitprov.lineage import Ledger
from gitprov.lineage.naming import describe
from gitprov.ports.workplace import Workplace
from gitprov.recording.naming import expected_at, expected_md5s, find
from gitprov.records import Artifact, Release, Request, Run


def expected_artifacts(place: Workplace, ledger: Ledger) -> dict[str, Digest]:
    """Returns what the work tree is to hold at each recorded path: what its `.dvc` file or dvc.lock names.

    What git tracks is not among them: git itself brings it.
    """
    md5_at = expected_md5s(place.git, place.worktree, place.dvc)
    found = {path: expected_at(ledger, path, md5_at(path)) for path in ledger.paths()}
    return {path: one for path, one in found.items() if one is not None}


def named_artifacts(place: Workplace, ledger: Ledger, names: Sequence[str]) -> dict[str, Digest]:
    """Returns the artifacts that names stand for, by the path where each belongs.

    A path or a bare name stands for what the work tree is to hold there, if that is one artifact; else for what every
    command takes it for. A release (or the request for one) stands for its members, a run for what it made.

    Raises:
        GitprovError: GP-NAM-*.
    """
    expected = expected_artifacts(place, ledger)
    found: dict[str, Digest] = {}
    for text in names:
        path = _path(place, text)
        current = {at: one for at, one in expected.items() if ledger.artifacts[one].name == text}
        if path in expected:
            found[path] = expected[path]
        elif len(set(current.values())) == 1:
            found |= current
        else:
            found |= _named(place, ledger, text, path, expected)
    return found


def artifacts_at(place: Workplace, ledger: Ledger, pattern: str) -> dict[str, Digest]:
    """Returns what the recorded paths that fit a pattern are to hold, else what was recorded there last.

    `*` stands for anything, and a folder for all below it.

    Raises:
        GitprovError: GP-NAM-001 when no path fits.
    """
    pattern = pattern.removeprefix("./").rstrip("/")
    paths = [path for path in ledger.paths() if fnmatchcase(path, pattern) or fnmatchcase(path, f"{pattern}/*")]
    if not paths:
        raise codes.NAM_UNKNOWN.error(f"no recorded path fits {pattern}", fix="gitprov status  # lists the paths")
    expected = expected_artifacts(place, ledger)
    return {path: expected.get(path, ledger.at_path(path)[-1]) for path in paths}


def _path(place: Workplace, text: str) -> str | None:
    try:
        return place.git.relative(text)
    except GitprovError:
        return None


def _named(
    place: Workplace, ledger: Ledger, text: str, path: str | None, expected: dict[str, Digest]
) -> dict[str, Digest]:
    target = find(ledger, text, place.git, place.worktree, place.cache, dvc=place.dvc)
    record = ledger.held[target.id].stored.record
    if isinstance(record, Request) and record.release is not None:
        record = ledger.releases.get(record.release.id, record)
    match record:
        case Artifact():
            artifacts = [target.id]
        case Release(members=members):
            artifacts = [member.artifact for member in members.values()]
        case Run(outputs=outputs):
            return {made.path: made.artifact for made in outputs.values()}
        case _:
            raise codes.NAM_UNKNOWN.error(
                f"{describe(ledger, target.id)} has no bytes of its own", fix=f"gitprov show {ledger.short(target.id)}"
            )
    found = {}
    for one in artifacts:
        paths = ledger.paths_of(one)
        current = [at for at in paths if expected.get(at) == one]
        if paths:
            found[path if path in paths else (current or paths)[-1]] = one
    return found
