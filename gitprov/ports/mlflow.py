"""MLflow: what a tracking server, or the folder of a file store, has. Everything in it is somebody else's word."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from gitprov.errors import Finding
from gitprov.frozen import dataclass
from gitprov.ports.progress import Progress


@dataclass(frozen=True, slots=True)
class Box:
    """Where MLflow keeps what a run, or a logged model, left.

    Attributes:
        owner: Id of the run or of the logged model.
        path: Where a file store has it, from the folder that holds the store: `mlruns/EXPERIMENT/RUN/artifacts`.
        uri: Where it is, as MLflow says.
        model: What the logged model is called; None for the artifacts of a run.
    """

    owner: str
    path: str
    uri: str
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set that a run says it read; its digest is MLflow's own, of a sample, and no digest of bytes."""

    name: str
    digest: str
    kind: str
    source: str


@dataclass(frozen=True, slots=True)
class TrackedRun:
    """A run, as MLflow has it.

    Attributes:
        id: Its id, safe in a path; likewise that of its experiment.
        experiment_id: Id of its experiment.
        experiment: What that is called.
        name: What the run is called.
        status: FINISHED, FAILED, KILLED, RUNNING or SCHEDULED.
        started: RFC 3339 UTC; None when MLflow does not say.
        ended: Likewise.
        commit: The git commit that MLflow saw, 40 or 64 hex digits.
        params: Its parameters, which are text there.
        metrics: The last value of each metric.
        datasets: What it says it read.
        models: Ids of the logged models that it made.
        box: Its artifacts.
    """

    id: str
    experiment_id: str
    experiment: str
    name: str
    status: str
    started: str | None
    ended: str | None
    commit: str | None
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    datasets: tuple[Dataset, ...]
    models: tuple[str, ...]
    box: Box

    @property
    def has_ended(self) -> bool:
        """Tells whether nothing is said to come any more."""
        return self.ended is not None and self.status in ("FINISHED", "FAILED", "KILLED")


@dataclass(frozen=True, slots=True)
class RegisteredVersion:
    """A version in the model registry.

    Attributes:
        name: What the model is called.
        version: Its number, as text.
        created: RFC 3339 UTC; None when MLflow does not say.
        run: The run that made it; "" when nobody says.
        source: Where it is: a URI, below the artifacts of that run, or `models:/ID` of a logged model.
        stages: The stage and the aliases that it has now.
    """

    name: str
    version: str
    created: str | None
    run: str
    source: str
    stages: tuple[str, ...]


class MlflowStore(Protocol):
    """A tracking server or a file store. What one thing in it says wrongly is a finding, and the rest is read.

    Every method raises GP-IO-002 when a server cannot be reached or refuses who asks, GP-MLF-002 for what no MLflow
    server answers, GP-IO-001 when the disk refuses.
    """

    @property
    def address(self) -> str:
        """What people call it; nothing secret is in it."""
        ...

    def runs(self, experiment: str | None = None, run: str | None = None) -> Iterator[TrackedRun | Finding]:
        """Yields the runs that are not deleted, experiment by experiment, the oldest first.

        Args:
            experiment: The name of the only experiment.
            run: The id of the only run.

        Raises:
            GitprovError: GP-MLF-001 when no MLflow is there; GP-USE-001 when there is no such experiment or run.
        """
        ...

    def model(self, run: TrackedRun, model: str) -> Box:
        """Returns where the files of a logged model are.

        Raises:
            GitprovError: GP-MLF-003 when that cannot be understood.
        """
        ...

    def versions(self) -> Iterator[RegisteredVersion | Finding]:
        """Yields all registered versions, by name and number."""
        ...

    def files(self, box: Box) -> Mapping[str, int]:
        """Returns the files in a box, by path in it, with their sizes in bytes.

        Raises:
            GitprovError: GP-MLF-004 when they cannot be read from here.
        """
        ...

    def bring(self, box: Box, files: Mapping[str, int], progress: Progress) -> AbstractContextManager[str]:
        """Gives a folder, absolute, that has these files of a box as long as it is open.

        Raises:
            GitprovError: GP-MLF-002 when another number of bytes arrives; GP-PTH-001 for a name that leads elsewhere.
        """
        ...
