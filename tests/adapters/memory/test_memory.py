"""What a machine remembers of a project is kept outside of it, whole, and private."""

import multiprocessing
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from gitprov.adapters.memory import FileMemory
from gitprov.errors import GitprovError
from gitprov.ids import sha256_of
from gitprov.ports.memory import Seen

PROJECT, MAIN = sha256_of(b"0001"), "refs/heads/main"
PIN = f"0002:{sha256_of(b'0002')}"


def test_what_was_seen_is_known_the_next_time(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    assert FileMemory(str(folder)).recall(PROJECT, MAIN) == Seen()
    seen = Seen(PIN, "ab" * 20, {"churn/production": 7}, 12, sha256_of(b"root"))
    assert FileMemory(str(folder)).update(PROJECT, MAIN, lambda _: seen) == seen
    again = FileMemory(str(folder))
    assert again.recall(PROJECT, MAIN) == seen
    assert again.recall(PROJECT, "refs/heads/other") == again.recall(sha256_of(b"fork"), MAIN) == Seen()


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    umask = os.umask(0)
    try:
        FileMemory(str(folder)).update(PROJECT, MAIN, lambda seen: replace(seen, pin=PIN))
    finally:
        os.umask(umask)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.iterdir()]}
    assert set(modes.values()) == {0o700, 0o600}
    assert modes["state"] == 0o700


def test_a_change_that_is_refused_changes_nothing(tmp_path: Path) -> None:
    memory = FileMemory(str(tmp_path))
    memory.update(PROJECT, MAIN, lambda seen: replace(seen, pin=PIN))

    def refuse(_: Seen) -> Seen:
        raise LookupError

    with pytest.raises(LookupError):
        memory.update(PROJECT, MAIN, refuse)
    assert memory.recall(PROJECT, MAIN) == Seen(PIN)


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[" * 100_000, b"null", b'{"pin": null}', b"\xff"],
)
def test_a_damaged_memory_is_no_first_contact(tmp_path: Path, damage: bytes) -> None:
    """Whoever can damage the file must not bring trust on first use back."""
    memory = FileMemory(str(tmp_path))
    memory.update(PROJECT, MAIN, lambda seen: replace(seen, pin=PIN))
    [path] = tmp_path.glob("*.json")
    path.write_bytes(damage)
    with pytest.raises(GitprovError, match="GP-IO-001"):
        memory.recall(PROJECT, MAIN)
    with pytest.raises(GitprovError, match="GP-IO-001"):
        memory.update(PROJECT, MAIN, lambda seen: seen)


def test_the_memory_of_another_project_is_not_taken_for_this_ones(tmp_path: Path) -> None:
    memory = FileMemory(str(tmp_path))
    memory.update(PROJECT, MAIN, lambda seen: replace(seen, pin=PIN))
    [mine] = tmp_path.glob("*.json")
    memory.update(sha256_of(b"fork"), MAIN, lambda seen: replace(seen, head="00" * 20))
    [other] = set(tmp_path.glob("*.json")) - {mine}
    mine.write_bytes(other.read_bytes())
    with pytest.raises(GitprovError, match="GP-IO-001"):
        memory.recall(PROJECT, MAIN)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(GitprovError, match="GP-IO-001"):
        FileMemory(str(tmp_path / "file" / "state")).update(PROJECT, MAIN, lambda seen: replace(seen, pin=PIN))


def count(folder: str, name: str) -> None:
    for _ in range(20):
        FileMemory(folder).update(
            PROJECT,
            MAIN,
            lambda seen: replace(seen, deployed={**seen.deployed, name: seen.deployed.get(name, 0) + 1}),
        )


def test_two_processes_lose_nothing_of_each_other(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=count, args=(str(tmp_path), name)) for name in ("a/b", "c/d")]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert FileMemory(str(tmp_path)).recall(PROJECT, MAIN).deployed == {"a/b": 20, "c/d": 20}
