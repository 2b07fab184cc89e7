"""Runs whose command has ended: what is left is hashing the outputs and writing the draft.

The facts are written down before the outputs are read, so that a crash or a full disk loses nothing: `gitprov keep`
finishes the same work.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import field, replace
from typing import Any

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import sha256_of
from gitprov.lineage import Held, Ledger
from gitprov.ports.workplace import Workplace
from gitprov.recording.commands import overlap
from gitprov.recording.drafts import (
    PENDING,
    Draft,
    draft_name,
    draft_names,
    pending_names,
    read_draft,
    remove_draft,
    write_draft,
)
from gitprov.recording.ledger import DRAFTS, drafts
from gitprov.recording.plan import OutputSpec
from gitprov.records import Artifact, Content, Input, Output, Recipe, Run, Stored, decode, store
from gitprov.records.codec import from_data, to_data


@dataclass(frozen=True, slots=True)
class Pending:
    """A run that is to be finished.

    Attributes:
        run: Its record without outputs.
        outputs: Role to output.
        recipes: Role to recipe.
        inputs: Role to where the command read it.
        sources: Records of inputs that were new, and the paths that they get a `.dvc` file for.
        stage: The dvc.yaml stage, with the content of its deps by path.
        stamps: What outputs and inputs were when the command ended, path to `WorkTree.stamp`; none for what was not
            there.
        before: Outputs that were there before, path to digest: an old one may have been left as it was.
    """

    run: Run
    outputs: Mapping[str, OutputSpec]
    recipes: Mapping[str, Recipe]
    inputs: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[Stored, ...] = ()
    pointers: Mapping[str, Content] = field(default_factory=dict)
    stage: str | None = None
    deps: Mapping[str, Content] = field(default_factory=dict)
    stamps: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)


def write_pending(place: Workplace, pending: Pending) -> str:
    """Writes down what is to be finished and returns its name."""
    data = json.dumps(_to_json(pending), sort_keys=True).encode()
    name = sha256_of(data).removeprefix("sha256:")[:16]
    place.worktree.replace(f"{PENDING}/{name}.json", data)
    return name


def stamps_of(place: Workplace, paths: Iterable[str]) -> dict[str, str]:
    """Returns the stamps of the paths where something is."""
    found = {path: place.worktree.stamp(path) for path in paths}
    return {path: stamp for path, stamp in found.items() if stamp is not None}


def finish_pending(place: Workplace, ledger: Ledger, name: str) -> tuple[Draft | None, tuple[str, ...]]:
    """Hashes the outputs, writes the draft, and clears what was pending; returns the draft and what to tell people.

    The draft is None when another process has finished the run and kept it meanwhile.

    Raises:
        GitprovError: GP-RUN-004 when an output is not there; GP-RUN-011 when it is not what the command left;
            GP-PTH-*, GP-BLB-*, GP-IO-* while it is read. What is pending stays pending then.
    """
    if name not in pending_names(place):
        made = (read_draft(place, one) for one in draft_names(place))
        return next((draft for draft in made if draft.pending == name), None), ()
    pending = _read(place, name)
    _check_untouched(place, pending)
    draft, notes = _finish(place, ledger, name, pending)
    _check_untouched(place, pending)  # while they were read, too
    write_draft(place, draft)
    place.worktree.remove(f"{PENDING}/{name}.json")
    return draft, notes


def settle(place: Workplace, ledger: Ledger) -> tuple[tuple[str, ...], tuple[GitprovError, ...]]:
    """Finishes every run that is pending; returns what to tell people, and why some could not be finished.

    A draft whose run is staged already is removed: whoever kept it died before that.
    """
    own = {held.stored.path: held.draft for held in drafts(place.worktree) if _is_own(held)}
    for path in place.git.index(list(own)) if own else ():
        if (name := own.get(path)) is not None:
            remove_draft(place, name)
    notes: list[str] = []
    unfinished: list[GitprovError] = []
    for name in pending_names(place):
        try:
            notes += finish_pending(place, ledger, name)[1]
        except GitprovError as error:
            unfinished.append(error)
    return tuple(notes), tuple(unfinished)


def _is_own(held: Held) -> bool:
    """Tells whether a record of a draft is the run that it was made for, and not the `add` of an input."""
    run = held.stored.record
    return isinstance(run, Run) and held.draft == draft_name(held.stored, run.step)


def forget(place: Workplace, overwritten: Collection[str]) -> tuple[str, ...]:
    """Forgets the pending runs with an output that is about to be written; returns what to tell people.

    They could not be finished, and what lies there afterwards would be taken for what the old run made.
    """
    met = [name for name in pending_names(place) if _meets(place, name, overwritten)]
    for name in met:
        drop_pending(place, name)
    return tuple("an earlier run is forgotten: it could not be finished, and its output is made again" for _ in met)


def pending_step(place: Workplace, name: str) -> str:
    """Returns the step of a pending run, "" when it cannot be read."""
    try:
        return _read(place, name).run.step
    except GitprovError:
        return ""


def remains(place: Workplace) -> list[str]:
    """Returns what runs that are over left in the drafts, sorted: restored inputs, parameters, halves of drafts.

    Nothing while a run is under way, or is to be finished. The lock must be held, else one may just begin.
    """
    if not place.worktree.is_idle() or pending_names(place):
        return []
    folders = {path.split("/")[2] for path in place.worktree.files(DRAFTS)} - set(draft_names(place))
    return sorted(f"{DRAFTS}/{folder}" for folder in folders)


def tidy(place: Workplace) -> None:
    """Removes `remains`. The lock must be held."""
    for folder in remains(place):
        place.worktree.clear(folder)


def drop_pending(place: Workplace, name: str) -> None:
    """Forgets a pending run."""
    place.worktree.remove(f"{PENDING}/{name}.json")


def _meets(place: Workplace, name: str, paths: Collection[str]) -> bool:
    try:
        outs = [out.path for out in _read(place, name).outputs.values()]
    except GitprovError:
        return False
    return any(overlap(out, path) for out in outs for path in paths)


def _check_untouched(place: Workplace, pending: Pending) -> None:
    for out in pending.outputs.values():
        stamp = pending.stamps.get(out.path)
        if stamp is not None and place.worktree.stamp(out.path) not in (stamp, None):
            raise codes.RUN_TOUCHED.error(
                f"{out.path} is not what the command left there: it was written again since",
                fix=f"run {pending.run.step} again; gitprov keep --drop {pending.run.step} forgets that run",
            )


def _read(place: Workplace, name: str) -> Pending:
    data = place.worktree.read(f"{PENDING}/{name}.json") or b""
    try:
        return _from_json(json.loads(data))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise codes.RUN_DRAFT.error(
            f"{PENDING}/{name}.json is damaged", fix=f"gitprov keep --drop {name}  # and run the step again"
        ) from None


def _finish(place: Workplace, ledger: Ledger, name: str, pending: Pending) -> tuple[Draft, tuple[str, ...]]:
    notes: list[str] = []
    contents: dict[str, Content] = {}
    late = [out.path for out in pending.outputs.values() if out.path not in pending.stamps]
    for out in pending.outputs.values():
        if place.worktree.kind(out.path) is None:
            raise codes.RUN_OUTPUT.error(
                f"the command left nothing at {out.path}", fix=f"make {out.path}, then gitprov keep; or run it again"
            )
        snapshot = place.cache.snapshot(out.path, progress=place.progress)
        contents[out.path] = snapshot.content
        if pending.before.get(out.path) == snapshot.content.digest:
            notes.append(f"{out.path} has the same bytes as before the command")
    notes += [f"{path} was put there after the command had ended: the run says so" for path in late]
    artifacts = {
        role: store(Artifact(name=out.name, kind=out.kind, content=contents[out.path], recipe=pending.recipes[role]))
        for role, out in pending.outputs.items()
    }
    notes += other_results(ledger, artifacts.values())
    run = store(
        replace(
            pending.run,
            declared=(*pending.run.declared, "outputs") if late else pending.run.declared,
            inputs={
                role: _after(place, pending, used, pending.inputs[role], notes)
                for role, used in pending.run.inputs.items()
            },
            outputs={
                role: Output(
                    artifact=artifacts[role].id,
                    content=contents[out.path].digest,
                    path=out.path,
                    recipe=pending.recipes[role].id,
                )
                for role, out in pending.outputs.items()
            },
        )
    )
    outs = {out.path: contents[out.path] for out in pending.outputs.values()}
    draft = Draft(
        name=draft_name(run, pending.run.step),
        records=(*artifacts.values(), run, *pending.sources),
        pending=name,
        pointers={**pending.pointers, **outs},
        stage=pending.stage,
        deps=pending.deps,
        outs=outs if pending.stage is not None else {},
    )
    return draft, tuple(notes)


def other_results(ledger: Ledger, made: Iterable[Stored]) -> Iterator[str]:
    """Yields what to tell people of artifacts whose recipe has given other bytes before."""
    for stored in made:
        if isinstance(artifact := stored.record, Artifact):
            same = [one for one in ledger.with_recipe(artifact.recipe.id) if one != stored.id]
            others = [one for one in same if ledger.artifacts[one].name == artifact.name]
            if others:
                yield (
                    f"the same recipe gave other bytes before: {artifact.name} id:{others[-1][7:15]}; "
                    f"both are recorded (the step is not deterministic)"
                )


def _after(place: Workplace, pending: Pending, used: Input, path: str, notes: list[str]) -> Input:
    """Returns an input with whether it was still the same when the command had ended."""
    if place.worktree.stamp(path) != pending.stamps.get(path):
        notes.append(
            f"the input {path} was written again since the command ended: nobody knows whether it was the same"
        )
        return replace(used, after="unknown")
    try:
        now = place.cache.snapshot(path, keep=False).content.digest
    except GitprovError as error:
        if error.code is codes.IO_FAILED:  # it may be the same still
            raise
        now = None
    if now != used.content:
        notes.append(f"the input {path} changed while the command ran: the run says so")
    return replace(used, after="same" if now == used.content else "changed")


def _to_json(pending: Pending) -> dict[str, object]:
    return {
        "before": dict(pending.before),
        "deps": {path: to_data(content) for path, content in pending.deps.items()},
        "inputs": dict(pending.inputs),
        "outputs": {role: [out.path, out.name, out.kind] for role, out in pending.outputs.items()},
        "pointers": {path: to_data(content) for path, content in pending.pointers.items()},
        "recipes": {role: to_data(recipe) for role, recipe in pending.recipes.items()},
        "run": to_data(pending.run),
        "sources": {stored.path: stored.data.decode() for stored in pending.sources},
        "stage": pending.stage,
        "stamps": dict(pending.stamps),
    }


def _from_json(data: dict[str, Any]) -> Pending:
    sources = [(path, str(text).encode()) for path, text in data["sources"].items()]
    return Pending(
        run=from_data(Run, data["run"]),
        outputs={role: OutputSpec(*out) for role, out in data["outputs"].items()},
        recipes={role: from_data(Recipe, recipe) for role, recipe in data["recipes"].items()},
        inputs={role: str(path) for role, path in data["inputs"].items()},
        sources=tuple(Stored(sha256_of(text), path, text, decode(text, name=path)) for path, text in sources),
        pointers={path: from_data(Content, content) for path, content in data["pointers"].items()},
        stage=data["stage"],
        deps={path: from_data(Content, content) for path, content in data["deps"].items()},
        stamps={path: str(stamp) for path, stamp in data["stamps"].items()},
        before={path: str(digest) for path, digest in data["before"].items()},
    )
