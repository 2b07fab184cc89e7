"""`gitprov run`: runs a command and records what it read and made.

Nothing of ours fails after the command has succeeded: its status is returned, and what is left to do stays pending.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, canonical_json, digest_hex
from gitprov.lineage import Ledger
from gitprov.ports.blobs import Snapshot
from gitprov.ports.host import Executed
from gitprov.ports.workplace import Workplace
from gitprov.recording.add import pointer_files
from gitprov.recording.drafts import Draft
from gitprov.recording.ledger import DRAFTS
from gitprov.recording.pending import Pending, finish_pending, settle, stamps_of, write_pending
from gitprov.recording.plan import Plan, Request, make_plan
from gitprov.recording.stages import StageFacts, find_stage
from gitprov.recording.writing import stage
from gitprov.records import Content

MOST_UNDECLARED = 50
"""How many undeclared files a run lists; with more, the last line says how many there were."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run went.

    Attributes:
        plan: What was run.
        exit: The command's status; 0 when nothing had to run.
        draft: What `keep` will stage; None when the command failed, or nothing ran.
        restored: Output path to artifact, when the result was known and its bytes were restored instead.
        staged: DVC's files that were brought up to date with what was restored.
        notes: What a person should know.
        unfinished: Why the command's success could not be recorded yet.
    """

    plan: Plan
    exit: int = 0
    draft: Draft | None = None
    restored: Mapping[str, Digest] | None = None
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
) -> RunResult:
    """Runs a command, or restores its outputs when the same recipe is known with one content.

    Args:
        place: The ports.
        ledger: What is recorded.
        request: What to run.
        facts: The dvc.yaml stage that it is.
        force: Run even when the result is known.
        dry_run: Plan only.

    Raises:
        GitprovError: What `make_plan` raises; GP-RUN-007 when the recipe gave several results and `force` is not set;
            GP-RUN-009 when the command cannot be started. Nothing has run then.
    """
    plan = make_plan(place, ledger, request, dry_run=dry_run)
    if not force:
        known = _known(ledger, plan)
        if known is not None and dry_run:
            return RunResult(plan, restored=known, notes=plan.notes)
        if known is not None and _restore(place, ledger, known):
            with place.worktree.locked(f"run {request.step}"):
                files = _follow(place, ledger, known, facts)
            return RunResult(plan, restored=known, staged=files, notes=plan.notes)
    if dry_run:
        return RunResult(plan, notes=plan.notes)
    with place.worktree.locked(f"run {request.step}"):
        settled, _ = settle(place, ledger, [out.path for out in request.outputs.values()])
    told = (*plan.notes, *settled)
    before = {
        out.path: place.cache.snapshot(out.path, keep=False).content.digest
        for out in request.outputs.values()
        if place.worktree.kind(out.path) in ("file", "directory")
    }
    executed = place.host.run(plan.argv, request.cwd, variables=_variables(place, plan), watch=True)
    if executed.exit != 0:
        return RunResult(plan, exit=executed.exit, notes=told)
    try:
        with place.worktree.locked(f"run {request.step}"):
            name = write_pending(place, _pending(place, plan, executed, facts, before))
            draft, notes = finish_pending(place, ledger, name)
    except GitprovError as error:
        return RunResult(plan, notes=told, unfinished=error)
    except OSError as error:
        return RunResult(plan, notes=told, unfinished=codes.IO_FAILED.error(str(error)))
    return RunResult(plan, draft=draft, notes=(*told, *notes))


def _known(ledger: Ledger, plan: Plan) -> dict[str, Digest] | None:
    """Returns output path to artifact when every output's recipe is known, with one content each."""
    found: dict[str, Digest] = {}
    for role, recipe in plan.recipes.items():
        out = plan.request.outputs[role]
        same = [one for one in ledger.with_recipe(recipe.id) if ledger.artifacts[one].name == out.name]
        same = [one for one in same if isinstance(ledger.artifacts[one].content, Content)]
        if not same or not recipe.is_known:
            return None
        if len({ledger.artifacts[one].content.digest for one in same}) > 1:
            raise codes.RUN_SEVERAL.error(
                f"the recipe of {out.name} has given {len(same)} different results",
                why=", ".join(f"id:{digest_hex(one)[:8]}" for one in same),
            )
        found[out.path] = same[-1]
    return found


def _restore(place: Workplace, ledger: Ledger, known: Mapping[str, Digest]) -> bool:
    """Restores known outputs; returns False when their bytes are not to be had here, so that the command runs."""
    contents = {path: ledger.artifacts[one].content for path, one in known.items()}
    for path, content in contents.items():
        if not isinstance(content, Content):
            return False
        try:
            if place.cache.missing(place.cache.objects(content)):
                return False
        except GitprovError:
            return False
        place.cache.restore(content, path, progress=place.progress)
    return True


def _follow(place: Workplace, ledger: Ledger, known: Mapping[str, Digest], facts: StageFacts | None) -> tuple[str, ...]:
    """Brings DVC's files in line with restored outputs, so that `dvc status` is clean; returns those staged."""
    contents = {path: ledger.artifacts[one].content for path, one in known.items()}
    outs = {path: content for path, content in contents.items() if isinstance(content, Content)}
    files = [file for path, content in outs.items() for file in pointer_files(place, path, Snapshot(content), [])]
    if facts is not None:
        found = find_stage(place.dvc.stages(), facts.name)
        files += place.dvc.lock_stage(found, facts.deps, outs)
    return stage(place, files)


def _variables(place: Workplace, plan: Plan) -> dict[str, str]:
    """Returns the variables that tell the command its facts."""
    params = plan.run.params
    if not params:
        return {}
    data = canonical_json(params)
    path = f"{DRAFTS}/params/{digest_hex(next(iter(plan.recipes.values())).id)[:16]}.json"
    place.worktree.replace(path, data)
    return {"GITPROV_PARAMS": str(PurePosixPath(place.git.root) / path)}


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
            undeclared=_undeclared(place, plan, executed.opened, facts),
        ),
        outputs=plan.request.outputs,
        recipes=plan.recipes,
        inputs={role: used.path for role, used in plan.inputs.items()},
        sources=sources,
        pointers=pointers,
        stage=facts.name if facts is not None else None,
        deps=facts.deps if facts is not None else {},
        stamps=stamps_of(place, plan.request.outputs.values()),
        before=before,
    )


def _undeclared(
    place: Workplace, plan: Plan, opened: tuple[str, ...], facts: StageFacts | None
) -> tuple[str, ...] | None:
    """Returns the opened files that nobody declared: in the repository from its top, elsewhere absolute."""
    declared = [used.path for used in plan.inputs.values()] + [out.path for out in plan.request.outputs.values()]
    declared += [entry.path for entry in plan.code.entries]
    declared += [lock.path for lock in (plan.run.environment.locks or ())] if plan.run.environment else []
    declared += [*facts.deps, *facts.params_files] if facts is not None else []
    known = set(declared)
    found = set()
    for path in opened:
        try:
            inside = place.git.relative(path)
        except GitprovError:
            found.add(path)
            continue
        parents = {str(parent) for parent in PurePosixPath(inside).parents}
        if inside in known or parents & known or inside.split("/")[0] in (".git", ".gitprov", ".dvc"):
            continue
        found.add(inside)
    if not found:
        return None
    shown = sorted(found)[:MOST_UNDECLARED]
    more = len(found) - len(shown)
    return (*shown, f"and {more} more") if more else tuple(shown)
