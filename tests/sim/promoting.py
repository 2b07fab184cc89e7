"""Requests, approvals and rotations on a protected ref without a repository: signatures are facts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gitprov.adapters.settings import StrictReader
from gitprov.check.effect import Timeline, judge
from gitprov.check.evidence import Ask, judged, summary
from gitprov.check.in_force import InForce
from gitprov.check.landed import Chain, Landed
from gitprov.ids import Digest, sha256_of
from gitprov.lineage import Held, Ledger
from gitprov.records import (
    Artifact,
    History,
    Identity,
    Person,
    ReleaseRef,
    Request,
    Role,
    Roles,
    Stored,
    TrustRoot,
    store,
)
from gitprov.records.promotions import Move
from gitprov.records.roots import Delegation
from gitprov.trust.roots import Accepted, Roots
from gitprov.trust.signatures import Means, Signatures
from tests.sim.landing import Landing
from tests.unit.trust.facts import MAIN, OWN, Window, commit, identity

TEAM = ("ada", "ben", "cleo", "dan")
"""ada owns and trains; all others may be approvers."""
NOW = "2026-03-01T00:00:00Z"
EXPIRES = "2026-03-15T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Wish:
    """A request with its evidence, made but not landed yet."""

    request: Stored
    evidence: Stored

    @property
    def id(self) -> Digest:
        """The request's id."""
        return self.request.id


class Promoting(Landing):
    """A protected ref with releases of `model`: ada owns, trains and asks; `approvers` approve for the stage live.

    Attributes:
        ref: The protected ref: another one is another project.
        stages: For which the approvers approve.
    """

    def __init__(
        self,
        releases: int = 3,
        *,
        approvers: Collection[str] = ("ben", "cleo"),
        threshold: int = 1,
        ref: str = MAIN,
        stages: Sequence[str] = ("live",),
    ) -> None:
        super().__init__()
        self.ref, self.stages = ref, stages
        self.book.day = "2026-02-20"
        self.versions: list[Accepted] = []
        self.files.clear()
        self.held.clear()
        self.trust(approvers, threshold=threshold)
        self.releases: list[Stored] = []
        for number in range(1, releases + 1):
            source = self.book.add(f"raw-{number}", f"raw {number}".encode())
            made = self.book.make(
                "train", {"raw": source}, {"model": ("model", f"model {number}".encode())}, kind="model"
            )
            one = self.book.seal("model", number, model=made["model"])
            self.releases.append(next(held.stored for held in self.book.held if held.id == one))
        self.step(by=lambda stored: () if isinstance(stored.record, Artifact) else ("ada",))

    def trust(
        self,
        approvers: Collection[str],
        *,
        threshold: int = 1,
        revoked: Collection[str] = (),
        keys: Mapping[str, Sequence[str]] | None = None,
        distinct_from: Sequence[Literal["evaluator", "owner"]] = (),
        windows: Mapping[str, Window] | None = None,
        delegations: Mapping[str, Delegation] | None = None,
    ) -> Accepted:
        """Puts another trust version in force from the present step on; `keys` are a person's where not their own."""
        before = self.versions[-1] if self.versions else None
        listed = {name: (name,) for name in TEAM} | dict(keys or {})
        root = TrustRoot(
            version=len(self.versions) + 1,
            follows=before.id if before is not None else None,
            history=History(size=0, root=sha256_of(b""), commit=f"git:{commit(self.head - 1)}" if before else None),
            ref=self.ref,
            people={
                name: Person(
                    identities=tuple(
                        self.identity(key, (windows or {}).get(key, (None, None)), "lost" if key in revoked else None)
                        for key in keys
                    )
                )
                for name, keys in listed.items()
            },
            roles=Roles(
                owner=Role(people=("ada",)),
                approver={
                    stage: Role(
                        people=tuple(sorted(approvers)), threshold=threshold, distinct_from=tuple(distinct_from)
                    )
                    for stage in self.stages
                },
            ),
            delegations=delegations or {},
            trusted_roots={"team": OWN},
        )
        stored = store(root)
        self.land(stored)
        self.root = self.root if self.versions else stored
        self.versions.append(Accepted(root, stored.id, self.head, self.head - 1 if before is not None else -1))
        return self.versions[-1]

    def identity(self, key: str, window: Window, revoked: str | None) -> Identity:
        """Returns what a trust version lists for the key of a name."""
        return identity(key, window=window, revoked=revoked)

    def landed(self, until: int | None = None) -> Landed:  # type: ignore[override]  # never shuffled, but cut short
        """Returns what landed, or what had landed at a step."""
        last = self.head if until is None else until
        files = {path: found for path, found in self.files.items() if found[0] <= last}
        of: dict[Digest, list[str]] = {}
        for path, signature in self.signatures.items():
            if path in files:
                of.setdefault(signature.record, []).append(path)
        return Landed(
            Chain(
                MAIN,
                tuple(commit(step) for step in range(last + 1)),
                {path: step for path, (step, _) in files.items()},
                {path: data for path, (_, data) in files.items()},
            ),
            Ledger(held for held in self.held if held.stored.path in files),
            Signatures(of, self.signatures.__getitem__),
            Roots(tuple(one for one in self.versions if one.step <= last)),
            InForce(tuple(change for change in self.changes if change[0] <= last), self.blobs, StrictReader().read),
            lambda _run, _step: True,
        )

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
        """Lands a signature, unless the same one landed before: there is only one of each."""
        before = dict(self.files)
        super().sign(record, name, means, listed=listed, fault=fault, at=at)
        self.files |= before

    def timeline(self, until: int | None = None) -> Timeline:
        """Returns what became of every request."""
        return judge(self.landed(until), "model")

    def wish(
        self,
        release: Stored | None,
        *,
        kind: Move = "promote",
        by: str = "ada",
        sequence: int = 1,
        authors: Sequence[str] = (),
        stage: str = "live",
    ) -> Wish:
        """Returns a request for what would be right to ask at the head."""
        landed = self.landed()
        current = judge(landed, "model").effective(stage, self.head)
        ref = None
        if release is not None:
            record = landed.ledger.releases[release.id]
            ref = ReleaseRef(id=release.id, set_=record.set_, version=record.version)
        ask = Ask(
            kind=kind,
            name="model",
            stage=stage,
            sequence=sequence,
            requester=by,
            authors=tuple(authors),
            evaluated_at=NOW,
            commit=self.commit,
            release=release,
            incumbent=current.request.release if current is not None else None,
        )
        extended = replace(landed, chain=landed.chain.extended({}))
        evidence = judged(extended, self.head + 1, ask)[0]
        request = Request(
            project=self.versions[0].id,
            kind=kind,
            name="model",
            stage=stage,
            sequence=sequence,
            replaces=current.id if current is not None else None,
            release=ref,
            evidence=store(evidence).id,
            policy=evidence.policy,
            authors=tuple(authors),
            evaluated_at=NOW,
            expires=EXPIRES,
            reason="because",
            summary=summary(evidence, extended),
        )
        return Wish(store(request), store(evidence))

    def move(self) -> int:
        """Begins a step."""
        self.head += 1
        return self.head

    def land(self, stored: Stored, by: str | None = None) -> None:
        """Lands a record at the present step, signed by a key."""
        if stored.path not in self.files:
            self.files[stored.path] = (self.head, stored.data)
            self.held.append(Held(stored, "committed"))
        if by is not None:
            self.sign(stored.id, by)

    def request(self, wish: Wish, by: str = "ada") -> None:
        """Lands a request with its evidence at the present step."""
        self.land(wish.evidence)
        self.land(wish.request, by)
