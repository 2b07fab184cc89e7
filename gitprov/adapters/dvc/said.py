"""What one of DVC's files says at some commit: all that can be recorded, and of the rest why not, by file and line."""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from gitprov.adapters.dvc import lock
from gitprov.adapters.dvc.documents import At, read_document
from gitprov.adapters.dvc.paths import join
from gitprov.adapters.dvc.pointers import read_locked, read_pointers
from gitprov.adapters.dvc.stages import NAME as DVC_YAML
from gitprov.adapters.dvc.stages import ReadFile, read_pipeline
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Md5, is_md5, md5_of
from gitprov.ids.listings import dvc_directory
from gitprov.ids.names import path_fault
from gitprov.ports.dvc import Locked, LockEntry, Pointer, Said

# A dvc.lock as DVC writes it: every stage begins on a line of its own, and its other lines are indented deeper.
_usual = re.compile(rb"schema: '2\.0'\nstages:\n(?:  [^\s#][^\n]*:\n(?:(?:    [^\n]*)?\n)++)++").fullmatch
_heads = re.compile(rb"^(?=  [^\s#])", re.MULTILINE).split


def read_said(name: str, data: bytes, read: ReadFile, settings: Mapping[str, Any]) -> Said:
    """Returns what a file of DVC's says; `settings` are those of `read_pipeline`."""
    try:
        match posixpath.basename(name):
            case "dvc.yaml":
                is_told = b"artifacts" in data
                return Said(artifacts=read_pipeline(data, name, "", settings, read).artifacts if is_told else {})
            case lock.NAME:
                return _said_by_lock(name, data, read, settings)
            case _:
                return _said_by_pointer(name, data)
    except GitprovError as error:
        return Said(faults=(error,))


def read_gto_artifacts(data: bytes, name: str) -> dict[str, str]:
    """Returns name to path of an artifacts.yaml, for what has a path."""
    paths = {key: at.get("path") for key, at in read_document(data, name).top().mapping().items()}
    return {key: join(".", at.text()) for key, at in paths.items() if at.value is not None}


def _said_by_lock(name: str, data: bytes, read: ReadFile, settings: Mapping[str, Any]) -> Said:
    folder = posixpath.dirname(name) or "."
    pipeline = join(folder, DVC_YAML)
    yaml = read(pipeline) or b""
    told = read_pipeline(yaml, pipeline, "", settings, read).stages if b"wdir" in yaml else ()
    cwds = {one.name: one.cwd for one in told}
    if (usual := _usual_entries(name, data, folder, cwds)) is not None:
        return Said(entries=usual)
    entries: list[LockEntry] = []
    faults: list[GitprovError] = []
    for stage, at in lock.read_stages(data, name).items():
        try:
            entries.append(_entry(stage, at, folder, cwds.get(stage, folder)))
        except GitprovError as error:
            faults.append(error)
    return Said(entries=tuple(entries), faults=tuple(faults))


def _usual_entries(name: str, data: bytes, folder: str, cwds: Mapping[str, str]) -> tuple[LockEntry, ...] | None:
    """Returns the entries of a dvc.lock as DVC writes it, stage by stage: a commit changes few of them.

    None for any other, and for one with a fault, whose line only the whole file tells.
    """
    if _usual(data) is None:
        return None
    try:
        parts = [_part(part, name) for part in _heads(data)[1:]]
        stages = {stage: at for part in parts for stage, at in part.items()}
        if len(stages) < len(parts):
            return None
        return tuple(_entry(stage, at, folder, cwds.get(stage, folder)) for stage, at in stages.items())
    except GitprovError:
        return None


@lru_cache(maxsize=4096)
def _part(data: bytes, name: str) -> Mapping[str, At]:
    return read_document(data, name).top().mapping()


def _said_by_pointer(name: str, data: bytes) -> Said:
    folder, base = posixpath.split(name)
    if b"cmd:" not in data:
        usual = read_pointers(data, name)
        if all(one.out.md5 is not None and path_fault(one.out.path) is None for one in usual):
            return Said(pointers=tuple(usual))
    top = read_document(data, name).top()
    wdir = top.get("wdir")
    cwd = join(folder, "." if wdir.value is None else wdir.text())
    if top.get("cmd").value is not None:
        return Said(entries=(_entry(base.removesuffix(".dvc"), top, folder or ".", cwd),))
    pointers: list[Pointer] = []
    faults: list[GitprovError] = []
    for at in top.get("outs").items():
        try:
            pointers.append(Pointer(name, _recordable(at, cwd), bool(top.get("deps").items())))
        except GitprovError as error:
            faults.append(error)
    return Said(pointers=tuple(pointers), faults=tuple(faults))


def _entry(stage: str, at: At, folder: str, cwd: str) -> LockEntry:
    deps, outs = (tuple(_recordable(one, cwd) for one in at.get(key).items()) for key in ("deps", "outs"))
    return replace(lock.read_entry(stage, at, folder, cwd), deps=deps, outs=outs)


def _recordable(at: At, cwd: str) -> Locked:
    """Returns a dep or out that can be recorded: it lies in the repository and DVC knows its MD5.

    A directory on a remote that keeps versions has the MD5 of each file only, which say what the directory's is.

    Raises:
        GitprovError: GP-DVC-001; GP-DVC-007.
    """
    locked = read_locked(at, cwd)
    if fault := path_fault(locked.path):
        why = f"is {locked.path}, which is no path of the repository: {fault}"
        raise at.get("path").fault(why, codes.DVC_ELSEWHERE)
    if locked.md5 is None and at.get("files").items():
        files: dict[str, Md5] = {}
        for file in at.get("files").items():
            md5 = f"md5:{file.get('md5').text()}"
            if not is_md5(md5):
                raise file.get("md5").fault("is no MD5")
            files[file.get("relpath").text()] = Md5(md5)
        sizes = [file.get("size").count() for file in at.get("files").items()]
        size = None if None in sizes else sum(one for one in sizes if one is not None)
        locked = replace(locked, md5=md5_of(dvc_directory(files)), size=size, files=len(files))
    if locked.md5 is None:
        raise at.get("path").fault(f"is {locked.path}, of which DVC knows no MD5", codes.DVC_ELSEWHERE)
    return locked
