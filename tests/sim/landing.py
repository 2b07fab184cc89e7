"""What landed on a protected ref, step by step, without a repository: signatures are facts, as the checks take them."""

from collections.abc import Callable, Iterable, Sequence
from random import Random

from gitprov.adapters.settings import StrictReader
from gitprov.check.in_force import InForce
from gitprov.check.landed import Chain, Landed
from gitprov.ids import Digest, sha256_of
from gitprov.lineage import Held, Ledger
from gitprov.records import (
    Artifact,
    Evaluation,
    Evidence,
    History,
    Identity,
    Person,
    Role,
    Roles,
    Stored,
    TrustRoot,
    signature_path,
    store,
)
from gitprov.trust.roots import Accepted, Roots
from gitprov.trust.signatures import Means, Signature, Signatures
from gitprov.wiring.resources import read_resource
from tests.sim.book import Book
from tests.unit.trust.facts import MAIN, commit, key, pem, proven

PEOPLE = ("eric", "eva", "olga", "paul", "pia")
"""Each holds the key of that name: an owner (olga), producers (paul, pia), evaluators (eric, eva)."""


def trust_root(people: Sequence[str] = PEOPLE) -> Stored:
    """Returns the first version of a trust root that lists these people."""
    return store(
        TrustRoot(
            version=1,
            history=History(size=0, root=sha256_of(b"")),
            ref=MAIN,
            people={person: Person(identities=(Identity(key=pem(person)),)) for person in people},
            roles=Roles(
                owner=Role(people=("olga",)),
                producer=Role(people=tuple(one for one in people if one.startswith("p"))),
                evaluator=Role(people=tuple(one for one in people if one.startswith("e"))),
            ),
        )
    )


def by_type(stored: Stored) -> tuple[str, ...]:
    """Returns who signs a record as a rule: eva evaluations, paul what else is signed."""
    if isinstance(stored.record, Artifact | Evidence):
        return ()
    return ("eva",) if isinstance(stored.record, Evaluation) else ("paul",)


class Landing:
    """A protected ref that a book of records lands on; step 0 has the trust root."""

    def __init__(self, book: Book | None = None) -> None:
        self.book = book or Book()
        self.root = trust_root()
        self.files: dict[str, tuple[int, bytes]] = {self.root.path: (0, self.root.data)}
        self.held: list[Held] = [Held(self.root, "committed")]
        self.signatures: dict[str, Signature] = {}
        self.changes: list[tuple[int, str, Digest | None]] = []
        self.blobs: dict[Digest, bytes] = {}
        self.unreviewed: set[Digest] = set()
        self.head = 0

    def step(
        self, only: Iterable[Digest] | None = None, *, by: Callable[[Stored], Iterable[str]] | str = by_type
    ) -> int:
        """Makes a step that lands what is new in the book, or these records of it, and their signatures.

        Args:
            only: The records.
            by: Who signs each of them, or the one who signs them all.
        """
        self.head += 1
        for held in self.book.held:
            if held.stored.path not in self.files and (only is None or held.id in set(only)):
                self.files[held.stored.path] = (self.head, held.stored.data)
                self.held.append(held)
                for name in (by,) if isinstance(by, str) else by(held.stored):
                    self.sign(held.id, name)
        return self.head

    def sign(
        self,
        record: Digest,
        name: str,
        means: Means = "signs",
        *,
        listed: bool = True,
        fault: str = "",
        at: str | None = None,
    ) -> None:
        """Lands a signature of a record by the key of a name, made at a proven time, at the present step."""
        stored = next(held.stored for held in self.held if held.id == record)
        path = signature_path(
            stored.path, f"{record} {means} {name}".encode(), approval=means in ("approves", "rejects")
        )
        self.files[path] = (self.head, b"")
        trust = self.root.id if means == "countersigns" else None
        self.signatures[path] = Signature(path, record, key(name), means, listed, fault, trust=trust, proven=proven(at))

    def set(self, path: str, data: bytes | None) -> None:
        """Puts a setting in force from the present step on; takes it out of force with None."""
        digest = sha256_of(data) if data is not None else None
        self.changes.append((self.head, path, digest))
        if digest is not None and data is not None:
            self.blobs[digest] = data

    def starter(self, *names: str) -> None:
        """Puts policies that gitprov ships in force."""
        for name in names:
            self.set(f".gitprov/policies/{name}.yaml", read_resource(f"templates/policies/{name}.yaml"))

    def landed(self, shuffle: Random | None = None) -> Landed:
        """Returns everything that landed, in the order in which it did, or in any."""
        held, files = list(self.held), list(self.files.items())
        if shuffle is not None:
            shuffle.shuffle(held)
            shuffle.shuffle(files)
        of: dict[Digest, list[str]] = {}
        for path, signature in self.signatures.items():
            of.setdefault(signature.record, []).append(path)
        chain = Chain(
            MAIN,
            tuple(commit(step) for step in range(self.head + 1)),
            {path: step for path, (step, _) in files},
            {path: data for path, (_, data) in files},
        )
        root = self.root.record
        assert isinstance(root, TrustRoot)
        return Landed(
            chain,
            Ledger(held),
            Signatures(of, self.signatures.__getitem__),
            Roots((Accepted(root, self.root.id, 0, -1),)),
            InForce(tuple(self.changes), self.blobs, StrictReader().read),
            lambda run, _step: run not in self.unreviewed,
        )

    @property
    def commit(self) -> str:
        """The last commit, as records name it."""
        return f"git:{commit(self.head)}"
