"""The first-parent chain of a branch: its commits, and what each step changed."""

import os
from collections.abc import Iterable, Iterator, Sequence

from gitprov.adapters.git.edges import changes
from gitprov.adapters.git.plumbing import Plumbing
from gitprov.check.changes import FileChange


def tracking_ref(git: Plumbing, branch: str) -> str | None:
    """Returns the remote-tracking ref of a branch, else the branch itself, else None."""
    short = branch.removeprefix("refs/heads/")
    configured = git.as_user("config", "--get", f"branch.{short}.remote", fine=(0, 1)).decode().strip()
    for ref in (*(f"refs/remotes/{remote}/{short}" for remote in (configured, "origin") if remote), branch):
        if git.read("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}", fine=(0, 1, 128)):
            return ref
    return None


def first_parents(git: Plumbing, commit: str) -> list[str]:
    """Returns the first-parent chain that ends in a commit, oldest first."""
    return git.read("rev-list", "--first-parent", "--reverse", "--end-of-options", commit).decode().split()


def described(git: Plumbing, commits: Iterable[str]) -> Iterator[Sequence[str]]:
    """Yields id, author, the committer's time in seconds and the subject of each of these commits."""
    if asked := sorted(set(commits)):
        answer = git.read(
            *("log", "--no-walk=unsorted", "--stdin", "-z", "--no-color", "--no-show-signature"),
            "--format=%H%x00%an%x00%ct%x00%s",
            given="".join(f"{one}\n" for one in asked).encode(),
        )
        words = os.fsdecode(answer).removesuffix("\0").split("\0")
        yield from zip(*[iter(words)] * 4, strict=True)


def steps(git: Plumbing, commit: str, under: Sequence[str]) -> Iterator[tuple[str, list[FileChange]]]:
    """Yields each commit of the chain that changes something below `under`, oldest first, with what it changes.

    A merge is compared with its first parent, the root commit with nothing.
    """
    answer = git.read(
        *("-c", "log.showRoot=true", "log", "--first-parent", "--diff-merges=first-parent", "--reverse", "--raw", "-z"),
        *("--no-abbrev", "--no-renames", "--no-relative", "--no-color", "--no-show-signature", "--format=%H"),
        "--ignore-submodules=none",  # as in gitprov.adapters.git.edges
        *("--end-of-options", commit, "--", *under),
    )
    yield from changes(os.fsdecode(answer).split("\0"))
