"""The border of the command line: every failure has a code, a status and a way out."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from gitprov import __version__
from gitprov.cli import failure
from gitprov.cli.group import cli
from gitprov.cli.main import TABLE
from gitprov.cli.text import printable
from gitprov.errors import catalogue as codes
from tests.support import Gitprov, Repo

NAMES = [name for section in TABLE.values() for name in section]


def test_help_names_every_command(gitprov: Gitprov) -> None:
    text = gitprov("--help").out
    assert [
        line.split()[0] for line in text.splitlines() if line.startswith("  ") and line.split()[0] in NAMES
    ] == NAMES


def test_version(gitprov: Gitprov) -> None:
    assert gitprov("--version").out == f"gitprov {__version__}\n"


def test_no_command_prints_help_and_is_a_wrong_usage(gitprov: Gitprov) -> None:
    outcome = gitprov(status=2)
    assert outcome.out == ""
    assert outcome.err.startswith("Usage: gitprov")


def test_an_unknown_command_names_the_near_ones(gitprov: Gitprov) -> None:
    assert gitprov("statsu", status=2).err == (
        "error[GP-USE-001]: no such command 'statsu'; did you mean 'status'?\n  fix: gitprov --help\n"
    )


def test_a_wrong_usage_is_told_in_one_line(gitprov: Gitprov) -> None:
    refused = gitprov("exception", "churn/production/1", status=2).err
    assert "Missing option '--waive'. Choose from: approvals, gates\n" in refused


def test_a_program_gets_the_error_as_one_object(gitprov: Gitprov) -> None:
    outcome = gitprov("-C", "/nowhere", "status", "--json", status=2)
    assert outcome.err == ""
    error = outcome.json()["error"]
    assert (error["code"], error["exit"], error["fix"]) == ("GP-USE-001", 2, "gitprov --help")
    assert "/nowhere" in error["what"]


def test_the_commands_own_json_option_is_not_ours(gitprov: Gitprov) -> None:
    assert gitprov("nothing", "--", "cmd", "--json", status=2).err.startswith("error[GP-USE-001]")


def test_c_changes_the_directory_for_the_command_only(tmp_path: Path) -> None:
    before = Path.cwd()
    with cli.make_context("gitprov", ["-C", str(tmp_path), "status"]) as ctx:
        ctx.invoke(cli.callback or click.echo, **ctx.params)
        assert Path.cwd() == tmp_path
    assert Path.cwd() == before


@pytest.fixture(params=["", "1"], ids=["buffered", "unbuffered"])
def command(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Our command in a process of its own, whose stdout Python buffers or not."""
    monkeypatch.setenv("PYTHONUNBUFFERED", request.param)
    return [sys.executable, "-m", "gitprov"]


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_refusal_repeats_no_user_information_of_a_url(repo: Repo, gitprov: Gitprov, options: tuple[str, ...]) -> None:
    """Threat A31: what is refused ends up in the logs of CI."""
    gitprov("init", cwd=repo.path)
    refused = gitprov("why", "https://ada:pa55-w0rd@host/x", *options, cwd=repo.path, status=2)
    assert "https://***@host/x" in refused.out + refused.err
    assert "pa55-w0rd" not in refused.out + refused.err


def test_a_reader_that_leaves_is_no_error(command: list[str]) -> None:
    end, start = os.pipe()
    os.close(end)
    done = subprocess.run([*command, "--help"], stdout=start, stderr=subprocess.PIPE, text=True, check=False)
    os.close(start)
    assert (done.returncode, done.stderr) == (failure.BROKEN_PIPE, "")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--version"], 5, "error[GP-IO-001]: [Errno 28] No space left on device\n  fix: "),
        (["nothing", "--json"], 2, "error[GP-USE-001]: no such command 'nothing'\n  fix: "),
    ],
)
def test_a_full_disk_keeps_the_status_and_the_message(
    command: list[str], arguments: list[str], status: int, said: str
) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*command, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == status
    assert done.stderr.startswith(said)


