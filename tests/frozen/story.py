"""The records of the frozen fixtures: one small story, told once for each version of the format.

A file that `tests/frozen/make.py` has written from here is never changed again: a new case gets a new name.
"""

import json

from gitprov.ids import Digest, Md5, Value, digest_hex, md5_of, sha256_of
from gitprov.ids.listings import (
    DIRECTORY,
    EXECUTABLE,
    FILE,
    SUBMODULE,
    SYMLINK,
    CodeEntry,
    Entry,
    write_code_listing,
    write_listing,
)
from gitprov.ids.recipes import environment_digest, recipe_id
from gitprov.lineage import Held, Ledger
from gitprov.lineage.layers import choose, layers_of, other_runs
from gitprov.records import (
    Artifact,
    Blob,
    Code,
    Content,
    Environment,
    Evaluation,
    Event,
    Input,
    Lock,
    Member,
    Output,
    Recipe,
    Reference,
    ReferencedContent,
    Release,
    Run,
    Stored,
    Subject,
    reference_digest,
    set_digest,
    store,
)

RAW = b"age,label\n31,1\n58,0\n"
MODEL = b"weights of the model"
TRAIN = b"import sys\n"
LOCK = b"numpy==2.0.0\n"


def file_content(data: bytes) -> Content:
    """Returns the content of a file with these bytes."""
    return Content(digest=sha256_of(data), md5=md5_of(data), size=len(data))


def entry(path: str, data: bytes, mode: str = FILE) -> Entry:
    """Returns the listing entry of a file with these bytes."""
    return Entry(path, mode, sha256_of(data), md5_of(data), len(data))


FILES = {
    "train.csv": b"1,2\n",
    "bin/prepare": b"#!/bin/sh\n",
    "\uffee.csv": b"half-width\n",
    "😀.csv": b"astral\n",
    'say "hi"\n.txt': b"",
}
FEATURES = write_listing(
    [
        *(entry(path, data, EXECUTABLE if data.startswith(b"#!") else FILE) for path, data in FILES.items()),
        entry("latest", b"train.csv", SYMLINK),
        entry("empty", b"", DIRECTORY),
    ]
)
DVC_FILES = {**FILES, "latest": FILES["train.csv"]}
DVC_DIR = json.dumps(
    [{"md5": digest_hex(md5_of(data)), "relpath": path} for path, data in sorted(DVC_FILES.items())]
).encode()
CODE = write_code_listing(
    [
        CodeEntry("src/train.py", FILE, sha256_of(TRAIN)),
        CodeEntry("run.sh", EXECUTABLE, sha256_of(b"#!/bin/sh\n")),
        CodeEntry("src/latest.py", SYMLINK, sha256_of(b"train.py")),
        CodeEntry("vendor/tool", SUBMODULE, commit="0123456789" * 4),
    ]
)
LISTINGS = {
    "code-small.jsonl": CODE,
    "code-nothing.jsonl": write_code_listing([]),
    "directory-empty.jsonl": write_listing([]),
    "directory-features.jsonl": FEATURES,
}

SOURCE = store(
    Artifact(name="raw", kind="dataset", content=file_content(RAW), recipe=Recipe(id=file_content(RAW).digest))
)
FOLDER = store(
    Artifact(
        name="fraud.features",
        kind="dataset",
        content=Content(
            digest=sha256_of(FEATURES),
            files=len(DVC_FILES),
            md5=md5_of(DVC_DIR),
            size=sum(map(len, DVC_FILES.values())),
            listing=Blob(md5=md5_of(FEATURES), size=len(FEATURES)),
        ),
        recipe=Recipe(id=sha256_of(FEATURES)),
    )
)
_REFERENCE = Reference(
    kind="dvc",
    locator="files/md5/d4/1d8cd98f00b204e9800998ecf8427e.dir",
    version="md5:d41d8cd98f00b204e9800998ecf8427e",
    checks={"files": 3, "size": 120},
    assurance="asserted",
)
REFERENCED = store(
    Artifact(
        name="old-set",
        kind="dataset",
        content=ReferencedContent(digest=reference_digest(_REFERENCE), reference=_REFERENCE),
        recipe=Recipe(id=reference_digest(_REFERENCE)),
    )
)

