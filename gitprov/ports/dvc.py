"""DVC's own files: configuration, `.dvc` pointers, dvc.yaml stages and dvc.lock. Written as DVC writes them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any, Protocol

from gitprov.errors import GitprovError
from gitprov.frozen import dataclass
from gitprov.ids import Md5
from gitprov.records import Content


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of dvc.yaml, resolved (variables, foreach and matrix expanded). Paths are from the top of the work tree.

    Attributes:
        name: As in dvc.lock (`train`, `train@a`, …).
        folder: The folder of its dvc.yaml; "." at the top. dvc.lock lies there.
        cwd: Where the command runs.
        commands: One or several shell commands.
        deps: Declared dependencies.
        params: Parameter file to the parameters that the stage declares, nested names dotted.
        outs: Outputs kept in the cache.
        git_outs: Outputs, metrics and plots with `cache: false`: git may keep them.
        frozen: Whether DVC must not run it.
        always_changed: Whether DVC runs it every time, since what it makes depends on more than it declares.
        persistent: Outputs of both kinds that DVC leaves where they are before it runs the stage; it removes others.
        outside: Deps and outputs outside the work tree.
        missing_params: Declared parameters that their file does not have, as `FILE:NAME`.
    """

    name: str
    folder: str
    cwd: str
    commands: tuple[str, ...]
    deps: tuple[str, ...]
    params: Mapping[str, Mapping[str, Any]]
    outs: tuple[str, ...]
    git_outs: tuple[str, ...]
    frozen: bool
    always_changed: bool = False
    persistent: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    missing_params: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """The stage as DVC and people name it: `train`, and in a folder `FOLDER/dvc.yaml:train`."""
        return self.name if self.folder == "." else f"{self.folder}/dvc.yaml:{self.name}"


@dataclass(frozen=True, slots=True)
class Locked:
    """One dep or out of a dvc.lock entry. `path` is from the top of the work tree; `md5` is None when DVC has none."""

    path: str
    md5: Md5 | None
    is_dir: bool
    size: int | None
    files: int | None


@dataclass(frozen=True, slots=True)
class LockEntry:
    """A stage as dvc.lock has it: what DVC ran last. Its `cwd` is what the dvc.yaml beside it says."""

    stage: str
    folder: str
    cwd: str
    commands: tuple[str, ...]
    deps: tuple[Locked, ...]
    outs: tuple[Locked, ...]
    params: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Pointer:
    """A `.dvc` file: the path that it owns and what DVC says is there. `file` is the `.dvc` file itself."""

    file: str
    out: Locked
    frozen_import: bool


@dataclass(frozen=True, slots=True)
class Declared:
    """An entry of the `artifacts:` section of a dvc.yaml: what people call the artifact at a path."""

    name: str
    kind: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """What one of DVC's files says at some commit: all of it that can be recorded.

    Attributes:
        entries: Of a dvc.lock; of a `.dvc` file that is a stage, as DVC wrote them before it had dvc.lock.
        pointers: Of any other `.dvc` file.
        artifacts: Of a dvc.yaml: what people call the artifact at a path.
        faults: What cannot be understood (GP-DVC-001, GP-DVC-004) or recorded (GP-DVC-007), with file and line.
    """

    entries: tuple[LockEntry, ...] = ()
    pointers: tuple[Pointer, ...] = ()
    artifacts: Mapping[str, Declared] = field(default_factory=dict)
    faults: tuple[GitprovError, ...] = ()


def is_dvc_file(path: str) -> bool:
    """Tells whether `DvcProject.said` understands a file of this path."""
    *folders, name = path.split("/")
    told = name.endswith(".dvc") or name in ("dvc.lock", "dvc.yaml", "Dvcfile")
    return told and name != ".dvc" and ".dvc" not in folders


class DvcProject(Protocol):
    """The DVC project of this repository (its root is the top of the work tree unless project.yaml says otherwise)."""

    def exists(self) -> bool:
        """Tells whether DVC is initialised here."""
        ...

    @property
    def root(self) -> str:
        """The folder that has `.dvc/`, from the top of the work tree; "." at the top."""
        ...

    def init(self, remote: str | None, *, dry_run: bool = False) -> list[str]:
        """Makes `.dvc/` as `dvc init` does, and a default remote when none is configured; returns the files made.

        `remote` is an address as `dvc remote add` takes it; None means the sibling folder `../<repository>.dvc-remote`,
        written relative so that clones beside each other share it. Changes nothing that is there; the files are to be
        staged. With `dry_run` nothing is written.
        """
        ...

    def owner(self, path: str) -> str | None:
        """Returns the file (and stage) that owns `path` for DVC, or a path around or below it, or None.

        A pointer whose only output is exactly `path`, and which `write_pointer` could rewrite, does not count.
        """
        ...

    def pointer(self, path: str) -> Pointer | None:
        """Returns what the `.dvc` file of exactly `path` says, or None."""
        ...

    def write_pointer(self, path: str, content: Content) -> list[str]:
        """Writes `path.dvc` and the `.gitignore` line as `dvc add` does, byte for byte; returns the files written.

        Keeps what people put into an existing pointer (desc, meta, remote, comments) as DVC does.
        """
        ...

    def stages(self) -> list[Stage]:
        """Returns every stage of every dvc.yaml of the work tree.

        Raises:
            GitprovError: GP-DVC-001 with file and line; GP-DVC-004 when a templated dvc.yaml needs the dvc package.
        """
        ...

    def artifacts(self) -> Mapping[str, Declared]:
        """Returns the `artifacts:` sections of every dvc.yaml: path to name and type.

        Raises:
            GitprovError: GP-DVC-001.
        """
        ...

    def pointers(self, files: Mapping[str, bytes]) -> list[Pointer]:
        """Returns what `.dvc` files given by path and bytes say.

        Raises:
            GitprovError: GP-DVC-001.
        """
        ...

    def lock_entries(self, files: Mapping[str, bytes]) -> list[LockEntry]:
        """Returns the entries of dvc.lock files given by path and bytes (from HEAD, or from the work tree).

        Raises:
            GitprovError: GP-DVC-001.
        """
        ...

    def said(self, name: str, data: bytes, read: Callable[[str], bytes | None]) -> Said:
        """Returns what a file says of which `is_dvc_file` holds; raises nothing for what it holds.

        Args:
            name: Its path from the top.
            data: Its bytes.
            read: Returns any other file of the same commit by its path, or None.
        """
        ...

    def gto_artifacts(self, name: str, data: bytes) -> dict[str, str]:
        """Returns what GTO's artifacts.yaml says: name to path from the top, which may lie outside.

        Args:
            name: Its path, for errors.
            data: Its bytes.

        Raises:
            GitprovError: GP-DVC-001 with file and line.
        """
        ...

    def lock_stage(self, stage: Stage, deps: Mapping[str, Content], outs: Mapping[str, Content]) -> list[str]:
        """Writes the dvc.lock entry of a stage exactly as DVC does after running it; returns the files written.

        The `.gitignore` lines of its cached outs are included. `deps` and `outs` are by path; parameter values are
        read from the stage's parameter files.
        """
        ...

    def remotes(self) -> Mapping[str, str]:
        """Returns the configured remotes: name to address without user information; the default one first."""
        ...

    def default_remote(self) -> str | None:
        """Returns the name of the default remote; None where none is, or one that is not configured."""
        ...

    def ignores(self, paths: Sequence[str]) -> set[str]:
        """Returns those of `paths` that `.dvcignore` leaves out."""
        ...
