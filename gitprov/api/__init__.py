"""The Python API: the verbs of the command line, with the types of the workflows (demand 37).

    with gitprov.run("train", params={"lr": 0.1}) as run:
        data = run.input("data", "train-set")
        model = run.output("model", "model.pkl", name="churn")
        train(data, model, **run.params)

Each function works on the repository around the current folder, raises `gitprov.errors.GitprovError` with the codes of
docs/errors.md, and returns what the command of that name prints with `--json`. Commands that have commands of their own
are modules: `gitprov.api.trust.show()`. Where one command answers several questions, each has a function: `status`,
`versions` and `standings`; `why` and `serving`; `verify` and `verdict`.

`import gitprov` alone imports none of this, and recording does not wait for what promotes. `gitprov.lineage`, `.trust`,
`.policy` and `.audit` are packages of the core, so those are `gitprov.api.lineage`, `gitprov.api.trust`, and so on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gitprov.api.running import RunningRun, run
from gitprov.audit import diff as _diff
from gitprov.audit import lineage as _lineage
from gitprov.audit import log as _log
from gitprov.audit import search as _search
from gitprov.audit import show as _show
from gitprov.audit import status as _status
from gitprov.audit import verify as _verify
from gitprov.audit import versions as _versions
from gitprov.audit import why as _why
from gitprov.errors import catalogue as codes
from gitprov.ids import Value, sha256_of
from gitprov.recording import add as _add
from gitprov.recording import bring as _bring
from gitprov.recording import capture as _capture
from gitprov.recording import choosing
from gitprov.recording import deprecate as _deprecate
from gitprov.recording import evaluate as _evaluate
from gitprov.recording import keep as _keep
from gitprov.recording import pull as _pull
from gitprov.recording import push as _push
from gitprov.recording import restore as _restore
from gitprov.recording import sign as _sign
from gitprov.recording import sweep as _sweep
from gitprov.recording import ticket as _ticket
from gitprov.recording.naming import find
from gitprov.recording.plan import OutputSpec, Request
from gitprov.recording.sources import kind_of
from gitprov.recording.stages import find_stage, guess_kind, request_of
from gitprov.recording.writing import Outcome
from gitprov.wiring.asking import open_asking
from gitprov.wiring.folders import open_folder
from gitprov.wiring.opening import landed_of, open_project, open_reading
from gitprov.wiring.resources import read_resource

if TYPE_CHECKING:
    from gitprov.api import evidence, export, import_, keys, policy, trust
    from gitprov.api.promoting import (
        acknowledge,
        approve,
        audit,
        deploy,
        exception,
        history,
        impact,
        promote,
        reject,
        renumber,
        revert,
        rollback,
        seal,
        serve_check,
        serving,
        standings,
        verdict,
        withdraw,
    )

__all__ = [
    "RunningRun",
    "acknowledge",
    "add",
    "approve",
    "audit",
    "bring",
    "capture",
    "deploy",
    "deprecate",
    "diff",
    "evaluate",
    "evidence",
    "exception",
    "export",
    "history",
    "impact",
    "import_",
    "keep",
    "keep_sweep",
    "keys",
    "lineage",
    "log",
    "policy",
    "promote",
    "pull",
    "push",
    "reject",
    "renumber",
    "restore",
    "revert",
    "rollback",
    "run",
    "seal",
    "search",
    "serve_check",
    "serving",
    "show",
    "sign",
    "standings",
    "status",
    "ticket",
    "trust",
    "verdict",
    "verify",
    "versions",
    "why",
    "withdraw",
]


_MODULES = {"evidence", "export", "import_", "keys", "policy", "trust"}


def __getattr__(name: str) -> Any:  # PEP 562's own type
    """Returns what is imported when it is first used: a module of verbs, or a verb that moves a stage."""
    if name in _MODULES:
        return import_module(f"gitprov.api.{name}")
    if name not in __all__:
        raise AttributeError(f"module 'gitprov.api' has no attribute {name!r}")
    return getattr(import_module("gitprov.api.promoting"), name)


def add(*paths: str | Path, name: str | None = None, kind: str | None = None, dry_run: bool = False) -> Outcome:
    """Records files or directories as artifacts and stages the records, as `gitprov add` does."""
    project, ledger = open_project()
    found = [project.git.relative(str(path)) for path in paths]
    return _add.add(project, ledger, found, name=name, kind=kind, dry_run=dry_run)


def keep(*drafts: str, dry_run: bool = False) -> Outcome:
    """Stages the records of drafts, as `gitprov keep` does."""
    project, ledger = open_project()
    return _keep.keep(project, ledger, drafts, dry_run=dry_run)


def keep_sweep(name: str, winner: str, *, steps: Sequence[str] = (), dry_run: bool = False) -> Outcome:
    """Keeps one draft out of many and gathers the records of all, as `gitprov keep --sweep` does."""
    project, ledger = open_project()
    return _sweep.keep_sweep(project, ledger, name, winner, steps, dry_run=dry_run)


def ticket(
    step: str,
    command: Sequence[str] = (),
    *,
    inputs: Mapping[str, str] | None = None,
    outputs: Mapping[str, str] | None = None,
    params: Mapping[str, Value] | None = None,
    code: Sequence[str] = (),
    locks: Sequence[str] = (),
    container: str | None = None,
    secrets: Sequence[str] = (),
    out: str | Path | None = None,
    dry_run: bool = False,
) -> _ticket.Ticketed:
    """Fixes a run for a machine without git, as `gitprov ticket` does.

    Args:
        step: What the step is called; without a command, a stage of dvc.yaml.
        command: The argument list, with its placeholders.
        inputs: Role to artifact or path.
        outputs: Role to path; the artifacts are called like the roles.
        params: The parameters.
        code: Files and folders that are the code.
        locks: Lock files; by default those at the top.
        container: IMAGE@sha256:DIGEST that it runs in.
        secrets: Names of environment variables that the command is given where it runs.
        out: Where to write it, besides the folder of this clone's tickets.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-USE-001 for inputs, outputs or params of a stage; as `gitprov ticket` does.
    """
    project, ledger = open_project()
    top = project.git.relative
    paths, pinned = tuple(map(top, code)), tuple(map(top, locks))
    facts = None
    if command:
        specs = {
            role: OutputSpec(top(path), role, kind_of(project, ledger, role, None, guess_kind(role)))
            for role, path in (outputs or {}).items()
        }
        request = Request(
            step,
            tuple(command),
            top("."),
            inputs or {},
            specs,
            params or {},
            code=paths,
            locks=pinned,
            container=container,
        )
    elif inputs or outputs or params:
        raise codes.USE_ARGUMENT.error(
            f"without a command {step} is a stage: dvc.yaml says what it reads, makes and takes",
            fix="give the command, or leave out inputs, outputs and params",
        )
    else:
        stage = find_stage(project.dvc.stages(), step)
        request, facts = request_of(
            project, ledger, stage, code=paths, locks=pinned, container=container, dry_run=dry_run
        )
    request = replace(request, secrets={name: name for name in secrets})
    if out is not None:
        _ticket.check_no_code(project, str(out))
    made = _ticket.make_ticket(project, ledger, project.tickets, request, facts, dry_run=dry_run)
    if out is not None and not dry_run:
        path = Path(out).absolute()
        open_folder(str(path.parent)).write(path.name, made.data)
    return made


def bring(
    *folders: str | Path, tickets: Sequence[str | Path] = (), as_drafts: bool = False, dry_run: bool = False
) -> _bring.Brought:
    """Records what ran with a ticket elsewhere, as `gitprov bring` does.

    Args:
        folders: What `gitprov run --ticket FILE --emit DIR` has written.
        tickets: Files of tickets that were made in other clones.
        as_drafts: Leave drafts.
        dry_run: Keep nothing.
    """
    project, ledger = open_project()
    emissions = {str(folder): project.emission(str(folder)) for folder in folders}
    given = [sha256_of(Path(one).read_bytes()) for one in tickets]
    return _bring.bring(
        project, ledger, emissions, tickets=project.tickets, given=given, as_drafts=as_drafts, dry_run=dry_run
    )


def capture(*, dry_run: bool = False) -> Outcome:
    """Records what DVC has run, as `gitprov capture` does."""
    project, ledger = open_project()
    return _capture.capture(project, ledger, dry_run=dry_run)


def evaluate(
    subject: str, *, metrics: str | Path, data: str | None = None, suite: str = "default", dry_run: bool = False
) -> Outcome:
    """Records the metrics of a JSON file about an artifact or a release, as `gitprov evaluate` does."""
    project, ledger = open_project()
    target = find(ledger, subject, project.git, project.worktree, project.cache)
    path = project.git.relative(str(metrics))
    return _evaluate.evaluate(project, ledger, target.id, path, data=data, suite=suite, dry_run=dry_run)


def deprecate(name: str, *, reason: str, instead: str | None = None, dry_run: bool = False) -> Outcome:
    """Says that a release or an artifact is to be used no more, as `gitprov deprecate` does."""
    return _deprecate.deprecate(*open_project(), name, reason, instead=instead, dry_run=dry_run)


def sign(*records: str, dry_run: bool = False) -> _sign.Signing:
    """Signs records, or attests them again, as `gitprov sign` does."""
    project, ledger = open_project()
    return _sign.sign(project, ledger, records, landed=landed_of(project), dry_run=dry_run)


def push(*, everything: bool = False, refs: bool = True, repair: bool = False, dry_run: bool = False) -> _push.Pushed:
    """Uploads bytes, then refs, as `gitprov push` does."""
    project, ledger = open_project()
    return _push.push(project, ledger, everything=everything, refs=refs, repair=repair, dry_run=dry_run)


def pull(*names: str, paths: Sequence[str] = (), everything: bool = False) -> _pull.Pulled:
    """Downloads bytes into the cache and checks them, as `gitprov pull` does.

    Args:
        names: Artifacts, paths or releases.
        paths: Globs over recorded paths.
        everything: Every artifact that was ever recorded, and copies of code.
    """
    project, ledger = open_project()
    records = [*ledger.artifacts, *ledger.runs] if everything else []
    records += choosing.named_artifacts(project, ledger, names).values() if names else []
    records += [one for pattern in paths for one in choosing.artifacts_at(project, ledger, pattern).values()]
    return _pull.pull(project, ledger, _pull.plan_pull(project, ledger, list(dict.fromkeys(records))))


def restore(*names: str, to: str | Path | None = None, force: bool = False, dry_run: bool = False) -> _restore.Restored:
    """Writes recorded bytes into the work tree, or into the folder `to`, as `gitprov restore` does."""
    project, ledger = open_project()
    chosen = choosing.named_artifacts(project, ledger, names) if names else choosing.expected_artifacts(project, ledger)
    folder = None if to is None else str(Path(to).absolute())
    return _restore.restore(project, ledger, chosen, to=folder, force=force, dry_run=dry_run)


def search(
    *words: str,
    name: str | None = None,
    kind: str | None = None,
    tags: Sequence[str] = (),
    owner: str | None = None,
    since: str | None = None,
    until: str | None = None,
    metrics: Sequence[str] = (),
    params: Sequence[str] = (),
    sources: Sequence[str] = (),
    limit: int | None = None,
) -> _search.Search:
    """Returns the artifacts for which all of this holds, as `gitprov search` does; `sources` are its `--from`."""
    asked = _search.Asked(words, name, kind, tags, owner, since, until, metrics, params, sources)
    return _search.search(*open_asking(), asked, limit=limit)


def show(record: str) -> _show.Show:
    """Returns one record, as `gitprov show` does."""
    return _show.show(*open_asking(), record)


def log(name: str | None = None, *, limit: int | None = None) -> _log.Log:
    """Returns records, newest first, as `gitprov log` does."""
    return _log.log(*(open_reading() if name is None else open_asking()), name, limit=limit)


def status() -> _status.Status:
    """Returns how the work tree compares with the records, as `gitprov status` does."""
    return _status.status(*open_project())


def versions(name: str) -> _versions.Versions:
    """Returns the versions of a name, as `gitprov status NAME` does."""
    return _versions.versions(open_asking()[1], name)


def diff(before: str, after: str) -> _diff.Diff:
    """Returns what differs between two artifacts or releases, as `gitprov diff` does."""
    return _diff.diff(*open_asking(), before, after)


def lineage(name: str, *, direction: _lineage.Direction = "up", depth: int | None = None) -> _lineage.Lineage:
    """Returns what an artifact was made from (`up`), or what came of it (`down`), as `gitprov lineage` does."""
    return _lineage.lineage(*open_asking(), name, direction=direction, depth=depth)


def why(name: str) -> _why.Why:
    """Returns the explanation of an artifact, as `gitprov why` does."""
    return _why.why(*open_asking(), name)


def verify(name: str | None = None, *, in_cache: bool = False, in_remote: bool = False) -> _verify.Verdict:
    """Checks one artifact with all that it rests on, or everything, as `gitprov verify` does.

    Args:
        name: An artifact, path or release; None for everything.
        in_cache: Read the bytes in the cache.
        in_remote: Read the bytes in the remote.
    """
    attributes = read_resource("templates/gitattributes")
    return _verify.verify(*open_reading(), name, attributes=attributes, in_cache=in_cache, in_remote=in_remote)
