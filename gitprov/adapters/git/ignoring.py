"""What git ignores."""

from collections.abc import Sequence

from gitprov.adapters.git.code import parse_index
from gitprov.adapters.git.plumbing import Plumbing, joined, split
from gitprov.errors import GitprovError
from gitprov.ids.listings import SUBMODULE


def ignored(git: Plumbing, paths: Sequence[str]) -> set[str]:
    """Returns those of `paths` that git ignores; what is in a submodule is not for this repository to ignore.

    Raises:
        GitprovError: GP-GIT-003.
    """
    try:
        return _ask(git, paths)
    except GitprovError:  # git answers for no path when it does not for one
        entries = parse_index(git.read_below((), "ls-files", "-s", "-z"))
        inside = tuple(f"{path}/" for path, entry in entries.items() if entry.mode == SUBMODULE)
        ours = [path for path in paths if not path.startswith(inside)]
        if len(ours) == len(paths):
            raise
        return _ask(git, ours)


def _ask(git: Plumbing, paths: Sequence[str]) -> set[str]:
    # check-ignore refuses literal pathspecs; behind ./ no path is anything else.
    answer = git.as_user(
        *("check-ignore", "-z", "--stdin"),
        given=joined(f"./{path}" for path in paths),
        fine=(0, 1),
        variables={"GIT_LITERAL_PATHSPECS": "0"},
    )
    return {path.removeprefix("./") for path in split(answer)}
