"""A key's signature that an authority and a log have seen, made by gitprov and checked by cosign, too (issue 6)."""

import subprocess
from pathlib import Path

import pytest

from tests.flows.promotion.world import make_world
from tests.real.sigstore import pki
from tests.real.sigstore.network import no_network
from tests.real.sigstore.programs import COSIGN
from tests.real.sigstore.stack import Stack
from tests.support import Gitprov

pytestmark = pytest.mark.sigstore


def test_what_others_have_seen_counts_and_cosign_agrees(stack: Stack, tmp_path: Path, gitprov: Gitprov) -> None:
    """alice's key counts in a window only: without a proven time it would count for nothing."""
    alice = make_world(tmp_path / "world", gitprov).alice
    alice("trust", "use-sigstore", "team", "--trusted-root", stack.trusted_root)
    alice.share("Trust an authority and a log")
    for setting, address in (("timestamp", pki.TIMESTAMPS), ("log", pki.REKOR)):
        alice.git("config", f"gitprov.{setting}", address)
    alice("trust", "propose", "--valid", "alice:2026-01-01T00:00:00Z..2099-01-01T00:00:00Z")
    alice.share("Let alice sign in a window")
    alice.repo.write("more", "data\n")
    (run,) = (one for one in alice("add", "more", "--json").json()["recorded"] if one["type"] == "run")
    alice.share("Add more")
    told = alice("verify", "--json").json()["signatures"]["records"]
    (by,) = next(one["signers"] for one in told if one["id"] == run["id"])
    assert (by["person"], by["trust"], by["source"], by["is_logged"]) == ("alice", 3, "timestamp", True)
    (bundle,) = (alice.repo.path / run["path"]).parent.glob("*.sigstore.json")
    (tmp_path / "alice.pub").write_text(alice.pem)
    command = [
        str(COSIGN.path), "verify-blob-attestation", "--key", str(tmp_path / "alice.pub"), "--bundle", str(bundle),
        "--trusted-root", str(stack.trusted_root), "--use-signed-timestamps", "--type", "https://slsa.dev/provenance/v1",
        str(alice.repo.path / run["path"]),
    ]  # fmt: skip
    done = subprocess.run([*no_network(), *command], capture_output=True, text=True, check=False)
    assert "Verified OK" in done.stderr, done.stderr


def entries(stack: Stack) -> int:
    """Returns how many entries the log has, by its own files."""
    return int((stack.folder / "rekor" / "checkpoint").read_bytes().split(b"\n")[1])


def test_the_log_gets_what_is_written_and_nothing_else(stack: Stack, tmp_path: Path, gitprov: Gitprov) -> None:
    """Neither a dry run nor what is refused leaves an entry; a request that is made leaves one."""
    alice = make_world(tmp_path / "world", gitprov).alice
    alice("trust", "use-sigstore", "team", "--trusted-root", stack.trusted_root)
    alice.share("Trust a log")
    alice.git("config", "gitprov.log", pki.REKOR)
    before = entries(stack)
    promote = ["promote", "churn@v2", "--to", "production", "--reason", "better"]
    alice(*promote, "--dry-run")
    alice("keys", "use", "default")
    alice("sign", "churn@v2", "--dry-run")
    refused = alice("promote", "churn@v1", "--to", "live", "--reason", "too early", status=1)
    assert "finding[" in refused.err
    assert entries(stack) == before
    alice(*promote)
    assert entries(stack) == before + 1
    assert "GP-APR-005" in alice("approve", "churn/production/1", "--yes", status=1).err
    assert entries(stack) == before + 1
