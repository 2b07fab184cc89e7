"""`gitprov init`: sets a repository up. Idempotent, asks nothing, changes nothing that is not ours."""

import json
from collections.abc import Iterable, Mapping

from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ports.workplace import Workplace
from gitprov.recording.code import join
from gitprov.recording.writing import stage
from gitprov.records.stored import ROOT

PROJECT = f"{ROOT}/project.yaml"
MERGE_UNION = ".gitignore merge=union"
"""Two clones that each add an output append to one .gitignore; without this line git reports a conflict."""


@dataclass(frozen=True, slots=True)
class Initialised:
    """What `init` did: the files that it staged, the remotes there are and the default one, and who acts here."""

    staged: tuple[str, ...]
    remotes: Mapping[str, str]
    remote: str | None
    person: str
    dry_run: bool = False


def init(
    place: Workplace, templates: Mapping[str, bytes], *, remote: str | None = None, dry_run: bool = False
) -> Initialised:
    """Sets up `.gitprov/`, its attributes, DVC with a remote, and exclusions in formatters' and scanners' settings.

    Args:
        place: The ports; the git repository is there.
        templates: Files below `.gitprov/` to their bytes: project.yaml is written once, the others are kept current.
            What git has of it, of .gitattributes and of DVC's configuration comes back where the work tree lacks it.
        remote: Address of the DVC remote when none is configured; a sibling folder when not given.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-GIT-006 when another folder of the work tree has a `.gitprov`; GP-GIT-012; GP-DVC-006;
            GP-IO-001.
    """
    place.git.check_version()
    _refuse_second(place)
    theirs = [PROJECT, ".gitattributes", *(join(place.dvc.root, f".dvc/{name}") for name in ("config", ".gitignore"))]
    below = [ROOT, *theirs[1:]]
    tracked = (place.git.tree("HEAD", below) if place.git.head() else {}) | place.git.index(below)
    gone = [path for path in theirs if path in tracked and place.worktree.read(path) is None]
    had = (data for _, data in place.git.blobs([tracked[path].oid for path in gone]))
    wanted = dict(zip(gone, had, strict=True))  # a sparse checkout, say, must not cost the team its remote
    for name, data in templates.items():
        path = f"{ROOT}/{name}"
        if path != PROJECT:
            wanted[path] = data
        elif path not in wanted and place.worktree.read(path) is None:
            wanted[path] = _project(place, data)
    attributes = wanted.get(".gitattributes") or place.worktree.read(".gitattributes") or b""
    if MERGE_UNION.encode() not in attributes.splitlines():
        joint = b"" if not attributes or attributes.endswith(b"\n") else b"\n"
        wanted[".gitattributes"] = attributes + joint + MERGE_UNION.encode() + b"\n"
    wanted |= place.settings.exclusions()
    changed = sorted(path for path, data in wanted.items() if place.worktree.read(path) != data)
    person = place.person()
    if dry_run:
        made = place.dvc.init(remote, dry_run=True)
        return _initialised(place, sorted({*changed, *made}), person, dry_run=True)
    with place.worktree.locked("init"):
        for path in changed:
            place.worktree.replace(path, wanted[path])
        made = place.dvc.init(remote)
        if place.git.config("gitprov.person") is None:
            place.git.set_config("gitprov.person", person)
        ours = [path for path in (f"{ROOT}/{name}" for name in templates) if path not in tracked]
        return _initialised(place, stage(place, [*changed, *made, *ours]), person)


def _initialised(place: Workplace, staged: Iterable[str], person: str, *, dry_run: bool = False) -> Initialised:
    return Initialised(tuple(staged), place.dvc.remotes(), place.dvc.default_remote(), person, dry_run)


def _project(place: Workplace, template: bytes) -> bytes:
    """Returns a project.yaml that names the folder of the DVC project that is there: a second would part the bytes."""
    root = place.dvc.root
    named = f"dvc_root: {json.dumps(root, ensure_ascii=False)}\n".encode()
    return template if root == "." else template.replace(b"# dvc_root: ml\n", named)


def _refuse_second(place: Workplace) -> None:
    second = sorted(path for path in place.git.index() if f"/{ROOT}/" in path)
    if second:
        raise codes.GIT_SECOND.error(
            f"{second[0]} lies in a second {ROOT} folder", why="one project has one, at the top"
        )
