"""`gitprov status NAME@vN` and `NAME/STAGE`: the state of releases at stages, what blocks them, what to do (D16)."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from gitprov.audit.gates import ask_now, denials
from gitprov.audit.gather import propose
from gitprov.audit.in_effect import Source, read_promotions, source
from gitprov.check.effect import Asked, Judgement, Timeline, deployments, disputes, in_time, judge, judge_at
from gitprov.check.evidence import judged
from gitprov.check.landed import Gathered, Landed
from gitprov.check.states import STATES, State, is_last, stages, state_of
from gitprov.errors import Finding
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.lineage.deprecations import Deprecated, deprecated
from gitprov.lineage.naming import no_release
from gitprov.ports.workplace import Workplace
from gitprov.records import Request
from gitprov.records.stored import ROOT

BRANCHES = "promote"
"""The folder of branches that requests are made on: promote/NAME/STAGE/SEQ."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A release at a stage.

    Attributes:
        stage: The stage.
        release: `churn@v3`; None for the wish that nothing serves.
        state: None while the release is in effect in no stage that the stage comes after.
        request: The request that this rests on, `churn/production/3`.
        branch: The branch where that lies, when it has not landed; a remote-tracking one by its full name.
        blocks: What stands in the way of the next state.
        next: Commands.
    """

    stage: str
    release: str | None
    state: State | None
    request: str | None
    branch: str | None
    blocks: tuple[Finding, ...]
    next: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standings:
    """The answer.

    Attributes:
        asked: `churn@v3`, or `churn/production`.
        source: What was read.
        state: That of the release as a whole; None where a stage was asked about.
        serves: What is in effect at the stage that was asked about; None when nothing is.
        standings: By stage, or by release.
        deprecated: That the release which was asked about, or serves, is to be used no more; None when nobody says so.
    """

    asked: str
    source: Source
    state: State | None
    serves: str | None
    standings: tuple[Standing, ...]
    deprecated: Deprecated | None


@dataclass(frozen=True, slots=True)
class _Open:
    """A request that has not taken effect, judged as if it landed now."""

    request: Request
    judgement: Judgement
    branch: str | None


def release_standings(place: Workplace, name: str, version: int) -> Standings:
    """Returns the state of a release at every stage.

    Raises:
        GitprovError: As `read_promotions` does; GP-NAM-001 when there is no such release.
    """
    look = _Look(place, read_promotions(place), name)
    releases = look.releases
    if version not in releases:
        raise no_release(name, version, releases)
    found = tuple(look.standing(releases[version], version, stage) for stage in look.stages)
    states = [one.state for one in found if one.state is not None]
    furthest: State = max(states, key=STATES.index, default="draft")
    said = deprecated(look.gathered.landed.ledger, releases[version])
    return Standings(f"{name}@v{version}", source(look.gathered), furthest, None, found, said)


def stage_standings(place: Workplace, name: str, stage: str) -> Standings:
    """Returns the state of what serves a stage, of what is asked for it, and of the newest release.

    Raises:
        GitprovError: As `read_promotions` does; GP-NAM-001 when there is no such stage, or no release of the name.
    """
    look = _Look(place, read_promotions(place), name)
    releases = look.releases
    if stage not in look.stages or not releases:
        raise codes.NAM_UNKNOWN.error(
            f"nothing is promoted to {name}/{stage}" if releases else f"{name} has no release",
            why=f"the stages are {', '.join(look.stages)}" if look.stages else "the settings in force name no stage",
            fix=f"gitprov status {name}" if releases else f"gitprov seal {name}",
        )
    serving = look.timeline.effective(stage, look.head)
    asked = [one.request.release.version for one in look.open if one.request.stage == stage and one.request.release]
    now = serving.request.release if serving is not None else None
    if now is not None:
        asked.append(now.version)
    found = [
        look.standing(releases[version], version, stage)
        for version in sorted({*asked, max(releases)} & releases.keys(), reverse=True)
    ]
    found += [look.withdrawal(one) for one in look.open if one.request.stage == stage and one.request.release is None]
    serves = f"{name}@v{now.version}" if now is not None else None
    said = deprecated(look.gathered.landed.ledger, now.id) if now is not None else None
    return Standings(f"{name}/{stage}", source(look.gathered), None, serves, tuple(found), said)


class _Look:
    """What landed about a name, and what is asked for on branches."""

    def __init__(self, place: Workplace, gathered: Gathered, name: str) -> None:
        self.place = place
        self.gathered = gathered
        self.landed: Landed = gathered.landed
        self.name = name
        self.head = self.landed.chain.head
        self.now = place.clock.now()
        self.timeline: Timeline = judge(self.landed, name)

    @cached_property
    def stages(self) -> dict[str, tuple[str, ...]]:
        """Every stage, with those that it comes after."""
        return stages(self.landed, self.timeline)

    @cached_property
    def proposed(self) -> dict[str, Landed]:
        """What would have landed if a branch that has something new about the name landed now, by branch."""
        return {
            branch: propose(self.place, self.gathered, of=commit).landed for commit, branch in self._branches().items()
        }

    @cached_property
    def views(self) -> tuple[Landed, ...]:
        """What landed; then what would have if the index (in a bare repository HEAD), or a branch, landed now."""
        here = [propose(self.place, self.gathered).landed] if self.place.git.head() is not None else []
        return (self.landed, *here, *self.proposed.values())

    @cached_property
    def releases(self) -> dict[int, Digest]:
        """Every release by version, wherever it lies; what landed goes before the rest."""
        found: dict[int, Digest] = {}
        for view in self.views:
            found = view.ledger.releases_of(self.name) | found
        return dict(sorted(found.items()))

    @cached_property
    def open(self) -> list[_Open]:
        """Every request that has not taken effect, by sequence; as a branch has it, where that brings more of it.

        One that landed and was overtaken is void for ever, and nobody need hear of it.
        """
        found: dict[Digest, _Open] = {}
        for asked in self.timeline.asked:
            serving = self.timeline.effective(asked.request.stage, self.head)
            if asked.effective is None and asked.request.replaces == (serving.id if serving is not None else None):
                judgement = judge_at(self.landed, self.timeline, asked.held, self.head + 1)
                found[asked.id] = _Open(asked.request, judgement, None)
        for branch, proposed in self.proposed.items():
            for asked in judge(proposed, self.name).asked:
                now = asked.judgement
                if now is None or now.step <= self.head:
                    continue
                if asked.id not in found or not found[asked.id].judgement.holds:
                    found[asked.id] = _Open(asked.request, now, branch)
        return sorted(found.values(), key=lambda one: one.request.sequence)

    def _branches(self) -> Mapping[str, str]:
        """Returns where something about the name lies that has not landed: commit to branch."""
        git, folder = self.place.git, f"{ROOT}/promotions/{self.name}"
        refs = git.branches(f"{BRANCHES}/{self.name}/")
        found = {commit: ref.removeprefix("refs/heads/") for ref, commit in sorted(refs.items(), reverse=True)}
        if (head := git.head()) is not None:
            found.setdefault(head, git.current_branch() or "HEAD")
        kept = self.landed.chain.landed
        return {
            commit: branch
            for commit, branch in found.items()
            if any(path not in kept for path in git.tree(commit, [folder]))
        }

    def standing(self, release: Digest, version: int, stage: str) -> Standing:
        """Returns the state of a release at a stage."""
        label, after = f"{self.name}@v{version}", self.stages[stage]
        serving = self.timeline.effective(stage, self.head)
        serves = serving is not None and _names(serving.request, release)
        asked = [one for one in self.open if one.request.stage == stage and _names(one.request, release)]
        last = asked[-1] if asked and not serves else None
        served = self.timeline.was_effective(stage, release, self.head)
        if not (serves or last or served or not after or any(self._is_in(one, release) for one in after)):
            way = f"comes after {' or '.join(after)}"
            block = codes.PRO_FROM.finding(
                label, f"{stage} {way}", fix=f"gitprov promote {label} --to {after[0]} --reason TEXT"
            )
            return Standing(stage, label, None, None, None, (block,), ())
        state, blocks = state_of(
            serves=serves,
            is_last=is_last(stage, self.stages),
            served=served,
            asked=last.judgement if last is not None else None,
            troubles=self._troubles(serving) if serving is not None and serves else (),
            gates=lambda: self._gates(release, stage),
        )
        request = serving.request if serving is not None and serves else last.request if last is not None else None
        branch = last.branch if last is not None else None
        is_new = serving is not None and not deployments(self.landed, serving.id)
        commands = tuple(self._next(state, label, stage, branch, is_new=is_new))
        return Standing(stage, label, state, request.label if request is not None else None, branch, blocks, commands)

    def withdrawal(self, one: _Open) -> Standing:
        """Returns the state of the wish that nothing serves a stage."""
        stage = one.request.stage
        state, blocks = state_of(
            serves=False, is_last=False, served=False, asked=one.judgement, troubles=(), gates=tuple
        )
        commands = tuple(self._next(state, "", stage, one.branch, is_new=False)) if state == "approved" else ()
        return Standing(stage, None, state, one.request.label, one.branch, blocks, commands)

    def _is_in(self, stage: str, release: Digest) -> bool:
        asked = self.timeline.effective(stage, self.head)
        return asked is not None and _names(asked.request, release)

    def _troubles(self, asked: Asked) -> tuple[Finding, ...]:
        return (*in_time(self.landed, asked, self.now).findings, *disputes(self.landed, asked))

    def _gates(self, release: Digest, stage: str) -> tuple[Finding, ...]:
        """Returns what the rules in force have against moving a release to a stage now."""
        there = next(view for view in self.views if release in view.ledger.releases)
        stored = there.ledger.held[release].stored
        ask = ask_now(self.place, self.landed, there, self.timeline, name=self.name, stage=stage, release=stored)
        return tuple(denials(f"{self.name}/{stage}", judged(there, self.head + 1, ask)[1]))

    def _next(self, state: State, label: str, stage: str, branch: str | None, *, is_new: bool) -> Iterator[str]:
        place = f"{self.name}/{stage}"
        match state:
            case "draft":
                yield f"gitprov policy check {label} --to {stage}"
            case "validated":
                yield f"gitprov promote {label} --to {stage} --reason TEXT"
            case "approved" if branch is not None:
                root = self.landed.roots.at(self.head)
                main = root.root.ref.removeprefix("refs/heads/") if root is not None else "main"
                short = branch.removeprefix("refs/remotes/")
                merge = f"git switch {main} && git merge --no-ff {short} && " if short != main else ""
                yield f"{merge}gitprov push"
            case "deployed" | "promoted" if is_new:
                yield f"gitprov deploy {place} --to DIR"
            case "retired":
                yield f"gitprov rollback {place} --to {label.partition('@')[2]} --reason TEXT"
            case _:
                return


def _names(request: Request, release: Digest) -> bool:
    return request.release is not None and request.release.id == release
