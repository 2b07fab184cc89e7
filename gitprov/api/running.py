"""A block of Python as a run: what it reads and makes is recorded when it ends."""

import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Value
from gitprov.lineage import Ledger
from gitprov.recording.drafts import Draft
from gitprov.recording.inputs import Used, use_input
from gitprov.recording.keep import keep as keep_drafts
from gitprov.recording.pending import Pending, finish_pending, forget, stamps_of, write_pending
from gitprov.recording.plan import Begun, OutputSpec, Request, begin, check_apart, check_output, complete
from gitprov.recording.run import leaked, settled, under_way, watched
from gitprov.recording.secrets import leaks_in
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
        self._announced = ExitStack()

    def input(self, role: str, what: str | Path) -> Path:
        """Returns where to read an input: an artifact by name, or a path; it is hashed now and when the run ends.

        Raises:
            GitprovError: GP-NAM-*, GP-PTH-* when there is no such thing; GP-BLB-002 when its bytes are not here;
                GP-USE-001 when the role is something else already, or an output lies there.
        """
        used = use_input(self._project, self._ledger, role, str(what))
        self._check_role(role, self._inputs.get(role, used).input.content == used.input.content)
        check_apart(self._outputs, {role: used})
        self._inputs[role] = used
        return Path(self._project.git.root) / used.path

    def output(self, role: str, path: str | Path, *, name: str | None = None, kind: str | None = None) -> Path:
        """Returns where to write an output, `path`; it is recorded as artifact `name` (else the role's name).

        Raises:
            GitprovError: GP-PTH-001, -002 for a path that cannot be recorded, GP-SCH-003 for a name; GP-USE-001 when
                the role is something else already, or another output or an input lies there; GP-LCK-001 when another
                run is making it.
        """
        place = self._project.git.relative(str(path))
        own = name or role
        spec = OutputSpec(place, own, kind_of(self._project, self._ledger, own, kind, guess_kind(role)))
        if self._outputs.get(role) == spec:
            return Path(self._project.git.root) / place
        self._check_role(role, role not in self._outputs)
        check_output(role, spec)
        check_apart({**self._outputs, role: spec}, self._inputs)
        self._announced.enter_context(self._project.worktree.announced([place]))
        forget(self._project, [place])
        self._outputs[role] = spec
        return Path(self._project.git.root) / place

    def _check_role(self, role: str, is_free: bool) -> None:
        if not is_free:
            raise codes.USE_ARGUMENT.error(f"the role {role} is something else already", fix="give it another role")


@contextmanager
def run(
    step: str,
    *,
    params: Mapping[str, Value] | None = None,
    code: Sequence[str] = (),
    locks: Sequence[str] = (),
    container: str | None = None,
    secrets: Sequence[str] = (),
    keep: bool = False,
) -> Iterator[RunningRun]:
    """Records what the block reads and makes as one run of `step`.

    Code and inputs are hashed when the run begins, outputs when it ends. A block that raises records nothing. When
    the block has succeeded and recording fails, that is a warning: `gitprov keep` finishes the same work. `secrets` are
    the names of environment variables that the block reads; the run names them, and nothing with their values is kept.

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
        secrets={name: name for name in secrets},
    )
    with under_way(project, []):
        ledger, notes = settled(project, ledger)
        begun = begin(project, ledger, request, {})
        _tell([*notes, *begun.notes])
        running = RunningRun(project, ledger, step, request.params)
        with running._announced:  # noqa: SLF001  # the two are one
            started = project.clock.now()
            yield running
            try:
                _record(running, request, begun, started)
                if keep and running.draft is not None:
                    keep_drafts(project, ledger, [running.draft.name])
            except (GitprovError, OSError) as error:
                fix = error.fix if isinstance(error, GitprovError) else "gitprov keep"
                _tell([f"the run succeeded and is not recorded yet: {error}; fix: {fix}"])


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


def _record(running: RunningRun, request: Request, begun: Begun, started: str) -> None:
    project, inputs, outputs = running._project, running._inputs, running._outputs  # noqa: SLF001
    if not outputs:
        _tell(["the run has no output: nothing is recorded"])
        return
    if leaks := leaks_in(project, [out.path for out in outputs.values()], request.secrets):
        raise leaked(leaks)
    plan = complete(project, replace(request, outputs=outputs, params=running.params), inputs, begun)
    pending = Pending(
        run=replace(plan.run, started=started, finished=project.clock.now(), exit=0),
        outputs=outputs,
        recipes=plan.recipes,
        inputs={role: used.path for role, used in inputs.items()},
        sources=tuple(record for used in inputs.values() for record in used.new),
        stamps=stamps_of(project, watched(plan)),
        pointers={u.path: u.content for u in inputs.values() if u.new and isinstance(u.content, Content)},
    )
    name = write_pending(project, pending)
    with project.worktree.locked(f"run {request.step}"):
        running.draft, notes = finish_pending(project, running._ledger, name)  # noqa: SLF001
    _tell(notes)


def _tell(notes: Sequence[str]) -> None:
    for note in notes:
        warnings.warn(note, stacklevel=5)
