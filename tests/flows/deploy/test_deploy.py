"""What is in effect is deployed byte for byte, by a deployer who knows the trust root from outside (demand 20)."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gitprov.audit.gather import gather
from gitprov.ids import digest_hex, sha256_of
from gitprov.promotion.deploy import BEFORE, NEXT, WAITING
from gitprov.promotion.serve_check import MANIFEST, SIGNATURE, TRUST
from gitprov.records import Content, Deployment, Placed, decode, store
from tests.flows.deploy.team import TARGET, ask, land_change, pin, promote, review, rewind
from tests.flows.promotion.world import World
from tests.support import Outcome

FOREST = """\
import os, sys
os.makedirs(sys.argv[2] + "/empty")
with open(sys.argv[2] + "/one.sh", "w") as file:
    file.write(open(sys.argv[1]).read())
os.chmod(file.name, 0o755)
os.symlink("one.sh", sys.argv[2] + "/best")
"""


def deploy(team: World, *options: str | Path, to: str = "srv", status: int = 0) -> Outcome:
    """Deploys with the right pin."""
    return team.carol("deploy", TARGET, "--to", team.path / to, "--pin", pin(team), *options, status=status)


def codes(outcome: Outcome) -> set[str]:
    """Returns the codes of an answer that says what blocks it."""
    answer = outcome.json()
    return {found["code"] for found in [*answer["blocking"], *answer["findings"]]}


def manifest(team: World, to: str = "srv") -> Deployment:
    """Returns what a folder says was deployed."""
    record = decode((team.path / to / MANIFEST).read_bytes())
    assert isinstance(record, Deployment)
    return record


def test_members_and_manifest_are_put_in_place_and_recorded(team: World) -> None:
    said = deploy(team).out
    assert "churn@v1 is in effect" in said
    assert "deployed and compared" in said
    folder = team.path / "srv"
    assert {path.name for path in folder.iterdir()} == {"model.txt", MANIFEST, SIGNATURE, TRUST}
    placed = manifest(team).members["model"]
    assert sha256_of((folder / "model.txt").read_bytes()) == placed.content
    assert manifest(team).release.version == 1
    staged = team.carol.git("diff", "--cached", "--name-only").split()
    assert [path.endswith(".yaml") for path in sorted(staged)] == [False, True]
    assert team.carol.git("show", f":{max(staged)}").encode() + b"\n" == (folder / MANIFEST).read_bytes()


def test_what_was_deployed_passes_serve_check_by_digest_key_and_pin(team: World) -> None:
    digest = deploy(team, "--json").json()["deployment"]
    key = team.path / "carol.pem"
    key.write_text(team.carol.pem)
    for known in (["--digest", digest], ["--key", key], ["--pin", pin(team)]):
        team.carol("serve-check", team.path / "srv", *known, "--of", TARGET)


def test_once_landed_the_deployer_is_the_source_of_time(team: World) -> None:
    deploy(team)
    assert "by this machine's clock" in team.carol("verify", TARGET).out
    team.carol.share("Deploy churn v1 to production")
    said = team.carol("verify", TARGET).out
    assert f"seen at {manifest(team).observed_at} by deployer carol" in said


def test_deploying_the_same_again_changes_nothing_and_says_so(team: World) -> None:
    deploy(team)
    before = {path: path.stat().st_mtime_ns for path in (team.path / "srv").iterdir()}
    answer = deploy(team, "--json").json()
    assert (answer["is_new"], answer["staged"], answer["removed"]) == (False, [], [])
    assert "already deployed, byte for byte" in deploy(team).out
    assert {path: path.stat().st_mtime_ns for path in (team.path / "srv").iterdir()} == before


def test_dry_run_writes_nothing(team: World) -> None:
    answer = deploy(team, "--dry-run", "--json").json()
    assert answer["members"]["model"]["path"] == "model.txt"
    assert not (team.path / "srv").exists()
    assert not team.carol.git("diff", "--cached", "--name-only")


def test_first_use_without_a_pin_is_refused(team: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """GP-DEP-001; what some other command remembered on first use is no pin."""
    right = pin(team)
    team.carol("verify", TARGET)
    here: list[str | Path] = ["deploy", TARGET, "--to", team.path / "srv"]
    assert "GP-DEP-001" in team.carol(*here, status=2).err
    monkeypatch.setenv("GITPROV_PIN", right)
    team.carol(*here, "--dry-run")
    monkeypatch.delenv("GITPROV_PIN")
    team.carol.git("config", "gitprov.pin", right)
    team.carol(*here)
    team.carol.git("config", "--unset", "gitprov.pin")
    team.carol(*here)


def test_a_pin_of_another_root_or_of_a_later_version_is_refused(team: World) -> None:
    """GP-TRU-009: another project's; GP-TRU-008: the ref stands before what is pinned; GP-TRU-010: no pin."""
    other, later = f"0001:{sha256_of(b'other')}", f"0002:{sha256_of(b'later')}"
    here: list[str | Path] = ["deploy", TARGET, "--to", team.path / "srv", "--json", "--pin"]
    assert codes(team.carol(*here, other, status=1)) == {"GP-TRU-009"}
    assert codes(team.carol(*here, later, status=1)) == {"GP-TRU-008"}
    assert team.carol(*here, "1", status=2).json()["error"]["code"] == "GP-TRU-010"
    assert not (team.path / "srv").exists()


