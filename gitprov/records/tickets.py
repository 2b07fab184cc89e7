"""Tickets, and the note that makes whole what a run without a repository leaves. docs/clusters.md.

In the canonical form of records, but no records: nothing of them is committed, and an unknown field is refused.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar, Literal, TypeVar

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import sha256_of
from gitprov.ids.listings import CodeEntry, write_code_listing
from gitprov.records.codec import Closed, ContainerField, DigestField, NameField, PathField, from_data, to_data
from gitprov.records.emit import emit
from gitprov.records.read import read
from gitprov.records.types import Code, Content, Lock, Values

LIMIT = 8 << 20
"""Largest ticket, in bytes: some 50,000 files of code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFile(Closed):
    """One file or symlink of the code.

    Attributes:
        path: Relative to the repository's root.
        mode: As in the code listing.
        sha256: As in the code listing: of the bytes that git would store.
        worktree: Of the bytes in the work tree, where these are others (filters, line ends).
    """

    path: PathField
    mode: Literal["100644", "100755", "120000"]
    sha256: DigestField
    worktree: DigestField | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketInput(Closed):
    """One input: the artifact, its content, and where it lies."""

    artifact: DigestField
    content: DigestField
    path: PathField


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOutput(Closed):
    """One output: where it will lie, and as what it is recorded."""

    path: PathField
    name: NameField
    kind: NameField


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketStage(Closed):
    """What DVC knows of the step, when it is a stage of dvc.yaml.

    Attributes:
        address: What it is called in dvc.lock and, below the top, where.
        deps: The content of each dep by path.
        fresh: The outputs that DVC removes before it runs the stage.
        params_files: Its parameter files.
    """

    address: str
    deps: Mapping[PathField, Content] = field(default_factory=dict)
    fresh: tuple[PathField, ...] = ()
    params_files: tuple[PathField, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket(Closed):
    """A run that is decided and has not begun: all that a machine without a repository has to know of it.

    Attributes:
        actor: Person id of who made the ticket.
        allow: What looks like a secret and is none, as project.yaml says.
        code: What the run will say of its code.
        command: The argument list as a recipe holds it.
        container: IMAGE@sha256:DIGEST.
        cwd: Where it runs.
        dvc_root: The folder of the DVC project.
        files: The files of the code; they give its digest.
        inputs: Role to input.
        locks: The lock files that say what the environment is; none for the installed packages.
        outputs: Role to output.
        params: The parameters.
        secrets: Name to the variable that has the value of a secret there.
        shell: Whether the command is `sh -c TEXT` of a dvc.yaml stage.
        stage: What DVC knows of it.
        step: The step.
        variables: Names of the variables that belong to the environment.
    """

    schema: ClassVar[str] = "gitprov/ticket/v1"
    actor: NameField
    allow: tuple[str, ...] = ()
    code: Code
    command: tuple[str, ...]
    container: ContainerField | None = None
    cwd: PathField = "."
    dvc_root: PathField = "."
    files: tuple[TicketFile, ...] = ()
    inputs: Mapping[NameField, TicketInput] = field(default_factory=dict)
    locks: tuple[Lock, ...] = ()
    outputs: Mapping[NameField, TicketOutput]
    params: Values = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    shell: bool = False
    stage: TicketStage | None = None
    step: NameField
    variables: tuple[str, ...] = ()

    def fault(self) -> str | None:
        """Returns a fault unless the files give the code digest."""
        listing = write_code_listing(CodeEntry(one.path, one.mode, one.sha256) for one in self.files)
        return None if sha256_of(listing) == self.code.digest else "has other files than its code digest says"


@dataclass(frozen=True, slots=True, kw_only=True)
class Emitted(Closed):
    """That a run is whole, and what it consists of; written last.

    Attributes:
        records: Path to digest of the record files.
        ticket: Digest of the ticket.
    """

    schema: ClassVar[str] = "gitprov/emitted/v1"
    records: Mapping[PathField, DigestField]
    ticket: DigestField


N = TypeVar("N", Ticket, Emitted)


def write_note(note: Ticket | Emitted) -> bytes:
    """Returns the canonical bytes.

    Raises:
        GitprovError: GP-VAL-*, GP-YML-003 or -004 when a value cannot be written.
    """
    return emit({**to_data(note), "schema": note.schema}, limit=LIMIT)


def read_note(kind: type[N], data: bytes, name: str) -> N:
    """Returns what `data` says.

    Raises:
        GitprovError: GP-TKT-002 when it is not the canonical form of one.
    """
    try:
        fields = read(data, name=name, limit=LIMIT)
        if fields.pop("schema", None) != kind.schema:
            raise codes.SCH_UNKNOWN.error(f"its schema is not {kind.schema}")
        return from_data(kind, fields)
    except GitprovError as error:
        raise codes.TKT_BROKEN.error(f"{name} cannot be read: {error.what}", why=error.why) from None
