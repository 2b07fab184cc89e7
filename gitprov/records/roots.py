"""The trust root: who counts, for what, from when on. docs/format.md, "Trust root"; threats A11, A14-A16."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import UTC, datetime
from typing import Annotated, ClassVar, Literal

from gitprov.frozen import dataclass
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
)
from gitprov.records.rules import pattern_rule
from gitprov.records.sigstore import TrustedRoot

RoleName = Literal["owner", "producer", "evaluator", "deployer", "machine"]
Acted = Literal["evaluator", "owner"]

_P256 = r"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE[A-Za-z0-9+/]{28}\n[A-Za-z0-9+/]{57}[AQgw]==\n"
_ED25519 = r"MCowBQYDK2VwAyEA[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=\n"
KeyField = Annotated[
    str,
    pattern_rule(
        rf"-----BEGIN PUBLIC KEY-----\n(?:{_P256}|{_ED25519})-----END PUBLIC KEY-----\n",
        "a P-256 or Ed25519 public key in PEM",
    ),
]
"""The one PEM text of a public key: ECDSA on P-256, or Ed25519, which many people have in their SSH agent."""

TextField = Annotated[str, pattern_rule(r"[!-~]{1,1000}", "printable ASCII without spaces")]

RefField = Annotated[
    str, pattern_rule(rf"refs/heads/{NAME_PATTERN}(?:/{NAME_PATTERN})*", "a branch: refs/heads/…, of names")
]


def is_ed25519(pem: str) -> bool:
    """Tells whether a key is an Ed25519 key."""
    return "\nMCowBQYDK2VwAyEA" in pem


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
    """One identity of a person: a key, or what a certificate says, and never half of that.

    Attributes:
        key: A public key.
        identity: The e-mail address or URI that certificates name.
        issuer: Who vouched for it to the certificate authority: an OpenID Connect issuer.
        trusted_root: Which of the trust root's `trusted_roots` the certificates are held against.
        valid_from: From when on its signatures count; these need a proven time then.
        valid_until: From when on they count no more; likewise.
        revoked: Why its signatures count no longer.
    """

    key: KeyField | None = None
    identity: TextField | None = None
    issuer: TextField | None = None
    trusted_root: NameField | None = None
    valid_from: TimeField | None = None
    valid_until: TimeField | None = None
    revoked: str | None = None

    def fault(self) -> str | None:
        """Returns what makes this no identity."""
        certified = (self.identity, self.issuer, self.trusted_root)
        if (self.key is None) == (None in certified) or (self.key is not None and any(certified)):
            return "must have a key, or identity, issuer and trusted_root together"
        if None not in (self.valid_from, self.valid_until) and not self.since < self.until:
            return "must not end before it begins to be valid"
        return None

    @property
    def since(self) -> datetime:
        """From when on its signatures count."""
        return datetime.fromisoformat(self.valid_from) if self.valid_from else datetime.min.replace(tzinfo=UTC)

    @property
    def until(self) -> datetime:
        """From when on they count no more."""
        return datetime.fromisoformat(self.valid_until) if self.valid_until else datetime.max.replace(tzinfo=UTC)

    @property
    def has_window(self) -> bool:
        """Tells whether its signatures count at some times only."""
        return self.valid_from is not None or self.valid_until is not None


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
class Delegation(Closed):
    """Who holds roles for the names below a dotted prefix; a role that is left out is held as everywhere else.

    Attributes:
        owner: Who may change the catalog entries of these names: no other setting, and not the trust root.
        producer: As in `Roles`, and so on.
    """

    owner: Role | None = None
    producer: Role | None = None
    evaluator: Role | None = None
    deployer: Role | None = None
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
        delegations: Dotted prefix to who holds roles for the names below it: `fraud` has `fraud` and `fraud.churn`.
        trusted_roots: Name to what certificates, timestamps and log entries are held against.
        expires: When it stops counting; None for never.
    """

    schema: ClassVar[str] = "gitprov/trust/v1"
    version: Version
    follows: DigestField | None = None
    history: History
    ref: RefField
    people: Mapping[NameField, Person]
    roles: Roles
    delegations: Mapping[NameField, Delegation] = field(default_factory=dict)
    trusted_roots: Mapping[NameField, TrustedRoot] = field(default_factory=dict)
    expires: TimeField | None = None

    def fault(self) -> str | None:
        """Returns what makes this no trust root: a role of strangers, a threshold nobody can meet, a shared key."""
        identities = [identity for person in self.people.values() for identity in person.identities]
        if len({(one.key, one.identity, one.issuer) for one in identities}) != len(identities):
            return "must not list an identity twice: one key belongs to one person"
        vouching = {one.trusted_root for one in identities if one.trusted_root is not None}
        if strangers := sorted(vouching - set(self.trusted_roots)):
            return f"names the trusted root {strangers[0]}, which trusted_roots does not list"
        if (self.version == 1) != (self.follows is None):
            return "must follow an earlier version, unless it is the first"
        if (self.version == 1) != (self.history.commit is None):
            return "must have the protected ref's head in its history, unless it is the first"
        machines = set(self.roles.machine.people) if self.roles.machine else set()
        named = dict(roles_held(self.roles))
        for prefix, delegation in self.delegations.items():
            named |= {f"{prefix}: {name}": role for name, role in roles_held(delegation)}
        for name, role in named.items():
            decides = name.rpartition(": ")[2].startswith(("owner", "approver"))
            if fault := self._role_fault(role, machines if decides else set()):
                return fault.format(name)
        return None

    def _role_fault(self, role: Role, machines: set[str]) -> str | None:
        """Returns what is wrong with a role, with a place for its name; `machines` must not hold it."""
        if list(role.people) != sorted(set(role.people)):
            return "must have the people of {} sorted, each once"
        if strangers := sorted(set(role.people) - set(self.people)):
            return f"names {strangers[0]} in {{}}, whom people does not list"
        if role.threshold > len(role.people):
            return f"asks for {role.threshold} people in {{}}, which has {len(role.people)}"
        if found := sorted(machines & set(role.people)):
            return f"names the machine {found[0]} in {{}}: machines decide nothing"
        return None


def roles_held(roles: Roles | Delegation) -> Iterator[tuple[str, Role]]:
    """Yields the roles that are stated, with their names."""
    for name in ("owner", "producer", "evaluator", "deployer", "machine"):
        role: Role | None = getattr(roles, name, None)
        if role is not None:
            yield name, role
    yield from ((f"approver of {stage}", role) for stage, role in roles.approver.items())


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


ATTESTATION = "attestation"
"""The kind of event that keeps what somebody else attested of artifacts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation(Closed):
    """The `details` of an event of the kind attestation, whose subjects are the artifacts that it is about.

    Attributes:
        bundle: A Sigstore bundle in its only form, as text.
        key: The public key that made it; None where its certificate says who did.
    """

    bundle: str
    key: KeyField | None = None
