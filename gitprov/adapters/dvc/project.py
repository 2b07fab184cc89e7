"""`gitprov.ports.dvc.DvcProject` over the files of the work tree."""

import os
import posixpath
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from gitprov.adapters.dvc import lock, pointers
from gitprov.adapters.dvc.config import DvcConfig, RemoteConfig, with_default_remote
from gitprov.adapters.dvc.documents import plain
from gitprov.adapters.dvc.ignore import NAME as DVCIGNORE
from gitprov.adapters.dvc.ignore import Ignores
from gitprov.adapters.dvc.params import choose, read_params
from gitprov.adapters.dvc.paths import above, is_outside, join
from gitprov.adapters.dvc.said import read_gto_artifacts, read_said
from gitprov.adapters.dvc.stages import NAME as DVC_YAML
from gitprov.adapters.dvc.stages import Definition, Pipeline, read_pipeline
from gitprov.adapters.dvc.tracking import Tracking, ignore_file, with_line
from gitprov.adapters.git.plumbing import Place
from gitprov.errors import catalogue as codes
from gitprov.ids.urls import mask_user_info
from gitprov.ports.dvc import Declared, LockEntry, Pointer, Said, Stage
from gitprov.ports.worktree import WorkTree
from gitprov.records import Content

DEFAULT_REMOTE = "storage"
REMOTE_SUFFIX = ".dvc-remote"
_PIPELINES = f"/{DVC_YAML}"
"""How the paths of pipelines end."""

# What `dvc init` writes besides an empty config.
_INIT = {
    ".dvc/.gitignore": b"/config.local\n/tmp\n/cache\n",
    DVCIGNORE: b"# Add patterns of files dvc should ignore, which could improve\n"
    b"# the performance. Learn more at\n# https://dvc.org/doc/user-guide/dvcignore\n",
}


def find_dvc_root(files: Iterable[str], around: str) -> str:
    """Returns the folder of the DVC project that a repository has already: the top when it has none.

    Args:
        files: What git tracks.
        around: The current folder; where several folders below the top have a project, it is in the one that is meant.

    Raises:
        GitprovError: GP-DVC-006 when it is in none of them.
    """
    found = {posixpath.dirname(posixpath.dirname(path)) or "." for path in files if f"/{path}".endswith("/.dvc/config")}
    if not found or "." in found:
        return "."
    here = [root for root in (around, *above(around)) if root in found] if len(found) > 1 else sorted(found)
    if not here:
        raise codes.DVC_SEVERAL.error(
            f"{len(found)} folders have a DVC project",
            why=", ".join(sorted(found)),
            fix=f"gitprov -C {min(found)} init",
        )
    return here[0]


