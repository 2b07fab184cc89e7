"""`gitprov export` and `gitprov import attestation` (demand 40)."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from gitprov.adapters.signing import EcdsaSigner, SignatureVerifier
from gitprov.records import (
    Attestation,
    Event,
    History,
    Identity,
    Person,
    Role,
    Roles,
    TrustRoot,
    store,
)
from gitprov.records.codec import from_data, to_data
from gitprov.records.sigstore import TrustedRoot
from gitprov.trust.bundles import read_bundle, rewrite_bundle, to_sign, write_bundle
from gitprov.trust.log import EMPTY
from gitprov.wiring.opening import open_project
from tests.support import Gitprov, Repo

KEYLESS = Path(__file__).parents[2] / "frozen" / "keyless"
OTHERS = EcdsaSigner(ec.generate_private_key(ec.SECP256R1()))
FILES = {"model/weights.bin": "w\n", "model/sub/config.json": "{}\n", "model/.gitignore": "x\n", "one.pkl": "one\n"}


@pytest.fixture
def recorded(repo: Repo, gitprov: Gitprov) -> Repo:
    """A repository with a folder and a file that are recorded."""
    gitprov("init")
    for path, text in FILES.items():
        repo.write(path, text)
    gitprov("add", "model", "one.pkl")
    repo.commit("Record a model")
    return repo


def digest(path: str) -> str:
    return sha256(FILES[path].encode()).hexdigest()


def attested(subject: str, *, kind: str = "https://example.org/test/v1", statement: object = None) -> bytes:
    """What somebody else attests of a file, as cosign writes it: another hint, other spaces."""
    said = statement or {
        "_type": "https://in-toto.io/Statement/v1",
        "predicateType": kind,
        "predicate": {"passed": True},
        "subject": [{"name": "one.pkl", "digest": {"sha256": subject}}],
    }
    payload = json.dumps(said).encode()
    bundle = json.loads(write_bundle(payload, OTHERS.sign(to_sign(payload)), OTHERS.pem))
    bundle["verificationMaterial"]["publicKey"]["hint"] = "yNTbPh9VrPXXM5i3Yq2tUA=="
    return json.dumps(bundle, indent=2).encode()


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Their public key."""
    path = tmp_path / "others.pub"
    path.write_text(OTHERS.pem)
    return path


def test_oms_lists_every_file_of_a_folder_but_those_of_git(recorded: Repo, gitprov: Gitprov, tmp_path: Path) -> None:
    """What model_signing 1.1.1 makes of the same folder; `make test-real` asks it."""
    gitprov("export", "oms", "model", "--output", tmp_path / "model.sig")
    bundle = read_bundle((tmp_path / "model.sig").read_bytes())
    said = json.loads(bundle.payload)
    listed = {"sub/config.json": digest("model/sub/config.json"), "weights.bin": digest("model/weights.bin")}
    assert {one["name"]: one["digest"] for one in said["predicate"]["resources"]} == listed
    whole = sha256(b"".join(bytes.fromhex(one) for _, one in sorted(listed.items()))).hexdigest()
    assert said["subject"] == [{"digest": {"sha256": whole}, "name": "model"}]
    assert said["predicate"]["serialization"]["method"] == "files"
    key = gitprov("keys", "export").out
    assert SignatureVerifier().verify(key, bundle.signed, bundle.signature)
    assert recorded.git("status", "--porcelain") == ""


@pytest.mark.usefixtures("recorded")
def test_a_file_is_one_resource(gitprov: Gitprov) -> None:
    said = json.loads(gitprov("export", "oms", "one.pkl", "--dry-run").out)
    assert [(one["name"], one["digest"]) for one in said["predicate"]["resources"]] == [(".", digest("one.pkl"))]


@pytest.mark.usefixtures("recorded")
def test_slsa_is_about_the_files_themselves(gitprov: Gitprov) -> None:
    said = json.loads(gitprov("export", "slsa", "model", "--dry-run").out)
    assert {one["name"]: one["digest"]["sha256"] for one in said["subject"]} == {
        path.removeprefix("model/"): digest(path) for path in FILES if path.startswith("model/")
    }
    assert said["predicateType"] == "https://slsa.dev/provenance/v1"
    assert said["predicate"]["buildDefinition"]["externalParameters"]["step"] == "add"


def test_a_listing_is_brought_when_the_cache_lacks_it(recorded: Repo, gitprov: Gitprov, tmp_path: Path) -> None:
    gitprov("push", "--no-refs")
    clone = tmp_path / "clone"
    recorded.git("clone", "--quiet", ".", clone)
    said = json.loads(gitprov("export", "oms", "model", "--dry-run", cwd=clone).out)
    assert len(said["predicate"]["resources"]) == 2


def test_links_have_no_form(recorded: Repo, gitprov: Gitprov) -> None:
    (recorded.path / "model" / "link").symlink_to("weights.bin")
    gitprov("add", "model")
    assert "GP-ATT-002" in gitprov("export", "oms", "model", status=2).err


