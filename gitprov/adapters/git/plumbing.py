"""Runs git: hardened for what must be believed, with the user's configuration for what is done in their name."""

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import IO, TypeVar

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass

Environment = Mapping[str, str]
OLDEST = (2, 34)
"""The first version of git that can all that is asked of it: `add --sparse` came last. Some of it asks for more."""

T = TypeVar("T")

# Where a repository is and how paths are read: ours to say, whatever the caller's environment has. The list is that of
# `git rev-parse --local-env-vars`, without the configuration given on a command line, and with the pathspec switches.
_LOCATING = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR", "GIT_GLOB_PATHSPECS", "GIT_GRAFT_FILE",
    "GIT_ICASE_PATHSPECS", "GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_LITERAL_PATHSPECS", "GIT_NAMESPACE", "GIT_NOGLOB_PATHSPECS", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX",
    "GIT_QUARANTINE_PATH", "GIT_REPLACE_REF_BASE", "GIT_SHALLOW_FILE", "GIT_WORK_TREE",
}  # fmt: skip

# docs/architecture.md, "Reading git": replace refs, grafts, configuration of any scope but the repository's own, hooks,
# a file system monitor, a stale commit graph and the network can make git say what its objects do not.
_HARDENED = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
_HARDENED_CONFIG = (
    "--no-pager",
    *("-c", f"core.attributesFile={os.devnull}"),
    *("-c", "core.commitGraph=false"),
    *("-c", "core.deltaBaseCacheLimit=256m"),
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
)

# A pipe holds a page at least, also where somebody has very many of them: twice as many ids of 65 bytes fit into it,
# and asking never waits for git, which waits for us to read what it answers.
_ASKED_AT_ONCE = 30
_ARGUMENTS_AT_ONCE = 500
_is_oid = re.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?").fullmatch


@dataclass(frozen=True, slots=True)
class Place:
    """Where a repository is, in absolute paths.

    Attributes:
        git_dir: The git directory; that of the work tree where `git worktree` made several.
        common_dir: The git directory that all work trees share.
        work_tree: The top of the work tree; None in a bare repository.
    """

    git_dir: str
    common_dir: str
    work_tree: str | None


def discover(start: str) -> Place | None:
    """Returns the repository around the folder `start`, or None.

    Only when there is none does GIT_DIR count: a hook of one repository may ask about another. The user's
    configuration applies, for safe.directory.

    Raises:
        GitprovError: GP-GIT-003 when git cannot be run, or refuses the repository (safe.directory, or
            safe.bareRepository: git takes a bare one, as from git 3 on, only by a GIT_DIR that is above `start`).
    """
    plain = {name: value for name, value in os.environ.items() if name not in _LOCATING} | {"LC_ALL": "C"}
    hidden = b""
    for environment in (plain, {**os.environ, "LC_ALL": "C"}):
        asked = ["rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir", "--show-toplevel"]
        done = _start(asked, environment, start)
        if done.stdout:  # where there is no work tree git fails at the last one
            git_dir, common_dir, top = os.fsdecode(done.stdout).split("\n", 2)
            work_tree = top.removesuffix("\n") if done.returncode == 0 else None
            place = Place(os.path.realpath(git_dir), os.path.realpath(common_dir), work_tree)
            if not hidden or f"{os.path.realpath(start)}/".startswith(f"{place.git_dir}/"):  # and no other one
                return place
        elif b"safe.bareRepository" in done.stderr:  # git takes this one only when it is told
            hidden = done.stderr
        elif b"not a git repository" not in done.stderr:
            raise _failed(["rev-parse"], done.stderr)
    if hidden:
        raise codes.GIT_FAILED.error(
            "git refuses a bare repository that it is not told of",
            why=_said(hidden),
            fix="export GIT_DIR=.  # at its top",
        )
    return None


def too_old(needed: tuple[int, int] = OLDEST, why: str = "") -> GitprovError | None:
    """Returns GP-GIT-012, with what git said before, when git is older than a version (major, minor); else None.

    Raises:
        GitprovError: GP-GIT-003 when git cannot be run.
    """
    told = os.fsdecode(_start(["version"], os.environ, os.sep).stdout).strip()
    found = re.search(r"(\d+)\.(\d+)", told)
    if found is None or (int(found[1]), int(found[2])) >= needed:
        return None
    return codes.GIT_OLD.error(f"{told} is too old for this", why=why, fix="install git {}.{} or newer".format(*needed))


