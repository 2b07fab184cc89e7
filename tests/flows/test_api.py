"""Demand 37: what the command line does, Python does with the same types."""

import pytest

import gitprov as api
from gitprov import api as whole
from gitprov.cli.main import TABLE
from gitprov.errors import GitprovError
from tests.support import Gitprov, Repo


@pytest.fixture
def project(repo: Repo, gitprov: Gitprov) -> Repo:
    gitprov("init")
    repo.write("requirements.txt", "# nothing\n")
    repo.write("raw.csv", "1\n")
    repo.commit("set up")
    return repo


def test_every_verb_is_there() -> None:
    verbs = {name for section in TABLE.values() for name in section} - {"init"}
    assert verbs <= set(whole.__all__)
    assert set(api.__all__) == set(whole.__all__) - {"RunningRun", "lineage"}
    assert all(callable(getattr(api, name)) for name in api.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        api.nothing  # noqa: B018


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
    assert whole.lineage("model").nodes
    assert api.verify(in_cache=True, in_remote=True).findings == ()
    (project.path / "model.txt").unlink()
    assert api.status().paths
    assert api.restore("model").paths
    assert (project.path / "model.txt").read_text() == "1\n1\n"
    assert not api.pull(everything=True).findings
    with pytest.raises(GitprovError, match="GP-NAM"):
        api.diff("model", "nothing-like-it")
