"""What MLflow says of a run, as records: one run, what it left, what it says it read, and its numbers (demand 40).

What MLflow says is `declared`, what it does not know is `unknown`: who ran it, the command, whether the tree was clean.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from gitprov.frozen import dataclass
from gitprov.ids import Digest, Value, md5_of, sha256_of
from gitprov.ids.recipes import UNKNOWN
from gitprov.lineage import Ledger
from gitprov.ports.git import TreeEntry
from gitprov.ports.mlflow import Box, Dataset, TrackedRun
from gitprov.ports.workplace import Workplace
from gitprov.recording.code import code_digest
from gitprov.recording.evaluate import read_metrics
from gitprov.recording.inputs import Used
from gitprov.recording.plan import OutputSpec, Request
from gitprov.recording.scene import locks_at
from gitprov.recording.seal import MODEL
from gitprov.recording.sources import DEFAULT_KIND, STEP, kind_of, name_of_path
from gitprov.recording.stages import guess_kind, roles
from gitprov.recording.told import UNKNOWN_ACTOR, environment_of, imported_run, imported_source
from gitprov.records import (
    AnyContent,
    Artifact,
    Code,
    Content,
    Environment,
    Evaluation,
    Input,
    Recipe,
    Reference,
    ReferencedContent,
    Stored,
    Subject,
    reference_digest,
    store,
)

SUITE = "mlflow"
"""The suite of the numbers that MLflow has."""
REPORT = "report"
"""The kind of what MLflow says of a run."""
MLMODEL = "MLmodel"
"""The file that says that a folder is a model of MLflow's."""
SAID = "run.json"
"""What MLflow says of a run, as a file: where it is recorded, beside the run's artifacts."""
PARAMS = "params"
"""The role of the parameters that a run's record has no room for: a file beside that of what MLflow says."""
PARAMS_ROOM = 32 << 10
"""How many bytes of parameters a record holds: half of it. The longest of more are in that file."""
_TOP = "mlruns/"

_Out = tuple[OutputSpec, AnyContent]
"""An output, and its content."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is going to be one artifact: an entry of a run's artifacts, or a logged model.

    Attributes:
        box: Where it is.
        entry: What it is called right in the box; "" for all of the box.
        files: Its files, by path in the box, with their sizes; None where nobody can list them from here.
    """

    box: Box
    entry: str
    files: Mapping[str, int] | None

    @property
    def path(self) -> str:
        """Where it is recorded."""
        return f"{self.box.path}/{self.entry}" if self.entry else self.box.path

    @property
    def called(self) -> str:
        """What its name and its role are made of, after what tells it from others of that name."""
        return f"{self.box.owner}/{self.entry or self.box.model or 'artifacts'}"

    def reference(self) -> ReferencedContent:
        """Returns it as content that nobody has the bytes of."""
        uri = self.box.uri or self.box.path
        sizes = {} if self.files is None else {"files": len(self.files), "size": sum(self.files.values())}
        locator = f"{uri}/{self.entry}" if self.entry else uri
        return _referenced(Reference(
            kind="mlflow", locator=locator, version=self.box.owner, checks=sizes, assurance="asserted"
        ))  # fmt: skip


def said_path(run: TrackedRun) -> str:
    """Returns where what MLflow says of a run is recorded."""
    return f"{run.box.path.rpartition('/')[0]}/{SAID}"


def said_of(run: TrackedRun) -> bytes:
    """Returns what MLflow says of a run: JSON in one form, so that the same is known again.

    Without who ran it, which records do not tell of people, and without tags, which people change at any time.
    """
    said = {
        "datasets": [[one.name, one.digest, one.kind, one.source] for one in run.datasets],
        "ended": run.ended,
        "experiment": run.experiment,
        "experiment_id": run.experiment_id,
        "metrics": run.metrics,
        "models": run.models,
        "name": run.name,
        "params": run.params,
        "run_id": run.id,
        "started": run.started,
        "status": run.status,
    }
    return _file(said)


