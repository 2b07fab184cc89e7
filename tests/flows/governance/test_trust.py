"""`gitprov trust`: who decides is changed by those who decide (demand 32; threats A11, A14, A15)."""

import json
from pathlib import Path

import pytest

from gitprov.audit.gather import gather
from gitprov.records import decode
from tests.flows.promotion.world import Someone, World

PROJECT = ".gitprov/project.yaml"


def public_key(someone: Someone, name: str = "default") -> Path:
    """Writes a person's public key to a file that others can read."""
    someone("keys", "new", name, status=None)
    path = someone.home / f"{name}.pub"
    path.write_text(someone("keys", "export", name).out)
    return path


def versions(someone: Someone) -> list[int]:
    """The trust versions in force, as a clone sees the protected ref."""
    with someone.project() as project:
        return [one.root.version for one in gather(project).landed.roots.accepted]


def admit_bob(team: World) -> None:
    """Makes bob an owner beside alice, one of whom is enough."""
    both = ["--role", "owner=alice,bob"]
    team.alice("trust", "propose", "--add", f"bob={public_key(team.bob)}", *both)
    team.alice.share("Propose trust version 2")
    team.bob.pull()
    team.bob("trust", "sign")
    team.bob.share("Sign trust version 2")
    team.alice.pull()


# --- to begin -------------------------------------------------------------------------------------------------------


def test_the_first_version_has_one_owner_and_vouches_for_the_settings(empty: World) -> None:
    done = empty.alice("trust", "init", "--json").json()
    assert (done["version"], done["lacks"], done["notes"]) == (1, "", ["two-person rule rests on one owner: alice"])
    assert [record["type"] for record in done["recorded"]] == ["trustroot", "event"]
    assert len(done["staged"]) == 4
    empty.alice.share("Begin the trust root")
    with empty.alice.project() as project:
        gathered = gather(project)
    landed = gathered.landed
    assert (gathered.trust, gathered.settings) == ((), ())
    assert [one.pin for one in landed.roots.accepted] == [done["pin"]]
    assert list(landed.settings.at(landed.chain.head)) == [PROJECT]


def test_a_stage_can_have_approvers_who_have_no_key_yet(empty: World) -> None:
    done = empty.alice("trust", "init", "--stage", "production", "--approvers", "bob,alice", "--threshold", "2")
    assert "+ role approver of production: 2 of alice, bob" in done.out
    assert "bob has no key yet: gitprov trust propose --add bob=KEYFILE" in done.err
    empty.alice.share("Begin the trust root")
    assert versions(empty.alice) == [1]


def test_a_trust_root_begins_once_and_where_there_is_history(empty: World) -> None:
    refused = empty.alice("trust", "init", "--ref", "refs/heads/other", status=2).err
    assert "GP-GIT-008" in refused
    assert "fix: gitprov trust init --ref refs/heads/main\n" in refused
    assert "GP-USE-001" in empty.alice("trust", "init", "--stage", "production", status=2).err
    assert (
        "GP-SCH-002"
        in empty.alice("trust", "init", "--stage", "x", "--approvers", "bob", "--threshold", "2", status=2).err
    )
    assert "GP-TRU-006" in empty.alice("trust", "show", status=2).err
    assert "GP-TRU-006" in empty.alice("policy", "sign", status=2).err
    would = empty.alice("trust", "init", "--dry-run")
    assert "would record trust version 1" in would.out
    assert empty.alice.git("status", "--porcelain") == ""
    empty.alice("trust", "init")
    staged = empty.alice("trust", "show", status=2)
    assert 'fix: git commit -m "Begin the trust root"' in staged.err
    assert "GP-TRU-012" in empty.alice("trust", "init", status=2).err
    empty.alice.share("Begin the trust root")
    assert "GP-TRU-012" in empty.alice("trust", "init", status=2).err


# --- to go on -------------------------------------------------------------------------------------------------------


def test_a_new_key_counts_when_its_holder_has_signed(team: World) -> None:
    """Possession (docs/verification.md): bob is in force when bob has signed, not when alice says so."""
    proposed = team.alice("trust", "propose", "--add", f"bob={public_key(team.bob)}", "--role", "owner=alice,bob:2")
    assert "+ person bob: key" in proposed.out
    assert "~ role owner: 1 of alice → 2 of alice, bob" in proposed.out
    assert "to come into force: it lacks 1 of 2 owners of version 2, the signature of bob's key" in proposed.out
    team.alice.share("Propose trust version 2")
    shown = team.alice("trust", "show", status=1)
    assert "version 2 has landed and is not in force" in shown.out
    assert "GP-TRU-001" in shown.out
    assert versions(team.alice) == [1]
    team.bob.pull()
    signed = team.bob("trust", "sign", "0002")
    assert "+ person bob: key" in signed.out
    assert "to come into force" not in signed.out
    team.bob.share("Sign trust version 2")
    assert versions(team.bob) == [1, 2]
    shown = team.bob("trust", "show")
    assert "rests on one owner" not in shown.err
    assert "role owner     2 of alice, bob" in shown.out
    assert team.bob("trust", "sign", "2", "--json").json()["recorded"] == [], "once more changes nothing"
    assert team.bob.git("status", "--porcelain") == ""


