"""A verifier of records written from docs/format.md alone: PyYAML, cryptography for signatures, nothing of gitprov.

`python mini_verifier.py TOP` names every fault of the records below TOP/.gitprov (steps 1, 3 and 6 of "Verifying").
"""

import base64
import hashlib
import json
import math
import re
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"}
NAMED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
ESCAPED = """0000-001F 007F-00A0 00AD 034F 061C 115F-1160 1680 17B4-17B5 180B-180F 2000-200F 2028-202F
205F-206F 3000 3164 FE00-FE0F FEFF FFA0 FFF0-FFFB FFFE-FFFF 1BCA0-1BCA3 1D173-1D17A E0000-E0FFF"""
RANGES = [(int(r.split("-")[0], 16), int(r.split("-")[-1], 16)) for r in ESCAPED.split()]
FOLDERS = {"artifact": "name", "run": "step", "evaluation": "name", "event": "kind"}
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SIGNATURE = re.compile(r"(.+?)(/approvals)?/([^/.]+)\.([0-9a-f]{16})\.sigstore\.json")


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
    limit = 1048576 if b"\nschema: gitprov/evidence/v1\n" in data else 65536
    try:
        value = yaml.load(data.decode() if len(data) <= limit else "", Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError("not YAML in UTF-8") from error
    if isinstance(value, dict) and holds(value) and "\n".join([*lines(value), ""]).encode() == data:
        return value
    raise ValueError("not canonical")


def kind_of(record: dict[str, Any]) -> str:
    return str(record["schema"].removeprefix("gitprov/").removesuffix("/v1"))


def place(record: dict[str, Any], digits: str) -> str:
    kind = kind_of(record)
    if kind in ("request", "evidence"):
        return f"promotions/{record['name']}/{record['stage']}/{record['sequence']:04d}/{kind}"
    if kind == "trust":
        return f"trust/{record['version']:04d}"
    if kind == "release":
        return f"releases/{record['name']}/{record['version']}"
    folder = f"{record['name']}/{record['stage']}" if kind == "deployment" else record[FOLDERS[kind]]
    return f"{kind}s/{folder}/{digits[:2]}/{digits}"


def statement(path: str, data: bytes, records: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Returns what the signature of a record signs."""
    record = records[sha256(data)]
    kind, plain = kind_of(record), {key: value for key, value in record.items() if key != "schema"}
    subject, said = [descriptor(path, sha256(data))], f"urn:gitprov:{kind}:v1"
    predicate: dict[str, Any] = plain
    if kind == "release":
        members = sorted(record["members"].items())
        subject += [descriptor(role, records[one["artifact"]]["content"]["digest"]) for role, one in members]
    elif kind == "run":
        said, predicate = "https://slsa.dev/provenance/v1", provenance(sha256(data), plain)
    elif kind == "evaluation":
        said, values = "https://in-toto.io/attestation/test-result/v0.1", sorted(record["metrics"].items())
        failed = [name for name, value in values if value is False or isinstance(value, dict)]
        passed = [name for name, value in values if value is True]
        predicate = {
            "configuration": [descriptor(record["suite"], record["source"])],
            "evaluation": plain,
            "failedTests": failed,
            "passedTests": passed,
            "result": "FAILED" if failed else "PASSED" if passed else "WARNED",
        }
        if "data" in record:
            predicate["configuration"].append(descriptor("data", record["data"]["content"]))
    return about(subject, said, predicate)


def provenance(run: str, plain: dict[str, Any]) -> dict[str, Any]:
    external = {key: plain[key] for key in ("command", "cwd", "params", "step") if key in plain}
    told = {*external, "actor", "finished", "inputs", "outputs", "started"}
    used, made = (
        [{**descriptor(role, one["content"]), "annotations": one} for role, one in sorted(plain.get(key, {}).items())]
        for key in ("inputs", "outputs")
    )
    if commit := plain.get("code", {}).get("commit"):
        used.append({"digest": {"gitCommit": commit.removeprefix("git:")}, "name": "code"})
    times = {f"{key}On": plain[key] for key in ("started", "finished") if key in plain}
    return {
        "buildDefinition": {
            "buildType": "urn:gitprov:run:v1",
            "externalParameters": external,
            "internalParameters": {key: value for key, value in plain.items() if key not in told},
            "resolvedDependencies": used,
        },
        "runDetails": {
            "builder": {"id": f"urn:gitprov:actor:{plain['actor']}"},
            "byproducts": made,
            "metadata": {"invocationId": run, **times},
        },
    }


def descriptor(name: str, digest: str) -> dict[str, Any]:
    return {"digest": {"sha256": digest.removeprefix("sha256:")}, "name": name}


def about(subject: list[Any], kind: str, predicate: Any) -> dict[str, Any]:
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "predicate": predicate,
        "predicateType": kind,
        "subject": subject,
    }


def signature(path: str, data: bytes, files: dict[str, bytes], records: dict[str, dict[str, Any]]) -> str:
    """Returns what is wrong with a signature file, "" when it is good."""
    found = SIGNATURE.fullmatch(path)
    signed = files.get(f"{found[1]}/{found[3]}.yaml") if found else None
    if found is None or signed is None or found[4] != sha256(data)[7:23]:
        return "it is named by other bytes, or beside no record"
    bundle = json.loads(data)
    payload = base64.b64decode(bundle["dsseEnvelope"]["payload"])
    der = base64.b64decode(bundle["dsseEnvelope"]["signatures"][0]["sig"])
    hint, claim = bundle["verificationMaterial"]["publicKey"]["hint"], json.loads(payload)
    form = {
        "dsseEnvelope": {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{"sig": base64.b64encode(der).decode()}],
        },
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"publicKey": {"hint": hint}, "tlogEntries": []},
    }
    right = statement(f"{found[1]}/{found[3]}.yaml", signed, records)
    said, predicate = claim["predicateType"], claim["predicate"]
    if found[2]:
        decided = predicate.keys() == {"decision", "reason"} and predicate["decision"] in ("approve", "reject")
        right = about(right["subject"], "urn:gitprov:approval:v1" if decided else "", predicate)
    elif said == "urn:gitprov:countersignature:v1" and list(predicate) == ["trust"]:
        right = about(right["subject"], said, predicate)
    if jcs(form).encode() != data or jcs(right).encode() != payload:
        return "it is written in another form, or says something else than its record"
    keys = [key.get("key", "") for one in records.values() if kind_of(one) == "trust" for key in listed(one)]
    pem = next((key for key in keys if hashlib.sha256(key.encode()).hexdigest() == hint), "")
    r, s = decode_dss_signature(der)
    key = load_pem_public_key(pem.encode())
    if s > ORDER // 2 or der != encode_dss_signature(r, s) or not isinstance(key, ec.EllipticCurvePublicKey):
        return "it is not in its only form"
    pae = b"DSSEv1 28 application/vnd.in-toto+json %d %s" % (len(payload), payload)
    key.verify(der, pae, ec.ECDSA(hashes.SHA256()))
    return ""


def listed(root: dict[str, Any]) -> list[dict[str, Any]]:
    return [identity for person in root["people"].values() for identity in person["identities"]]


def judge(path: str, data: bytes, records: dict[str, dict[str, Any]]) -> list[str]:
    """Returns what is wrong with one record, given all records by id."""
    record = records[sha256(data)]
    kind = kind_of(record)
    faults = [] if path == f".gitprov/{place(record, sha256(data)[7:])}.yaml" else ["path"]
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
        named += [record["sweep"]["kept"]] if "sweep" in record else []
        for one in [one for one in ends if one["artifact"] in records]:
            artifact = records[one["artifact"]]
            faults += ["content"] if artifact["content"]["digest"] != one["content"] else []
            faults += ["recipe"] if one.get("recipe", artifact["recipe"]["id"]) != artifact["recipe"]["id"] else []
        for one in record["outputs"].values() if "sweep" in record else ():
            held = records.get(one["artifact"], {}).get("content", {}).get("files", 1)
            faults += ["sweep"] if held < record["sweep"]["runs"] or list(record["outputs"]) != ["run-set"] else []
    elif kind == "release":
        named += [one[key] for one in record["members"].values() for key in ("artifact", "run")]
        faults += ["set"] if digest({r: m["artifact"] for r, m in record["members"].items()}) != record["set"] else []
        named += record.get("runs", [])
        faults += ["layers"] if set(named) <= records.keys() and layers(record, records) != record["layers"] else []
    elif kind == "evaluation":
        named += [record["subject"]["artifact"]] if "artifact" in record["subject"] else []
    elif kind == "event":
        named += record["subjects"]
    elif kind == "trust":
        named += [record["follows"]] if "follows" in record else []
    elif kind in ("request", "deployment"):
        named += [record[key] for key in ("project", "evidence", "replaces", "request") if key in record]
        named += [record["release"]["id"]] if "release" in record else []
    else:
        named += [one["run"] for one in record.get("runs", [])]
        named += [one[key] for one in record.get("sweeps", []) for key in ("artifact", "run", "sweep")]
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
    """Returns every fault of the record and signature files, path to bytes."""
    records, faults = {}, []
    for path, data in files.items():
        try:
            if path.endswith(".yaml"):
                records[sha256(data)] = read(data)
        except ValueError as error:
            faults.append(f"{path}: {error}")
    good = {path: data for path, data in files.items() if sha256(data) in records}
    faults += [f"{path}: {fault}" for path, data in good.items() for fault in judge(path, data, records)]
    for path in (one for one in files if one not in good and one.endswith(".sigstore.json")):
        try:
            fault = signature(path, files[path], good, records)
        except (ValueError, LookupError, TypeError, AttributeError, InvalidSignature) as error:
            fault = f"it is not good ({type(error).__name__})"
        faults += [f"{path}: {fault}"] if fault else []
    return faults


if __name__ == "__main__":
    top = Path(sys.argv[1])
    paths = [*top.glob(".gitprov/*/**/*.yaml"), *top.glob(".gitprov/*/**/*.sigstore.json")]
    settings = (".gitprov/catalog/", ".gitprov/policies/", ".gitprov/drafts/")
    below = {path.relative_to(top).as_posix(): path for path in paths}
    found = verify({name: path.read_bytes() for name, path in below.items() if not name.startswith(settings)})
    print("\n".join(found) or "nothing is wrong")
    sys.exit(bool(found))
