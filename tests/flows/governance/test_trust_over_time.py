"""Keys come and go, people leave, a team takes over, a Sigstore is trusted: `gitprov trust` (demand 32; threat A15)."""

import json
from pathlib import Path

import pytest

from gitprov.audit.gather import gather
from gitprov.check.landed import Landed
from gitprov.ids import canonical_json, sha256_of
from gitprov.records import TrustRoot, decode
from gitprov.trust.roots import identity_id
from tests.flows.governance.test_trust import admit_bob, public_key, versions
from tests.flows.promotion.world import Someone, World, make_serving
from tests.support import Gitprov

ISSUER = "https://accounts.example.org"
SIGSTORE = {
    "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    "tlogs": [],
    "certificateAuthorities": [],
    "ctlogs": [],
}


def own_key(someone: Someone) -> str:
    """Returns the id of a person's key as `keys list` prints it."""
    keys = someone("keys", "list", "--json").json()["keys"]
    return str(next(key["id"] for key in keys if key["is_default"]))


def proposed(someone: Someone, number: int) -> TrustRoot:
    """Returns a version as it lies in a clone."""
    record = decode((someone.repo.path / f".gitprov/trust/{number:04d}.yaml").read_bytes())
    assert isinstance(record, TrustRoot)
    return record


def landed(someone: Someone) -> Landed:
    with someone.project() as project:
        return gather(project).landed


# --- keys -----------------------------------------------------------------------------------------------------------


def test_one_command_replaces_a_key(team: World) -> None:
    """The old one signs that it goes, the new one that it comes; nobody else is asked."""
    alice, old = team.alice, own_key(team.alice)
    done = alice("trust", "rotate", "alice", "--key", public_key(alice, "new"), "--json").json()
    first, second = proposed(alice, 2).people["alice"].identities
    assert (first.revoked or "").startswith("replaced by key ")
    assert (second.revoked, done["deployers"]) == (None, ["alice"])
    assert "1 of 1 owners of version 2" in done["lacks"]
    alice.git("config", "gitprov.key", "new")
    signed = alice("trust", "sign").out
    pin = alice("trust", "sign", "--json").json()["pin"]
    assert f"once it has landed, who deploys pins it again (alice): git config gitprov.pin {pin}\n" in signed
    alice.share("Rotate")
    assert versions(alice) == [1, 2]
    assert old in landed(alice).roots.accepted[-1].revoked
    alice.git("config", "gitprov.pin", pin)
    assert alice("trust", "show", "--json").json()["how"] == "pinned"


@pytest.mark.parametrize("written", ["sha256:{}", "{}"])
def test_a_key_is_named_as_it_is_printed_and_in_short(team: World, written: str) -> None:
    """`keys list` prints an id with its prefix, `trust show` its first digits: both are taken everywhere."""
    digits = own_key(team.alice).removeprefix("sha256:")
    key, new = public_key(team.alice, "new"), written.format(digits[:12])
    revoked = ["--revoke", f"alice={new}", "--reason", "lost"]
    for how in (
        ["rotate", f"alice={new}", "--key", str(key)],
        ["propose", "--add", f"alice={key}", *revoked],
    ):
        would = team.alice("trust", *how, "--dry-run", "--json").json()
        assert [one["what"] for one in would["changes"]] == ["person alice"]
        assert f"key {digits[:8]} (revoked: " in would["changes"][0]["after"]
    refused = team.alice("trust", "revoke", f"alice={written.format('0' * 12)}", "--reason", "lost", status=2).err
    assert "0 keys of alice's begin with '000000000000'" in refused


def test_who_is_revoked_and_added_at_once_keeps_the_new_key(team: World) -> None:
    """Revoked is what was there, and never the key that comes in its place."""
    key = public_key(team.alice, "new")
    team.alice("trust", "propose", "--add", f"alice={key}", "--revoke", "alice", "--reason", "lost")
    assert [one.revoked for one in proposed(team.alice, 2).people["alice"].identities] == ["lost", None]


def test_the_only_owner_cannot_revoke_their_only_key(team: World) -> None:
    refused = team.alice("trust", "revoke", "alice", "--reason", "lost", status=2).err
    assert "GP-USE-001" in refused
    assert "could never come into force" in refused
    assert "--reason" in team.alice("trust", "revoke", "alice", status=2).err
    assert "eve is not listed" in team.alice("trust", "revoke", "eve", "--reason", "lost", status=2).err
    assert "GP-IO-001" in team.alice("trust", "rotate", "alice", "--key", "nowhere.pub", status=5).err
    assert team.alice.git("status", "--porcelain") == ""


def test_another_owner_revokes_the_key_of_somebody_who_left(team: World) -> None:
    admit_bob(team)
    key = own_key(team.bob)
    done = team.alice("trust", "revoke", f"bob={key}", "--reason", "left", "--json").json()
    assert done["lacks"] == ""
    team.alice.share("Revoke bob's key")
    assert versions(team.alice) == [1, 2, 3]
    team.bob.pull()
    refused = team.bob("trust", "propose", "--expires", "2030-01-01T00:00:00Z", "--json").json()
    assert "1 of 1 owners of version 3" in refused["lacks"]


