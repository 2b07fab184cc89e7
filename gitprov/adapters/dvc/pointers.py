"""`.dvc` files, read and written as DVC does."""

import posixpath
import re
from collections.abc import Mapping
from typing import Any

from gitprov.adapters.dvc.documents import At, bounded, dump, read_document
from gitprov.adapters.dvc.paths import is_outside, join
from gitprov.errors import catalogue as codes
from gitprov.ids import Md5, digest_hex
from gitprov.ports.dvc import Locked, Pointer
from gitprov.records import Content

ENDING = ".dvc"

# What `dvc add` writes for a plain name; most pointers of most repositories, and a hundred times faster than YAML.
_usual = re.compile(
    rb"outs:\n- md5: (?P<md5>[0-9a-f]{32})(?P<dir>\.dir)?\n  size: (?P<size>0|[1-9][0-9]{0,17})\n"
    rb"(?:  nfiles: (?P<files>0|[1-9][0-9]{0,17})\n)?(?:  isexec: true\n)?  hash: md5\n"
    rb"  path: (?P<path>(?!(?i:true|false|null)\n)[A-Za-z_][\w./-]*)\n"
).fullmatch
_is_usual_path = re.compile(r"(?!(?i:true|false|null)\Z)[A-Za-z_][A-Za-z0-9_./-]{0,63}").fullmatch
_is_number = re.compile(r"[0-9]*e?[0-9]*").fullmatch
_is_md5 = re.compile(r"[0-9a-f]{32}").fullmatch

# What a pointer says of an output besides what people put there.
_MEASURED = (
    "checksum", "cloud", "etag", "files", "hash", "isexec", "md5", "nfiles", "size", "version_id",
)  # fmt: skip


def read_pointers(data: bytes, file: str) -> list[Pointer]:
    """Returns what a `.dvc` file says, an entry an output.

    Raises:
        GitprovError: GP-DVC-001 with file and line.
    """
    folder = posixpath.dirname(file) or "."
    if usual := _usual(data):
        path = join(folder, usual["path"].decode())
        if not is_outside(path):
            md5, size = Md5(f"md5:{usual['md5'].decode()}"), int(usual["size"])
            files = None if usual["files"] is None else int(usual["files"])
            return [Pointer(file, Locked(path, md5, usual["dir"] is not None, size, files), False)]
    top = read_document(data, file).top()
    wdir = top.get("wdir")
    cwd = join(folder, "." if wdir.value is None else wdir.text())
    imported = bool(top.get("deps").items()) or top.get("frozen").flag(default=False)
    return [Pointer(file, read_locked(out, cwd), imported) for out in top.get("outs").items()]


def read_locked(at: At, cwd: str) -> Locked:
    """Returns one dep or out of a `.dvc` file or of dvc.lock; its path is relative to `cwd`.

    Raises:
        GitprovError: GP-DVC-001 with file and line.
    """
    path = at.get("path").text()
    if not path or "\0" in path:
        raise at.get("path").fault("is no path")
    md5 = at.get("md5")
    hexed, size, files = (md5.text() if md5.value else ""), at.get("size").count(), at.get("nfiles").count()
    plain = hexed.removesuffix(".dir")
    if hexed and _is_md5(plain) is None:
        raise md5.fault("is no MD5")
    return Locked(
        path=join(cwd, path),
        md5=Md5(f"md5:{plain}") if plain else None,
        is_dir=plain != hexed or files is not None or bool(at.get("files").items()),
        size=size,
        files=files,
    )


def measured(content: Content, *, is_executable: bool) -> dict[str, Any]:
    """Returns what DVC writes of a content besides its MD5, in DVC's order."""
    if content.listing is not None:
        return {"size": content.size, "nfiles": content.files}
    return {"size": content.size, "isexec": True} if is_executable else {"size": content.size}


def dvc_md5(content: Content) -> str:
    """Returns a content's MD5 as DVC writes it."""
    return digest_hex(content.md5) + (".dir" if content.listing is not None else "")


def write_pointer(path: str, content: Content, old: bytes | None, *, is_executable: bool) -> bytes:
    """Returns the `.dvc` file of `path`, as `dvc add` writes it over `old`.

    Raises:
        GitprovError: GP-DVC-001 when `old` cannot be understood, or owns something else.
    """
    facts = {"md5": dvc_md5(content), **measured(content, is_executable=is_executable), "hash": "md5"}
    usual = _write_usual(facts, posixpath.basename(path))
    if usual is not None and old in (None, usual):
        return usual
    if old is None:
        return dump({"outs": [{**facts, "path": posixpath.basename(path)}]})
    file = path + ENDING
    if not is_ours(read_pointers(old, file), path):
        raise codes.DVC_FILE.error(f"{file} owns something else than {path}", fix=f"git mv {file} OTHER.dvc")
    document = bounded("rt").load(old.decode())
    out = document["outs"][0]
    for key, value in facts.items():
        if out.get(key) != value:
            out[key] = value
    for key in _MEASURED:
        if key in out and key not in facts:
            del out[key]
    return dump(document)


def _write_usual(facts: Mapping[str, Any], path: str) -> bytes | None:
    """Returns what `dump` makes of a pointer with these facts; None where YAML may quote or fold."""
    if _is_number(facts["md5"]) or not _is_usual_path(path):
        return None
    values = {name: "true" if value is True else value for name, value in {**facts, "path": path}.items()}
    return ("outs:\n- " + "  ".join(f"{name}: {value}\n" for name, value in values.items())).encode()


def is_ours(pointers: list[Pointer], path: str) -> bool:
    """Tells whether a `.dvc` file owns exactly `path` and nothing else, and is no import."""
    return (
        len(pointers) == 1
        and pointers[0].file == path + ENDING
        and pointers[0].out.path == path
        and not pointers[0].frozen_import
    )