class DvcFiles:
    """The DVC project in the folder `dvc_root` of a work tree. Methods raise as the port says, and GP-IO-001."""

    def __init__(self, root: str, worktree: WorkTree, dvc_root: str = ".", place: Place | None = None) -> None:
        """Takes the top of the work tree (absolute), its files, DVC's root below it, and its repository if known."""
        self._root = root
        self._files = worktree
        self._dvc_root = dvc_root
        self._tracking = Tracking(root, place)

    @property
    def root(self) -> str:
        """The folder that has `.dvc/`."""
        return self._dvc_root

    def exists(self) -> bool:
        """Tells whether DVC is initialised here."""
        return self._files.kind(join(self._dvc_root, ".dvc")) == "directory"

    def init(self, remote: str | None, *, dry_run: bool = False) -> list[str]:
        """Makes `.dvc/` as `dvc init` does, and a default remote when none is configured; returns the files made.

        A remote that is there becomes the default one when it is the only one.

        Raises:
            GitprovError: GP-SEC-001 when the address carries a password or a token.
        """
        made = {} if self.exists() else {join(self._dvc_root, name): data for name, data in _INIT.items()}
        made = {path: data for path, data in made.items() if self._files.read(path) is None}
        config = join(self._dvc_root, ".dvc/config")
        old = self._files.read(config)
        there = [one.name for one in self._config.remotes()]
        if self._config.default is None and len(there) < 2:
            name = there[0] if there else DEFAULT_REMOTE
            url = None if there else self._address(remote)
            made[config] = with_default_remote((old or b"").decode(), name, url).encode()
        elif old is None:
            made[config] = b""
        if not dry_run:
            for path, data in made.items():
                self._files.replace(path, data)
            self.__dict__.pop("_config", None)
        return sorted(made)

    def owner(self, path: str) -> str | None:
        """Returns the file (and stage) that owns `path` for DVC, or a path around or below it, or None."""
        label, ours = self._owners.get(path, (None, False))
        if label is not None and not ours:
            return label
        file = path + pointers.ENDING
        data = self._files.read(file)
        if data is not None and not pointers.is_ours(pointers.read_pointers(data, file), path):
            return file
        others = [*above(path), *sorted(other for other in self._owners if other.startswith(f"{path}/"))]
        return next((self._owners[other][0] for other in others if other in self._owners), None)

    def pointer(self, path: str) -> Pointer | None:
        """Returns what the `.dvc` file of exactly `path` says, or None."""
        file = path + pointers.ENDING
        data = self._files.read(file)
        found = [] if data is None else pointers.read_pointers(data, file)
        return next((one for one in found if one.out.path == path), None)

    def write_pointer(self, path: str, content: Content) -> list[str]:
        """Writes `path.dvc` and the `.gitignore` line as `dvc add` does, byte for byte; returns the files written.

        Raises:
            GitprovError: GP-PTH-005 when git ignores the `.dvc` file, or `.dvcignore` the path: DVC would not see it.
        """
        file = path + pointers.ENDING
        if self._tracking.is_ignored(file):
            raise codes.PTH_OWNED.error(
                f"git ignores {file}",
                why="DVC does not see a .dvc file that git ignores",
                fix=f"add the line !*.dvc to .gitignore; git check-ignore -v {file} names the rule",
            )
        if self.ignores([path]):
            raise codes.PTH_OWNED.error(
                f"{DVCIGNORE} leaves {path} out", fix=f"dvc check-ignore -d {path} names the rule"
            )
        old = self._files.read(file)
        data = pointers.write_pointer(path, content, old, is_executable=self._is_executable(path))
        written = [*self._keep_from_git(path), file]
        self._files.replace(file, data)
        self._owners[path] = (file, True)
        return written

    def stages(self) -> list[Stage]:
        """Returns every stage of every dvc.yaml of the work tree. Deps and outs outside the work tree are left out."""
        return [self._stage(one) for pipeline in self._pipelines().values() for one in pipeline.stages]

    def artifacts(self) -> Mapping[str, Declared]:
        """Returns the `artifacts:` sections of every dvc.yaml: path to name and type."""
        return {path: one for pipeline in self._pipelines().values() for path, one in pipeline.artifacts.items()}

    def pointers(self, files: Mapping[str, bytes]) -> list[Pointer]:
        """Returns what `.dvc` files given by path and bytes say."""
        return [pointer for file, data in files.items() for pointer in pointers.read_pointers(data, file)]

    def lock_entries(self, files: Mapping[str, bytes]) -> list[LockEntry]:
        """Returns the entries of dvc.lock files given by path and bytes.

        Paths in a dvc.lock are relative to the working folders of the stages, which the dvc.yaml beside it says: the
        one that is given too, else that of the work tree.
        """

        def working_folders(folder: str) -> Mapping[str, str]:
            name = join(folder, DVC_YAML)
            data = files.get(name) or self._files.read(name)
            return {} if data is None or b"wdir" not in data else {one.name: one.cwd for one in self._read(name, data)}

        return [
            entry
            for name, data in files.items()
            if posixpath.basename(name) == lock.NAME
            for entry in lock.read_lock(data, name, working_folders)
        ]

    def said(self, name: str, data: bytes, read: Callable[[str], bytes | None]) -> Said:
        """Implements `DvcProject.said`."""
        return read_said(name, data, read, self._parsing)

    def gto_artifacts(self, name: str, data: bytes) -> dict[str, str]:
        """Returns what GTO's artifacts.yaml says: name to path from the top."""
        return read_gto_artifacts(data, name)

    def lock_stage(self, stage: Stage, deps: Mapping[str, Content], outs: Mapping[str, Content]) -> list[str]:
        """Writes the dvc.lock entry of a stage exactly as DVC does after running it; returns the files written.

        Raises:
            GitprovError: GP-RUN-005 when dvc.yaml has no such stage any more; GP-RUN-004 for an out without content,
                GP-PTH-006 for a dep without; GP-RUN-006 when a declared parameter is missing.
        """
        name = join(stage.folder, DVC_YAML)
        data = self._files.read(name)
        found = [] if data is None else [one for one in self._read(name, data) if one.name == stage.name]
        if not found:
            raise codes.RUN_STEP.error(f"{name} has no stage {stage.name}")
        definition = found[0]
        params = self._params(definition)
        for file, wanted in definition.params.items():
            missing = [key for key in wanted if key not in params[file]]
            if missing:
                raise codes.RUN_PARAM.error(f"{join(definition.cwd, file)} has no parameter {', '.join(missing)}")
        entry = lock.make_entry(definition, deps, outs, params, self._is_executable)
        file = join(stage.folder, lock.NAME)
        kept = [out.path for out in definition.outs if out.cached and not is_outside(out.path)]
        written = [ignored for path in kept for ignored in self._keep_from_git(path)]
        self._files.replace(file, lock.write_stage(self._files.read(file), file, stage.name, entry))
        return [*dict.fromkeys(written), file]

    def remotes(self) -> Mapping[str, str]:
        """Returns the configured remotes: name to address without user information; the default one first."""
        return {one.name: self._shown(one) for one in self._config.remotes()}

    def default_remote(self) -> str | None:
        """Returns the name of the default remote; None where none is, or one that is not configured."""
        return next((one.name for one in self._config.remotes() if one.name == self._config.default), None)

    def remote_config(self, name: str | None = None) -> RemoteConfig:
        """Returns a remote with its options, which may be credentials; the default one without a name.

        Raises:
            GitprovError: GP-DVC-003 when it is not configured.
        """
        return self._config.remote(name)

    def cache_dir(self) -> str:
        """Returns the folder of the DVC cache, absolute."""
        return self._config.cache_dir

    def ignores(self, paths: Sequence[str]) -> set[str]:
        """Returns those of `paths` that `.dvcignore` leaves out."""
        return Ignores(self._root, self._dvc_root).ignored(paths)

    @cached_property
    def _config(self) -> DvcConfig:
        return DvcConfig(os.path.normpath(os.path.join(self._root, self._dvc_root, ".dvc")))

    @cached_property
    def _owners(self) -> dict[str, tuple[str, bool]]:
        """Path to the file (and stage) that owns it, and whether that is a pointer which may be rewritten."""
        found: dict[str, tuple[str, bool]] = {}
        files = self._dvc_files(pointers.ENDING, _PIPELINES)
        for file in (name for name in files if name.endswith(pointers.ENDING)):
            told = pointers.read_pointers(files[file], file)
            for one in told:
                found[one.out.path] = (file, pointers.is_ours(told, one.out.path))
        for name in (name for name in files if not name.endswith(pointers.ENDING)):
            for stage in self._read(name, files[name]):
                found |= {out.path: (f"{name}:{stage.name}", False) for out in stage.outs}
        return found

    def _dvc_files(self, *endings: str) -> dict[str, bytes]:
        """Returns the files of DVC's that end so: those that neither git nor .dvcignore leaves out."""
        named = self._tracking.files(*endings)
        left_out = Ignores(self._root, self._dvc_root, projects=True).ignored(named)
        found = {path: self._files.read(path) for path in sorted(set(named) - left_out)}
        return {path: data for path, data in found.items() if data is not None}

    def _pipelines(self) -> dict[str, Pipeline]:
        files = self._dvc_files(_PIPELINES)
        return {name: read_pipeline(data, name, self._root, self._parsing) for name, data in files.items()}

    def _read(self, name: str, data: bytes) -> Sequence[Definition]:
        return read_pipeline(data, name, self._root, self._parsing).stages

    @property
    def _parsing(self) -> Mapping[str, Any]:
        return {"parsing": self._config.values.get("parsing", {})}

    def _stage(self, one: Definition) -> Stage:
        found = self._params(one)
        params = {file: values for file, values in found.items() if values}
        outs = [out for out in one.outs if not is_outside(out.path)]
        return Stage(
            name=one.name,
            folder=one.folder,
            cwd=one.cwd,
            commands=tuple(one.command) if isinstance(one.command, list) else (one.command,),
            deps=tuple(path for path in one.deps.values() if not is_outside(path)),
            params={join(one.cwd, file): plain(values) for file, values in params.items()},
            outs=tuple(out.path for out in outs if out.cached),
            git_outs=tuple(out.path for out in outs if not out.cached),
            frozen=one.frozen,
            always_changed=one.always_changed,
            persistent=tuple(out.path for out in outs if out.persistent),
            outside=tuple(filter(is_outside, [*one.deps.values(), *(out.path for out in one.outs)])),
            missing_params=tuple(
                f"{join(one.cwd, file)}:{key}"
                for file, keys in one.params.items()
                for key in keys
                if key not in found[file]
            ),
        )

    def _params(self, one: Definition) -> dict[str, dict[str, Any]]:
        """Returns parameter file as written to the declared values that it has."""
        found = {}
        for file, wanted in one.params.items():
            path = join(one.cwd, file)
            data = None if is_outside(path) else self._files.read(path)
            found[file] = {} if data is None else choose(read_params(data, path), wanted)
        return found

    def _keep_from_git(self, path: str) -> list[str]:
        """Makes git ignore data, unless it does; returns the .gitignore that has its line."""
        file = ignore_file(path)
        old = self._files.read(file) or b""
        new = with_line(old, path)
        if new != old and self._tracking.is_ignored(path):
            return []
        self._files.replace(file, new)
        return [file]

    def _is_executable(self, path: str) -> bool:
        try:
            return bool(os.stat(os.path.join(self._root, path)).st_mode & 0o111)
        except OSError:
            return False

    def _address(self, remote: str | None) -> str:
        """Returns an address as the config holds it: a folder relative to the config's own, so that clones share it."""
        folder = os.path.join(self._root, self._dvc_root, ".dvc")
        if remote is None:
            return os.path.relpath(self._root + REMOTE_SUFFIX, folder)
        if mask_user_info(remote) != remote:
            raise codes.SEC_FOUND.error(
                "the address of the remote carries a password, or a token, which would be committed",
                fix="give it without, then: dvc remote modify --local storage password PASSWORD",
            )
        as_it_is = "://" in remote or remote.startswith(("/", "~"))
        return remote if as_it_is else os.path.relpath(os.path.abspath(remote), folder)

    def _shown(self, remote: RemoteConfig) -> str:
        """Returns an address for people; a folder near the work tree relative to it, since machines differ."""
        near = os.path.dirname(self._root)
        if remote.url.startswith(f"{near}/"):
            return os.path.relpath(remote.url, self._root)
        return remote.address
