"""Commits what a promotion brings, or leaves everything as it was."""

from collections.abc import Mapping

from gitprov.ports.workplace import Workplace
from gitprov.recording.writing import stage


def commit_files(
    place: Workplace,
    files: Mapping[str, bytes],
    message: str,
    *,
    removed: Mapping[str, bytes] | None = None,
    branch: str | None = None,
    base: str = "HEAD",
) -> str:
    """Writes, stages and commits files, nothing else of what is staged, and returns the commit.

    Where git or a hook refuses, everything is as it was: the files, the index, the branch.

    Args:
        place: The ports.
        files: Path to bytes.
        message: Of the commit.
        removed: Files that are taken away, which the index has with these bytes.
        branch: A new branch for it; the current one when not given.
        base: The commit that the branch starts from.

    Raises:
        GitprovError: GP-GIT-003 with git's words; GP-IMM-005 when a file has other bytes; GP-LCK-001; GP-IO-001.
    """
    git, written, gone = place.git, list[str](), removed or {}
    committed = git.tree("HEAD", list(gone)) if gone else {}
    with place.worktree.locked("commit"):
        before = git.current_branch() or git.head() or "HEAD"
        if branch is not None:
            git.switch_new(branch, base)
        try:
            for path, data in files.items():
                if place.worktree.write_new(path, data):
                    written.append(path)
            for path in gone:
                place.worktree.remove(path)
            stage(place, [*files, *gone])
            return git.commit(message, [*files, *(path for path in gone if path in committed)])
        except BaseException:
            for path in written:
                place.worktree.remove(path)
            for path, data in gone.items():
                place.worktree.write_new(path, data)
            stage(place, [*written, *gone])
            if branch is not None:
                git.switch_back(branch, before)
            raise
