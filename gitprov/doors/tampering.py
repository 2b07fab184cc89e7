"""The known ways to tamper with the records of a protected branch (docs/threat-model.md, A01 to A03, A16, A25).

Each takes a history that is right and returns where the branch is led to. A drill and the tests use the same.
"""

import re
from collections.abc import Callable, Mapping

from gitprov.check.changes import PLAIN
from gitprov.check.files import ATTRIBUTES, is_record
from gitprov.errors import Code
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ports.scratch import Commits, File, Files
from gitprov.records.stored import ROOT

FIRST, MEMORY, SERVER, CI, MOVE, INDEX = (
    *("audit at first contact", "audit with memory", "pre-receive", "ci check", "reference-transaction", "pre-commit"),
)


@dataclass(frozen=True, slots=True)
class Story:
    """A history that is right.

    Attributes:
        commits: All commits; tampering adds to them.
        heads: Where the protected branch has stood, oldest first; at least four.
        victim: The path of a record that has landed at the third of them at the latest.
        data: Its bytes.
        spare: A record that has not landed.
    """

    commits: Commits
    heads: tuple[int, ...]
    victim: str
    data: bytes
    spare: Files

    @property
    def head(self) -> int:
        """Where the protected branch is."""
        return self.heads[-1]

    @property
    def files(self) -> dict[str, File]:
        """What it has there."""
        return self.commits.files(self.head)

    def on_top(self, files: Files) -> int:
        """Commits files on the head."""
        return self.commits.commit(files, self.head, message="Clean up")

    def branch(self, start: int) -> int:
        """Commits a record on a branch."""
        return self.commits.commit({**self.commits.files(start), **self.spare}, start, message="Record more")


Tampering = Callable[[Story], int]


def _modified(story: Story) -> dict[str, File]:
    """Another digit in a digest: the record stays canonical."""
    data = re.sub(b"(?<=sha256:).", lambda digit: b"1" if digit[0] == b"0" else b"0", story.data, count=1)
    return {**story.files, story.victim: File(PLAIN, data)}


def _deleted(story: Story) -> dict[str, File]:
    return _without(story.files, story.victim)


def _without(files: Files, lost: str) -> dict[str, File]:
    return {path: file for path, file in files.items() if path != lost}


def _renamed(story: Story) -> dict[str, File]:
    folder, _, name = story.victim.rpartition("/")
    return {**_deleted(story), f"{folder}0/{name}": story.files[story.victim]}


def _swapped(mode: str, data: bytes | str | None = None) -> Callable[[Story], dict[str, File]]:
    """Another mode; with other bytes when given."""
    return lambda story: {**story.files, story.victim: File(mode, story.data if data is None else data)}


def _added(path: str, data: bytes) -> Callable[[Story], dict[str, File]]:
    return lambda story: {**story.files, path: File(PLAIN, data)}


def _commit(change: Callable[[Story], dict[str, File]]) -> Tampering:
    return lambda story: story.on_top(change(story))


def _delete_then_readd(story: Story) -> int:
    return story.commits.commit(story.files, story.on_top(_deleted(story)), message="Put it back")


def _evil_merge(change: Callable[[Story], dict[str, File]]) -> Tampering:
    """Hides a change in a merge that brings something else."""

    def merge(story: Story) -> int:
        tip = story.branch(story.heads[-2])
        return story.commits.commit({**change(story), **story.spare}, story.head, tip, message="Merge a branch")

    return merge


def _squash_drop(story: Story) -> int:
    """A branch that began before the record landed is squashed over it."""
    return story.on_top({**_deleted(story), **story.spare})


def _foxtrot(story: Story, files: Files) -> int:
    tip = story.branch(story.heads[-2])
    return story.commits.commit({**files, **story.spare}, tip, story.head, message="Merge branch 'main' of origin")


def _foxtrot_keeping(story: Story) -> int:
    return _foxtrot(story, story.files)


def _foxtrot_dropping(story: Story) -> int:
    """What landed after the branch began is dropped: on the new first-parent chain it never was."""
    newest = story.files.keys() - story.commits.made[story.heads[-2]].files.keys()
    return _foxtrot(story, _without(story.files, min(path for path in newest if is_record(path))))


