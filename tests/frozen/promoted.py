"""The second half of the story of the frozen fixtures: who counts, what was asked, and what was put in place.

Signed with one key, whose number everybody knows: the signatures are the same wherever they are made.
"""

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gitprov.adapters.signing import EcdsaSigner
from gitprov.ids import digest_of, sha256_of
from gitprov.records import (
    Artifact,
    Deployment,
    Event,
    Evidence,
    Governance,
    History,
    Identity,
    Person,
    Placed,
    ReleaseRef,
    Request,
    Role,
    Roles,
    Stored,
    TrustRoot,
    set_digest,
    signature_path,
    store,
)
from gitprov.records.codec import to_data
from gitprov.records.evidence import (
    DataEntry,
    EvaluationEntry,
    MemberEntry,
    MetricEntry,
    RuleEntry,
    RunEntry,
)
from gitprov.records.roots import Delegation
from gitprov.records.sigstore import (
    Authority,
    Certificate,
    CertificateChain,
    DistinguishedName,
    LogId,
    LogKey,
    TransparencyLog,
    TrustedRoot,
    Window,
)
from gitprov.trust.bundles import to_sign, write_bundle
from gitprov.trust.statements import approval, contents_of, countersignature, statement
from tests.frozen.story import (
    ADD_FEATURES,
    EVENT,
    FEATURES,
    FOLDER,
    MADE,
    MEASURED,
    MEMBERS,
    MODEL,
    PARAMS,
    RAW,
    RELEASE,
    SOURCE,
    TRAINED,
)
from tests.frozen.swept import SWEEP, SWEPT

SIGNER = EcdsaSigner(ec.derive_private_key(0xADA, ec.SECP256R1()))
OTHER = EcdsaSigner(ec.derive_private_key(0xB0B, ec.SECP256R1()))
HEAD = "git:" + "0b" * 20
SET = set_digest(MEMBERS)

TRUST_1 = store(
    TrustRoot(
        version=1,
        history=History(size=0, root=sha256_of(b"")),
        ref="refs/heads/main",
        people={"ada": Person(identities=(Identity(key=SIGNER.pem),))},
        roles=Roles(owner=Role(people=("ada",))),
    )
)
THERE = History(commit=HEAD, size=7, root=sha256_of(b"a log of seven leaves"))
TRUST_2 = store(
    TrustRoot(
        version=2,
        follows=TRUST_1.id,
        history=THERE,
        ref="refs/heads/main",
        people={
            "ada": Person(identities=(Identity(key=SIGNER.pem),)),
            "bob": Person(
                identities=(
                    Identity(key=OTHER.pem),
                    Identity(
                        key=EcdsaSigner(ec.derive_private_key(0xB0B0, ec.SECP256R1())).pem, revoked="lost in a train"
                    ),
                )
            ),
            "ci": Person(identities=(Identity(key=EcdsaSigner(ec.derive_private_key(0xC1, ec.SECP256R1())).pem),)),
        },
        roles=Roles(
            owner=Role(people=("ada", "bob")),
            producer=Role(people=("ada", "ci")),
            evaluator=Role(people=("bob",)),
            deployer=Role(people=("ci",)),
            machine=Role(people=("ci",)),
            approver={"production": Role(people=("ada", "bob"), threshold=2, distinct_from=("evaluator", "owner"))},
        ),
        expires="2028-01-01T00:00:00Z",
    )
)
YEAR = Window(start="2026-01-01T00:00:00Z", end="2027-01-01T00:00:00.123456789Z")
BYTES = "Z2l0cHJvdg=="
AUTHORITY = Authority(
    subject=DistinguishedName(organization="example.org", commonName="authority"),
    uri="https://authority.example.org",
    certChain=CertificateChain(certificates=(Certificate(rawBytes=BYTES),)),
    validFor=YEAR,
)
TRANSPARENT = TransparencyLog(
    baseUrl="https://log.example.org",
    hashAlgorithm="SHA2_256",
    publicKey=LogKey(rawBytes=BYTES, keyDetails="PKIX_ED25519", validFor=YEAR),
    logId=LogId(keyId=BYTES),
)
TRUST_3 = store(
    TrustRoot(
        version=3,
        follows=TRUST_2.id,
        history=THERE,
        ref="refs/heads/main",
        people={
            "ada": Person(
                identities=(
                    Identity(key=SIGNER.pem, valid_from="2026-01-01T00:00:00Z", valid_until="2027-01-01T00:00:00Z"),
                    Identity(identity="ada@example.org", issuer="https://accounts.example.org", trusted_root="team"),
                )
            ),
            "bob": Person(
                identities=(
                    Identity(
                        key=Ed25519PrivateKey.from_private_bytes(bytes(32))
                        .public_key()
                        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
                        .decode()
                    ),
                )
            ),
        },
        roles=Roles(owner=Role(people=("ada",))),
        delegations={
            "fraud": Delegation(
                owner=Role(people=("bob",)),
                producer=Role(people=("bob",)),
                evaluator=Role(people=("bob",)),
                deployer=Role(people=("bob",)),
                approver={"production": Role(people=("ada", "bob"), threshold=2)},
            )
        },
        trusted_roots={
            "team": TrustedRoot(
                mediaType="application/vnd.dev.sigstore.trustedroot+json;version=0.1",
                tlogs=(TRANSPARENT,),
                certificateAuthorities=(AUTHORITY,),
                ctlogs=(),
                timestampAuthorities=(AUTHORITY,),
            )
        },
    )
)
POLICIES = ".gitprov/policies/production.yaml"
GOVERNED = store(
    Event(
        kind="governance",
        actor="ada",
        at="2026-02-02T00:00:00Z",
        subjects=(),
        reason="first rules",
        details=to_data(Governance(after={POLICIES: sha256_of(b"rules\n")}, history=THERE)),
    )
)
THIS = ReleaseRef(id=RELEASE.id, set_=SET, version=3)
IN_FORCE = digest_of({"catalog": None, "policies": {}, "project": None, "trust": TRUST_1.id})
EVIDENCE = store(
    Evidence(
        name="fraud.model",
        stage="production",
        sequence=1,
        kind="promote",
        requester="ada",
        evaluated_at="2026-02-03T00:00:00Z",
        commit=HEAD,
        release=THIS,
        policy=IN_FORCE,
        members={
            "features": MemberEntry(
                artifact=FOLDER.id, name="fraud.features", kind="dataset", content=sha256_of(FEATURES)
            ),
            "model": MemberEntry(artifact=MADE.id, name="fraud.model", kind="model", content=sha256_of(MODEL)),
        },
        data=(
            DataEntry(
                artifact=SOURCE.id,
                name="raw",
                content=sha256_of(RAW),
                size=len(RAW),
                cutoff="2025-12-31T00:00:00Z",
                observed="2026-01-02T03:04:05.678901Z",
            ),
        ),
        runs=(
            RunEntry(run=ADD_FEATURES.id, step="add", people=("ada",)),
            RunEntry(run=TRAINED.id, step="train", params=PARAMS, inputs={"raw": sha256_of(RAW)}, people=("ada",)),
        ),
        evaluations=(EvaluationEntry(evaluation=MEASURED.id, suite="holdout", role="model", people=("ada",)),),
        metrics={"holdout": {"auc": MetricEntry(after=(0.9123456789012345,))}},
        candidates=(MADE.id,),
        rules=(RuleEntry(policy="production", rule="container-pinned", severity="warn", outcome="warned"),),
    )
)
REQUEST = store(
    Request(
        project=TRUST_1.id,
        kind="promote",
        name="fraud.model",
        stage="production",
        sequence=1,
        release=THIS,
        evidence=EVIDENCE.id,
        policy=IN_FORCE,
        authors=("ada",),
        evaluated_at="2026-02-03T00:00:00Z",
        expires="2026-02-10T00:00:00Z",
        reason="better on the holdout",
        summary=("nothing -> v3", "holdout auc 0.9123456789012345"),
    )
)
WITHDRAWAL = store(
    Request(
        project=TRUST_1.id,
        kind="withdraw",
        name="fraud.model",
        stage="production",
        sequence=2,
        replaces=REQUEST.id,
        evidence=EVIDENCE.id,
        policy=IN_FORCE,
        evaluated_at="2026-03-03T00:00:00Z",
        expires="2026-03-10T00:00:00Z",
        reason="the label was wrong",
        summary=("v3 -> nothing",),
    )
)
DEPLOYED = store(
    Deployment(
        project=TRUST_1.id,
        name="fraud.model",
        stage="production",
        request=REQUEST.id,
        release=THIS,
        members={"model": Placed(artifact=MADE.id, content=sha256_of(MODEL), path="model/model.bin")},
        observed_at="2026-02-04T00:00:00Z",
        history=THERE,
    )
)
ARTIFACTS = {one.id: one.record for one in (FOLDER, MADE) if isinstance(one.record, Artifact)}