def test_only_deployers_deploy(team: World) -> None:
    """GP-DEP-004."""
    team.bob.git("fetch", "--quiet")
    refused = team.bob("deploy", TARGET, "--to", team.path / "srv", "--pin", pin(team), "--json", status=1)
    assert codes(refused) == {"GP-DEP-004"}


def test_what_is_not_in_effect_is_not_deployed(team: World) -> None:
    """GP-DEP-002, with what is missing."""
    team.land(ask(team, "churn@v1", to="staging"))
    team.carol.git("fetch", "--quiet")
    here: list[str | Path] = ["--to", team.path / "srv", "--pin", pin(team)]
    said = team.carol("deploy", "churn/staging", *here, status=1).out
    assert "GP-APR-001" in said
    assert "landed, NOT effective: 0 of 1 approvals" in said
    assert codes(team.carol("deploy", "churn/live", *here, "--json", status=1)) == {"GP-DEP-002", "GP-PRO-016"}
    assert team.carol("deploy", "churn", *here, status=2).err.startswith("error[GP-NAM-003]")


def test_a_byte_swapped_in_the_remote_after_the_approval_is_refused(team: World) -> None:
    """The demo's attack, by name: GP-BLB-001; nothing is put in place, and what is served stays."""
    deploy(team, to="old")
    promote(team, "churn@v2")
    with team.carol.project() as project:
        ledger = gather(project).landed.ledger
        model = ledger.artifacts[ledger.releases[ledger.releases_of("churn")[2]].members["model"].artifact]
    assert isinstance(model.content, Content)
    digits = digest_hex(model.content.md5)
    item = team.storage / "files" / "md5" / digits[:2] / digits[2:]
    item.chmod(0o644)
    item.write_bytes(item.read_bytes().replace(b"1", b"7"))
    refused = deploy(team, "--json", to="old", status=1)
    assert codes(refused) == {"GP-BLB-001"}
    assert "churn" in refused.json()["findings"][0]["what"]
    team.carol("serve-check", team.path / "old", "--pin", pin(team))
    assert manifest(team, "old").release.version == 1


def test_a_later_promotion_replaces_the_deployment(team: World) -> None:
    deploy(team)
    before = manifest(team)
    promote(team, "churn@v2")
    deploy(team)
    assert manifest(team).release.version == 2
    assert manifest(team).members["model"].content != before.members["model"].content
    team.carol("serve-check", team.path / "srv", "--pin", pin(team), "--of", TARGET)
    assert not {BEFORE, NEXT, WAITING} & {path.name for path in (team.path / "srv").iterdir()}