def _rewind(story: Story) -> int:
    return story.heads[-2]


def _rewrite(change: Callable[[Story, dict[str, File]], dict[str, File]]) -> Tampering:
    """Makes the first-parent chain again from its third commit on, as a force-push would have it."""

    def rewrite(story: Story) -> int:
        chain = story.commits.chain(story.head)
        at = chain[1]
        for number in chain[2:]:
            files = change(story, story.commits.files(number))
            at = story.commits.commit(files, at, message=f"{story.commits.made[number].message}.")
        return at

    return rewrite


def _orphan(story: Story) -> int:
    return story.commits.commit(story.files, message="Begin again")


@dataclass(frozen=True, slots=True)
class Kind:
    """A way of tampering, and what must come of it.

    Attributes:
        do: Does it.
        code: The code that it gives.
        doors: The doors that can see it, and give it.
    """

    do: Tampering
    code: Code
    doors: tuple[str, ...]


_LANDED = (FIRST, MEMORY, SERVER, CI, MOVE)
_MADE = (*_LANDED, INDEX)
_JUDGED = (FIRST, MEMORY, SERVER, CI)
_ADDED = (*_JUDGED, INDEX)
_POLICY = b"schema: gitprov/policy/v1\n\nrules: {}\n"

KINDS: Mapping[str, Kind] = {
    "modify": Kind(_commit(_modified), codes.IMM_LOST, _MADE),
    "delete": Kind(_commit(_deleted), codes.IMM_LOST, _MADE),
    "delete-then-readd": Kind(_delete_then_readd, codes.IMM_RESTORED, (FIRST, MEMORY, SERVER)),
    "rename": Kind(_commit(_renamed), codes.IMM_LOST, _MADE),
    "mode": Kind(_commit(_swapped("100755")), codes.IMM_LOST, _MADE),
    "symlink": Kind(_commit(_swapped("120000", b"../README.md")), codes.IMM_LOST, _MADE),
    "submodule": Kind(_commit(_swapped("160000", ":1")), codes.IMM_LOST, _MADE),
    "merge-delete": Kind(_evil_merge(_deleted), codes.IMM_LOST, _LANDED),
    "merge-modify": Kind(_evil_merge(_modified), codes.IMM_LOST, _LANDED),
    "squash-drop": Kind(_squash_drop, codes.IMM_LOST, _MADE),
    "foxtrot": Kind(_foxtrot_keeping, codes.HIS_FOXTROT, (MEMORY, SERVER, CI, MOVE)),
    "foxtrot-drop": Kind(_foxtrot_dropping, codes.IMM_LOST, (MEMORY, SERVER, CI, MOVE)),
    "rewind": Kind(_rewind, codes.HIS_REWOUND, (MEMORY, SERVER)),
    "rewrite": Kind(_rewrite(lambda _, files: files), codes.HIS_REWRITTEN, (MEMORY, SERVER)),
    "rewrite-drop": Kind(
        _rewrite(lambda story, files: _without(files, story.victim)), codes.HIS_REWRITTEN, (MEMORY, SERVER)
    ),
    "backdate": Kind(_rewrite(lambda story, files: {**files, **story.spare}), codes.HIS_REWRITTEN, (MEMORY, SERVER)),
    "orphan": Kind(_orphan, codes.HIS_UNRELATED, (MEMORY, SERVER, CI)),
    "foreign-file": Kind(_commit(_added(f"{ROOT}/records/notes.txt", b"notes\n")), codes.IMM_FOREIGN, _ADDED),
    "second-folder": Kind(_commit(_added(f"ml/{ROOT}/project.yaml", b"{}\n")), codes.GIT_SECOND, _ADDED),
    "attributes": Kind(_commit(_added(ATTRIBUTES, b"* merge=union\n")), codes.GIT_ATTRIBUTES, _ADDED),
    "policy": Kind(_commit(_added(f"{ROOT}/policies/weak.yaml", _POLICY)), codes.SET_UNSIGNED, _JUDGED),
}
"""By name; a person gives them to `gitprov drill --kind`."""
