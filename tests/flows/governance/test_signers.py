"""One setting chooses what signs; what it makes is judged by the trust root like every signature (issue 6)."""

import subprocess
import tempfile

import pytest

from gitprov.adapters.signing.agent import SOCKET
from gitprov.errors import catalogue as codes
from gitprov.trust.roots import key_id
from tests.agents import Agent
from tests.flows.promotion.world import Someone, World
from tests.remedies.following import follow

P256, ED25519 = ("-t", "ecdsa", "-b", "256"), ("-t", "ed25519")


def change_hands(alice: Someone, key: str) -> str:
    """Lets alice take another key by a trust version that both of hers sign; returns what `keys use` said."""
    (alice.repo.path / "new.pub").write_text(alice("keys", "export", key).out)
    alice("trust", "propose", "--add", "alice=new.pub")
    said = alice("keys", "use", key).out
    alice("trust", "sign")
    alice.repo.path.joinpath("new.pub").unlink()
    alice.share("List another key")
    return said


@pytest.mark.parametrize("kind", [P256, ED25519])
def test_an_agent_signs_whatever_gitprov_writes(team: World, agent: Agent, kind: tuple[str, ...]) -> None:
    """ECDSA in other bytes each time, Ed25519 in the same: both count, and neither signs twice what it has signed."""
    alice = team.alice
    agent.add(*kind)
    said = change_hands(alice, "ssh-agent:ann@laptop")
    assert "does not list it" in said
    assert "gitprov trust propose --add alice=alice.pub" in said
    assert "lists it for alice" in alice("keys", "use", "ssh-agent:ann@laptop").out
    shown = alice("trust", "show").out
    assert "version 2" in shown
    alice.repo.write("raw", "data\n")
    (run,) = (one["id"] for one in alice("add", "raw", "--json").json()["recorded"] if one["type"] == "run")
    before = alice.git("status", "--porcelain")
    assert len([line for line in before.splitlines() if "sigstore.json" in line]) == 1
    assert "already signed" in alice("sign", f"id:{run[7:]}").out
    assert alice.git("status", "--porcelain") == before
    alice.share("Add data")
    assert not alice("verify", "--json").json()["findings"]
    head = alice("log-head", "sign").out
    assert "signed" in head
    assert "alice" in alice("log-head", "verify").out


def test_the_chosen_key_is_listed_exported_and_wins_from_the_environment(
    team: World, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, path = team.alice, agent.add(*P256)
    name = f"ssh-agent:{agent.fingerprint(path)}"
    used = alice("keys", "use", name, "--json").json()
    pem = alice("keys", "export").out
    assert used["key"]["pem"] == pem
    assert used["key"]["id"] == key_id(pem)
    assert alice.git("config", "gitprov.key") == name
    listed = {key["name"]: key["is_default"] for key in alice("keys", "list", "--json").json()["keys"]}
    assert listed == {"default": False, name: True}
    assert f"* {name}" in " ".join(alice("keys", "list").out.split())
    monkeypatch.setenv("GITPROV_KEY", "default")
    assert alice("keys", "export").out == alice("keys", "export", "default").out != pem
    assert "GITPROV_KEY=default is set, and wins" in alice("keys", "use", name).err


def test_a_dry_run_of_use_changes_nothing(team: World, agent: Agent) -> None:
    agent.confirm(agent.add(*P256))
    alice = team.alice
    before = alice.git("config", "--local", "--list")
    assert "would sign from now on" in alice("keys", "use", "ssh-agent", "--dry-run").out
    assert alice.git("config", "--local", "--list") == before
    assert "error[GP-KEY-010]" in alice("keys", "use", "ssh-agent", status=5).err
    assert alice.git("config", "--local", "--list") == before


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("wrok", "GP-KEY-001"),
        ("ssh-agent:bob", "GP-KEY-001"),
        ("sigstore:missing.json", "GP-KEY-003"),
        ("sigstore:README.md", "GP-KEY-003"),
        ("sigstore:../other.json", "GP-KEY-003"),
        ("Not A Name", "GP-KEY-008"),
        ("kms:", "GP-KEY-008"),
        ("ssh-agent:", "GP-KEY-008"),
        ("kms:file:key.pem", "GP-KEY-008"),
        ("pkcs11:token", "GP-KEY-008"),
        ("kms:hsm:1", "GP-KEY-010"),
    ],
)
def test_what_cannot_sign_is_refused_and_not_chosen(team: World, agent: Agent, key: str, code: str) -> None:
    agent.add(*P256)
    team.alice.repo.write("../other.json", '{"mediaType": "something else"}')
    refused = team.alice("keys", "use", key, status=None)
    assert f"error[{code}]" in refused.err
    if code == "GP-KEY-008":
        assert "ssh-agent" in follow(codes.KEY_FORM, refused, team.alice).out
    assert "gitprov.key" not in team.alice.git("config", "--local", "--list")


def test_no_key_takes_the_name_of_what_signs(team: World) -> None:
    assert "error[GP-KEY-008]" in team.alice("keys", "new", "ssh-agent", status=2).err


