"""`gitprov import mlflow`: runs, what they left, their numbers and registered versions, of a server or a file store.

A run that has ended becomes a run, once: what MLflow says of it is one of its outputs, as a file, and by that it is
known again. Of what says something else later there is another run. Registered versions and their stages become events
of the kind imported, never releases or promotions (demand 40).
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property

from gitprov.check.secrets import Text
from gitprov.errors import Code, Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.exchange.imported import Registrar
from gitprov.exchange.mlflow_records import PARAMS, SAID, Kept, RunRecords, files_of, said_of, said_path, split_params
from gitprov.frozen import dataclass
from gitprov.ids import Digest, sha256_of
from gitprov.ids.names import is_name, path_fault
from gitprov.lineage import Held, Ledger
from gitprov.ports.mlflow import Box, MlflowStore, RegisteredVersion, TrackedRun
from gitprov.ports.workplace import Workplace
from gitprov.recording.secrets import refuse_secrets, refuse_texts
from gitprov.recording.sources import name_of_path
from gitprov.recording.writing import Outcome, stage, write_records
from gitprov.records import Content, ReferencedContent, Run, Stored
from gitprov.records.foreign import Action, Foreign

AT_ONCE = 1000
"""New records that are written together, and..."""
MUCH = 1 << 28
"""...bytes, after which they are: what an import that is interrupted has done so far."""
TOOL = "mlflow"
_PLACE = re.compile(r"mlruns/[^/]+/(?:models/)?([^/]+)/artifacts(?:/([^/]+))?").fullmatch

_STOP: tuple[Code, ...] = (codes.IO_NETWORK, codes.IO_FAILED, codes.LCK_BUSY, codes.GIT_FAILED, codes.IMM_OVERWRITE)
"""What says nothing about one run: the next one would meet it, too."""


@dataclass(frozen=True, slots=True)
class Todo:
    """A run that is not recorded as MLflow has it now, and what it left."""

    run: TrackedRun
    kept: tuple[Kept, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import is going to do.

    Attributes:
        todo: The runs that will be recorded.
        known: How many runs are recorded already.
        unfinished: How many have not ended.
        files: How many files will be read; `size` is how many bytes.
        registered: Registered versions of these runs, or all of them where all runs were asked for.
        with_bytes: Whether artifacts are read, and not only listed.
        findings: What MLflow says and nobody can understand.
    """

    todo: tuple[Todo, ...]
    known: int
    unfinished: int
    files: int
    size: int
    registered: tuple[RegisteredVersion, ...]
    with_bytes: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; with `dry_run` its outcome has no records, since their bytes were not read.

    Attributes:
        outcome: The records.
        plan: What was going to be done.
        findings: Those of the plan, and what could not be recorded.
        unverified: Paths of new artifacts whose bytes nobody has.
    """

    outcome: Outcome
    plan: Plan
    findings: tuple[Finding, ...]
    unverified: tuple[str, ...]


def plan_import(
    ledger: Ledger,
    store: MlflowStore,
    *,
    experiment: str | None = None,
    run: str | None = None,
    with_bytes: bool = True,
) -> Plan:
    """Asks MLflow what it has, and says what of it is new. No artifact is read.

    Args:
        ledger: What is recorded.
        store: The server or the file store.
        experiment: Only the runs of the experiment of this name.
        run: Only the run of this id.
        with_bytes: Whether artifacts are to be read.

    Raises:
        GitprovError: GP-MLF-001, GP-MLF-002, GP-USE-001, GP-IO-*, as `MlflowStore.runs`.
    """
    recorded = _recorded(ledger)
    findings: list[Finding] = []
    todo: list[Todo] = []
    asked: set[str] = set()
    known = unfinished = 0
    for one in store.runs(experiment, run):
        if isinstance(one, Finding):
            findings.append(one)
            continue
        if one.id in asked:
            continue  # a run that came while pages were turned moves others to the next page
        asked.add(one.id)
        if not one.has_ended:
            unfinished += 1
        elif (whole := recorded.get((said_path(one), sha256_of(said_of(one))))) is not None and whole >= with_bytes:
            known += 1
        else:
            todo.append(Todo(one, tuple(_kept(store, one, findings))))
    is_part = experiment is not None or run is not None
    registered: list[RegisteredVersion] = []
    with _noted(findings, "the model registry"):
        for version in store.versions():
            if isinstance(version, Finding):
                findings.append(version)
            elif not is_part or version.run in asked:
                registered.append(version)
    read = [kept.files for one in todo for kept in one.kept if kept.files is not None] if with_bytes else []
    return Plan(
        todo=tuple(todo),
        known=known,
        unfinished=unfinished,
        files=sum(map(len, read)),
        size=sum(sum(files.values()) for files in read),
        registered=tuple(registered),
        with_bytes=with_bytes,
        findings=tuple(findings),
    )


def import_mlflow(
    place: Workplace, ledger: Ledger, store: MlflowStore, plan: Plan, *, dry_run: bool = False
) -> Imported:
    """Reads artifacts into the cache, records what is planned, and stages the records.

    What cannot be recorded comes back as a finding, and the rest is recorded. When the server or the disk gives up,
    what was read so far is recorded, and the same command goes on.

    Args:
        place: The ports.
        ledger: What is recorded; grows.
        store: The server or the file store.
        plan: What to do.
        dry_run: Read and write nothing.

    Raises:
        GitprovError: GP-IO-*, GP-LCK-001, GP-GIT-003, GP-KEY-*.
    """
    if dry_run:
        return Imported(Outcome(dry_run=True), plan, plan.findings, ())
    return _Import(place, ledger, store, plan).run()


class _Import:
    """One import."""

    def __init__(self, place: Workplace, ledger: Ledger, store: MlflowStore, plan: Plan) -> None:
        self._place, self._ledger, self._store, self._plan = place, ledger, store, plan
        self._maker = RunRecords(place, ledger)
        self._findings = list(plan.findings)
        self._new: dict[Digest, Stored] = {}
        self._files: list[bytes] = []
        self._records: list[Stored] = []
        self._staged: list[str] = []
        self._unverified: dict[str, None] = {}

    def run(self) -> Imported:
        """Does what is planned."""
        self._place.progress.begin(f"reading artifacts of {self._store.address}", self._plan.size)
        unwritten = 0
        try:
            for one in self._plan.todo:
                with _noted(self._findings, f"run {one.run.id} is not imported"):
                    self._take(one)
                unwritten += sum(sum((kept.files or {}).values()) for kept in one.kept if self._plan.with_bytes)
                if len(self._new) >= AT_ONCE or unwritten >= MUCH:
                    self._write()
                    unwritten = 0
        finally:
            self._place.progress.end()
            self._write()
        registrar = Registrar(self._place, self._ledger)
        for version in self._plan.registered:
            with _noted(self._findings, f"version {version.version} of {version.name} is not imported"):
                self._register(registrar, version)
        self._new = dict(registrar.records)
        self._write()
        outcome = Outcome(tuple(self._records), tuple(sorted(self._staged)), tuple(registrar.known.values()))
        return Imported(outcome, self._plan, tuple(self._findings), tuple(self._unverified))

    def _take(self, todo: Todo) -> None:
        records = self._maker.make(todo.run, todo.kept, {})  # what cannot be recorded anyway is not read
        refuse_secrets(self._place, records)
        refuse_texts(self._place, _long_texts(todo.run))
        if self._plan.with_bytes and any(one.files for one in todo.kept):
            records = self._maker.make(todo.run, todo.kept, self._read(todo))
        self._files += files_of(todo.run)
        for one in records:
            if one.id not in self._ledger.held:
                self._new[one.id] = one
                self._ledger.take(Held(one, "staged"))
                if isinstance(one.record, Run):
                    self._unverified |= {
                        out.path: None
                        for out in one.record.outputs.values()
                        if isinstance(self._ledger.artifacts[out.artifact].content, ReferencedContent)
                    }

    def _read(self, todo: Todo) -> dict[str, Content]:
        """Returns what the run left as the cache has it now, by path; what no cache can keep is a finding."""
        found: dict[str, Content] = {}
        boxes: dict[Box, dict[str, int]] = {}
        for one in todo.kept:
            if one.files:
                boxes.setdefault(one.box, {}).update(one.files)
        for box, files in boxes.items():
            with self._store.bring(box, files, self._place.progress) as folder:
                for one in (kept for kept in todo.kept if kept.box == box):
                    place = f"{folder}/{one.entry}" if one.entry else folder
                    lock = self._place.worktree.locked("import mlflow")
                    with _noted(self._findings, f"{one.path} is unverified"), lock:
                        found[one.path] = self._place.cache.snapshot(place).content
        return found

    def _register(self, registrar: Registrar, version: RegisteredVersion) -> None:
        """Records a version, and each stage and alias that it has; MLflow does not say since when it has those."""
        about = [found] if (found := self._artifact(version)) is not None else []
        registrar.take(_says(version, "registered"), at=version.created, subjects=about)
        for each in version.stages:
            registrar.take(_says(version, "assigned", each), at=None, subjects=about)

    def _artifact(self, version: RegisteredVersion) -> Digest | None:
        """Returns the artifact that a version is, or is in, if it is recorded: the one that has bytes, if one has."""
        kind, _, model = version.source.partition(":/")
        inside = version.source.rpartition(f"/{version.run}/artifacts/")[2].partition("/")[0]
        path = self._paths.get((model, "") if kind == "models" else (version.run, inside))
        artifacts = self._ledger.at_path(path) if path is not None else []
        return artifacts[-1] if artifacts else None

    @cached_property
    def _paths(self) -> Mapping[tuple[str, str], str]:
        """Returns where artifacts are recorded, by the run and what they are called in it, or by the logged model."""
        paths = (out.path for run in self._ledger.runs.values() for out in run.outputs.values())
        found = (match for path in paths if (match := _PLACE(path)) is not None)
        return {(match[1], match[2] or ""): match[0] for match in found}

    def _write(self) -> None:
        new, self._new = tuple(self._new.values()), {}
        files, self._files = self._files, []
        if new:
            with self._place.worktree.locked("import mlflow"):
                self._place.cache.put_all(files)
                self._staged += stage(self._place, write_records(self._place, new))
            self._records += new


def _long_texts(run: TrackedRun) -> Iterator[Text]:
    """Yields the texts of the parameters that no record holds."""
    for name, value in split_params(run)[1].items():
        yield Text(f"a name in {PARAMS}", name, is_key=True)
        yield Text(f"{PARAMS}.{name}", value, name)


def _says(version: RegisteredVersion, action: Action, each: str | None = None) -> Foreign:
    return Foreign(
        from_=TOOL,
        action=action,
        name=version.name,
        as_=None if is_name(version.name) else name_of_path(version.name),
        version=version.version,
        stage=each,
        ref=version.run or None,
        undated=action == "assigned" or version.created is None,
    )


def _recorded(ledger: Ledger) -> dict[tuple[str, Digest], bool]:
    """Returns what MLflow said of imported runs: where it lies, its digest, and whether all bytes were had."""
    found: dict[tuple[str, Digest], bool] = {}
    for one, run in ledger.runs.items():
        if ledger.held[one].state == "draft":
            continue
        made = [(out, ledger.artifacts.get(out.artifact)) for out in run.outputs.values()]
        whole = all(artifact is not None and isinstance(artifact.content, Content) for _, artifact in made)
        for out, _ in made:
            if out.path.endswith(f"/{SAID}"):
                key = (out.path, out.content)
                found[key] = found.get(key, False) or whole
    return found


def _kept(store: MlflowStore, run: TrackedRun, findings: list[Finding]) -> Iterator[Kept]:
    """Yields what a run left; what cannot be listed from here is one thing that nobody has the bytes of."""
    boxes = [run.box]
    for model in run.models:
        with _noted(findings, f"logged model {model}"):
            boxes.append(store.model(run, model))
    for box in boxes:
        files = _files(store, box, findings)
        if files is None or box.model is not None:
            if files is None or files:
                yield Kept(box, "", files)
            continue
        entries: dict[str, dict[str, int]] = {}
        for path, size in files.items():
            entries.setdefault(path.partition("/")[0], {})[path] = size
        for entry, inside in entries.items():
            if fault := path_fault(entry):
                what = f"{box.path}/{entry!r} is not imported: it cannot be kept everywhere"
                findings.append(codes.PTH_NAME.finding(box.path, what, why=fault))
            else:
                yield Kept(box, entry, inside)


def _files(store: MlflowStore, box: Box, findings: list[Finding]) -> Mapping[str, int] | None:
    found: list[Mapping[str, int]] = []
    with _noted(findings, box.path):
        found.append(store.files(box))
    return found[0] if found else None


@contextmanager
def _noted(findings: list[Finding], subject: str) -> Iterator[None]:
    """Takes a refusal as a finding about one thing, unless the next one would meet it, too."""
    try:
        yield
    except GitprovError as error:
        if error.code in _STOP or error.code.id.startswith("GP-KEY-"):
            raise
        findings.append(error.code.finding(subject, f"{subject}: {error.what}", why=error.why, fix=error.fix))
