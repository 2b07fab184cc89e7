"""The folder where git looks for the hooks of a repository: `gitprov.ports.hooks.HookFolder`."""

import os

from gitprov.adapters.git.plumbing import Plumbing, discover
from gitprov.errors import catalogue as codes
from gitprov.ports.hooks import Script


class GitHooks:
    """The hooks of the repository around a folder."""

    def __init__(self, start: str) -> None:
        """Asks git where they are.

        Raises:
            GitprovError: GP-GIT-001 outside a repository.
        """
        place = discover(start)
        if place is None:
            raise codes.GIT_NONE.error(f"{start} is not inside a git repository")
        answer = Plumbing(place).as_user("rev-parse", "--git-path", "hooks")
        told = os.fsdecode(answer).removesuffix("\n")
        self._path = os.path.realpath(os.path.join(place.work_tree or place.git_dir, told))

    @property
    def path(self) -> str:
        """Its absolute path."""
        return self._path

    def read(self, name: str) -> Script | None:
        """Returns a hook, or None when there is none."""
        path = os.path.join(self._path, name)
        try:
            with open(path, "rb") as file:
                return Script(file.read(), os.access(path, os.X_OK))
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes) -> None:
        """Makes or replaces a hook; git, which may start one at any time, sees the old one or the new one."""
        os.makedirs(self._path, exist_ok=True)
        path = os.path.join(self._path, name)
        new = f"{path}.gitprov-new"
        with open(new, "wb") as file:
            file.write(data)
        os.chmod(new, 0o755)  # noqa: S103 - git runs no hook that is not executable
        os.replace(new, path)

    def remove(self, name: str) -> None:
        """Takes a hook away."""
        os.remove(os.path.join(self._path, name))