COMMAND = ("python", "src/train.py", "--rate", "{params.rate}", '--note="a b"', "{outputs.model}")
PARAMS: dict[str, Value] = {"layers": [8, [4, 2]], "note": "", "rate": 1e-05, "seed": 42, "tags": {}, "warm": True}
ENVIRONMENT = environment_digest(container=None, locks={"uv.lock": sha256_of(LOCK)}, variables={"OMP_NUM_THREADS": "1"})
INPUTS = {"features": sha256_of(FEATURES), "raw": sha256_of(RAW)}


def made_recipe(output: str) -> Recipe:
    """Returns the recipe of one output of the training."""
    return Recipe(
        id=recipe_id(
            step="train",
            command=COMMAND,
            cwd=".",
            inputs=INPUTS,
            code=sha256_of(CODE),
            params=PARAMS,
            environment=ENVIRONMENT,
            output=output,
        ),
        code=sha256_of(CODE),
        command=COMMAND,
        environment=ENVIRONMENT,
        inputs=INPUTS,
        output=output,
        params=PARAMS,
        step="train",
    )


MADE = store(Artifact(name="fraud.model", kind="model", content=file_content(MODEL), recipe=made_recipe("model")))
_CAPTURED_ID = recipe_id(
    step="prepare",
    command=("sh", "-c", "python prepare.py"),
    cwd="old/project",
    inputs={},
    code="unknown",
    params={},
    environment="unknown",
    output="out",
)
CAPTURED = store(
    Artifact(
        name="prepared",
        kind="dataset",
        content=file_content(b"prepared\n"),
        recipe=Recipe(
            id=_CAPTURED_ID,
            code="unknown",
            command=("sh", "-c", "python prepare.py"),
            cwd="old/project",
            environment="unknown",
            output="out",
            step="prepare",
        ),
    )
)


def added(artifact: Stored, path: str) -> Run:
    """Returns the run of `gitprov add`."""
    record = artifact.record
    assert isinstance(record, Artifact)
    digest = record.content.digest
    return Run(
        step="add",
        actor="ada",
        outputs={"source": Output(artifact=artifact.id, content=digest, path=path, recipe=digest)},
        finished="2026-01-02T03:04:05.678901Z",
        cutoff="2025-12-31T00:00:00Z",
        declared=("actor",),
    )


ADD_RAW = store(added(SOURCE, "data/raw.csv"))
ADD_FEATURES = store(added(FOLDER, "data/features"))
TRAINED = store(
    Run(
        step="train",
        actor="ada",
        outputs={
            "model": Output(
                artifact=MADE.id,
                content=sha256_of(MODEL),
                path="models/model.bin",
                recipe=made_recipe("model").id,
            )
        },
        inputs={
            "features": Input(artifact=FOLDER.id, content=INPUTS["features"], path="data/features"),
            "raw": Input(artifact=SOURCE.id, content=INPUTS["raw"], after="changed", path="data/raw.csv"),
        },
        command=COMMAND,
        params=PARAMS,
        code=Code(
            digest=sha256_of(CODE),
            paths=("run.sh", "src", "vendor"),
            commit="git:" + "0a" * 20,
            dirty=True,
            listing=Blob(md5=md5_of(b"the stored copy"), size=321),
        ),
        environment=Environment(
            digest=ENVIRONMENT,
            locks=(Lock(path="uv.lock", sha256=sha256_of(LOCK)),),
            variables={"OMP_NUM_THREADS": "1"},
            packages=sha256_of(b"numpy==2.0.0\n"),
            python="3.11.7",
            hardware="Linux x86_64, 2 processors, 8 GiB memory",
        ),
        started="2026-01-02T04:00:00Z",
        finished="2026-01-02T04:05:00.5Z",
        exit=0,
        declared=("actor", "locks", "params"),
        undeclared=("notes/extra.txt",),
    )
)
CAPTURE = store(
    Run(
        step="prepare",
        actor="unknown",
        outputs={
            "out": Output(
                artifact=CAPTURED.id,
                content=sha256_of(b"prepared\n"),
                path="old/project/out.csv",
                recipe=_CAPTURED_ID,
            )
        },
        command=("sh", "-c", "python prepare.py"),
        cwd="old/project",
        code=Code(digest="unknown", paths=("old/project/prepare.py",)),
        environment=Environment(digest="unknown"),
        unknown=("actor", "dirty", "exit", "hardware", "inputs", "times"),
    )
)

