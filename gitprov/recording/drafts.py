"""Drafts: what `run` leaves in `.gitprov/drafts/` until `keep` stages it.

A draft is a folder with record files where they will lie below `.gitprov/`, and `draft.json` with what else `keep` has
to write. Drafts are private to one clone and not part of the format.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, digest_hex
from gitprov.ports.workplace import Workplace
from gitprov.recording.ledger import DRAFTS, NOTE, drafts
from gitprov.records import Content, Run, Stored
from gitprov.records.codec import from_data, to_data
from gitprov.records.stored import ROOT

PENDING = f"{DRAFTS}/pending"
"""Where a run whose command has ended waits for its draft: `recording.pending`."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What one run is about to record.

    Attributes:
        name: The folder: step and the first digits of the run's id.
        records: The run, its artifacts, and sources that were not recorded before.
        pending: The name of the pending run that it was made from.
        number: Higher than that of each draft that was there before it.
        pointers: Outputs and sources that get a `.dvc` file, path to content.
        stage: The dvc.yaml stage whose dvc.lock entry is to be written, by its address.
        deps, outs: What that entry says, path to content.
    """

    name: str
    records: tuple[Stored, ...]
    pending: str = ""
    number: int = 0
    pointers: Mapping[str, Content] = field(default_factory=dict)
    stage: str | None = None
    deps: Mapping[str, Content] = field(default_factory=dict)
    outs: Mapping[str, Content] = field(default_factory=dict)

    @property
    def run(self) -> Run:
        """The run that it records."""
        return self._own[1]

    @property
    def run_id(self) -> Digest:
        """Its id."""
        return self._own[0]

    @property
    def _own(self) -> tuple[Digest, Run]:
        runs = [(stored, stored.record) for stored in self.records if isinstance(stored.record, Run)]
        return next((stored.id, run) for stored, run in runs if draft_name(stored, run.step) == self.name)


def draft_name(run: Stored, step: str) -> str:
    """Returns the name of a run's draft."""
    return f"{step}-{digest_hex(run.id)[:12]}"


def write_draft(place: Workplace, draft: Draft) -> None:
    """Writes a draft; the note comes last, and a draft without one is not complete."""
    folder = f"{DRAFTS}/{draft.name}"
    others = [_note(place, name).get("number", 0) for name in draft_names(place) if name != draft.name]
    for stored in draft.records:
        place.worktree.replace(f"{folder}/{stored.path.removeprefix(ROOT + '/')}", stored.data)
    note = {
        "deps": {path: to_data(content) for path, content in draft.deps.items()},
        "number": max(others, default=0) + 1,
        "outs": {path: to_data(content) for path, content in draft.outs.items()},
        "pending": draft.pending,
        "pointers": {path: to_data(content) for path, content in draft.pointers.items()},
        "stage": draft.stage,
    }
    place.worktree.replace(f"{folder}/{NOTE}", json.dumps(note, indent=1, sort_keys=True).encode())


def draft_names(place: Workplace) -> list[str]:
    """Returns the names of the drafts, sorted."""
    notes = [path for path in place.worktree.files(DRAFTS) if path.endswith(f"/{NOTE}")]
    return [path.removeprefix(DRAFTS + "/").removesuffix(f"/{NOTE}") for path in notes]


def pending_names(place: Workplace) -> list[str]:
    """Returns the names of the runs that wait for their drafts."""
    waiting = [path for path in place.worktree.files(PENDING) if path.endswith(".json")]
    return [path.removeprefix(PENDING + "/").removesuffix(".json") for path in waiting]


def read_draft(place: Workplace, name: str) -> Draft:
    """Returns a draft as it was written.

    Raises:
        GitprovError: GP-RUN-008 when its note or its run is missing or broken.
    """
    return _draft(place, name, [held.stored for held in drafts(place.worktree) if held.draft == name])


def read_drafts(place: Workplace) -> tuple[list[Draft], dict[str, GitprovError]]:
    """Returns the drafts in the order in which they ran, and why some cannot be read, by name.

    In this order, since what DVC's files say in the end is what was kept last.
    """
    records: dict[str | None, list[Stored]] = defaultdict(list)
    for held in drafts(place.worktree):
        records[held.draft].append(held.stored)
    found, damaged = [], {}
    for name in draft_names(place):
        try:
            found.append(_draft(place, name, records[name]))
        except GitprovError as error:
            damaged[name] = error
    return sorted(found, key=lambda draft: draft.number), damaged


def _draft(place: Workplace, name: str, records: Sequence[Stored]) -> Draft:
    note = _note(place, name)
    try:
        contents = {
            key: {path: from_data(Content, value) for path, value in note[key].items()}
            for key in ("pointers", "deps", "outs")
        }
        draft = Draft(name, tuple(records), note["pending"], note["number"], stage=note["stage"], **contents)
        _ = draft.run
    except (ValueError, KeyError, AttributeError, TypeError, StopIteration):
        raise codes.RUN_DRAFT.error(
            f"the draft {name} is damaged",
            why=f"{DRAFTS}/{name} is not as it was written",
            fix=f"gitprov keep --drop {name}  # and run the step again",
        ) from None
    return draft


def remove_draft(place: Workplace, name: str) -> None:
    """Removes a draft; its note first, so that half of one is never taken for a whole."""
    place.worktree.remove(f"{DRAFTS}/{name}/{NOTE}")
    place.worktree.clear(f"{DRAFTS}/{name}")


def _note(place: Workplace, name: str) -> dict[str, Any]:
    """Returns the note of a draft, empty when it cannot be read."""
    try:
        note = json.loads(place.worktree.read(f"{DRAFTS}/{name}/{NOTE}") or b"")
    except (ValueError, RecursionError):
        return {}
    return note if isinstance(note, dict) else {}
