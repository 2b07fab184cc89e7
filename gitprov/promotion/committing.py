"""Commits what a promotion brings, or leaves everything as it was."""

from collections.abc import Mapping

from gitprov.ports.workplace import Workplace
from gitprov.recording.writing import stage


def commit_files(
    place: Workplace,
    files: Mapping[str, bytes],
    message: str,
    *,
    branch: str | None = None,
    base: str = "HEAD",
) -> str:
    """Writes, stages and commits files, nothing else of what is staged, and returns the commit.

    Where git or a hook refuses, the files that are new are gone again, and so is the branch.

    Args:
        place: The ports.
        files: Path to bytes.
        message: Of the commit.
        branch: A new branch for it; the current one when not given.
        base: The commit that the branch starts from.

    Raises:
        GitprovError: GP-GIT-003 with git's words; GP-IMM-005 when a file has other bytes; GP-LCK-001; GP-IO-001.
    """
    git, written = place.git, list[str]()
    with place.worktree.locked("commit"):
        before = git.current_branch() or git.head() or "HEAD"
        if branch is not None:
            git.switch_new(branch, base)
        try:
            for path, data in files.items():
                if place.worktree.write_new(path, data):
                    written.append(path)
            stage(place, list(files))
            return git.commit(message, list(files))
        except BaseException:
            for path in written:
                place.worktree.remove(path)
            stage(place, written)
            if branch is not None:
                git.switch_back(branch, before)
            raise
