"""What `gitprov run` refuses before the command starts, and what it never takes from the cache."""

import os
import sys
from pathlib import Path

import pytest

import gitprov as api
from gitprov.errors import GitprovError
from gitprov.records import Run, decode
from tests.support import Gitprov, Repo, make_repo

WRITE = "import sys; [open(path, 'w').write('made') for path in sys.argv[1:]]"


def only_run(repo: Repo, step: str) -> Run:
    (path,) = (repo.path / f".gitprov/runs/{step}").glob("*/*.yaml")
    run = decode(path.read_bytes())
    assert isinstance(run, Run)
    return run


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--output", "a=x", "--output", "b=x"], "GP-USE-001"),
        (["--output", "a=out", "--output", "b=out/x"], "GP-USE-001"),
        (["--input", "d=data/raw.csv", "--output", "a=data/raw.csv"], "GP-USE-001"),
        (["--input", "d=data", "--output", "a=data/new.csv"], "GP-USE-001"),
        (["--output", "a=."], "GP-PTH-002"),
        (["--output", "a=.gitprov/x"], "GP-PTH-002"),
        (["--output", "a=.git/x"], "GP-PTH-002"),
        (["--output", "a=../x"], "GP-PTH-001"),
        (["--output", "a=train.py"], "GP-RUN-003"),
        (["--container", "host:5000/image:tag", "--output", "a=x"], "GP-RUN-002"),
    ],
)
def test_what_nobody_could_tell_apart_is_refused(
    project: Repo, gitprov: Gitprov, options: list[str], code: str
) -> None:
    refused = gitprov("run", *options, "--", sys.executable, "train.py", "x", "ran", status=2)
    assert code in refused.err
    assert not (project.path / "ran").exists()


def test_an_input_that_the_command_cannot_find_is_refused(project: Repo, gitprov: Gitprov) -> None:
    """The work tree holds other bytes: the record must not say that the command read the recorded ones."""
    project.write("data/raw.csv", "edited\n")
    refused = gitprov("run", "--input", "d=raw", "--output", "a=x", "--", sys.executable, "-c", WRITE, "x", status=2)
    assert "{inputs.d}" in refused.err
    assert not (project.path / "x").exists()


def test_a_path_is_what_it_holds_now(project: Repo, gitprov: Gitprov) -> None:
    """A source named after its path is not mistaken for its earlier bytes."""
    script = "import sys; open('x', 'w').write(open(sys.argv[1]).read())"
    for text in ("one", "two"):
        project.write("in.txt", text)
        gitprov(
            *["run", "--step", "s", "--input", "d=in.txt", "--output", "a=x", "--keep", "--", sys.executable],
            *["-c", script, "{inputs.d}"],
        )
        assert (project.path / "x").read_text() == text


def test_a_restored_input_is_read_only_and_goes_away(project: Repo, gitprov: Gitprov) -> None:
    (project.path / "data/raw.csv").unlink()
    script = "import os, sys; open('m', 'w').write(oct(os.stat(sys.argv[1]).st_mode & 0o222))"
    gitprov(
        "run", "--step", "use", "--input", "d=raw", "--output", "m=m", "--", sys.executable, "-c", script, "{inputs.d}"
    )
    assert (project.path / "m").read_text() == "0o0"
    assert {path.name for path in (project.path / ".gitprov/drafts").iterdir()}.isdisjoint({"inputs", "params"})


