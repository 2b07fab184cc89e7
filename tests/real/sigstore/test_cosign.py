"""Other tools take our signatures, offline, by the commands that the documentation shows; and we take theirs."""

import hashlib
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from gitprov.adapters.signing import SignatureVerifier
from gitprov.adapters.sigstore import verify_keyless
from gitprov.ids import sha256_of
from gitprov.records import Release, Stored, decode, store
from gitprov.trust.bundles import read_bundle, rewrite_bundle
from gitprov.trust.statements import PROVENANCE, statement
from gitprov.trust.verifying import Certified
from tests.real.sigstore.issuer import ADA, WORKFLOW
from tests.real.sigstore.network import no_network
from tests.real.sigstore.pki import CI, PEOPLE, REKOR, TIMESTAMPS
from tests.real.sigstore.programs import COSIGN
from tests.real.sigstore.stack import Stack
from tests.support import Gitprov, Repo, make_repo

pytestmark = pytest.mark.sigstore

PAGE = (Path(__file__).parents[3] / "docs" / "verification.md").read_text("utf-8")
BY_KEY, BY_IDENTITY = re.findall(r"```sh\n(cosign .+)\n```", PAGE.partition("## With cosign")[2])
"""The commands of the page."""
RELEASE = "urn:gitprov:release:v1"
MODEL = b"weights" * 10_000


def shell(command: str, **variables: object) -> subprocess.CompletedProcess[str]:
    """Runs a command of the page where there is no network."""
    environment = os.environ | {name: str(value) for name, value in variables.items()}
    environment["PATH"] = f"{COSIGN.path.parent}{os.pathsep}{environment['PATH']}"
    line = [*no_network(), "sh", "-c", command]
    return subprocess.run(line, env=environment, capture_output=True, text=True, check=False)


@dataclass(frozen=True, slots=True)
class Released:
    """A clone with a release, whose one member is restored: the record, and what signatures of it sign."""

    repo: Repo
    stored: Stored
    payload: bytes

    @property
    def files(self) -> tuple[Path, Path]:
        """The record and the model."""
        return self.repo.path / self.stored.path, self.repo.path / "model.bin"


@pytest.fixture
def released(tmp_path: Path, gitprov: Gitprov, monkeypatch: pytest.MonkeyPatch) -> Released:
    """A clone, by `git clone`, `gitprov pull` and `gitprov restore`."""
    ada = make_repo(tmp_path / "ada")
    monkeypatch.chdir(ada.path)
    (tmp_path / "remote").mkdir()
    gitprov("init")
    subprocess.run(["dvc", "remote", "add", "--quiet", "--default", "team", tmp_path / "remote"], check=True)
    ada.write("model.bin", MODEL)
    gitprov("add", "model.bin", "--name", "churn", "--kind", "model")
    gitprov("push", "--no-refs")
    ada.commit()
    gitprov("seal", "churn", "--owner", "ada")
    ada.commit()
    clone = Repo(tmp_path / "clone")
    ada.git("clone", "--quiet", ada.path, clone.path)
    gitprov("pull", "--all", cwd=clone.path)
    gitprov("restore", cwd=clone.path)
    monkeypatch.chdir(clone.path)
    stored = store(decode((clone.path / ".gitprov/releases/churn/1.yaml").read_bytes()))
    assert isinstance(stored.record, Release)
    return Released(clone, stored, statement(stored, dict.fromkeys(stored.record.members, sha256_of(MODEL))))


def test_where_there_is_no_network_nobody_asks(stack: Stack) -> None:
    """What the other tests rest on: the servers that run here cannot be reached by what verifies."""
    url = f"{PEOPLE}/jwks"
    assert stack.trusted_root.exists()
    assert subprocess.run(["curl", "-sf", url], capture_output=True, check=False).returncode == 0
    assert shell(f"curl -sf {url}").returncode != 0 or not no_network()


def test_cosign_verifies_a_release_by_key(released: Released, gitprov: Gitprov, tmp_path: Path) -> None:
    (bundle,) = released.files[0].parent.glob("*.sigstore.json")
    key = tmp_path / "key.pub"
    key.write_text(gitprov("keys", "export").out)
    given = {"KEY": key, "BUNDLE": bundle, "TYPE": RELEASE}
    for file in released.files:
        done = shell(BY_KEY, **given, FILE=file)
        assert done.returncode == 0, done.stderr
        assert shell(BY_KEY, **{**given, "TYPE": PROVENANCE}, FILE=file).returncode != 0
    assert shell(BY_KEY, **given, FILE=key).returncode != 0


