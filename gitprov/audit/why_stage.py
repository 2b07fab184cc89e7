"""`gitprov why NAME/STAGE`: why something serves, in four steps (demand 8)."""

from collections.abc import Mapping

from gitprov.audit.dates import read_date
from gitprov.audit.facts import Mention, mention
from gitprov.audit.history import Entry, open_book
from gitprov.audit.in_effect import Source, read_promotions, source
from gitprov.check.as_of import effective_at
from gitprov.check.chain import loss_finding, strange_histories
from gitprov.check.effect import Asked, Timeline
from gitprov.check.landed import Landed
from gitprov.errors import Finding
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.lineage.deprecations import Deprecated, deprecated
from gitprov.ports.workplace import Workplace
from gitprov.records import Evidence
from gitprov.records.evidence import DataEntry, RunEntry


@dataclass(frozen=True, slots=True)
class AsOf:
    """The past that was asked about: a commit, which is exact, or a time in UTC."""

    commit: str | None = None
    time: str | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """What a request rests on, as its evidence says, which clause 9 computed again.

    Attributes:
        release: Id of the release.
        deprecated: That it is to be used no more; None when nobody says so.
        members: Role to artifact.
        runs: The runs that it was made by, with inputs, code, environment, parameters and people.
        data: The sources.
        before: The request whose place it took, and `before_release` what that named.
        changes: What differs from the release in effect before, in words, as it was signed.
        gates: What the rules said, in words.
    """

    release: Digest | None
    deprecated: Deprecated | None
    members: Mapping[str, Mention]
    runs: tuple[RunEntry, ...]
    data: tuple[DataEntry, ...]
    before: str | None
    before_release: str | None
    changes: tuple[str, ...]
    gates: str


@dataclass(frozen=True, slots=True)
class WhyStage:
    """The answer.

    Attributes:
        asked: `churn/production`.
        source: What was read.
        as_of: The past that was asked about; None for now.
        serves: The request in effect; None when none ever took effect by then.
        basis: What it rests on.
        waiting: Requests that landed after it, and have not taken effect.
        doubts: What is wrong with the trust root, the settings in force, or the records on the chain.
    """

    asked: str
    source: Source
    as_of: AsOf | None
    serves: Entry | None
    basis: Basis | None
    waiting: tuple[Entry, ...]
    doubts: tuple[Finding, ...]


def why_stage(place: Workplace, name: str, stage: str, as_of: str | None = None) -> WhyStage:
    """Explains what serves a stage of a name.

    Args:
        place: The ports.
        name: Of the releases.
        stage: The stage.
        as_of: A date, which stands for its last second, a time (UTC where it has no zone), or a revision of git.

    Raises:
        GitprovError: As `read_promotions` does; GP-USE-001 when `as_of` is no date and no commit.
    """
    past = read_past(place, as_of) if as_of is not None else None
    gathered = read_promotions(place, at=past.commit if past is not None else None)
    landed = gathered.landed
    book = open_book(place, landed, name, now=past.time if past is not None else None)
    if past is not None and past.time is not None:
        asked = effective_at(landed, book.timeline, stage, past.time, book.date)
        later = []
    else:
        asked = book.timeline.effective(stage, landed.chain.head)
        since = asked.effective if asked is not None and asked.effective is not None else -1
        later = [one for one in book.timeline.of(stage) if one.effective is None and one.landed > since]
    return WhyStage(
        f"{name}/{stage}",
        source(gathered),
        past,
        book.entry(asked) if asked is not None else None,
        _basis(landed, asked, book.timeline) if asked is not None else None,
        tuple(book.entry(one) for one in later),
        (
            *gathered.trust,
            *gathered.settings,
            *strange_histories(landed, gathered.log),
            *(loss_finding(landed.chain, one) for one in landed.chain.losses if one.restored is None),
        ),
    )


def read_past(place: Workplace, text: str) -> AsOf:
    """Returns the past that `--as-of` names: a date stands for its last second, a revision of git for a commit.

    Raises:
        GitprovError: GP-USE-001 when it is neither.
    """
    if (time := read_date(text, "--as-of")) is not None:
        return AsOf(time=time)
    commit = place.git.commit_of(text)
    if commit is None:
        raise codes.USE_ARGUMENT.error(f"{text} is neither a date nor a commit here", fix="--as-of 2026-11-21")
    return AsOf(commit=commit)


def _basis(landed: Landed, asked: Asked, timeline: Timeline) -> Basis:
    before = timeline.effective(asked.request.stage, asked.effective - 1) if asked.effective is not None else None
    held = landed.ledger.held.get(asked.request.evidence)
    evidence = held.stored.record if held is not None else None
    ref, old = asked.request.release, before.request.release if before is not None else None
    release = landed.ledger.releases.get(ref.id) if ref is not None else None
    return Basis(
        release=ref.id if ref is not None else None,
        deprecated=deprecated(landed.ledger, ref.id) if ref is not None else None,
        members={
            role: mention(landed.ledger, member.artifact)
            for role, member in sorted(release.members.items() if release is not None else ())
        },
        runs=evidence.runs if isinstance(evidence, Evidence) else (),
        data=evidence.data if isinstance(evidence, Evidence) else (),
        before=before.request.label if before is not None else None,
        before_release=f"{asked.request.name}@v{old.version}" if old is not None else None,
        changes=asked.request.summary[:-1],
        gates=asked.request.summary[-1] if asked.request.summary else "",
    )
