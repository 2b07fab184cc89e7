"""A block of Python as a run: what it reads and makes is recorded when it ends."""

import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from gitprov.errors import GitprovError
from gitprov.ids import Value
from gitprov.lineage import Ledger
from gitprov.recording.code import code_paths
from gitprov.recording.drafts import Draft
from gitprov.recording.keep import keep as keep_drafts
from gitprov.recording.pending import Pending, finish_pending, settle, stamps_of, write_pending
from gitprov.recording.plan import Begun, OutputSpec, Request, Used, make_plan, use_input
from gitprov.recording.sources import kind_of
from gitprov.recording.stages import guess_kind
from gitprov.records import Content
from gitprov.wiring.opening import open_project
from gitprov.wiring.project import Project


class RunningRun:
    """A run in progress: say what it reads and makes.

    Attributes:
        params: Its parameters.
        draft: What it left to keep, once it has ended; None before, and when recording could not be finished.
    """

    def __init__(self, project: Project, ledger: Ledger, step: str, params: Mapping[str, Value]) -> None:
        self.params = dict(params)
        self.draft: Draft | None = None
        self._project = project
        self._ledger = ledger
        self._step = step
        self._inputs: dict[str, Used] = {}
        self._outputs: dict[str, OutputSpec] = {}

    def input(self, role: str, what: str | Path) -> Path:
        """Returns where to read an input: an artifact by name, or a path; it is hashed now and when the run ends.

        Raises:
            GitprovError: GP-NAM-*, GP-PTH-* when there is no such thing; GP-BLB-002 when its bytes are not here.
        """
        self._inputs[role] = use_input(self._project, self._ledger, role, str(what))
        return Path(self._project.git.root) / self._inputs[role].path

    def output(self, role: str, path: str | Path, *, name: str | None = None, kind: str | None = None) -> Path:
        """Returns where to write an output, `path`; it is recorded as artifact `name` (else the role's name)."""
        place = self._project.git.relative(str(path))
        with self._project.worktree.locked(f"run {self._step}"):
            settle(self._project, self._ledger, [place])  # what an earlier run left there is recorded first
        own = name or role
        own_kind = kind_of(self._project, self._ledger, own, kind, guess_kind(role))
        self._outputs[role] = OutputSpec(place, own, own_kind)
        return Path(self._project.git.root) / place


@contextmanager
def run(
    step: str,
    *,
    params: Mapping[str, Value] | None = None,
    code: Sequence[str] = (),
    locks: Sequence[str] = (),
    container: str | None = None,
    keep: bool = False,
) -> Iterator[RunningRun]:
    """Records what the block reads and makes as one run of `step`.

    Code and inputs are hashed when the run begins, outputs when it ends. A block that raises records nothing. When
    the block has succeeded and recording fails, that is a warning: `gitprov keep` finishes the same work.

    Raises:
        GitprovError: Before the block, when the repository is not ready.
    """
    project, ledger = open_project()
    top = project.git.relative
    request = Request(
        step=step,
        command=_own_command(project),
        cwd=top("."),
        params=dict(params or {}),
        code=tuple(top(path) for path in code),
        locks=tuple(top(path) for path in locks),
        container=container,
    )
    paths = code_paths(project, step, request.code, (), request.cwd)
    state = project.git.code(paths, ())
    running = RunningRun(project, ledger, step, request.params)
    started = project.clock.now()
    yield running
    try:
        begun = Begun(running._inputs, state, paths)  # noqa: SLF001  # the two are one
        done = replace(request, outputs=running._outputs, params=running.params)  # noqa: SLF001
        running.draft = _finish(project, ledger, done, begun, started)
        if keep:
            keep_drafts(project, ledger, [running.draft.name])
    except GitprovError as error:
        warnings.warn(f"the run succeeded and is not recorded yet: {error}; fix: {error.fix}", stacklevel=3)


def _own_command(project: Project) -> tuple[str, ...]:
    """Returns what runs this: the script and its arguments; of a notebook or a test runner only that it is Python.

    What starts a script from outside the repository says nothing about it, and its arguments differ every time.
    """
    try:
        script = project.git.relative(str(Path(sys.argv[0]).absolute()))
    except GitprovError:
        return ("python",)
    if project.worktree.kind(script) != "file":
        return ("python",)
    return ("python", str(Path(project.git.root) / script), *sys.argv[1:])


def _finish(project: Project, ledger: Ledger, request: Request, begun: Begun, started: str) -> Draft:
    plan = make_plan(project, ledger, request, begun=begun)
    pending = Pending(
        run=replace(plan.run, started=started, finished=project.clock.now(), exit=0),
        outputs=request.outputs,
        recipes=plan.recipes,
        inputs={role: used.path for role, used in plan.inputs.items()},
        sources=tuple(record for used in plan.inputs.values() for record in used.new),
        stamps=stamps_of(project, request.outputs.values()),
        pointers={u.path: u.content for u in plan.inputs.values() if u.new and isinstance(u.content, Content)},
    )
    with project.worktree.locked(f"run {request.step}"):
        draft, notes = finish_pending(project, ledger, write_pending(project, pending))
    for note in (*plan.notes, *notes):
        warnings.warn(note, stacklevel=4)
    return draft
