"""`gitprov run` and `gitprov keep` (demands 1, 5, 7)."""

import json
import sys

import pytest

import gitprov as api
from gitprov.records import Artifact, Run, decode
from tests.flows.recording.conftest import Train
from tests.support import Gitprov, Repo


def only_run(repo: Repo, step: str = "train") -> Run:
    (path,) = (repo.path / f".gitprov/runs/{step}").glob("*/*.yaml")
    run = decode(path.read_bytes())
    assert isinstance(run, Run)
    return run


def models(repo: Repo) -> list[Artifact]:
    found = [decode(path.read_bytes()) for path in sorted((repo.path / ".gitprov/artifacts/churn").glob("*/*.yaml"))]
    return [one for one in found if isinstance(one, Artifact)]


def test_a_run_is_recorded_whole(project: Repo, train: Train) -> None:
    """Demands 5 and 7: inputs before and after, code, environment, parameters, hardware, times."""
    result = train()
    assert result["exit"] == 0
    run = only_run(project)
    assert run.exit == 0
    assert run.params == {"lr": 0.1}
    assert run.inputs["data"].after == "same"
    assert run.inputs["data"].path == "data/raw.csv"
    assert run.code is not None
    assert run.code.commit == f"git:{project.git('rev-parse', 'HEAD')}"
    assert run.code.dirty is False
    assert run.code.listing is not None
    assert run.environment is not None
    assert [lock.path for lock in run.environment.locks or ()] == ["requirements.txt"]
    assert run.environment.hardware
    assert run.environment.python
    assert run.started
    assert run.finished
    assert run.started <= run.finished
    assert set(run.declared) == {"actor", "locks", "params"}
    (model,) = models(project)
    assert model.recipe.command is not None
    assert model.recipe.command[1:] == ("train.py", "{inputs.data}", "{outputs.model}")
    assert "/" not in model.recipe.command[0]
    assert model.recipe.id == model.recipe.expected_id()
    assert (project.path / "model.txt").read_text().startswith("model of 8 bytes, {'lr': 0.1}")
    assert (project.path / "model.txt.dvc").is_file()


def test_a_draft_is_kept_later(project: Repo, train: Train, gitprov: Gitprov) -> None:
    train(keep=False)
    assert project.git("diff", "--cached", "--name-only") == ""
    kept = gitprov("keep", "train", "--json").json()
    assert {one["type"] for one in kept["recorded"]} == {"artifact", "run"}
    assert "model.txt.dvc" in kept["staged"]
    assert not list((project.path / ".gitprov/drafts").glob("train-*"))
    assert "GP-RUN-008" in gitprov("keep", status=2).err


def test_keep_dry_run_changes_nothing(project: Repo, train: Train, gitprov: Gitprov) -> None:
    train(keep=False)
    gitprov("keep", "--dry-run")
    assert project.git("diff", "--cached", "--name-only") == ""
    gitprov("keep")


def test_a_known_recipe_is_restored(project: Repo, train: Train) -> None:
    train()
    project.commit()
    (project.path / "model.txt").unlink()
    again = train()
    assert list(again["restored"]) == ["model.txt"]  # type: ignore[call-overload]
    assert (project.path / "model.txt").is_file()
    assert len(models(project)) == 1
    forced = train("--force")
    assert forced["restored"] is None


def test_a_readme_edit_and_another_teams_commit_change_no_recipe(project: Repo, train: Train) -> None:
    first = train()["recipes"]
    project.write("README.md", "edited\n")
    project.write("docs/notes.txt", "other\n")
    project.write(".github/workflows/x.yml", "on: push\n")
    project.commit("another team")
    assert train()["recipes"] == first


def test_an_untracked_script_edit_changes_the_recipe(project: Repo, train: Train) -> None:
    first = train("--dry-run")["recipes"]
    project.write("helper.py", "x = 1\n")
    second = train("--dry-run")["recipes"]
    project.write("helper.py", "x = 2\n")
    third = train("--dry-run")["recipes"]
    assert len({json.dumps(one) for one in (first, second, third)}) == 3


