"""A sweep between clones: all records are shared, the losers' bytes when somebody asks for it."""

import shlex
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from gitprov.ids import digest_hex
from gitprov.recording.drafts import Draft
from tests.flows.sweeps import write_trials
from tests.support import Gitprov, Repo

Clone = Callable[[str], Repo]


@pytest.fixture
def trials(team: Repo, gitprov: Gitprov) -> list[Draft]:
    """A sweep of four, of which the third is kept and committed."""
    team.write("fit.py", "import sys; open(sys.argv[1], 'w').write('fitted\\n')\n")
    team.write("requirements.txt", f"click=={version('click')}\n")
    team.commit("code")
    call = [sys.executable, "fit.py", "{outputs.model}"]
    gitprov("run", "--step", "fit", "--input", "data=train-set", "--output", "model=fit.txt:fit:model", "--", *call)
    made = write_trials(team, 4)
    gitprov("keep", "--sweep", "search", made[2].name)
    team.commit("Choose")
    return made


def short(draft: Draft) -> str:
    return f"id:{digest_hex(draft.run_id)[:12]}"


def in_storage(storage: Path, draft: Draft) -> bool:
    digits = digest_hex(draft.pointers["fit.txt"].md5)
    return (storage / "files/md5" / digits[:2] / digits[2:]).exists()


def cached(repo: Repo, draft: Draft) -> Path:
    digits = digest_hex(draft.pointers["fit.txt"].md5)
    return repo.path / ".dvc/cache/files/md5" / digits[:2] / digits[2:]


def test_all_records_are_pushed_and_of_bytes_what_was_kept(
    team: Repo, clone: Clone, storage: Path, trials: list[Draft], gitprov: Gitprov
) -> None:
    """Whoever clones can keep a loser all the same; its bytes, when somebody sent these, too."""
    said = gitprov("push").out
    assert "what the other runs of search made stays here (4 runs in all): gitprov push --all sends it" in said
    assert [in_storage(storage, draft) for draft in trials] == [False, False, True, False]
    assert "stays here" not in gitprov("push").out, "it was said"
    second = clone("second")
    gitprov("verify", "--all", cwd=second.path)
    loser = short(trials[1])
    refused = gitprov("keep", loser, cwd=second.path, status=1)
    assert f"no draft fits {loser}, and the records of search are not here to look in" in refused.err
    said = gitprov("push", "--all", cwd=second.path).out
    assert "what the runs of search made is not sent: " in said
    fix = refused.err.partition("fix: ")[2].splitlines()[0]
    assert fix in said
    gitprov(*shlex.split(fix)[1:], cwd=second.path)
    assert "it is recorded, and cannot be restored" in gitprov("keep", loser, cwd=second.path).err
    for one in trials[1].records:
        assert (second.path / one.path).read_bytes() == one.data
    cached(team, trials[0]).unlink()
    would = gitprov("push", "--all", "--dry-run", "--json").json()
    sent = gitprov("push", "--all", "--json").json()
    assert (sent["objects"], sent["findings"]) == (would["objects"], [])
    assert any("bytes of 1 record that nobody kept were not sent; the first: " in note for note in sent["notes"])
    assert sent["git"] is not None, "no branch waits for them"
    assert [in_storage(storage, draft) for draft in trials] == [False, True, True, True]
    gitprov("keep", short(trials[3]), cwd=second.path)
    assert cached(second, trials[3]).read_text() == "model 3\n"
