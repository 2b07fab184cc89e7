"""What came of some artifacts or runs, and what is to be done about each of it (demand 9)."""

from collections.abc import Iterable

from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.lineage.graph import descendants
from gitprov.lineage.ledger import Ledger

DISPOSAL = "disposal"
"""The kind of event that says that the bytes of its subjects are gone on purpose."""


@dataclass(frozen=True, slots=True)
class Downstream:
    """What came of the roots, each record once.

    Attributes:
        roots: The artifacts that everything else came of, and that are called into question themselves.
        retrain: Artifacts that a run made from these, directly or not, or by a command that is called into question;
            nearest first, without those whose bytes are gone.
        releases: Those with a root, or something that came of one, as a member; by name and version.
        evaluations: Those of such an artifact or release, or on such data; oldest first.
        disposed: Roots, and what came of them, whose bytes are gone.
    """

    roots: tuple[Digest, ...]
    retrain: tuple[Digest, ...]
    releases: tuple[Digest, ...]
    evaluations: tuple[Digest, ...]
    disposed: tuple[Digest, ...]


def downstream(ledger: Ledger, artifacts: Iterable[Digest] = (), runs: Iterable[Digest] = ()) -> Downstream:
    """Returns what came of artifacts, and of what runs made.

    Args:
        ledger: The records.
        artifacts: Artifacts that are called into question.
        runs: Runs that are: all that they made is a root.
    """
    wrong = set(runs)
    made = (out.artifact for run in sorted(wrong) for _, out in sorted(ledger.runs[run].outputs.items()))
    roots = tuple(dict.fromkeys([*artifacts, *made]))
    found = descendants(ledger, roots)
    reached = set(found)
    gone = {one for event in ledger.events.values() if event.kind == DISPOSAL for one in event.subjects}

    def is_remade(one: Digest) -> bool:
        makers = ((run, ledger.runs[run]) for run in ledger.makers(one))
        return any(
            (run in wrong and record.command is not None)
            or any(used.artifact in reached for used in record.inputs.values())
            for run, record in makers
        )

    releases = {release for one in found for release in ledger.released_as(one)}
    subjects = reached | {ledger.releases[one].set_ for one in releases}
    evaluations = [
        one
        for one, record in ledger.evaluations.items()
        if (record.subject.artifact or record.subject.set_) in subjects
        or (record.data is not None and record.data.artifact in reached)
    ]
    return Downstream(
        roots=roots,
        retrain=tuple(one for one in found if one not in gone and is_remade(one)),
        releases=tuple(sorted(releases, key=lambda one: (ledger.releases[one].name, ledger.releases[one].version))),
        evaluations=tuple(sorted(evaluations, key=lambda one: (ledger.evaluations[one].evaluated, one))),
        disposed=tuple(one for one in found if one in gone),
    )