def test_a_signature_that_counts_for_nothing_is_not_made(team: World) -> None:
    team.alice("trust", "propose", "--expires", "2030-01-01T00:00:00Z")
    team.alice.share("Propose trust version 2")
    refused = team.carol("trust", "sign", status=1)
    assert "GP-SIG-004" in refused.err
    assert "gitprov trust propose --add carol=KEYFILE" in refused.err
    assert "GP-NAM-001" in team.alice("trust", "sign", "7", status=2).err
    assert team.carol.git("status", "--porcelain") == ""


def test_a_sole_owner_replaces_a_lost_key(team: World) -> None:
    """A15: the old key signs that it goes, the new one that it comes."""
    alice = team.alice
    old = json.loads(alice("keys", "list", "--json").out)["keys"][0]["id"].removeprefix("sha256:")
    new = public_key(alice, "new")
    proposed = alice(
        "trust", "propose", "--add", f"alice={new}", "--revoke", f"alice={old[:10]}", "--reason", "laptop stolen"
    )
    assert f"key {old[:8]} (revoked: laptop stolen)" in proposed.out
    assert "1 of 1 owners of version 2" in proposed.out
    alice.git("config", "gitprov.key", "new")
    assert "to come into force" not in alice("trust", "sign").out
    alice.share("Propose trust version 2")
    assert versions(alice) == [1, 2]


def test_people_leave_with_their_roles(team: World) -> None:
    admit_bob(team)
    gone = team.alice("trust", "propose", "--remove", "bob", "--approvers", "production=alice")
    assert "- person bob: key" in gone.out
    assert "~ role owner: 1 of alice, bob → 1 of alice" in gone.out
    team.alice.share("Propose trust version 3")
    assert versions(team.alice) == [1, 2, 3]


def test_an_edited_copy_of_a_version_can_be_proposed(team: World, tmp_path: Path) -> None:
    text = (team.alice.repo.path / ".gitprov/trust/0001.yaml").read_text()
    edited = tmp_path / "edited.yaml"
    edited.write_text(text + "expires: 2030-01-01T00:00:00Z\n")
    proposed = team.alice("trust", "propose", "--from", edited)
    assert "+ expires: 2030-01-01T00:00:00Z" in proposed.out
    version = decode((team.alice.repo.path / ".gitprov/trust/0002.yaml").read_bytes())
    assert version.follows is not None  # type: ignore[union-attr]
    team.alice.share("Propose trust version 2")
    assert versions(team.alice) == [1, 2]
    edited.write_text(text + "expire: 2030-01-01T00:00:00Z\n")
    assert "did you mean expires?" in team.alice("trust", "propose", "--from", edited, status=2).err


@pytest.mark.parametrize(
    ("options", "code"),
    [
        pytest.param([], "GP-USE-001", id="nothing"),
        pytest.param(["--role", "boss=alice"], "GP-USE-001", id="no role"),
        pytest.param(["--role", "owner=alice:many"], "GP-USE-001", id="no number"),
        pytest.param(["--role", "owner=alice:2"], "GP-SCH-002", id="a threshold nobody can meet"),
        pytest.param(["--role", "owner=eve"], "GP-USE-001", id="a stranger"),
        pytest.param(["--revoke", "alice", "--reason", "x"], "GP-USE-001", id="nobody could sign it"),
        pytest.param(["--remove", "eve"], "GP-USE-001", id="a stranger leaves"),
        pytest.param(["--remove", "alice"], "GP-SCH-002", id="nobody is left"),
        pytest.param(["--revoke", "alice"], "GP-USE-001", id="no reason"),
        pytest.param(["--revoke", "alice=zz", "--reason", "x"], "GP-USE-001", id="no such key"),
        pytest.param(["--add", "bob=README.md"], "GP-SCH-002", id="no key"),
        pytest.param(["--expires", "tomorrow"], "GP-SCH-002", id="no time"),
    ],
)
def test_a_version_that_cannot_be_is_not_written(team: World, options: list[str], code: str) -> None:
    with_path = [option.replace("README.md", str(team.alice.repo.path / "README.md")) for option in options]
    assert code in team.alice("trust", "propose", *with_path, status=2).err
    assert "GP-IO-001" in team.alice("trust", "propose", "--add", "bob=nowhere.pub", status=5).err
    assert team.alice.git("status", "--porcelain") == ""