@dataclass(frozen=True, slots=True)
class Plumbing:
    """Runs git in one repository.

    Methods raise GitprovError GP-GIT-003 when git fails; a trusted read of a shallow or partial clone GP-GIT-005.
    """

    place: Place

    def read(self, *arguments: str, given: bytes | None = None, fine: Sequence[int] = (0,)) -> bytes:
        """Runs a trusted read and returns its stdout."""
        with self._knowing_what_is_missing():
            return _run([*_HARDENED_CONFIG, *arguments], self._trusted(), self._cwd, given, fine)

    def read_below(self, paths: Sequence[str], *arguments: str) -> Iterator[str]:
        """Yields the NUL-separated answers of a trusted read about `paths` (all when empty), however many these are."""
        for some in chunks(paths, _ARGUMENTS_AT_ONCE) if paths else [()]:
            yield from split(self.read(*arguments, "--", *some))

    def as_user(
        self,
        *arguments: str,
        given: bytes | None = None,
        fine: Sequence[int] = (0,),
        variables: Environment | None = None,
    ) -> bytes:
        """Runs git with the user's configuration (filters, ignore rules, identity) and returns its stdout."""
        return _run(arguments, {**self.user_environment(), **(variables or {})}, self._cwd, given, fine)

    def user_environment(self) -> dict[str, str]:
        """Returns the environment of a git that acts in the user's name in this repository."""
        kept = {name: value for name, value in os.environ.items() if name not in _LOCATING}
        return kept | self._located()

    @property
    def is_shallow(self) -> bool:
        """Tells whether history is cut off."""
        return os.path.exists(os.path.join(self.place.common_dir, "shallow"))

    def boundary(self) -> list[str]:
        """Returns the commits at which the history of a shallow clone is cut off."""
        try:
            with open(os.path.join(self.place.common_dir, "shallow"), encoding="ascii") as file:
                return file.read().split()
        except FileNotFoundError:
            return []

    @property
    def is_filtered(self) -> bool:
        """Tells whether objects were left out on purpose (a partial clone)."""
        names = r"^(extensions\.partialclone|remote\..*\.promisor)$"
        try:
            with open(os.path.join(self.place.common_dir, "config"), "rb") as file:
                text = file.read().lower()
        except FileNotFoundError:
            return False
        if b"partialclone" not in text and b"promisor" not in text:  # git need not be asked
            return False
        asked = [*_HARDENED_CONFIG, "config", "--local", "--name-only", "--get-regexp", names]
        return bool(_run(asked, self._trusted(), self._cwd, None, (0, 1)))

    @contextmanager
    def objects(self) -> Iterator["Objects"]:
        """Opens the object database for reading; one process as long as it is open.

        Raises:
            GitprovError: GP-GIT-005 when an object is read that a shallow or partial clone lacks; GP-GIT-003.
        """
        process = subprocess.Popen(
            ["git", *_HARDENED_CONFIG, "cat-file", "--batch"],
            cwd=self._cwd,
            env=self._trusted(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        with process, self._knowing_what_is_missing():
            try:
                yield Objects(process)
            finally:
                process.kill()

    @contextmanager
    def _knowing_what_is_missing(self) -> Iterator[None]:
        """Blames a failure of git on what is missing on purpose, if anything is: git has many words for that."""
        try:
            yield
        except GitprovError as error:
            if error.code is codes.GIT_FAILED and self.is_filtered:
                raise codes.GIT_SHALLOW.error(error.what, why=error.why, fix=codes.UNFILTER) from error
            if error.code is codes.GIT_FAILED and self.is_shallow:
                raise codes.GIT_SHALLOW.error(error.what, why=error.why) from error
            raise

    @property
    def _cwd(self) -> str:
        return self.place.work_tree or self.place.git_dir

    def _trusted(self) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        return plain | self._located() | _HARDENED

    def _located(self) -> dict[str, str]:
        place = self.place
        out = {
            "GIT_DIR": place.git_dir,
            "GIT_GRAFT_FILE": os.devnull,
            "GIT_LITERAL_PATHSPECS": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "LC_ALL": "C",
        }
        if place.work_tree:
            out["GIT_WORK_TREE"] = place.work_tree
        # What git tells its hooks is kept if it is about this very repository: the index of a partial commit lies in
        # the git directory, the quarantine of a push in its object directory.
        index = os.environ.get("GIT_INDEX_FILE")
        if index and os.path.dirname(os.path.realpath(os.path.join(self._cwd, index))) == place.git_dir:
            out["GIT_INDEX_FILE"] = os.path.realpath(os.path.join(self._cwd, index))
        quarantine = os.environ.get("GIT_QUARANTINE_PATH")
        objects = os.path.join(place.common_dir, "objects")
        if quarantine and os.path.dirname(os.path.realpath(os.path.join(self._cwd, quarantine))) == objects:
            out["GIT_QUARANTINE_PATH"] = out["GIT_OBJECT_DIRECTORY"] = os.path.realpath(
                os.path.join(self._cwd, quarantine)
            )
            out["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = objects
        return out


class Objects:
    """The object database, read through one `git cat-file --batch`."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def read(self, oids: Iterable[str]) -> Iterator[tuple[str, str, bytes]]:
        """Yields object id, type and bytes in the order asked.

        Raises:
            GitprovError: GP-GIT-003 when the repository lacks an object, or git fails.
        """
        asking, answering = self._process.stdin, self._process.stdout
        if asking is None or answering is None:
            raise AssertionError("opened without pipes")
        asked: tuple[str, ...] = ()
        for some in chain(chunks(oids, _ASKED_AT_ONCE), [()]):
            wrong = [oid for oid in some if not _is_oid(oid)]
            if not wrong:
                try:
                    asking.write("".join(f"{oid}\n" for oid in some).encode())
                    asking.flush()
                except BrokenPipeError:
                    raise self._lost() from None
            for oid in asked:  # while git looks for the next
                yield oid, *self._answer(oid, answering)
            if wrong:
                raise codes.GIT_FAILED.error(f"not git object ids: {wrong}")
            asked = some

    def _answer(self, oid: str, answering: IO[bytes]) -> tuple[str, bytes]:
        header = answering.readline().decode().split()
        if header == [oid, "missing"]:
            raise codes.GIT_FAILED.error(
                f"git object {oid} is missing", fix="git fsck  # names what is damaged; fetch it from a good clone"
            )
        if len(header) != 3:
            raise self._lost()
        size = int(header[2])
        data = answering.read(size)
        if len(data) != size or answering.read(1) != b"\n":
            raise self._lost()
        return header[1], data

    def _lost(self) -> Exception:
        return _failed(["cat-file"], self._process.stderr.read() if self._process.stderr else b"")


def chunks(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Yields the items, `size` at a time."""
    rest = iter(items)
    while some := tuple(islice(rest, size)):
        yield some


def split(output: bytes) -> list[str]:
    """Returns the NUL-terminated items of git's output."""
    return os.fsdecode(output).split("\0")[:-1]


def joined(items: Iterable[str]) -> bytes:
    """Returns items as git reads them with `-z`."""
    return b"".join(os.fsencode(item) + b"\0" for item in items)


def _run(
    arguments: Sequence[str], environment: Environment, cwd: str, given: bytes | None, fine: Sequence[int]
) -> bytes:
    done = _start(arguments, environment, cwd, given)
    if done.returncode not in fine:
        raise _failed(arguments, done.stderr)
    return done.stdout


def _start(
    arguments: Sequence[str], environment: Environment, cwd: str, given: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["git", *arguments], cwd=cwd, env=environment, input=given or b"", capture_output=True, check=False
        )
    except OSError as error:
        raise codes.GIT_FAILED.error("git cannot be run", why=str(error), fix="install git") from error


def _failed(arguments: Sequence[str], stderr: bytes) -> Exception:
    verb = next((word for word in arguments if not word.startswith("-") and "=" not in word), "")
    why = _said(stderr)
    if old := too_old(why=why):
        return old
    if b"from promisor remote" in stderr:
        return codes.GIT_SHALLOW.error("this partial clone lacks objects", fix=codes.UNFILTER)
    return codes.GIT_FAILED.error(f"git {verb} failed", why=why)


def _said(stderr: bytes) -> str:
    """Returns the first of what git said, in one line."""
    lines = [line.strip() for line in stderr.decode(errors="replace").splitlines()]
    return "; ".join([line for line in lines if line and not line.startswith("hint:")][:5])
