"""`gitprov import gto` on a registry that GTO itself made, and on hostile tags (issue 7, demand 40)."""

import re
import shlex
import shutil
from collections.abc import Iterator
from contextlib import chdir
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory

import gto.api  # DVC brings it
import pytest

from gitprov.lineage import Ledger
from gitprov.lineage.imports import Import, imports
from gitprov.wiring.opening import open_project
from tests.flows.exchange.dvc_story import dvc
from tests.support import Gitprov, Repo, make_repo

_once = TemporaryDirectory(prefix="gitprov-gto-")

FILES = {
    "dvc.yaml": "artifacts:\n  churn:\n    type: model\n    path: models/churn.bin\n",
    "scoring/dvc.yaml": "artifacts:\n  ranker:\n    path: ranker\n",
    "artifacts.yaml": "plain:\n  path: plain.txt\nmoved:\n  path: ../moved.bin\nlost:\n  path: lost.bin\n",
    "plain.txt": "git has it\n",
    "scoring/ranker/one.bin": "1\n",
    "scoring/ranker/two.bin": "2\n",
}
VERSIONS = ("v1.0.0", "v1.2.0-rc.1+b.7", "v3.0.0")
ACTIONS = {
    "registration": "registered",
    "deregistration": "deregistered",
    "assignment": "assigned",
    "unassignment": "unassigned",
    "deprecation": "deprecated",
}


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gitprov: Gitprov) -> Repo:
    """Three versions of a model that DVC keeps, registered, assigned and taken back by GTO; gitprov knows nothing."""
    made = Path(_once.name) / "repo"
    if not made.exists():
        with chdir(make_repo(made).path):
            _make(Repo(made))
    shutil.copytree(made, tmp_path / "repo", symlinks=True)
    monkeypatch.chdir(tmp_path / "repo")
    gitprov("init")
    return Repo(tmp_path / "repo")


def _make(repo: Repo) -> None:
    dvc("init")
    for path, text in FILES.items():
        repo.write(path, text)
    dvc("add", "scoring/ranker")
    for version in VERSIONS:
        repo.write("models/churn.bin", f"model {version}\n")
        dvc("add", "models/churn.bin")
        repo.commit(f"Model {version}")
        act(repo, "register", "churn", "HEAD", version=version)
        act(repo, "assign", "churn", "prod", ref="HEAD")
        if version == VERSIONS[0]:
            _branch(repo)
    act(repo, "register", "scoring:ranker", "HEAD~1")
    for name in ("plain", "moved", "lost", "team/Unknown_One"):
        act(repo, "register", name, "HEAD", simple=name != "plain")
    act(repo, "assign", "churn", "stage/Blue", ref="HEAD", simple=True)
    act(repo, "unassign", "churn", ref="HEAD", stage="prod")
    act(repo, "deregister", "churn", version=VERSIONS[-1])
    act(repo, "deprecate", "lost", simple=True)


def _branch(repo: Repo) -> None:
    """Registers a version on a branch that is merged nowhere."""
    repo.git("switch", "--quiet", "--create", "side")
    repo.write("models/churn.bin", "aside\n")
    dvc("add", "models/churn.bin")
    repo.commit("Aside")
    act(repo, "register", "churn", "HEAD", version="v0.9.0")
    repo.git("switch", "--quiet", "main")


def act(repo: Repo, verb: str, *arguments: str, **options: object) -> None:
    """Runs a verb of GTO, which writes who did it and why into the tag; each tag is a minute younger than the last."""
    getattr(gto.api, verb)(".", *arguments, message="asked by eve@example.org", **options)
    tags = repo.git("for-each-ref", "--sort=-taggerdate", "--format=%(refname)", "refs/tags/").splitlines()
    text = repo.git("cat-file", "tag", tags[0])
    dated = re.sub(r"(?m)^(tagger .*>) \d+ .*$", rf"\1 {1_700_000_000 + 60 * len(tags)} +0100", text)
    file = repo.write(".git/dated", f"{dated}\n")
    repo.git("update-ref", tags[0], repo.git("hash-object", "-t", "tag", "-w", file))


def told(ledger: Ledger) -> list[Import]:
    return sorted(imports(ledger), key=lambda one: one.says.ref or "")


def subjects(ledger: Ledger) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """Yields each tag that was imported, and the artifacts that it is: names and paths."""
    for one in told(ledger):
        yield str(one.says.ref), tuple((ledger.artifacts[i].name, ledger.paths_of(i)[-1]) for i in one.subjects)


