"""The shape of an error: a catalogue code, what, why and fix."""

from enum import IntEnum

from gitprov.frozen import dataclass


class Exit(IntEnum):
    """The exit statuses of every command; part of the interface, an unknown non-zero one is a failure."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    UNDECIDED = 3
    BUSY = 4
    OUTSIDE = 5
    INTERNAL = 70
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Code:
    """One row of the catalogue.

    Attributes:
        id: A stable name.
        exit: The exit status that it leads to.
        title: What it means.
        remedy: The usual way out: a command that can be pasted, after `words: ` if it takes words.
        by_hand: Whether no command does it: the remedy is words, for a person.
    """

    id: str
    exit: Exit
    title: str
    remedy: str
    by_hand: bool = False

    def error(self, what: str, *, why: str = "", fix: str = "") -> "GitprovError":
        """Makes the error to raise; `fix` falls back to the catalogue's remedy."""
        return GitprovError(self, what, why=why, fix=fix)

    def finding(self, subject: str, what: str, *, why: str = "", fix: str = "", commit: str | None = None) -> "Finding":
        """Makes a finding about `subject` (a record path, an artifact name, a work tree path), as of a commit."""
        return Finding(self, subject, what, why, fix or self.remedy, commit)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found wrong; a check returns all of them, not the first.

    Attributes:
        code: The catalogue row.
        subject: What it is about: a path, a name, a ref.
        what: As that of an error; likewise why and fix.
        why: The rule, the place, or the two values that differ.
        fix: The way out.
        commit: The commit that did it, in hex digits, where one did.
    """

    code: Code
    subject: str
    what: str
    why: str
    fix: str
    commit: str | None = None

    @property
    def key(self) -> str:
        """What people call it, the same however often it is found: CODE:SUBJECT@COMMIT."""
        return f"{self.code.id}:{self.subject}" + (f"@{self.commit}" if self.commit else "")


class GitprovError(Exception):
    """A refusal that a person can act on.

    Attributes:
        code: The catalogue row.
        what: One line in the present tense that names the object.
        why: The rule, the place (file:line), or the two values that differ.
        fix: A command that can be pasted, or what to do instead.
    """

    def __init__(self, code: Code, what: str, *, why: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.code = code
        self.what = what
        self.why = why
        self.fix = fix or code.remedy

    def __str__(self) -> str:
        why = f" ({self.why})" if self.why else ""
        return f"{self.code.id}: {self.what}{why}"
