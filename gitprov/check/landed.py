"""What landed on the protected ref, as facts: what every law about signatures and effect is judged by.

A **step** is one first-parent edge of the protected ref, numbered by its commit in `Chain.commits`: step 0 is the root
commit. A file lands at the step whose first-parent difference adds it: the same for merge, squash, rebase and
fast-forward. What a step may do is judged against its first parent, step - 1.
"""

from collections.abc import Callable, Mapping
from dataclasses import field, replace

from gitprov.check.changes import Edge, Loss
from gitprov.check.in_force import InForce
from gitprov.errors import Finding
from gitprov.frozen import dataclass
from gitprov.ids import Digest, sha256_of
from gitprov.lineage import Ledger
from gitprov.trust.log import Log
from gitprov.trust.roots import Roots
from gitprov.trust.signatures import Means, Signature, Signatures

PROPOSED = "proposed"
"""Stands for the commit of a step that has not been made: what would be if a branch landed now."""


@dataclass(frozen=True, slots=True)
class Chain:
    """The first-parent chain of the protected ref, and what its steps added below `.gitprov/`.

    Attributes:
        ref: The full name of the ref that was read (a remote-tracking branch, or the branch itself).
        commits: Object ids, oldest first.
        landed: Path of every record and signature file to the step where it first landed.
        files: The same paths to the bytes that landed.
        losses: What later steps changed or removed.
        settings: Path of a setting to its (step, digest of the bytes or None when removed), ascending.
        blobs: Digest to bytes of everything in `settings`.
        edges: What each step changed below `.gitprov/`.
        oids: The same paths as in `landed` to the object ids that landed; none of a step that has not been made.
        steps: Commit to step.
    """

    ref: str
    commits: tuple[str, ...]
    landed: Mapping[str, int]
    files: Mapping[str, bytes]
    losses: tuple[Loss, ...] = ()
    settings: Mapping[str, tuple[tuple[int, Digest | None], ...]] = field(default_factory=dict)
    blobs: Mapping[Digest, bytes] = field(default_factory=dict)
    edges: tuple[Edge, ...] = field(default=(), repr=False)
    oids: Mapping[str, str] = field(default_factory=dict, repr=False)
    steps: Mapping[str, int] = field(init=False, repr=False, compare=False)
    _added: Mapping[int, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        added: dict[int, list[str]] = {}
        for path, step in sorted(self.landed.items()):
            added.setdefault(step, []).append(path)
        object.__setattr__(self, "steps", {commit: step for step, commit in enumerate(self.commits)})
        object.__setattr__(self, "_added", {step: tuple(paths) for step, paths in added.items()})

    @property
    def head(self) -> int:
        """The last step."""
        return len(self.commits) - 1

    def step_of(self, commit: str | None) -> int | None:
        """Returns the step of a recorded commit (`git:…`), or None when it is not on the chain."""
        return self.steps.get(commit.removeprefix("git:")) if commit is not None else None

    def added(self, step: int) -> tuple[str, ...]:
        """Returns the paths that first landed at a step, sorted."""
        return self._added.get(step, ())

    def extended(self, files: Mapping[str, bytes], settings: Mapping[str, bytes] | None = None) -> "Chain":
        """Returns the chain with one more step, which adds these files: what would be if a branch landed now."""
        step = len(self.commits)
        new = {path: data for path, data in files.items() if path not in self.landed}
        changed = dict(self.settings)
        blobs = dict(self.blobs)
        for path, data in (settings or {}).items():
            digest = sha256_of(data)
            blobs[digest] = data
            changed[path] = (*changed.get(path, ()), (step, digest))
        return replace(
            self,
            commits=(*self.commits, PROPOSED),
            landed={**self.landed, **dict.fromkeys(new, step)},
            files={**self.files, **new},
            settings=changed,
            blobs=blobs,
        )


@dataclass(frozen=True, slots=True)
class Landed:
    """Everything that landed on the protected ref, with who counts and what is in force.

    Attributes:
        chain: The files and where they landed.
        ledger: All records among them.
        signatures: Their signatures.
        roots: The accepted trust versions.
        settings: The settings in force.
        reviewed: Tells whether the code of a run (by its id) is that of some commit of the chain up to a step.
    """

    chain: Chain
    ledger: Ledger
    signatures: Signatures
    roots: Roots
    settings: InForce
    reviewed: Callable[[Digest, int], bool]

    def landing(self, record: Digest) -> int | None:
        """Returns the step where a record landed."""
        held = self.ledger.held.get(record)
        return self.chain.landed.get(held.stored.path) if held is not None else None

    def signers(self, record: Digest, as_of: int, *means: Means, until: int | None = None) -> frozenset[str]:
        """Returns the people in standing who signed a record (or what `means` says), as known after step `as_of`.

        A signature is judged at its own landing; one that lands at the step being judged, `as_of` + 1 (or `until`),
        counts. A countersignature names a trust version that was in force by then.
        """
        last = as_of + 1 if until is None else until
        return frozenset(
            person
            for one in self.signatures.of(record)
            if one.is_good and one.means in (means or ("signs", "countersigns"))
            if self.chain.landed[one.path] <= last
            if (person := self.person(one, as_of)) is not None
        )

    def person(self, one: Signature, as_of: int) -> str | None:
        """Returns who is in standing behind a good signature, as known after step `as_of`; None for nobody."""
        return self.roots.person(one, self.made_by(one), as_of) if self._attests_in_force(one, as_of) else None

    def why_not(self, one: Signature, as_of: int) -> str:
        """Returns why a good signature counts for nobody, with the step that fails; "" when it counts."""
        if not self._attests_in_force(one, as_of):
            return "W7: it attests its record under a trust version that was not in force"
        return self.roots.why_not(one, self.made_by(one), as_of)

    def _attests_in_force(self, one: Signature, as_of: int) -> bool:
        """Tells whether the trust version that a countersignature names was in force; true of others."""
        return one.trust is None or any(one.trust == root.id and root.step <= as_of for root in self.roots.accepted)

    def made_by(self, one: Signature) -> int:
        """Returns the step by which a good signature was made: where the first file landed that wraps the same act.

        Whoever wraps it again, with a later timestamp or another log entry, does not make it anew (threat A14).
        """
        same = (other for other in self.signatures.of(one.record) if other.is_good and other.act == one.act)
        landed = self.chain.landed
        return min((landed[other.path] for other in same if one.act is not None), default=landed[one.path])

    def has_stranger(self, record: Digest, as_of: int, until: int) -> bool:
        """Tells whether some key that no trust version in force after `as_of` lists may have signed a record.

        Whether it did cannot be told by then. That a later version lists the key, so that it can, changes nothing.
        """
        known = {key for version in self.roots.accepted if version.step <= as_of for key in version.keys}
        return any(
            one.is_claim and one.key not in known
            for one in self.signatures.of(record)
            if one.means in ("signs", "countersigns") and self.chain.landed[one.path] <= until
        )


@dataclass(frozen=True, slots=True)
class Gathered:
    """What landed, and what is wrong with it.

    Attributes:
        landed: The facts.
        log: The derived log.
        trust: What is wrong with trust versions.
        settings: What is wrong with the settings in force.
        partial: Whether this clone lacks history or objects, so that nothing can be decided.
    """

    landed: Landed
    log: Log
    trust: tuple[Finding, ...]
    settings: tuple[Finding, ...]
    partial: bool