@pytest.mark.usefixtures("registry")
def test_all_that_gto_lists_is_imported(gitprov: Gitprov) -> None:
    """At its time, with the version of its commit; who did it, and the message, may name people and are left out."""
    done = gitprov("import", "gto", "--json").json()
    assert done["findings"] == []
    listed = {one["ref"]: one for one in gto.api.history(".") if one["event"] in ACTIONS}
    found = told(open_project()[1])
    assert len(found) == len(listed) == 16
    for one in found:
        says, wanted = one.says, listed[one.says.ref]
        assert one.at == wanted["timestamp"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert (says.action, says.name) == (ACTIONS[wanted["event"]], wanted["artifact"])
        assert (says.version, says.stage) == (wanted.get("version"), wanted.get("stage"))
        assert says.commit == f"git:{wanted['commit']}"
    assert {one.says.name: one.says.called for one in found if one.says.as_} == {
        "scoring:ranker": "scoring.ranker",
        "team/Unknown_One": "team.unknown_one",
    }
    assert not any(b"example.org" in Path(one["path"]).read_bytes() for one in done["recorded"])


def test_a_version_is_the_artifact_of_its_commit_and_can_be_sealed(registry: Repo, gitprov: Gitprov) -> None:
    """From an unknown registry to a release: each command is the one that was printed before."""
    head = registry.git("rev-parse", "HEAD")
    first = gitprov("import", "gto")
    assert first.out == (
        "recorded 16 events of a GTO registry\n"
        "no artifact is recorded of 5 versions: churn v1.0.0, churn v0.9.0, churn v1.2.0-rc.1+b.7, churn v3.0.0, "
        "scoring:ranker v0.0.1 (gitprov import dvc --history, then import again)\n"
    )
    assert {line for line in first.err.splitlines() if "at 1 of its commits" in line} == {
        "note: moved: neither dvc.yaml nor artifacts.yaml says which file it is, at 1 of its commits",
        "note: team/Unknown_One: neither dvc.yaml nor artifacts.yaml says which file it is, at 1 of its commits",
        "note: lost: neither DVC nor git has lost.bin, at 1 of its commits",
        "note: plain: git has plain.txt, and it is not recorded (gitprov add), at 1 of its commits",
    }
    gitprov("import", "dvc", "--history")
    gitprov("add", "plain.txt")
    would = gitprov("import", "gto", "--dry-run", "--json").json()
    done = gitprov("import", "gto", "--json").json()
    assert [one["id"] for one in would["recorded"]] == [one["id"] for one in done["recorded"]]
    assert len(done["recorded"]) == 11
    assert done["unrecorded"] == ["churn v0.9.0"], "it is on no chain that HEAD has"
    gitprov("import", "dvc", "--rev", "churn@v0.9.0")
    assert len(gitprov("import", "gto", "--json").json()["recorded"]) == 1
    _, ledger = open_project()
    found = dict(subjects(ledger))
    assert found["plain@v0.0.1#1"] == (("plain.txt", "plain.txt"),)
    assert found["scoring=ranker@v0.0.1"] == (("scoring.ranker", "scoring/ranker"),)
    refs = [f"churn@{version}" for version in VERSIONS]
    contents = [ledger.artifacts[one.subjects[0]].content for one in told(ledger) if one.says.ref in refs]
    assert len({one.digest for one in contents}) == 3
    assert {tag for tag, artifacts in found.items() if not artifacts} == {
        "lost@deprecated",
        "lost@v0.0.1",
        "moved@v0.0.1",
        "team/Unknown_One@v0.0.1",
    }
    assert gitprov("import", "gto", "--json").json()["recorded"] == []

    registry.commit("Records")
    gitprov("push", "--no-refs")
    assert not ledger.releases
    shown = gitprov("import", "gto").out.splitlines()
    assert shown[0] == "everything is recorded"
    commands = [line.strip() for line in shown if line.startswith("  gitprov seal")]
    (command,) = (line for line in commands if line.startswith("gitprov seal churn "))
    assert len(commands) == 3, "of each name the last version that is registered and recorded"
    gitprov(*shlex.split(command)[1:])
    _, ledger = open_project()
    (release,) = ledger.releases.values()
    sealed = ledger.artifacts[release.members["model"].artifact]
    (registered,) = (one for one in told(ledger) if one.says.ref == f"churn@{VERSIONS[1]}")
    assert [ledger.artifacts[one] for one in registered.subjects] == [sealed], "v3.0.0 was deregistered"
    assert "gitprov seal churn " not in gitprov("import", "gto").out
    registry.commit("Release")
    assert gitprov("verify").out.startswith("nothing wrong")
    assert registry.git("rev-parse", "HEAD~2") == head


def test_readers_say_what_was_imported_and_that_it_is_no_promotion(
    registry: Repo, gitprov: Gitprov, tmp_path: Path
) -> None:
    """In a bare clone too, where people look: by name, by artifact, by stage."""
    gitprov("import", "dvc", "--history")
    gitprov("import", "gto")
    registry.commit("Records")
    registry.git("clone", "--quiet", "--bare", ".", tmp_path / "bare.git")
    (model,) = (one.subjects[0] for one in told(open_project()[1]) if one.says.ref == f"churn@{VERSIONS[1]}")
    kept = "imported from gto: churn v1.2.0-rc.1+b.7, registered (2023-11-14 22:17:20Z)"
    staged = "imported from gto: churn v1.2.0-rc.1+b.7, assigned to prod: not a promotion (2023-11-14 22:18:20Z)"
    last = "imported from gto: churn v3.0.0, assigned to prod no more"
    for where in (registry.path, tmp_path / "bare.git"):
        assert gitprov("show", model, cwd=where).out.splitlines()[1:3] == [kept, staged]
        explained = gitprov("why", model, cwd=where).out.splitlines()
        assert [line.strip() for line in explained if "gto" in line] == [kept, staged]
        listed = gitprov("log", "churn", cwd=where).out
        assert last in listed
        assert "scoring" not in listed
        refused = gitprov("why", "churn/prod", cwd=where, status=2).err
        assert f"nothing is promoted to churn/prod\n  why: {last}\n  fix: gitprov log churn\n" in refused
    assert gitprov("why", model, "--json").json()["members"][""]["imported"][1]["says"]["stage"] == "prod"
