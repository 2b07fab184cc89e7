"""What the owners have acknowledged holds nobody up, and makes nothing valid ("A way back", demand 33)."""

from pathlib import Path

import pytest

from gitprov.errors import Exit
from tests.flows.promotion.world import Someone, World, make_serving
from tests.support import Gitprov, Outcome

STAGE = "churn/production"


@pytest.fixture
def deployed(tmp_path: Path, gitprov: Gitprov) -> World:
    """A team whose churn@v1 serves production, and was deployed by carol."""
    serving = make_serving(tmp_path / "world", gitprov)
    serving.carol.pull()
    pin = serving.carol("trust", "fingerprint").out.strip()
    serving.carol("deploy", STAGE, "--to", serving.path / "srv", "--pin", pin)
    serving.carol.git("reset", "--quiet", "--hard")  # the record of it is not landed: histories are another matter
    return serving


def deploy(world: World, status: int) -> Outcome:
    world.carol.pull()
    return world.carol("deploy", STAGE, "--to", world.path / "srv", "--json", status=status)


def blocking(world: World) -> set[str]:
    """Returns what keeps carol from deploying."""
    return {one["code"] for one in deploy(world, Exit.FINDINGS).json()["blocking"]}


def acknowledge(owner: Someone, code: str) -> str:
    """Lets an owner acknowledge and land the one finding of a code that the audit has; returns its key."""
    found = owner("audit", "--json", status=Exit.FINDINGS).json()["findings"]
    [finding] = [one for one in found if one["code"] == code]
    key = f"{code}:{finding['path'] or 'refs/remotes/origin/main'}@{finding['commit']}"
    owner("acknowledge", key, "--reason", "we know")
    owner.share("acknowledge")
    return key


def lose(someone: Someone, path: str) -> None:
    someone.git("rm", "-q", path)
    someone.share("lose a record")


def foxtrot(someone: Someone) -> None:
    """Moves main's own commits to a second parent, as `git pull` does."""
    known = someone.git("rev-parse", "origin/main")
    someone.git("checkout", "-q", "-B", "main", "origin/main~1")
    someone.repo.write("mine.txt", "mine\n")
    someone.git("add", "mine.txt")
    someone.git("commit", "-qm", "mine")
    someone.git("merge", "-q", "--no-edit", known)
    someone.git("push", "-q", "--no-verify")


def test_an_acknowledged_loss_blocks_no_deployment_that_does_not_rest_on_it(deployed: World) -> None:
    """It was remembered, so that everybody who looked before is held up until the owners say that they know."""
    alice, carol = deployed.alice, deployed.carol
    lose(alice, ".gitprov/releases/churn/2.yaml")
    assert "GP-IMM-007" in blocking(deployed)
    key = acknowledge(alice, "GP-IMM-007")
    deploy(deployed, Exit.OK)
    warnings = carol("verify", STAGE, "--json").json()["warnings"]
    assert [f"{one['code']}:{one['path']}@{one['commit']}" for one in warnings] == [key]
    assert "acknowledged as lost" in carol("verify", STAGE).out


def test_an_acknowledged_loss_of_what_is_deployed_is_still_a_loss(deployed: World) -> None:
    """An acknowledgement makes nothing valid."""
    alice = deployed.alice
    lose(alice, ".gitprov/releases/churn/1.yaml")
    acknowledge(alice, "GP-IMM-007")
    assert "GP-IMM-007" in blocking(deployed)
    assert "GP-IMM-007" in deployed.carol("verify", STAGE, status=Exit.FINDINGS).out


@pytest.mark.parametrize("code", ["GP-HIS-001", "GP-HIS-002", "GP-HIS-003"])
def test_an_acknowledged_departure_from_the_remembered_head_holds_nobody_up(deployed: World, code: str) -> None:
    """Law F against memory: refused until the owners acknowledge it, remembered anew then, and listed for ever."""
    alice, carol = deployed.alice, deployed.carol
    alice.repo.write("notes.txt", "code, and no record\n")
    alice.git("add", "notes.txt")
    alice.share("something that will be taken back")
    for someone in (alice, carol):
        someone.pull()
        someone("audit")
    if code == "GP-HIS-001":
        foxtrot(alice)
    elif code == "GP-HIS-002":
        alice.git("reset", "--quiet", "--hard", "HEAD~1")
        alice.git("push", "--quiet", "--force", "--no-verify", "origin", "main")
    else:
        alice.git("commit", "--quiet", "--amend", "-m", "rewritten")
        alice.git("push", "--quiet", "--force", "--no-verify", "origin", "main")
    carol.git("fetch", "--quiet")
    carol.git("reset", "--quiet", "--hard", "origin/main")
    assert "GP-TRU-011" in blocking(deployed)
    key = acknowledge(alice, code)
    first, again = (alice("audit", "--json").json() for _ in range(2))
    assert [one["commit"] for one in first["acknowledged"]] == [key.rpartition("@")[2]]
    assert (first["findings"], again["findings"], again["acknowledged"]) == ([], [], [])
    assert f"the owners have acknowledged {key}" in again["notes"]
    carol.pull()
    assert "left the head that is remembered, as the owners acknowledged" in carol("verify", STAGE).out
    assert "has the head that is remembered" in carol("verify", STAGE).out
    deploy(deployed, Exit.OK)
