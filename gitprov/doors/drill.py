"""`gitprov drill`: tampers with a copy in every known way, and says which door catches it and how long that takes.

The copy has the records of the protected branch, a trust root of its own and a key that nobody keeps: no real key, ref
or memory is touched.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from gitprov.audit.changes import gather_whole
from gitprov.audit.gather import gather_at
from gitprov.check.changes import PLAIN
from gitprov.check.engine import Verdict, check
from gitprov.check.files import ATTRIBUTES, is_record
from gitprov.doors.local import judge_index, judge_updates
from gitprov.doors.merge import Landing, judge_merge
from gitprov.doors.server import judge_push
from gitprov.doors.tampering import CI, FIRST, INDEX, KINDS, MEMORY, MOVE, SERVER, Story
from gitprov.doors.updates import Doorway, Update, protected
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import md5_of, sha256_of
from gitprov.ports.git import GitStore
from gitprov.ports.scratch import Commits, Drilling, File, Scratch
from gitprov.recording.writing import Outcome, make_signature, stage, write_records
from gitprov.records import (
    Artifact,
    Content,
    Event,
    History,
    Output,
    Person,
    Recipe,
    Role,
    Roles,
    Run,
    TrustRoot,
    store,
)
from gitprov.records.stored import ROOT
from gitprov.trust.log import EMPTY

MAIN = "refs/heads/main"
UPSTREAM = "refs/remotes/origin/main"
DRILL = "drill"
"""The kind of the event that records a drill; in the copy, who did everything."""
_COPIED = tuple(f"{ROOT}/{folder}/" for folder in ("artifacts", "evaluations", "releases", "runs"))
"""Where the records of a copy lie: those that mean the same under every trust root."""


@dataclass(frozen=True, slots=True)
class Move:
    """A protected branch that somebody leads, or wants to lead, from a commit to another.

    Attributes:
        scratch: The clone; its `main` and that of its remote are at `before`, its index has what `after` has.
        before: The head that everybody knows.
        after: Where it is to go.
        parents: Those of `after`.
    """

    scratch: Scratch
    before: str
    after: str
    parents: tuple[str, ...]


Judged = Verdict | Landing


def _first(place: Doorway, move: Move, attributes: bytes) -> Judged:
    return _audit(place, move.after, None, attributes)


def _memory(place: Doorway, move: Move, attributes: bytes) -> Judged:
    return _audit(place, move.after, move.before, attributes)


def _audit(place: Doorway, head: str, known: str | None, attributes: bytes) -> Judged:
    return check(gather_whole(place, gather_at(place, MAIN, head), known=known, attributes=attributes))


def _server(place: Doorway, move: Move, attributes: bytes) -> Judged:
    return next(judge_push(place, [Update(MAIN, move.before, move.after)], attributes))


def _ci(place: Doorway, move: Move, attributes: bytes) -> Judged:
    return judge_merge(place, move.before, move.after, attributes)


def _move(place: Doorway, move: Move, _: bytes) -> Judged:
    return next(judge_updates(place, [Update(MAIN, move.before, move.after)]), Verdict())


def _index(place: Doorway, move: Move, attributes: bytes) -> Judged:
    """A person makes with `git commit` what is one commit on top of another, and nothing else."""
    if move.parents != (move.before,):
        return Verdict()
    move.scratch.stage_tree(move.after)
    return judge_index(place, attributes)


DOORS: Mapping[str, Callable[[Doorway, Move, bytes], Judged]] = {
    FIRST: _first,
    MEMORY: _memory,
    SERVER: _server,
    CI: _ci,
    MOVE: _move,
    INDEX: _index,
}


def codes_of(place: Doorway, door: str, move: Move, attributes: bytes) -> tuple[set[str], set[str]]:
    """Returns the codes that a door refuses a move with, and those that it only tells."""
    try:
        judged = DOORS[door](place, move, attributes)
    except GitprovError as error:
        if error.code is codes.GIT_OLD:  # that says nothing of the door
            raise
        return {error.code.id}, set()
    told = (*judged.warnings, *judged.undecided)
    return {finding.code.id for finding in judged.findings}, {finding.code.id for finding in told}


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one way of tampering.

    Attributes:
        kind: Its name.
        code: The code that it must give.
        caught: Door to the milliseconds that it took to say so.
        missed: The doors that can see it and did not say so.
    """

    kind: str
    code: str
    caught: Mapping[str, int]
    missed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drilled:
    """What came of a drill.

    Attributes:
        commit: The commit whose records were copied; None when there was none.
        records: How many these are.
        tried: What came of each kind.
        alarms: The doors that refused an honest merge, each with the codes.
        folder: Where the copy lies.
    """

    commit: str | None
    records: int
    tried: tuple[Tried, ...]
    alarms: Mapping[str, tuple[str, ...]]
    folder: str

    @property
    def is_caught(self) -> bool:
        """Tells whether every door caught what it can see, and nothing else."""
        return not self.alarms and not any(one.missed for one in self.tried)


