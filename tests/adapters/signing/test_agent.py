"""Keys in a real SSH agent: what it signs is verified like every signature, and what it cannot do is said."""

import os
import socket
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.adapters.signing import SignatureVerifier
from gitprov.adapters.signing.agent import SOCKET, AgentSigner, agent_keys
from gitprov.errors import Code, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.trust.bundles import is_only_form, read_bundle
from tests.agents import Agent

P256, ED25519 = ("-t", "ecdsa", "-b", "256"), ("-t", "ed25519")


def refusal(signer: AgentSigner, data: bytes = b"text") -> GitprovError:
    """Returns why nothing can be signed."""
    with pytest.raises(GitprovError) as refused:
        signer.sign(data)
    return refused.value


@pytest.mark.parametrize("kind", [P256, ED25519])
def test_an_agent_signs_in_the_only_form(agent: Agent, kind: tuple[str, ...]) -> None:
    """An agent writes r and s as it likes, half of them with a high s."""
    agent.add(*kind)
    signer = AgentSigner()
    made = [signer.sign(b"text %d" % number) for number in range(16)]
    assert all(is_only_form(one, signer.pem) for one in made)
    verify = SignatureVerifier().verify
    assert all(verify(signer.pem, b"text %d" % number, one) for number, one in enumerate(made))
    assert signer.repeats == (kind == ED25519) == (signer.sign(b"text") == signer.sign(b"text"))
    bundle = read_bundle(signer.bundle(b"{}"))
    assert verify(signer.pem, bundle.signed, bundle.signature)
    assert bundle.key == signer.id


def test_the_key_is_the_one_that_ssh_keygen_made(agent: Agent) -> None:
    path = agent.add(*P256)
    ours = agent._run("ssh-keygen", "-e", "-m", "PKCS8", "-f", str(path))
    (key,) = agent_keys()
    assert (key.pem, key.fingerprint, key.comment) == (ours, agent.fingerprint(path), "ann@laptop")


def test_one_of_several_keys_is_chosen_by_fingerprint_or_comment(agent: Agent) -> None:
    one, other = agent.add(*P256, comment="one"), agent.add(*ED25519, comment="the other one")
    agent.add("-t", "rsa", "-b", "2048", comment="for logging in")
    for path, comment in ((one, "one"), (other, "the other one")):
        by_comment, by_print = AgentSigner(comment), AgentSigner(agent.fingerprint(path))
        assert by_comment.pem == by_print.pem
    ambiguous = refusal(AgentSigner())
    assert ambiguous.code is codes.KEY_UNKNOWN
    assert agent.fingerprint(other) in ambiguous.why
    assert ambiguous.fix == f"gitprov keys use ssh-agent:{agent.fingerprint(one)}"
    agent.remove(one)
    assert AgentSigner().pem == AgentSigner("the other one").pem, "an RSA key is in nobody's way"


@pytest.mark.parametrize("kind", [("-t", "rsa", "-b", "2048"), ("-t", "ecdsa", "-b", "384")])
def test_a_key_of_another_type_is_refused_with_a_way_out(agent: Agent, kind: tuple[str, ...]) -> None:
    agent.add(*kind)
    for wanted in ("", "ann@laptop"):
        refused = refusal(AgentSigner(wanted))
        assert refused.code is codes.KEY_UNUSABLE
        assert "ssh-keygen -t ecdsa -b 256" in refused.fix


def test_a_key_that_is_not_there_is_named(agent: Agent) -> None:
    assert refusal(AgentSigner()).code is codes.KEY_UNKNOWN
    agent.add(*P256)
    assert "no key bob@laptop" in refusal(AgentSigner("bob@laptop")).what


def test_a_key_that_is_taken_away_meanwhile_signs_no_more(agent: Agent) -> None:
    path = agent.add(*P256)
    signer = AgentSigner()
    signer.sign(b"text")
    agent.remove(path)
    assert refusal(signer).code is codes.KEY_REFUSED


def test_a_key_that_nobody_confirms_does_not_sign(agent: Agent) -> None:
    agent.confirm(agent.add(*P256))
    assert refusal(AgentSigner()).code is codes.KEY_REFUSED


def test_a_locked_agent_says_so(agent: Agent) -> None:
    agent.add(*P256)
    signer = AgentSigner()
    signer.sign(b"text")
    agent.lock()
    assert refusal(signer).code is codes.KEY_REFUSED
    fresh = refusal(AgentSigner())
    assert fresh.code is codes.KEY_UNKNOWN
    assert "locked" in fresh.why


def test_without_an_agent_nothing_is_signed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for address in ("", str(tmp_path / "nothing"), str(tmp_path)):
        monkeypatch.setenv(SOCKET, address)
        assert refusal(AgentSigner()).code is codes.KEY_AGENT


def answered(data: bytes) -> Code | None:
    """Returns what comes of an agent that answers with these bytes, and hangs up."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listening:
        os.environ[SOCKET] = f"{folder}/agent"
        listening.bind(os.environ[SOCKET])
        listening.listen()

        def answer() -> None:
            there, _ = listening.accept()
            with there:
                there.recv(5)
                there.sendall(data)

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            agent_keys()
        except GitprovError as error:
            return error.code
        finally:
            thread.join()
            del os.environ[SOCKET]
    return None


HOSTILE = [
    b"", b"\0\0", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\0\0\0\5\5", b"\0\0\0\1\5", b"\0\0\0\1\x0c",
    b"\0\0\0\5\x0c\0\0\0\1", b"\0\0\0\x09\x0c\0\0\0\1\0\0\0\0", b"\0\0\0\x0e\x0c\0\0\0\1\0\0\0\0\0\0\0\1\xff",
]  # fmt: skip


@pytest.mark.parametrize("data", HOSTILE)
def test_an_answer_that_is_none_is_refused(data: bytes) -> None:
    """Whatever listens there: no crash, and no key out of nothing."""
    assert answered(data) is codes.KEY_AGENT


@given(st.binary(max_size=64))
def test_no_answer_crashes(data: bytes) -> None:
    assert answered(len(data).to_bytes(4) + data) in (codes.KEY_AGENT, None)
