"""Sweeps for tests: one training is run, the others are written as the workflow would have written them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from gitprov.recording.drafts import Draft, draft_name, read_drafts
from gitprov.recording.ledger import DRAFTS, NOTE
from gitprov.records import Artifact, Content, store
from gitprov.records.codec import to_data
from gitprov.records.stored import ROOT
from gitprov.wiring.project import Project
from tests.support import Repo


def write_trials(repo: Repo, count: int) -> list[Draft]:
    """Writes drafts like the only one that there is, with other parameters and models; returns all of them.

    Not by `write_draft`, which looks at all the others each time.
    """
    project = Project()
    ((first,), damaged) = read_drafts(project)
    assert not damaged
    trials = [_trial(project, first, number) for number in range(1, count)]
    note = json.loads((repo.path / DRAFTS / first.name / NOTE).read_bytes())
    for number, draft in enumerate(trials, start=first.number + 1):
        folder = f"{DRAFTS}/{draft.name}"
        for one in draft.records:
            repo.write(f"{folder}/{one.path.removeprefix(f'{ROOT}/')}", one.data)
        pointers = {path: to_data(content) for path, content in draft.pointers.items()}
        repo.write(f"{folder}/{NOTE}", json.dumps({**note, "number": number, "pointers": pointers}))
    return [first, *trials]


def _trial(project: Project, first: Draft, number: int) -> Draft:
    params = {"lr": number / 1024}
    kept = project.cache.put(f"model {number}\n".encode())
    assert kept.sha256 is not None
    content = Content(digest=kept.sha256, md5=kept.md5, size=kept.size)
    ((role, made),) = first.run.outputs.items()
    (artifact,) = [one.record for one in first.records if isinstance(one.record, Artifact) and one.id == made.artifact]
    recipe = replace(artifact.recipe, params=params)
    recipe = replace(recipe, id=recipe.expected_id() or recipe.id)
    model = store(replace(artifact, content=content, recipe=recipe))
    output = replace(made, artifact=model.id, content=content.digest, recipe=recipe.id)
    finished = f"2026-01-02T03:{number // 60:02}:{number % 60:02}Z"
    run = store(replace(first.run, params=params, started=None, finished=finished, outputs={role: output}))
    name = draft_name(run, first.run.step)
    return replace(first, name=name, records=(model, run), pointers={made.path: content})


def files_of(folder: Path) -> Mapping[str, bytes]:
    """Returns what lies below a folder: path to bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def records_of(repo: Repo) -> set[str]:
    """Returns the records that are staged or committed."""
    return {path for path in repo.git("ls-files", "--", ROOT).splitlines() if path.endswith(".yaml")}
