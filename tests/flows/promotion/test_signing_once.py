"""Nobody is asked for a signature that is not written: logs keep it for ever, services bill for it (issue 6).

alice signs with a key of an SSH agent that asks a person each time. Nobody is there: whoever asks it is refused.
"""

from pathlib import Path

import pytest

from gitprov.errors import catalogue as codes
from gitprov.records import signature_path
from gitprov.trust.bundles import read_bundle, write_bundle
from tests.agents import Agent, agent
from tests.flows.promotion.world import Someone, World, make_serving
from tests.remedies.following import follow
from tests.support import Gitprov

__all__ = ["agent"]
REASON = ("--reason", "why not")


@pytest.fixture
def key(agent: Agent) -> Path:
    """A key of the agent, ECDSA: it signs in other bytes each time."""
    return agent.add("-t", "ecdsa", "-b", "256")


@pytest.fixture
def serving(tmp_path: Path, gitprov: Gitprov, key: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """churn@v2 is in effect, after churn@v1; alice has the agent's key, too, deploys, and signs with it from now on."""
    world = make_serving(tmp_path / "world", gitprov)
    world.promote("churn@v2")
    alice = world.alice
    alice.pull()
    assert key.exists()
    alice.repo.write("alice.pub", alice("keys", "export", "ssh-agent").out)
    alice("trust", "propose", "--add", "alice=alice.pub", "--role", "deployer=alice,carol")
    (alice.repo.path / "alice.pub").unlink()
    monkeypatch.setenv("GITPROV_KEY", "ssh-agent")
    alice("trust", "sign")
    alice.share("Let alice sign with her agent")
    return world


def state(alice: Someone) -> tuple[str, str]:
    """Returns what git has: refs, and what differs from them."""
    return alice.git("for-each-ref"), alice.git("status", "--porcelain", "--untracked-files=all")


WRITES = [
    ["add", "more"],
    ["evaluate", "churn@v2", "--metrics", "metrics.json", "--suite", "other"],
    ["deprecate", "churn@v1", *REASON],
    ["revert", "HEAD~1"],
    ["sign", "churn@v2"],
    ["seal", "churn"],
    ["promote", "churn", "--to", "production", *REASON],
    ["rollback", "churn/production", *REASON],
    ["withdraw", "churn/production", *REASON],
    ["reject", "churn/production/3", *REASON],
    ["approve", "churn/production/3"],
    ["exception", "churn/production/3", "--waive", "approvals", *REASON],
    ["renumber", "churn/production/3"],
    ["deploy", "churn/production", "--to", "../there", "--pin", "PIN"],
    ["policy", "sign"],
    ["trust", "propose", "--expires", "2099-01-01T00:00:00Z"],
    ["trust", "sign", "2"],
    ["log-head", "sign"],
    ["keys", "use", "ssh-agent"],
]


def test_no_dry_run_asks_for_a_signature(serving: World, agent: Agent, key: Path) -> None:
    """Each says what it would do, as it would with another key, and changes nothing."""
    alice = serving.alice
    alice("withdraw", "churn/production", *REASON)
    branch = "promote/churn/production/3"
    alice.git("push", "--quiet", "origin", branch)
    alice.pull()
    alice.train(3, auc=0.97)
    alice("push", "--no-refs")
    alice.share("Train")
    alice.repo.write("more", "data\n")
    alice.repo.write(".gitprov/policies/other.yaml", (alice.repo.path / ".gitprov/policies/quality.yaml").read_text())
    agent.confirm(key)
    pin = alice("trust", "fingerprint").out.split()[0]
    before = state(alice)
    said = {}
    for command in WRITES:
        where = branch if command[0] in ("approve", "reject", "exception") else "main"
        alice.git("switch", "--quiet", where)
        wanted = [pin if word == "PIN" else word for word in command]
        said[" ".join(command[:2])] = alice(*wanted, "--dry-run", status=None)
        alice.git("switch", "--quiet", "main")
        assert state(alice) == before
    refused = {name: done.err for name, done in said.items() if "GP-KEY-" in done.err}
    assert not refused
    assert [name for name, done in said.items() if done.status != 0] == ["approve churn/production/3"], "her own"


def test_who_is_refused_has_not_signed(serving: World, agent: Agent, key: Path) -> None:
    """A promotion that a rule denies, an approval of one's own work: refused before the key is asked."""
    alice = serving.alice
    alice("withdraw", "churn/production", *REASON)
    alice.train(3, auc=0.5)
    alice("push", "--no-refs")
    alice.repo.commit("Train")
    agent.confirm(key)
    for command in (
        ["promote", "churn", "--to", "production", *REASON],
        ["approve", "churn/production/3", "--yes"],
    ):
        done = alice(*command, status=1)
        assert "finding[" in done.err
        assert "GP-KEY-" not in done.err


def test_what_is_asked_for_and_landed_counts(serving: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed once, for each record one signature; bob approves, and it takes effect."""
    alice = serving.alice
    alice.train(3, auc=0.97)
    alice("push", "--no-refs")
    alice.repo.commit("Train")
    alice("promote", "churn", "--to", "production", *REASON)
    branch = "promote/churn/production/3"
    added = alice.git("diff", "--name-only", "--diff-filter=A", f"main...{branch}").splitlines()
    made = [path.rpartition("/")[2].split(".")[0] for path in added if path.endswith(".sigstore.json")]
    assert sorted(made) == ["3", "request"]
    alice.git("push", "--quiet", "origin", branch)
    bob = serving.bob
    bob.git("fetch", "--quiet")
    bob.git("switch", "--quiet", branch)
    monkeypatch.setenv("GITPROV_KEY", "default")
    bob("approve", "churn/production/3", "--yes")
    serving.land(branch, by="bob")
    bob.git("fetch", "--quiet")
    assert "churn@v3" in bob("verify", "churn/production").out


def test_somebody_elses_file_in_ones_name_does_not_keep_one_from_signing(serving: World) -> None:
    """A bundle that names alice's key, over the right statement, with a signature that is none (threat A14)."""
    alice = serving.alice
    alice.repo.write("more", "data\n")
    (run,) = (one for one in alice("add", "more", "--json").json()["recorded"] if one["type"] == "run")
    (path,) = (alice.repo.path / run["path"]).parent.glob("*.sigstore.json")
    good = read_bundle(path.read_bytes())
    path.unlink()
    forged = write_bundle(good.payload, good.signature[:-1] + bytes([good.signature[-1] ^ 1]), alice.pem)
    alice.repo.write(signature_path(run["path"], forged), forged)
    assert alice("sign", f"id:{run['id'][7:]}").out.startswith("signed")


def test_nobody_signs_what_would_count_for_nobody(serving: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """bob's key is valid at some times only, and nothing proves when he signs: his approval would be lost work."""
    alice, bob = serving.alice, serving.bob
    monkeypatch.delenv("GITPROV_KEY")
    alice("trust", "propose", "--valid", "bob:2026-01-01T00:00:00Z..2099-01-01T00:00:00Z")
    alice.share("Limit a key")
    bob.pull()
    alice.pull()
    asked = alice("withdraw", "churn/production", *REASON, "--json").json()
    alice.git("push", "--quiet", "origin", asked["branch"])
    bob.git("fetch", "--quiet")
    bob.git("switch", "--quiet", asked["branch"])
    before = state(bob)
    refused = bob("approve", asked["request"], "--yes", status=1)
    assert "nothing proves when it was made" in refused.err
    assert "default" in follow(codes.SIG_IDLE, refused, bob).out
    assert state(bob) == before