@pytest.fixture
def keyless(stack: Stack, released: Released, gitprov: Gitprov, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """The Sigstore by which ada signs in the clone from now on."""
    assert released.files[1].exists()
    monkeypatch.setenv("SIGSTORE_ID_TOKEN", stack.issuer.person())
    gitprov("keys", "use", f"sigstore:{stack.trust_config}")
    return stack


def test_cosign_verifies_a_release_by_identity(
    keyless: Stack, released: Released, gitprov: Gitprov, monkeypatch: pytest.MonkeyPatch
) -> None:
    for token, identity, issuer in (
        (keyless.issuer.person(), ADA, PEOPLE),
        (keyless.issuer.workflow(), WORKFLOW, CI),
    ):
        before = {*released.files[0].parent.iterdir()}
        monkeypatch.setenv("SIGSTORE_ID_TOKEN", token)
        gitprov("sign", "churn@v1")
        (bundle,) = {*released.files[0].parent.iterdir()} - before
        given = {"ROOT": keyless.trusted_root, "BUNDLE": bundle, "TYPE": RELEASE}
        given |= {"IDENTITY": identity, "ISSUER": issuer}
        for file in released.files:
            done = shell(BY_IDENTITY, **given, FILE=file)
            assert done.returncode == 0, done.stderr
            for other in ({"IDENTITY": "bob@example.org"}, {"ISSUER": "http://127.0.0.1:1"}, {"TYPE": PROVENANCE}):
                assert shell(BY_IDENTITY, **{**given, **other}, FILE=file).returncode != 0
        assert shell(BY_IDENTITY, **given, FILE=bundle).returncode != 0


def test_what_cosign_signs_is_good_here(
    stack: Stack, released: Released, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who has no gitprov can sign a record: its statement follows from it."""
    (tmp_path / "statement").write_bytes(released.payload)
    (tmp_path / "token").write_text(stack.issuer.person())
    monkeypatch.chdir(tmp_path)
    subprocess.run(
        [
            *(COSIGN.path, "attest-blob", "--yes", "--statement", "statement", "--identity-token", "token"),
            *("--signing-config", stack.signing_config, "--trusted-root", stack.trusted_root, "--bundle", "bundle"),
        ],
        check=True,
        capture_output=True,
    )
    data = rewrite_bundle((tmp_path / "bundle").read_bytes())
    document = stack.trusted_root.read_text()
    assert verify_keyless(data, Certified(ADA, PEOPLE), document).endswith("Z")
    assert read_bundle(data).payload == released.payload


def test_models_are_signed_and_verified_by_others_alike(
    keyless: Stack, released: Released, gitprov: Gitprov, tmp_path: Path
) -> None:
    """OpenSSF model signing: our signature of a restored model is good there, and theirs is good here."""
    model, ours, theirs = released.files[1], tmp_path / "ours.json", tmp_path / "theirs.json"
    gitprov("export", "oms", "model.bin", "--output", ours)
    trust = f'--trust_config "{keyless.trust_config}"'
    who = f"--identity {ADA} --identity_provider {PEOPLE}"
    verify = f'model_signing verify sigstore "{model}" {trust} {who} --signature'
    done = shell(f'{verify} "{ours}"')
    assert done.returncode == 0, done.stderr
    sign = f'model_signing sign sigstore "{model}" {trust} --identity_token {keyless.issuer.person()} --signature'
    subprocess.run(f'{sign} "{theirs}"', shell=True, check=True, capture_output=True)  # noqa: S602
    data = rewrite_bundle(theirs.read_bytes())
    assert verify_keyless(data, Certified(ADA, PEOPLE), keyless.trusted_root.read_text()).endswith("Z")
    assert hashlib.sha256(MODEL).hexdigest() in read_bundle(data).payload.decode()
    model.write_bytes(MODEL[1:])
    for signature in (ours, theirs):
        assert shell(f'{verify} "{signature}"').returncode != 0


def test_a_folder_is_exported_for_model_signing_by_key(repo: Repo, gitprov: Gitprov, tmp_path: Path) -> None:
    gitprov("init")
    files = {"model/a.bin": "a\n", "model/sub/b.json": "{}\n", "model/.gitignore": "x\n", "model/.hidden": "h\n"}
    for path, text in files.items():
        repo.write(path, text)
    gitprov("add", "model")
    ours, key = tmp_path / "model.sig", tmp_path / "key.pub"
    gitprov("export", "oms", "model", "--output", ours)
    key.write_text(gitprov("keys", "export").out)
    verify = f'model_signing verify key model --signature "{ours}" --public_key "{key}"'
    assert shell(verify).returncode == 0
    repo.write("model/sub/b.json", "[]\n")
    assert shell(verify).returncode != 0


def test_a_signature_by_key_is_timestamped_and_logged(
    stack: Stack, repo: Repo, gitprov: Gitprov, tmp_path: Path
) -> None:
    """cosign then takes it without being told to ignore the log, and so do we take its time."""
    repo.git("config", "gitprov.timestamp", TIMESTAMPS)
    repo.git("config", "gitprov.log", REKOR)
    gitprov("init")
    repo.write("data.csv", "1,2\n")
    gitprov("add", "data.csv")
    (path,) = (repo.path / ".gitprov" / "runs").rglob("*.sigstore.json")
    record, key, root = path.parent / f"{path.name[:64]}.yaml", tmp_path / "key.pub", stack.trusted_root.read_text()
    key.write_text(gitprov("keys", "export").out)
    command = BY_KEY.replace("--insecure-ignore-tlog", f'--use-signed-timestamps --trusted-root "{stack.trusted_root}"')
    done = shell(command, KEY=key, BUNDLE=path, TYPE=PROVENANCE, FILE=record)
    assert done.returncode == 0, done.stderr
    bundle = read_bundle(path.read_bytes())
    assert SignatureVerifier().is_logged(bundle, key.read_text(), root)
    assert SignatureVerifier().timestamp(bundle.signature, bundle.timestamp or b"", root)