def test_the_same_recipe_with_other_bytes_is_another_artifact(project: Repo, gitprov: Gitprov) -> None:
    project.write("random.py", "import os, sys; open(sys.argv[1], 'wb').write(os.urandom(8))\n")
    arguments = [
        "run",
        "--output",
        "model=m.bin:churn",
        "--keep",
        "--force",
        "--",
        sys.executable,
        "random.py",
        "m.bin",
    ]
    gitprov(*arguments)
    earlier = models(project)
    done = gitprov(*arguments)
    assert "gave other bytes before" in done.err
    assert len(models(project)) == len(earlier) + 1 == 2
    refused = gitprov(*[one for one in arguments if one != "--force"], status=2)
    assert "GP-RUN-007" in refused.err


@pytest.mark.usefixtures("project")
def test_a_failing_command_gives_its_own_status(gitprov: Gitprov) -> None:
    done = gitprov("run", "--output", "model=m", "--", sys.executable, "-c", "raise SystemExit(7)", status=7)
    assert "nothing was recorded" in done.err
    assert "GP-RUN-008" in gitprov("keep", status=2).err


def test_nothing_of_ours_fails_after_success(project: Repo, gitprov: Gitprov) -> None:
    """The command succeeded: its status counts, and `keep` finishes what was left."""
    done = gitprov("run", "--output", "model=late.txt", "--", sys.executable, "-c", "pass", status=0)
    assert "GP-RUN-004" in done.err
    assert "gitprov keep" in done.err
    project.write("late.txt", "made by hand\n")
    kept = gitprov("keep", "--json").json()
    assert {one["type"] for one in kept["recorded"]} == {"artifact", "run"}


def test_what_an_old_run_left_undone_is_not_blamed_for_what_a_new_one_made(project: Repo, gitprov: Gitprov) -> None:
    """A run without its output waits for it; once another run makes that path, nobody may take it for the old one's."""
    nothing, write = "pass", "open('late.txt', 'w').write('new')"
    gitprov("run", "--step", "old", "--output", "model=late.txt", "--", sys.executable, "-c", nothing)
    done = gitprov("run", "--step", "new", "--output", "m=late.txt", "--keep", "--", sys.executable, "-c", write)
    assert "an earlier run is forgotten" in done.err
    assert {path.parents[1].name for path in (project.path / ".gitprov/runs").rglob("*.yaml")} == {"add", "new"}
    assert "GP-RUN-008" in gitprov("keep", status=2).err


def test_a_run_that_cannot_be_finished_holds_up_no_other(project: Repo, gitprov: Gitprov) -> None:
    gitprov("run", "--step", "old", "--output", "model=late.txt", "--", sys.executable, "-c", "pass")
    write = "open('other.txt', 'w').write('new')"
    done = gitprov("run", "--step", "new", "--output", "m=other.txt", "--keep", "--", sys.executable, "-c", write)
    assert "a run is not kept yet: the command left nothing at late.txt" in done.err
    assert "other.txt.dvc" in project.git("diff", "--cached", "--name-only")
    assert "GP-RUN-004" in gitprov("keep", status=5).err
    project.write("late.txt", "moved to its place\n")
    assert "recorded run old" in gitprov("keep").out


def test_an_output_put_there_later_is_declared(project: Repo, gitprov: Gitprov) -> None:
    gitprov("run", "--step", "late", "--output", "model=late.txt", "--", sys.executable, "-c", "pass")
    project.write("late.txt", "made by hand\n")
    assert "put there after the command had ended" in gitprov("keep").err
    assert "outputs" in only_run(project, "late").declared


def test_an_output_that_somebody_changed_meanwhile_is_refused(project: Repo, gitprov: Gitprov) -> None:
    """What lies there is no longer what the command left: no record may say that it made it."""
    script = "open('one.txt', 'w').write('by the command')"
    gitprov("run", "--output", "a=one.txt", "--output", "b=two.txt", "--", sys.executable, "-c", script)
    project.write("one.txt", "by hand, and longer")
    project.write("two.txt", "x")
    refused = gitprov("keep", status=2)
    assert "GP-RUN-001" in refused.err
    assert "one.txt" in refused.err
    assert not list((project.path / ".gitprov/artifacts/a").glob("*/*.yaml"))