def drill(place: Doorway, copy: Drilling, kinds: Iterable[str], attributes: bytes) -> Drilled:
    """Tampers with a copy.

    Args:
        place: The ports of the project; `git` and `incoming` are read.
        copy: The ports of the repository that is made for it.
        kinds: Names of `KINDS`; all when empty.
        attributes: What `gitprov init` writes.

    Raises:
        GitprovError: GP-USE-001 for a kind that is not known; GP-GIT-003.
    """
    chosen = list(dict.fromkeys(kinds)) or list(KINDS)
    if unknown := [kind for kind in chosen if kind not in KINDS]:
        raise codes.USE_ARGUMENT.error(f"no such kind: {', '.join(unknown)}", why=f"there are {', '.join(KINDS)}")
    guarded = protected(place.git, place.incoming)
    commit = guarded.head if guarded is not None and guarded.head is not None else place.git.head()
    story = _story(copy, place.git, commit, attributes)
    honest = story.commits.commit(
        {**story.files, **story.spare}, story.head, story.branch(story.heads[-2]), message="Merge a branch"
    )
    after = [KINDS[kind].do(story) for kind in chosen]
    keep = {f"refs/drill/{kind}": at for kind, at in zip(chosen, after, strict=True)}
    ids = copy.scratch.write(
        story.commits, {MAIN: story.head, UPSTREAM: story.head, "refs/drill/honest": honest, **keep}
    )

    def move(at: int) -> Move:
        parents = story.commits.made[at].parents
        return Move(copy.scratch, ids[story.head], ids[at], tuple(ids[one] for one in parents))

    found = {door: codes_of(copy, door, move(honest), attributes)[0] for door in DOORS if door != FIRST}
    return Drilled(
        commit,
        sum(map(_is_copied, story.commits.made[story.heads[1]].files)),
        tuple(_try(copy, kind, move(at), attributes) for kind, at in zip(chosen, after, strict=True)),
        {door: tuple(sorted(alarms)) for door, alarms in found.items() if alarms},
        copy.scratch.path,
    )


def _try(copy: Drilling, kind: str, move: Move, attributes: bytes) -> Tried:
    code, caught = KINDS[kind].code.id, dict[str, int]()
    for door in KINDS[kind].doors:
        began = copy.clock.ticks()
        refused, told = codes_of(copy, door, move, attributes)
        if code in refused | told:
            caught[door] = round(1000 * (copy.clock.ticks() - began))
    return Tried(kind, code, caught, tuple(door for door in KINDS[kind].doors if door not in caught))


def record(place: Doorway, drilled: Drilled, *, dry_run: bool = False) -> Outcome:
    """Records what came of a drill as an event, signs and stages it.

    Raises:
        GitprovError: GP-KEY-* when the key cannot be used; GP-IO-001.
    """
    table = {
        one.kind: {"caught": dict(one.caught), "code": one.code, "missed": list(one.missed)} for one in drilled.tried
    }
    missed = sorted(one.kind for one in drilled.tried if one.missed)
    event = store(
        Event(
            kind=DRILL,
            actor=place.person(),
            at=place.clock.now(),
            subjects=(),
            reason=f"missed: {', '.join(missed)}" if missed else "everything was caught",
            details={
                "alarms": {door: list(found) for door, found in drilled.alarms.items()},
                "kinds": table,
                **({"commit": f"git:{drilled.commit}"} if drilled.commit else {}),
            },
        )
    )
    if dry_run:
        return Outcome((event,), (event.path,), dry_run=True)
    with place.worktree.locked(DRILL):
        return Outcome((event,), stage(place, write_records(place, [event])))


def _story(copy: Drilling, git: GitStore, commit: str | None, attributes: bytes) -> Story:
    """Returns a history in which the records of a commit landed at once, under a new trust root, and three later."""
    entries = git.tree(commit, [ROOT]) if commit is not None else {}
    plain = {path: entry.oid for path, entry in entries.items() if _is_copied(path) and entry.mode == PLAIN}
    copied = {path: File(PLAIN, oid) for path, oid in plain.items()}
    later = [{path: File(PLAIN, data) for path, data in _added(number)} for number in range(4)]
    commits = Commits()
    heads = [commits.commit({"README.md": File(PLAIN, b"a drill\n")}, message="Begin")]
    files = {**commits.files(0), **copied, ATTRIBUTES: File(PLAIN, attributes), **dict(_root(copy))}
    heads.append(commits.commit(files, heads[0], message="Copy the records"))
    for added in later[:3]:
        files |= added
        heads.append(commits.commit(files, heads[-1], message="Record something"))
    if plain:
        victim = max(plain)
        ((_, data),) = git.blobs([plain[victim]])
    else:
        victim, data = next(_added(0))
    return Story(commits, tuple(heads), victim, data, later[3])


def _is_copied(path: str) -> bool:
    return is_record(path) and path.startswith(_COPIED)


def _root(copy: Drilling) -> Iterator[tuple[str, File]]:
    owner = Person(identities=(copy.signer.identity,))
    roles = Roles(owner=Role(people=(DRILL,)))
    past = History(size=0, root=EMPTY)
    root = store(TrustRoot(version=1, history=past, ref=MAIN, people={DRILL: owner}, roles=roles))
    signature = make_signature(copy, root, {})
    yield root.path, File(PLAIN, root.data)
    yield signature.path, File(PLAIN, signature.data)


def _added(number: int) -> Iterator[tuple[str, bytes]]:
    """Yields the records of something that was added."""
    data = b"drill %d\n" % number
    digest = sha256_of(data)
    content = Content(digest=digest, md5=md5_of(data), size=len(data))
    artifact = store(Artifact(name=DRILL, kind="dataset", content=content, recipe=Recipe(id=digest)))
    made = Output(artifact=artifact.id, content=digest, path="drill.txt", recipe=digest)
    run = store(Run(step="add", actor=DRILL, outputs={"source": made}))
    for one in (artifact, run):
        yield one.path, one.data
