"""Promotions and deployments: what moves a stage, on what evidence, and what was put in place.

docs/format.md, "Promotion request", "Evidence", "Deployment".
"""

from collections.abc import Mapping
from typing import ClassVar, Literal

from gitprov.frozen import dataclass
from gitprov.records.codec import Closed, DigestField, NameField, Part, PathField, TimeField, Version
from gitprov.records.roots import History

Move = Literal["promote", "rollback", "withdraw"]
Waived = Literal["approvals", "gates"]
APPROVALS = "approvals"
"""The folder of a request where the signatures of approvals and rejections lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRef(Part):
    """A release: its record's id, its set, its number."""

    id: DigestField
    set_: DigestField
    version: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Part):
    """The wish to move one stage of one name; who signs it asks for it.

    Attributes:
        project: Id of the first trust version: the same wish in another project is another wish (threat A09).
        kind: promote, rollback (to a release that was effective here), or withdraw (serve nothing).
        name: Of the release.
        stage: Which stage moves.
        sequence: Number of the request for this name and stage.
        from_: The stage where the release is effective now, if this stage comes after another one.
        replaces: Id of the request that is in effect and shall be replaced; None when there is none.
        release: What shall serve; None for withdraw.
        evidence: Id of the evidence.
        policy: Digest of the settings in force that it was judged by.
        authors: People who wrote the code since the release in effect, as git names them: they do not approve.
        evaluated_at: When the gates were evaluated; they are evaluated again as of this time, never later.
        expires: From when on it can take effect no more.
        reason: In words.
        summary: What changes, in words: follows from the evidence, so that what is read is what is signed.
    """

    schema: ClassVar[str] = "gitprov/request/v1"
    project: DigestField
    kind: Move
    name: NameField
    stage: NameField
    sequence: Version
    from_: NameField | None = None
    replaces: DigestField | None = None
    release: ReleaseRef | None = None
    evidence: DigestField
    policy: DigestField
    authors: tuple[NameField, ...] = ()
    evaluated_at: TimeField
    expires: TimeField
    reason: str
    summary: tuple[str, ...]

    @property
    def label(self) -> str:
        """How people name it: `churn/production/3`."""
        return f"{self.name}/{self.stage}/{self.sequence}"

    def fault(self) -> str | None:
        """Returns a fault when the fields do not make one wish."""
        if (self.release is None) != (self.kind == "withdraw"):
            return "must name a release, unless it withdraws"
        if self.replaces is None and self.kind != "promote":
            return "must replace the request in effect"
        if list(self.authors) != sorted(set(self.authors)):
            return "must have its authors sorted, each once"
        return None if self.evaluated_at < self.expires else "must expire after it was evaluated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver(Closed):
    """The `details` of an event of the kind exception, whose one subject is a request.

    Attributes:
        waives: What need not hold: `approvals` that are missing, `gates` that deny.
        until: When it is over: at most 72 hours after the event's `at`.
        history: Where the protected ref stood.
    """

    waives: tuple[Waived, ...]
    until: TimeField
    history: History

    def fault(self) -> str | None:
        """Returns a fault when it waives nothing, or says so twice."""
        if not self.waives or list(self.waives) != sorted(set(self.waives)):
            return "must say what it waives, sorted, each once"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed(Part):
    """One member as it was put in place.

    Attributes:
        artifact: Its id.
        content: Its content's digest.
        path: Where, relative to the folder.
        directory: Whether it is a directory: the digest is that of its listing, which a file could hold as well.
    """

    artifact: DigestField
    content: DigestField
    path: PathField
    directory: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment(Part):
    """What a deployer pulled, compared and put in place, and when it saw that the promotion counts (demand 20).

    Attributes:
        project: Id of the first trust version.
        name: Of the release.
        stage: The stage.
        request: Id of the request that was in effect.
        release: What it named.
        members: Role to what was put in place.
        observed_at: The deployer's clock: time as the first trusted observer saw it.
        history: Where the protected ref stood.
    """

    schema: ClassVar[str] = "gitprov/deployment/v1"
    project: DigestField
    name: NameField
    stage: NameField
    request: DigestField
    release: ReleaseRef
    members: Mapping[NameField, Placed]
    observed_at: TimeField
    history: History
