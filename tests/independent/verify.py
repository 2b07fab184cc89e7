"""A stranger's verifier, written from docs/format.md alone: git, the standard library and cryptography.

`python verify.py REPOSITORY REF [KNOWN]` reads the records that REF has and the first-parent chain that led there, and
prints what it finds as JSON. KNOWN is a commit that the ref is known to have had. Exit status: 1 with a finding; else 3
when something cannot be decided; else 0.
"""

import base64
import hashlib
import io
import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"}
PLAIN = re.compile("[A-Za-z_/][A-Za-z0-9_./@:+-]*(?<!:)")
SHORT = {'"': '"', "\\": "\\", "n": "\n", "t": "\t", "r": "\r"}
ESCAPED = """0000-001F 007F-00A0 00AD 034F 061C 115F-1160 1680 17B4-17B5 180B-180F 2000-200F 2028-202F
205F-206F 3000 3164 FE00-FE0F FEFF FFA0 FFF0-FFFB FFFE-FFFF 1BCA0-1BCA3 1D173-1D17A E0000-E0FFF"""
RANGES = [(int(one[:5].rstrip("-"), 16), int(one.split("-")[-1], 16)) for one in ESCAPED.split()]
KEY = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'#\[\]{}-][^\s]*?):(?: (.*)|$)""")
ESCAPE = re.compile(r"""\\(?:[xuU]((?<=x)[0-9a-f]{2}|(?<=u)[0-9a-f]{4}|(?<=U)00(?:0[0-9a-f]|10)[0-9a-f]{4})|(.))""")


def read(data: bytes) -> dict[str, Any]:
    """Returns the value of a record file.

    Raises:
        ValueError: It is not in its only form.
    """
    text = data.decode()
    if len(data) > (1 << 20 if "\nschema: gitprov/evidence/v1\n" in text else 1 << 16):
        raise ValueError("too large")
    rows = [(len(line) - len(line.lstrip(" ")), line.lstrip(" ")) for line in text.removesuffix("\n").split("\n")]
    value, end = ({}, 1) if text == "{}\n" else block(rows, 0, 1)
    if end != len(rows) or "\n".join([*lines(value), ""]).encode() != data or not isinstance(value, dict):
        raise ValueError("not in canonical form")
    return value


def block(rows: list[tuple[int, str]], at: int, level: int) -> tuple[Any, int]:
    indent, text = rows[at]
    if level > 25:
        raise ValueError("nested too deep")
    if text.startswith("- "):
        items = []
        while at < len(rows) and rows[at][0] == indent and rows[at][1].startswith("- "):
            rows[at] = (indent + 2, rows[at][1][2:])
            item, at = block(rows, at, level + 1)
            items.append(item)
        return items, at
    if not KEY.fullmatch(text):
        return scalar(text), at + 1
    entries: dict[str, Any] = {}
    while at < len(rows) and rows[at][0] == indent and (found := KEY.fullmatch(rows[at][1])):
        key = scalar(found[1])
        if not isinstance(key, str) or key in entries or len(found[1]) > 1000:
            raise ValueError("a key that is no text, that is there twice, or that is too long")
        if found[2] is not None:
            entries[key], at = scalar(found[2]), at + 1
        elif at + 1 < len(rows) and rows[at + 1][0] == indent + 2:
            entries[key], at = block(rows, at + 1, level + 1)
        else:
            raise ValueError("a key without a value")
    return entries, at


def scalar(text: str) -> Any:
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    if text.startswith('"'):
        return ESCAPE.sub(lambda one: chr(int(one[1], 16)) if one[1] else SHORT.get(one[2], one[0]), text[1:-1])
    try:
        value = json.loads(text, parse_constant=str)
    except json.JSONDecodeError:
        return text
    if isinstance(value, float) and (not math.isfinite(value) or (value.is_integer() and abs(value) < 2**53)):
        raise ValueError("a float that is an integer, or nothing")
    if isinstance(value, int) and abs(value) >= 2**53:
        raise ValueError("an integer that not everybody can read")
    return value


