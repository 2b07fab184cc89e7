"""A machine without git, and a copy of a project on it."""

import os
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gitprov.ids import md5_of, sha256_of
from gitprov.records import Artifact, Content, Run, Stored, decode, store
from gitprov.records.tickets import Emitted, read_note, write_note
from tests.support import Gitprov, Outcome, Repo

OPTIONS = ["--step", "train", "--input", "data=raw", "--param", "lr=0.1", "--seed", "7"]
OUTPUT = ["--output", "model=model.txt:churn:model"]
POISONED = md5_of(b"what somebody will record tomorrow")
COMMAND = [sys.executable, "train.py", "{inputs.data}", "{outputs.model}"]


@dataclass(frozen=True, slots=True)
class Node:
    """A machine that has Python and gitprov, and not even the program git; `folder` is a plain copy on it."""

    folder: Path
    gitprov: Gitprov

    def run(self, ticket: Path, out: Path, *words: str, status: int = 0) -> Outcome:
        """Runs a ticket."""
        before = os.environ["PATH"]
        os.environ["PATH"] = str(programs(self.folder.parent))
        try:
            return self.gitprov("run", "--ticket", ticket, "--emit", out, *words, cwd=self.folder, status=status)
        finally:
            os.environ["PATH"] = before


def programs(beside: Path) -> Path:
    """Returns a folder with the programs of the machine."""
    folder = beside / "bin"
    folder.mkdir(exist_ok=True)
    for name in ("gitprov", "python", Path(sys.executable).name):
        if not (folder / name).exists():
            (folder / name).symlink_to(Path(sys.executable).parent / name)
    if not (folder / "sh").exists():
        (folder / "sh").symlink_to("/bin/sh")
    return folder


def copied(repo: Repo, to: Path, gitprov: Gitprov) -> Node:
    """Copies the files of a project, and nothing of git, DVC or gitprov."""
    shutil.copytree(repo.path, to, symlinks=True, ignore=shutil.ignore_patterns(".git", ".gitprov", ".dvc", "*.dvc"))
    return Node(to, gitprov)


def made(gitprov: Gitprov, out: Path, *options: str) -> Path:
    """Makes the ticket of a training and returns it."""
    gitprov("ticket", *OPTIONS, *OUTPUT, *options, "-o", out, "--", *COMMAND)
    return out


def emitted_run(out: Path) -> Run:
    """Returns the run that a folder holds."""
    return _runs(out)[0][1]


def _runs(out: Path) -> list[tuple[Path, Run]]:
    paths = sorted((out / ".gitprov/runs").rglob("*.yaml"))
    return [(path, run) for path in paths if isinstance(run := decode(path.read_bytes()), Run)]


def forge(out: Path, **changes: Any) -> None:
    """Puts another run in the place of the one in a folder, and leaves nothing that does not fit to it."""
    ((path, run),) = _runs(out)
    _replace(out, path, store(replace(run, **changes)))


def poison(out: Path) -> None:
    """Gives bytes the MD5 of others, in the record and in the folder: a cache that took them would give them to DVC."""
    ((path, run),) = _runs(out)
    (artifact_path,) = (out / ".gitprov/artifacts").rglob("*.yaml")
    artifact = decode(artifact_path.read_bytes())
    assert isinstance(artifact, Artifact)
    assert isinstance(artifact.content, Content)
    content = replace(artifact.content, md5=POISONED)
    source, target = (out / f"files/md5/{md5[4:6]}/{md5[6:]}" for md5 in (artifact.content.md5, POISONED))
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)
    forged = store(replace(artifact, content=content))
    _replace(out, artifact_path, forged)
    made = {role: replace(one, artifact=forged.id) for role, one in run.outputs.items()}
    _replace(out, path, store(replace(run, outputs=made)))


def _replace(out: Path, path: Path, forged: Stored) -> None:
    path.unlink()
    target = out / forged.path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(forged.data)
    note = read_note(Emitted, (out / "emitted.yaml").read_bytes(), "note")
    records = {name: digest for name, digest in note.records.items() if name != str(path.relative_to(out))}
    write_emitted(out, replace(note, records={**records, forged.path: forged.id}))


def write_emitted(out: Path, note: Emitted) -> None:
    """Writes the note of a folder."""
    (out / "emitted.yaml").write_bytes(write_note(note))


def misplaced(out: Path) -> Stored:
    """Names a record of a folder by another path."""
    ((path, run),) = _runs(out)
    stored = store(run)
    other = stored.path.replace("/train/", "/other/")
    (out / other).parent.mkdir(parents=True)
    path.rename(out / other)
    note = read_note(Emitted, (out / "emitted.yaml").read_bytes(), "note")
    records = {name: digest for name, digest in note.records.items() if "/runs/" not in name}
    write_emitted(out, replace(note, records={**records, other: sha256_of((out / other).read_bytes())}))
    return stored