PROMOTED: dict[str, Stored] = {
    **SWEPT,
    "deployment-one-member.yaml": DEPLOYED,
    "event-governance.yaml": GOVERNED,
    "evidence-promote.yaml": EVIDENCE,
    "request-promote.yaml": REQUEST,
    "request-withdraw.yaml": WITHDRAWAL,
    "trust-first.yaml": TRUST_1,
    "trust-second.yaml": TRUST_2,
    "trust-third.yaml": TRUST_3,
}


def signed(stored: Stored, payload: bytes, *, approves: bool = False) -> tuple[str, bytes]:
    """Returns path and bytes of a signature file of the story's key."""
    data = write_bundle(payload, SIGNER.sign(to_sign(payload)), SIGNER.pem)
    return signature_path(stored.path, data, approval=approves), data


def _plain(stored: Stored) -> tuple[str, bytes]:
    return signed(stored, statement(stored, contents_of(stored.record, ARTIFACTS)))


SIGNATURES: dict[str, tuple[str, bytes]] = {
    "approval.sigstore.json": signed(REQUEST, approval(REQUEST, "approve", ""), approves=True),
    "countersignature.sigstore.json": signed(TRAINED, countersignature(TRAINED, {}, TRUST_1.id)),
    "deployment.sigstore.json": _plain(DEPLOYED),
    "evaluation.sigstore.json": _plain(MEASURED),
    "event.sigstore.json": _plain(EVENT),
    "rejection.sigstore.json": signed(REQUEST, approval(REQUEST, "reject", "too slow"), approves=True),
    "release.sigstore.json": _plain(RELEASE),
    "request.sigstore.json": _plain(REQUEST),
    "run.sigstore.json": _plain(TRAINED),
    "sweep.sigstore.json": _plain(SWEEP),
    "trust-second.sigstore.json": _plain(TRUST_2),
    "trust-third.sigstore.json": _plain(TRUST_3),
    "trust.sigstore.json": _plain(TRUST_1),
    "withdrawal.sigstore.json": _plain(WITHDRAWAL),
}