def written(value: Any) -> str:
    if isinstance(value, float):
        mantissa, _, exponent = repr(value).partition("e")
        return mantissa + ".0" * ("." not in mantissa) + (f"e{int(exponent):+d}" if exponent else "")
    if not isinstance(value, str):
        return json.dumps(value)
    if PLAIN.fullmatch(value) and value.lower() not in WORDS:
        return value
    if '"' in value and not any(low <= ord(one) <= high for one in value for low, high in RANGES):
        return "'" + value.replace("'", "''") + "'"
    return '"' + "".join(map(escaped, value)) + '"'


def escaped(char: str) -> str:
    code = ord(char)
    if char in SHORT.values():
        return "\\" + next(short for short, one in SHORT.items() if one == char)
    if not any(low <= code <= high for low, high in RANGES):
        return char
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def lines(value: Any) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key in sorted(value, key=utf16):
            first, *rest = lines(value[key])
            if isinstance(value[key], dict | list) and value[key]:
                yield from (f"{written(key)}:", *(f"  {line}" for line in (first, *rest)))
            else:
                yield f"{written(key)}: {first}"
    elif isinstance(value, list) and value:
        for item in value:
            first, *rest = lines(item)
            yield from (f"- {first}", *(f"  {line}" for line in rest))
    else:
        yield written(value)


def utf16(text: str) -> bytes:
    return text.encode("utf-16-be")


def jcs(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{jcs(key)}:{jcs(value[key])}" for key in sorted(value, key=utf16)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(jcs, value)) + "]"
    if not isinstance(value, float):
        return json.dumps(value, ensure_ascii=False)
    number = Decimal(repr(value)).normalize()  # the shortest digits; ECMAScript places the point otherwise
    if -7 < number.adjusted() < 21:
        return f"{number:f}"
    first, *rest = map(str, number.as_tuple().digits)
    return f"{'-' * (number < 0)}{first}{'.' * bool(rest)}{''.join(rest)}e{number.adjusted():+d}"


def sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


TOP = ".gitprov/"
NAME = r"(?!.{101})(?!(?:aux|con|nul|prn|com\d|lpt\d)(?:\.|$))(?!.*\.lock(?:\.yaml)?$)[a-z0-9]+(?:[._-][a-z0-9]+)*"
SETTING = rf"\.gitprov/(?:(?:project|tags)\.yaml|\.gitattributes|\.gitignore|(?:catalog|policies)/{NAME}\.yaml)"
SIGNATURE = re.compile(r"(.+?)(/approvals)?/([^/.]+)\.([0-9a-f]{16})\.sigstore\.json")
LAYOUT = {
    "artifact": "artifacts/{name}/{ab}/{id}",
    "run": "runs/{step}/{ab}/{id}",
    "evaluation": "evaluations/{name}/{ab}/{id}",
    "event": "events/{kind}/{ab}/{id}",
    "release": "releases/{name}/{version:d}",
    "trust": "trust/{version:04d}",
    "request": "promotions/{name}/{stage}/{sequence:04d}/request",
    "evidence": "promotions/{name}/{stage}/{sequence:04d}/evidence",
    "deployment": "deployments/{name}/{stage}/{ab}/{id}",
}


def is_kept(path: str) -> bool:
    return path.startswith(TOP) and path.endswith((".yaml", ".sigstore.json")) and not re.fullmatch(SETTING, path)


def kind_of(record: dict[str, Any]) -> str:
    return str(record.get("schema")).removeprefix("gitprov/").removesuffix("/v1")


def place(record: dict[str, Any], digest: str) -> str:
    """Returns where a record lies; LookupError for an unknown schema, ValueError for a field that is no name."""
    form, digits = LAYOUT[kind_of(record)], digest.removeprefix("sha256:")
    *folders, last = form.format(**record | {"ab": digits[:2], "id": digits}).split("/")
    if len(folders) != form.count("/") or not all(re.fullmatch(NAME, one) for one in folders):
        raise ValueError("a field of its path is no name")
    return TOP + "/".join([*folders, last]) + ".yaml"