def test_the_status_stands_when_nobody_can_be_told(command: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        assert subprocess.run([*command, "nothing"], stdout=full, stderr=full, check=False).returncode == 2
    closed = ["sh", "-c", '"$@" >&- 2>&-', "sh", *command, "nothing"]
    assert subprocess.run(closed, check=False).returncode == 2


@pytest.mark.usefixtures("repo")
def test_without_stdin_nobody_is_asked() -> None:
    """As daemons and some schedulers start programs."""
    closed = ["sh", "-c", '"$@" <&-', "sh", sys.executable, "-m", "gitprov", "keys", "new", "x", "--passphrase"]
    done = subprocess.run(closed, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.partition("]")[0]) == (2, "error[GP-KEY-004")


def test_a_name_that_is_not_utf8_is_no_crash(repo: Repo, gitprov: Gitprov) -> None:
    gitprov("init")
    repo.write("\udcff", "x")
    assert "error[GP-VAL-003]: '\\udcff' is not UTF-8" in gitprov("add", "\udcff", status=2).err


def test_an_error_says_what_why_and_fix(capsys: pytest.CaptureFixture[str]) -> None:
    error = codes.NAM_AMBIGUOUS.error("'churn' fits 2 artifacts", why="id:3f9a\nid:9c41", fix="gitprov show id:3f9a")
    assert failure.report(error, as_json=False) == 2
    assert capsys.readouterr().err == (
        "error[GP-NAM-002]: 'churn' fits 2 artifacts\n  why: id:3f9a\n       id:9c41\n  fix: gitprov show id:3f9a\n"
    )


def test_what_a_record_holds_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Threat A30: terminal escapes, bidirectional overrides and undecodable names are shown, not obeyed."""
    failure.report(codes.PTH_NAME.error("\x1b[2Jevil\u202e\udcff\r\n  fix: rm -r ."), as_json=False)
    assert "\\x1b[2Jevil\\u202e\\udcff\\r\\n  fix: rm -r .\n  fix: rename it" in capsys.readouterr().err
    assert printable("tab\tline\ngrün 模型") == "tab\tline\ngrün 模型"


def _fail(text: str) -> None:
    raise ZeroDivisionError(text)


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), click.Abort()])
def test_an_interruption(interruption: BaseException, capsys: pytest.CaptureFixture[str]) -> None:
    assert failure.report(interruption, as_json=False) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_a_crash_is_no_verdict_and_leaves_a_report_without_secrets(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A crash exits 70, never 1 (docs/verification.md): a gate must not take it for findings."""
    monkeypatch.setenv("FORGE_TOKEN", "tok-123456")
    with pytest.raises(ZeroDivisionError) as raised:
        _fail("https://ada:pass@host/ said tok-123456")
    assert failure.report(raised.value, as_json=False) == 70
    (crash,) = (home / ".local" / "state" / "gitprov").iterdir()
    shown = capsys.readouterr().err
    assert shown.startswith("error[GP-INT-001]: ")
    assert f"  fix: report it with {crash}\n" in shown
    report = crash.read_text()
    assert f"gitprov {__version__}\n" in report
    assert "git version " in report
    assert "in _fail" in report
    for secret in ("ada:pass", "tok-123456"):
        assert secret not in report + shown


def test_a_crash_report_finds_a_place_without_a_home(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / ".local").write_text("in the way")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert failure.report(RuntimeError("bug"), as_json=False) == 70
    (crash,) = tmp_path.glob("gitprov-*/crash-*.txt")
    assert str(crash) in capsys.readouterr().err


def test_a_broken_pipe_that_is_not_stdout_is_a_crash(capsys: pytest.CaptureFixture[str]) -> None:
    """A child that died must not be taken for a reader who left."""
    assert failure.report(BrokenPipeError(errno.EPIPE, "git cat-file"), as_json=False) == 70
    assert "BrokenPipeError" in capsys.readouterr().err


def test_the_shell_completes(command: list[str]) -> None:
    environment = {**os.environ, "_GITPROV_COMPLETE": "bash_complete", "COMP_WORDS": "gitprov --ver", "COMP_CWORD": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert "--version" in done.stdout
