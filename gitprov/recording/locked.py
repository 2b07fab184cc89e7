"""What DVC's files say, as records: one run for each entry of dvc.lock, one `add` for each source (demand 40).

What DVC knew is `declared`, what nobody knows is `unknown`, and nothing is invented: no actor, no hardware.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations, islice
from pathlib import PurePosixPath

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, Md5, digest_hex, digest_of, md5_of
from gitprov.ids.listings import dvc_directory
from gitprov.ids.recipes import UNKNOWN
from gitprov.lineage import Held, Ledger
from gitprov.ports.dvc import Locked, LockEntry
from gitprov.ports.workplace import Workplace
from gitprov.recording.add import previous_name
from gitprov.recording.commands import is_below, shell_command
from gitprov.recording.inputs import Used
from gitprov.recording.plan import Request
from gitprov.recording.scene import Scene
from gitprov.recording.secrets import refuse_secrets
from gitprov.recording.sources import kind_of, name_of_path
from gitprov.recording.stages import flat_params, output_specs, roles, step_name
from gitprov.recording.told import environment_of, imported_run, imported_source
from gitprov.records import (
    AnyContent,
    Artifact,
    Code,
    Content,
    Input,
    Recipe,
    Reference,
    ReferencedContent,
    Run,
    Stored,
    reference_digest,
    store,
)

TRIED = 1000
"""Sets of outputs of which a folder is tried to consist."""


class Recorder:
    """Makes records of what DVC says, so that a later stage finds what an earlier one made.

    Attributes:
        records: What is new, by id, in the order in which it was made.
        known: Runs that were recorded already.
        notes: What a person should know, each once.
        unverified: Paths of outputs and sources that are known by their MD5 only.
    """

    def __init__(self, place: Workplace, ledger: Ledger) -> None:
        self.place = place
        self.ledger = Ledger(held for held in ledger.held.values() if held.state != "draft")
        self.records: dict[Digest, Stored] = {}
        self.known: dict[Digest, Stored] = {}
        self.notes: dict[str, None] = {}
        self.unverified: dict[str, None] = {}
        self._made: dict[str, Digest] = {}
        self._contents: dict[tuple[str, bool], AnyContent] = {}
        self._runs: dict[Digest, list[Digest]] = defaultdict(list)
        for artifact in self.ledger.artifacts.values():
            self._know(artifact.content)
        for one, run in self.ledger.runs.items():
            self._runs[_identity(run)].append(one)

    def forget(self, but: Collection[str]) -> None:
        """Forgets what was made at all paths but these: DVC does not keep it there any more."""
        self._made = {path: one for path, one in self._made.items() if path in but}

    def take_source(self, scene: Scene, locked: Locked) -> None:
        """Records what a `.dvc` file says."""
        content = self._content(scene, locked)
        found = [one for one in self.ledger.with_content(content.digest) if locked.path in self.ledger.paths_of(one)]
        self._made[locked.path] = found[-1] if found else self._add_source(scene, locked.path, content)

    def take(self, scene: Scene, entry: LockEntry) -> None:
        """Records one stage, unless a run of it with these inputs and outputs, and this code, is recorded."""
        step = step_name(entry.stage)
        own_code = set(scene.code_deps([dep.path for dep in entry.deps]))
        tracked = [dep for dep in entry.deps if dep.path in own_code]
        inputs = self._inputs(scene, [dep for dep in entry.deps if dep.path not in own_code])
        outs = {out.path: self._content(scene, out) for out in entry.outs}
        specs = output_specs(self.place, self.ledger, list(outs), scene.artifacts)
        code = self._code(scene, step, tracked, [*(used.path for used in inputs.values()), *outs])
        artifacts, run = imported_run(
            Request(
                step=step,
                command=shell_command(entry.commands),
                cwd=entry.cwd,
                outputs=specs,
                params=flat_params(entry.params),
            ),
            inputs,
            {role: outs[out.path] for role, out in specs.items()},
            code=code,
            environment=environment_of(self.place, scene.locks),
            finished=scene.time,
        )
        recorded = self._recorded(run)
        if recorded is None:
            self._add(*artifacts, store(run))
        else:
            self.known[recorded] = self.ledger.held[recorded].stored
            run = self.ledger.runs[recorded]
        self._made |= {out.path: out.artifact for out in run.outputs.values()}

    def _recorded(self, run: Run) -> Digest | None:
        """Returns the run that says this already, and has the same code as far as anybody knows.

        What gitprov saw run is not said again because DVC counts other files as its code.
        """
        code = run.code.digest if run.code else UNKNOWN
        for one in self._runs[_identity(run)]:
            recorded = self.ledger.runs[one]
            other = recorded.code.digest if recorded.code else UNKNOWN
            if code in (UNKNOWN, other) or (other != UNKNOWN and "code" not in recorded.declared):
                return one
        return None

    def _inputs(self, scene: Scene, deps: Sequence[Locked]) -> dict[str, Used]:
        """Returns role to input: each dep, and what lies in it or around it and was made or tracked by itself."""
        found: dict[str, tuple[Digest, AnyContent]] = {}
        for dep in deps:
            around = [path for path in map(str, PurePosixPath(dep.path).parents) if path in self._made]
            around = [path for path in around if self._holds(self._made_at(path), path, dep)]
            if around:
                found[around[0]] = (self._made[around[0]], self._made_at(around[0]))
                continue
            inside = [path for path in self._made if dep.is_dir and path.startswith(f"{dep.path}/")]
            if inside and (parts := self._parts(scene, dep, inside)) is not None:
                found |= parts
                continue
            content = self._content(scene, dep)
            found[dep.path] = (self._source(scene, dep.path, content), content)
            for path in inside:
                made = self._made_at(path)
                if self._holds(content, dep.path, _locked(path, made)):
                    found[path] = (self._made[path], made)
        return {
            role: Used(
                Input(artifact=found[path][0], content=found[path][1].digest, after="unknown", path=path),
                found[path][1],
                path,
            )
            for role, path in roles(list(found)).items()
        }

    def _parts(self, scene: Scene, dep: Locked, inside: Sequence[str]) -> dict[str, tuple[Digest, AnyContent]] | None:
        """Returns what a directory consists of, where that is known: what was made in it, and what git tracks there.

        Not all that was made needs to be in it: dvc.lock keeps stages that dvc.yaml has no more.
        """
        tracked = {path: md5 for path, md5 in scene.tracked(dep.path).items() if path not in inside}
        made = {path: self._files(self._made_at(path), path) for path in inside}
        some = (some for count in range(len(inside), 0, -1) for some in combinations(inside, count))
        for paths in islice(some, TRIED):
            if dep.files not in (None, len(tracked) + sum(len(made[path]) for path in paths)):
                continue
            files = tracked | {file: md5 for path in paths for file, md5 in made[path].items()}
            if directory_md5(files, dep.path) == dep.md5:
                found = {path: (self._made[path], self._made_at(path)) for path in paths}
                for path in (path for path in tracked if not PurePosixPath(path).name.startswith(".git")):
                    content = self._content(scene, Locked(path, tracked[path], False, None, None))
                    found[path] = (self._source(scene, path, content), content)
                return found
        return None

    def _files(self, content: AnyContent, path: str) -> dict[str, Md5]:
        """Returns the files of a content at a path, as far as they are known."""
        md5, is_dir = dvc_key(content) or ("", False)
        if not is_dir:
            return {path: Md5(md5)}
        try:
            entries = self.place.cache.entries(content) if isinstance(content, Content) else ()
        except GitprovError:
            entries = ()
        return {f"{path}/{one.path}": one.md5 for one in entries}

    def _source(self, scene: Scene, path: str, content: AnyContent) -> Digest:
        """Returns a data dep: what was made or tracked there, what is recorded, or a new source."""
        made = self._made.get(path)
        if made is not None and self.ledger.artifacts[made].content == content:
            return made
        recorded = self.ledger.with_content(content.digest)
        if recorded:
            return max(recorded, key=lambda one: (path in self.ledger.paths_of(one), self.ledger.made(one)))
        return self._add_source(scene, path, content)

    def _add_source(self, scene: Scene, path: str, content: AnyContent) -> Digest:
        name = previous_name(self.ledger, path) or name_of_path(path)
        kind = kind_of(self.place, self.ledger, name, None)
        made = Artifact(name=name, kind=kind, content=content, recipe=Recipe(id=content.digest))
        source, run = imported_source(made, path, scene.time)
        self._add(source, run)
        return source.id

    def _add(self, *records: Stored) -> None:
        refuse_secrets(self.place, records)
        for stored in records:
            if stored.id in self.ledger.held:
                continue
            self.records[stored.id] = stored
            self.ledger.take(Held(stored, "staged"))
            if isinstance(stored.record, Run):
                self._runs[_identity(stored.record)].append(stored.id)
                self.unverified |= {
                    out.path: None
                    for out in stored.record.outputs.values()
                    if isinstance(self.ledger.artifacts[out.artifact].content, ReferencedContent)
                }

    def _made_at(self, path: str) -> AnyContent:
        return self.ledger.artifacts[self._made[path]].content

    def _holds(self, content: AnyContent, folder: str, inner: Locked) -> bool:
        """Tells whether a directory has this file or folder in it; where its listing is not here, DVC's word counts."""
        files = self._files(content, folder)
        if not files:
            return True
        if not inner.is_dir:
            return files.get(inner.path) == inner.md5
        return (
            directory_md5({path: md5 for path, md5 in files.items() if is_below(path, inner.path)}, inner.path)
            == inner.md5
        )

    def _know(self, content: AnyContent) -> None:
        key = dvc_key(content)
        if key is not None and (isinstance(content, Content) or key not in self._contents):
            self._contents[key] = content

    def _content(self, scene: Scene, locked: Locked) -> AnyContent:
        """Returns what DVC says is there: by its bytes where they are recorded, or here and fit; else by reference."""
        if locked.md5 is None:
            raise codes.DVC_FILE.error(
                f"dvc.lock has no MD5 for {locked.path}", fix=f"gitprov run, or dvc import {locked.path}"
            )
        key = (locked.md5, locked.is_dir)
        if not isinstance(self._contents.get(key), Content):
            self._know(scene.content(locked) or _reference(locked))
        return self._contents[key]

    def _code(self, scene: Scene, step: str, deps: Sequence[Locked], apart: Sequence[str]) -> Code:
        """Returns the code of a stage if every code dep has the MD5 that DVC saw, else that nobody knows."""
        paths = tuple(sorted(dep.path for dep in deps))
        if not paths:
            self.notes[f"{step} declares no code in dvc.yaml: its code is recorded as unknown"] = None
            return Code(digest=UNKNOWN, paths=())
        changed = [dep.path for dep in deps if not scene.is_same(dep)]
        digest = None if changed else scene.code(paths, apart)
        if digest is None:
            what = ", ".join(changed)
            self.notes[f"{step}: {what} changed since DVC ran it: its code is recorded as unknown"] = None
            return Code(digest=UNKNOWN, paths=paths)
        return Code(digest=digest, paths=paths, commit=f"git:{scene.commit}")


