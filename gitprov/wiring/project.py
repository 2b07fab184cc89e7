"""Builds the ports of one repository out of adapters, each when it is first asked for."""

import os
import shlex
from functools import cached_property
from typing import TYPE_CHECKING

from gitprov.errors import catalogue as codes
from gitprov.records.stored import ROOT
from gitprov.wiring.resources import read_resource

if TYPE_CHECKING:
    from gitprov.adapters.blobs import DvcCache
    from gitprov.adapters.dvc import DvcFiles
    from gitprov.ports.blobs import Cache, Remote
    from gitprov.ports.clock import Clock
    from gitprov.ports.dvc import DvcProject
    from gitprov.ports.folder import Emission, Folder
    from gitprov.ports.git import GitStore
    from gitprov.ports.hooks import HookFolder
    from gitprov.ports.host import Host
    from gitprov.ports.incoming import Incoming
    from gitprov.ports.index import Blobs, Index
    from gitprov.ports.index_lock import IndexLock
    from gitprov.ports.memory import Memory
    from gitprov.ports.progress import Progress
    from gitprov.ports.scanner import SecretScanner
    from gitprov.ports.settings import Settings, SettingsReader
    from gitprov.ports.signing import Keys, Signer, Verifier
    from gitprov.ports.worktree import WorkTree


