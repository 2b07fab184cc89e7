"""Who stands behind each record: in which role, by what proven time, or why nobody (demands 31, 32).

docs/verification.md, "Who stands behind a signature": whether a record is believed depends on who signed it, and which
records must be signed depends on what they decide. A run or an evaluation that nobody known signed is said to be so,
since rules and clauses decide what it is worth; what moves a stage, or changes who decides, must be signed.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Literal

from gitprov.check.acknowledged import ACKNOWLEDGEMENT
from gitprov.check.effect.exceptions import EXCEPTION
from gitprov.check.governance import GOVERNANCE, catalogued
from gitprov.check.landed import Landed
from gitprov.errors import Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, digest_hex
from gitprov.lineage.ledger import SHORT
from gitprov.lineage.naming import title
from gitprov.records import Deployment, Evaluation, Event, Governance, Record, Release, Request, Run, Stored, TrustRoot
from gitprov.records.codec import Part, from_data
from gitprov.records.roots import RoleName
from gitprov.trust.judging import STEPS
from gitprov.trust.roots import Accepted
from gitprov.trust.signatures import KeyId, Means, Signature

Standing = Literal["signed", "unattested", "unlisted", "unsigned"]
"""Of a record: somebody stands behind it who may; it landed before a trust root was in force, and nobody has attested
it since; a key signed it that nobody lists; nobody whose signature counts has signed it."""

_MAKERS: tuple[RoleName, ...] = ("producer", "owner")
_ROLES: dict[type[Part], tuple[RoleName, ...]] = {
    Run: ("producer",),
    Evaluation: ("evaluator",),
    Release: _MAKERS,
    Request: _MAKERS,
    Deployment: ("deployer",),
    TrustRoot: ("owner",),
    Event: _MAKERS,
}
"""Whose word a record is, by its type."""
_DECIDING: dict[str, tuple[RoleName, ...]] = {ACKNOWLEDGEMENT: ("owner",), EXCEPTION: ("owner",), GOVERNANCE: _MAKERS}
"""The same of the kinds of events that decide something; producers make catalog entries (S2)."""
VOTES = ("approves", "rejects")
"""What says nothing of who stands behind a request."""


@dataclass(frozen=True, slots=True)
class Signer:
    """One signature, and for whom it counts.

    Attributes:
        path: Of its file.
        key: What signed, as the bundle claims.
        means: What it says of the record.
        person: Who is in standing behind it; None for nobody.
        roles: Which of the roles whose word the record is this person holds for it.
        trust: Number of the trust version that decides; None before there was one.
        landed: The commit by which it was made; None where it has not landed: it is judged as if it landed now.
        time: When it was made (RFC 3339, UTC); None where nothing proves that.
        source: What proves the time.
        is_logged: Whether a transparency log has it.
        code: The rule that it breaks, if it is not even a good signature.
        why: Why it counts for nobody, with the step of docs/verification.md that fails; "" when it counts.
    """

    path: str
    key: KeyId
    means: Means
    person: str | None
    roles: tuple[str, ...]
    trust: int | None
    landed: str | None
    time: str | None
    source: Literal["timestamp", "no trusted time"]
    is_logged: bool
    code: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Attested:
    """A record, and who stands behind it.

    Attributes:
        id: The record's; likewise path.
        what: The record in words.
        landed: The commit that landed it; None where it has not landed.
        standing: What its signatures are worth together.
        asked: The roles one of whose holders must stand behind it; none where rules and clauses decide.
        signers: Its signatures, by path.
    """

    id: Digest
    path: str
    what: str
    landed: str | None
    standing: Standing
    asked: tuple[RoleName, ...]
    signers: tuple[Signer, ...]

    @property
    def people(self) -> tuple[str, ...]:
        """Who in standing signed it."""
        return tuple(sorted({one.person for one in self.signers if one.person is not None and one.means not in VOTES}))


def attested(landed: Landed, stored: Stored, head: int) -> Attested:
    """Returns who stands behind a record of a type that is signed.

    Args:
        landed: What landed, with one more step where something is to be judged as if it landed now.
        stored: The record.
        head: The last step that has landed.
    """
    landing = landed.landing(stored.id)
    signers = tuple(_signer(landed, stored, one, head) for one in landed.signatures.of(stored.id))
    asked = _asked(stored.record)
    return Attested(
        stored.id,
        stored.path,
        _in_words(stored),
        _commit(landed, landing, head),
        _standing(landed, landing, signers, is_asked=bool(asked)),
        asked,
        signers,
    )


def missing(one: Attested) -> Iterator[Finding]:
    """Yields when a landed record lacks the signature that the trust root asks for."""
    if one.asked and one.landed is not None and one.standing in ("unlisted", "unsigned"):
        who = " or ".join(one.asked)
        faults = [signer.why or f"{signer.person} is none" for signer in one.signers if signer.means not in VOTES]
        yield codes.SIG_MISSING.finding(
            one.path,
            f"{one.what} is signed by no {who}",
            why="; ".join(faults) or "it has no signature",
            fix=f"gitprov sign id:{digest_hex(one.id)[: 2 * SHORT]}  # as {who}",
        )


def _asked(record: Record) -> tuple[RoleName, ...]:
    """Returns the roles one of whose holders must stand behind a record; T1 and T2 say who signs trust versions."""
    match record:
        case Event(kind=kind):
            return _DECIDING.get(kind, ())
        case Release() | Request() | Deployment():
            return _ROLES[type(record)]
    return ()


def _standing(landed: Landed, landing: int | None, signers: Iterable[Signer], *, is_asked: bool) -> Standing:
    signed = [one for one in signers if one.means not in VOTES]
    if any(one.person is not None and (one.roles or not is_asked) for one in signed):
        return "signed"
    first = next((version.step for version in landed.roots.accepted), None)
    if landing is not None and (first is None or landing < first):
        return "unattested"
    return "unlisted" if any(one.code == codes.SIG_UNLISTED.id for one in signed) else "unsigned"


def _signer(landed: Landed, stored: Stored, one: Signature, head: int) -> Signer:
    """Returns for whom a signature counts: as known at the head, or if it has not landed as if it landed now."""
    made = landed.made_by(one) if one.is_good else landed.chain.landed[one.path]
    as_of = max(head, made)
    version = landed.roots.judging(made, as_of)
    why = f"{STEPS[one.code]}: {one.fault}" if one.code is not None else landed.why_not(one, as_of)
    if why and one.is_good and isinstance(stored.record, TrustRoot):  # who is new signs what lists them: T1, T2
        own = next((found for found in landed.roots.accepted if found.id == stored.id), None)
        if own is not None and not own.why_not(one, timed=False):
            version, why = own, ""
    time = version.time(one) if version is not None else min(one.proven.values(), default=None)
    person, roles = None, tuple[str, ...]()
    if version is not None and not why:
        person = version.people[one.key]
        roles = tuple(_held(landed, version, stored, one.means, person))
    return Signer(
        one.path,
        one.key,
        one.means,
        person,
        roles,
        version.root.version if version is not None else None,
        _commit(landed, made, head),
        time,
        "timestamp" if time is not None else "no trusted time",
        one.is_logged,
        one.code.id if one.code is not None else None,
        why,
    )


def _held(landed: Landed, version: Accepted, stored: Stored, means: Means, person: str) -> Iterator[str]:
    """Yields which of the roles that matter for a record a person holds by a trust version, for any of its names."""
    record = stored.record
    if means in VOTES:
        if isinstance(record, Request) and person in version.approvers(record.stage, record.name).people:
            yield f"approver of {record.stage}"
        return
    scopes = _scopes(landed, record)
    for role in _asked(record) or _ROLES[type(record)]:
        if any(person in version.role(role, scope).people for scope in scopes):
            yield role


def _scopes(landed: Landed, record: Record) -> list[str | None]:
    """Returns the names that a record is about, for which roles may be delegated; None for the whole project."""
    match record:
        case Release(name=name) | Evaluation(name=name) | Request(name=name) | Deployment(name=name):
            return [name]
        case Run(outputs=outputs):
            artifacts = (landed.ledger.artifacts.get(one.artifact) for one in outputs.values())
            return [*dict.fromkeys(artifact.name for artifact in artifacts if artifact is not None)] or [None]
        case Event(kind=kind, details=details) if kind == GOVERNANCE:
            with suppress(GitprovError):  # S1 says what is wrong with it
                says = from_data(Governance, dict(details))
                return [catalogued(path) for path in sorted({*says.before, *says.after})]
    return [None]


def _commit(landed: Landed, step: int | None, head: int) -> str | None:
    return landed.chain.commits[step] if step is not None and step <= head else None


def _in_words(stored: Stored) -> str:
    """Returns a record as people know it."""
    match stored.record:
        case Run(step=step):
            said = f"run {step}"
        case Evaluation(name=name, suite=suite):
            said = f"evaluation of {name} on {suite}"
        case Event(kind=kind):
            said = kind
        case Release() as release:
            return f"release {title(release)}"
        case other:
            return title(other)
    return f"{said} {digest_hex(stored.id)[:SHORT]}"
