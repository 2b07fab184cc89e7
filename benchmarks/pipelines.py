"""Repositories with as many records as asked for: of pipelines that ran again and again, some of them sealed."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from gitprov.ids import Digest, Value, digest_of, md5_of, sha256_of
from gitprov.ids.recipes import recipe_id
from gitprov.records import (
    Artifact,
    Code,
    Content,
    Environment,
    Evaluation,
    Input,
    Layers,
    Member,
    Output,
    Recipe,
    Record,
    Release,
    Run,
    Stored,
    Subject,
    set_digest,
    store,
)
from gitprov.wiring.resources import read_resource

LAYERS = ("raw", "clean", "features", "model", "scores")
"""The steps of a pipeline: the first is added, every other reads the one before it, `features` a table, too."""
PIPELINES = 20
SEALED = 20
"""How many times a pipeline runs until its model is sealed."""
PER_COMMIT = 100

_CODE, _ENVIRONMENT = sha256_of(b"code"), sha256_of(b"environment")


def make(path: Path, count: int) -> Path:
    """Makes a repository with `count` records, `PER_COMMIT` in each commit, and a catalog of the models."""
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", path], check=True)
    with subprocess.Popen(["git", "fast-import", "--quiet"], cwd=path, stdin=subprocess.PIPE) as process:
        if process.stdin is None:
            raise AssertionError("opened without a pipe")
        settings = {
            ".gitprov/.gitattributes": read_resource("templates/gitattributes"),
            ".gitprov/project.yaml": b"schema: gitprov/project/v1\n",
        }
        for number in range(PIPELINES):
            entry = f"kind: model\nowner: person-{number % 4}\nschema: gitprov/catalog/v1\ntags: [tag-{number % 5}]\n"
            settings[f".gitprov/catalog/model-{number}.yaml"] = entry.encode()
        process.stdin.write(_commit(0, settings))
        found = islice(records(), count)
        number = 0
        while some := list(islice(found, PER_COMMIT)):
            number += 1
            process.stdin.write(_commit(number, {one.path: one.data for one in some}))
    if process.returncode:
        raise SystemExit("git fast-import failed")
    subprocess.run(["git", "reset", "--quiet", "--hard"], cwd=path, check=True)
    return path


def records() -> Iterator[Stored]:
    """Yields records without end, each after those that it names."""
    tables = {number: _added(f"table-{number}", 0, _time(0)) for number in range(PIPELINES)}
    for both in tables.values():
        yield from both
    turn = 0
    while True:
        version, pipeline = divmod(turn, PIPELINES)
        turn += 1
        time = _time(60 * turn)
        artifact, run = _added(f"{LAYERS[0]}-{pipeline}", version, time)
        yield from (artifact, run)
        for layer, before in zip(LAYERS[1:], LAYERS, strict=False):
            inputs = {before: artifact} | ({"table": tables[pipeline][0]} if layer == "features" else {})
            artifact, run = _made(f"{layer}-{pipeline}", layer, version, inputs, time)
            yield from (artifact, run)
            if layer == "model":
                yield _evaluated(artifact, turn, time)
                if version % SEALED == SEALED - 1:
                    yield _released(artifact, run, version // SEALED + 1)


def _time(seconds: int) -> str:
    return (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _content(name: str, version: int) -> Content:
    data = f"{name} {version}".encode()
    return Content(digest=sha256_of(data), md5=md5_of(data), size=len(data))


def _added(name: str, version: int, time: str) -> tuple[Stored, Stored]:
    content = _content(name, version)
    recipe = Recipe(id=content.digest)
    artifact = store(Artifact(name=name, kind="dataset", content=content, recipe=recipe))
    made = Output(artifact=artifact.id, content=content.digest, path=f"data/{name}", recipe=recipe.id)
    return artifact, store(Run(step="add", actor="ada", outputs={"data": made}, finished=time))


def _made(name: str, step: str, version: int, inputs: dict[str, Stored], time: str) -> tuple[Stored, Stored]:
    content = _content(name, version)
    params: dict[str, Value] = {"model": {"rate": version % 10 / 10, "seed": version}, "depth": 8}
    command, used = ("python", f"src/{step}.py"), {role: one.id for role, one in inputs.items()}
    key = recipe_id(
        step=step,
        command=command,
        cwd=".",
        inputs=used,
        code=_CODE,
        params=params,
        environment=_ENVIRONMENT,
        output=step,
    )
    recipe = Recipe(
        id=key,
        code=_CODE,
        command=command,
        environment=_ENVIRONMENT,
        inputs=used,
        output=step,
        params=params,
        step=step,
    )
    kind = "model" if step == "model" else "dataset"
    artifact = store(Artifact(name=name, kind=kind, content=content, recipe=recipe))
    run = Run(
        step=step,
        actor="ada",
        outputs={step: Output(artifact=artifact.id, content=content.digest, path=f"data/{name}", recipe=key)},
        inputs={
            role: Input(artifact=one.id, content=_digest(one.record), path=f"data/{role}")
            for role, one in inputs.items()
        },
        command=command,
        params=params,
        code=Code(digest=_CODE, commit=f"git:{0:040x}", paths=("src",)),
        environment=Environment(digest=_ENVIRONMENT, python="3.11.7", hardware="Linux, 8 processors"),
        started=time,
        finished=time,
    )
    return artifact, store(run)


def _digest(record: Record) -> Digest:
    if not isinstance(record, Artifact):
        raise TypeError("a run reads artifacts")
    return record.content.digest


def _evaluated(model: Stored, turn: int, time: str) -> Stored:
    record = model.record
    if not isinstance(record, Artifact):
        raise TypeError("models are evaluated")
    metrics = {"auc": turn * 7919 % 1000 / 1000, "test": {"n": 1000}}
    return store(
        Evaluation(
            name=record.name,
            suite="test",
            subject=Subject(artifact=model.id),
            metrics=metrics,
            source=digest_of(metrics),
            actor="ada",
            evaluated=time,
        )
    )


def _released(model: Stored, run: Stored, version: int) -> Stored:
    if not isinstance(model.record, Artifact):
        raise TypeError("models are sealed")
    members = {"model": Member(artifact=model.id, run=run.id)}
    layers = Layers(artifacts=_CODE, code=_CODE, data=_CODE, environment=_ENVIRONMENT)
    return store(
        Release(name=model.record.name, version=version, set_=set_digest(members), members=members, layers=layers)
    )


def _commit(number: int, files: dict[str, bytes]) -> bytes:
    head = f"commit refs/heads/main\ncommitter Ada <ada@example.org> {1_800_000_000 + number} +0000\ndata 1\nx\n"
    return head.encode() + b"".join(
        f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n" for path, data in files.items()
    )