class Project:
    """The repository that contains the current folder, seen through ports.

    Raises:
        GitprovError: GP-GIT-001 when there is none.
    """

    def __init__(self, *, create: bool = False, remember: bool = False) -> None:
        """Opens the repository.

        Args:
            create: Make one in the current folder when there is none.
            remember: A person asks, so that keyless signatures that held once need not be verified again.
        """
        from gitprov.adapters.git import GitRepository

        self._remember = remember and not os.environ.get("CI")
        self._repository = GitRepository(os.getcwd())
        if not self._repository.exists:
            if not create:
                raise codes.GIT_NONE.error(f"{os.getcwd()} is not inside a git repository")
            self._repository.create()

    @property
    def git(self) -> "GitStore":
        """The repository."""
        return self._repository

    @cached_property
    def hooks(self) -> "HookFolder":
        """Where git looks for the hooks of this repository."""
        from gitprov.adapters.git.hooks import GitHooks

        return GitHooks(os.getcwd())

    @cached_property
    def index_lock(self) -> "IndexLock":
        """The lock of git's index."""
        from gitprov.adapters.git.index_lock import GitIndexLock

        return GitIndexLock(self._repository.place)

    @cached_property
    def incoming(self) -> "Incoming":
        """Commits that come in."""
        from gitprov.adapters.git.incoming import GitIncoming

        return GitIncoming(self._repository.place)

    @cached_property
    def index(self) -> "Index":
        """What was read of records before."""
        from gitprov.adapters.index import SqliteIndex
        from gitprov.ports.index import FILE
        from gitprov.recording.indexed import EDITION

        return SqliteIndex(os.path.join(self._state, FILE), EDITION)

    @cached_property
    def blobs(self) -> "Blobs":
        """What reads git's blobs one by one."""
        from gitprov.adapters.git.blobs import GitBlobs

        return GitBlobs(self._repository.place)

    @cached_property
    def worktree(self) -> "WorkTree":
        """The files.

        Raises:
            GitprovError: GP-GIT-004 in a bare repository.
        """
        from gitprov.adapters.worktree import FileWorkTree

        if self.git.is_bare:
            raise codes.GIT_BARE.error("this repository has no work tree", why=f"{self.git.root} is bare")
        return FileWorkTree(self.git.root, self._repository.common_dir)

    @cached_property
    def settings(self) -> "Settings":
        """The settings of the work tree."""
        from gitprov.adapters.settings import FileSettings

        return FileSettings(self.worktree, read_resource("templates/catalog.yaml"))

    @cached_property
    def reader(self) -> "SettingsReader":
        """What makes settings of bytes; there in a bare repository, too."""
        from gitprov.adapters.settings import StrictReader

        return StrictReader()

    @cached_property
    def dvc(self) -> "DvcProject":
        """DVC's files."""
        return self._dvc_files

    @cached_property
    def cache(self) -> "Cache":
        """The DVC cache of this clone."""
        return self._dvc_cache

    @cached_property
    def remote(self) -> "Remote":
        """The default DVC remote.

        Raises:
            GitprovError: GP-DVC-003 when none is configured, or one that project.yaml does not allow.
        """
        from gitprov.adapters.blobs import open_remote

        remote = self._dvc_files.remote_config()
        allowed, address = self.settings.project().remotes, self.dvc.remotes()[remote.name]
        if allowed and address not in allowed:
            raise codes.DVC_REMOTE.error(
                f"the remote {remote.name} ({address}) is not allowed",
                why=f"{ROOT}/project.yaml allows {', '.join(allowed)}",
                fix="dvc remote default NAME",
            )
        return open_remote(remote, self._dvc_cache)

    @cached_property
    def tickets(self) -> "Folder":
        """The tickets that were made in this clone."""
        from gitprov.adapters.folder import PlainFolder

        return PlainFolder(os.path.join(self._state, "tickets"))

    def emission(self, path: str) -> "Emission":
        """Returns a folder with what a run left that had no repository; its objects enter the cache."""
        from gitprov.adapters.folder.emitted import EmittedFolder

        return EmittedFolder(path, self._dvc_cache.intake)

    @cached_property
    def host(self) -> "Host":
        """This machine."""
        from gitprov.adapters.host import LocalHost

        return LocalHost(self.git.root)

    @cached_property
    def progress(self) -> "Progress":
        """A bar on a terminal, else silence."""
        from gitprov.adapters.progress import choose_progress

        return choose_progress()

    @cached_property
    def clock(self) -> "Clock":
        """The time."""
        from gitprov.adapters.clock import SystemClock

        return SystemClock()

    @cached_property
    def scanner(self) -> "SecretScanner | None":
        """What knows secrets by their shape; None without `gitprov[secrets]`."""
        from gitprov.adapters.secrets import find_scanner

        return find_scanner()

    @cached_property
    def keys(self) -> "Keys":
        """The keys in the user's configuration folder, and whatever else was chosen to sign."""
        from gitprov.adapters.signing.chosen import Choice, ChosenKeys
        from gitprov.adapters.signing.keys import FileKeys
        from gitprov.adapters.user_folders import user_config

        config = self.git.config
        key = os.environ.get("GITPROV_KEY") or config("gitprov.key")
        folder = os.path.join(user_config("gitprov"), "keys")
        choice = Choice(key, timestamps=config("gitprov.timestamp"), log=config("gitprov.log"))
        return ChosenKeys(FileKeys(folder, key), choice, self.git.root)

    @cached_property
    def signer(self) -> "Signer":
        """What signs; the default key is made when there is none.

        Raises:
            GitprovError: GP-KEY-* when it cannot be used.
        """
        return self.keys.signer()

    @cached_property
    def verifier(self) -> "Verifier":
        """What checks signatures."""
        if self._remember:
            from gitprov.adapters.signing.remembering import RememberingVerifier

            return RememberingVerifier(os.path.join(self._state, "verified"))
        from gitprov.adapters.signing.verifier import SignatureVerifier

        return SignatureVerifier()

    @property
    def public_sigstore(self) -> bytes:
        """The trusted root of the public Sigstore, JSON."""
        from gitprov.adapters.sigstore.public import public_trusted_root

        return public_trusted_root()

    @cached_property
    def memory(self) -> "Memory":
        """What this machine remembers, in the user's state folder."""
        import platformdirs

        from gitprov.adapters.memory import FileMemory

        return FileMemory(platformdirs.user_state_dir("gitprov"))

    def pins(self) -> dict[str, str]:
        """Returns the pins of the environment and of git's configuration, by where they are set."""
        given = {"GITPROV_PIN": os.environ.get("GITPROV_PIN"), "git config gitprov.pin": self.git.config("gitprov.pin")}
        return {source: pin for source, pin in given.items() if pin}

    def person(self) -> str:
        """Returns who acts: `git config gitprov.person`, else a name made of the login name."""
        return self.git.config("gitprov.person") or self.host.person()

    def require_initialised(self) -> None:
        """Refuses to go on where `gitprov init` has not been.

        Raises:
            GitprovError: GP-GIT-002.
        """
        if self.worktree.read(f"{ROOT}/project.yaml") is None:
            lost = self.git.head() and self.git.tree("HEAD", [f"{ROOT}/project.yaml"])
            is_sparse = self.git.config("core.sparseCheckout") == "true"
            back = f"sparse-checkout add {ROOT} .dvc" if is_sparse else f"checkout HEAD -- {ROOT}/project.yaml"
            raise codes.GIT_NOT_INITIALISED.error(
                f"{ROOT}/project.yaml is not in the work tree" if lost else "this repository does not use gitprov yet",
                why="" if lost else f"{ROOT}/project.yaml is not there",
                fix=f"git -C {shlex.quote(self.git.root)} {back}" if lost else "",
            )

    @cached_property
    def _dvc_files(self) -> "DvcFiles":
        from gitprov.adapters.dvc import DvcFiles, find_dvc_root

        if self.worktree.read(f"{ROOT}/project.yaml") is not None:
            root = self.settings.project().dvc_root
        else:
            root = find_dvc_root(self.git.index(), self.git.relative("."))
        return DvcFiles(self.git.root, self.worktree, root, self._repository.place)

    @cached_property
    def _dvc_cache(self) -> "DvcCache":
        from gitprov.adapters.blobs import DvcCache

        return DvcCache(self.git.root, self._dvc_files.cache_dir(), self._state, ignores=self._dvc_files.ignores)

    @property
    def _state(self) -> str:
        """Where gitprov keeps in a clone what can be computed again."""
        return os.path.join(self._repository.common_dir, "gitprov")
