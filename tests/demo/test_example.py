"""What the tour rests on: its pinned requirements, and how it counts. The tour itself is `make demo`, which CI runs."""

from pathlib import Path

import pytest

from docs.generate import ROOT
from examples.budgets import BUDGETS, main
from tests.support import Repo


def test_the_lock_of_the_example_is_what_the_tour_runs_with() -> None:
    locked = {line.removesuffix(" \\") for line in (ROOT / "requirements.lock").read_text().splitlines()}
    pinned = (ROOT / "examples/breast-cancer/requirements.txt").read_text().splitlines()
    assert {line.partition("==")[0] for line in pinned} >= {"numpy", "scikit-learn", "scipy"}
    assert [line for line in pinned if line not in locked] == [], "requirements.lock has moved on: copy its lines"


@pytest.fixture
def jobs(repo: Repo, tmp_path: Path) -> tuple[Repo, Path]:
    """A repository, and a file of jobs in which every budget is kept."""
    first = repo.git("rev-parse", "HEAD")
    repo.write(".gitattributes", "evidence.yaml linguist-generated\n")
    repo.write("request.yaml", "a: 1\n" * 59)
    repo.write("evidence.yaml", "a: 1\n" * 1000)
    second = repo.commit()
    for number in range(5):
        repo.write(f"{number}.yaml", "a: 1\n" * 16)
    last = repo.commit()
    ends = {name: (first, second) if name == "a promotion" else (second, last) for name in BUDGETS}
    lines = [f"{name}\t5\t{repo.path}\t{base}\t{head}\n" for name, (base, head) in ends.items()]
    (tmp_path / "jobs").write_text("".join(lines))
    return repo, tmp_path / "jobs"


def test_budgets_are_kept_to_the_last_line(jobs: tuple[Repo, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(jobs[1]) == 0
    out = capsys.readouterr().out
    assert "   5 files  of 5\n    80 lines  of 80\n" in out
    assert "   3 files  of 3\n  1060 lines\n    60 visible lines  of 60\n" in out


@pytest.mark.parametrize(
    ("unit", "text"), [("commands", ""), ("files", "a: 1\n"), ("lines", "a: 1\n" * 17), ("not measured", "")]
)
def test_one_more_is_too_much(
    jobs: tuple[Repo, Path], capsys: pytest.CaptureFixture[str], unit: str, text: str
) -> None:
    repo, file = jobs
    table = file.read_text()
    if unit == "commands":
        table = table.replace("\t5\t", "\t6\t")
    elif unit == "not measured":
        table = table.splitlines()[0] + "\n"
    else:
        name = "0.yaml" if unit == "lines" else "one-more.yaml"
        repo.write(name, text)
        table = table.replace(repo.git("rev-parse", "HEAD"), repo.commit())
    file.write_text(table)
    assert main(file) == 1
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if unit in line and ("EXCEEDED" in line or unit == "not measured")]
