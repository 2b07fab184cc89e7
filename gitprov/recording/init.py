"""`gitprov init`: sets a repository up. Idempotent, asks nothing, changes nothing that is not ours."""

from collections.abc import Mapping
from dataclasses import dataclass

from gitprov.errors import catalogue as codes
from gitprov.ports.workplace import Workplace
from gitprov.recording.writing import stage
from gitprov.records.stored import ROOT

MERGE_UNION = ".gitignore merge=union"
"""Two clones that each add an output append to one .gitignore; without this line git reports a conflict."""


@dataclass(frozen=True, slots=True)
class Initialised:
    """What `init` did: the files that it staged, the remotes there are, and who acts here."""

    staged: tuple[str, ...]
    remotes: Mapping[str, str]
    person: str
    dry_run: bool = False


def init(
    place: Workplace, templates: Mapping[str, bytes], *, remote: str | None = None, dry_run: bool = False
) -> Initialised:
    """Sets up `.gitprov/`, its attributes, DVC with a remote, and exclusions in formatters' and scanners' settings.

    Args:
        place: The ports; the git repository is there.
        templates: Files below `.gitprov/` to their bytes: project.yaml is written once, the others are kept current.
        remote: Address of the DVC remote when none is configured; a sibling folder when not given.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-GIT-006 when another folder of the work tree has a `.gitprov`; GP-IO-001.
    """
    _refuse_second(place)
    wanted: dict[str, bytes] = {}
    for name, data in templates.items():
        path = f"{ROOT}/{name}"
        if name != "project.yaml" or place.worktree.read(path) is None:
            wanted[path] = data
    attributes = place.worktree.read(".gitattributes") or b""
    if MERGE_UNION.encode() not in attributes.splitlines():
        joint = b"" if not attributes or attributes.endswith(b"\n") else b"\n"
        wanted[".gitattributes"] = attributes + joint + MERGE_UNION.encode() + b"\n"
    wanted |= place.settings.exclusions()
    changed = sorted(path for path, data in wanted.items() if place.worktree.read(path) != data)
    person = place.person()
    if dry_run:
        made = place.dvc.init(remote, dry_run=True)
        return Initialised(tuple(sorted({*changed, *made})), place.dvc.remotes(), person, dry_run=True)
    with place.worktree.locked("init"):
        for path in changed:
            place.worktree.replace(path, wanted[path])
        made = place.dvc.init(remote)
        if place.git.config("gitprov.person") is None:
            place.git.set_config("gitprov.person", person)
        index = place.git.index([ROOT])
        ours = [path for path in (f"{ROOT}/{name}" for name in templates) if path not in index]
        return Initialised(stage(place, [*changed, *made, *ours]), place.dvc.remotes(), person)


def _refuse_second(place: Workplace) -> None:
    second = sorted(path for path in place.git.index() if f"/{ROOT}/" in path)
    if second:
        raise codes.GIT_SECOND.error(
            f"{second[0]} lies in a second {ROOT} folder", why="one project has one, at the top"
        )
