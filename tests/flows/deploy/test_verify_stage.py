"""`verify NAME/STAGE`: the numbered steps, what is missing, and the laws of the chain (demand 18; threats A03, A16)."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flows.deploy.team import TARGET, ask, deploy_options, land_change, pin, review, rewind
from tests.flows.promotion.world import SETTINGS, World
from tests.support import Gitprov


def found(team: World, *, status: int = 1) -> dict[int, list[str]]:
    """Returns number of each step that does not hold to the codes of what was found, as carol sees it."""
    team.carol.git("fetch", "--quiet")
    answer = team.carol("verify", TARGET, "--json", status=status).json()
    held = {clause["number"]: [one["code"] for one in clause["findings"]] for clause in answer["clauses"]}
    return {number: codes for number, codes in held.items() if codes}


def blocking(team: World, *, status: int = 1) -> set[str]:
    """Returns the codes of what keeps it from being deployed."""
    answer = team.carol("deploy", TARGET, *deploy_options(team), "--dry-run", "--json", status=status).json()
    return {one["code"] for one in answer["blocking"]}


def test_every_step_is_numbered_and_says_what_holds(team: World) -> None:
    said = team.carol("verify", TARGET)
    head = team.origin.git("rev-parse", "main")
    assert said.out.splitlines()[0] == f"{TARGET}: churn@v1 is in effect"
    numbers = [int(line[:2]) for line in said.out.splitlines()[1:]]
    assert numbers == list(range(1, 14))
    assert f"1  protected ref: refs/remotes/origin/main at {head[:12]}" in said.out
    assert "approvals: 1 of 1 approvals: bob" in said.out
    assert "by this machine's clock" in said.out
    assert "is remembered on first use" in said.err
    assert "remembered on first use" not in team.carol("verify", TARGET).err


def test_a_bare_clone_answers_and_head_is_never_asked(team: World, gitprov: Gitprov) -> None:
    bare = team.path / "mirror.git"
    team.carol.git("clone", "--quiet", "--bare", team.origin.path, bare)
    assert "refs/heads/main at" in gitprov("verify", TARGET, cwd=bare).out
    team.carol.git("switch", "--quiet", "--orphan", "elsewhere")
    team.carol("verify", TARGET)


def test_a_shallow_clone_cannot_decide(team: World, gitprov: Gitprov) -> None:
    """Exit 3, GP-GIT-005."""
    shallow = team.path / "shallow"
    team.carol.git("clone", "--quiet", "--depth=1", f"file://{team.origin.path}", shallow)
    assert "GP-GIT-005" in gitprov("verify", TARGET, cwd=shallow, status=3).err


def test_a_request_is_named_before_it_lands_and_until_it_takes_effect(team: World) -> None:
    branch = ask(team, "churn@v2")
    assert "churn/production/2: not landed (here); would not take effect: 0 of 1" in team.alice("verify", TARGET).out
    team.alice.git("push", "--quiet", "origin", branch)
    team.bob.git("fetch", "--quiet")
    assert f"churn/production/2: not landed (branch {branch})" in team.bob("verify", TARGET).out
    review(team.bob, branch)
    team.bob("approve", f"{TARGET}/2", "--yes")
    assert "churn/production/2: not landed (here); would take effect" in team.bob("verify", TARGET).out
    team.land(branch)  # without the approval
    said = team.alice("verify", TARGET).out
    assert "churn@v1 is in effect" in said
    assert "churn/production/2: landed, NOT effective: 0 of 1 approvals" in said
    assert "GP-APR-001" in said
    assert "fix: gitprov approve churn/production/2" in said
    answer = team.alice("verify", TARGET, "--json").json()
    assert [one["request"] for one in answer["waiting"]] == ["churn/production/2"]


def test_what_never_took_effect_is_no_promotion(team: World) -> None:
    """Exit 1: landed, NOT effective; and where nothing landed, GP-PRO-016."""
    branch = ask(team, "churn@v1", to="staging")
    assert "GP-PRO-016" in team.alice("verify", "churn/staging", status=1).out
    team.land(branch)
    said = team.alice("verify", "churn/staging", status=1).out
    assert said.startswith("churn/staging: landed, NOT effective: 0 of 1 approvals\n")


def test_it_asks_for_names_before_paths_and_not_for_bytes(team: World) -> None:
    """A path that nobody asked to promote stays a path; bytes are for deploy."""
    team.alice("verify", "data/raw.csv")
    assert "GP-USE-001" in team.alice("verify", TARGET, "--bytes", status=2).err


def a_run(team: World) -> str:
    return next(path for path in team.alice.git("ls-files", ".gitprov/runs/train").split() if path.endswith(".yaml"))


LOST: dict[str, Callable[[Path], object]] = {
    "removed": lambda path: path.unlink(),
    "changed": lambda path: path.write_bytes(path.read_bytes() + b"x"),
    "mode": lambda path: path.chmod(0o755),
}


@pytest.mark.parametrize("how", LOST)
def test_a_record_that_is_lost_is_found_until_it_is_back(team: World, how: str) -> None:
    """Law G, GP-IMM-007; then a warning, GP-IMM-008. The fix that is printed mends it."""
    team.carol("verify", TARGET)
    team.alice.pull()
    LOST[how](team.alice.repo.path / a_run(team))
    land_change(team, "Tidy up")
    assert found(team) == {3: ["GP-IMM-007"]}
    assert blocking(team) == {"GP-IMM-007"}
    said = team.alice("verify", TARGET, "--json", status=1).json()
    fix = next(one["fix"] for clause in said["clauses"] for one in clause["findings"])
    subprocess.run(fix, shell=True, cwd=team.alice.repo.path, check=True, capture_output=True)  # noqa: S602
    team.alice.git("push", "--quiet", "origin", "HEAD:main")
    assert found(team, status=0) == {}
    answer = team.carol("verify", TARGET, "--json").json()
    assert [one["code"] for one in answer["warnings"]] == ["GP-IMM-008"]
    assert blocking(team, status=0) == set()


@pytest.mark.parametrize(
    "path",
    [
        ".gitprov/releases/churn/1.yaml",
        ".gitprov/releases/churn/1.*.sigstore.json",
        ".gitprov/promotions/churn/production/0001/approvals/*",
        ".gitprov/promotions/churn/production/0001/evidence.yaml",
        ".gitprov/events/governance/*",
        ".gitprov/artifacts/raw/*",
    ],
)
def test_what_a_promotion_rests_on_blocks_it_at_first_sight(team: World, path: str) -> None:
    """Law G without memory; the verdict on the promotion itself reads the bytes that landed, and stays."""
    team.alice.pull()
    team.alice.git("rm", "--quiet", path)
    land_change(team, "Tidy up")
    assert set(found(team)) == {3}
    assert blocking(team) == {"GP-IMM-007"}


def test_what_was_lost_elsewhere_and_long_ago_is_told_and_blocks_nothing(team: World) -> None:
    """A loss outside of what a promotion rests on, before the first head that the deployer remembers."""
    team.alice.repo.write("data/other.csv", "x\n")
    team.alice.pull()
    team.alice("add", "data/other.csv", "--name", "other", "--kind", "dataset")
    team.alice.share("Add other data")
    path = next(path for path in team.alice.git("ls-files", ".gitprov/artifacts/other").split())
    team.alice.git("rm", "--quiet", path)
    land_change(team, "Remove other data")
    assert blocking(team, status=0) == set()
    said = team.carol("deploy", TARGET, *deploy_options(team)).out
    assert "not in the way[GP-IMM-007]" in said
    assert found(team) == {3: ["GP-IMM-007"]}


def test_what_is_lost_after_a_head_that_is_remembered_blocks_however_often_one_asks(team: World) -> None:
    team.alice.repo.write("data/other.csv", "x\n")
    team.alice.pull()
    team.alice("add", "data/other.csv", "--name", "other", "--kind", "dataset")
    land_change(team, "Add other data")
    team.carol("verify", TARGET)
    path = next(path for path in team.alice.git("ls-files", ".gitprov/artifacts/other").split())
    team.alice.git("rm", "--quiet", path)
    land_change(team, "Remove other data")
    for _ in range(2):
        assert found(team) == {3: ["GP-IMM-007"]}
        assert blocking(team) == {"GP-IMM-007"}


def test_settings_without_authority_stop_deployments(team: World) -> None:
    """A16, GP-SET-002."""
    team.alice.pull()
    policy = ".gitprov/policies/quality.yaml"
    team.alice.repo.write(policy, SETTINGS[policy].replace("0.8)", "0.1)", 1))
    land_change(team, "Relax")
    assert found(team) == {4: ["GP-SET-002"]}
    assert blocking(team) == {"GP-SET-002"}


def test_a_promotion_on_a_key_that_was_revoked_is_disputed_and_not_deployed(team: World) -> None:
    """Monotone: it serves on; GP-PRO-014 keeps it from being deployed again."""
    team.alice.pull()
    bob = team.path / "bob.pem"
    bob.write_text(team.bob.pem)
    team.alice(
        *("trust", "propose", "--revoke", "bob", "--reason", "his laptop was stolen"),
        *("--role", "owner=alice", "--approvers", "production=alice"),
    )
    land_change(team, "Revoke bob's key")
    team.carol.git("fetch", "--quiet")
    said = team.carol("verify", TARGET, status=1)
    assert "churn@v1 is in effect, and disputed" in said.out
    assert "disputed[GP-PRO-014]" in said.out
    assert "two-person rule rests on one owner: alice" in said.err
    assert "GP-PRO-014" in blocking(team)


def test_a_withdrawal_serves_nothing_and_is_not_deployed(team: World) -> None:
    """GP-DEP-002 with a clear text; verify finds nothing wrong with it."""
    team.alice.pull()
    branch = team.alice("withdraw", TARGET, "--reason", "it is wrong", "--json").json()["branch"]
    team.alice.git("push", "--quiet", "origin", branch)
    review(team.bob, branch)
    team.bob("approve", f"{TARGET}/2", "--yes")
    team.bob.git("push", "--quiet", "origin", f"{branch}:main")
    team.carol.git("fetch", "--quiet")
    assert "serves nothing: withdrawn by churn/production/2" in team.carol("verify", TARGET).out
    assert blocking(team) == {"GP-DEP-002"}
    assert "serves nothing: withdrawn" in team.carol("deploy", TARGET, *deploy_options(team), status=1).out


def test_a_chain_that_starts_anew_is_another_project(team: World) -> None:
    """A03: a new root on the same ref is refused by the pin (GP-TRU-009); without one it is first use (GP-DEP-001)."""
    right = pin(team)
    team.carol("deploy", TARGET, *deploy_options(team, right))
    team.alice.git("switch", "--quiet", "--detach", team.origin.git("rev-list", "--max-parents=0", "main"))
    team.alice("init")
    team.alice("trust", "init", "--person", "alice")
    rewind(team, team.alice.repo.commit("Begin again"))
    team.carol.git("switch", "--quiet", "--detach", "origin/main")
    refused = team.carol("deploy", TARGET, *deploy_options(team, right), "--json", status=1).json()
    assert "GP-TRU-009" in {one["code"] for one in refused["blocking"]}
    assert "GP-DEP-001" in team.carol("deploy", TARGET, "--to", team.path / "srv", status=2).err