BUNDLE = re.compile(
    rb'\{"dsseEnvelope":\{"payload":"([A-Za-z0-9+/=]+)","payloadType":"application/vnd\.in-toto\+json",'
    rb'"signatures":\[\{"sig":"([A-Za-z0-9+/=]+)"\}\]\},"mediaType":"application/vnd\.dev\.sigstore\.bundle\.v0\.3\+json",'
    rb'"verificationMaterial":\{"publicKey":\{"hint":"([0-9a-f]{64})"\},(?:"timestampVerificationData":'
    rb'\{"rfc3161Timestamps":\[\{"signedTimestamp":"([A-Za-z0-9+/=]+)"\}\]\},)?"tlogEntries":\[(?:\{.+\})?\]\}\}'
)
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def descriptor(name: str, digest: str, **more: Any) -> dict[str, Any]:
    return {"digest": {"sha256": digest.removeprefix("sha256:")}, "name": name, **more}


def statement(path: str, digest: str, records: dict[str, dict[str, Any]]) -> dict[str, Any]:
    record = records[digest]
    kind, data = kind_of(record), {key: value for key, value in record.items() if key != "schema"}
    subject, predicate_type, predicate = [descriptor(path, digest)], f"urn:gitprov:{kind}:v1", data
    if kind == "release":
        for role, member in sorted(record["members"].items()):
            subject.append(descriptor(role, records[member["artifact"]]["content"]["digest"]))
    elif kind == "run":
        predicate_type, predicate = "https://slsa.dev/provenance/v1", provenance(digest, data)
    elif kind == "evaluation":
        predicate_type, predicate = "https://in-toto.io/attestation/test-result/v0.1", result(data)
    return about(subject, predicate_type, predicate)


def about(subject: list[Any], kind: str, predicate: Any) -> dict[str, Any]:
    said = {"predicate": predicate, "predicateType": kind, "subject": subject}
    return {"_type": "https://in-toto.io/Statement/v1", **said}


def result(data: dict[str, Any]) -> dict[str, Any]:
    metrics = sorted(data["metrics"].items())
    failed = [name for name, value in metrics if value is False or isinstance(value, dict)]
    passed = [name for name, value in metrics if value is True]
    used = [descriptor("data", data["data"]["content"])] if "data" in data else []
    verdict = "FAILED" if failed else "PASSED" if passed else "WARNED"
    said = {"evaluation": data, "failedTests": failed, "passedTests": passed, "result": verdict}
    return {"configuration": [descriptor(data["suite"], data["source"]), *used], **said}


def provenance(digest: str, data: dict[str, Any]) -> dict[str, Any]:
    outside = {"command", "cwd", "params", "step"}
    elsewhere = outside | {"actor", "finished", "inputs", "outputs", "started"}
    used, made = (
        [descriptor(role, one["content"], annotations=one) for role, one in sorted(data.get(field, {}).items())]
        for field in ("inputs", "outputs")
    )
    if commit := data.get("code", {}).get("commit"):
        used.append({"name": "code", "digest": {"gitCommit": commit.removeprefix("git:")}})
    definition = {
        "buildType": "urn:gitprov:run:v1",
        "externalParameters": {key: value for key, value in data.items() if key in outside},
        "internalParameters": {key: value for key, value in data.items() if key not in elsewhere},
        "resolvedDependencies": used,
    }
    times = {f"{key}On": data[key] for key in ("started", "finished") if key in data}
    builder, metadata = {"id": f"urn:gitprov:actor:{data['actor']}"}, {"invocationId": digest, **times}
    details = {"builder": builder, "byproducts": made, "metadata": metadata}
    return {"buildDefinition": definition, "runDetails": details}


