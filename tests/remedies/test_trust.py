"""Remedies about who decides: trust versions, settings, logs, signatures and history, as printed (issue 5)."""

from pathlib import Path

import pytest

from gitprov.errors import Code
from gitprov.errors import catalogue as codes
from gitprov.ids import sha256_of
from gitprov.records import signature_path
from gitprov.trust.bundles import read_bundle, write_bundle
from tests.flows.promotion.world import POLICY, Someone, World
from tests.frozen.story import RECORDS, RELEASE
from tests.remedies.conftest import record_of
from tests.remedies.following import follow
from tests.support import Gitprov, Outcome, Repo

PLACE = "churn/production"
KEYLESS = Path(__file__).parents[1] / "frozen" / "keyless"
ALONE = "production=alice"
SETTING = ".gitprov/policies/quality.yaml"


def audit(someone: Someone, status: int | None = 1) -> Outcome:
    return someone("audit", status=status)


def propose(someone: Someone, year: int = 2036) -> None:
    """Proposes and lands a trust version that says when it expires."""
    someone.pull()
    someone("trust", "propose", "--expires", f"{year}-01-01T00:00:00Z")
    someone.share("Propose a trust version")


def public_key(world: World, name: str) -> Path:
    """Writes somebody's public key to a file, and returns its path."""
    path = world.path / f"{name}.pub"
    path.write_text(world.someone(name).pem)
    return path


def test_a_project_without_a_trust_root(project: Repo, gitprov: Gitprov) -> None:
    follow(codes.TRU_NONE, gitprov("trust", "show", status=2), project)
    project.git("commit", "--quiet", "-m", "Begin the trust root")
    gitprov("trust", "show")


def test_a_trust_root_that_is_there(world: World) -> None:
    said = world.alice("trust", "init", status=2)
    assert "owner" in follow(codes.TRU_EXISTS, said, world.alice).out


def test_a_version_that_lacks_a_signature(world: World) -> None:
    """A new key says that it is there by signing."""
    alice, dave = world.alice, world.someone("dave")
    alice("trust", "propose", "--add", f"dave={public_key(world, 'dave')}")
    alice.share("Add dave")
    dave.pull()
    follow(codes.TRU_UNSIGNED, audit(dave), dave)
    dave.share("Sign trust version 2")
    assert codes.TRU_UNSIGNED.id not in audit(dave, status=0).out


def test_two_versions_that_follow_the_same_one(world: World) -> None:
    alice, bob, dave = world.alice, world.bob, world.someone("dave")
    alice("trust", "propose", "--add", f"dave={public_key(world, 'dave')}")
    alice.share("Add dave")
    propose(bob)
    dave.pull()
    dave("trust", "sign", "0002", status=None)
    dave.share("Sign trust version 2")
    assert "trust version 3" in follow(codes.TRU_FORK, audit(dave), dave, status=1).out


def test_a_key_that_changes_hands(world: World) -> None:
    alice = world.alice
    alice("trust", "propose", "--remove", "bob", "--add", f"eve={public_key(world, 'bob')}", "--approvers", ALONE)
    alice.share("Let eve have bob's key")
    follow(codes.TRU_KEY, audit(alice), alice, filled={"NAME": "eve"})
    (world.path / "eve.pub").write_text(alice("keys", "export", "eve").out)
    alice("trust", "propose", "--add", f"eve={world.path / 'eve.pub'}")


def test_a_commit_that_is_no_step(serving: World) -> None:
    alice = serving.alice
    alice.pull()
    alice.git("switch", "--quiet", "-c", "feature")
    alice.repo.write("x.py", "pass\n")
    off = alice.repo.commit("Work")
    head = alice.git("rev-parse", "main")
    said = alice("why", PLACE, "--as-of", off, status=2)
    assert head in follow(codes.TRU_CHAIN, said, alice).out


