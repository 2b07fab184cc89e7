"""`gitprov keep --sweep`: one run out of many, on real git (design: a sweep of 500 runs is one artifact)."""

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from gitprov import api
from gitprov.ids import digest_hex
from gitprov.lineage.sweeps import place_in_set
from gitprov.recording.drafts import Draft, read_drafts
from gitprov.recording.writing import stage, write_records
from gitprov.records import RUN_SET, Artifact, Content, Recipe, Run, decode, store
from gitprov.wiring.project import Project
from tests.flows.recording.conftest import Train
from tests.flows.sweeps import files_of, records_of, write_trials
from tests.support import Gitprov, Repo

_once = TemporaryDirectory(prefix="gitprov-sweep-")


@pytest.fixture
def trials(project: Repo, train: Train) -> list[Draft]:
    """Four drafts of the step train, the first of which really ran."""
    made = Path(_once.name) / "drafts"
    if not made.exists():
        train(keep=False)
        write_trials(project, 4)
        shutil.copytree(project.path, made, symlinks=True)
    shutil.rmtree(project.path)
    shutil.copytree(made, project.path, symlinks=True)
    os.chdir(project.path)
    return read_drafts(Project())[0]


def short(draft: Draft) -> str:
    return f"id:{digest_hex(draft.run_id)[:8]}"


def entries(repo: Repo, name: str) -> dict[str, bytes]:
    """Returns what a run-set holds: path to bytes."""
    (path,) = (repo.path / f".gitprov/artifacts/{name}").rglob("*.yaml")
    record = decode(path.read_bytes())
    assert isinstance(record, Artifact)
    assert isinstance(record.content, Content)
    assert record.kind == "run-set"
    found = {}
    for entry in Project().cache.entries(record.content):
        digits = digest_hex(entry.md5)
        found[entry.path] = (repo.path / ".dvc/cache/files/md5" / digits[:2] / digits[2:]).read_bytes()
    return found


def sweep_of(repo: Repo) -> Run:
    (path,) = (repo.path / ".gitprov/runs/sweep").rglob("*.yaml")
    record = decode(path.read_bytes())
    assert isinstance(record, Run)
    return record


def test_the_best_is_kept_and_the_records_of_all_become_one_artifact(
    project: Repo, trials: list[Draft], gitprov: Gitprov
) -> None:
    best, before = trials[2], project.git("status", "--porcelain")
    would = gitprov("keep", "--sweep", "lr-sweep", short(best), "--dry-run", "--json").json()
    assert project.git("status", "--porcelain") == before
    done = gitprov("keep", "--sweep", "lr-sweep", short(best), "--json").json()
    assert [one["id"] for one in done["recorded"]] == [one["id"] for one in would["recorded"]]
    assert entries(project, "lr-sweep") == {place_in_set(one): one.data for draft in trials for one in draft.records}
    sweep = sweep_of(project).sweep
    assert sweep is not None
    assert (sweep.runs, sweep.kept) == (4, best.run_id)
    assert not list((project.path / ".gitprov/drafts").rglob("*.json"))
    assert (project.path / "model.txt.dvc").exists()
    project.commit("Choose a model")
    gitprov("verify", "--all", "--cache")
    gitprov("restore", "model.txt")
    assert (project.path / "model.txt").read_text() == "model 2\n"
    assert "run-sets" not in gitprov("status").out, "a run-set has no place in the work tree"


def test_answers_say_out_of_how_many_it_was_chosen(trials: list[Draft], gitprov: Gitprov) -> None:
    gitprov("keep", "--sweep", "lr-sweep", short(trials[2]))
    best = "best of 4 (run-set lr-sweep)"
    model = short(trials[2])
    assert best in gitprov("show", model).out
    assert best in gitprov("show", f"id:{digest_hex(trials[2].run.outputs['model'].artifact)[:8]}").out
    assert best in gitprov("why", "churn").out
    assert best in gitprov("log", "train").out
    assert "gathered from 4 runs" in gitprov("why", "lr-sweep").out
    assert gitprov("show", "lr-sweep", "--json").json()["choices"] == []
    (choice,) = gitprov("show", model, "--json").json()["choices"]
    assert (choice["name"], choice["runs"]) == ("lr-sweep", 4)