def signature_fault(path: str, data: bytes, ids: dict[str, str], records: dict[str, dict[str, Any]]) -> str:
    """Returns why a signature file counts for nothing, "" when it is good; what is none raises anything."""
    found = SIGNATURE.fullmatch(path)
    record = f"{found[1]}/{found[3]}.yaml" if found else ""
    if found is None or record not in ids:
        return "it lies beside no record"
    bundle = BUNDLE.fullmatch(data)  # when others saw it, and where it is logged, is not judged either
    if bundle is None or len(data) > 1 << 18 or jcs(json.loads(data)).encode() != data:
        return "it is not in its only form, or a certificate says who signed"
    payload, signature, stamp = (base64.b64decode(one or b"") for one in bundle.group(1, 2, 4))
    if tuple(map(base64.b64encode, (payload, signature, stamp))) != (bundle[1], bundle[2], bundle[4] or b""):
        return "its base64 is not in its only form"
    claim = json.loads(payload)
    right, says = statement(record, ids[record], records), claim["predicate"]
    if found[2]:
        decides = says.keys() == {"decision", "reason"} and says["decision"] in ("approve", "reject")
        right = about(right["subject"], "urn:gitprov:approval:v1" if decides else "", says)
    elif claim["predicateType"] == "urn:gitprov:countersignature:v1":
        right = about(right["subject"], claim["predicateType"], {"trust": says["trust"]})
    if jcs(right).encode() != payload:
        return "it signs something else than its record"
    people = [one for root in records.values() if kind_of(root) == "trust" for one in root["people"].values()]
    keys = [one["key"].encode() for person in people for one in person["identities"] if "key" in one]
    listed = [key for key in keys if hashlib.sha256(key).hexdigest() == bundle[3].decode()]
    if not listed:
        return "no trust root lists its key"
    key, pae = load_pem_public_key(listed[0]), b"DSSEv1 28 application/vnd.in-toto+json %d %s" % (len(payload), payload)
    if isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(signature, pae)
        return ""
    r, s = decode_dss_signature(signature)
    if s > ORDER // 2 or signature != encode_dss_signature(r, s) or not isinstance(key, ec.EllipticCurvePublicKey):
        return "the signature is not in its only form"
    key.verify(signature, pae, ec.ECDSA(hashes.SHA256()))
    return ""


# Neither replace refs nor grafts, neither configuration nor a stale commit graph reach what is read.
GIT = ["git", "--no-replace-objects", "-c", "core.commitGraph=false"]
HARDENED = {
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none",
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_GRAFT_FILE": os.devnull, "LC_ALL": "C",
}  # fmt: skip
Entry = tuple[str, str]  # mode and object id
Verdict = dict[str, Any]  # ref, commit, findings, warnings, undecided


def git(path: str, *arguments: str, given: bytes = b"") -> bytes:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | HARDENED
    return subprocess.run([*GIT, *arguments], cwd=path, input=given, capture_output=True, check=True, env=kept).stdout


def tree(path: str, commit: str) -> dict[str, Entry]:
    rows = (row.partition("\t") for row in os.fsdecode(git(path, "ls-tree", "-r", "-z", commit)).split("\0")[:-1])
    return {name: (cells.split()[0], cells.split()[2]) for cells, _, name in rows}


def blobs(path: str, oids: Iterable[str]) -> dict[str, bytes]:
    found = {}
    answer = io.BytesIO(git(path, "cat-file", "--batch", given="".join(f"{oid}\n" for oid in set(oids)).encode()))
    while row := answer.readline().split():
        if row[1] != b"missing":
            found[row[0].decode()] = answer.read(int(row[2]))
            answer.readline()
    return found


