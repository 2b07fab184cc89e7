"""`gitprov run`: runs a command and records what it read and made.

Nothing of ours fails after the command has succeeded: its status is returned, and what is left to do stays pending.
"""

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import PurePosixPath

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, canonical_json, digest_hex
from gitprov.lineage import Ledger
from gitprov.ports.blobs import Snapshot
from gitprov.ports.host import Executed
from gitprov.ports.workplace import Workplace
from gitprov.recording.add import pointer_files
from gitprov.recording.drafts import Draft, draft_names, pending_names
from gitprov.recording.known import find_known, restore_known
from gitprov.recording.ledger import DRAFTS, open_ledger
from gitprov.recording.pending import (
    Pending,
    finish_pending,
    forget,
    settle,
    stamps_of,
    tidy,
    write_pending,
)
from gitprov.recording.plan import Plan, Request, check_found, make_plan
from gitprov.recording.secrets import Found, leaks_in, secret_error, secrets_of
from gitprov.recording.stages import StageFacts, stage_at
from gitprov.recording.undeclared import said, undeclared_files
from gitprov.recording.writing import stage
from gitprov.records import Content

_UNRECORDED = "the command succeeded, its outputs lie where it left them, and nothing was recorded"


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run went.

    Attributes:
        plan: What was run.
        exit: The command's status; 0 when nothing had to run.
        draft: What `keep` will stage; None when the command failed, or nothing ran.
        restored: Output path to artifact, when the result was known and its bytes were restored instead.
        drafts: The drafts that the restored artifacts are in, which `keep` may stage.
        staged: DVC's files that were brought up to date with what was restored.
        notes: What a person should know.
        unfinished: Why the command's success could not be recorded yet.
    """

    plan: Plan
    exit: int = 0
    draft: Draft | None = None
    restored: Mapping[str, Digest] | None = None
    drafts: tuple[str, ...] = ()
    staged: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unfinished: GitprovError | None = None


def run(
    place: Workplace,
    ledger: Ledger,
    request: Request,
    *,
    facts: StageFacts | None = None,
    force: bool = False,
    dry_run: bool = False,
    plan_of: Callable[..., Plan] = make_plan,
) -> RunResult:
    """Runs a command, or restores its outputs when the same recipe is known with one content.

    Args:
        place: The ports.
        ledger: What is recorded.
        request: What to run.
        facts: The dvc.yaml stage that it is.
        force: Run even when the result is known.
        dry_run: Plan only.
        plan_of: What makes the plan, with the arguments of `make_plan`.

    Raises:
        GitprovError: What `plan_of` raises; GP-RUN-007 when the recipe gave several results and `force` is not set;
            GP-LCK-001 when another run is making one of the outputs; GP-RUN-009 when the command cannot be started.
            Nothing has run then.
    """
    force = force or (facts is not None and facts.always_changed)
    if dry_run:
        plan = plan_of(place, ledger, request, dry_run=True)
        known, why = (None, ()) if force else find_known(place, ledger, plan)
        return RunResult(plan, restored=known, notes=(*plan.notes, *why))
    with under_way(place, [out.path for out in request.outputs.values()]):
        ledger, told = settled(place, ledger)
        plan = plan_of(place, ledger, request)
        known, why = (None, ()) if force else find_known(place, ledger, plan)
        told = (*told, *plan.notes, *why, *forget(place, [out.path for out in request.outputs.values()]))
        if known is not None and restore_known(place, ledger, known):
            drafts = [name for one in known.values() if (name := ledger.held[one].draft) is not None]
            files: tuple[str, ...] = ()
            if not drafts:  # of a draft, `keep` does it
                with place.worktree.locked(f"run {request.step}"):
                    files = _follow(place, ledger, known, facts)
            return RunResult(plan, restored=known, drafts=tuple(dict.fromkeys(drafts)), staged=files, notes=told)
        return _execute(place, ledger, plan, facts, told)


@contextmanager
def under_way(place: Workplace, outputs: Sequence[str]) -> Iterator[None]:
    """Tells other processes which outputs are being made, and tidies up after.

    Raises:
        GitprovError: GP-LCK-001 when another run is making one of them.
    """
    with place.worktree.announced(outputs):
        yield
    # A full disk here must not stand for the command's own status.
    with suppress(GitprovError, OSError), place.worktree.locked("tidy up"):
        tidy(place)


def settled(place: Workplace, ledger: Ledger) -> tuple[Ledger, tuple[str, ...]]:
    """Finishes what is pending; returns the ledger with that, and what to tell people.

    Raises:
        GitprovError: GP-LCK-001.
    """
    if not pending_names(place) and not draft_names(place):
        return ledger, ()
    with place.worktree.locked("finish"):
        notes, _ = settle(place, ledger)
    return open_ledger(place.git, place.worktree), notes


def _execute(
    place: Workplace, ledger: Ledger, plan: Plan, facts: StageFacts | None, told: tuple[str, ...]
) -> RunResult:
    step = plan.request.step
    check_found(plan.request.command, plan.inputs)
    outputs = [out.path for out in plan.request.outputs.values()]
    if old := leaks_in(place, outputs, plan.request.secrets):
        fix = shlex.join(["rm", *dict(old)])
        raise secret_error(old, why="an old output is kept before the command makes a new one", fix=fix)
    before = _make_way(place, plan, facts)
    variables = secrets_of(place, plan.request.secrets) | _variables(place, plan, facts)
    executed = place.host.run(_argv(place, plan), plan.request.cwd, variables=variables, watch=True)
    if executed.exit != 0:
        return RunResult(plan, exit=executed.exit, notes=told)
    try:
        if leaks := leaks_in(place, outputs, plan.request.secrets):
            return RunResult(plan, notes=told, unfinished=leaked(leaks))
        pending = _pending(place, plan, executed, facts, before)
        name = write_pending(place, pending)
    except (GitprovError, OSError) as error:
        return RunResult(plan, notes=told, unfinished=_lost(error))
    told += said(pending.run)
    try:
        with place.worktree.locked(f"run {step}"):
            draft, notes = finish_pending(place, ledger, name)
    except GitprovError as error:
        return RunResult(plan, notes=told, unfinished=error)
    except OSError as error:
        return RunResult(plan, notes=told, unfinished=codes.IO_FAILED.error(str(error)))
    return RunResult(plan, draft=draft, notes=(*told, *notes))


def leaked(leaks: Iterable[Found]) -> GitprovError:
    """Returns why a run is not recorded whose command wrote a secret into its outputs."""
    fix = "remove the file, let the command write the secret nowhere, and run it again"
    return secret_error(leaks, why=_UNRECORDED, fix=fix)


def _lost(error: GitprovError | OSError) -> GitprovError:
    what = error.what if isinstance(error, GitprovError) else str(error)
    return codes.IO_FAILED.error(
        f"what ran could not be written down: {what}",
        why=_UNRECORDED,
        fix="free space, then run it again",
    )


def _make_way(place: Workplace, plan: Plan, facts: StageFacts | None) -> dict[str, str]:
    """Does to old outputs what DVC does before it runs a stage; returns what else was there, path to digest.

    DVC removes them, so that nothing old is taken for new; their bytes stay in the cache. What shares its bytes with
    the cache by a link gets bytes of its own, since the command may write in place.
    """
    before: dict[str, str] = {}
    for out in plan.request.outputs.values():
        if place.worktree.kind(out.path) is None:
            continue
        if facts is not None and out.path in facts.fresh:
            place.cache.snapshot(out.path, progress=place.progress)
            place.worktree.clear(out.path)
            continue
        if place.worktree.is_linked(out.path):
            content = place.cache.snapshot(out.path, progress=place.progress).content
            place.worktree.clear(out.path)
            place.cache.restore(content, out.path, progress=place.progress)
        with suppress(GitprovError):  # what cannot be recorded is for the command to mend
            before[out.path] = place.cache.snapshot(out.path, keep=False, progress=place.progress).content.digest
    return before


def _argv(place: Workplace, plan: Plan) -> tuple[str, ...]:
    return place.host.shell(plan.argv[-1]) if plan.request.is_shell else plan.argv


def _follow(place: Workplace, ledger: Ledger, known: Mapping[str, Digest], facts: StageFacts | None) -> tuple[str, ...]:
    """Brings DVC's files in line with restored outputs, so that `dvc status` is clean; returns those staged."""
    contents = {path: ledger.artifacts[one].content for path, one in known.items()}
    outs = {path: content for path, content in contents.items() if isinstance(content, Content)}
    files = [file for path, content in outs.items() for file in pointer_files(place, path, Snapshot(content), [])]
    found = stage_at(place.dvc.stages(), facts.address) if facts is not None else None
    if facts is not None and found is not None:
        files += place.dvc.lock_stage(found, facts.deps, outs)
    return stage(place, files)