def test_a_sweep_of_500_stays_within_the_budget(project: Repo, train: Train, gitprov: Gitprov) -> None:
    """What one training adds (design/records.md, "Budget for people"), and three files."""
    train(keep=False)
    trials = write_trials(project, 500)
    assert "best of 500 (run-set lr-sweep)" in gitprov("keep", "--sweep", "lr-sweep", trials[321].name).err
    files = project.git("diff", "--cached", "--name-only").splitlines()
    assert len(files) == 5 + 3
    assert len(entries(project, "lr-sweep")) == 1000
    lines = project.git("diff", "--cached", "--numstat", "--", *[f for f in files if f.endswith(".yaml")]).splitlines()
    assert sum(int(line.split()[0]) for line in lines) <= 80 + 40


def test_whoever_has_the_same_drafts_makes_the_same_run_set(
    project: Repo, trials: list[Draft], gitprov: Gitprov, tmp_path: Path
) -> None:
    shutil.copytree(project.path, tmp_path / "other")
    other = Repo(tmp_path / "other")
    gitprov("keep", "--sweep", "lr-sweep", trials[1].name)
    gitprov("keep", "--sweep", "lr-sweep", trials[3].name, cwd=other.path)
    sets = [{path for path in records_of(repo) if "/lr-sweep/" in path} for repo in (project, other)]
    assert sets[0] == sets[1]
    for repo in (project, other):
        gitprov("verify", "--all", "--cache", cwd=repo.path)


def test_a_command_that_was_cut_off_finishes_with_the_same_ids(
    project: Repo, trials: list[Draft], gitprov: Gitprov, tmp_path: Path
) -> None:
    """Every state in which a crash may leave it, once bytes are safe: drafts go away last."""
    drafts = project.path / ".gitprov/drafts"
    shutil.copytree(drafts, tmp_path / "drafts")
    command = ["keep", "--sweep", "lr-sweep", trials[1].name]
    gitprov(*command)
    done, files = records_of(project), files_of(project.path / ".gitprov")
    for is_staged, left in ((False, trials), (True, trials), (True, trials[2:3]), (True, trials[1:2])):
        for draft in left:
            shutil.copytree(tmp_path / "drafts" / draft.name, drafts / draft.name)
        if not is_staged:
            project.git("reset", "--quiet")
        gitprov(*command)
        assert records_of(project) == done
        assert files_of(project.path / ".gitprov") == files
    assert "already recorded run train" in gitprov(*command).out


def test_a_run_that_was_kept_before_may_be_the_best(project: Repo, trials: list[Draft], gitprov: Gitprov) -> None:
    """It is recorded already, and its record says nothing of sweeps: the run that gathered them does."""
    best = trials[2]
    command = ["keep", "--sweep", "lr-sweep", short(best)]
    gitprov("keep", best.name)
    project.commit("Keep one")
    kept, pointer = records_of(project), (project.path / "model.txt.dvc").read_bytes()
    would = gitprov(*command, "--dry-run", "--json").json()
    done = gitprov(*command, "--json").json()
    assert done["recorded"] == would["recorded"]
    assert sorted(path.split("/")[2] for path in records_of(project) - kept) == ["lr-sweep", "sweep"]
    assert (project.path / "model.txt.dvc").read_bytes() == pointer
    assert entries(project, "lr-sweep") == {place_in_set(one): one.data for draft in trials for one in draft.records}
    assert "best of 4 (run-set lr-sweep)" in gitprov("why", "churn").out
    assert not list((project.path / ".gitprov/drafts").rglob("*.json"))
    project.commit("Choose it")
    gitprov("verify", "--all", "--cache")
    gitprov("keep", short(trials[3]))
    assert "already recorded run train" in gitprov(*command).out
    assert "there is no draft of the step train" in gitprov("keep", "--sweep", "x", short(best), status=2).err


