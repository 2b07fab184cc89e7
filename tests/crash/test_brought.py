"""Many nodes that finish at the same time, and two who bring what they made (issue 7)."""

import contextlib
import sys
import time
from pathlib import Path

from gitprov.records.tickets import Emitted, read_note
from tests.crash.conftest import Figure
from tests.crash.killed import Killer
from tests.crash.work import ADD, Task, halves, make_project, prepare, runs
from tests.support import Gitprov

MANY = 50
SCRIPT = "import sys; open(sys.argv[1], 'w').write('made ' + sys.argv[2])"


def test_many_that_finish_at_once_and_two_that_bring(place: Path, gitprov: Gitprov, figure: Figure, long: bool) -> None:
    """All emit whole runs from one folder; both bring, all is recorded, once each; the third time changes nothing."""
    many = MANY if long else 4
    repo = make_project(place / "repo")
    with contextlib.chdir(repo.path):
        prepare(repo, Task((), (ADD,)), gitprov)
        for number in range(many):
            gitprov(*_ticket(place, number))
    outs = [place / f"out-{number}" for number in range(many)]
    commands = [
        ["run", "--ticket", str(place / f"{number}.yaml"), "--emit", str(out)] for number, out in enumerate(outs)
    ]
    killer = Killer(1)
    began = time.monotonic()
    assert killer.together(repo.path, commands) == [0] * many
    took = time.monotonic() - began
    ids = {path for out in outs for path in read_note(Emitted, (out / "emitted.yaml").read_bytes(), "note").records}
    bring = ["bring", *map(str, outs)]
    assert killer.together(repo.path, [bring, bring[:1] + bring[:0:-1]]) == [0, 0]
    assert runs(repo).count("make ['out']") == many
    assert ids <= set(repo.git("ls-files", ".gitprov").splitlines())
    assert not list(halves(repo))
    before = repo.git("status", "--porcelain")
    assert "nothing" not in gitprov(*bring, cwd=repo.path).out
    assert repo.git("status", "--porcelain") == before
    gitprov("verify", "--all", "--cache", cwd=repo.path)
    figure("`run --emit`s at the same time, then two `bring`s of all", many, f"all recorded, once each ({took:.1f} s)")


def _ticket(place: Path, number: int) -> list[str]:
    words = ["ticket", "--step", "make", "--input", "data=data/raw.csv", "--output", f"out=out-{number}.txt:model"]
    words += ["--param", f"n={number}", "-o", str(place / f"{number}.yaml")]
    return [*words, "--", sys.executable, "-c", SCRIPT, "{outputs.out}", "{params.n}"]