def test_a_directory_takes_the_place_of_a_file_and_a_rollback_brings_the_file_back(team: World) -> None:
    """What the earlier deployment had put there goes; with links, executable files and empty folders in between."""
    deploy(team)
    team.alice.pull()
    team.alice.repo.write("forest.py", FOREST)
    (team.alice.repo.path / "model.txt").unlink()
    (team.alice.repo.path / "model.txt.dvc").unlink()
    team.alice.repo.commit("Grow a forest")
    python = [sys.executable, "forest.py", "{inputs.data}", "{outputs.model}"]
    step = ["run", "--step", "train", "--input", "data=raw", "--keep", "--output", "model=forest:churn:model"]
    team.alice(*step, "--", *python)
    team.alice.repo.write("metrics.json", '{"auc": 0.97}')
    team.alice("evaluate", "churn", "--metrics", "metrics.json", "--suite", "holdout", "--data", "raw")
    team.alice("push", "--no-refs")
    team.alice("seal", "churn")
    team.alice.share("Release churn v3")
    promote(team, "churn@v3")
    folder = team.path / "srv"
    assert deploy(team, "--json").json()["removed"] == ["model.txt"]
    assert os.readlink(folder / "forest" / "best") == "one.sh"
    assert os.access(folder / "forest" / "one.sh", os.X_OK)
    assert (folder / "forest" / "empty").is_dir()
    team.carol("serve-check", folder, "--pin", pin(team))
    (folder / "forest" / "more").write_text("x")
    assert "GP-DEP-006" in team.carol("serve-check", folder, "--pin", pin(team), status=1).out
    (folder / "forest" / "more").unlink()
    back = team.alice("rollback", TARGET, "--reason", "it is slow", "--json").json()
    team.alice.git("push", "--quiet", "origin", back["branch"])
    review(team.bob, back["branch"])
    team.bob("approve", back["request"], "--yes")
    team.bob.git("push", "--quiet", "origin", "HEAD:main")
    team.carol.git("fetch", "--quiet")
    assert deploy(team, "--json").json()["removed"] == ["forest"]
    assert manifest(team).release.version == 1
    team.carol("serve-check", folder, "--pin", pin(team))


def test_a_rewound_protected_ref_is_refused(team: World) -> None:
    """A03, GP-TRU-011: both when it only goes back, and when it goes on from there."""
    first = team.origin.git("rev-parse", "main")
    promote(team, "churn@v2")
    deploy(team)
    rewind(team, first)
    assert codes(deploy(team, "--json", status=1)) == {"GP-TRU-011", "GP-DEP-003"}
    assert "GP-TRU-011" in team.carol("verify", TARGET, status=1).out
    team.alice.git("reset", "--quiet", "--hard", first)
    team.alice.repo.write("note.txt", "another way\n")
    land_change(team, "Go another way")
    assert "GP-TRU-011" in codes(deploy(team, "--json", status=1))


def test_a_step_back_is_refused_even_when_the_head_was_forgotten(team: World) -> None:
    """GP-DEP-003."""
    deploy(team)
    with team.carol.project() as project:
        first = gather(project).landed.roots.accepted[0]
        project.memory.update(first.id, first.root.ref, lambda seen: replace(seen, head=None, deployed={TARGET: 2}))
    assert codes(deploy(team, "--json", status=1)) == {"GP-DEP-003"}


IN_THE_WAY: dict[str, Callable[[Path], object]] = {
    "a file": lambda path: path.write_text("mine"),
    "a folder": lambda path: path.mkdir(),
    "a link": lambda path: path.symlink_to("/etc/hostname"),
    "a pipe": os.mkfifo,
}


@pytest.mark.parametrize("what", IN_THE_WAY)
def test_what_no_deployment_put_there_is_never_replaced(team: World, what: str) -> None:
    folder = team.path / "srv"
    folder.mkdir()
    IN_THE_WAY[what](folder / "model.txt")
    before = os.lstat(folder / "model.txt")
    assert codes(deploy(team, "--json", status=1)) == {"GP-PTH-007"}
    after = os.lstat(folder / "model.txt")
    assert (after.st_ino, after.st_mode, after.st_mtime_ns) == (before.st_ino, before.st_mode, before.st_mtime_ns)
    assert [path.name for path in folder.iterdir()] == ["model.txt"]