def test_a_loser_is_kept_later(project: Repo, trials: list[Draft], gitprov: Gitprov) -> None:
    gitprov("keep", "--sweep", "lr-sweep", trials[1].name)
    project.commit("Choose a model")
    loser = trials[3]
    pointer = (project.path / "model.txt.dvc").read_bytes()
    would = gitprov("keep", short(loser), "--dry-run", "--json").json()
    assert project.git("status", "--porcelain") == ""
    done = gitprov("keep", short(loser), "--json").json()
    assert done["recorded"] == would["recorded"]
    for one in loser.records:
        assert (project.path / one.path).read_bytes() == one.data
    assert (project.path / "model.txt.dvc").read_bytes() == pointer
    assert "best of 4 (run-set lr-sweep)" in gitprov("show", short(loser)).out
    assert f"already recorded run train {short(loser)}" in gitprov("keep", short(loser)).out
    project.commit("Keep another one")
    gitprov("verify", "--all", "--cache")
    gitprov("restore", short(loser))
    assert (project.path / "model.txt").read_text() == "model 3\n"


def test_a_loser_is_found_by_what_it_made(trials: list[Draft], gitprov: Gitprov) -> None:
    """The sweep was kept by the Python API (demand 37)."""
    assert len(api.keep_sweep("lr-sweep", trials[1].name).records) == 4
    model = digest_hex(trials[3].run.outputs["model"].artifact)
    assert f"recorded run train {short(trials[3])}" in gitprov("keep", f"id:{model[:12]}").out


def test_bytes_that_are_gone_are_told(project: Repo, trials: list[Draft], gitprov: Gitprov) -> None:
    gitprov("keep", "--sweep", "lr-sweep", trials[1].name)
    for loser in trials[2:]:
        made = digest_hex(loser.pointers["model.txt"].md5)
        (project.path / ".dvc/cache/files/md5" / made[:2] / made[2:]).unlink()
    assert "bytes that the cache lacks were not brought: there is no folder" in gitprov("keep", short(trials[2])).err
    project.path.with_name("repo.dvc-remote").mkdir()
    assert "it is recorded, and cannot be restored" in gitprov("keep", short(trials[3])).err


def test_a_run_set_that_somebody_made_up_writes_nothing(project: Repo, trials: list[Draft], gitprov: Gitprov) -> None:
    """Threat: `keep` would write what a pull request brought to a place that it chose, such as a trust version's."""
    loser = next(one for one in trials[3].records if one.id == trials[3].run_id)
    gitprov("keep", "--sweep", "lr-sweep", trials[1].name)
    place = Project()
    content = place.cache.put_directory({"trust/0002.yaml": loser.data})
    made_up = store(Artifact(name="lr-sweep", kind=RUN_SET, content=content, recipe=Recipe(id=content.digest)))
    sweep = sweep_of(project)
    made = replace(sweep.outputs[RUN_SET], artifact=made_up.id, content=content.digest, recipe=content.digest)
    project.git("rm", "--quiet", "--force", "-r", ".gitprov/artifacts/lr-sweep", ".gitprov/runs/sweep")
    stage(place, write_records(place, [made_up, store(replace(sweep, outputs={RUN_SET: made}))]))
    before = project.git("status", "--porcelain")
    refused = gitprov("keep", short(trials[3]), status=1).err
    assert "a run-set holds a record at trust/0002.yaml that belongs at .gitprov/runs/train/" in refused
    assert "GP-LIN-007" in refused
    assert "belongs at" in gitprov("push", "--all", "--no-refs").out
    assert project.git("status", "--porcelain") == before


