"""What the commands that answer print, for people and for programs, on one small fixed repository.

`UPDATE_SNAPSHOTS=1 pytest tests/cli/test_answers.py` writes the snapshots anew; read the difference before committing.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gitprov.cli.text import printable
from gitprov.ids import sha256_of
from tests.sim.book import Book, churn, write_book
from tests.support import Gitprov, make_repo

SNAPSHOTS = Path(__file__).parent / "snapshots"

ANSWERS = [
    "why churn@v2",
    "why old-set",
    "why raw",
    "why id:MODEL2",
    "show churn@v1",
    "show id:RUN2",
    "log",
    "log churn -n 2",
    "lineage churn@v2",
    "lineage raw --down",
    "lineage raw --down --depth 1",
    "lineage --path raw id:MODEL2",
    "impact raw",
    "impact --source churn-features",
    "impact --code src/extra.py",
    "search",
    "search CHURN feat --since 2026-11-20",
    "search --metric auc>=0.92 --param lr<0.1",
    "search --name churn --from raw -n 1",
    "diff churn@v1 churn@v2",
    "diff id:MODEL1..id:MODEL2",
    "status churn",
    "verify",
    "verify churn@v1",
]
REFUSALS = [
    "why nothing",
    "why chrun",
    "why churn",
    "why id:RUN2",
    "lineage --path holdout id:MODEL1",
    "diff churn@v1",
    "impact --code nowhere",
    "search --metric auc>>0.9",
    "search --metric auc>=good",
    "search --param lr",
    "search --since monday",
    "search --from nothing",
]


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare clone of a repository with the records of `churn`, its commits at a fixed time; the current folder."""
    for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"):
        monkeypatch.setenv(name, "2026-11-21T10:00:00Z")
    repo = make_repo(tmp_path / "repo")
    write_book(repo, churn())
    repo.git("clone", "--quiet", "--bare", ".", "../bare.git")
    monkeypatch.chdir(tmp_path / "bare.git")


def arguments(line: str) -> list[str]:
    """Returns the arguments of a command line in which MODEL1, MODEL2 and RUN2 stand for ids."""
    ledger = churn().ledger
    first, second, _ = ledger.named("churn")
    ids = {"MODEL1": first, "MODEL2": second, "RUN2": ledger.makers(second)[-1]}
    return re.sub(r"id:(MODEL\d|RUN\d)", lambda match: ledger.short(ids[match[1]]), line).split()


def check(name: str, text: str) -> None:
    path = SNAPSHOTS / (re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower() + ".txt")
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("line", ANSWERS)
def test_answers_for_people(line: str, gitprov: Gitprov) -> None:
    """D8, D10: from a bare clone, without a work tree."""
    outcome = gitprov(*arguments(line))
    assert outcome.err == ""
    check(line, outcome.out)


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("line", REFUSALS)
def test_refusals_name_a_way_out(line: str, gitprov: Gitprov) -> None:
    outcome = gitprov(*arguments(line), status=None)
    assert outcome.out == ""
    assert outcome.status in (1, 2)
    check(f"refused {line}", outcome.err)


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("line", ANSWERS)
def test_answers_for_programs_are_one_object_with_a_schema(line: str, gitprov: Gitprov) -> None:
    answer = gitprov(*arguments(line), "--json").json()
    assert re.fullmatch(r"gitprov/(why|show|log|lineage|path|impact|diff|search|versions|verify)/v1", answer["schema"])
    assert len(answer) > 1


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("line", ["why churn@v2", "diff churn@v1 churn@v2", "lineage churn@v2", "log", "show churn@v1"])
def test_people_and_programs_are_told_the_same(line: str, gitprov: Gitprov) -> None:
    """Every id that people see is in the object for programs."""
    shown = set(re.findall(r"id:([0-9a-f]{8})", gitprov(*arguments(line)).out))
    told = gitprov(*arguments(line), "--json").out
    assert shown
    assert all(f"sha256:{digits}" in told for digits in shown)


@pytest.mark.usefixtures("bare")
def test_show_raw_is_the_records_bytes(gitprov: Gitprov) -> None:
    """`sha256sum` alone checks an id."""
    ledger = churn().ledger
    for one, held in ledger.held.items():
        if held.state == "committed":
            assert sha256_of(gitprov("show", "--raw", one).out.encode()) == one


@pytest.mark.usefixtures("bare")
def test_a_terminal_without_unicode_gets_plain_trees() -> None:
    text = "".join(
        subprocess.run(
            [sys.executable, "-m", "gitprov", *line.split()],
            env={**os.environ, "PYTHONIOENCODING": "ascii"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for line in ("lineage churn@v2", "diff churn@v1 churn@v2")
    )
    assert text.isascii()
    assert "`- " in text
    assert " -> " in text
    assert "\\u" not in text


HOSTILE = "\x1b[2Jevil\u202e\nfake: line\t\x00"


def hostile() -> Book:
    """Returns a book whose every free text tries to steer a terminal."""
    book = Book()
    data = book.add("data", b"data", path="a\x1b[31mb.csv")
    params: dict[str, Any] = {"text": HOSTILE, HOSTILE: 1, "deep": {HOSTILE: [HOSTILE]}}
    for number in (1, 2):
        params["number"] = number
        model = book.make(
            "train",
            {"data": data},
            {"model": ("m", b"%d" % number)},
            kind="model",
            params=params,
            command=("python", HOSTILE),
            python=HOSTILE,
            undeclared=(HOSTILE,),
        )["model"]
        book.evaluate(model, {HOSTILE: number}, data=data)
        book.seal("m", number, model=model)
    return book


@pytest.mark.parametrize(
    "line",
    [
        "why m@v2",
        "show m@v1",
        "show id:{run}",
        "log",
        "lineage m@v2",
        "lineage data --down",
        "lineage --path data id:{model}",
        "diff m@v1 m@v2",
        "status m",
        "verify",
    ],
)
def test_what_a_record_holds_steers_no_terminal(line: str, tmp_path: Path, gitprov: Gitprov) -> None:
    """Threat A30: nothing but line ends and printable characters comes out, and no line that a record made up."""
    repo = make_repo(tmp_path / "repo")
    book = hostile()
    write_book(repo, book)
    model = book.ledger.named("m")[-1]
    repo.git("clone", "--quiet", "--bare", ".", "../bare.git")
    words = line.format(run=book.ledger.makers(model)[0][7:23], model=model[7:23]).split()
    text = gitprov(*words, cwd=tmp_path / "bare.git", status=None).out
    assert text
    assert printable(text) == text
    assert not [row for row in text.splitlines() if row.lstrip().startswith("fake: line")]
