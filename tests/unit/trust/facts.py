"""Facts about trust, made by hand: keys that sign nothing, trust versions, chains, and what landed on them."""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from gitprov.check.in_force import InForce
from gitprov.check.landed import Chain, Landed
from gitprov.ids import Digest, sha256_of
from gitprov.lineage import Held, Ledger
from gitprov.records import Event, Governance, History, Identity, Person, Role, Roles, Stored, TrustRoot, store
from gitprov.records.codec import to_data
from gitprov.records.roots import Delegation
from gitprov.records.sigstore import TrustedRoot
from gitprov.trust.log import Log
from gitprov.trust.roots import Roots, document_of, identity_id, key_id
from gitprov.trust.signatures import KeyId, Means, Signature, Signatures

MAIN = "refs/heads/main"
ISSUER = "https://accounts.example.org"

Window = tuple[str | None, str | None]


def pem(name: str) -> str:
    """A text that has the form of a public key; nobody has the private one."""
    noise = base64.b64encode(hashlib.sha512(name.encode()).digest()).decode().replace("=", "x")
    body = f"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE{noise[:28]}\n{noise[28:85]}A==\n"
    return f"-----BEGIN PUBLIC KEY-----\n{body}-----END PUBLIC KEY-----\n"


def key(name: str) -> KeyId:
    """The id of that key; a name with an @ is what certificates say."""
    return identity_id(name, ISSUER) if "@" in name else key_id(pem(name))


def trusted_root(note: str) -> TrustedRoot:
    """A Sigstore of which nothing is known but that it is another one."""
    return TrustedRoot(
        mediaType="application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        tlogs=(),
        certificateAuthorities=(),
        ctlogs=(),
        timestampAuthorities=(),
        extra={"note": note},
    )


OWN = trusted_root("team")
OWN_DIGEST = document_of(to_data(OWN))[0]
"""The one Sigstore that these trust versions list, as `team`."""


def identity(name: str, *, window: Window = (None, None), revoked: str | None = None) -> Identity:
    """What a trust version lists: that key, or what certificates say."""
    made = Identity(identity=name, issuer=ISSUER, trusted_root="team") if "@" in name else Identity(key=pem(name))
    return replace(made, valid_from=window[0], valid_until=window[1], revoked=revoked)


def proven(at: str | None) -> dict[Digest, str]:
    """What the Sigstore of the team proves: that something was signed at a time."""
    return {OWN_DIGEST: at} if at is not None else {}


def by(name: str, record: Digest, at: str | None = None) -> Signature:
    """A good signature of a record by that key, at a proven time."""
    return Signature(f"{record}.{name}", record, key(name), "signs", listed=True, proven=proven(at))


def commit(step: int) -> str:
    """The commit of a step, which its first digits tell as well as its last."""
    return f"{step:08x}{step:032x}"


def step_of(text: str | None) -> int | None:
    """The step of a commit in a chain of 100."""
    step = int(text[-32:], 16) if text else 100
    return step if step < 100 else None


def history(log: Log, step: int | None) -> History:
    """What is right to sign when the protected ref is at a step; None before everything."""
    if step is None:
        return History(size=0, root=log.history_at(-1)[1])
    size, root = log.history_at(step)
    return History(commit=f"git:{commit(step)}", size=size, root=root)


def root(
    version: int,
    past: History,
    people: Mapping[str, Sequence[str]],
    *,
    follows: Digest | None = None,
    owners: Iterable[str] = ("ann",),
    threshold: int = 1,
    revoked: Iterable[str] = (),
    producers: Sequence[str] | None = None,
    windows: Mapping[str, Window] | None = None,
    delegations: Mapping[str, Delegation] | None = None,
) -> Stored:
    """A trust version: people to the names of their keys, and keys to the times from and until which they count."""
    listed = {
        person: Person(
            identities=tuple(
                identity(one, window=(windows or {}).get(one, (None, None)), revoked="lost" if one in revoked else None)
                for one in keys
            )
        )
        for person, keys in people.items()
    }
    return store(
        TrustRoot(
            version=version,
            follows=follows,
            history=past,
            ref=MAIN,
            people=listed,
            roles=Roles(
                owner=Role(people=tuple(sorted(owners)), threshold=threshold),
                producer=Role(people=tuple(producers)) if producers is not None else None,
            ),
            delegations=delegations or {},
            trusted_roots={"team": OWN}
            if windows or any("@" in one for keys in people.values() for one in keys)
            else {},
        )
    )


def governance(before: Mapping[str, Digest], after: Mapping[str, Digest], past: History, actor: str = "ann") -> Stored:
    """A governance record."""
    says = Governance(before=dict(before), after=dict(after), history=past)
    return store(
        Event(
            kind="governance", actor=actor, at="2026-11-21T09:30:00Z", subjects=(), reason="why", details=to_data(says)
        )
    )


def landed(
    records: Iterable[tuple[Stored, int]],
    signed: Iterable[tuple[Stored, str, int]],
    roots: Roots,
    *,
    settings: Mapping[str, Sequence[tuple[int, bytes | None]]] | None = None,
    other: Iterable[tuple[str, int]] = (),
    head: int = 99,
) -> Landed:
    """Everything that landed, signatures (record, key, step) taken as verified."""
    pairs = list(records)
    means: Means = "signs"
    files = {stored.path: (step, stored.data) for stored, step in pairs} | {path: (step, b"") for path, step in other}
    by_record: dict[Digest, list[str]] = {}
    judged: dict[str, Signature] = {}
    for stored, name, step in signed:
        path = f"{stored.path.removesuffix('.yaml')}.{key(name)[7:23]}.sigstore.json"
        files[path] = (step, b"")
        by_record.setdefault(stored.id, []).append(path)
        judged[path] = Signature(path, stored.id, key(name), means, listed=True)
    changes = {
        path: tuple((step, sha256_of(data) if data is not None else None) for step, data in found)
        for path, found in (settings or {}).items()
    }
    blobs = {sha256_of(data): data for found in (settings or {}).values() for _, data in found if data is not None}
    chain = Chain(
        MAIN,
        tuple(commit(step) for step in range(head + 1)),
        {path: step for path, (step, _) in files.items()},
        {path: data for path, (_, data) in files.items()},
        settings=changes,
        blobs=blobs,
    )
    return Landed(
        chain,
        Ledger(Held(stored, "committed") for stored, _ in pairs),
        Signatures(by_record, judged.__getitem__),
        roots,
        InForce((), {}, lambda _path, data: data),
        lambda _run, _step: False,
    )
