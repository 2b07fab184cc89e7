"""Demand 37: what the command line does, Python does with the same types."""

import subprocess
import sys
from collections.abc import Iterator
from keyword import iskeyword
from pathlib import Path
from types import ModuleType

import click
import pytest

import gitprov as api
from gitprov import api as whole
from gitprov.api.trust import Wish
from gitprov.cli.group import cli
from gitprov.cli.main import TABLE
from gitprov.errors import GitprovError
from gitprov.promotion.asking import Requested
from tests.flows.promotion.world import World, make_serving
from tests.support import Gitprov, Repo


@pytest.fixture
def project(repo: Repo, gitprov: Gitprov) -> Repo:
    gitprov("init")
    repo.write("requirements.txt", "# nothing\n")
    repo.write("raw.csv", "1\n")
    repo.commit("set up")
    return repo


SHELL = {"init", "hooks", "ci", "doctor", "drill", "log-head"}
"""What sets up a repository, a clone or a pipeline, or speaks to other tools."""


def commands() -> Iterator[tuple[str, str | None]]:
    """Yields every command, and every command of a group."""
    with click.Context(cli) as ctx:
        for name in [name for section in TABLE.values() for name in section if name not in SHELL]:
            found = cli.get_command(ctx, name)
            yield from ((name, inner) for inner in found.commands) if isinstance(found, click.Group) else [(name, None)]


def test_every_verb_is_there() -> None:
    """A group is a module; `keys list` (`every`) and the files of `policy starters` stay with the shell."""
    for name, inner in commands():
        verb = getattr(whole, name.replace("-", "_") + ("_" if iskeyword(name) else ""))
        assert isinstance(verb, ModuleType) == (inner is not None)
        if inner is not None and (name, inner) not in {("keys", "list"), ("policy", "starters")}:
            assert callable(getattr(verb, inner.replace("-", "_")))
    assert set(api.__all__) == set(whole.__all__) - {"RunningRun", "audit", "lineage", "policy", "trust"}
    assert all(getattr(api, name) is getattr(whole, name) for name in api.__all__)
    for module in (api, whole):
        with pytest.raises(AttributeError, match="nothing"):
            getattr(module, "nothing")  # noqa: B009


def test_recording_does_not_wait_for_what_promotes() -> None:
    code = "import sys, gitprov; gitprov.run; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "gitprov.recording.run" in done.stdout.split()
    loaded = [one for one in done.stdout.split() if one.startswith(("gitprov.promotion", "gitprov.governance"))]
    assert loaded == []


@pytest.fixture
def serving(tmp_path: Path, gitprov: Gitprov) -> World:
    return make_serving(tmp_path / "world", gitprov)


def test_the_tour_in_python(project: Repo) -> None:
    project.git("rm", "--quiet", "--cached", "raw.csv")
    added = api.add("raw.csv", name="raw", kind="dataset")
    assert [type(one.record).__name__ for one in added.records] == ["Artifact", "Run"]
    with api.run("fit", params={"lr": 0.5}, keep=True) as run:
        data = run.input("data", "raw")
        run.output("model", "model.txt", name="model").write_text(data.read_text() * 2)
    assert run.draft is not None
    project.write("metrics.json", '{"auc": 0.9}')
    assert api.evaluate("model", metrics="metrics.json").records
    project.commit("work")
    assert api.push(refs=False).objects
    assert not api.seal("model", owner="ada", dry_run=True).outcome.records  # an observed environment is refused
    assert api.why("model").members
    assert api.show("model").raw
    assert len(api.log(limit=2).entries) == 2
    assert api.versions("model").versions
    assert [hit.values for hit in api.search("mod", params=["lr=0.5"], sources=["raw"]).hits] == [{"lr": 0.5}]
    assert whole.lineage("model").nodes
    assert [one.name for one in api.impact("raw").retrain] == ["model"]
    assert api.verify(in_cache=True, in_remote=True).findings == ()
    (project.path / "model.txt").unlink()
    assert api.status().paths
    assert api.restore("model").paths
    assert (project.path / "model.txt").read_text() == "1\n1\n"
    assert not api.pull(everything=True).findings
    with pytest.raises(GitprovError, match="GP-NAM"):
        api.diff("model", "nothing-like-it")


