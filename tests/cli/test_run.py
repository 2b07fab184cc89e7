"""What `gitprov run` makes of its words, and how the commands that write say what they staged."""

import sys

import pytest

from tests.support import Gitprov, Repo

STAGES = "stages:\n  train:\n    cmd: echo made > model.txt\n    outs:\n      - model.txt\n"


@pytest.fixture
def ready(repo: Repo, gitprov: Gitprov) -> Repo:
    """An initialised repository with one stage and nothing recorded."""
    repo.write("dvc.yaml", STAGES)
    repo.write("requirements.txt", "\n")
    gitprov("init")
    repo.commit("set up")
    return repo


@pytest.mark.usefixtures("ready")
def test_what_stands_after_the_dashes_is_a_command_and_never_a_stage(gitprov: Gitprov) -> None:
    refused = gitprov("run", "--", "train", status=2).err
    assert "a run without an output records nothing" in refused
    assert "fix: gitprov run --output ROLE=PATH -- train" in refused
    assert "there is no stage nothing" in gitprov("run", "nothing", status=2).err
    assert gitprov("run", "train").out.startswith("draft artifact ")


@pytest.mark.parametrize("command", ["run", "ticket"])
def test_words_on_both_sides_of_the_dashes_are_refused(ready: Repo, command: str, gitprov: Gitprov) -> None:
    """A step's name there would be taken for the program, and the program for its argument."""
    refused = gitprov(command, "nightly", "--output", "m=m.txt", "--", "touch", "m.txt", status=2).err
    assert "nightly stands before --, and a command behind it" in refused
    assert f"fix: gitprov {command} --step NAME --output ROLE=PATH -- CMD  # or gitprov {command} STAGE" in refused
    assert "train stands before --" in gitprov(command, "train", "--", status=2).err
    assert not (ready.path / "m.txt").exists()


def test_the_dashes_of_the_command_itself_are_its_own(ready: Repo, gitprov: Gitprov) -> None:
    gitprov("run", "--output", "m=m.txt", "--", "touch", "--", "m.txt")
    assert (ready.path / "m.txt").exists()


@pytest.mark.usefixtures("ready")
def test_a_stage_takes_no_parameters_of_its_own(gitprov: Gitprov) -> None:
    refused = gitprov("run", "train", "--param", "lr=1", status=2).err
    assert "train is a stage" in refused
    assert "--param" in refused
    assert refused.endswith("fix: gitprov run train\n")


def test_the_way_out_is_said_once(ready: Repo, gitprov: Gitprov) -> None:
    said = gitprov("run", "--output", "model=m.txt", "--", sys.executable, "-c", "pass").err
    assert said.count("gitprov keep") == 1
    ready.write("m.txt", "made by hand\n")
    gitprov("keep")


def test_only_files_that_changed_in_the_index_are_called_staged(ready: Repo, gitprov: Gitprov) -> None:
    ready.write("a.csv", "a\n")
    first = gitprov("add", "a.csv").out.splitlines()
    assert [line.split("/")[0] for line in first if line.startswith("  ")] == [
        "  staged .gitprov",
        "  staged .gitprov",
        "  staged .gitprov",
        "  staged .gitignore",
        "  staged a.csv.dvc",
    ]
    assert "  staged" not in gitprov("add", "a.csv").out
    ready.commit("a")
    ready.write("b.csv", "b\n")
    staged = gitprov("add", "b.csv", "a.csv", "--json").json()["staged"]
    assert [path for path in staged if not path.startswith(".gitprov/")] == [".gitignore", "b.csv.dvc"]
    assert sorted(staged) == ready.git("diff", "--cached", "--name-only").splitlines()


def test_a_record_stands_above_its_file(ready: Repo, gitprov: Gitprov) -> None:
    ready.write("a.csv", "a\n")
    out = gitprov("add", "a.csv").out.splitlines()
    assert out[0].startswith("recorded artifact a.csv id:")
    assert out[0].endswith("(dataset, 2 B)")
    assert out[1].startswith("  staged .gitprov/artifacts/a.csv/")
    assert out[2].startswith("recorded run add id:")
    assert out[3].startswith("  staged .gitprov/runs/add/")


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(
    ("option", "said"),
    [
        (["--output", "m.txt"], "--output 'm.txt' has not the form ROLE=PATH"),
        (["--output", "m=m.txt", "--input", "raw"], "--input 'raw' has not the form ROLE=ARTIFACT"),
        (["--output", "m=m.txt", "--param", "lr"], "--param 'lr' has not the form NAME=VALUE"),
        (["--output", "Model=m.txt"], "'Model' cannot be a role"),
        (["--output", "m=m.txt:Model"], "'Model' cannot be an artifact's name"),
    ],
)
def test_what_is_misspelt_is_called_as_people_know_it(option: list[str], said: str, gitprov: Gitprov) -> None:
    assert said in gitprov("run", *option, "--", "true", status=2).err


@pytest.mark.usefixtures("ready")
def test_a_secret_is_refused_with_its_place_and_the_way_out(gitprov: Gitprov) -> None:
    """Demand 34: what people read; every place at once, and no secret."""
    words = ["run", "--output", "o=o.txt", "--param", "url=https://ada:pa55@host", "--", "curl", "https://t0ken@host"]
    assert gitprov(*words, status=2).err == (
        "error[GP-SEC-001]: a secret stands in run command[1] (user information in a URL), "
        "run params.url (user information in a URL)\n"
        "  why: records are committed and shared, and never changed again\n"
        "  fix: take it out, and pass it by its name: gitprov run --secret NAME; "
        "what is no secret can be listed in .gitprov/project.yaml under secrets: allow:\n"
    )


@pytest.mark.usefixtures("ready")
def test_a_secret_that_is_not_set_is_refused_with_the_way_out(gitprov: Gitprov) -> None:
    assert gitprov("run", "train", "--secret", "NOWHERE", status=2).err == (
        "error[GP-SEC-002]: no value for the secret NOWHERE\n"
        "  why: the environment variable that it comes from is not set, or has fewer than 6 characters\n"
        "  fix: set it without echo: read -rs NAME && export NAME\n"
    )