def verify(path: str, ref: str, known: str | None = None) -> Verdict:
    """Verifies the records that a ref has, and the chain that led there."""
    verdict: Verdict = {"ref": ref, "findings": [], "warnings": [], "undecided": []}
    if git(path, "rev-parse", "--is-shallow-repository").strip() == b"true":
        verdict["undecided"].append("history is cut off: git fetch --unshallow")
    if b".promisor=" in git(path, "config", "--local", "--list"):
        verdict["undecided"].append("objects were left out: clone without --filter")
    commits = git(path, "rev-list", "--first-parent", "--reverse", "--end-of-options", ref).decode().split()
    verdict["commit"] = commits[-1]
    if known is not None and known not in commits:
        verdict["findings"].append({"path": "", "commit": known, "what": "the ref had it, and its chain has not"})
    files = check_chain(path, commits, verdict)
    kept = {name: oid for name, (mode, oid) in files.items() if is_kept(name) and mode != "160000"}
    data = blobs(path, kept.values())
    check_layout(files, verdict)
    check_files({name: data[oid] for name, oid in kept.items() if oid in data}, verdict)
    return verdict


def check_chain(repository: str, commits: list[str], verdict: Verdict) -> dict[str, Entry]:
    """Checks that each step keeps every record and signature of the steps before; returns the files of the last."""
    landed: dict[str, Entry] = {}
    lost: dict[str, dict[str, str]] = {}
    files: dict[str, Entry] = {}
    for commit in commits:
        files = tree(repository, commit)
        for path, entry in landed.items():
            now = files.get(path)
            if now == entry and path in lost:
                verdict["warnings"].append({**lost.pop(path), "restored": commit})
            elif now != entry and path not in lost:
                how = "removed" if now is None else "changed" if now[1] != entry[1] else "given another mode"
                lost[path] = {"path": path, "commit": commit, "what": how}
        landed |= {path: entry for path, entry in files.items() if is_kept(path) and path not in landed}
    verdict["findings"] += lost.values()
    return files


def find(verdict: Verdict, path: str, what: str, kind: str = "findings") -> None:
    verdict[kind].append({"path": path, "commit": verdict["commit"], "what": what})


def check_layout(files: dict[str, Entry], verdict: Verdict) -> None:
    """Checks that nothing else lies below .gitprov, there or in a second one, and that modes are plain."""
    for path, (mode, _) in files.items():
        folders = path.casefold().split("/")[:-1]
        if ".gitprov" in folders[1:] or (folders[:1] == [".gitprov"] and not path.startswith(TOP)):
            find(verdict, path, "it lies in a second .gitprov")
        elif path.startswith(TOP) and not is_kept(path) and not re.fullmatch(SETTING, path):
            find(verdict, path, "nothing else may lie under .gitprov")
        elif path.startswith(TOP) and mode != "100644":
            find(verdict, path, f"its mode is {mode}")


def check_files(data: dict[str, bytes], verdict: Verdict) -> None:
    """Checks canonical form, names and signatures of what the last commit has."""
    ids: dict[str, str] = {}
    records: dict[str, dict[str, Any]] = {}
    for path in (one for one in data if one.endswith(".yaml")):
        try:
            record, digest = read(data[path]), sha256(data[path])
            if (right := place(record, digest)) != path:
                find(verdict, path, f"its bytes belong at {right}")
            ids[path], records[digest] = digest, record
        except (ValueError, LookupError) as error:
            find(verdict, path, f"no record: {error}")
    for path in (one for one in data if not one.endswith(".yaml")):
        if not path.endswith(f".{hashlib.sha256(data[path]).hexdigest()[:16]}.sigstore.json"):
            find(verdict, path, "it is not named by its bytes")
        try:
            fault = signature_fault(path, data[path], ids, records)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError, InvalidSignature) as error:
            fault = f"it is no good signature ({type(error).__name__})"
        if fault:
            find(verdict, path, fault, "warnings")


if __name__ == "__main__":
    told = verify(*sys.argv[1:4])
    print(json.dumps(told, indent=2))
    sys.exit(1 if told["findings"] else 3 if told["undecided"] else 0)
