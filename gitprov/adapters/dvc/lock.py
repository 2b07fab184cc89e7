"""dvc.lock: what DVC ran last, read, and written as DVC writes it."""

import posixpath
from collections.abc import Callable, Mapping
from typing import Any

from gitprov.adapters.dvc.documents import At, bounded, dump, plain, read_document
from gitprov.adapters.dvc.paths import is_outside, join
from gitprov.adapters.dvc.pointers import dvc_md5, measured, read_locked
from gitprov.adapters.dvc.stages import PARAMS_FILE, Definition
from gitprov.errors import catalogue as codes
from gitprov.ports.dvc import LockEntry
from gitprov.records import Content

NAME = "dvc.lock"
SCHEMA = "2.0"

WorkingFolders = Callable[[str], Mapping[str, str]]
"""Folder of a dvc.yaml to the working folders of its stages that do not run in that folder."""


def read_lock(data: bytes, name: str, working_folders: WorkingFolders) -> list[LockEntry]:
    """Returns the entries of a dvc.lock, of schema 2.0 or of 1.0, which had the stages at the top.

    Raises:
        GitprovError: GP-DVC-001 with file and line; what `working_folders` raises.
    """
    folder = posixpath.dirname(name) or "."
    stages = read_stages(data, name)
    cwds = working_folders(folder) if stages else {}
    return [read_entry(stage, at, folder, cwds.get(stage, folder)) for stage, at in stages.items()]


def read_stages(data: bytes, name: str) -> dict[str, At]:
    """Returns the stages of a dvc.lock, of schema 2.0 or of 1.0, each still to be read.

    Raises:
        GitprovError: GP-DVC-001 with file and line.
    """
    top = read_document(data, name).top()
    if "schema" not in top.mapping():
        return top.mapping()
    if top.get("schema").value != SCHEMA:
        raise top.get("schema").fault(f"must be '{SCHEMA}'")
    return top.get("stages").mapping()


def read_entry(stage: str, at: At, folder: str, cwd: str) -> LockEntry:
    """Returns one stage of a dvc.lock; its paths are relative to `cwd`.

    Raises:
        GitprovError: GP-DVC-001 with file and line.
    """
    command = at.get("cmd")
    lines = command.items() if isinstance(command.value, list) else [command]
    params = at.get("params").mapping()
    return LockEntry(
        stage=stage,
        folder=folder,
        cwd=cwd,
        commands=tuple(line.text() for line in lines),
        deps=tuple(read_locked(dep, cwd) for dep in at.get("deps").items()),
        outs=tuple(read_locked(out, cwd) for out in at.get("outs").items()),
        params={
            join(cwd, file): {key: plain(one.value) for key, one in values.mapping().items()}
            for file, values in params.items()
        },
    )


def write_stage(old: bytes | None, name: str, stage: str, entry: Mapping[str, Any]) -> bytes:
    """Returns the dvc.lock with this entry of a stage, everything else as it was.

    Raises:
        GitprovError: GP-DVC-001 when `old` cannot be understood, or is of a schema that DVC no longer writes.
    """
    document: dict[str, Any] = {"schema": SCHEMA}
    if old is not None and old.strip():
        top = read_document(old, name).top()
        if top.get("schema").value != SCHEMA:
            raise top.get("schema").fault(f"must be '{SCHEMA}': this file is of DVC 1 and cannot be written any more")
        top.get("stages").mapping()
        document = bounded("rt").load(old.decode())
    document["stages"] = document.get("stages") or {}
    document["stages"][stage] = entry
    return dump(document)


def make_entry(
    definition: Definition,
    deps: Mapping[str, Content],
    outs: Mapping[str, Content],
    params: Mapping[str, Mapping[str, Any]],
    is_executable: Callable[[str], bool],
) -> dict[str, Any]:
    """Returns the entry of a stage that has run: what it declares, in DVC's order.

    Args:
        definition: The stage.
        deps: Path to content. What lies outside the work tree is left out, so that DVC judges it itself.
        outs: Path to content.
        params: Parameter file as written to the values that the stage declares.
        is_executable: Whether the file at a path may be executed, which DVC notes.

    Raises:
        GitprovError: GP-RUN-004 when an output has no content, GP-PTH-006 when a dep has none.
    """
    used = {written: path for written, path in definition.deps.items() if not is_outside(path)}
    made = {out.written: out.path for out in definition.outs if not is_outside(out.path)}
    for paths, contents, code in ((used, deps, codes.PTH_MISSING), (made, outs, codes.RUN_OUTPUT)):
        if missing := [path for path in paths.values() if path not in contents]:
            raise code.error(f"stage {definition.name} has no content for {', '.join(missing)}")

    def locked(paths: Mapping[str, str], contents: Mapping[str, Content]) -> list[dict[str, Any]]:
        return [
            {
                "path": written,
                "hash": "md5",
                "md5": dvc_md5(contents[path]),
                **measured(contents[path], is_executable=is_executable(path)),
            }
            for written, path in sorted(paths.items())
        ]

    entry = {
        "cmd": definition.command,
        "deps": locked(used, deps),
        "params": {
            file: dict(sorted(params[file].items()))
            for file in sorted(params, key=lambda file: (file != PARAMS_FILE, file))
        },
        "outs": locked(made, outs),
    }
    return {key: value for key, value in entry.items() if value}
