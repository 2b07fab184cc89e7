"""A verifier of records written from docs/format.md alone: the standard library and PyYAML, nothing of gitprov.

`python mini_verifier.py TOP` names every fault of the records below TOP/.gitprov (steps 1 and 3 of "Verifying").
"""

import hashlib
import json
import math
import re
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"}
NAMED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
ESCAPED = """0000-001F 007F-00A0 00AD 034F 061C 115F-1160 1680 17B4-17B5 180B-180F 2000-200F 2028-202F
205F-206F 3000 3164 FE00-FE0F FEFF FFA0 FFF0-FFFB FFFE-FFFF 1BCA0-1BCA3 1D173-1D17A E0000-E0FFF"""
RANGES = [(int(r.split("-")[0], 16), int(r.split("-")[-1], 16)) for r in ESCAPED.split()]
FOLDERS = {"artifact": "name", "run": "step", "evaluation": "name", "release": "name", "event": "kind"}


def sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def units(text: str) -> bytes:
    return text.encode("utf-16-be")


def digest(value: Any) -> str:
    return sha256(jcs(value).encode())


def jcs(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{jcs(key)}:{jcs(value[key])}" for key in sorted(value, key=units)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(jcs, value)) + "]"
    if isinstance(value, float):  # as ECMAScript writes it
        number = Decimal(repr(value)).normalize()
        if -7 < number.adjusted() < 21:
            return f"{number:f}"
        first, *rest = map(str, number.as_tuple().digits)
        return f"{'-' * (number < 0)}{first}{'.' * bool(rest)}{''.join(rest)}e{number.adjusted():+d}"
    return json.dumps(value, ensure_ascii=False)


def scalar(value: Any) -> str:
    if isinstance(value, str):
        unseen = any(low <= ord(char) <= high for char in value for low, high in RANGES)
        if re.fullmatch("[A-Za-z_/][A-Za-z0-9_./@:+-]*(?<!:)", value) and value.lower() not in WORDS:
            return value
        if '"' in value and not unseen:
            return "'" + value.replace("'", "''") + "'"
        return '"' + "".join(map(escape, value)) + '"'
    if isinstance(value, float):
        mantissa, e, exponent = repr(value).partition("e")
        return mantissa + ("" if "." in mantissa else ".0") + (f"e{int(exponent):+d}" if e else "")
    return json.dumps(value)  # null, true, false, integers, {} and []