def test_a_number_that_somebody_took_is_spent(team: World) -> None:
    """Whoever may merge can take a number; nobody is kept from deciding by that."""
    alice = team.alice
    alice.repo.write(".gitprov/trust/0002.yaml", "no version\n")
    alice.share("Take a number")
    alice("trust", "propose", "--expires", "2030-01-01T00:00:00Z")
    alice.share("Propose trust version 3")
    assert versions(alice) == [1, 3]


def test_a_dry_run_writes_nothing(team: World) -> None:
    would = team.alice("trust", "propose", "--expires", "2030-01-01T00:00:00Z", "--dry-run", "--json").json()
    assert [record["type"] for record in would["recorded"]] == ["trustroot"]
    assert would["changes"] == [{"after": "2030-01-01T00:00:00Z", "before": None, "what": "expires"}]
    assert "already recorded trust version 1" in team.alice("trust", "sign", "--dry-run").out
    assert team.alice.git("status", "--porcelain") == ""


# --- why it is believed ---------------------------------------------------------------------------------------------


def test_what_was_seen_once_is_remembered_and_not_taken_back(team: World) -> None:
    """A11: a forge that serves an older root is found out by whoever saw the newer one."""
    first = team.alice("trust", "show")
    assert "remembered on first use" in first.err
    assert "remembered on first use" not in team.alice("trust", "show").err
    old = team.alice.git("rev-parse", "HEAD")
    team.alice("trust", "propose", "--expires", "2030-01-01T00:00:00Z")
    team.alice.share("Propose trust version 2")
    pin = team.alice("trust", "fingerprint").out.strip()
    assert team.alice("trust", "show", "--json").json()["how"] == "remembered"
    team.alice.git("push", "--quiet", "--force", "origin", f"{old}:refs/heads/main")
    team.alice.git("fetch", "--quiet")
    assert "GP-TRU-008" in team.alice("trust", "show", status=1).err
    team.carol("trust", "show")
    assert "GP-TRU-008" in team.carol("trust", "show", "--pin", pin, status=1).err


def test_a_pin_is_the_root_that_is_trusted_and_no_other(team: World, monkeypatch: pytest.MonkeyPatch) -> None:
    pin = team.alice("trust", "fingerprint", "--remember").out.strip()
    assert team.alice.git("config", "gitprov.pin") == pin
    assert team.alice("trust", "show", "--json").json()["how"] == "pinned"
    other = f"0001:sha256:{'0' * 64}"
    assert "GP-TRU-009" in team.alice("trust", "show", "--pin", other, status=1).err
    monkeypatch.setenv("GITPROV_PIN", other)
    assert "GITPROV_PIN has another trust version 1" in team.alice("trust", "fingerprint", status=1).err
    monkeypatch.setenv("GITPROV_PIN", "1")
    assert "GP-TRU-010" in team.alice("trust", "show", status=2).err
    monkeypatch.setenv("GITPROV_PIN", pin)
    assert team.carol("trust", "show", "--json").json()["how"] == "pinned"


def test_another_project_in_its_place_is_no_first_contact(team: World) -> None:
    """A11: a second 0001 in a rewritten history is another project, which memory does not know. The clone does."""
    team.alice("trust", "show")
    team.carol("trust", "fingerprint", "--remember")
    start = team.alice.git("rev-parse", "HEAD^")
    team.bob.git("reset", "--quiet", "--hard", start)
    team.bob("trust", "init")
    team.bob.repo.commit("Begin another trust root")
    team.bob.git("push", "--quiet", "--force", "origin", "HEAD:main")
    for someone, why in ((team.alice, "another project"), (team.carol, "git config gitprov.pin has another")):
        someone.git("fetch", "--quiet")
        refused = someone("trust", "show", status=1).err
        assert "GP-TRU-009" in refused
        assert why in refused
    new = team.bob("trust", "fingerprint").out.strip().partition(":")[2]
    team.alice.git("config", "gitprov.project", new)
    assert "remembered on first use" in team.alice("trust", "show").err


def test_a_memory_that_cannot_be_written_is_said(team: World) -> None:
    (team.alice.home / ".local/state/gitprov/lock").mkdir(parents=True)
    assert "cannot be remembered" in team.alice("trust", "show").err
    (team.bob.home / ".local").write_text("")
    assert "GP-IO-001" in team.bob("trust", "show", status=5).err, "what cannot be read is no first contact"


def test_a_bare_clone_shows_the_trust_root(team: World) -> None:
    shown = team.gitprov("trust", "show", "--json", cwd=team.origin.path).json()
    assert (shown["version"], shown["ref"], shown["findings"]) == (1, "refs/heads/main", [])