def test_foreign_files_stay_and_a_changed_member_is_not_replaced(team: World) -> None:
    deploy(team)
    folder = team.path / "srv"
    (folder / "server.log").write_text("started\n")
    (folder / "model.txt").write_text("mended by hand\n")
    assert codes(deploy(team, "--json", status=1)) == {"GP-PTH-007"}
    served = team.carol("serve-check", folder, "--pin", pin(team), "--json", status=1).json()
    aside, _, again = served["findings"][0]["fix"].removeprefix("do not serve it: ").partition(" && gitprov ")
    subprocess.run(shlex.split(aside), check=True)
    team.carol(*shlex.split(again))
    assert team.carol("serve-check", folder, "--pin", pin(team)).status == 0
    assert (folder / "model.txt.wrong").read_text() == "mended by hand\n"
    assert (folder / "server.log").read_text() == "started\n"


def test_what_an_earlier_deployment_left_is_removed_if_it_is_unchanged(team: World) -> None:
    deploy(team)
    folder = team.path / "srv"
    (folder / "old.txt").write_text("old\n")
    (folder / "older.txt").write_text("changed\n")
    old = Placed(artifact=sha256_of(b"a"), content=sha256_of(b"old\n"), path="old.txt")
    older = replace(old, path="older.txt")
    earlier = replace(manifest(team), members={**manifest(team).members, "old": old, "older": older})
    (folder / MANIFEST).write_bytes(store(earlier).data)
    assert deploy(team, "--json").json()["removed"] == ["old.txt"]
    assert not (folder / "old.txt").exists()
    assert (folder / "older.txt").read_text() == "changed\n"


def test_a_folder_of_another_stage_is_refused(team: World) -> None:
    deploy(team)
    other = store(replace(manifest(team), stage="staging"))
    (team.path / "srv" / MANIFEST).write_bytes(other.data)
    refused = deploy(team, "--json", status=2).json()["error"]
    assert (refused["code"], refused["what"].endswith("has a deployment of churn/staging")) == ("GP-PTH-007", True)


def test_a_manifest_that_nobody_signed_is_written_anew(team: World) -> None:
    deploy(team)
    (team.path / "srv" / SIGNATURE).unlink()
    assert deploy(team, "--json").json()["is_new"]
    team.carol("serve-check", team.path / "srv", "--pin", pin(team))


def test_an_interrupted_deployment_is_refused_by_serve_check_and_finished_by_the_next(team: World) -> None:
    """Between two manifests there is none: as after a crash while churn@v2 took the place of churn@v1."""
    deploy(team)
    folder = team.path / "srv"
    promote(team, "churn@v2")
    (folder / MANIFEST).rename(folder / BEFORE)
    (folder / WAITING).mkdir()
    (folder / WAITING / "model.txt").write_text("half")
    assert "GP-DEP-005" in team.carol("serve-check", folder, "--pin", pin(team), status=1).out
    deploy(team)
    assert manifest(team).release.version == 2
    assert {path.name for path in folder.iterdir()} == {"model.txt", MANIFEST, SIGNATURE, TRUST}


def test_a_record_that_a_crash_left_unwritten_is_written_by_the_next(team: World) -> None:
    deploy(team)
    team.carol.git("reset", "--quiet", "--hard")
    answer = deploy(team, "--json").json()
    assert not answer["is_new"]
    assert len(answer["staged"]) == 2
    team.carol.share("Deploy churn v1 to production")
    assert "by deployer carol" in team.carol("verify", TARGET).out


def test_another_chain_than_the_one_deployed_from_is_noticed_by_everybody(team: World) -> None:
    """Law F without memory, GP-TRU-002: a deployer's signed history lies on no chain but the one that had it."""
    promote(team, "churn@v2")
    deploy(team)
    files = team.carol.git("diff", "--cached", "--name-only").split()
    held = {path: (team.carol.repo.path / path).read_bytes() for path in files}
    team.alice.git("reset", "--quiet", "--hard", "HEAD~1")
    for path, data in held.items():
        team.alice.repo.write(path, data)
    team.alice.repo.commit("Pretend that it was deployed from here")
    team.alice.git("push", "--quiet", "--force", "origin", "HEAD:main")
    team.bob.git("fetch", "--quiet", "--force")
    said = team.bob("verify", TARGET, status=1).out
    assert "GP-TRU-002" in said
