"""The four layers of a release: what its members were made of, as four digests (demand 6)."""

from collections.abc import Iterable, Mapping

from gitprov.ids import Digest, digest_of
from gitprov.lineage.ledger import Ledger
from gitprov.records import Layers, Member


def layers_of(ledger: Ledger, members: Mapping[str, Member]) -> Layers:
    """Returns the layers of a release with these members, as far as the ledger has their records."""
    made_by = closure(ledger, members)
    artifacts = [(one, ledger.artifacts[one]) for one in made_by if one in ledger.artifacts]
    runs = [ledger.runs[run] for run in made_by.values() if run in ledger.runs]
    chosen = {member.artifact for member in members.values()}
    return Layers(
        artifacts=_digest(artifact.content.digest for one, artifact in artifacts if one in chosen),
        code=_digest(run.code.digest for run in runs if run.code),
        data=_digest(artifact.content.digest for _, artifact in artifacts if artifact.recipe.is_source),
        environment=_digest(run.environment.digest for run in runs if run.environment),
    )


def closure(ledger: Ledger, members: Mapping[str, Member]) -> dict[Digest, Digest | None]:
    """Returns every artifact that a release rests on, with the run that made it; None when no run did.

    A member was made by the run that it names; what went into it, by the first run on record, drafts aside. A later run
    that makes the same artifact again (a reproduction) therefore changes no layer of any release.
    """
    made_by: dict[Digest, Digest | None] = {member.artifact: member.run for member in members.values()}
    todo = list(made_by)
    while todo:
        run = ledger.runs.get(made_by[todo.pop()] or Digest(""))
        for used in run.inputs.values() if run else ():
            if used.artifact not in made_by:
                makers = (one for one in ledger.makers(used.artifact) if ledger.held[one].state != "draft")
                made_by[used.artifact] = next(makers, None)
                todo.append(used.artifact)
    return made_by


def _digest(values: Iterable[str]) -> Digest:
    return digest_of(sorted(set(values)))