def test_what_somebody_attests_is_kept_and_verified(
    recorded: Repo, gitprov: Gitprov, tmp_path: Path, key: Path
) -> None:
    file = tmp_path / "one.sigstore.json"
    file.write_bytes(attested(digest("one.pkl")))
    said = gitprov("import", "attestation", file, "--key", key, "--json").json()
    assert said["kind"] == "https://example.org/test/v1"
    assert len(said["artifacts"]) == 1
    recorded.commit("Keep an attestation")
    again = gitprov("import", "attestation", file, "one.pkl", "--key", key, "--json").json()
    assert again["artifacts"] == said["artifacts"]
    assert recorded.git("status", "--porcelain") == ""
    gitprov("verify")


def test_a_dry_run_keeps_nothing(recorded: Repo, gitprov: Gitprov, tmp_path: Path, key: Path) -> None:
    file = tmp_path / "one.sigstore.json"
    file.write_bytes(attested(digest("one.pkl")))
    gitprov("import", "attestation", file, "--key", key, "--dry-run")
    assert recorded.git("status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"{}", "GP-SIG-001"),
        (b"x" * 300_000, "GP-SIG-001"),
        (attested(digest("one.pkl")).replace(b"bundle.v0.3+json", b"bundle.v0.2+json"), "GP-SIG-001"),
        (attested("0" * 64), "GP-ATT-003"),
        (attested("nothing"), "GP-ATT-001"),
        (attested("", statement=["no", "statement"]), "GP-ATT-001"),
        (attested(digest("one.pkl")).replace(b'"sig": "ME', b'"sig": "MC'), "GP-SIG-003"),
    ],
)
def test_other_bytes_are_refused(recorded: Repo, gitprov: Gitprov, key: Path, data: bytes, code: str) -> None:
    file = key.parent / "bad.json"
    file.write_bytes(data)
    refused = gitprov("import", "attestation", file, "--key", key, status=None)
    assert refused.status != 0
    assert code in refused.err
    assert recorded.git("status", "--porcelain") == ""


@pytest.mark.usefixtures("recorded")
def test_another_key_and_another_artifact_are_refused(gitprov: Gitprov, tmp_path: Path, key: Path) -> None:
    file = tmp_path / "one.sigstore.json"
    file.write_bytes(attested(digest("one.pkl")))
    assert "GP-ATT-003" in gitprov("import", "attestation", file, "model", "--key", key, status=1).err
    key.write_text(EcdsaSigner(ec.generate_private_key(ec.SECP256R1())).pem)
    assert "GP-SIG-003" in gitprov("import", "attestation", file, "--key", key, status=1).err


def test_an_attestation_that_was_forged_afterwards_is_found(recorded: Repo, gitprov: Gitprov, key: Path) -> None:
    """Whoever writes the event by hand: each is verified again, from what it holds."""
    file = key.parent / "one.sigstore.json"
    file.write_bytes(attested(digest("one.pkl")))
    gitprov("import", "attestation", file, "--key", key)
    recorded.git("reset", "--quiet", "--hard")
    _, ledger = open_project()
    (one,) = ledger.at_path("one.pkl")
    bundle = rewrite_bundle(attested("0" * 64), OTHERS.pem).decode()
    for text, code in ((bundle, "GP-ATT-003"), (bundle.replace('"sig":"ME', '"sig":"MC'), "GP-SIG-003")):
        details = to_data(Attestation(bundle=text, key=OTHERS.pem))
        event = store(
            Event(
                kind="attestation", actor="eve", at="2026-11-21T09:00:00Z", subjects=(one,), reason="", details=details
            )
        )
        recorded.write(event.path, event.data.decode())
        recorded.commit("Attest by hand")
        found = gitprov("verify", status=1)
        assert code in found.out + found.err


def test_a_trusted_root_that_is_only_proposed_vouches_for_nobody(recorded: Repo, gitprov: Gitprov) -> None:
    """Threat A11: whoever attests something brings along the authority that says who they are."""
    root = from_data(TrustedRoot, json.loads((KEYLESS / "trusted-root.json").read_bytes()))
    people = {"eve": Person(identities=(Identity(key=OTHERS.pem),))}
    proposed = store(
        TrustRoot(
            version=1,
            history=History(size=0, root=EMPTY),
            ref="refs/heads/main",
            people=people,
            roles=Roles(owner=Role(people=("eve",))),
            trusted_roots={"team": root},
        )
    )
    _, ledger = open_project()
    details = to_data(Attestation(bundle=(KEYLESS / "person.sigstore.json").read_text()))
    subjects = tuple(ledger.at_path("one.pkl"))
    at = "2026-11-21T09:00:00Z"
    event = store(Event(kind="attestation", actor="eve", at=at, subjects=subjects, reason="mine", details=details))
    for stored in (proposed, event):
        recorded.write(stored.path, stored.data.decode())
    recorded.commit("Bring an authority along")
    found = gitprov("verify", status=1)
    assert "GP-SIG-008" in found.out + found.err
    assert "no trusted root is listed" in found.out + found.err