_LEDGER = Ledger(Held(one, "committed") for one in (SOURCE, FOLDER, MADE, ADD_RAW, ADD_FEATURES, TRAINED))
MEMBERS = {
    "features": Member(artifact=FOLDER.id, run=ADD_FEATURES.id),
    "model": Member(artifact=MADE.id, run=TRAINED.id),
}
RELEASE = store(
    Release(
        name="fraud.model",
        version=3,
        set_=set_digest(MEMBERS),
        members=MEMBERS,
        layers=layers_of(_LEDGER, choose(_LEDGER, MEMBERS), MEMBERS),
        runs=other_runs(choose(_LEDGER, MEMBERS), MEMBERS),
    )
)
MEASURED = store(
    Evaluation(
        name="fraud.model",
        suite="holdout",
        subject=Subject(artifact=MADE.id),
        metrics={"auc": 0.9123456789012345, "count": 3, "loss.mean": 1.5e-07, "ok": True, "by.class": "a=1 b=2"},
        source=sha256_of(b'{"auc": 0.9123456789012345}'),
        actor="ada",
        evaluated="2026-01-02T05:00:00Z",
        data=Input(artifact=FOLDER.id, content=INPUTS["features"]),
    )
)
MEASURED_SET = store(
    Evaluation(
        name="fraud.model",
        suite="default",
        subject=Subject(set_=set_digest(MEMBERS)),
        metrics={"loss": {"nonfinite": "nan", "value": None}, "worst": {"nonfinite": "-inf", "value": None}},
        source=sha256_of(b'{"loss": NaN}'),
        actor="bob",
        evaluated="2026-01-03T00:00:00.000001Z",
    )
)
EVENT = store(
    Event(
        kind="deprecation",
        actor="bob",
        at="2026-02-01T00:00:00Z",
        subjects=(MADE.id, RELEASE.id),
        reason='replaced: the label "1" was wrong\n(see the notes)',
        details={"by": "fraud.model", "until": None},
    )
)
IMPORT = store(Event(
    kind="imported", actor="ada", at="2025-12-24T12:00:00Z", subjects=(MADE.id,),
    reason="imported from gto: Fraud/Model v1.2.0, assigned to prod: not a promotion",
    details={
        "action": "assigned", "as": "fraud.model", "commit": "git:" + "0a" * 20, "from": "gto", "name": "Fraud/Model",
        "path": "models/model.bin", "ref": "Fraud/Model#prod#3", "stage": "prod", "version": "v1.2.0",
    },
))  # fmt: skip
AWKWARD = store(
    Artifact(
        name="awkward",
        kind="other",
        content=Content(digest=Digest("sha256:" + "0" * 64), md5=Md5("md5:" + "f" * 32), size=2**53 - 1),
        recipe=Recipe(id=Digest("sha256:" + "0" * 64)),
        extra={
            "later": {
                "": None, "<<": "<<", "=": "~", "N": "no", "a b": "it's",
                "k:": ["- a", "a: b", "# c", "a #b", "[x]"],
                "numbers": [0, -1, 0.1, -2.5e-300, 1e16, 2.0**53, 5e-324, 1.7976931348623157e308, -(2**53 - 1)],
                "text": ["", " ", 'say "hi"', "'", 'it\'s "x"', '"\n', "a\\b", 'a\\"b', "\t\r\n\x00\x7f\x85\xa0", "é"],
                "unseen": ["\u200b\u202e\u2066\ufeff\u00ad", "a\U000e0041", "❤\ufe0f", "\u3000", "\u115f"],
                "nested": [[], {}, [[]], [{}], [[1, [2, {"a": [3]}], 4]], [{"a": {"b": [{"c": []}]}, "d": 1}]],
                "words": ["True", "null", "yes", "NaN", "inf", "2026-01-01", "12:30:45", "0o7", "0x1", "1_000", ".5"],
                "\uffee": 1, "😀": 2,
            }
        },
    )
)  # fmt: skip

