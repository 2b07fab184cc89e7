"""`gitprov evaluate`: records numbers about an artifact or a release."""

import json
import math
from collections.abc import Iterator, Mapping

from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, Value, sha256_of
from gitprov.ids.names import check_name
from gitprov.lineage import Ledger
from gitprov.ports.workplace import Workplace
from gitprov.recording.inputs import use_input
from gitprov.recording.secrets import refuse_secrets
from gitprov.recording.writing import Outcome, stage, write_records
from gitprov.records import Artifact, Evaluation, Input, Release, Subject, store

DEFAULT_SUITE = "default"


def evaluate(
    place: Workplace,
    ledger: Ledger,
    subject: Digest,
    metrics_path: str,
    *,
    data: str | None = None,
    suite: str = DEFAULT_SUITE,
    dry_run: bool = False,
) -> Outcome:
    """Records the metrics of a JSON file about a record, and stages the record.

    Args:
        place: The ports.
        ledger: What is recorded.
        subject: Id of an artifact or a release.
        metrics_path: The JSON file: a mapping, nested names become dotted.
        data: The artifact or path that it was evaluated on.
        suite: Which evaluation this is.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-PTH-006, GP-VAL-002 and GP-SEC-001 for the metrics file; GP-NAM-* for the data; GP-NAM-001 when
            the subject is neither an artifact nor a release.
    """
    check_name(suite, "a suite")
    if ledger.held[subject].state == "draft":  # what is staged must not rest on what may never be
        raise codes.NAM_UNKNOWN.error(f"{ledger.short(subject)} is still a draft", fix="gitprov keep")
    record = ledger.held[subject].stored.record
    if isinstance(record, Artifact):
        about = Subject(artifact=subject)
    elif isinstance(record, Release):
        about = Subject(set_=record.set_)
    else:
        raise codes.NAM_UNKNOWN.error(
            "only artifacts and releases are evaluated", why=f"this is a {type(record).__name__}"
        )
    raw = place.worktree.read(metrics_path)
    if raw is None:
        raise codes.PTH_MISSING.error(f"the metrics file {metrics_path} is not there")
    used = use_input(place, ledger, "data", data, keep=not dry_run, restore=False) if data is not None else None
    evaluation = store(
        Evaluation(
            name=record.name,
            suite=suite,
            subject=about,
            metrics=read_metrics(raw, metrics_path),
            source=sha256_of(raw),
            actor=place.person(),
            evaluated=place.clock.now(),
            data=Input(artifact=used.input.artifact, content=used.input.content, after="same", path=used.input.path)
            if used is not None
            else None,
        )
    )
    records = (*(used.new if used is not None else ()), evaluation)
    refuse_secrets(place, records)
    if dry_run:
        return Outcome(records, tuple(record.path for record in records), dry_run=True)
    with place.worktree.locked(f"evaluate {record.name}"):
        return Outcome(records, stage(place, write_records(place, records)))


def read_metrics(raw: bytes, name: str) -> dict[str, Value]:
    """Returns the metrics of a JSON file: dotted name to value.

    A number that is not finite becomes `{nonfinite: nan | inf | -inf, value: null}` and fails every threshold.

    Raises:
        GitprovError: GP-VAL-002 when it is not a JSON mapping, or two entries have one name.
    """
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise codes.VAL_TYPE.error(
            f"{name} is not JSON", why=str(error), fix="write the metrics as a JSON object"
        ) from None
    if not isinstance(data, dict) or not data:
        raise codes.VAL_TYPE.error(f"{name} holds no metrics", fix='write them as {"auc": 0.91, …}')
    metrics: dict[str, Value] = {}
    for key, value in _flat(data, ""):
        if key in metrics:
            raise codes.VAL_TYPE.error(f"{name} has the metric {key} twice", fix="rename one of them")
        metrics[key] = value
    return metrics


def _flat(data: Mapping[str, object], prefix: str) -> Iterator[tuple[str, Value]]:
    for key, value in data.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", _finite(value)


def _finite(value: object) -> Value:
    if isinstance(value, float) and not math.isfinite(value):
        return {"nonfinite": "nan" if math.isnan(value) else "inf" if value > 0 else "-inf", "value": None}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return value  # type: ignore[return-value]  # json gives nothing else
