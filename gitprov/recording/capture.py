"""`gitprov capture`: records what DVC has run, from dvc.lock at HEAD.

What DVC knew is `declared`, what nobody knows is `unknown`, and nothing is invented: no actor, no times, no hardware.
"""

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, Value, md5_of, normalize, sha256_of
from gitprov.ids.listings import EXECUTABLE, FILE, SYMLINK
from gitprov.ids.names import path_fault
from gitprov.ids.recipes import UNKNOWN, environment_digest
from gitprov.lineage import Ledger
from gitprov.ports.blobs import Snapshot
from gitprov.ports.dvc import Locked, LockEntry
from gitprov.ports.git import TreeEntry
from gitprov.ports.workplace import Workplace
from gitprov.recording.add import previous_name
from gitprov.recording.code import code_digest
from gitprov.recording.commands import shell_command
from gitprov.recording.environment import is_lock, may_lock
from gitprov.recording.inputs import Used
from gitprov.recording.plan import OutputSpec, Request, make_recipe
from gitprov.recording.secrets import refuse_secrets
from gitprov.recording.sources import ROLE, STEP, kind_of, name_of_path
from gitprov.recording.stages import code_deps, flat_params, output_specs, roles, step_name
from gitprov.recording.writing import Outcome, stage, write_records
from gitprov.records import (
    AnyContent,
    Artifact,
    Code,
    Content,
    Environment,
    Input,
    Lock,
    Output,
    Recipe,
    Reference,
    ReferencedContent,
    Run,
    Stored,
    reference_digest,
    store,
)
from gitprov.records.types import Fact

UNKNOWN_ACTOR = "unknown"


def capture(place: Workplace, ledger: Ledger, *, dry_run: bool = False) -> Outcome:
    """Records every stage of dvc.lock at HEAD that is not recorded yet, and stages the records.

    Each dep and out is checked against its bytes where they are in the work tree or in the cache; where they are not,
    it is recorded by reference and shown as unverified.

    Raises:
        GitprovError: GP-GIT-008 without a commit; GP-DVC-005 without a dvc.lock; GP-DVC-001 when it cannot be read.
    """
    head = place.git.head()
    if head is None:
        raise codes.GIT_NO_COMMIT.error("there is no commit to capture from")
    tree = place.git.tree(head)
    files = _read(place, tree, "dvc.lock")
    if not files:
        raise codes.DVC_NOTHING.error("HEAD has no dvc.lock", why=f"commit {head[:12]} does not track one")
    entries = in_order(place.dvc.lock_entries(files | _read(place, tree, "dvc.yaml")))
    work = _Capture(place, ledger, head, tree, keep=not dry_run)
    with place.worktree.locked("capture"):
        for entry in entries:
            try:
                work.take(entry)
            except GitprovError as error:
                work.notes.append(f"stage {entry.stage} is not captured: {error.what} ({error.code.id})")
        records = tuple(work.records.values())
        if dry_run:
            return Outcome(records, tuple(sorted(r.path for r in records)), tuple(work.known), tuple(work.notes), True)
        paths = write_records(place, records)
        return Outcome(records, stage(place, paths), tuple(work.known), tuple(work.notes))


