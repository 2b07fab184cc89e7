"""`gitprov capture`: records what DVC has run, from dvc.lock at HEAD.

What DVC knew is `declared`, what nobody knows is `unknown`, and nothing is invented: no actor, no times, no hardware.
"""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, md5_of, normalize, sha256_of
from gitprov.ids.names import path_fault
from gitprov.ids.recipes import UNKNOWN, environment_digest
from gitprov.lineage import Ledger
from gitprov.ports.dvc import Locked, LockEntry, Stage
from gitprov.ports.git import TreeEntry
from gitprov.ports.workplace import Workplace
from gitprov.recording.code import code_digest
from gitprov.recording.environment import is_lock
from gitprov.recording.plan import OutputSpec, Request, Used, make_recipe
from gitprov.recording.sources import ROLE, STEP, kind_of, name_of_path
from gitprov.recording.stages import flat_params, output_specs, roles, shell_command, step_name
from gitprov.recording.writing import Outcome, stage, write_records
from gitprov.records import (
    AnyContent,
    Artifact,
    Code,
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
    work = _Capture(place, ledger, head, tree, entries, keep=not dry_run)
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
    """Returns the entries so that each comes after those that made its deps (DVC allows no cycle)."""
    makers = {out.path: entry for entry in entries for out in entry.outs}
    ordered: list[LockEntry] = []
    met: set[int] = set()

    def visit(entry: LockEntry) -> None:
        if id(entry) in met:
            return
        met.add(id(entry))
        for dep in entry.deps:
            if dep.path in makers:
                visit(makers[dep.path])
        ordered.append(entry)

    for entry in entries:
        visit(entry)
    return ordered


class _Capture:
    """One capture: what was recorded so far, so that a later stage finds what an earlier one made."""

    def __init__(
        self,
        place: Workplace,
        ledger: Ledger,
        head: str,
        tree: Mapping[str, TreeEntry],
        entries: Sequence[LockEntry],
        *,
        keep: bool,
    ) -> None:
        self.place, self.ledger, self.head, self.tree, self.keep = place, ledger, head, tree, keep
        self.records: dict[Digest, Stored] = {}
        self.known: list[Stored] = []
        self.notes: list[str] = []
        self.made_here = {out.path for entry in entries for out in entry.outs}
        self.stages = {(one.folder, one.name): one for one in self._stages()}
        self.locks = self._locks()

    def take(self, entry: LockEntry) -> None:
        """Records one stage, unless a run of it with these inputs and outputs is recorded."""
        outside = [one.path for one in (*entry.deps, *entry.outs) if path_fault(one.path)]
        if outside:
            raise codes.PTH_OUTSIDE.error(f"{', '.join(outside)} lies outside the repository")
        step = step_name(entry.stage)
        stage_ = self.stages.get((entry.folder, entry.stage))
        tracked = [dep for dep in entry.deps if dep.path not in self.made_here and self._in_git(dep.path)]
        data = [dep for dep in entry.deps if dep not in tracked]
        inputs = {role: self._input(by_path) for role, by_path in _by_role(data).items()}
        outs = {out.path: self._content(out) for out in entry.outs}
        known = self._recorded(step, {u.input.content for u in inputs.values()}, {c.digest for c in outs.values()})
        if known is not None:
            self.known.append(known)
            return
        unverified = [path for path, content in outs.items() if isinstance(content, ReferencedContent)]
        if unverified:
            self.notes.append(
                f"unverified, since the bytes are not here: {', '.join(unverified)} (dvc pull, then capture again)"
            )
        cwd = stage_.cwd if stage_ is not None else entry.folder
        specs = output_specs(self.place, self.ledger, list(outs))
        code, environment = self._code(step, tracked, inputs, specs), self._environment()
        request = Request(step=step, command=shell_command(entry.commands), cwd=cwd, outputs=specs)
        params = normalize(flat_params(entry.params))
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
                cwd=cwd,
                params=params if isinstance(params, dict) and params else None,
                code=code,
                environment=environment,
                declared=tuple(declared),
                unknown=("actor", "dirty", "exit", "hardware", "inputs", "times"),
            )
        )
        for used in inputs.values():
            self._keep(*used.new)
        self._keep(*artifacts.values(), run)

    def _keep(self, *records: Stored) -> None:
        for record in records:
            if record.id not in self.ledger.held:
                self.records[record.id] = record

    def _recorded(self, step: str, inputs: set[Digest], outs: set[Digest]) -> Stored | None:
        for one, run in self.ledger.runs.items():
            if (
                run.step == step
                and {used.content for used in run.inputs.values()} == inputs
                and {made.content for made in run.outputs.values()} == outs
            ):
                return self.ledger.held[one].stored
        return None

    def _input(self, dep: Locked) -> Used:
        """Returns a data dep: what an earlier stage made, what is recorded, or a new source."""
        content = self._content(dep)
        made = [r for r in self.records.values() if isinstance(r.record, Artifact) and r.record.content == content]
        recorded = [one for one in self.ledger.at_path(dep.path) if one in self.ledger.with_content(content.digest)]
        recorded = recorded or self.ledger.with_content(content.digest)
        new: tuple[Stored, ...] = ()
        if made:
            artifact = made[-1].id
        elif recorded:
            artifact = recorded[-1]
        else:
            name = name_of_path(dep.path)
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
        adopted = self.place.cache.adopt(locked.md5, is_dir=locked.is_dir)
        return adopted.content if adopted is not None else _reference(locked)

    def _in_git(self, path: str) -> bool:
        return path in self.tree or any(tracked.startswith(f"{path}/") for tracked in self.tree)

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
            snapshot = (
                self.place.cache.snapshot(dep.path, keep=False).content if self.place.worktree.kind(dep.path) else None
            )
            return snapshot is not None and snapshot.md5 == dep.md5 and not self.place.git.changed([dep.path])
        entry = self.tree.get(dep.path)
        if entry is None:
            return False
        (_, data), *_ = self.place.git.blobs([entry.oid])
        # DVC before 3.0 hashed text with line feeds only; its lock files are still read.
        return dep.md5 in (md5_of(data), md5_of(data.replace(b"\r\n", b"\n")))

    def _environment(self) -> Environment:
        if not self.locks:
            return Environment(digest=UNKNOWN)
        digests = {path: sha256_of(data) for path, data in self.locks.items()}
        return Environment(
            digest=environment_digest(container=None, locks=digests, variables={}),
            locks=tuple(Lock(path=path, sha256=digests[path]) for path in sorted(digests)),
        )

    def _locks(self) -> dict[str, bytes]:
        top = {path: entry for path, entry in self.tree.items() if "/" not in path}
        found = dict(zip(top, (data for _, data in self.place.git.blobs([e.oid for e in top.values()])), strict=True))
        return {path: data for path, data in found.items() if is_lock(path, data)}

    def _stages(self) -> list[Stage]:
        try:
            return self.place.dvc.stages()
        except GitprovError as error:
            self.notes.append(f"dvc.yaml was not read ({error.what}): commands run where their dvc.lock lies")
            return []


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
