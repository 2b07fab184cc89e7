"""What is served is judged by something from outside of its folder, without a repository (demand 20, threat A13)."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gitprov.adapters.signing import FileKeys
from gitprov.ids import digest_hex, md5_of, sha256_of
from gitprov.ids.listings import FILE, Entry, write_listing
from gitprov.promotion.serve_check import MANIFEST, SIGNATURE, TRUST
from gitprov.records import (
    Deployment,
    History,
    Identity,
    Person,
    Placed,
    ReleaseRef,
    Role,
    Roles,
    Stored,
    TrustRoot,
    store,
)
from gitprov.trust.bundles import to_sign, write_bundle
from gitprov.trust.log import EMPTY
from gitprov.trust.statements import statement
from tests.support import Gitprov

MODEL = b"weights"


def entry(path: str, data: bytes, mode: str = FILE) -> Entry:
    return Entry(path, mode, sha256_of(data), md5_of(data), len(data))


class Deployed:
    """A folder with a deployment in it, and what its server was told beforehand."""

    def __init__(self, top: Path) -> None:
        self.path = top / "served"
        (self.path / "lookup").mkdir(parents=True)
        (self.path / "model.bin").write_bytes(MODEL)
        (self.path / "lookup" / "a.txt").write_bytes(b"a")
        listing = write_listing([entry("a.txt", b"a")])
        self.signer = FileKeys(str(top / "keys")).signer()
        self.root = store(
            TrustRoot(
                version=1,
                history=History(size=0, root=EMPTY),
                ref="refs/heads/main",
                people={"carol": Person(identities=(Identity(key=self.signer.pem),))},
                roles=Roles(owner=Role(people=("carol",))),
            )
        )
        self.pin = f"0001:{self.root.id}"
        self.stored = store(
            Deployment(
                project=self.root.id,
                name="churn",
                stage="production",
                request=sha256_of(b"request"),
                release=ReleaseRef(id=sha256_of(b"release"), set_=sha256_of(b"set"), version=2),
                members={
                    "model": Placed(artifact=sha256_of(b"1"), content=sha256_of(MODEL), path="model.bin"),
                    "lookup": Placed(
                        artifact=sha256_of(b"2"), content=sha256_of(listing), path="lookup", directory=True
                    ),
                },
                observed_at="2026-11-21T09:00:00Z",
                history=History(commit="git:" + "1" * 40, size=3, root=sha256_of(b"log")),
            )
        )
        self.sign(self.stored)
        (self.path / TRUST).write_bytes(self.root.data)
        self.key = top / "carol.pem"
        self.key.write_text(self.signer.pem)

    def sign(self, stored: Stored, keys: str | None = None) -> None:
        """Writes a manifest with its signature, by a key in another folder if one is given."""
        signer = FileKeys(keys).signer() if keys else self.signer
        payload = statement(stored, {})
        (self.path / MANIFEST).write_bytes(stored.data)
        (self.path / SIGNATURE).write_bytes(write_bundle(payload, signer.sign(to_sign(payload)), signer.pem))


@pytest.fixture
def deployed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deployed:
    monkeypatch.chdir(tmp_path)  # which is in no repository
    return Deployed(tmp_path)


Ways = Callable[[Deployed], list[str | Path]]
WAYS: dict[str, Ways] = {
    "digest": lambda deployed: ["--digest", deployed.stored.id],
    "key": lambda deployed: ["--key", deployed.key],
    "pin": lambda deployed: ["--pin", deployed.pin],
}


@pytest.mark.parametrize("way", WAYS)
def test_what_was_deployed_passes(deployed: Deployed, gitprov: Gitprov, way: str) -> None:
    known = WAYS[way](deployed)
    said = gitprov("serve-check", deployed.path, *known, "--of", "churn/production").out
    assert "churn@v2 for churn/production: 2 members as deployed at 2026-11-21T09:00:00Z" in said
    answer = gitprov("serve-check", deployed.path, *known, "--json").json()
    assert (answer["findings"], answer["deployment"]) == ([], deployed.stored.id)


def test_files_beside_it_and_links_to_the_folder_do_not_matter(deployed: Deployed, gitprov: Gitprov) -> None:
    (deployed.path / "server.log").write_text("started\n")
    Path("current").symlink_to(deployed.path)
    gitprov("serve-check", "current", "--pin", deployed.pin)


def _swap_for_listing(deployed: Deployed) -> None:
    (deployed.path / "lookup" / "a.txt").unlink()
    (deployed.path / "lookup").rmdir()
    (deployed.path / "lookup").write_bytes(write_listing([entry("a.txt", b"a")]))


def _swap_for_link(deployed: Deployed) -> None:
    outside = deployed.path.parent / "outside"
    (deployed.path / "model.bin").rename(outside)
    (deployed.path / "model.bin").symlink_to(outside)


CHANGES: dict[str, tuple[str, Callable[[Deployed], object]]] = {
    "a byte of a file": ("model.bin", lambda d: (d.path / "model.bin").write_bytes(b"Weights")),
    "a file that is gone": ("model.bin", lambda d: (d.path / "model.bin").unlink()),
    "a link in its place": ("model.bin", _swap_for_link),
    "a file in a directory": ("lookup", lambda d: (d.path / "lookup" / "a.txt").write_bytes(b"b")),
    "an extra file": ("lookup", lambda d: (d.path / "lookup" / "b.txt").write_bytes(b"b")),
    "an extra link": ("lookup", lambda d: (d.path / "lookup" / "b").symlink_to("a.txt")),
    "an extra empty folder": ("lookup", lambda d: (d.path / "lookup" / "b").mkdir()),
    "an extra pipe": ("lookup", lambda d: os.mkfifo(d.path / "lookup" / "b")),
    "an extra name that is not text": ("lookup", lambda d: (d.path / "lookup" / os.fsdecode(b"\xff")).write_bytes(b"")),
    "an executable bit": ("lookup", lambda d: (d.path / "lookup" / "a.txt").chmod(0o755)),
    "a listing instead of its directory": ("lookup", _swap_for_listing),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_in_a_member_is_found(deployed: Deployed, gitprov: Gitprov, change: str) -> None:
    """GP-DEP-006."""
    member, make = CHANGES[change]
    make(deployed)
    answer = gitprov("serve-check", deployed.path, "--key", deployed.key, "--json", status=1).json()
    assert [(found["code"], found["subject"]) for found in answer["findings"]] == [("GP-DEP-006", member)]


@pytest.mark.parametrize("way", WAYS)
def test_a_manifest_that_was_edited_is_refused(deployed: Deployed, gitprov: Gitprov, way: str) -> None:
    """The attacker swaps the model and says so in the manifest (GP-DEP-005); the members are not even read."""
    known = WAYS[way](deployed)
    (deployed.path / "model.bin").write_bytes(b"evil")
    hexes = digest_hex(sha256_of(MODEL)), digest_hex(sha256_of(b"evil"))
    (deployed.path / MANIFEST).write_text((deployed.path / MANIFEST).read_text().replace(*hexes))
    answer = gitprov("serve-check", deployed.path, *known, "--json", status=1).json()
    assert [found["code"] for found in answer["findings"]] == ["GP-DEP-005"]


@pytest.mark.parametrize("way", ["key", "pin"])
def test_a_manifest_signed_by_another_key_is_refused(deployed: Deployed, gitprov: Gitprov, way: str) -> None:
    deployed.sign(deployed.stored, keys="mallory")
    said = gitprov("serve-check", deployed.path, *WAYS[way](deployed), status=1)
    assert "GP-DEP-005" in said.out
    assert "do not serve it" in said.out


def test_a_trust_version_with_the_attackers_key_is_refused(deployed: Deployed, gitprov: Gitprov) -> None:
    """GP-TRU-009: what names the deployers must be what the pin says."""
    other = Deployed(deployed.path.parent / "mallory")
    gitprov("serve-check", other.path, "--pin", other.pin)
    assert "GP-TRU-009" in gitprov("serve-check", other.path, "--pin", deployed.pin, status=1).out
    (other.path / TRUST).unlink()
    assert "GP-TRU-009" in gitprov("serve-check", other.path, "--pin", other.pin, status=1).out


def test_a_deployment_for_another_stage_is_refused(deployed: Deployed, gitprov: Gitprov) -> None:
    said = gitprov("serve-check", deployed.path, "--key", deployed.key, "--of", "churn/staging", status=1).out
    assert "is a deployment of churn/production" in said


@pytest.mark.parametrize("name", [MANIFEST, SIGNATURE])
def test_a_folder_without_manifest_or_signature_is_refused(deployed: Deployed, gitprov: Gitprov, name: str) -> None:
    (deployed.path / name).unlink()
    assert "GP-DEP-005" in gitprov("serve-check", deployed.path, "--key", deployed.key, status=1).out


@pytest.mark.parametrize(
    "change",
    [("path: model.bin", "path: ../secret"), ("directory: true", "directory: 1"), ("\n", "\r\n"), ("name:", "nam:")],
)
def test_hostile_manifests_are_refused(deployed: Deployed, gitprov: Gitprov, change: tuple[str, str]) -> None:
    """Also when whoever trusts the folder trusts exactly these bytes: no path of it leads outside (threat A30)."""
    text = (deployed.path / MANIFEST).read_text().replace(*change).encode()
    (deployed.path / MANIFEST).write_bytes(text)
    said = gitprov("serve-check", deployed.path, "--digest", sha256_of(text), "--key", deployed.key, status=1).out
    assert "GP-DEP-005" in said


def test_a_record_of_another_type_is_no_manifest(deployed: Deployed, gitprov: Gitprov) -> None:
    (deployed.path / MANIFEST).write_bytes(deployed.root.data)
    assert "is no deployment" in gitprov("serve-check", deployed.path, "--pin", deployed.pin, status=1).out


def test_a_folder_cannot_vouch_for_itself(deployed: Deployed, gitprov: Gitprov) -> None:
    said = gitprov("serve-check", deployed.path, "--of", "churn/production", status=2).err
    assert "--digest, --key or --pin" in said


def test_it_loads_neither_dvc_nor_git(deployed: Deployed) -> None:
    code = "import sys; from gitprov.cli.main import main; assert main(sys.argv[1:]) == 0; print(*sys.modules)"
    python = Path(os.environ["PATH"].partition(os.pathsep)[0]) / "python"
    done = subprocess.run(
        [python, "-c", code, "serve-check", deployed.path, "--key", deployed.key],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    names = {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert not names & {"dvc", "git", "pygit2", "pydantic", "sigstore", "ssl"}
