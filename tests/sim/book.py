"""Writes records as the recording workflows do, with times that a test chooses: ledgers without a repository."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gitprov.ids import Digest, md5_of, sha256_of
from gitprov.ids.listings import FILE, CodeEntry, write_code_listing
from gitprov.ids.recipes import environment_digest, recipe_id
from gitprov.lineage import Held, Ledger, State
from gitprov.lineage.layers import choose, layers_of, other_runs
from gitprov.records import (
    RUN_SET,
    AnyContent,
    Artifact,
    Blob,
    Code,
    Content,
    Environment,
    Evaluation,
    Fact,
    Input,
    Lock,
    Member,
    Output,
    Recipe,
    Record,
    Reference,
    ReferencedContent,
    Release,
    Run,
    Stored,
    Subject,
    Sweep,
    reference_digest,
    set_digest,
    store,
)
from gitprov.wiring.resources import read_resource
from tests.support import Repo

CODE = {"src/features.py": "features\n", "src/train.py": "train 1\n"}
CODE_2 = {"src/features.py": "features\n", "src/train.py": "train 2\n", "src/extra.py": "extra\n"}
"""The code of the runs below `src`, before and after a change."""


def content_of(data: bytes) -> Content:
    """Returns the content of a file with these bytes."""
    return Content(digest=sha256_of(data), files=1, md5=md5_of(data), size=len(data))


def unverified(data: bytes) -> ReferencedContent:
    """Returns the content of a file that DVC knows and nobody has."""
    reference = Reference(
        kind="dvc", locator="files/md5/00/11", version=md5_of(data), checks={"size": len(data)}, assurance="asserted"
    )
    return ReferencedContent(digest=reference_digest(reference), reference=reference)


class Book:
    """Records in the order in which they were made; `day` and `minute` are the clock."""

    def __init__(self) -> None:
        self.held: list[Held] = []
        self.day = "2026-11-20"
        self.minute = 0

    @property
    def ledger(self) -> Ledger:
        """The ledger of all records so far."""
        return Ledger(self.held)

    def keep(self, record: Record, state: State = "committed", draft: str | None = None) -> Stored:
        """Takes a record in."""
        stored = store(record)
        if stored.id not in {held.id for held in self.held}:
            self.held.append(Held(stored, state, draft))
        return stored

    def add(
        self,
        name: str,
        content: AnyContent | bytes,
        *,
        path: str | None = None,
        kind: str = "dataset",
        actor: str = "ann",
        state: State = "committed",
    ) -> Digest:
        """Records a source and returns its artifact."""
        content = content_of(content) if isinstance(content, bytes) else content
        artifact = self.keep(
            Artifact(name=name, kind=kind, content=content, recipe=Recipe(id=content.digest)), state
        ).id
        self.keep(
            Run(
                step="add",
                actor=actor,
                outputs={
                    "source": Output(
                        artifact=artifact, content=content.digest, path=path or f"{name}.csv", recipe=content.digest
                    )
                },
                finished=self.now(),
                declared=("actor",),
            ),
            state,
        )
        return artifact

    def make(
        self,
        step: str,
        inputs: Mapping[str, Digest],
        outputs: Mapping[str, tuple[str, AnyContent | bytes]],
        *,
        kind: str = "dataset",
        params: Mapping[str, Any] | None = None,
        code: Mapping[str, str] = CODE,
        locks: Mapping[str, str] | None = None,
        python: str = "3.11.7",
        command: Sequence[str] = ("python", "step.py"),
        actor: str = "ann",
        undeclared: tuple[str, ...] | None = None,
        state: State = "committed",
        draft: str | None = None,
    ) -> dict[str, Digest]:
        """Records a run and returns its artifacts by role; an output is (name, bytes), at `out/NAME`."""
        ledger = self.ledger
        used = {role: ledger.artifacts[one].content.digest for role, one in inputs.items()}
        lock_digests = {path: sha256_of(text.encode()) for path, text in (locks or {"uv.lock": "lock 1"}).items()}
        environment = environment_digest(container=None, locks=lock_digests, variables={})
        code_digest = sha256_of(
            write_code_listing(CodeEntry(path, FILE, sha256_of(text.encode())) for path, text in code.items())
        )
        made: dict[str, Digest] = {}
        results: dict[str, Output] = {}
        for role, (name, data) in outputs.items():
            content = content_of(data) if isinstance(data, bytes) else data
            recipe_digest = recipe_id(
                step=step,
                command=command,
                cwd=".",
                inputs=used,
                code=code_digest,
                params=params or {},
                environment=environment,
                output=role,
            )
            recipe = Recipe(
                id=recipe_digest,
                code=code_digest,
                command=tuple(command),
                cwd=".",
                environment=environment,
                inputs=used,
                output=role,
                params=params or {},
                step=step,
            )
            made[role] = self.keep(Artifact(name=name, kind=kind, content=content, recipe=recipe), state, draft).id
            results[role] = Output(
                artifact=made[role], content=content.digest, path=f"out/{name}", recipe=recipe_digest
            )
        declared: tuple[Fact, ...] = ("actor", "locks", "params") if params else ("actor", "locks")
        self.keep(
            Run(
                step=step,
                actor=actor,
                command=tuple(command),
                cwd=".",
                params=dict(params) if params else None,
                code=Code(digest=code_digest, paths=("src",), commit="git:" + "1" * 40, dirty=False),
                environment=Environment(
                    digest=environment,
                    locks=tuple(Lock(path=path, sha256=digest) for path, digest in sorted(lock_digests.items())),
                    python=python,
                    hardware="2 processors",
                ),
                inputs={
                    role: Input(artifact=one, content=used[role], after="same", path=f"in/{role}")
                    for role, one in inputs.items()
                },
                outputs=results,
                started=self.now(),
                finished=self.now(),
                exit=0,
                declared=declared,
                undeclared=undeclared,
            ),
            state,
            draft,
        )
        return made

    def seal(self, name: str, version: int, state: State = "committed", **artifacts: Digest) -> Digest:
        """Records a release of these artifacts by role, each with the run that made it last."""
        ledger = self.ledger
        members = {role: Member(artifact=one, run=ledger.makers(one)[-1]) for role, one in artifacts.items()}
        made_by = choose(ledger, members)
        release = Release(
            name=name,
            version=version,
            set_=set_digest(members),
            members=members,
            layers=layers_of(ledger, made_by, members),
            runs=other_runs(made_by, members),
        )
        return self.keep(release, state).id

    def evaluate(self, subject: Digest, metrics: Mapping[str, Any], *, suite: str = "holdout", data: Digest) -> Digest:
        """Records metrics of an artifact or of a release."""
        ledger = self.ledger
        release = ledger.releases.get(subject)
        evaluation = Evaluation(
            name=release.name if release else ledger.artifacts[subject].name,
            suite=suite,
            subject=Subject(set_=release.set_) if release else Subject(artifact=subject),
            metrics=metrics,
            source=sha256_of(repr(sorted(metrics.items())).encode()),
            actor="eve",
            evaluated=self.now(),
            data=Input(artifact=data, content=ledger.artifacts[data].content.digest, after="same"),
        )
        return self.keep(evaluation).id

    def sweep(self, name: str, artifact: Digest, runs: int, files: int = 0) -> Digest:
        """Records that the run which made an artifact was chosen from so many; returns the run that says so."""
        content = replace(content_of(name.encode()), files=files or runs * 2, listing=Blob(md5=md5_of(b""), size=0))
        recipe = Recipe(id=content.digest)
        run_set = self.keep(Artifact(name=name, kind=RUN_SET, content=content, recipe=recipe)).id
        made = Output(artifact=run_set, content=content.digest, path=f"run-sets/{name}", recipe=recipe.id)
        kept = self.ledger.makers(artifact)[-1]
        sweep = Sweep(runs=runs, kept=kept)
        return self.keep(Run(step="sweep", actor="ann", outputs={RUN_SET: made}, sweep=sweep)).id

    def now(self) -> str:
        """Returns the next minute."""
        self.minute += 1
        return f"{self.day}T{9 + self.minute // 60:02}:{self.minute % 60:02}:00Z"


def churn() -> Book:
    """Returns the book that the answers are shown with: two releases of a model, made from features of raw data."""
    book = Book()
    raw = book.add("raw", b"raw", path="data/raw.csv")
    holdout = book.add("holdout", b"holdout")
    thresholds = book.add("thresholds", b"0.5", kind="thresholds", path="thresholds.json")
    features = book.make("features", {"raw": raw}, {"features": ("churn-features", b"features")}, params={"window": 7})
    first = book.make(
        "train", features, {"model": ("churn", b"model 1")}, kind="model", params={"lr": 0.1, "seed": 42}
    )["model"]
    book.evaluate(first, {"auc": 0.91, "f1": 0.8}, data=holdout)
    book.seal("churn", 1, model=first, thresholds=thresholds)
    wider = book.make("features", {"raw": raw}, {"features": ("churn-features", b"wider")}, params={"window": 14})
    second = book.make(
        "train",
        wider,
        {"model": ("churn", b"model 2")},
        kind="model",
        params={"lr": 0.05, "seed": 42},
        code=CODE_2,
        undeclared=("/data/extra.csv",),
    )["model"]
    book.evaluate(second, {"auc": 0.93, "f1": 0.8}, data=holdout)
    book.seal("churn", 2, model=second, thresholds=thresholds)
    old = book.add("old-set", unverified(b"old"), path="data/old.csv")
    book.make(
        "train", {"features": old}, {"model": ("churn", b"model 3")}, kind="model", state="draft", draft="train-0"
    )
    return book


def write_book(repo: Repo, book: Book) -> None:
    """Commits the records that are committed in the book, and before them both states of the code of its runs."""
    for files in (CODE, CODE_2):
        for path, text in files.items():
            repo.write(path, text)
        repo.commit("write code")
    for name in ("gitattributes", "gitignore"):
        repo.write(f".gitprov/.{name}", read_resource(f"templates/{name}"))
    repo.write(".gitprov/project.yaml", "schema: gitprov/project/v1\n")
    for held in book.held:
        if held.state == "committed":
            repo.write(held.stored.path, held.stored.data)
    repo.commit("record everything")


def write_drafts(repo: Repo, book: Book) -> None:
    """Writes the drafts of the book, as `run` leaves them."""
    for held in book.held:
        if held.draft is not None:
            folder = f".gitprov/drafts/{held.draft}"
            repo.write(held.stored.path.replace(".gitprov", folder, 1), held.stored.data)
            repo.write(f"{folder}/draft.json", "{}")