def test_what_is_no_pin(serving: World) -> None:
    alice = serving.alice
    alice.pull()
    alice.git("config", "gitprov.pin", "latest")
    follow(codes.TRU_PIN, alice("verify", PLACE, status=2), alice)
    alice("verify", PLACE)


def test_a_trust_root_older_than_one_seen_before(serving: World) -> None:
    alice, carol = serving.alice, serving.carol
    before = alice.git("rev-parse", "origin/main")
    propose(alice)
    carol.pull()
    carol("verify", PLACE)
    carol.git("update-ref", "refs/remotes/origin/main", before)
    follow(codes.TRU_OLDER, carol("verify", PLACE, status=1), carol)
    carol("verify", PLACE)


def test_a_protected_ref_that_lacks_what_was_seen(serving: World) -> None:
    alice, carol = serving.alice, serving.carol
    alice.pull()
    before = alice.git("rev-parse", "origin/main")
    alice.repo.write("x.py", "pass\n")
    alice.share("Work")
    carol.pull()
    carol("verify", PLACE)
    carol.git("update-ref", "refs/remotes/origin/main", before)
    follow(codes.TRU_REWOUND, carol("verify", PLACE, status=1), carol)
    carol("verify", PLACE)


def test_settings_that_nobody_signed(world: World) -> None:
    alice = world.alice
    alice.repo.write(SETTING, POLICY.replace("below 0.8", "under 0.8"))
    alice.share("Say it otherwise")
    follow(codes.SET_UNSIGNED, audit(alice), alice)
    alice.share("Sign the settings")
    assert codes.SET_UNSIGNED.id not in audit(alice, status=None).out


def test_a_branch_without_the_last_change_of_a_setting(world: World) -> None:
    alice = world.alice
    alice.git("branch", "old")
    alice.repo.write(SETTING, POLICY.replace("below 0.8", "under 0.8"))
    alice("policy", "sign")
    alice.share("Say it otherwise")
    alice.git("switch", "--quiet", "old")
    follow(codes.SET_BEHIND, alice("policy", "sign", status=2), alice)
    alice("policy", "sign")


def test_no_log_head(world: World) -> None:
    follow(codes.LOG_NONE, world.alice("log-head", "show", status=2), world.alice)
    world.alice("log-head", "show")


def test_what_a_log_head_does_not_cover(world: World) -> None:
    alice = world.alice
    alice("log-head", "sign")
    propose(alice)
    said = alice("log-head", "prove", ".gitprov/trust/0002.yaml", status=2)
    follow(codes.LOG_COVER, said, alice)
    alice("log-head", "prove", ".gitprov/trust/0002.yaml")


def test_a_log_head_by_somebody_else(world: World) -> None:
    follow(codes.LOG_SIGNER, world.someone("dave")("log-head", "sign", status=1), world.alice)
    dave = world.someone("dave")
    dave.git("fetch", "--quiet", "origin", "refs/gitprov/log-heads:refs/gitprov/log-heads")
    dave("log-head", "verify")


def test_what_is_no_log_head(world: World) -> None:
    alice = world.alice
    alice("log-head", "sign")
    note = world.path / "note"
    note.write_text("mine\n")
    said = alice("log-head", "verify", note, status=2)
    follow(codes.LOG_NOTE, said, alice)


def test_a_log_that_was_rewound(world: World) -> None:
    """Somebody set the remote-tracking branch back, here."""
    alice = world.alice
    before = alice.git("rev-parse", "origin/main")
    propose(alice)
    alice("log-head", "sign")
    alice.git("update-ref", "refs/remotes/origin/main", before)
    follow(codes.LOG_REWOUND, alice("log-head", "verify", status=1), alice)
    alice("log-head", "verify")


def test_a_merge_the_wrong_way_round(world: World) -> None:
    """As an ordinary `git pull` on the protected branch makes it."""
    alice, bob = world.alice, world.bob
    alice.repo.write("x.py", "pass\n")
    alice.share("Work")
    bob.repo.write("y.py", "pass\n")
    bob.repo.commit("Work, too")
    bob.git("pull", "--quiet", "--no-rebase", "--no-edit")
    check = ("ci", "check", "--base", "origin/main", "--head", "main", "--landing", "ff")
    follow(codes.HIS_FOXTROT, bob(*check, status=1), bob)
    bob(*check)


