"""The hooks of a person's clone: advice at once, and no loss of what the protected branch of the remote has.

What only a branch has is a proposal: to amend, rebase, renumber or remove it is nobody's business but its author's.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from gitprov.audit.changes import gather_index, stands
from gitprov.check.changes import Edge
from gitprov.check.engine import Verdict, check
from gitprov.check.files import ATTRIBUTES, is_kept
from gitprov.check.seen import Change, Relation
from gitprov.doors.updates import Doorway, Update, protected
from gitprov.errors import Finding
from gitprov.errors import catalogue as codes
from gitprov.ports.git import GitStore
from gitprov.records.stored import ROOT


def judge_index(place: Doorway, attributes: bytes) -> Verdict:
    """Returns what is wrong with what is about to be committed (git's hook pre-commit): names and bytes, and losses.

    Args:
        place: The ports.
        attributes: What `gitprov init` writes.

    Raises:
        GitprovError: GP-GIT-003.
    """

    def upstream() -> str | None:
        found = protected(place.git, place.incoming)
        return found.head if found is not None else None

    return check(gather_index(place, upstream=upstream, attributes=attributes))


def judge_updates(place: Doorway, updates: Iterable[Update]) -> Iterator[Verdict]:
    """Yields what is wrong with branches that are about to move (git's hook reference-transaction).

    By commits that no remote has, a branch may not lose what the protected branch of the remote has, and the protected
    branch itself may not go on from another commit than its own (a merge the wrong way round).

    Raises:
        GitprovError: GP-GIT-003.
    """
    for update in updates:
        if update.new is None:
            continue
        fresh = dict(place.git.commits(update.new, old=update.old, beyond="remotes"))
        edges = list(_losing(place.git, update.new, fresh))
        if edges or _merges(update.new, fresh):
            verdict = _judge(place, update.ref, update.new, edges)
            yield replace(verdict, findings=tuple(map(_in_the_middle, verdict.findings)))


def _losing(git: GitStore, new: str, fresh: dict[str, tuple[str, ...]]) -> Iterator[Edge]:
    """Yields what a commit changed or removed of what the commits had that its new ones stand on."""
    known = dict.fromkeys(parent for parents in fresh.values() for parent in parents if parent not in fresh)
    for edge in git.edges([(new, one) for one in known], [ROOT], added=False):
        if files := tuple(file for file in edge.files if is_kept(file.path)):
            yield Edge(edge.commit, edge.parent, files)


def _judge(place: Doorway, ref: str, new: str, edges: Sequence[Edge]) -> Verdict:
    upstream = protected(place.git, place.incoming)
    if upstream is None or upstream.head is None:
        return Verdict()
    relation: Relation = "continues"
    if ref == upstream.branch and place.git.contains(new, upstream.head):
        relation = "continues" if upstream.head in place.git.first_parents(new) else "foxtrot"
    return check(
        Change(
            ref=ref,
            head=new,
            edges=tuple(edges),
            known=upstream.head,
            relation=relation,
            keeps=stands(place.git, upstream.head, edges),
            there=frozenset({ATTRIBUTES}),  # that it is right is asked when records are committed
        )
    )


def _in_the_middle(finding: Finding) -> Finding:
    """Returns a finding with its way out as it is when git refuses a merge: that merge waits to be ended."""
    return replace(finding, fix=f"git merge --abort; {finding.fix}") if finding.code is codes.HIS_FOXTROT else finding


def _merges(new: str, fresh: dict[str, tuple[str, ...]]) -> bool:
    """Tells whether a new commit of the first-parent chain has a second parent."""
    one = new
    while parents := fresh.get(one):
        if len(parents) > 1:
            return True
        one = parents[0]
    return False
