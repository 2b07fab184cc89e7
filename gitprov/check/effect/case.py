"""One request, to be judged at one step: what every clause looks at."""

from collections.abc import Iterable

from gitprov.check.basis import Basis, View, basis
from gitprov.check.effect.timeline import Asked, Timeline
from gitprov.check.landed import Landed
from gitprov.errors import Code, Finding
from gitprov.frozen import dataclass
from gitprov.ids import Digest, digest_hex
from gitprov.lineage import Held
from gitprov.records import Evidence, Release, Request
from gitprov.records.stored import ROOT
from gitprov.trust.roots import Accepted
from gitprov.trust.signatures import Means, Signature


@dataclass(frozen=True, slots=True)
class Case:
    """A request at a step.

    Attributes:
        landed: Everything that landed.
        timeline: What became effective before the step.
        held: The request's record.
        request: What it says.
        step: The step; trust, settings and what is in effect are those of its first parent, `before`.
        root: The trust version in force there.
    """

    landed: Landed
    timeline: Timeline
    held: Held
    request: Request
    step: int
    root: Accepted

    @property
    def before(self) -> int:
        """The first parent of the step."""
        return self.step - 1

    @property
    def name(self) -> str:
        """The request as people name it."""
        return self.request.label

    @property
    def folder(self) -> str:
        """Where the request lies."""
        return self.held.stored.path.rpartition("/")[0]

    @property
    def current(self) -> Asked | None:
        """The request that is in effect before the step."""
        return self.timeline.effective(self.request.stage, self.before)

    @property
    def askers(self) -> frozenset[str]:
        """Who may ask for a promotion, and sign a release: producers and owners."""
        name = self.request.name
        return frozenset({*self.root.role("producer", name).people, *self.root.role("owner", name).people})

    def is_there(self, record: Digest) -> bool:
        """Tells whether a record has landed, at this step at the latest."""
        landing = self.landed.landing(record)
        return landing is not None and landing <= self.step

    def evidence(self) -> Evidence | None:
        """Returns the evidence beside the request, if it is the one that the request names."""
        held = self.landed.ledger.held.get(self.request.evidence)
        if held is None or held.stored.path != f"{self.folder}/evidence.yaml" or not self.is_there(held.id):
            return None
        record = held.stored.record
        return record if isinstance(record, Evidence) else None

    def release(self) -> Release | None:
        """Returns the release that the request names, once it has landed."""
        wanted = self.request.release
        return self.landed.ledger.releases.get(wanted.id) if wanted is not None and self.is_there(wanted.id) else None

    def basis(self) -> Basis | None:
        """Returns what the release rests on, out of what has landed, at this step at the latest."""
        wanted = self.request.release
        view = View(self.landed, self.step, self.step, self.before, self.request.name)
        return basis(view, wanted.id if wanted is not None else None)

    def runs(self) -> list[Digest]:
        """Returns the runs that the release rests on: those of its members and those that it names besides."""
        release = self.release()
        if release is None:
            return []
        return list(dict.fromkeys([*(member.run for member in release.members.values()), *release.runs]))

    def files(self, record: Digest, *means: Means) -> list[Signature]:
        """Returns the signature files of a record that mean this and have landed, at this step at the latest."""
        found = [one for one in self.landed.signatures.of(record) if one.means in means]
        return [one for one in found if self.landed.chain.landed[one.path] <= self.step]

    def signatures(self, record: Digest) -> list[Signature]:
        """Returns those by which somebody stands behind a record: no votes."""
        return self.files(record, "signs", "countersigns")

    def setting(self, path: str) -> object | None:
        """Returns a setting in force before the step, `path` below `.gitprov/`."""
        return self.landed.settings.setting(self.before, f"{ROOT}/{path}")

    def find(self, code: Code, what: str, *, why: str = "", fix: str = "") -> Finding:
        """Returns a finding about the request."""
        return code.finding(self.held.stored.path, what, why=why, fix=fix)


def people(names: Iterable[str]) -> str:
    """Returns names in words."""
    return ", ".join(sorted(names)) or "nobody"


def short(record: Digest | None) -> str:
    """Returns an id in words."""
    return f"id:{digest_hex(record)[:8]}" if record is not None else "nothing"


def in_words(signatures: Iterable[Signature]) -> str:
    """Returns what is there instead of a signature that counts."""
    found = list(signatures)
    if not found:
        return "it has no signature"
    unlisted = sum(not one.listed for one in found)
    wrong = next((one.fault for one in found if one.listed and one.fault), "")
    parts = [f"{unlisted} by unlisted keys"] if unlisted else []
    parts += [f"one that counts for nothing: {wrong}"] if wrong else []
    return "its signatures: " + ("; ".join(parts) or "by people who are not in standing for this")