def test_an_agent_that_goes_away_leaves_nothing_behind(
    team: World, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = team.alice
    agent.add(*P256)
    alice("keys", "use", "ssh-agent")
    monkeypatch.delenv(SOCKET)
    alice.repo.write("raw", "data\n")
    refused = alice("add", "raw", status=5)
    assert ".gitprov" not in alice.git("status", "--porcelain")
    follow(codes.KEY_AGENT, refused, alice, filled={"NAME": "default"})
    alice("add", "raw")


def signed_by(alice: Someone, commit: str = "HEAD") -> str:
    """Returns what git says of the signature of a commit: how good, and whose."""
    return alice.git("log", "-1", "--format=%G? %GS", commit)


@pytest.mark.parametrize("kind", [P256, ED25519])
def test_git_signs_and_checks_commits_with_the_same_key(team: World, agent: Agent, kind: tuple[str, ...]) -> None:
    """The keys are those of the trust root. git does not compare the principal with the committer."""
    alice = team.alice
    agent.add(*kind)
    change_hands(alice, "ssh-agent")
    alice("keys", "use", "ssh-agent", "--commits")
    alice.repo.write("code.py", "pass\n")
    alice.repo.commit("Write code")
    alice.git("verify-commit", "HEAD")
    assert signed_by(alice) == "G alice"
    alice.git("-c", "user.email=eve@example.org", "-c", "user.name=Eve", "commit", "--allow-empty", "-qm", "As Eve")
    assert signed_by(alice) == "G alice", "the trap: the committer says eve, and git is content"

    mallory = tempfile.mkdtemp()
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{mallory}/key"], check=True)
    alice.git("-c", f"user.signingkey={mallory}/key", "commit", "--allow-empty", "-qm", "Another key")
    assert signed_by(alice).startswith("U")


def test_allowed_signers_are_the_keys_that_count(team: World, agent: Agent) -> None:
    alice = team.alice
    for kind, name in ((P256, "ann"), (ED25519, "eve")):
        agent.add(*kind, comment=name)
        (alice.repo.path / f"{name}.pub").write_text(alice("keys", "export", f"ssh-agent:{name}").out)
    alice("trust", "propose", "--add", "ann=ann.pub", "--add", "eve=eve.pub")
    for name in ("ann", "eve"):
        alice("keys", "use", f"ssh-agent:{name}")
        alice("trust", "sign")
    alice.git("config", "--unset", "gitprov.key")
    alice.share("List two more")
    lines = alice("keys", "allowed-signers").out.splitlines()
    held = dict(line.split(" ", 2)[::2] for line in lines if "alice" not in line)
    there = agent._run("ssh-add", "-L").splitlines()
    assert held == {line.split()[2]: " ".join(line.split()[:2]) for line in there}
    assert all(' namespaces="git" ' in line for line in lines)
    alice("trust", "propose", "--revoke", "eve", "--reason", "lost")
    alice.share("Revoke")
    assert [line.split()[0] for line in alice("keys", "allowed-signers").out.splitlines()] == ["alice", "ann"]


def test_commits_are_signed_by_agents_and_checked_by_a_trust_root_only(empty: World, agent: Agent) -> None:
    alice = empty.alice
    agent.add(*P256)
    assert "error[GP-TRU-006]" in alice("keys", "use", "ssh-agent", "--commits", status=2).err
    assert "error[GP-TRU-006]" in alice("keys", "allowed-signers", status=2).err
    assert "there is no trust root yet" in alice("keys", "use", "ssh-agent").out
    alice("trust", "init")
    alice.share("Begin the trust root")
    alice("keys", "new", "work")
    refused = alice("keys", "use", "work", "--commits", status=2)
    assert "error[GP-USE-001]" in refused.err
    follow(codes.USE_ARGUMENT, refused, alice)
    assert alice.git("config", "gpg.format") == "ssh"
    assert alice("keys", "export").out == alice("keys", "export", "work").out


@pytest.mark.parametrize("setting", ["gitprov.timestamp", "gitprov.log"])
def test_an_authority_that_cannot_be_asked_leaves_nothing_behind(team: World, setting: str) -> None:
    """It is run again when the network is back, or without."""
    alice = team.alice
    alice.git("config", setting, "http://127.0.0.1:1")
    alice.repo.write("raw", "data\n")
    refused = alice("add", "raw", status=5)
    assert "error[GP-IO-002]: http://127.0.0.1:1" in refused.err
    assert ".gitprov" not in alice.git("status", "--porcelain")
    assert "would record" in alice("add", "raw", "--dry-run").out
    alice.git("config", "--unset", setting)
    alice("add", "raw")


def test_an_address_that_is_none_is_refused(team: World) -> None:
    alice = team.alice
    alice.git("config", "gitprov.timestamp", "timestamps")
    alice.repo.write("raw", "data\n")
    follow(codes.KEY_FORM, alice("add", "raw", status=2), alice)
    alice("add", "raw")


def test_no_log_takes_the_signatures_of_an_ed25519_key(team: World, agent: Agent) -> None:
    """Rekor v2 wants Ed25519ph: nobody finds that out by a refusal in words of its own."""
    alice = team.alice
    agent.add(*ED25519)
    assert "take no Ed25519 keys" in alice("keys", "use", "ssh-agent").err
    alice.git("config", "gitprov.log", "http://127.0.0.1:1")
    alice.repo.write("raw", "data\n")
    follow(codes.KEY_UNUSABLE, alice("add", "raw", status=2), alice)
    alice("add", "raw")


def test_what_takes_a_key_is_refused_to_certificates(empty: World) -> None:
    """The first trust version and log heads; nobody is asked for a token, nor for a certificate (GP-KEY-006)."""
    alice = empty.alice
    alice.repo.write("../trust_config.json", '{"signingConfig": {}, "trustedRoot": {}}')
    alice("keys", "use", "sigstore:../trust_config.json")
    assert "* sigstore:../trust_config.json - -" in " ".join(alice("keys", "list").out.split())
    follow(codes.KEY_NONE, alice("trust", "init", status=2), alice, filled={"NAME": "mine"})
    alice("trust", "init")
    alice.share("Begin the trust root")
    alice("keys", "use", "sigstore:../trust_config.json")
    assert "error[GP-KEY-006]" in alice("log-head", "sign", status=2).err
    assert "error[GP-USE-001]" in alice("keys", "use", "sigstore:../trust_config.json", "--commits", status=2).err
