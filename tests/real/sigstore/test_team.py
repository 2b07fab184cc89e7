"""A team whose people and workflows sign by certificates, from the command line: demand 31, and threats A14 to A16."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.promotion.world import Someone, World, make_world
from tests.real.sigstore.issuer import WORKFLOW
from tests.real.sigstore.network import no_network
from tests.real.sigstore.pki import CI, PEOPLE
from tests.real.sigstore.stack import Stack
from tests.support import Gitprov

pytestmark = pytest.mark.sigstore

BOB = "bob@example.org"


@pytest.fixture
def world(stack: Stack, tmp_path: Path, gitprov: Gitprov, monkeypatch: pytest.MonkeyPatch) -> World:
    """The team, in which bob approves by certificates, and a workflow trains and releases churn@v3 by them."""
    team = make_world(tmp_path / "world", gitprov)
    alice, bob, ci = team.alice, team.bob, team.someone("ci")
    alice("trust", "use-sigstore", "sigstore", "--trusted-root", stack.trusted_root)
    alice.share("Trust a Sigstore")
    certified = ["--certified", f"bob={BOB},{PEOPLE}", "--certified", f"ci={WORKFLOW},{CI}"]
    alice(
        "trust", "propose", *certified, "--role", "producer=alice,ci", "--role", "evaluator=ci", "--role", "machine=ci"
    )
    alice.share("Name who signs by certificates")
    for someone, token in ((bob, stack.issuer.person(BOB)), (ci, stack.issuer.workflow())):
        someone.pull()
        someone("keys", "use", f"sigstore:{stack.trust_config}")
        monkeypatch.setenv("SIGSTORE_ID_TOKEN", token)
        someone("trust", "sign")
        someone.share(f"Sign as {someone.name}")
    ci("pull", "--all")
    ci("restore", "raw")
    ci.release(3, auc=0.97)
    monkeypatch.delenv("SIGSTORE_ID_TOKEN")
    return team


def quiet(someone: Someone, *line: str) -> subprocess.CompletedProcess[str]:
    """Runs one command where there is no network, in a home of nobody's."""
    home = someone.home / "nobody"
    home.mkdir(exist_ok=True)
    command = [*no_network(), sys.executable, "-m", "gitprov", *line]
    environment = os.environ | {"HOME": str(home)}
    return subprocess.run(command, cwd=someone.repo.path, env=environment, capture_output=True, text=True, check=False)


def ask(world: World, *line: str) -> tuple[str, str]:
    """Lets alice ask for something, and bob look at it; returns the branch and the request."""
    asked = world.alice(*line, "--reason", "agreed", "--json").json()
    world.alice.git("push", "--quiet", "origin", asked["branch"])
    world.bob.git("fetch", "--quiet")
    world.bob.git("switch", "--quiet", asked["branch"])
    return asked["branch"], asked["request"]


def test_what_is_signed_by_certificates_takes_effect_and_needs_no_network(
    stack: Stack, world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whom else the issuer vouches for counts for nothing; nor does anybody when the authority is believed no more."""
    alice, bob = world.alice, world.bob
    alice.pull()
    branch, request = ask(world, "promote", "churn@v3", "--to", "production")
    monkeypatch.setenv("SIGSTORE_ID_TOKEN", stack.issuer.person("bob@example.com"))
    assert "GP-APR-004" in bob("approve", request, "--yes", status=1).err
    monkeypatch.setenv("SIGSTORE_ID_TOKEN", stack.issuer.person(BOB))
    bob("approve", request, "--yes")
    world.land(branch, by="bob")
    alice.pull()
    done = quiet(alice, "verify", "churn/production")
    assert done.returncode == 0, done.stderr
    assert "churn@v3 is in effect" in done.stdout
    assert "1 of 1 approvals: bob" in done.stdout
    for line in (("verify", "--all"), ("audit",)):
        done = quiet(alice, *line)
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"
        assert "GP-SIG" not in done.stdout

    root = json.loads(stack.trusted_root.read_text())
    window = root["certificateAuthorities"][0]["validFor"]
    window["end"] = window["start"]
    ended = tmp_path / "ended.json"
    ended.write_text(json.dumps(root))
    alice("trust", "use-sigstore", "sigstore", "--trusted-root", ended)
    alice.share("Believe the authority no more")
    branch, request = ask(world, "withdraw", "churn/production")
    assert "GP-SIG-010" in bob("approve", request, "--yes", status=1).err
    world.land(branch, by="bob")
    alice.pull()
    done = quiet(alice, "verify", "churn/production")
    assert "churn@v3 is in effect" in done.stdout
    assert f"{request}: landed, NOT effective: 0 of 1 approvals" in done.stdout