@pytest.mark.parametrize("where", ["inside", "outside"])
def test_code_that_nobody_declared_is_never_served_from_the_cache(
    project: Repo, gitprov: Gitprov, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edited module outside the code paths, also behind a symlink, and also when Python reads only its byte code."""
    folder = project.path if where == "inside" else project.path.parent
    if where == "outside":
        (project.path / "lib").symlink_to("../lib")
    (folder / "lib").mkdir()
    (folder / "lib/helper.py").write_text("VALUE = 'one'\n")
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    project.write("use.py", "import sys; sys.path.append('lib'); import helper; open('o', 'w').write(helper.VALUE)\n")
    command = ["run", "--step", "use", "--code", "use.py", "--output", "o=o", "--keep", "--", sys.executable, "use.py"]
    gitprov(*command, "--warm")
    assert "which nobody declared" in gitprov(*command).err
    assert any("helper.py" in path for path in only_run_of(project, "use").undeclared or ())
    (folder / "lib/helper.py").write_text("VALUE = 'other'\n")
    assert "helper.py, which nobody declared" in gitprov(*command).err
    assert (project.path / "o").read_text() == "other"


def only_run_of(repo: Repo, step: str) -> Run:
    runs = [decode(path.read_bytes()) for path in (repo.path / f".gitprov/runs/{step}").glob("*/*.yaml")]
    return next(run for run in runs if isinstance(run, Run) and "--warm" not in (run.command or ()))


def test_what_came_of_a_changing_input_is_not_served(project: Repo, gitprov: Gitprov) -> None:
    script = "open('data/raw.csv','a').write('3,4\\n'); open('m','w').write('x')"
    command = [
        *["run", "--step", "spoil", "--input", "data=data/raw.csv", "--output", "m=m:out", "--keep"],
        *["--", sys.executable, "-c", script],
    ]
    gitprov(*command)
    project.write("data/raw.csv", "a,b\n1,2\n")
    assert "the input data changed while it ran before" in gitprov(*command).err


def test_a_name_that_is_no_text_does_not_spoil_the_run(project: Repo, gitprov: Gitprov) -> None:
    """What is seen only while the command runs can never make its record impossible."""
    names = [b"odd-\xff.txt", *(b"%03d-" % n + b"x" * 200 for n in range(60))]
    folder = os.fsencode(project.path / "seen")
    os.mkdir(folder)
    for name in names:
        with open(os.path.join(folder, name), "w") as file:
            file.write("1")
    (project.path / ".gitignore").write_text("seen/\n")
    script = "import os; [open(b'seen/' + name).read() for name in os.listdir(b'seen')]; open('m', 'w').write('x')"
    big = "p=" + '"' + "v" * 57000 + '"'
    options = ["--step", "odd", "--param", big, "--output", "m=m", "--keep"]
    done = gitprov("run", *options, "--", sys.executable, "-c", script)
    assert "error" not in done.err
    assert (only_run(project, "odd").undeclared or ("",))[-1].endswith(" more")


def test_drafts_are_dropped(project: Repo, gitprov: Gitprov) -> None:
    gitprov("run", "--step", "good", "--output", "a=a", "--", sys.executable, "-c", WRITE, "a")
    gitprov("run", "--step", "late", "--output", "b=b", "--", sys.executable, "-c", WRITE)
    refused = gitprov("keep", "--drop", status=2)
    assert "GP-USE-001" in refused.err
    assert "would drop" in gitprov("keep", "--drop", "good", "late", "--dry-run").out
    assert gitprov("keep", "--drop", "good", "late").out.count("dropped") == 2
    assert "GP-RUN-008" in gitprov("keep", status=2).err
    assert (project.path / "a").exists()
    assert "GP-RUN-008" in gitprov("keep", "--drop", "good", status=2).err


def test_a_damaged_draft_holds_up_no_other_and_is_dropped(project: Repo, gitprov: Gitprov) -> None:
    for name in ("one", "two"):
        gitprov("run", "--step", name, "--output", f"{name}={name}", "--", sys.executable, "-c", WRITE, name)
    (folder,) = (project.path / ".gitprov/drafts").glob("one-*")
    (folder / "draft.json").write_text("{")
    done = gitprov("keep")
    assert "recorded run two" in done.out
    assert f"gitprov keep --drop {folder.name}" in done.err
    gitprov("keep", "--drop", folder.name)
    assert not folder.exists()


def test_what_ran_last_is_what_the_pointer_says(project: Repo, gitprov: Gitprov) -> None:
    """Drafts are kept in the order of their runs, whatever their ids are."""
    for number in range(6):
        script = f"open('m', 'w').write('{number}')"
        gitprov("run", "--step", "s", "--output", "m=m", "--", sys.executable, "-c", script)
    gitprov("keep")
    assert "md5: e4da3b7fbbce2345d7772b0674a318d5" in (project.path / "m.dvc").read_text()


def test_a_known_draft_is_kept_when_asked(project: Repo, gitprov: Gitprov) -> None:
    command = ["run", "--step", "s", "--output", "m=m", "--", sys.executable, "-c", WRITE, "m"]
    gitprov(*command)
    again = gitprov(*command)
    assert "next: gitprov keep s-" in again.out
    assert not (project.path / "m.dvc").exists()
    gitprov(*command[:3], "--keep", *command[3:])
    assert only_run(project, "s").exit == 0
    assert (project.path / "m.dvc").exists()


@pytest.mark.usefixtures("project")
def test_a_step_is_no_prefix_of_another(gitprov: Gitprov) -> None:
    for name in ("train", "train-large"):
        gitprov("run", "--step", name, "--output", f"{name}={name}", "--", sys.executable, "-c", WRITE, name)
    assert "train-large" not in gitprov("keep", "train").out
    assert "recorded run train-large" in gitprov("keep").out


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"container": "python:3"}, "GP-RUN-002"),
        ({"params": {"seed": 2**64}}, "GP-VAL-001"),
        ({"locks": ["no"]}, "GP-PTH"),
    ],
)
@pytest.mark.usefixtures("project")
def test_python_is_told_before_its_block_runs(options: dict[str, object], code: str) -> None:
    """Hours of training are not to end with what could have been said at once."""
    with pytest.raises(GitprovError, match=code), api.run("fit", **options):  # type: ignore[arg-type]
        pytest.fail("the block ran")
    with pytest.raises(GitprovError, match="GP-SCH-003"), api.run("Not A Name"):
        pytest.fail("the block ran")


def test_python_roles_and_outputs_are_one_thing_each(project: Repo) -> None:
    with api.run("fit", keep=True) as run:
        assert run.input("data", "raw") == run.input("data", "raw")
        model = run.output("model", "fit.txt")
        assert run.output("model", "fit.txt") == model
        with pytest.raises(GitprovError, match="GP-USE-001"):
            run.output("model", "other.txt")
        with pytest.raises(GitprovError, match="GP-USE-001"):
            run.output("other", "fit.txt/x")
        with pytest.raises(GitprovError, match="GP-PTH-002"):
            run.output("git", ".git/x")
        model.write_text("x")
    assert set(only_run(project, "fit").outputs) == {"model"}


def test_a_submodule_with_changes_is_refused(project: Repo, gitprov: Gitprov, tmp_path: Path) -> None:
    """Its commit is all that the recipe would say of it: an edit in it must not be served the old result."""
    tool = make_repo(tmp_path / "tool")
    tool.write("tool.py", "VALUE = 1\n")
    tool.commit()
    project.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", tool.path, "tool")
    project.commit("a submodule")
    command = ["run", "--step", "s", "--output", "m=m", "--keep", "--", sys.executable, "-c", WRITE, "m"]
    project.write("tool/__pycache__/tool.pyc", "not of the repository")
    gitprov(*command)
    project.write("tool/tool.py", "VALUE = 2\n")
    refused = gitprov(*command, status=2)
    assert "GP-RUN-003" in refused.err
    assert "git -C tool commit -a" in refused.err
    gitprov(*command[:1], "--code", "train.py", *command[1:])