def escape(char: str) -> str:
    code = ord(char)
    if char in NAMED or not any(low <= code <= high for low, high in RANGES):
        return NAMED.get(char, char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def lines(value: Any) -> list[str]:
    """Returns the canonical lines of a mapping or list that is not empty, or of a scalar."""
    out = []
    if isinstance(value, dict) and value:
        for key in sorted(value, key=units):
            below = lines(value[key])
            if isinstance(value[key], dict | list) and value[key]:
                out += [f"{scalar(key)}:", *("  " + line for line in below)]
            else:
                out.append(f"{scalar(key)}: {below[0]}")
        return out
    if isinstance(value, list) and value:
        for item in value:
            first, *rest = lines(item)
            out += ["- " + first, *("  " + line for line in rest)]
        return out
    return [scalar(value)]


def holds(value: Any) -> bool:
    """Tells whether a record can hold a value: no other key than text, no float where an integer says the same."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and holds(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(holds, value))
    if isinstance(value, float):
        return math.isfinite(value) and not (value.is_integer() and abs(value) < 2**53)
    return value is None or isinstance(value, str) or (isinstance(value, int) and abs(value) < 2**53)


def read(data: bytes) -> dict[str, Any]:
    """Returns the record in a file.

    Raises:
        ValueError: It is not canonical.
    """
    try:
        value = yaml.load(data.decode() if len(data) <= 65536 else "", Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError("not YAML in UTF-8") from error
    if isinstance(value, dict) and holds(value) and "\n".join([*lines(value), ""]).encode() == data:
        return value
    raise ValueError("not canonical")


def judge(path: str, data: bytes, records: dict[str, dict[str, Any]]) -> list[str]:
    """Returns what is wrong with one record, given all records by id."""
    record = records[sha256(data)]
    kind = record["schema"].removeprefix("gitprov/").removesuffix("/v1")
    digits = sha256(data).removeprefix("sha256:")
    stem = str(record["version"]) if kind == "release" else f"{digits[:2]}/{digits}"
    faults = [] if path == f".gitprov/{kind}s/{record[FOLDERS[kind]]}/{stem}.yaml" else ["path"]
    named: list[str] = []
    if kind == "artifact":
        content, recipe = record["content"], dict(record["recipe"])
        reference = {key: value for key, value in content.get("reference", {}).items() if key != "assurance"}
        faults += ["content.digest"] if reference and digest(reference) != content["digest"] else []
        name = recipe.pop("id")
        made = digest({"cwd": ".", "inputs": {}, "params": {}, **recipe}) if recipe else content["digest"]
        faults += ["recipe.id"] if made != name else []
    elif kind == "run":
        ends = [*record["outputs"].values(), *record.get("inputs", {}).values()]
        named += [one["artifact"] for one in ends]
        for one in [one for one in ends if one["artifact"] in records]:
            artifact = records[one["artifact"]]
            faults += ["content"] if artifact["content"]["digest"] != one["content"] else []
            faults += ["recipe"] if one.get("recipe", artifact["recipe"]["id"]) != artifact["recipe"]["id"] else []
    elif kind == "release":
        named += [one[key] for one in record["members"].values() for key in ("artifact", "run")]
        faults += ["set"] if digest({r: m["artifact"] for r, m in record["members"].items()}) != record["set"] else []
        named += record.get("runs", [])
        faults += ["layers"] if set(named) <= records.keys() and layers(record, records) != record["layers"] else []
    elif kind == "evaluation":
        named += [record["subject"]["artifact"]] if "artifact" in record["subject"] else []
    else:
        named += record["subjects"]
    return faults + [f"{one} is not there" for one in named if one not in records]


def layers(release: dict[str, Any], records: dict[str, dict[str, Any]]) -> dict[str, str]:
    chosen = sorted((records[run].get("finished", ""), run) for run in release.get("runs", []))
    chosen += [("", member["run"]) for member in release["members"].values()]
    makers = {out["artifact"]: run for _, run in chosen for out in records[run]["outputs"].values()}
    made_by = {member["artifact"]: member["run"] for member in release["members"].values()}
    todo = list(made_by)
    while todo:
        for used in records.get(made_by[todo.pop()], {}).get("inputs", {}).values():
            one = used["artifact"]
            if one not in made_by:
                made_by[one] = makers.get(one, "")
                todo.append(one)
    artifacts = [records[one] for one in made_by if one in records]
    ran = [records[run] for run in made_by.values() if run in records]
    lists = {
        "artifacts": [records[member["artifact"]]["content"]["digest"] for member in release["members"].values()],
        "code": [run["code"]["digest"] for run in ran if "code" in run],
        "data": [one["content"]["digest"] for one in artifacts if list(one["recipe"]) == ["id"]],
        "environment": [run["environment"]["digest"] for run in ran if "environment" in run],
    }
    return {name: digest(sorted(set(values))) for name, values in lists.items()}


def verify(files: dict[str, bytes]) -> list[str]:
    """Returns every fault of the record files, path to bytes."""
    records, faults = {}, []
    for path, data in files.items():
        try:
            records[sha256(data)] = read(data)
        except ValueError as error:
            faults.append(f"{path}: {error}")
    good = {path: data for path, data in files.items() if sha256(data) in records}
    return faults + [f"{path}: {fault}" for path, data in good.items() for fault in judge(path, data, records)]


if __name__ == "__main__":
    top = Path(sys.argv[1])
    found = verify({path.relative_to(top).as_posix(): path.read_bytes() for path in top.glob(".gitprov/*s/**/*.yaml")})
    print("\n".join(found) or "nothing is wrong")
    sys.exit(bool(found))