@pytest.mark.parametrize("is_kept_before", [False, True])
def test_a_pipeline_is_swept_step_by_step(project: Repo, gitprov: Gitprov, is_kept_before: bool) -> None:
    """Each trial cleans, trains and scores: with the winner is kept what it rests on, and what was made of it alone."""
    project.write("copy.py", "import sys; open(sys.argv[2], 'w').write(open(sys.argv[1]).read() + sys.argv[3])\n")
    project.git("add", "copy.py")
    project.commit("copy.py")
    steps = [("clean", "raw", "clean.csv"), ("fit", "clean.csv", "fit.txt"), ("score", "fit.txt", "score.txt")]
    for trial in "12":
        for step, used, made in steps:
            call = [sys.executable, "copy.py", "{inputs.data}", "{outputs.out}", "{params.n}"]
            gitprov(
                "run",
                "--step",
                step,
                "--input",
                f"data={used}",
                "--param",
                f"n={trial}",
                "--output",
                f"out={made}",
                "--",
                *call,
            )
    cleaned, best, *_ = [draft.name for draft in read_drafts(Project())[0]]
    if is_kept_before:
        gitprov("keep", cleaned, best)
    refused = gitprov("keep", "--sweep", "search", best, status=2)
    assert "rests on a run that would not be kept" in refused.err
    fix = f"gitprov keep --sweep search {best} --step fit --step score"
    assert fix in refused.err
    gitprov(*fix.split()[1:])
    steps_kept = sorted(path.split("/")[2] for path in records_of(project) if path.startswith(".gitprov/runs/"))
    assert steps_kept == ["add", "clean", "fit", "score", "sweep"]
    left = gitprov("status", "--json").json()["drafts"]
    assert [one["step"] for one in left] == ["clean"], "its step was not named"
    project.commit("Choose")
    gitprov("verify", "--all", "--cache")
    sweep = sweep_of(project).sweep
    assert sweep is not None
    assert sweep.runs == 2


def test_the_winner_brings_along_a_source_that_another_trial_recorded(project: Repo, gitprov: Gitprov) -> None:
    """Else the winner would rest on data that only a draft knew, and which went away with it."""
    project.write("new.csv", "new\n")
    call = [sys.executable, "train.py", "new.csv", "{outputs.model}"]
    for number in "12":
        gitprov(
            *["run", "--step", "train", "--input", "data=new.csv", "--param", f"n={number}"],
            *["--output", "model=model.txt:churn", "--", *call],
        )
    (last,) = [
        path.parent.name
        for path in (project.path / ".gitprov/drafts").glob("*/draft.json")
        if not list(path.parent.glob("runs/add/*"))
    ]
    gitprov("keep", "--sweep", "search", last)
    project.commit("Choose")
    gitprov("verify", "--all", "--cache")
    assert (project.path / "new.csv.dvc").exists()


def test_what_names_no_one_draft_is_refused(trials: list[Draft], gitprov: Gitprov) -> None:
    several = gitprov("keep", "--sweep", "lr-sweep", "train", status=2)
    assert "train fits 4 runs: which one is to be kept?" in several.err
    assert f"gitprov keep --sweep lr-sweep {trials[-1].name}" in several.err
    assert "no draft fits id:0000" in gitprov("keep", "--sweep", "lr-sweep", "id:0000", status=2).err
    assert (
        "no draft of the step eval" in gitprov("keep", "--sweep", "x", trials[0].name, "--step", "eval", status=2).err
    )
    assert "GP-SCH-003" in gitprov("keep", "--sweep", "Not A Name", trials[0].name, status=2).err
    for words in (["--sweep", "x"], ["--sweep", "x", "a", "b"], ["--step", "train"], ["--sweep", "x", "--drop", "a"]):
        assert "GP-USE-001" in gitprov("keep", *words, status=2).err
    assert "no draft fits id:0000" in gitprov("keep", "id:0000", status=2).err


def test_a_sweep_is_whole_or_is_none(project: Repo, trials: list[Draft], gitprov: Gitprov) -> None:
    """A draft that cannot be read may have been the better one."""
    (project.path / ".gitprov/drafts" / trials[3].name / "draft.json").write_text("{}")
    refused = gitprov("keep", "--sweep", "lr-sweep", trials[1].name, status=2)
    assert f"the draft {trials[3].name} is damaged" in refused.err
    assert records_of(project) == {path for path in records_of(project) if "/train/" not in path}
    gitprov("keep", "--drop", trials[3].name)
    gitprov("keep", "--sweep", "lr-sweep", trials[1].name)
    sweep = sweep_of(project).sweep
    assert sweep is not None
    assert sweep.runs == 3
