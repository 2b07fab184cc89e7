"""Secrets stay out of records, releases and everything else that is kept (demand 34, threat A31)."""

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import gitprov as api
from tests.adapters.secrets.fakes import TOKENS
from tests.flows.recording.conftest import Train
from tests.flows.recording.stages import dvc
from tests.support import Gitprov, Outcome, Repo

URL = "https://ada:pa55-w0rd@store.example.org/x"
TOKEN = TOKENS["GitHub Token"]
VALUE = "correct horse battery staple"

LEAKING = """\
import os, sys
print(os.environ["STORE"])
open(sys.argv[1], "w").write("model" + os.environ["STORE"] * (len(sys.argv) > 2))
"""


def kept(*folders: Path) -> Iterator[tuple[Path, bytes]]:
    """Yields every file that is kept, git's objects unpacked by git."""
    for folder in folders:
        yield from ((path, path.read_bytes()) for path in folder.rglob("*") if path.is_file())
        if (folder / ".git").is_dir():
            objects = ["git", "cat-file", "--batch-all-objects", "--batch"]
            yield folder / ".git", subprocess.run(objects, cwd=folder, capture_output=True, check=True).stdout


def leaks(repo: Repo, home: Path, *but: str) -> list[str]:
    """Returns where the value stands: in the work tree, in git, in the cache, in the remote, or in the home."""
    found = [
        path for path, data in kept(repo.path, repo.path.parent / "repo.dvc-remote", home) if VALUE.encode() in data
    ]
    return sorted({path.name for path in found} - set(but))


def given(gitprov: Gitprov, *options: str, status: int = 0, words: str = "python fetch.py {outputs.model}") -> Outcome:
    """Runs a command that is given the secret."""
    return gitprov(
        "run", "--secret", "STORE", "--output", "model=m.txt", *options, "--", *shlex.split(words), status=status
    )


