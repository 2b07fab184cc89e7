"""The trust root: who counts, for what, from when on. docs/format.md, "Trust root"; threats A11, A14-A16."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from gitprov.ids.names import NAME_PATTERN
from gitprov.records.codec import (
    Closed,
    CommitField,
    Count,
    DigestField,
    NameField,
    Part,
    TimeField,
    Version,
    pattern_rule,
)

RoleName = Literal["owner", "producer", "evaluator", "deployer", "machine"]
Acted = Literal["evaluator", "owner"]

PemField = Annotated[
    str,
    pattern_rule(
        r"-----BEGIN PUBLIC KEY-----\n"
        r"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE[A-Za-z0-9+/]{28}\n[A-Za-z0-9+/]{57}[AQgw]==\n"
        r"-----END PUBLIC KEY-----\n",
        "a P-256 public key in PEM",
    ),
]
"""The one PEM text of an ECDSA P-256 public key (its SubjectPublicKeyInfo with an uncompressed point)."""

RefField = Annotated[
    str, pattern_rule(rf"refs/heads/{NAME_PATTERN}(?:/{NAME_PATTERN})*", "a branch: refs/heads/…, of names")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class History(Part):
    """Where the protected ref stood when something was signed: law F asks that it lies on the chain that lands it.

    Attributes:
        commit: Its head; None for the first trust version.
        size: How many leaves the derived log had there.
        root: The log's RFC 6962 root.
    """

    commit: CommitField | None = None
    size: Count
    root: DigestField


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity(Closed):
    """One identity of a person: a key. `revoked` says why its signatures count no longer."""

    key: PemField
    revoked: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Closed):
    """A person, or a machine, and what signs in their name."""

    identities: tuple[Identity, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Closed):
    """Who may act in a role, and how many of them it takes.

    Attributes:
        people: Person ids.
        threshold: How many different people.
        distinct_from: Roles in which somebody must not have acted for the same release: `evaluator` leaves out who
            signed the evaluations in its evidence, `owner` the owner in its catalog entry. Who asked, and who signed
            the runs, never counts.
    """

    people: tuple[NameField, ...]
    threshold: Version = 1
    distinct_from: tuple[Acted, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles(Closed):
    """The roles. One that is left out is held by the owners, but nobody is a machine unless listed.

    Attributes:
        owner: Who may change the trust root and the settings.
        producer: Whose signature on a run, a release or a request counts.
        evaluator: Whose signature on an evaluation counts.
        deployer: Whose signature on a deployment counts.
        machine: Who is no human being: machines never approve.
        approver: For each stage who may approve; a stage that is not listed takes the owners.
    """

    owner: Role
    producer: Role | None = None
    evaluator: Role | None = None
    deployer: Role | None = None
    machine: Role | None = None
    approver: Mapping[NameField, Role] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustRoot(Closed):
    """One version of the trust root, `.gitprov/trust/NNNN.yaml`.

    Attributes:
        version: Its number, from 1 on.
        follows: Id of the accepted version that it follows; None for the first.
        history: Where the protected ref stood when it was proposed.
        ref: The protected ref.
        people: Person id to identities.
        roles: Who may do what.
        expires: When it stops counting; None for never.
    """

    schema: ClassVar[str] = "gitprov/trust/v1"
    version: Version
    follows: DigestField | None = None
    history: History
    ref: RefField
    people: Mapping[NameField, Person]
    roles: Roles
    expires: TimeField | None = None

    def fault(self) -> str | None:
        """Returns what makes this no trust root: a role of strangers, a threshold nobody can meet, a shared key."""
        keys = [identity.key for person in self.people.values() for identity in person.identities]
        if len(set(keys)) != len(keys):
            return "must not list a key twice: one key belongs to one person"
        if (self.version == 1) != (self.follows is None):
            return "must follow an earlier version, unless it is the first"
        if (self.version == 1) != (self.history.commit is None):
            return "must have the protected ref's head in its history, unless it is the first"
        named = [("owner", self.roles.owner), *((f"approver.{s}", r) for s, r in self.roles.approver.items())]
        named += [
            (name, role)
            for name in ("producer", "evaluator", "deployer", "machine")
            if (role := getattr(self.roles, name)) is not None
        ]
        machines = set(self.roles.machine.people) if self.roles.machine else set()
        for name, role in named:
            if list(role.people) != sorted(set(role.people)):
                return f"must have the people of {name} sorted, each once"
            if strangers := sorted(set(role.people) - set(self.people)):
                return f"names {strangers[0]} in {name}, whom people does not list"
            if role.threshold > len(role.people):
                return f"asks for {role.threshold} people in {name}, which has {len(role.people)}"
            if name.startswith(("owner", "approver")) and machines & set(role.people):
                return f"names the machine {min(machines & set(role.people))} in {name}: machines decide nothing"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Governance(Closed):
    """The `details` of an event of the kind governance: a change of settings that is to be in force.

    Attributes:
        before: Path below the top to digest of its bytes, as they were in force; a file that was not is left out.
        after: The same as it shall be; a file that shall not be is left out.
        history: Where the protected ref stood.
    """

    before: Mapping[str, DigestField] = field(default_factory=dict)
    after: Mapping[str, DigestField] = field(default_factory=dict)
    history: History

    def fault(self) -> str | None:
        """Returns a fault when nothing changes."""
        return "changes nothing" if self.before == self.after else None