def test_an_input_that_changes_is_recorded_as_changed(project: Repo, gitprov: Gitprov) -> None:
    script = "open('data/raw.csv','a').write('3,4\\n'); open('m','w').write('x')"
    done = gitprov(
        *["run", "--step", "spoil", "--input", "data=raw", "--output", "model=m:churn", "--keep"],
        *["--", sys.executable, "-c", script],
    )
    assert "changed while the command ran" in done.err
    assert only_run(project, "spoil").inputs["data"].after == "changed"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--container", "python:3.12"], "GP-RUN-002"),
        (["--param", "bad"], "GP-USE-001"),
        (["--param", "seed=18446744073709551616"], "GP-VAL-001"),
        (["--input", "data=nothing-like-it"], "GP-NAM-001"),
        (["--lock", "missing.lock"], "GP-PTH-006"),
        (["--step", "Not A Name"], "GP-SCH-003"),
    ],
)
def test_what_cannot_be_recorded_is_refused_before_it_runs(
    project: Repo, gitprov: Gitprov, options: list[str], code: str
) -> None:
    script = "open('ran','w').write('x')"
    refused = gitprov("run", *options, "--output", "model=m", "--", sys.executable, "-c", script, status=2)
    assert code in refused.err
    assert not (project.path / "ran").exists()


def test_a_script_outside_the_code_is_refused(project: Repo, gitprov: Gitprov) -> None:
    project.write("other/tool.py", "print(1)\n")
    refused = gitprov("run", "--code", "train.py", "--output", "m=m", "--", sys.executable, "other/tool.py", status=2)
    assert "GP-RUN-003" in refused.err
    assert "--code other/tool.py" in refused.err


@pytest.mark.usefixtures("project")
def test_a_placeholder_that_names_nothing_is_refused(gitprov: Gitprov) -> None:
    refused = gitprov("run", "--output", "m=m", "--", sys.executable, "train.py", "{params.rate}", status=2)
    assert "GP-RUN-006" in refused.err


def test_undeclared_files_are_listed(project: Repo, gitprov: Gitprov) -> None:
    project.write("secret.csv", "1\n")
    script = "open('m','w').write(open('secret.csv').read())"
    gitprov(
        "run", "--step", "peek", "--code", "train.py", "--output", "m=m", "--keep", "--", sys.executable, "-c", script
    )
    assert only_run(project, "peek").undeclared == ("secret.csv",)


def test_an_unrecorded_path_becomes_a_source(project: Repo, gitprov: Gitprov) -> None:
    project.write("extra.csv", "9\n")
    gitprov(
        *["run", "--step", "use", "--input", "data=extra.csv", "--output", "m=m:out", "--keep"],
        *["--", sys.executable, "-c", "open('m','w').write('x')"],
    )
    assert list((project.path / ".gitprov/artifacts/extra.csv").glob("*/*.yaml"))
    assert (project.path / "extra.csv.dvc").is_file()


def test_an_input_that_is_not_in_the_work_tree_is_restored_for_the_command(project: Repo, gitprov: Gitprov) -> None:
    (project.path / "data/raw.csv").unlink()
    script = "import sys; open('m','w').write(open(sys.argv[1]).read())"
    gitprov(
        *["run", "--step", "use", "--input", "data=raw", "--output", "m=m:out", "--keep"],
        *["--", sys.executable, "-c", script, "{inputs.data}"],
    )
    assert (project.path / "m").read_text() == "a,b\n1,2\n"
    assert only_run(project, "use").inputs["data"].path is None


def test_the_seed_is_a_parameter(project: Repo, gitprov: Gitprov) -> None:
    gitprov(
        "run", "--step", "s", "--seed", "7", "--output", "m=m", "--keep", "--", sys.executable, "-c", "open('m','w')"
    )
    assert only_run(project, "s").params == {"seed": 7}


def test_a_training_stays_within_the_budget(project: Repo, train: Train) -> None:
    """A training adds at most 5 files and 80 lines, its signature among them."""
    train()
    stat = project.git("diff", "--cached", "--numstat").splitlines()
    lines = sum(int(row.split("\t")[0]) for row in stat)
    assert len(stat) <= 5, stat
    assert lines <= 80, stat


def test_the_python_api_records_a_block(project: Repo) -> None:
    """Demand 37."""
    with api.run("fit", params={"lr": 0.5}, keep=True) as run:
        data = run.input("data", "raw")
        model = run.output("model", "fit.txt", name="fit")
        model.write_text(f"{len(data.read_text())} {run.params['lr']}")
    record = only_run(project, "fit")
    assert record.params == {"lr": 0.5}
    assert record.inputs["data"].after == "same"
    with pytest.raises(ValueError, match="mine"), api.run("boom"):
        raise ValueError("mine")
    assert not (project.path / ".gitprov/runs/boom").exists()
