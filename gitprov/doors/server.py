"""The hook of a server: what is pushed is judged in git's quarantine, before any ref moves."""

from collections.abc import Iterable, Iterator

from gitprov.audit.changes import gather_branch, gather_change
from gitprov.check.engine import Verdict, check
from gitprov.doors.updates import Doorway, Update, protected
from gitprov.errors import catalogue as codes


def judge_push(place: Doorway, updates: Iterable[Update], attributes: bytes) -> Iterator[Verdict]:
    """Yields what is wrong with a push, a verdict for each branch (git's hook pre-receive).

    The protected branch, named by what had landed before the push, is judged by every law and is neither deleted nor
    rewound. Of another branch the names and bytes of what it adds are judged: what it proposes may change.

    Args:
        place: The ports of the bare repository.
        updates: The branches that are to move.
        attributes: What `gitprov init` writes.

    Raises:
        GitprovError: GP-TRU-009 when the trust root names a branch that is not here; GP-GIT-003.
    """
    guarded = protected(place.git, place.incoming)
    for update in updates:
        if guarded is not None and update.ref == guarded.branch:
            yield _protected(place, update, attributes)
        elif update.new is not None:
            yield check(gather_branch(place, update.new, ref=update.ref, attributes=attributes))


def _protected(place: Doorway, update: Update, attributes: bytes) -> Verdict:
    if update.new is None:
        return Verdict((codes.HIS_DELETED.finding(update.ref, f"{update.ref} is the protected branch"),))
    return check(gather_change(place, update.old, update.new, ref=update.ref, attributes=attributes))