def _variables(place: Workplace, plan: Plan, facts: StageFacts | None) -> dict[str, str]:
    """Returns the variables that tell the command its facts, and those that DVC sets for a stage."""
    path = f"{DRAFTS}/params/{digest_hex(next(iter(plan.recipes.values())).id)[:16]}.json"
    place.worktree.replace(path, canonical_json(plan.run.params or {}))
    told = {"GITPROV_PARAMS": place.worktree.absolute(path)}
    if facts is None:
        return told
    root = PurePosixPath(place.git.root) / place.settings.project().dvc_root
    return told | {"DVC_ROOT": str(root), "DVC_STAGE": facts.address}


def _pending(
    place: Workplace, plan: Plan, executed: Executed, facts: StageFacts | None, before: Mapping[str, str]
) -> Pending:
    sources = tuple(record for used in plan.inputs.values() for record in used.new)
    pointers = {
        used.path: used.content for used in plan.inputs.values() if used.new and isinstance(used.content, Content)
    }
    return Pending(
        run=replace(
            plan.run,
            started=executed.started,
            finished=executed.finished,
            exit=executed.exit,
            undeclared=undeclared_files(place, plan, executed.opened, facts),
        ),
        outputs=plan.request.outputs,
        recipes=plan.recipes,
        inputs={role: used.path for role, used in plan.inputs.items()},
        sources=sources,
        pointers=pointers,
        stage=facts.address if facts is not None else None,
        deps=facts.deps if facts is not None else {},
        stamps=stamps_of(place, watched(plan)),
        before=before,
    )


def watched(plan: Plan) -> list[str]:
    """Returns the paths whose state is noted when the command has ended: its inputs and outputs."""
    return [*(used.path for used in plan.inputs.values()), *(out.path for out in plan.request.outputs.values())]
