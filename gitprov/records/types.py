"""The committed records. docs/format.md, one section a type. All frozen, all plain data."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar, Literal

from gitprov.frozen import dataclass
from gitprov.ids import Digest, digest_of
from gitprov.ids.recipes import UNKNOWN, recipe_id
from gitprov.records.codec import (
    CommitField,
    ContainerField,
    Count,
    DigestField,
    DigestOrUnknown,
    Md5Field,
    NameField,
    Part,
    PathField,
    TimeField,
    Version,
)
from gitprov.records.evidence import Evidence
from gitprov.records.promotions import Deployment, Request
from gitprov.records.releases import Release
from gitprov.records.roots import TrustRoot

Values = Mapping[str, Any]
"""A mapping of free values (parameters, checks): whatever the canonical form can hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob(Part):
    """Where an object lies in the DVC cache and remote: its MD5 and its size in bytes."""

    md5: Md5Field
    size: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Content(Part):
    """The bytes of a file, or of a directory if and only if it has a `listing`.

    Attributes:
        digest: SHA-256 of the file's bytes, or of the directory's listing.
        files: How many files.
        md5: DVC's locator: of the bytes, or of DVC's `.dir` object.
        size: In bytes, over all files.
        listing: Where the directory's listing lies.
    """

    digest: DigestField
    files: Count = 1
    md5: Md5Field
    size: Count
    listing: Blob | None = None

    def fault(self) -> str | None:
        """Returns a fault when a file counts as several, or as none."""
        return "has several files and no listing" if self.listing is None and self.files != 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference(Part):
    """Data that nobody downloads, or whose bytes could not be had: where it is and how far it is known.

    Attributes:
        kind: What the locator means: dvc, s3-version, s3-prefix, iceberg, delta, query, …
        locator: Where it is; for `dvc` the object's key in a remote.
        version: The provider's version of it; for `dvc` `md5:…`.
        checks: What else must hold (size, row count, cutoff, …).
        assurance: How far it was checked; not part of the digest.
    """

    kind: NameField
    locator: str
    version: str
    checks: Values
    assurance: Literal["verified", "provider", "asserted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencedContent(Part):
    """Content held by reference; `digest` is that of the reference without its assurance."""

    digest: DigestField
    reference: Reference


AnyContent = ReferencedContent | Content


def reference_digest(reference: Reference) -> Digest:
    """Returns the digest of a reference: over everything but its assurance."""
    return digest_of(
        {
            "checks": reference.checks,
            "kind": reference.kind,
            "locator": reference.locator,
            "version": reference.version,
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe(Part):
    """What an artifact was made from. A source artifact has the `id` only, which is its content's digest."""

    id: DigestField
    code: DigestOrUnknown | None = None
    command: tuple[str, ...] | None = None
    cwd: PathField = "."
    environment: DigestOrUnknown | None = None
    inputs: Mapping[NameField, DigestField] = field(default_factory=dict)
    output: NameField | None = None
    params: Values = field(default_factory=dict)
    step: NameField | None = None

    def fault(self) -> str | None:
        """Returns a fault unless it has the id only, or everything that the id is made of."""
        needed = (self.code, self.command, self.environment, self.output, self.step)
        given = [part for part in needed if part is not None]
        alone = not (given or self.inputs or self.params)
        return None if alone or len(given) == len(needed) else "must have the id only, or all that the id is made of"

    @property
    def is_source(self) -> bool:
        """Tells whether this is the recipe of something that was added, not made."""
        return self.step is None

    @property
    def is_known(self) -> bool:
        """Tells whether code and environment are known, so that the recipe says what will come out."""
        return UNKNOWN not in (self.code, self.environment)

    def expected_id(self) -> Digest | None:
        """Returns the id that the other fields give, or None for a source."""
        if self.step is None:
            return None
        return recipe_id(
            step=self.step,
            command=self.command or (),
            cwd=self.cwd,
            inputs=self.inputs,
            code=self.code or UNKNOWN,
            params=self.params,
            environment=self.environment or UNKNOWN,
            output=self.output or "",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact(Part):
    """One artifact: content and recipe, and nothing that two people who make it would write differently."""

    schema: ClassVar[str] = "gitprov/artifact/v1"
    name: NameField
    kind: NameField
    content: AnyContent
    recipe: Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Code(Part):
    """The code of a run.

    Attributes:
        digest: SHA-256 of the code listing, or unknown.
        paths: The code paths that were asked for, relative to the repository's root.
        commit: HEAD at the time; a hint, since history may be squashed away.
        dirty: Whether HEAD had other code.
        listing: The stored copy of the code, where one was stored: its listing, like a directory artifact's.
    """

    digest: DigestOrUnknown
    paths: tuple[PathField, ...] = (".",)
    commit: CommitField | None = None
    dirty: bool = False
    listing: Blob | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock(Part):
    """A lock file: what the environment was installed from."""

    path: PathField
    sha256: DigestField


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment(Part):
    """The environment of a run. Only `digest` is part of the recipe; the rest describes the machine.

    Attributes:
        digest: Over container, locks and declared variables; else over the packages; else unknown.
        container: IMAGE@sha256:DIGEST.
        locks: The lock files.
        variables: The values of the variables that project.yaml declares.
        packages: Digest of the `name==version` lines of the interpreter that ran, with how many lines there were.
        python: Version of that interpreter.
        hardware: Operating system, processors, memory, accelerators: in words.
    """

    digest: DigestOrUnknown
    container: ContainerField | None = None
    locks: tuple[Lock, ...] | None = None
    variables: Mapping[str, str] | None = None
    packages: DigestField | None = None
    python: str | None = None
    hardware: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Input(Part):
    """One input of a run.

    Attributes:
        artifact: Id of the artifact record.
        content: Digest of its content when the command began.
        after: Whether it still had this content when the command had ended.
        path: Where it lay, relative to the repository's root; None when it was not in the work tree.
    """

    artifact: DigestField
    content: DigestField
    after: Literal["same", "changed", "unknown"] = "same"
    path: PathField | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Output(Part):
    """One output of a run.

    Attributes:
        artifact: Id of the artifact record.
        content: Digest of its content.
        path: Where it lay, relative to the repository's root.
        recipe: Id of its recipe.
    """

    artifact: DigestField
    content: DigestField
    path: PathField
    recipe: DigestField


Fact = Literal[
    "actor",
    "code",
    "container",
    "dirty",
    "environment",
    "exit",
    "hardware",
    "inputs",
    "locks",
    "outputs",
    "params",
    "times",
]


RUN_SET = "run-set"
"""The kind of an artifact that holds the records of a sweep, and the role of it as an output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep(Part):
    """That one run was chosen out of many, all of which are in the run-set that the run gave.

    Attributes:
        runs: How many runs of the step of the kept one the run-set holds.
        kept: Id of the run that is kept.
    """

    runs: Version
    kept: DigestField


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Part):
    """One execution, or one `add`: the edge of the lineage graph.

    Attributes:
        step: The step; `add` for a source.
        actor: Person id.
        declared: The facts that somebody said and nobody measured.
        unknown: The facts that nobody knows. What is in neither list was observed.
        undeclared: Files that the command opened outside its declared inputs, outputs and code.
        secrets: Names of the variables that gave the command a secret; no value of one is ever recorded.
        finished: When the command ended; for `add` when the bytes were read; None when unknown.
        sweep: That this run gathered a run-set, or kept another run of it later.
    """

    schema: ClassVar[str] = "gitprov/run/v1"
    step: NameField
    actor: NameField
    outputs: Mapping[NameField, Output]
    inputs: Mapping[NameField, Input] = field(default_factory=dict)
    command: tuple[str, ...] | None = None
    cwd: PathField = "."
    params: Values | None = None
    code: Code | None = None
    environment: Environment | None = None
    started: TimeField | None = None
    finished: TimeField | None = None
    exit: int = 0
    declared: tuple[Fact, ...] = ()
    unknown: tuple[Fact, ...] = ()
    undeclared: tuple[str, ...] | None = None
    secrets: tuple[str, ...] = ()
    cutoff: TimeField | None = None
    sweep: Sweep | None = None

    def fault(self) -> str | None:
        """Returns a fault when a fact is both declared and unknown, or a sweep gave something else than a run-set."""
        both = sorted(set(self.declared) & set(self.unknown))
        if both:
            return f"cannot be both declared and unknown: {', '.join(both)}"
        return "has a sweep and another output than a run-set" if self.sweep and {*self.outputs} != {RUN_SET} else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject(Part):
    """What an evaluation is about: one artifact, or a whole release set."""

    artifact: DigestField | None = None
    set_: DigestField | None = None

    def fault(self) -> str | None:
        """Returns a fault unless there is exactly one subject."""
        return "must have either artifact or set" if (self.artifact is None) == (self.set_ is None) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation(Part):
    """Numbers about an artifact or a release set, by whom, on what data.

    Attributes:
        name: Name of the artifact or release.
        suite: Which evaluation this is; those of one suite are compared.
        metrics: Dotted metric name to number, text or truth value; a number that is not finite is
            `{nonfinite: nan | inf | -inf, value: null}`.
        source: Digest of the metrics file as it was read.
        data: The artifact that it was evaluated on.
    """

    schema: ClassVar[str] = "gitprov/evaluation/v1"
    name: NameField
    suite: NameField
    subject: Subject
    metrics: Values
    source: DigestField
    actor: NameField
    evaluated: TimeField
    data: Input | None = None


DEPRECATION = "deprecation"
"""The kind of event that says: use this no more. Its details may name what to use `instead`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Part):
    """Something that happened to records: a deprecation, a hold, an acknowledgement.

    Attributes:
        kind: Which event; also its folder.
        actor: Person id.
        at: When.
        subjects: Ids of the records that it is about.
        reason: In words.
        details: What else this kind of event says.
    """

    schema: ClassVar[str] = "gitprov/event/v1"
    kind: NameField
    actor: NameField
    at: TimeField
    subjects: tuple[DigestField, ...]
    reason: str
    details: Values = field(default_factory=dict)


Record = Artifact | Run | Evaluation | Release | Event | TrustRoot | Request | Evidence | Deployment
RECORD_TYPES: Mapping[str, type[Record]] = {
    kind.schema: kind for kind in (Artifact, Run, Evaluation, Release, Event, TrustRoot, Request, Evidence, Deployment)
}