def in_order(entries: Sequence[LockEntry]) -> list[LockEntry]:
    """Returns the entries so that each comes after those that made its deps.

    Raises:
        GitprovError: GP-DVC-001 for a circle, which DVC itself never writes.
    """
    makers = {out.path: number for number, entry in enumerate(entries) for out in entry.outs}
    graph = {
        number: [makers[dep.path] for dep in entry.deps if dep.path in makers] for number, entry in enumerate(entries)
    }
    try:
        return [entries[number] for number in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        stages = ", ".join(entries[number].stage for number in error.args[1][:-1])
        raise codes.DVC_FILE.error("stages of dvc.lock depend on each other in a circle", why=stages) from None


class _Capture:
    """One capture: what was recorded so far, so that a later stage finds what an earlier one made."""

    def __init__(
        self,
        place: Workplace,
        ledger: Ledger,
        head: str,
        tree: Mapping[str, TreeEntry],
        *,
        keep: bool,
    ) -> None:
        self.place, self.ledger, self.head, self.tree, self.keep = place, ledger, head, tree, keep
        self.records: dict[Digest, Stored] = {}
        self.known: list[Stored] = []
        self.notes: list[str] = []
        self.made: dict[str, Stored] = {}
        self.tracked = {*tree, *(str(parent) for path in tree for parent in PurePosixPath(path).parents)}
        self.locks = self._locks()

    def take(self, entry: LockEntry) -> None:
        """Records one stage, unless a run of it with these inputs and outputs is recorded."""
        outside = [one.path for one in (*entry.deps, *entry.outs) if path_fault(one.path)]
        if outside:
            raise codes.PTH_OUTSIDE.error(f"{', '.join(outside)} lies outside the repository")
        step = step_name(entry.stage)
        own_code = code_deps(self.place, [dep.path for dep in entry.deps], self.tracked)
        tracked = [dep for dep in entry.deps if dep.path in own_code]
        data = [dep for dep in entry.deps if dep not in tracked]
        inputs = {role: self._input(by_path) for role, by_path in _by_role(data).items()}
        outs = {out.path: self._content(out) for out in entry.outs}
        params = normalize(flat_params(entry.params))
        run_before = self._recorded(entry, step, params, [used.content for used in inputs.values()], outs.values())
        if run_before is not None:
            self.known.append(run_before)
            return
        unverified = [path for path, content in outs.items() if isinstance(content, ReferencedContent)]
        if unverified:
            self.notes.append(
                f"unverified, since the bytes are not here: {', '.join(unverified)} (dvc pull, then capture again)"
            )
        specs = output_specs(self.place, self.ledger, list(outs))
        code, environment = self._code(step, tracked, inputs, specs), self._environment()
        request = Request(step=step, command=shell_command(entry.commands), cwd=entry.cwd, outputs=specs)
        recipes = {
            role: make_recipe(
                request,
                role,
                command=request.command,
                inputs=inputs,
                code=code.digest,
                params=params if isinstance(params, dict) else {},
                environment=environment,
            )
            for role in specs
        }
        artifacts = {
            role: store(Artifact(name=out.name, kind=out.kind, content=outs[out.path], recipe=recipes[role]))
            for role, out in specs.items()
        }
        declared: list[Fact] = ["code"] if code.digest != UNKNOWN else []
        declared += ["locks"] if environment.locks else []
        declared += ["params"] if params else []
        run = store(
            Run(
                step=step,
                actor=UNKNOWN_ACTOR,
                outputs={
                    role: Output(
                        artifact=artifacts[role].id,
                        content=outs[out.path].digest,
                        path=out.path,
                        recipe=recipes[role].id,
                    )
                    for role, out in specs.items()
                },
                inputs={role: used.input for role, used in inputs.items()},
                command=request.command,
                cwd=entry.cwd,
                params=params if isinstance(params, dict) and params else None,
                code=code,
                environment=environment,
                declared=tuple(declared),
                unknown=("actor", "dirty", "exit", "hardware", "inputs", "times"),
            )
        )
        refuse_secrets(self.place, [*artifacts.values(), run])
        for used in inputs.values():
            self._keep(*used.new)
        self._keep(*artifacts.values(), run)
        self.made |= {out.path: artifacts[role] for role, out in specs.items()}

    def _keep(self, *records: Stored) -> None:
        for record in records:
            if record.id not in self.ledger.held:
                self.records[record.id] = record

    def _recorded(
        self,
        entry: LockEntry,
        step: str,
        params: Value,
        inputs: Iterable[AnyContent],
        outs: Iterable[AnyContent],
    ) -> Stored | None:
        """Returns the run that says what the entry does: with these bytes, command and parameters."""
        read, made = ({self._identity(content) for content in contents} for contents in (inputs, outs))
        for one, run in self.ledger.runs.items():
            if (
                (run.step, run.cwd, run.command) == (step, entry.cwd, shell_command(entry.commands))
                and (run.params or {}) == params
                and {used.content for used in run.inputs.values()} == read
                and {out.content for out in run.outputs.values()} == made
            ):
                return self.ledger.held[one].stored
        return None

    def _identity(self, content: AnyContent) -> Digest:
        """Returns a content's digest; of one known by its MD5 only, that of the recorded bytes with this MD5."""
        if isinstance(content, Content):
            return content.digest
        md5, is_dir = content.reference.version, content.reference.locator.endswith(".dir")
        recorded = (one.content for one in self.ledger.artifacts.values() if isinstance(one.content, Content))
        same = (one.digest for one in recorded if one.md5 == md5 and (one.listing is not None) == is_dir)
        return next(same, content.digest)

    def _input(self, dep: Locked) -> Used:
        """Returns a data dep: what an earlier stage made, what is recorded, or a new source."""
        content = self._content(dep)
        made = self.made.get(dep.path)
        recorded = [one for one in self.ledger.at_path(dep.path) if one in self.ledger.with_content(content.digest)]
        recorded = recorded or self.ledger.with_content(content.digest)
        new: tuple[Stored, ...] = ()
        if made is not None and isinstance(made.record, Artifact) and made.record.content == content:
            artifact = made.id
        elif recorded:
            artifact = recorded[-1]
        else:
            name = previous_name(self.ledger, dep.path) or name_of_path(dep.path)
            source = store(
                Artifact(
                    name=name,
                    kind=kind_of(self.place, self.ledger, name, None),
                    content=content,
                    recipe=Recipe(id=content.digest),
                )
            )
            run = Run(
                step=STEP,
                actor=UNKNOWN_ACTOR,
                outputs={
                    ROLE: Output(artifact=source.id, content=content.digest, path=dep.path, recipe=content.digest)
                },
                unknown=("actor", "times"),
            )
            new = (source, store(run))
            artifact = source.id
        used = Input(artifact=artifact, content=content.digest, after="unknown", path=dep.path)
        return Used(used, content, dep.path, new)

    def _content(self, locked: Locked) -> AnyContent:
        """Returns what dvc.lock says is there: by its bytes where they are here and fit, else by reference."""
        if locked.md5 is None:
            raise codes.DVC_FILE.error(
                f"dvc.lock has no MD5 for {locked.path}", fix=f"gitprov run, or dvc import {locked.path}"
            )
        if self.place.worktree.kind(locked.path) in ("file", "directory"):
            try:
                snapshot = self.place.cache.snapshot(locked.path, keep=False, progress=self.place.progress)
                if snapshot.content.md5 == locked.md5:
                    if self.keep:
                        self.place.cache.snapshot(locked.path, progress=self.place.progress)
                    return snapshot.content
                self.notes.append(
                    f"{locked.path} in the work tree is not what dvc.lock says: its recorded bytes are older"
                )
            except GitprovError as error:
                self.notes.append(f"{locked.path} cannot be read: {error.what}")
        adopted = self.place.cache.adopt(locked.md5, is_dir=locked.is_dir) or self._at_head(locked)
        return adopted.content if adopted is not None else _reference(locked)

    def _at_head(self, locked: Locked) -> Snapshot | None:
        """Returns what HEAD has at a path that git tracks, if that is what dvc.lock says; its bytes go to the cache."""
        entry = self.tree.get(locked.path)
        if entry is None or entry.mode == SYMLINK:
            return None
        (_, data), *_ = self.place.git.blobs([entry.oid])
        if md5_of(data) != locked.md5:
            return None
        if self.keep:
            self.place.cache.put(data)
        return Snapshot(Content(digest=sha256_of(data), md5=md5_of(data), size=len(data)))

    def _code(
        self, step: str, deps: Sequence[Locked], inputs: Mapping[str, Used], specs: Mapping[str, OutputSpec]
    ) -> Code:
        """Returns the code at HEAD if every code dep still has the MD5 that DVC saw, else that nobody knows."""
        paths = tuple(sorted(dep.path for dep in deps))
        if not paths:
            self.notes.append(f"{step} declares no code in dvc.yaml: its code is recorded as unknown")
            return Code(digest=UNKNOWN, paths=())
        apart = [used.path for used in inputs.values()] + [out.path for out in specs.values()]
        state = self.place.git.code_at(self.head, paths, apart)
        changed = [dep.path for dep in deps if not self._same(dep)]
        if state is None or changed:
            self.notes.append(f"{step}: {', '.join(changed)} changed since DVC ran it: its code is recorded as unknown")
            return Code(digest=UNKNOWN, paths=paths)
        return Code(digest=code_digest(state), paths=paths, commit=f"git:{self.head}")

    def _same(self, dep: Locked) -> bool:
        """Tells whether HEAD still has the bytes of a git-tracked dep that DVC saw."""
        if dep.is_dir:
            if self.place.worktree.kind(dep.path) != "directory":
                return False
            snapshot = self.place.cache.snapshot(dep.path, keep=False)
            return snapshot.content.md5 == dep.md5 and not self.place.git.code([dep.path], ()).dirty
        entry = self.tree.get(dep.path)
        if entry is None:
            return False
        (_, data), *_ = self.place.git.blobs([entry.oid])
        # DVC hashes the work tree's line ends, which git may have changed; before 3.0 it hashed line feeds only.
        unix = data.replace(b"\r\n", b"\n")
        return dep.md5 in (md5_of(data), md5_of(unix), md5_of(unix.replace(b"\n", b"\r\n")))

    def _environment(self) -> Environment:
        """Returns what the locks at HEAD say; where variables count, nobody knows what they were."""
        if not self.locks:
            return Environment(digest=UNKNOWN)
        digests = {path: sha256_of(data) for path, data in self.locks.items()}
        known = environment_digest(container=None, locks=digests, variables={})
        return Environment(
            digest=UNKNOWN if self.place.settings.project().environment.variables else known,
            locks=tuple(Lock(path=path, sha256=digests[path]) for path in sorted(digests)),
        )

    def _locks(self) -> dict[str, bytes]:
        top = {path: entry for path, entry in self.tree.items() if "/" not in path and may_lock(path)}
        top = {path: entry for path, entry in top.items() if entry.mode in (FILE, EXECUTABLE)}
        found = dict(zip(top, (data for _, data in self.place.git.blobs([e.oid for e in top.values()])), strict=True))
        return {path: data for path, data in found.items() if is_lock(path, data)}


def _by_role(deps: Sequence[Locked]) -> dict[str, Locked]:
    by_path = {dep.path: dep for dep in deps}
    return {role: by_path[path] for role, path in roles(list(by_path)).items()}


def _reference(locked: Locked) -> ReferencedContent:
    md5 = str(locked.md5).removeprefix("md5:")
    checks = {key: value for key, value in (("files", locked.files), ("size", locked.size)) if value is not None}
    reference = Reference(
        kind="dvc",
        locator=f"files/md5/{md5[:2]}/{md5[2:]}{'.dir' if locked.is_dir else ''}",
        version=str(locked.md5),
        checks=checks,
        assurance="asserted",
    )
    return ReferencedContent(digest=reference_digest(reference), reference=reference)


def _read(place: Workplace, tree: Mapping[str, TreeEntry], name: str) -> dict[str, bytes]:
    found = {path: entry.oid for path, entry in tree.items() if PurePosixPath(path).name == name}
    return dict(zip(found, (data for _, data in place.git.blobs(found.values())), strict=True))
