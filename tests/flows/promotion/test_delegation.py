"""A team holds roles for its own names: it promotes, and reaches nothing else (threat A16; docs/format.md)."""

import json
import sys
from pathlib import Path

import pytest

from gitprov.audit.gather import gather
from gitprov.ids import sha256_of
from tests.flows.promotion.world import Someone, World, make_world
from tests.support import Gitprov

ENTRY = ".gitprov/catalog/fraud.churn.yaml"
CATALOG = "schema: gitprov/catalog/v1\nkind: model\nowner: dan\n"


@pytest.fixture
def world(tmp_path: Path, gitprov: Gitprov) -> World:
    """The team, and below `fraud` dan, who owns, approves and deploys, and erin, who produces."""
    made = make_world(tmp_path / "world", gitprov)
    dan, erin = made.someone("dan"), made.someone("erin")
    added = []
    for someone in (dan, erin):
        key = someone.home / "key.pub"
        key.write_text(someone("keys", "export").out)
        added += ["--add", f"{someone.name}={key}"]
    made.alice("trust", "propose", *added)
    made.alice.share("Propose trust version 2")
    for someone in (dan, erin):
        someone.pull()
        someone("trust", "sign")
        someone.share("Sign trust version 2")
    made.alice.pull()
    roles = [f"--role={held}" for held in ("owner=dan", "producer=erin", "evaluator=erin", "deployer=dan")]
    done = made.alice("trust", "delegate", "fraud", *roles, "--approvers", "production=dan", "--json").json()
    assert done["deployers"] == ["carol", "dan"], "whoever deploys for a team pins, too"
    made.alice.share("Delegate fraud")
    for someone in (dan, erin, made.bob, made.carol):
        someone.pull()
    return made


def effective(someone: Someone, name: str) -> bool:
    return bool(someone("verify", f"{name}/production", status=None).status == 0)


def release(someone: Someone, name: str) -> None:
    """Makes and lands a release of a model from data of somebody's own."""
    someone.repo.write("data/own.csv", f"{name}\n3,4\n")
    someone("add", "data/own.csv", "--name", f"{name}-data", "--kind", "dataset")
    python = [sys.executable, "train.py", "{inputs.data}", "{outputs.model}"]
    made = ["--input", f"data={name}-data", "--output", f"model=own.txt:{name}:model", "--keep"]
    someone("run", "--step", "train", *made, "--", *python)
    someone.repo.write("metrics.json", json.dumps({"auc": 0.9}))
    someone("evaluate", name, "--metrics", "metrics.json", "--suite", "holdout", "--data", f"{name}-data")
    someone("push", "--no-refs")
    someone("seal", name)
    someone.share(f"Release {name}")


def entry(someone: Someone, text: str, path: str = ENTRY) -> str:
    """Signs and lands a setting, and returns what it lacked to come into force."""
    someone.pull()
    someone.repo.write(path, text)
    lacks = someone("policy", "sign", path, "--json").json()["lacks"]
    someone.share(f"Change {path}")
    return str(lacks)


def in_force(someone: Someone) -> str:
    """Returns the digest of the entry that is in force."""
    with someone.project() as project:
        landed = gather(project).landed
    return landed.settings.at(landed.chain.head)[ENTRY]


def test_a_team_promotes_and_deploys_what_is_its_own(world: World, tmp_path: Path) -> None:
    dan, erin = world.someone("dan"), world.someone("erin")
    assert entry(erin, CATALOG) == "", "a producer makes the entry of a new name"
    release(erin, "fraud.churn")
    asked = erin("promote", "fraud.churn@v1", "--to", "production", "--reason", "the first", "--json").json()
    erin.git("push", "--quiet", "origin", asked["branch"])
    for name, status in (("alice", 1), ("bob", 1), ("dan", 0)):
        someone = world.someone(name)
        someone.git("fetch", "--quiet")
        someone.git("switch", "--quiet", asked["branch"])
        said = someone("approve", asked["request"], "--yes", status=status).err
        assert ("GP-APR-004" in said) == (status == 1)
    world.land(asked["branch"], by="dan")
    dan.pull()
    assert effective(dan, "fraud.churn")
    place = tmp_path / "serving"
    pin = dan("trust", "fingerprint").out.strip()
    world.carol.pull()
    refused = world.carol("deploy", "fraud.churn/production", "--to", place, "--pin", pin, status=1).out
    assert "finding[GP-DEP-004]" in refused
    assert "fix: gitprov trust delegate fraud --role deployer=dan,carol\n" in refused
    dan("deploy", "fraud.churn/production", "--to", place, "--pin", pin)
    dan("serve-check", place, "--pin", pin)


def test_a_team_touches_nothing_else(world: World) -> None:
    """Neither what the project promotes, nor its rules, nor names that only begin alike."""
    dan, erin = world.someone("dan"), world.someone("erin")
    refused = erin("promote", "churn@v1", "--to", "production", "--reason", "mine now", status=None)
    assert refused.status == 1
    assert "GP-PRO-002" in refused.err
    asked = world.alice("promote", "churn@v1", "--to", "production", "--reason", "good", "--json").json()
    world.alice.git("push", "--quiet", "origin", asked["branch"])
    dan.git("fetch", "--quiet")
    dan.git("switch", "--quiet", asked["branch"])
    assert "GP-APR-004" in dan("approve", asked["request"], "--yes", status=1).err
    for path in (".gitprov/catalog/churn.yaml", ".gitprov/catalog/fraudulent.yaml", ".gitprov/project.yaml"):
        dan.pull()
        old = (dan.repo.path / path).read_text() if (dan.repo.path / path).exists() else ""
        changed = old.replace("owner: alice", "owner: dan") or CATALOG
        changed += "tags: {}\n" if "project" in path and "tags" not in old else ""
        dan.repo.write(path, changed.replace("tags: {}\n", "remotes: [/tmp/elsewhere]\n"))
        assert "it lacks 1 of 1 owners" in dan("policy", "sign", path, "--json").json()["lacks"], path
        dan.git("reset", "--quiet", "--hard", "origin/main")
    proposed = dan("trust", "delegate", "pricing", "--role", "owner=dan", "--json").json()
    assert "1 of 1 owners of version 3" in proposed["lacks"]


def test_what_is_delegated_is_changed_by_its_owners_and_weakened_by_nobody_else(world: World) -> None:
    dan = world.someone("dan")
    assert entry(world.someone("erin"), CATALOG) == ""
    other = CATALOG.replace("owner: dan", "owner: alice")
    assert "it lacks 1 of 1 owners" in entry(world.alice, other)
    assert in_force(world.alice) == sha256_of(CATALOG.encode()), "it lies there and says nothing"
    mine = CATALOG + "members: {model: fraud.model}\n"
    entry(dan, mine)
    assert in_force(dan) == sha256_of(mine.encode())
    taken = world.alice("trust", "delegate", "fraud", "--remove", "--json").json()
    assert {one["what"] for one in taken["changes"]} == {
        "role approver of production for fraud", "role deployer for fraud", "role evaluator for fraud",
        "role owner for fraud", "role producer for fraud",
    }  # fmt: skip