@pytest.mark.parametrize(
    "code", [codes.HIS_REWOUND, codes.HIS_REWRITTEN, codes.HIS_UNRELATED], ids=lambda code: code.id
)
def test_a_history_that_was_taken_back(code: Code, world: World) -> None:
    """Somebody forced the protected branch of the server; a clone remembers."""
    alice = world.alice
    before = alice.git("rev-parse", "main~1")
    audit(alice, status=0)
    tree = alice.git("rev-parse", "main^{tree}")
    parent = {codes.HIS_REWRITTEN: ["-p", before], codes.HIS_UNRELATED: []}.get(code)
    other = before if parent is None else alice.git("commit-tree", *parent, "-m", "Anew", tree)
    alice.git("push", "--quiet", "--force", "origin", f"{other}:refs/heads/main")
    alice.git("fetch", "--quiet", "origin", "+main:refs/remotes/origin/main")
    follow(code, audit(alice), alice)
    alice.git("fetch", "--quiet")
    audit(alice, status=0)


def test_a_signature_that_would_count_for_nothing(world: World) -> None:
    """Of somebody whom no trust version lists; an owner adds them."""
    propose(world.alice)
    dave = world.someone("dave")
    dave.pull()
    said = dave("trust", "sign", "0002", status=1)
    follow(codes.SIG_UNLISTED, said, dave, filled={"KEYFILE": str(world.path / "dave.pub")})
    world.alice("trust", "propose", "--add", f"dave={world.path / 'dave.pub'}")


@pytest.mark.parametrize("code", [codes.SIG_BUNDLE, codes.SIG_STATEMENT, codes.SIG_INVALID], ids=lambda code: code.id)
def test_a_signature_that_proves_nothing(code: Code, world: World) -> None:
    alice = world.alice
    record = record_of(alice.repo, "runs/train")
    good = next((alice.repo.path / record).parent.glob("*.sigstore.json")).read_bytes()
    bundle = read_bundle(good)
    other = {
        codes.SIG_BUNDLE: b"{}\n",
        codes.SIG_STATEMENT: next((alice.repo.path / ".gitprov/runs/add").rglob("*.sigstore.json")).read_bytes(),
        codes.SIG_INVALID: write_bundle(bundle.payload, bundle.signature[:-1] + b"\0", alice.pem),
    }[code]
    alice.repo.write(f"{record.removesuffix('.yaml')}.{sha256_of(other)[7:23]}.sigstore.json", other)
    alice.repo.commit("Add a signature")
    follow(code, alice("verify"), alice)
    alice.git("commit", "--quiet", "-m", "Take it away")
    assert code.id not in alice("verify").out


def test_a_certificate_that_the_trusted_root_does_not_hold(world: World) -> None:
    """A frozen bundle, beside the record that it signs, by somebody who is listed; the trusted root is another one."""
    alice = world.alice
    alice("trust", "use-sigstore", "team", "--trusted-root", KEYLESS / "expired-root.json")
    alice.share("Trust a Sigstore")
    alice("trust", "propose", "--certified", "ada=ada@example.org,http://127.0.0.1:38800,team")
    alice.share("List ada")
    data = (KEYLESS / "person.sigstore.json").read_bytes()
    for stored in RECORDS.values():
        alice.repo.write(stored.path, stored.data)
    alice.repo.write(signature_path(RELEASE.path, data), data)
    alice.repo.commit("Bring a certificate")
    follow(codes.SIG_CERTIFICATE, alice("verify", status=None), alice)
    alice.git("commit", "--quiet", "-m", "Take it away")
    assert codes.SIG_CERTIFICATE.id not in alice("verify", status=None).out