def _identity(run: Run) -> Digest:
    """Returns what two runs share that are one to DVC: the same command and parameters on the same bytes."""
    return digest_of(
        {
            "command": run.command,
            "cwd": run.cwd,
            "inputs": sorted({used.content for used in run.inputs.values()}),
            "outputs": sorted({out.content for out in run.outputs.values()}),
            "params": run.params or {},
            "step": run.step,
        }
    )


def dvc_key(content: AnyContent) -> tuple[str, bool] | None:
    """Returns what DVC calls a content: its MD5, and whether it is a directory."""
    if isinstance(content, Content):
        return content.md5, content.listing is not None
    reference = content.reference
    return (reference.version, reference.locator.endswith(".dir")) if reference.kind == "dvc" else None


def _locked(path: str, content: AnyContent) -> Locked:
    md5, is_dir = dvc_key(content) or ("", False)
    return Locked(path, Md5(md5), is_dir, None, None)


def directory_md5(files: Mapping[str, Md5], folder: str) -> Md5:
    """Returns what DVC calls a folder with these files, given by their paths from the top."""
    return md5_of(dvc_directory({path[len(folder) + 1 :]: md5 for path, md5 in files.items()}))


def _reference(locked: Locked) -> ReferencedContent:
    md5 = digest_hex(locked.md5 or Md5(""))
    checks = {key: value for key, value in (("files", locked.files), ("size", locked.size)) if value is not None}
    reference = Reference(
        kind="dvc",
        locator=f"files/md5/{md5[:2]}/{md5[2:]}{'.dir' if locked.is_dir else ''}",
        version=str(locked.md5),
        checks=checks,
        assurance="asserted",
    )
    return ReferencedContent(digest=reference_digest(reference), reference=reference)
