"""The four layers of a release: what its members were made of, as four digests (demand 6)."""

from collections.abc import Iterable, Mapping

from gitprov.ids import Digest, digest_of
from gitprov.lineage.ledger import Ledger
from gitprov.records import Layers, Member

MadeBy = Mapping[Digest, Digest | None]
"""Every artifact that a release rests on, with the run that made it; None when no run did."""


def choose(ledger: Ledger, members: Mapping[str, Member]) -> MadeBy:
    """Returns what a release with these members is to rest on, as the runs on record made it; drafts are not."""
    return closure(ledger, members, [one for one in ledger.runs if ledger.held[one].state != "draft"])


def closure(ledger: Ledger, members: Mapping[str, Member], runs: Iterable[Digest]) -> MadeBy:
    """Returns what a release rests on: its members as the runs that they name made them, the rest as one of `runs` did.

    Where several made an artifact, a member's run counts, else the one that ended last. So the runs that were chosen
    when a release was sealed, and which it names, give the same answer whatever is recorded later.
    """
    named = [member.run for member in members.values()]
    known = sorted((one for one in runs if one in ledger.runs), key=lambda one: (ledger.runs[one].finished or "", one))
    in_order = [*known, *(one for one in named if one in ledger.runs)]
    makers = {made.artifact: run for run in in_order for made in ledger.runs[run].outputs.values()}
    made_by: dict[Digest, Digest | None] = {member.artifact: member.run for member in members.values()}
    todo = list(made_by)
    while todo:
        run = ledger.runs.get(made_by[todo.pop()] or Digest(""))
        for used in run.inputs.values() if run else ():
            if used.artifact not in made_by:
                made_by[used.artifact] = makers.get(used.artifact)
                todo.append(used.artifact)
    return made_by


def other_runs(made_by: MadeBy, members: Mapping[str, Member]) -> tuple[Digest, ...]:
    """Returns the runs that a release names besides those of its members."""
    named = {member.run for member in members.values()}
    return tuple(sorted({run for run in made_by.values() if run is not None} - named))


def layers_of(ledger: Ledger, made_by: MadeBy, members: Mapping[str, Member]) -> Layers:
    """Returns the layers of a release that rests on this, as far as the ledger has the records."""
    artifacts = [(one, ledger.artifacts[one]) for one in made_by if one in ledger.artifacts]
    runs = [ledger.runs[run] for run in made_by.values() if run in ledger.runs]
    chosen = {member.artifact for member in members.values()}
    return Layers(
        artifacts=_digest(artifact.content.digest for one, artifact in artifacts if one in chosen),
        code=_digest(run.code.digest for run in runs if run.code),
        data=_digest(artifact.content.digest for _, artifact in artifacts if artifact.recipe.is_source),
        environment=_digest(run.environment.digest for run in runs if run.environment),
    )


def _digest(values: Iterable[str]) -> Digest:
    return digest_of(sorted(set(values)))
