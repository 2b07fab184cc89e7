"""Law F, continuity: the head that was known is on the new head's first-parent chain (threats A02, A03).

Rewinding and rewriting take back what others have seen. A foxtrot merge, as an ordinary `git pull` on the protected
branch makes it, moves the branch's own commits to the second parent: the order in which records landed is another one,
and a record can be dropped where nobody looks. On a branch of one's own only the foxtrot is refused, which would
otherwise be met at the push.
"""

from collections.abc import Iterator

from gitprov.check.grow_only import short
from gitprov.check.seen import Change
from gitprov.errors import Finding
from gitprov.errors import catalogue as codes


def continuity(change: Change) -> Iterator[Finding]:
    """Yields what the law says of a change."""
    if change.known is None:
        return
    was = f"{change.known[:12]} was its head before"
    match change.relation:
        case "foxtrot":
            yield codes.HIS_FOXTROT.finding(
                change.ref,
                f"merge {short(change.merged_by)} moves {change.known[:12]} off the first-parent chain of {change.ref}",
                why=f"{was}; an ordinary git pull on the branch does this",
                commit=change.merged_by,
            )
        case _ if change.keeps is not None:
            pass
        case "rewound":
            yield codes.HIS_REWOUND.finding(
                change.ref,
                f"{change.ref} was rewound to {short(change.head)}",
                why=was,
                fix=_push(change.ref, change.known),
                commit=change.known,
            )
        case "rewritten":
            yield codes.HIS_REWRITTEN.finding(
                change.ref,
                f"{change.ref} was rewritten: it no longer has {change.known[:12]}",
                why=was,
                fix=_push(change.ref, change.known),
                commit=change.known,
            )
        case "unrelated":
            yield codes.HIS_UNRELATED.finding(
                change.ref,
                f"{change.ref} begins anew, without {change.known[:12]}",
                why=was,
                fix=_push(change.ref, change.known),
                commit=change.known,
            )


def _push(ref: str, known: str) -> str:
    """Returns what brings a branch back to where it was; one that a door refused to move is still there."""
    branch = ref.removeprefix("refs/remotes/origin/").removeprefix("refs/heads/")
    return f"if it was not meant, from a clone that has it: git push --force origin {known[:12]}:refs/heads/{branch}"
