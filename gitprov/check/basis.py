"""What a release rests on, read out of the records that had landed at a step, and whose signatures count for it."""

from gitprov.check.landed import Landed
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.lineage import Ledger
from gitprov.lineage.layers import MadeBy, closure
from gitprov.records import Artifact, Release, ReleaseRef, Run
from gitprov.records.roots import RoleName
from gitprov.trust.signatures import Means


@dataclass(frozen=True, slots=True)
class Basis:
    """A release with its closure: the records that it names, and no others.

    Attributes:
        ref: The release.
        release: Its record.
        ledger: The runs that it names, and the artifacts that these took and gave, as far as they had landed.
        made_by: Every artifact that it rests on, with the run that made it.
    """

    ref: ReleaseRef
    release: Release
    ledger: Ledger
    made_by: MadeBy

    @property
    def members(self) -> dict[str, tuple[Digest, Artifact]]:
        """Role to the member's id and record, by role."""
        artifacts = self.ledger.artifacts
        return {
            role: (member.artifact, artifacts[member.artifact])
            for role, member in sorted(self.release.members.items())
            if member.artifact in artifacts
        }

    @property
    def runs(self) -> dict[Digest, Run]:
        """The runs, sorted by step and id."""
        return dict(sorted(self.ledger.runs.items(), key=lambda item: (item[1].step, item[0])))

    @property
    def sources(self) -> dict[Digest, Artifact]:
        """The artifacts that were added, not made, sorted by name and id."""
        found = [(one, self.ledger.artifacts[one]) for one in self.made_by if one in self.ledger.artifacts]
        return dict(
            sorted(((one, a) for one, a in found if a.recipe.is_source), key=lambda item: (item[1].name, item[0]))
        )

    def maker(self, artifact: Digest) -> Run | None:
        """Returns the run that made an artifact, or None."""
        return self.ledger.runs.get(self.made_by.get(artifact) or Digest(""))

    def contents(self, role: str) -> dict[str, Digest]:
        """Returns the content in a role, by the role of the member that it belongs to.

        That is the member itself, and what the run that made a member took in that role.
        """
        found = {}
        for name, (artifact, record) in self.members.items():
            run = self.maker(artifact)
            if name == role:
                found[name] = record.content.digest
            elif run is not None and role in run.inputs:
                found[name] = run.inputs[role].content
        return found


@dataclass(frozen=True, slots=True)
class View:
    """What counts when a request is judged.

    Attributes:
        landed: Everything that landed.
        step: The step that is judged: trust, roles and settings are those in force after its first parent.
        by: Up to which step named records, and signatures on them, count: where the evidence landed, so that what
            lands while approvals are awaited changes nothing of it.
        head: The step of the evidence's commit, -1 when it is on no chain: what is not named counts up to there.
        name: What is promoted: its roles may be delegated.
    """

    landed: Landed
    step: int
    by: int
    head: int
    name: str

    def has(self, record: Digest, by: int | None = None) -> bool:
        """Tells whether a record had landed after the step `by`."""
        step = self.landed.landing(record)
        return step is not None and step <= (self.by if by is None else by)

    def holders(self, role: RoleName) -> frozenset[str]:
        """Returns who holds a role; nobody without a trust root."""
        root = self.landed.roots.at(self.step - 1)
        return frozenset(root.role(role, self.name).people) if root is not None else frozenset()

    def signers(self, record: Digest, *means: Means, by: int | None = None) -> frozenset[str]:
        """Returns the people in standing who signed a record, up to the step `by`."""
        return self.landed.signers(record, self.step - 1, *means, until=self.by if by is None else by)

    def is_signed(self, record: Digest, role: RoleName, by: int | None = None) -> bool:
        """Tells whether somebody in a role signed a record, up to the step `by`."""
        return bool(self.signers(record, by=by) & self.holders(role))

    def is_accepted(self, run: Digest) -> bool:
        """Tells whether a producer stands behind a run.

        Where a key signed it, too, that nobody in standing holds, a producer must have countersigned the run. Only a
        run asks for that: a key that nobody lists must not take away an evaluation, or the age of data.
        """
        if self._has_stranger(run):
            return bool(self.signers(run, "countersigns") & self.holders("producer"))
        return self.is_signed(run, "producer")

    def _has_stranger(self, record: Digest) -> bool:
        person, landed = self.landed.roots.person, self.landed
        return self.landed.has_stranger(record, self.step - 1, self.by) or any(
            one.is_good and person(one, landed.made_by(one), self.step - 1) is None
            for one in self.landed.signatures.of(record)
            if one.means in ("signs", "countersigns") and landed.chain.landed[one.path] <= self.by
        )


def basis(view: View, release: Digest | None) -> Basis | None:
    """Returns what a release rests on, out of what had landed; None when it had not itself."""
    held = view.landed.ledger.held
    record = view.landed.ledger.releases.get(release or Digest(""))
    if release is None or record is None or not view.has(release):
        return None
    members = {member.artifact for member in record.members.values()}
    runs = {*(member.run for member in record.members.values()), *record.runs}
    known = [one for one in runs if one in view.landed.ledger.runs and view.has(one)]
    used: set[Digest] = set()
    for run in (view.landed.ledger.runs[one] for one in known):
        used |= {taken.artifact for taken in run.inputs.values()} | {made.artifact for made in run.outputs.values()}
    ledger = Ledger(held[one] for one in sorted({*known, *members, *used}) if view.has(one))
    ref = ReleaseRef(id=release, set_=record.set_, version=record.version)
    return Basis(ref, record, ledger, closure(ledger, record.members, record.runs))
