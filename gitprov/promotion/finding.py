"""Which request people mean, and where it is."""

import re
from collections.abc import Callable, Iterator

from gitprov.check.effect import judge
from gitprov.check.landed import Gathered
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import digest_hex, sha256_of
from gitprov.lineage.naming import split_stage
from gitprov.ports.git import GitStore, branch_name
from gitprov.records import Request, Stored, decode
from gitprov.records.stored import ROOT

PROMOTIONS = f"{ROOT}/promotions"
_numbered = re.compile(r"(?P<place>[^@/]+/[^@/]+)/0*(?P<sequence>[1-9][0-9]*)").fullmatch
_prefix = re.compile(r"(?:id:|sha256:|id:sha256:)(?P<hex>[0-9a-f]{4,64})").fullmatch


@dataclass(frozen=True, slots=True)
class Found:
    """A request in a commit.

    Attributes:
        stored: Its file.
        request: What it says.
        revision: HEAD, a branch (full name of the ref), or the protected ref.
    """

    stored: Stored
    request: Request
    revision: str

    @property
    def name(self) -> str:
        """The request as people name it."""
        return self.request.label


def find_request(git: GitStore, gathered: Gathered, text: str) -> Found:
    """Returns the request that a text names: in HEAD, else on a branch `promote/…`, else on the protected ref.

    Args:
        git: The repository.
        gathered: What landed.
        text: NAME/STAGE/SEQ; NAME/STAGE for the one that waits to take effect; id:PREFIX.

    Raises:
        GitprovError: GP-NAM-001 when there is none; GP-NAM-002 when it fits several; GP-NAM-003 for another form.
    """
    fits, known = _reader(gathered, text), list[str]()
    for revision in ("HEAD", *git.branches("promote/"), gathered.landed.chain.ref):
        requests = list(requests_in(git, revision))
        there = [one for one in requests if fits(one)]
        if len(there) > 1:
            raise codes.NAM_AMBIGUOUS.error(
                f"{text} fits {len(there)} requests", why=", ".join(one.name for one in there), fix="name one of them"
            )
        if there:
            return there[0]
        known += [one.name for one in requests]
    raise codes.NAM_UNKNOWN.error(
        f"no request {text}" + (" waits to take effect" if split_stage(text) else ""),
        why=f"{gathered.landed.chain.ref}, HEAD and the branches promote/… have "
        + (", ".join(dict.fromkeys(known)) or "none"),
        fix="git fetch  # then run it again",
    )


def requests_in(git: GitStore, revision: str) -> Iterator[Found]:
    """Yields the requests that a commit has; one that cannot be read is passed over."""
    entries = git.tree(revision, [PROMOTIONS]) if git.commit_of(revision) is not None else {}
    oids = {path: entry.oid for path, entry in sorted(entries.items()) if path.endswith("/request.yaml")}
    blobs = dict(git.blobs(oids.values()))
    for path, oid in oids.items():
        try:
            record = decode(blobs[oid], name=path)
        except GitprovError:
            continue
        if isinstance(record, Request):
            yield Found(Stored(sha256_of(blobs[oid]), path, blobs[oid], record), record, revision)


def require_here(gathered: Gathered, found: Found) -> None:
    """Refuses a request that HEAD does not have: a vote is committed beside it.

    Raises:
        GitprovError: GP-NAM-001 with the way to it; GP-PRO-018 when another request has its number already.
    """
    chain, path = gathered.landed.chain, found.stored.path
    if found.revision == "HEAD":
        if chain.files.get(path, found.stored.data) != found.stored.data:
            raise codes.PRO_TAKEN.error(
                f"{found.name} on {chain.ref} is another request", fix=f"gitprov renumber {found.name}"
            )
        return
    where, has_landed = branch_name(found.revision), found.revision == chain.ref
    fix = f"git merge {chain.ref.removeprefix('refs/remotes/')}" if has_landed else f"git switch {where}"
    raise codes.NAM_UNKNOWN.error(f"{found.name} is not in this checkout", why=f"{where} has it", fix=fix)


def _reader(gathered: Gathered, text: str) -> Callable[[Found], bool]:
    """Returns what tells whether a request is one that a text names."""
    if numbered := _numbered(text):
        name = f"{numbered['place']}/{numbered['sequence']}"
        return lambda one: one.name == name
    if prefix := _prefix(text):
        digits = prefix["hex"]
        return lambda one: digest_hex(one.stored.id).startswith(digits)
    place = split_stage(text)
    if place is None:
        raise codes.NAM_SYNTAX.error(f"{text!r} names no request", fix="write NAME/STAGE/SEQ, NAME/STAGE or id:PREFIX")
    current = judge(gathered.landed, place[0]).effective(place[1], gathered.landed.chain.head)
    in_effect = current.id if current is not None else None
    return lambda one: (one.request.name, one.request.stage, one.request.replaces) == (*place, in_effect)
