"""What another tool's registry says of a version: docs/format.md, "Event"."""

from typing import Literal

from gitprov.frozen import dataclass
from gitprov.ids.names import is_name
from gitprov.records.codec import CommitField, NameField, Part, PathField

IMPORTED = "imported"
"""The kind of event that keeps what another tool's registry says; no release, no promotion, and no rule counts it."""

Action = Literal["registered", "deregistered", "assigned", "unassigned", "deprecated"]
"""A version was registered, or is so no more; it was given a stage, or lost it; what has this name is used no more."""

_STAGED: tuple[Action, ...] = ("assigned", "unassigned")


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign(Part):
    """The `details` of an event of the kind imported, whose subjects are the artifacts that the version is.

    It has no subjects where nobody knows which they are. Its actor is who imports; who did it there is left out.

    Attributes:
        from_: The tool: gto, mlflow.
        action: What happened there.
        name: What the artifact is called there, as it is written there.
        as_: What it is called here; None where `name` is a name.
        version: What the version is called there; None where it is about none, or none is known.
        stage: The stage, alias or whatever it moves to there, as it is written there.
        ref: What says so there: a tag, the id of a run; of two happenings that are else alike another one.
        commit: The git commit that the version is of.
        path: Where the artifact lay at that commit.
        undated: Whether the tool does not say when; the event's `at` is then when it was imported.
    """

    from_: NameField
    action: Action
    name: str
    as_: NameField | None = None
    version: str | None = None
    stage: str | None = None
    ref: str | None = None
    commit: CommitField | None = None
    path: PathField | None = None
    undated: bool = False

    def fault(self) -> str | None:
        """Returns a fault unless it has one name here, and a stage if and only if it is about one."""
        if (self.as_ is None) != is_name(self.name):
            return "must have as if and only if its name cannot be one here"
        if (self.stage is None) == (self.action in _STAGED):
            return f"must have a stage if and only if it is {' or '.join(_STAGED)}"
        return None

    @property
    def called(self) -> str:
        """What the artifact is called here."""
        return self.as_ or self.name

    @property
    def words(self) -> str:
        """The same in words: `imported from gto: churn v1.2.0, assigned to prod: not a promotion`."""
        what = " ".join([self.name, *([self.version] if self.version is not None else [])])
        match self.action:
            case "assigned":
                done = f"assigned to {self.stage}: not a promotion"
            case "unassigned":
                done = f"assigned to {self.stage} no more"
            case action:
                done = action
        return f"imported from {self.from_}: {what}, {done}"