def serving(tmp_path: Path, gitprov: Gitprov) -> World:
    return make_serving(tmp_path / "world", gitprov)


def rotate_bob(world: World, *options: str) -> None:
    """Gives bob, who approved what serves, another key, and lands it."""
    key = public_key(world.bob, "new")
    world.bob.pull()
    world.bob("trust", "rotate", "bob", "--key", key, *options)
    world.bob.git("config", "gitprov.key", "new")
    world.bob("trust", "sign")
    world.bob.share("Rotate bob's key")


def test_what_rests_on_a_key_that_is_revoked_is_disputed_until_it_is_asked_for_anew(
    tmp_path: Path, gitprov: Gitprov
) -> None:
    world = serving(tmp_path, gitprov)
    rotate_bob(world, "--reason", "laptop stolen")
    assert versions(world.bob) == [1, 2]
    world.carol.pull()
    pin = world.carol("trust", "fingerprint").out.strip()
    place = ["deploy", "churn/production", "--to", str(tmp_path / "serving"), "--pin", pin]
    assert "GP-PRO-014" in world.carol(*place, status=1).out
    world.promote("churn@v1")
    world.carol.pull()
    world.carol(*place)


def test_what_rests_on_a_key_that_has_ended_is_deployed_as_before(tmp_path: Path, gitprov: Gitprov) -> None:
    """A rotation for good order: nothing is revoked, and from its landing on the old key counts no more."""
    world = serving(tmp_path, gitprov)
    rotate_bob(world, "--until", "2026-11-01T00:00:00Z")
    root = landed(world.bob).roots.accepted[-1].root
    assert [(one.revoked, one.valid_until) for one in root.people["bob"].identities] == [
        (None, "2026-11-01T00:00:00Z"), (None, None),
    ]  # fmt: skip
    world.carol.pull()
    pin = world.carol("trust", "fingerprint").out.strip()
    world.carol("deploy", "churn/production", "--to", tmp_path / "serving", "--pin", pin)
    world.bob.git("config", "--unset", "gitprov.key")
    world.alice.pull()
    asked = world.alice("promote", "churn@v2", "--to", "production", "--reason", "better", "--json").json()
    world.alice.git("push", "--quiet", "origin", asked["branch"])
    world.bob.git("fetch", "--quiet")
    world.bob.git("switch", "--quiet", asked["branch"])
    approved = world.bob("approve", asked["request"], "--yes", status=None)
    assert "1 approval would still be missing" in approved.out, approved


# --- certificates, windows, a Sigstore ------------------------------------------------------------------------------


def trust_sigstore(team: World, name: str = "team") -> Path:
    """Lists a Sigstore in the trust root, from a file."""
    path = team.alice.home / f"{name}.json"
    path.write_text(json.dumps(SIGSTORE))
    team.alice("trust", "use-sigstore", name, "--trusted-root", path)
    team.alice.share(f"Trust the Sigstore {name}")
    return path


def test_a_sigstore_is_listed_by_its_trusted_root(team: World) -> None:
    """A list that is left out is empty, so that one of a timestamp authority alone is enough."""
    trust_sigstore(team)
    whole = {**SIGSTORE, "timestampAuthorities": []}
    assert f"trusted root team  {sha256_of(canonical_json(whole))}" in team.alice("trust", "show").out
    config = team.alice.home / "config.json"
    config.write_text(json.dumps({"trustedRoot": {**SIGSTORE, "note": "a newer one"}, "signingConfig": {}}))
    done = team.alice("trust", "use-sigstore", "team", "--trust-config", config, "--json").json()
    assert [one["what"] for one in done["changes"]] == ["trusted root team"]
    config.write_text(json.dumps(SIGSTORE))
    refused = team.alice("trust", "use-sigstore", "team", "--trust-config", config, status=2).err
    assert "has no trustedRoot" in refused
    assert f"fix: gitprov trust use-sigstore NAME --trusted-root {config}" in refused


def test_the_public_sigstore_comes_with_a_warning_and_without_a_network(team: World) -> None:
    done = team.alice("trust", "use-sigstore", "public", "--public-good")
    assert "note: the public Sigstore publishes for ever whom it certifies: e-mail addresses" in done.err
    listed = proposed(team.alice, 2).trusted_roots["public"]
    assert [log.baseUrl for log in listed.tlogs][:1] == ["https://rekor.sigstore.dev"]


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        pytest.param("{}", "GP-SCH-002", "trusted_roots.team.mediaType is missing", id="nothing"),
        pytest.param("[]", "GP-YML", "", id="no mapping"),
        pytest.param("{", "GP-YML", "", id="no JSON"),
        pytest.param(
            json.dumps({**SIGSTORE, "tlogs": [{"baseUrl": "https://log.example.org"}]}),
            "GP-SCH-002", "trusted_roots.team.tlogs[0].hashAlgorithm is missing", id="half a log",
        ),
        pytest.param(json.dumps({**SIGSTORE, "note": "x" * 66000}), "GP-YML-003", "larger than 65536", id="too large"),
    ],
)  # fmt: skip
def test_what_is_no_trusted_root_is_not_listed(team: World, text: str, code: str, says: str) -> None:
    path = team.alice.home / "root.json"
    path.write_text(text)
    refused = team.alice("trust", "use-sigstore", "team", "--trusted-root", path, status=2).err
    assert code in refused
    assert says in refused
    for options in ([], ["--public-good", "--trusted-root", str(path)]):
        assert "say which Sigstore" in team.alice("trust", "use-sigstore", "team", *options, status=2).err
    assert team.alice.git("status", "--porcelain") == ""


