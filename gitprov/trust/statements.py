"""What is signed: in-toto statements that follow from a record byte for byte. docs/format.md, "Signatures".

A statement holds nothing beyond its record, so that nobody signs what they cannot read there, and no signature says
more than the record that it lies beside.
"""

from collections.abc import Mapping
from typing import Any, Literal

from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, canonical_json, digest_hex
from gitprov.records import (
    Artifact,
    Deployment,
    Evaluation,
    Event,
    Record,
    Release,
    Request,
    Run,
    Stored,
    TrustRoot,
)
from gitprov.records.codec import to_data

STATEMENT = "https://in-toto.io/Statement/v1"
PROVENANCE = "https://slsa.dev/provenance/v1"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
APPROVAL = "urn:gitprov:approval:v1"
COUNTERSIGNATURE = "urn:gitprov:countersignature:v1"

Decision = Literal["approve", "reject"]
Signed = Run | Evaluation | Release | Event | TrustRoot | Request | Deployment
"""The types that are signed. The ids of artifacts and evidence are covered by what names them."""

_AROUND = 3
"""Levels of mappings and lists that a statement adds around what a record holds."""


def is_signed(record: Record) -> bool:
    """Tells whether records of this type are signed."""
    return isinstance(record, Signed)


def require_signed(stored: Stored) -> None:
    """Refuses a record of a type that nobody signs.

    Raises:
        GitprovError: GP-SIG-007.
    """
    if not is_signed(stored.record):
        raise codes.SIG_KIND.error(f"nobody signs {type(stored.record).__name__.lower()} records", why=stored.path)


def contents_of(record: Record, artifacts: Mapping[Digest, Artifact]) -> dict[str, Digest]:
    """Returns what `statement` asks for: of a release role to content digest, of members that are in `artifacts`."""
    members = record.members if isinstance(record, Release) else {}
    return {
        role: artifacts[member.artifact].content.digest
        for role, member in members.items()
        if member.artifact in artifacts
    }


def statement(stored: Stored, contents: Mapping[str, Digest]) -> bytes:
    """Returns the bytes that the signature of a record signs.

    Args:
        stored: The record.
        contents: For a release, role to content digest of its members; else nothing.

    Raises:
        GitprovError: GP-SIG-007 for a type that is not signed; GP-LIN-001 when a member's content is not given.
    """
    return _statement(stored, contents, *_predicate(stored))


def countersignature(stored: Stored, contents: Mapping[str, Digest], trust: Digest) -> bytes:
    """Returns the bytes that attest a record again, under a trust version in force (contents as for `statement`).

    Raises:
        GitprovError: As `statement` does.
    """
    return _statement(stored, contents, COUNTERSIGNATURE, {"trust": trust})


def approval(request: Stored, decision: Decision, reason: str) -> bytes:
    """Returns the bytes that an approval or a rejection of a request signs.

    Raises:
        GitprovError: GP-SIG-007 when it is no request; GP-VAL-003 for a reason that is not valid text.
    """
    if not isinstance(request.record, Request):
        raise codes.SIG_KIND.error(f"{request.path} is no request: only requests are approved or rejected")
    return _statement(request, {}, APPROVAL, {"decision": decision, "reason": reason})


def _statement(stored: Stored, contents: Mapping[str, Digest], kind: str, predicate: Mapping[str, Any]) -> bytes:
    require_signed(stored)
    subjects = [_descriptor(stored.path, stored.id)]
    if isinstance(stored.record, Release):
        for role, member in sorted(stored.record.members.items()):
            if role not in contents:
                raise codes.LIN_DANGLING.error(
                    f"member {role} of {stored.path} is not there", why=f"its signature covers {member.artifact}"
                )
            subjects.append(_descriptor(role, contents[role]))
    whole = {"_type": STATEMENT, "predicate": predicate, "predicateType": kind, "subject": subjects}
    return canonical_json(whole, depth=1 - _AROUND, of_record=kind != APPROVAL)


def _predicate(stored: Stored) -> tuple[str, dict[str, Any]]:
    match stored.record:
        case Run() as run:
            return PROVENANCE, provenance(stored.id, run)
        case Evaluation() as evaluation:
            return TEST_RESULT, _test_result(evaluation)
        case record:
            return f"urn:{record.schema.replace('/', ':')}", to_data(record)


def provenance(run_id: Digest, run: Run) -> dict[str, Any]:
    """Returns SLSA provenance of a run.

    What was asked for is external, what was found is internal, all other fields as they stand.
    """
    data: dict[str, Any] = to_data(run)
    external = {key: data.pop(key) for key in ("command", "cwd", "params", "step") if key in data}
    elsewhere = ("actor", "finished", "started")
    used, made = (
        [{**_descriptor(role, one["content"]), "annotations": one} for role, one in sorted(data.pop(key, {}).items())]
        for key in ("inputs", "outputs")
    )
    if run.code is not None and run.code.commit is not None:
        used.append({"digest": {"gitCommit": run.code.commit.removeprefix("git:")}, "name": "code"})
    times = {"finishedOn": run.finished, "startedOn": run.started}
    return {
        "buildDefinition": {
            "buildType": "urn:gitprov:run:v1",
            "externalParameters": external,
            "internalParameters": {key: item for key, item in data.items() if key not in elsewhere},
            "resolvedDependencies": used,
        },
        "runDetails": {
            "builder": {"id": f"urn:gitprov:actor:{run.actor}"},
            "byproducts": made,
            "metadata": {
                "invocationId": run_id,
                **{key: time for key, time in times.items() if time is not None},
            },
        },
    }


def _test_result(evaluation: Evaluation) -> dict[str, Any]:
    """A test result: truth values are its tests, and numbers are no verdict, so that without tests it only warns."""
    metrics = sorted(evaluation.metrics.items())
    failed = [
        name for name, value in metrics if value is False or (isinstance(value, Mapping) and "nonfinite" in value)
    ]
    passed = [name for name, value in metrics if value is True]
    data = [_descriptor("data", evaluation.data.content)] if evaluation.data is not None else []
    return {
        "configuration": [_descriptor(evaluation.suite, evaluation.source), *data],
        "evaluation": to_data(evaluation),
        "failedTests": failed,
        "passedTests": passed,
        "result": "FAILED" if failed else "PASSED" if passed else "WARNED",
    }


def _descriptor(name: str, digest: Digest) -> dict[str, Any]:
    return {"digest": {"sha256": digest_hex(digest)}, "name": name}