def test_a_promotion_in_python(serving: World) -> None:
    alice, bob, carol = serving.alice, serving.bob, serving.carol
    with alice.project():
        assert api.sign("churn@v2").done[0].how == "known"
        assert whole.policy.test().findings == ()
        assert whole.policy.check("churn@v2", to="production").allowed
        assert whole.policy.sign().changes == ()
        with pytest.raises(GitprovError, match="GP-USE-001"):
            api.promote("churn@v2", to="production", reason=" ")
        assert api.promote("churn@v2", to="production", reason="better", dry_run=True).commit is None
        asked = api.promote("churn@v2", to="production", reason="better")
        assert asked.name == "churn/production/2"
        refused, nothing = api.approve(asked.name)
        assert [found.code.id for found in refused.findings] == ["GP-APR-005"]
        assert nothing is None
        assert api.evidence.show(asked.name).summary
        assert api.evidence.verify(asked.name).findings == ()
        alice.git("push", "--quiet", "origin", asked.branch)
    with bob.project():
        bob.git("fetch", "--quiet")
        bob.git("switch", "--quiet", asked.branch)
        assert api.reject(asked.name, reason="no", dry_run=True)[1] is None
        ballot, commit = api.approve(asked.name, reason="read it")
        assert ballot.missing == 0
        assert commit == bob.git("rev-parse", "HEAD")
    serving.land(asked.branch, by="bob")
    carol.pull()
    with carol.project():
        pin = whole.trust.fingerprint()
        assert pin == whole.trust.show(pin=pin).pin
        found = api.verdict("churn/production", pin=pin)
        assert found.says == "churn@v2 is in effect"
        assert found.findings == ()
        assert api.revert("HEAD", dry_run=True).dry_run
        plan, done = api.deploy("churn/production", to=serving.path / "srv", pin=pin)
        assert plan.blocking == ()
        assert done.is_new
        served = api.serve_check(serving.path / "srv", pin=pin, of="churn/production")
        assert served.findings == ()
        assert served.deployment == (done.deployment.id if done.deployment else None)
        assert [one.release for one in api.history("churn/production").entries] == ["churn@v2", "churn@v1"]
        assert whole.audit().verdict.findings == ()
        with pytest.raises(GitprovError, match="GP-"):
            api.acknowledge("GP-HIS-001:refs/heads/main@0", reason="none such")
        assert api.deprecate("churn@v1", reason="old", dry_run=True).records
        assert api.standings("churn@v1").state == "retired"
        assert api.standings("churn/production").serves == "churn@v2"
        for commit, release in ((None, "churn@v2"), ("HEAD~1", "churn@v1")):
            entry = api.serving("churn/production", as_of=commit).serves
            assert entry is not None
            assert entry.release == release


def test_ways_back_and_who_decides_in_python(serving: World) -> None:
    serving.promote("churn@v2")
    with serving.alice.project():
        back = api.rollback("churn/production", reason="slow", dry_run=True)
        assert back.request is not None
        assert (back.request.kind, back.findings) == ("rollback", ())
        assert api.rollback("churn/production", reason="slow", to=1).name == "churn/production/3"
        again = api.renumber("churn/production/3", dry_run=True)
        assert isinstance(again, Requested)
        assert again.name == "churn/production/4"
        with pytest.raises(GitprovError, match="GP-PRO-017"):
            api.renumber("churn@v2", dry_run=True)
        gone = api.withdraw("churn/production", reason="off", dry_run=True)
        assert gone.request is not None
        assert gone.request.kind == "withdraw"
        key = api.keys.export()
        assert [one for one in api.keys.every() if one.is_default] == [key]
        other = api.keys.new("other")
        assert not other.is_default
        proposed = whole.trust.propose(Wish(add={"dan": other.pem or ""}), dry_run=True)
        assert proposed.version == 2
        with pytest.raises(GitprovError, match="GP-TRU"):
            whole.trust.init()
        with pytest.raises(GitprovError, match="GP-NAM-003"):
            api.history("churn")