def test_what_certificates_name_is_listed_as_a_key_is(team: World) -> None:
    mail, workflow = "alice@example.org", "https://forge.example.org/team/repo/.ci/train@refs/heads/main"
    none = team.alice("trust", "propose", "--certified", f"alice={mail},{ISSUER}", status=2).err
    assert "none is listed" in none
    assert "fix: gitprov trust use-sigstore NAME --trusted-root FILE" in none
    trust_sigstore(team)
    added = ["--certified", f"alice={mail},{ISSUER}", "--certified", f"ci={workflow},{ISSUER},team"]
    done = team.alice(
        "trust", "propose", *added, "--role", "machine=ci", "--role", "producer=alice,ci", "--json"
    ).json()
    root = proposed(team.alice, 3)
    assert root.people["alice"].identities[1].trusted_root == "team"
    assert root.people["ci"].identities[0].identity == workflow
    assert identity_id(mail, ISSUER)[7:15] in done["lacks"], "its holder proves it by a signature"
    team.alice.git("reset", "--quiet", "--hard", "origin/main")
    trust_sigstore(team, "other")
    two = team.alice("trust", "propose", "--certified", f"alice={mail},{ISSUER}", status=2).err
    assert "listed are other, team" in two
    for wrong in ("alice=mail", "alice=,x", "alice"):
        assert "GP-USE-001" in team.alice("trust", "propose", "--certified", wrong, status=2).err
    strange = team.alice("trust", "propose", "--certified", f"alice={mail},{ISSUER},nobodys", status=2).err
    assert "names the trusted root nobodys" in strange


def test_a_key_counts_from_when_and_until_when_it_is_said(team: World) -> None:
    alice, key = team.alice, own_key(team.alice)
    spring, summer = "2026-03-01T00:00:00Z", "2026-06-01T00:00:00Z"
    new = public_key(alice, "new")
    add = ["trust", "propose", "--add", f"alice={new}"]
    for given, window in (
        (f"alice={key}:{spring}..{summer}", (spring, summer)),
        (f"alice={key[7:17]}:..{summer}", (None, summer)),
        (f"alice={key}:{spring}..", (spring, None)),
    ):
        alice(*add, "--valid", given)
        one = proposed(alice, 2).people["alice"].identities[0]
        assert (one.valid_from, one.valid_until) == window
        alice.git("reset", "--quiet", "--hard")
    for wrong, code in (
        ("alice", "GP-USE-001"), ("alice:..", "GP-USE-001"), (f"alice:{spring}", "GP-USE-001"),
        (f"eve:{spring}..", "GP-USE-001"), ("alice:tomorrow..", "GP-SCH-002"),
        (f"alice:{summer}..{spring}", "GP-SCH-002"),
    ):  # fmt: skip
        assert code in alice(*add, "--valid", wrong, status=2).err, wrong


# --- delegation -----------------------------------------------------------------------------------------------------


def test_roles_below_a_prefix_are_given_changed_and_taken_back(team: World) -> None:
    admit_bob(team)
    given = team.alice("trust", "delegate", "fraud", "--role", "producer=bob", "--approvers", "production=alice,bob:2")
    assert "+ role producer for fraud: 1 of bob" in given.out
    assert "+ role approver of production for fraud: 2 of alice, bob" in given.out
    team.alice.share("Delegate fraud")
    changed = team.alice("trust", "delegate", "fraud", "--role", "owner=alice", "--json").json()
    assert [one["what"] for one in changed["changes"]] == ["role owner for fraud"], "what is not named stays"
    team.alice.share("Delegate more")
    gone = team.alice("trust", "propose", "--remove", "bob", "--json", status=2).json()
    assert "which has 0" in gone["error"]["what"], "whoever is alone in a role cannot leave it empty"
    taken = team.alice("trust", "delegate", "fraud", "--remove", "--json").json()
    assert [one["after"] for one in taken["changes"]] == [None, None, None]
    assert proposed(team.alice, 5).delegations == {}


@pytest.mark.parametrize(
    "options",
    [[], ["--remove"], ["--remove", "--role", "owner=alice"], ["--role", "machine=alice"], ["--role", "owner=eve"]],
)
def test_what_cannot_be_delegated_is_refused(team: World, options: list[str]) -> None:
    """Nothing, twice nothing, machines, strangers."""
    assert "GP-USE-001" in team.alice("trust", "delegate", "fraud", *options, status=2).err
    assert "GP-SCH-002" in team.alice("trust", "delegate", "Fraud", "--role", "owner=alice", status=2).err
    assert team.alice.git("status", "--porcelain") == ""
