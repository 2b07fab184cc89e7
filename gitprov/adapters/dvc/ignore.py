"""What `.dvcignore` leaves out, as DVC honours it."""

import os
from collections.abc import Callable, Sequence
from functools import cache

from gitprov.adapters.dvc.paths import is_outside
from gitprov.adapters.dvc.texts import read_text
from gitprov.errors import catalogue as codes

NAME = ".dvcignore"
_ALWAYS = (".hg", ".git", ".dvc")

Match = Callable[[str], object]


class Rule:
    """One pattern of a `.dvcignore`, about paths below `folder` ("" is the top, else with `/` at its end)."""

    __slots__ = ("_match", "folder", "folders_only", "ignores")

    def __init__(self, folder: str, pattern: str, match: Match, *, ignores: bool) -> None:
        self.folder = folder
        self.folders_only = pattern.endswith("/")
        self.ignores = ignores
        self._match = match

    def fits(self, path: str, *, is_dir: bool) -> bool:
        """Tells whether a path is one of those that the pattern is about."""
        if self.folders_only and not is_dir:
            return False
        below = path[len(self.folder) :]
        return bool(self._match(below) or (is_dir and self._match(f"{below}/")))


class Ignores:
    """The `.dvcignore` files from the DVC root (from the top of the work tree) down.

    A pattern counts below the folder of its file; the last one that fits decides; what lies in an ignored folder is
    ignored. The folders of git, Mercurial and DVC always are; so are nested DVC projects unless `projects`.
    """

    def __init__(self, root: str, dvc_root: str, *, projects: bool = False) -> None:
        self._root = root
        self._projects = projects
        self._top = "" if dvc_root == "." else f"{dvc_root}/"
        self._rules = cache(self._find_rules)
        self._folder_ignored = cache(self._find_folder_ignored)

    def ignored(self, paths: Sequence[str]) -> set[str]:
        """Returns those of `paths` that are left out.

        Raises:
            GitprovError: GP-DVC-001 when a `.dvcignore` cannot be read.
        """
        found, folder, is_plain = set(), None, False
        for path in paths:
            around, _, name = path.rpartition("/")
            if around != folder:
                folder, is_plain = around, self._is_plain(around)
            if (not is_plain or name == ".git") and self._ignored(path):
                found.add(path)
        return found

    def _is_plain(self, folder: str) -> bool:
        """Tells whether nothing can be ignored right in a folder: no pattern counts there, nor is it ignored itself."""
        folder = folder and f"{folder}/"
        inside = folder.startswith(self._top) and not is_outside(folder)
        return not inside or not (self._folder_ignored(folder) or self._rules(folder))

    def _ignored(self, path: str) -> bool:
        if not path.startswith(self._top) or is_outside(path):
            return False
        folder, _, name = path.rpartition("/")
        folder = folder and f"{folder}/"
        if self._folder_ignored(folder) or name == ".git":
            return True
        rules = self._rules(folder)
        return bool(rules) and _decide(rules, path, is_dir=os.path.isdir(os.path.join(self._root, path)))

    def _find_folder_ignored(self, folder: str) -> bool:
        if folder in ("", self._top):
            return False
        path = folder[:-1]
        parent, _, name = path.rpartition("/")
        parent = parent and f"{parent}/"
        return (
            self._folder_ignored(parent)
            or name in _ALWAYS
            or (not self._projects and os.path.exists(os.path.join(self._root, folder, ".dvc")))
            or _decide(self._rules(parent), path, is_dir=True)
        )

    def _find_rules(self, folder: str) -> tuple[Rule, ...]:
        """Returns the patterns that count for what lies in a folder, the strongest last."""
        inherited: tuple[Rule, ...] = ()
        if folder not in ("", self._top):
            parent = folder[:-1].rpartition("/")[0]
            inherited = self._rules(parent and f"{parent}/")
        file = f"{folder}{NAME}"
        if _decide(inherited, file, is_dir=False):
            return inherited
        try:
            text = read_text(os.path.join(self._root, file))
        except NotADirectoryError:
            return inherited
        except (OSError, UnicodeDecodeError) as error:
            raise codes.DVC_FILE.error(f"{file} cannot be read", why=str(error)) from error
        if text is None:
            return inherited
        return (*inherited, *_rules(folder, [line.strip() for line in text.split("\n")], file))


def _rules(folder: str, lines: Sequence[str], file: str) -> list[Rule]:
    if all(not line or line.startswith("#") for line in lines):  # as `dvc init` leaves it: nothing slow is imported
        return []
    from pathspec.patterns.gitignore import GitIgnorePatternError
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    rules = []
    for number, line in enumerate(lines, start=1):
        try:
            pattern = GitIgnoreSpecPattern(line)
        except GitIgnorePatternError as error:
            raise codes.DVC_FILE.error(f"{file}:{number}: {error}") from error
        if pattern.include is not None and pattern.regex is not None:
            rules.append(Rule(folder, line, pattern.regex.match, ignores=pattern.include))
    return rules


def _decide(rules: Sequence[Rule], path: str, *, is_dir: bool) -> bool:
    return next((rule.ignores for rule in reversed(rules) if rule.fits(path, is_dir=is_dir)), False)
