"""`gitprov hook NAME`: what the scripts in hooks/ call.

It starts without click, and imports what the hook needs: people wait for it at every commit (docs/doors.md).
"""

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from gitprov.cli.text import printable
from gitprov.errors import Exit, Finding
from gitprov.errors import catalogue as codes

if TYPE_CHECKING:
    from gitprov.check.engine import Verdict

ADVICE = {"pre-commit", "pre-push", "reference-transaction"}
"""The hooks of a person's clone. What they cannot decide, and a crash, keeps nobody from their work."""


def run(arguments: Sequence[str]) -> int:
    """Runs one hook and returns its exit status; git goes on when it is 0.

    Args:
        arguments: The name of the hook, and what git gave it.
    """
    name, *given = arguments or [""]
    try:
        return _HOOKS.get(name, _unknown)(given)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 the border: nothing passes
        from gitprov.cli.failure import report

        status = report(error, as_json=False)
        return Exit.OK if name in ADVICE else status


def _unknown(_: Sequence[str]) -> int:
    """Refuses a name that is none of a hook's."""
    raise codes.USE_ARGUMENT.error("no such hook", why=f"there are {', '.join(_HOOKS)}", fix="gitprov hooks install")


def _pre_commit(_: Sequence[str]) -> int:
    """The records of the index, before they are committed."""
    from gitprov.doors.local import judge_index
    from gitprov.wiring.project import Project
    from gitprov.wiring.resources import read_resource

    verdict = judge_index(Project(), read_resource("templates/gitattributes"))
    return _say([verdict], "nothing is committed; git commit --no-verify goes past this, the server does not")


def _reference_transaction(given: Sequence[str]) -> int:
    """Branches, before they move."""
    from gitprov.doors.updates import branch_updates

    updates = list(branch_updates(_lines())) if given in ([], ["prepared"]) else []
    if not updates:
        return Exit.OK
    from gitprov.doors.local import judge_updates
    from gitprov.wiring.project import Project

    return _say(judge_updates(Project(), updates), "no branch has moved")


def _pre_push(_: Sequence[str]) -> int:
    """Bytes of what is about to be pushed: a warning and nothing else."""
    from gitprov.doors.pushing import bytes_not_sent
    from gitprov.wiring.project import Project

    commits = [words[1] for line in _lines() if len(words := line.split(" ")) == 4 and words[1].strip("0")]
    for finding in bytes_not_sent(Project(), commits):
        _tell("warning", finding)
    return Exit.OK


def _pre_receive(_: Sequence[str]) -> int:
    """What is pushed to a server, before any ref moves."""
    from gitprov.doors.server import judge_push
    from gitprov.doors.updates import branch_updates
    from gitprov.wiring.project import Project
    from gitprov.wiring.resources import read_resource

    verdicts = judge_push(Project(), branch_updates(_lines()), read_resource("templates/gitattributes"))
    return _say(verdicts, "nothing was accepted", strict=True)


_HOOKS: dict[str, Callable[[Sequence[str]], int]] = {
    "pre-commit": _pre_commit,
    "pre-push": _pre_push,
    "pre-receive": _pre_receive,
    "reference-transaction": _reference_transaction,
}


def _lines() -> list[str]:
    return os.fsdecode(sys.stdin.buffer.read()).split("\n")[:-1]


def _say(verdicts: "Iterable[Verdict]", consequence: str, *, strict: bool = False) -> int:
    """Prints what is wrong, on stderr, and returns the exit status.

    Args:
        verdicts: One for each thing that was judged.
        consequence: What it means that something is wrong.
        strict: Whether git stops at what cannot be decided, too.
    """
    status = Exit.OK
    for verdict in verdicts:
        for heading, findings in (
            ("finding", verdict.findings),
            ("undecided", verdict.undecided),
            ("warning", verdict.warnings),
        ):
            for finding in findings:
                _tell(heading, finding)
        if verdict.findings:
            status = Exit.FINDINGS
        elif verdict.undecided and strict and not status:
            status = Exit.UNDECIDED
    if status:
        sys.stderr.write(f"gitprov: {consequence}\n")
    return status


def _tell(heading: str, finding: Finding) -> None:
    """Prints a finding; every line of it stays one line."""
    rows = [f"{heading}[{finding.code.id}]: {finding.what}", f"  why: {finding.why}", f"  fix: {finding.fix}"]
    for row in rows if finding.why else (rows[0], rows[2]):
        sys.stderr.write(printable(row.replace("\n", "\\n")) + "\n")