RECORDS: dict[str, Stored] = {
    "artifact-awkward.yaml": AWKWARD,
    "artifact-captured.yaml": CAPTURED,
    "artifact-directory.yaml": FOLDER,
    "artifact-made.yaml": MADE,
    "artifact-reference.yaml": REFERENCED,
    "artifact-source.yaml": SOURCE,
    "evaluation-artifact.yaml": MEASURED,
    "evaluation-set.yaml": MEASURED_SET,
    "event-deprecation.yaml": EVENT,
    "event-imported.yaml": IMPORT,
    "release-two-members.yaml": RELEASE,
    "run-add-directory.yaml": ADD_FEATURES,
    "run-add-file.yaml": ADD_RAW,
    "run-captured.yaml": CAPTURE,
    "run-train.yaml": TRAINED,
}


def _broken(record: Stored, old: str, new: str) -> bytes:
    data = record.data.decode()
    assert old in data, old
    return data.replace(old, new, 1).encode()


REFUSED: dict[str, bytes] = {
    "anchor.yaml": _broken(SOURCE, "kind: dataset", "kind: &x dataset"),
    "carriage-return.yaml": _broken(SOURCE, "kind: dataset\n", "kind: dataset\r\n"),
    "comment.yaml": _broken(SOURCE, "kind: dataset", "kind: dataset # a set"),
    "duplicate-key.yaml": _broken(SOURCE, "kind: dataset", "kind: dataset\nkind: model"),
    "escape-without-need.yaml": _broken(EVENT, "was wrong", "was \\x77rong"),
    "explicit-default.yaml": _broken(CAPTURED, "  output: out", "  output: out\n  params: {}"),
    "file-of-two-files.yaml": _broken(SOURCE, "  md5: md5:", "  files: 2\n  md5: md5:"),
    "float-for-an-integer.yaml": _broken(SOURCE, "size: 20", "size: 20.0"),
    "half-a-recipe.yaml": _broken(CAPTURED, "  step: prepare\n", ""),
    "key-order.yaml": _broken(SOURCE, "kind: dataset\nname: raw", "name: raw\nkind: dataset"),
    "missing-field.yaml": _broken(SOURCE, "kind: dataset\n", ""),
    "name-with-capital.yaml": _broken(SOURCE, "name: raw", "name: Raw"),
    "negative-size.yaml": _broken(SOURCE, "size: 20", "size: -20"),
    "no-line-end.yaml": SOURCE.data[:-1],
    "not-utf-8.yaml": SOURCE.data.replace(b"dataset", b"data\xffset"),
    "path-above.yaml": _broken(ADD_RAW, "path: data/raw.csv", "path: data/../../raw.csv"),
    "quotes-without-need.yaml": _broken(SOURCE, "kind: dataset", 'kind: "dataset"'),
    "time-with-offset.yaml": _broken(ADD_RAW, "00:00Z", "00:00+00:00"),
    "two-subjects.yaml": _broken(MEASURED, f"  artifact: {MADE.id}\n", f"  artifact: {MADE.id}\n  set: {MADE.id}\n"),
    "unknown-version.yaml": _broken(SOURCE, "artifact/v1", "artifact/v2"),
    "unprefixed-digest.yaml": _broken(SOURCE, "md5: md5:", "md5: a"),
    "upper-case-digest.yaml": _broken(SOURCE, f"id: {sha256_of(RAW)}", f"id: {sha256_of(RAW).upper()}"),
}