def split_params(run: TrackedRun) -> tuple[dict[str, str], dict[str, str]]:
    """Returns the parameters that the record of a run holds, and the others."""
    held, others = dict(run.params), {}
    sizes = {name: len(json.dumps([name, value])) for name, value in held.items()}
    size = sum(sizes.values())
    for name in sorted(sizes, key=lambda name: (-sizes[name], name)):
        if size <= PARAMS_ROOM:
            break
        size -= sizes[name]
        others[name] = held.pop(name)
    return held, others


def files_of(run: TrackedRun) -> list[bytes]:
    """Returns the files that are recorded of a run besides what it left."""
    _, others = split_params(run)
    return [said_of(run), *([_file(others)] if others else [])]


def _file(said: Mapping[str, object]) -> bytes:
    return (json.dumps(said, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def step_of(run: TrackedRun) -> str:
    """Returns the step that the runs of an experiment are recorded as: `/Users/ada/Churn Model` is `churn-model`."""
    name = name_of_path(run.experiment.rstrip("/").rpartition("/")[2])
    return name_of_path(f"{name}-{run.experiment_id}") if name in (STEP, "unnamed") else name


class RunRecords:
    """Makes the records of runs."""

    def __init__(self, place: Workplace, ledger: Ledger) -> None:
        self._place, self._ledger = place, ledger
        self._tree = cache(self._find_tree)
        self._environment = cache(self._find_environment)
        self._kinds: dict[str, str] = {}
        self._digests: dict[tuple[str, tuple[str, ...], tuple[str, ...]], Digest | None] = {}

    def make(self, run: TrackedRun, kept: Sequence[Kept], contents: Mapping[str, Content]) -> list[Stored]:
        """Returns the records of a run.

        Args:
            run: What MLflow says of it.
            kept: What it left.
            contents: What was read of that, by path; the rest is held by reference.

        Raises:
            GitprovError: GP-YML-*, GP-VAL-* for what no record can hold.
        """
        step, said = step_of(run), said_of(run)
        held, others = split_params(run)
        sources, inputs = self._inputs(run, step, others)
        outs: dict[str, _Out] = {
            said_path(run): (OutputSpec(said_path(run), name_of_path(f"{step}.run"), REPORT), _content(said))
        }
        outs |= {one.called: self._out(step, one, contents.get(one.path) or one.reference()) for one in kept}
        outputs = {role: outs[called] for role, called in roles(list(outs)).items()}
        specs = {role: out for role, (out, _) in outputs.items()}
        code = self._code(run, step, [*(out.path for out in specs.values()), *(used.path for used in inputs.values())])
        artifacts, made = imported_run(
            Request(step=step, command=(), cwd=".", outputs=specs, params=held),
            inputs,
            {role: content for role, (_, content) in outputs.items()},
            code=code,
            environment=self._environment(run.commit),
            started=run.started,
            finished=run.ended,
        )
        return [*sources, *artifacts, store(made), *_evaluations(run, artifacts, said)]

    def _out(self, step: str, kept: Kept, content: AnyContent) -> _Out:
        """Returns what a run left as an output."""
        called = kept.called.rpartition("/")[2]
        name = name_of_path(f"{step}/{called}")
        inside = f"{kept.entry}/{MLMODEL}" if kept.entry else MLMODEL
        guess = (
            MODEL if kept.box.model or inside in (kept.files or ()) else guess_kind(called.partition(".")[0].lower())
        )
        return OutputSpec(kept.path, name, self._kind(name, guess)), content

    def _kind(self, name: str, guess: str) -> str:
        """Returns the kind of a name, which the first run that has it decides where nobody else does."""
        if name not in self._kinds:
            self._kinds[name] = kind_of(self._place, self._ledger, name, None, guess)
        return self._kinds[name]

    def _inputs(self, run: TrackedRun, step: str, others: Mapping[str, str]) -> tuple[list[Stored], dict[str, Used]]:
        """Returns the records of what a run read, and role to input: data sets, as it says, and long parameters."""
        sources: list[Stored] = []
        found: dict[str, Used] = {}
        for name, path, content, called in self._read(run, step, others):
            kind = self._kind(name, DEFAULT_KIND)
            artifact = Artifact(name=name, kind=kind, content=content, recipe=Recipe(id=content.digest))
            made = imported_source(artifact, path, None)
            sources += made
            used = Input(artifact=made[0].id, content=content.digest, after="unknown", path=path)
            found[f"{content.digest}/{called}"] = Used(used, content, path)
        return sources, {role: found[called] for role, called in roles(list(found)).items()}

    @staticmethod
    def _read(run: TrackedRun, step: str, others: Mapping[str, str]) -> Iterator[tuple[str, str, AnyContent, str]]:
        """Yields the name, path and content of what a run read, and what its role is made of."""
        for one in run.datasets:
            path = f"{_TOP}{run.experiment_id}/datasets/{name_of_path(f'{one.name}-{one.digest}')}"
            yield name_of_path(one.name or "dataset"), path, _dataset(one), one.name or "dataset"
        if others:
            path = f"{said_path(run).removesuffix(SAID)}{PARAMS}.json"
            yield name_of_path(f"{step}.{PARAMS}"), path, _content(_file(others)), PARAMS

    def _code(self, run: TrackedRun, step: str, apart: Iterable[str]) -> Code:
        """Returns the code of the commit that MLflow saw, if it is here; nobody knows whether the tree was clean."""
        if run.commit is None or self._place.git.commit_of(run.commit) != run.commit:
            return Code(digest=UNKNOWN, paths=())
        project = self._place.settings.project()
        configured = project.steps[step].code if step in project.steps else ()
        paths = tuple(sorted(configured or project.code.include or (".",)))
        tracked = any(path.startswith(_TOP) for path in self._tree(run.commit))
        out = tuple(sorted(apart)) if tracked else ()
        key = (run.commit, paths, out)
        if key not in self._digests:
            state = self._place.git.code_at(run.commit, paths, out)
            self._digests[key] = code_digest(state) if state is not None else None
        digest = self._digests[key]
        return Code(digest=digest or UNKNOWN, paths=paths, commit=f"git:{run.commit}")

    def _find_tree(self, commit: str) -> Mapping[str, TreeEntry]:
        return self._place.git.tree(commit)

    def _find_environment(self, commit: str | None) -> Environment:
        """Returns what the lock files of a commit say, if this repository has it."""
        if commit is None or self._place.git.commit_of(commit) != commit:
            return environment_of(self._place, {})
        return environment_of(self._place, locks_at(self._place.git, self._tree(commit)))


def _evaluations(run: TrackedRun, artifacts: Iterable[Stored], said: bytes) -> Iterator[Stored]:
    """Yields the numbers of a run: about the models that it made, else about what MLflow says of it."""
    if not run.metrics or run.ended is None:
        return
    metrics: Mapping[str, Value] = read_metrics(json.dumps(run.metrics).encode(), f"run {run.id}")
    found = [(one, one.record) for one in artifacts if isinstance(one.record, Artifact)]
    models = [(one, record) for one, record in found if record.kind == MODEL]
    own = [(one, record) for one, record in found if record.content.digest == sha256_of(said)]
    for one, record in models or own:
        yield store(
            Evaluation(
                name=record.name,
                suite=SUITE,
                subject=Subject(artifact=one.id),
                metrics=metrics,
                source=sha256_of(said),
                actor=UNKNOWN_ACTOR,
                evaluated=run.ended,
            )
        )


def _content(data: bytes) -> Content:
    return Content(digest=sha256_of(data), md5=md5_of(data), size=len(data))


def _dataset(one: Dataset) -> ReferencedContent:
    return _referenced(
        Reference(
            kind="mlflow-dataset",
            locator=one.source or one.name,
            version=one.digest,
            checks={"name": one.name, "source": one.kind},
            assurance="asserted",
        )
    )


def _referenced(reference: Reference) -> ReferencedContent:
    return ReferencedContent(digest=reference_digest(reference), reference=reference)
