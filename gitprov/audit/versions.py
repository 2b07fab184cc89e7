"""`gitprov status NAME`: the versions of one name."""

from collections.abc import Mapping

from gitprov.audit.facts import Mark, Mention, marks, mention
from gitprov.frozen import dataclass
from gitprov.ids import Digest, Value
from gitprov.lineage import Ledger, State
from gitprov.lineage.deprecations import Deprecated, deprecated
from gitprov.lineage.differences import latest_by_suite, same
from gitprov.lineage.naming import unknown
from gitprov.lineage.values import flatten


@dataclass(frozen=True, slots=True)
class ReleaseState:
    """A release.

    Attributes:
        label: `churn@v2`.
        state: How far its record has come.
        members: By role.
        deprecated: That it is to be used no more; None when nobody says so.
    """

    label: str
    state: State
    members: Mapping[str, Mention]
    deprecated: Deprecated | None


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a name.

    Attributes:
        artifact: What it is.
        made: When, RFC 3339 UTC; None when nobody knows.
        run: The run that made it last; None when nobody recorded one.
        step, actor, mark: Of that run.
        params: Those of its parameters that are not the same in every version.
        metrics: Its metrics by suite.
    """

    artifact: Mention
    made: str | None
    run: Digest | None
    step: str | None
    actor: str | None
    mark: Mark | None
    params: Mapping[str, Value]
    metrics: Mapping[str, Mapping[str, Value]]


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of a name, newest first, and its releases."""

    name: str
    versions: tuple[Version, ...]
    releases: tuple[ReleaseState, ...]


def versions(ledger: Ledger, name: str) -> Versions:
    """Returns the versions of a name, or the releases of one that only releases have.

    Raises:
        GitprovError: GP-NAM-001 or -003 when nothing has the name.
    """
    artifacts, releases = ledger.named(name), ledger.releases_of(name)
    if not artifacts and not releases:
        raise unknown(ledger, name)
    runs = {one: next(reversed(ledger.makers(one)), None) for one in artifacts}
    params = {one: flatten(ledger.runs[run].params or {}) if run else {} for one, run in runs.items()}
    keys = sorted({key for values in params.values() for key in values})
    differing = [
        key
        for key in keys
        if not all(key in values and same(values[key], params[artifacts[0]].get(key)) for values in params.values())
    ]
    found = [
        _version(ledger, one, runs[one], {".".join(key): params[one][key] for key in differing if key in params[one]})
        for one in reversed(artifacts)
    ]
    return Versions(name, tuple(found), tuple(release_state(ledger, one) for one in reversed(releases.values())))


def _version(ledger: Ledger, artifact: Digest, run: Digest | None, params: Mapping[str, Value]) -> Version:
    record = ledger.runs[run] if run else None
    return Version(
        artifact=mention(ledger, artifact),
        made=ledger.made(artifact) or None,
        run=run,
        step=record.step if record else None,
        actor=record.actor if record else None,
        mark=marks(record)["actor"] if record else None,
        params=params,
        metrics={suite: evaluation.metrics for suite, evaluation in latest_by_suite(ledger, artifact).items()},
    )


def release_state(ledger: Ledger, release: Digest) -> ReleaseState:
    """Returns a release as it is listed."""
    record = ledger.releases[release]
    return ReleaseState(
        f"{record.name}@v{record.version}",
        ledger.held[release].state,
        {role: mention(ledger, member.artifact) for role, member in sorted(record.members.items())},
        deprecated(ledger, release),
    )
