"""Gathers what a door sees, for `gitprov.check.engine`: only what changed is read, however large the repository is.

Git objects alone, by hardened plumbing: a `rev-list`, a `diff-tree` for all edges, a `cat-file` for all bytes.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from gitprov.check.acknowledged import acknowledged, covers
from gitprov.check.changes import GONE, Edge, FileChange
from gitprov.check.continuity import continuity
from gitprov.check.files import ATTRIBUTES, is_kept, is_record, is_root, is_setting
from gitprov.check.governance import is_governed
from gitprov.check.landed import Gathered
from gitprov.check.references import named_by
from gitprov.check.seen import Change, Relation, read_record
from gitprov.ids import digest_hex
from gitprov.ports.git import GitStore, TreeEntry
from gitprov.ports.workplace import Workplace
from gitprov.records import Evaluation, Stored, signed_path
from gitprov.records.stored import ROOT

_DECIDES = tuple(f"{ROOT}/{folder}/" for folder in ("trust", "events/governance", "promotions", "deployments"))
"""Where records lie that decide what counts."""
_NUMBERED = tuple(f"{ROOT}/{folder}/" for folder in ("trust", "promotions", "releases"))
"""Where records lie that are not named by their ids."""
_SOME = 500
"""How many paths git is asked about at once."""


def gather_change(
    place: Workplace, old: str | None, new: str, *, ref: str, attributes: bytes, after: Gathered | None = None
) -> Change:
    """Returns a move of a protected ref from one commit to another: every law is judged, all records must stay.

    Args:
        place: The ports; `git`, `reader` and `verifier` are used.
        old: The head that is known; None at first contact, when every commit is held against every parent.
        new: The head.
        ref: What is judged, in words.
        attributes: What `gitprov init` writes.
        after: What has landed at the new head, when it has been gathered already.
    """
    git = place.git
    chain = git.commits(new, old=old, chain=True)
    relation = _relation(git, old, new, chain)
    if old is None:
        edges = first_contact(git, new)
    elif relation == "continues":
        edges = _ours(git.edges([(commit, parents[0]) for commit, parents in chain]))
    else:  # what the new head lacks, whatever way it came about
        edges = _ours(git.edges([(new, old)]))
    if after is None and decides(git, new, edges) and not git.is_partial:
        from gitprov.audit.gather import gather_at  # noqa: PLC0415 - where trust is judged only: hooks are quick

        after = gather_at(place, ref, new)
    return _change(git, ref, new, edges, attributes, known=old, relation=relation, after=after)


def gather_whole(place: Workplace, gathered: Gathered, *, known: str | None, attributes: bytes) -> Change:
    """Returns everything that has landed, held against the head that is known, if one is.

    Args:
        place: The ports; `git` is used.
        gathered: What has landed.
        known: The head that is remembered.
        attributes: What `gitprov init` writes.
    """
    git, chain = place.git, gathered.landed.chain
    new = chain.commits[chain.head]
    edges = first_contact(git, new, chain.edges)
    relation: Relation = "continues"
    if known is not None and known not in chain.steps:
        relation = _departure(git, known, new)
        if git.commit_of(known) is not None:
            edges = (*edges, *git.edges([(new, known)], [ROOT], added=False))
    return _change(git, chain.ref, new, edges, attributes, known=known, relation=relation, after=gathered)


def is_acknowledged(git: GitStore, gathered: Gathered, known: str | None) -> bool:
    """Tells whether the owners have acknowledged how the chain left a head that was known: what law F finds of it."""
    landed, chain = gathered.landed, gathered.landed.chain
    if known is None or known in chain.steps or not (keys := acknowledged(landed)):
        return False
    new = chain.commits[chain.head]
    relation = _departure(git, known, new)
    merged_by = _merged_by(git, known, new) if relation == "foxtrot" else None
    left = Change(ref=chain.ref, head=new, edges=(), known=known, relation=relation, merged_by=merged_by)
    return any(covers(keys, finding) for finding in continuity(left))


def gather_branch(place: Workplace, new: str, *, ref: str, attributes: bytes) -> Change:
    """Returns what a branch that is not protected adds to what any ref of the moment has: nothing of it must stay.

    Args:
        place: The ports; `git` is used.
        new: The new head of the branch.
        ref: The branch, in words.
        attributes: What `gitprov init` writes.
    """
    git = place.git
    made = git.commits(new, beyond="all")
    edges = _ours(git.edges([(commit, parent) for commit, parents in made for parent in (parents or (None,))]))
    return _change(git, ref, new, edges, attributes, keeps=frozenset())


def gather_index(place: Workplace, *, upstream: Callable[[], str | None], attributes: bytes) -> Change:
    """Returns what the index changes of HEAD, as the commit that it would be: only what an upstream has must stay.

    Args:
        place: The ports; `git` is used.
        upstream: Asked for the commit of the protected upstream when records are changed or removed.
        attributes: What `gitprov init` writes.
    """
    git = place.git
    edges = _ours([git.staged_changes()])
    loses = any(file.status != "A" and is_kept(file.path) for edge in edges for file in edge.files)
    return _change(git, "the index", None, edges, attributes, keeps=stands(git, upstream() if loses else None, edges))


def first_contact(git: GitStore, new: str, steps: Iterable[Edge] | None = None) -> tuple[Edge, ...]:
    """Returns the whole history of a commit: its steps, and of every other edge what it did to files that were there.

    Outside of `.gitprov/` the tree of the head is looked at, for another folder of that name.

    Args:
        git: The repository.
        new: The commit.
        steps: Its first-parent edges, when they have been read already.
    """
    parents = dict(git.commits(new))
    chain = {commit: (commit, next(iter(parents[commit]), None)) for commit in git.first_parents(new)}
    ours = {*chain.values()}
    others = [(commit, one) for commit, named in parents.items() for one in named if (commit, one) not in ours]
    found = list(git.edges_below([*(chain.values() if steps is None else ()), *others], ROOT))
    beside = [name for name in git.names(new) if name != ROOT]
    here = git.tree(new, beside) if beside else {}
    strays = tuple(FileChange(path, "A", one.mode, one.oid, GONE, "") for path, one in here.items() if _is_ours(path))
    return (
        *(steps if steps is not None else (edge for edge in found if (edge.commit, edge.parent) in ours)),
        *([Edge(new, None, strays)] if strays else []),
        *(_beside(edge) for edge in found if (edge.commit, edge.parent) not in ours),
    )


def _beside(edge: Edge) -> Edge:
    """Returns an edge off the chain, with what it did to files that were there."""
    return replace(edge, files=tuple(file for file in edge.files if file.status != "A"), on_chain=False)


def stands(git: GitStore, upstream: str | None, edges: Iterable[Edge]) -> frozenset[str]:
    """Returns the paths, of those that edges change or remove, that were there as an upstream has them.

    Another file of the same number is a proposal that lost its race: to take it away is the way out.
    """
    files = [file for edge in edges for file in edge.files if file.status != "A" and is_kept(file.path)]
    theirs = _entries(git, upstream, {file.path for file in files})
    return frozenset(
        file.path for file in files if theirs.get(file.path) == TreeEntry(file.before_mode, file.before_oid)
    )


def decides(git: GitStore, new: str, edges: Iterable[Edge]) -> bool:
    """Tells whether something changed that trust is asked about: a promotion, or under a trust root a setting."""
    paths = [change.path for edge in edges if edge.on_chain for change in edge.files]
    if any(path.startswith(_DECIDES) for path in paths):
        return True
    return any(is_governed(path) for path in paths) and bool(git.tree(new, [f"{ROOT}/trust"]))


def _change(
    git: GitStore,
    ref: str,
    new: str | None,
    edges: tuple[Edge, ...],
    attributes: bytes,
    *,
    known: str | None = None,
    relation: Relation = "continues",
    keeps: frozenset[str] | None = None,
    after: Gathered | None = None,
) -> Change:
    final = {change.path: change for edge in edges if edge.on_chain for change in edge.files}
    present = {path: one.oid for path, one in final.items() if not one.is_gone}
    chain = after.landed.chain if after is not None else None
    blobs = {oid: chain.files[path] for path, oid in chain.oids.items()} if chain is not None else {}
    wanted = {oid for path, oid in present.items() if oid not in blobs and (is_kept(path) or is_setting(path))}
    blobs |= git.blobs(wanted)
    asked = {ATTRIBUTES, *(about for path in present if (about := signed_path(path)) is not None)} - final.keys()
    context = None
    if new is not None and keeps is None and after is None:
        added = {path: blobs[oid] for path, oid in present.items() if is_record(path)}
        context = _context(git, new, added) if known is not None else {}
    return Change(
        ref=ref,
        head=new,
        edges=edges,
        known=known,
        relation=relation,
        merged_by=_merged_by(git, known, new) if relation == "foxtrot" and known and new else None,
        keeps=keeps,
        blobs=blobs,
        there=frozenset(_entries(git, new or edges[0].parent, asked)),  # what the index does not change HEAD has
        context=context,
        attributes=attributes,
        partial=git.is_partial,
        overlays=tuple(git.overlays()),
        after=after,
        acknowledged=acknowledged(after.landed) if after is not None else frozenset(),
    )


def _relation(git: GitStore, old: str | None, new: str, since: Sequence[tuple[str, tuple[str, ...]]]) -> Relation:
    """Returns where a known head is, given the first-parent chain of the new one without what the known one reaches."""
    if old in (None, new) or (since and since[0][1][:1] == (old,)):
        return "continues"
    common = git.common_ancestor(old, new)
    if common is None:
        return "unrelated"
    return "foxtrot" if common == old else "rewound" if common == new else "rewritten"


def _departure(git: GitStore, known: str, new: str) -> Relation:
    """Returns where a head that is not on the chain is; one that this clone lacks was rewritten."""
    return _relation(git, known, new, ()) if git.commit_of(known) is not None else "rewritten"


def _merged_by(git: GitStore, known: str, new: str) -> str:
    """Returns the first commit of the new chain that reaches a head which is not on it."""
    chain = [commit for commit, _ in git.commits(new, old=known, chain=True)]
    return chain[bisect_left(chain, True, key=lambda commit: git.contains(commit, known))]


def _ours(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """Returns edges with the files that the laws are about: those below any folder that is called `.gitprov`."""
    return tuple(replace(edge, files=tuple(change for change in edge.files if _is_ours(change.path))) for edge in edges)


def _is_ours(path: str) -> bool:
    return path.startswith(f"{ROOT}/") or any(is_root(part) for part in path.split("/")[:-1])


def _entries(git: GitStore, commit: str | None, paths: Iterable[str]) -> dict[str, TreeEntry]:
    """Returns those of some paths that a commit has; nothing where there is none."""
    asked, found = sorted(paths), dict[str, TreeEntry]()
    if commit is None:
        return found
    for at in range(0, len(asked), _SOME):
        found |= git.tree(commit, asked[at : at + _SOME])
    return found


def _context(git: GitStore, new: str, added: Mapping[str, bytes]) -> dict[str, bytes]:
    """Returns the records that those added rest on, and what these rest on in turn, by path.

    Most are named by their ids. What is numbered (releases, requests, trust versions) is read when a name leads nowhere
    else, or an evaluation is about a set.
    """
    records = _understood(added)
    wanted = {named for one in records for named in named_by(one.record)} - {one.id for one in records}
    of_sets = any(isinstance(one.record, Evaluation) and one.record.subject.set_ is not None for one in records)
    if not wanted and not of_sets:
        return {}
    tree = {path: entry.oid for path, entry in git.tree(new, [ROOT]).items() if is_record(path) and path not in added}
    by_id = {path.rpartition("/")[2].removesuffix(".yaml"): path for path in tree}
    todo = {by_id[digest_hex(one)] for one in wanted if digest_hex(one) in by_id}
    if of_sets or len(todo) < len(wanted):
        todo |= {path for path in tree if path.startswith(_NUMBERED)}
    found: dict[str, bytes] = {}
    while todo:
        blobs = dict(git.blobs({tree[path] for path in todo}))
        new_ones = {path: blobs[tree[path]] for path in todo}
        found |= new_ones
        names = {named for one in _understood(new_ones) for named in named_by(one.record)}
        todo = {by_id[digest_hex(one)] for one in names if digest_hex(one) in by_id} - found.keys()
    return found


def _understood(files: Mapping[str, bytes]) -> list[Stored]:
    return [one for path, data in files.items() if isinstance(one := read_record(path, data), Stored)]