@pytest.fixture
def fetching(project: Repo, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """The project with a script that needs a secret, which the environment has."""
    project.write("fetch.py", LEAKING)
    project.commit("fetch")
    monkeypatch.setenv("STORE", VALUE)
    return project


def refused(outcome: Outcome, *places: str) -> None:
    """Asserts that each place was named, with a way out, and no secret shown."""
    said = outcome.out + outcome.err
    assert "GP-SEC-001" in said
    assert [place for place in places if place not in said] == []
    assert "fix" in said
    assert [secret for secret in ("pa55-w0rd", TOKEN, VALUE) if secret in said] == []


def test_user_information_is_refused_in_every_record(
    project: Repo, train: Train, gitprov: Gitprov, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Command, parameters, environment, metrics, reasons: each is named by its field."""
    project.write(".gitprov/project.yaml", "schema: gitprov/project/v1\nenvironment:\n  variables: [STORE_URL]\n")
    project.write("params.json", json.dumps({"db": {"urls": ["x", URL]}, URL: TOKEN}))
    train()
    before = project.git("status", "--porcelain")
    ran = gitprov(
        "run", "--output", "o=o.txt", "--param", f"u={URL}", "--params", "params.json", "--", "cp", URL, status=2
    )
    refused(ran, "run command[1]", "run params.u", "run params.db.urls[1]", "run a name in params", "run params.… (")
    monkeypatch.setenv("STORE_URL", URL)
    refused(gitprov("run", "--output", "o=o.txt", "--", "true", status=2), "run environment.variables.STORE_URL")
    project.write("metrics.json", json.dumps({"auc": 0.9, "from": [URL]}))
    for dry in ([], ["--dry-run"]):
        said = gitprov("evaluate", "churn", "--metrics", "metrics.json", *dry, status=2)
        refused(said, "evaluation metrics.from[0]")
        refused(gitprov("deprecate", "churn", "--reason", f"see {URL}", *dry, status=2), "event reason")
    (project.path / "metrics.json").unlink()
    assert project.git("status", "--porcelain") == before


def test_user_information_of_a_stage_is_refused(project: Repo, gitprov: Gitprov) -> None:
    project.write("dvc.yaml", f"stages:\n  fetch:\n    cmd: echo {URL} > s.txt\n    outs: [s.txt]\n")
    refused(gitprov("run", "fetch", status=2), "run command[2]")
    assert not (project.path / "s.txt").exists()


def test_tokens_are_refused_together(project: Repo, train: Train, gitprov: Gitprov) -> None:
    train()
    words = ["cp", "--token", TOKEN, "x"]
    ran = gitprov("run", "--output", "o=o.txt", "--param", "password=s", "--param", f"u={URL}", "--", *words, status=2)
    refused(
        ran,
        "run command[2] (GitHub Token)",
        "run params.password (a value named like a secret)",
        "run params.u (user information in a URL)",
    )
    project.write("metrics.json", json.dumps({"log": TOKENS["Private Key"]}))
    refused(gitprov("evaluate", "churn", "--metrics", "metrics.json", status=2), "evaluation metrics.log (Private Key)")


def test_without_the_extra_user_information_is_refused_still(project: Repo) -> None:
    hidden = (
        "import sys; sys.modules['detect_secrets'] = None\n"
        "from gitprov.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )

    def run(value: str) -> subprocess.CompletedProcess[str]:
        words = ["run", "--output", "o=o.txt", "--param", f"u={value}", "--dry-run", "--", "true"]
        command = [sys.executable, "-c", hidden, *words]
        return subprocess.run(command, cwd=project.path, capture_output=True, text=True, check=False)

    assert (run(URL).returncode, run(TOKEN).returncode) == (2, 0)
    assert "GP-SEC-001" in run(URL).stderr


def test_what_is_no_secret_is_allowed_where_reviewers_see_it(project: Repo, gitprov: Gitprov) -> None:
    words = ["run", "--output", "o=o.txt", "--param", f"u={TOKEN} {URL}", "--", "touch", "o.txt"]
    gitprov(*words, status=2)
    settings = "schema: gitprov/project/v1\nsecrets:\n  allow:\n"
    project.write(".gitprov/project.yaml", f"{settings}    - {TOKEN[:20]}\n    - {URL}\n")
    refused(gitprov(*words, status=2), "run params.u (GitHub Token)")  # a part of a word allows nothing
    project.write(".gitprov/project.yaml", f"{settings}    - {TOKEN}\n    - {URL}\n")
    gitprov(*words)


def test_a_secret_is_given_and_recorded_by_its_name(fetching: Repo, home: Path, gitprov: Gitprov) -> None:
    assert VALUE in given(gitprov, "--keep").out  # on the person's own terminal only
    (path,) = (fetching.path / ".gitprov/runs/fetch").glob("*/*.yaml")
    assert "secrets:\n  - STORE\n" in path.read_text()
    fetching.commit("fetched")
    gitprov("push", "--no-refs")
    gitprov("verify", "--all", "--bytes")
    assert leaks(fetching, home) == []
    assert leaks(fetching, Path(__file__).parent) == ["test_secrets.py"]  # the search finds what there is


def test_a_value_comes_from_another_variable(
    fetching: Repo, home: Path, gitprov: Gitprov, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STORE")
    monkeypatch.setenv("ADAS_STORE", VALUE)
    words = ["run", "--secret", "STORE=ADAS_STORE", "--output", "model=m.txt", "--keep", "--", "python", "fetch.py"]
    assert VALUE in gitprov(*words, "{outputs.model}").out
    (path,) = (fetching.path / ".gitprov/runs/fetch").glob("*/*.yaml")
    assert "ADAS_STORE" not in path.read_text()
    assert leaks(fetching, home) == []


def test_a_rotated_secret_is_no_new_recipe(fetching: Repo, gitprov: Gitprov, monkeypatch: pytest.MonkeyPatch) -> None:
    given(gitprov, "--keep")
    fetching.commit("fetched")
    monkeypatch.setenv("STORE", "another one")
    assert "m.txt was restored" in given(gitprov).out


def test_a_secret_that_is_not_there_is_told_before_anything_runs(
    fetching: Repo, gitprov: Gitprov, monkeypatch: pytest.MonkeyPatch
) -> None:
    for value in ("", "short"):
        monkeypatch.setenv("STORE", value)
        said = given(gitprov, "--secret", "OTHER", status=2).err
        assert "error[GP-SEC-002]: no value for the secret STORE, OTHER" in said
        assert "read -rs" in said
    assert not (fetching.path / "m.txt").exists()


def test_a_value_on_the_command_line_is_not_repeated(fetching: Repo, gitprov: Gitprov) -> None:
    """Who types the value where the name belongs finds it neither in a message nor in a record."""
    for typed in (f"STORE={VALUE}", f"STORE={TOKEN}"):
        refusal = gitprov("run", "--secret", typed, "--output", "m=m.txt", "--", "true", status=2)
        assert typed.partition("=")[2] not in refusal.out + refusal.err
    assert not (fetching.path / "m.txt").exists()


def test_the_value_is_refused_wherever_it_would_be_kept(fetching: Repo, home: Path, gitprov: Gitprov) -> None:
    refused(
        given(gitprov, "--param", f"a=x{VALUE}y", status=2, words=f"cp '{VALUE}' m.txt"),
        "run command[1] (the value of --secret STORE)",
        "run params.a (the value of --secret STORE)",
    )
    fetching.write(".env", f"STORE={VALUE}\n")  # in no commit, and not ignored: a copy would go to the cache
    refused(given(gitprov, status=2), ".env (the value of --secret STORE)")
    assert not (fetching.path / "m.txt").exists()
    assert leaks(fetching, home, ".env", ".git") == []  # git's own object of .env stays in this clone, until git gc


def test_an_output_with_the_value_is_not_recorded(fetching: Repo, home: Path, gitprov: Gitprov) -> None:
    """The command has succeeded: its status stands, and nothing that it leaked is kept, then or by the next run."""
    leaking = "python fetch.py {outputs.model} leak"
    ran = given(gitprov, words=leaking, status=0)
    assert "m.txt (the value of --secret STORE)" in ran.err
    assert "nothing was recorded" in ran.err
    assert "GP-RUN-008" in gitprov("keep", status=2).err
    again = given(gitprov, status=2)
    refused(again, "m.txt (the value of --secret STORE)")
    assert "fix: rm m.txt" in again.err
    assert leaks(fetching, home, "m.txt") == []
    (fetching.path / "m.txt").unlink()
    given(gitprov, "--keep")


def test_the_path_of_an_undeclared_file_is_told_without_the_value(
    fetching: Repo, home: Path, gitprov: Gitprov, tmp_path: Path
) -> None:
    """What a command reads is known once it has succeeded, and a cache may be called by a token."""
    (tmp_path / VALUE).mkdir()
    (tmp_path / VALUE / "cached.csv").touch()
    words = f"import os; open('{tmp_path}/' + os.environ['STORE'] + '/cached.csv'); open('m.txt', 'w').write('model')"
    given(gitprov, "--step", "s", "--keep", words=shlex.join(["python", "-c", words]))
    (path,) = (fetching.path / ".gitprov/runs/s").glob("*/*.yaml")
    assert f"{tmp_path}/$STORE/cached.csv" in path.read_text()
    assert leaks(fetching, home) == []


def test_a_folder_of_outputs_is_searched_whole(fetching: Repo, home: Path, gitprov: Gitprov) -> None:
    words = "import os, pathlib; p = pathlib.Path('out/a/b'); p.mkdir(parents=True); (p / 'empty').touch();"
    words += "(p / 'log.bin').write_bytes(b'\\0' * 5_000_000 + os.environ['STORE'].encode() + b'\\0')"
    command = ["run", "--secret", "STORE", "--step", "s", "--output", "o=out", "--", "python", "-c", words]
    assert "out/a/b/log.bin (the value of --secret STORE)" in gitprov(*command).err
    assert leaks(fetching, home, "log.bin") == []


def test_a_stage_is_given_a_secret(fetching: Repo, home: Path, gitprov: Gitprov) -> None:
    fetching.write(
        "dvc.yaml", "stages:\n  fetch:\n    cmd: python fetch.py m.txt\n    deps: [fetch.py]\n    outs: [m.txt]\n"
    )
    assert VALUE in gitprov("run", "fetch", "--secret", "STORE", "--keep").out
    assert "fetch.py" in (fetching.path / "dvc.lock").read_text()
    assert leaks(fetching, home) == []


def test_a_release_with_a_token_in_a_small_text_file_is_not_sealed(project: Repo, gitprov: Gitprov) -> None:
    """Small and text are scanned; what is neither is not, as docs/secrets.md says."""
    project.write("app/prompt.txt", "You are kind.\n")
    project.write("app/settings.json", f'{{\n "token": "{TOKEN}"\n}}\n')
    project.write("app/weights.bin", b"\0" + TOKEN.encode())
    project.write("app/large.txt", f"{TOKEN}\n" + "x" * (1 << 20))
    gitprov("run", "--step", "pack", "--input", "raw=raw", "--output", "app=out:app", "--", "cp", "-r", "app", "out")
    gitprov("keep")
    project.commit("packed")
    gitprov("push", "--no-refs")
    found = gitprov("seal", "app", "--owner", "ann", "--json", status=1).json()["findings"]
    assert [one["code"] for one in found] == ["GP-SEC-001"]
    assert found[0]["what"] == "a secret stands in app/settings.json:2 (GitHub Token)"
    assert TOKEN not in json.dumps(found)
    project.write(".gitprov/project.yaml", f"schema: gitprov/project/v1\nsecrets:\n  allow: [{TOKEN}]\n")
    gitprov("seal", "app", "--owner", "ann")


def test_a_stage_with_a_secret_is_not_captured_and_holds_up_no_other(repo: Repo, gitprov: Gitprov) -> None:
    dirty = f"  dirty:\n    cmd: echo {URL} > d.txt\n    outs: [d.txt]\n"
    repo.write("dvc.yaml", f"stages:\n  clean:\n    cmd: echo c > c.txt\n    outs: [c.txt]\n{dirty}")
    gitprov("init")
    dvc(repo, "repro", "--quiet")
    repo.commit("reproduced")
    captured = gitprov("capture")
    assert "recorded run clean" in captured.out
    assert "stage dirty is not captured: a secret stands in" in captured.err
    assert "run command[2] (user information in a URL)" in captured.err
    assert not (repo.path / ".gitprov/runs/dirty").exists()


def test_a_block_of_python_is_given_a_secret_alike(fetching: Repo, home: Path) -> None:
    def fetch(text: str) -> None:
        with api.run("fetch", secrets=["STORE"], keep=True) as run:
            run.output("model", "m.txt").write_text(text)

    with pytest.warns(UserWarning, match=r"GP-SEC-001: a secret stands in m.txt \(the value of --secret STORE\)"):
        fetch(f"leaked {VALUE}")
    assert leaks(fetching, home, "m.txt") == []
    fetch("model")
    (path,) = (fetching.path / ".gitprov/runs/fetch").glob("*/*.yaml")
    assert "secrets:\n  - STORE\n" in path.read_text()
