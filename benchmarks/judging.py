"""What benchmarks/audit.py measures: `python -m benchmarks.judging kept|audit|since REPOSITORY [COMMIT]`.

It imports what it measures and nothing else.
"""

import os
import sys

from gitprov.audit.changes import first_contact, gather_change
from gitprov.check.engine import check
from gitprov.check.grow_only import kept
from gitprov.check.seen import Change
from gitprov.wiring.project import Project
from gitprov.wiring.resources import read_resource


def main(what: str, repository: str, since: str | None = None) -> None:
    """Judges a repository: that records stay, all of it, or what has landed since a commit.

    Raises:
        SystemExit: Something honest was refused.
    """
    os.chdir(repository)
    project = Project()
    head = project.git.head() or ""
    attributes = read_resource("templates/gitattributes")
    if what == "kept":
        findings = tuple(kept(Change(ref="HEAD", head=head, edges=first_contact(project.git, head))))
    elif what == "audit":
        from gitprov.audit.whole import audit  # noqa: PLC0415 - the others do without

        findings = audit(project, attributes=attributes).verdict.findings
    else:
        findings = check(gather_change(project, since, head, ref="HEAD", attributes=attributes)).findings
    if findings:
        raise SystemExit(f"an honest history was refused: {findings[0]}")


if __name__ == "__main__":
    main(*sys.argv[1:])
