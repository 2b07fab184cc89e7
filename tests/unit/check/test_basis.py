"""What counts when a request is judged: what had landed by then, signed by whom, as of which trust version."""

from dataclasses import replace

import pytest

from gitprov.check.basis import Basis, View, basis
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, sha256_of
from gitprov.records import Release
from gitprov.trust.roots import Roots
from gitprov.trust.signatures import Means
from tests.sim.promoting import Promoting
from tests.unit.check.story import Story, train

NEVER = sha256_of(b"no record")


def view(story: Story, step: int | None = None, *, by: int | None = None, head: int | None = None) -> View:
    """Returns what counts at a step: the next one, where nothing is said."""
    last = story.landing.head
    return View(
        story.landed(),
        last + 1 if step is None else step,
        last if by is None else by,
        last if head is None else head,
        "churn",
    )


def landed_basis(story: Story, release: Digest) -> Basis:
    found = basis(view(story), release)
    assert found is not None
    return found


def test_a_release_rests_on_its_members_their_runs_and_what_these_took() -> None:
    story = Story()
    found = landed_basis(story, story.v1)
    ledger = story.book.ledger
    runs = {ledger.makers(one)[0] for one in (story.raw, story.filter, story.first)}
    assert found.ledger.held.keys() == {story.raw, story.filter, story.first, *runs}, "not what it was evaluated on"
    assert [run.step for run in found.runs.values()] == ["add", "add", "train"]
    assert list(found.runs)[:2] == sorted(list(found.runs)[:2])
    assert [record.name for record in found.sources.values()] == ["filter", "raw"]
    assert (found.ref.id, found.ref.version) == (story.v1, 1)


def test_no_release_and_one_that_has_not_landed_rest_on_nothing() -> None:
    story = Story()
    assert basis(view(story), None) is None
    assert basis(view(story), NEVER) is None
    assert basis(view(story), story.first) is None, "which is no release"
    assert basis(view(story, by=0), story.v1) is None
    assert basis(view(story, by=1), story.v1) is not None


def test_what_had_not_landed_is_left_out() -> None:
    """Whatever else lands later changes nothing of what was judged."""
    story = Story()
    story.change()
    ledger, whole = story.book.ledger, story.v2
    (run,) = ledger.makers(story.second)
    story.landing.step([whole])
    story.landing.step([story.second])
    story.landing.step([run])
    early, later = (basis(view(story, by=by), whole) for by in (2, 3))
    last = basis(view(story), whole)
    assert early is not None
    assert later is not None
    assert last is not None
    assert sorted(early.members) == ["filter"]
    assert early.made_by.keys() == {story.second, story.filter}
    assert sorted(later.members) == ["filter", "model"]
    assert (early.maker(story.second), later.maker(story.second)) == (None, None)
    assert last.maker(story.second) == ledger.runs[run]
    assert later.contents("raw") == {}
    assert [one.step for one in early.runs.values()] == ["add", "add"]
    assert early.sources.keys() == {story.filter}, "an artifact that has not landed is no source"


def test_what_a_run_made_besides_the_member_belongs_to_it() -> None:
    story = Story()
    made = story.book.make(
        "train", {"raw": story.raw}, {"model": ("churn", b"m"), "report": ("report", b"r")}, kind="model"
    )
    story.second = made["model"]
    story.seal(filter=story.filter)
    story.landing.step()
    assert {*made.values()} <= landed_basis(story, story.v2).ledger.held.keys()


def test_a_content_in_a_role_is_a_members_own_or_what_its_run_took() -> None:
    story = Story()
    found = landed_basis(story, story.v1)
    assert found.contents("filter") == {"filter": sha256_of(b"filter")}
    assert found.contents("raw") == {"model": sha256_of(b"raw")}
    assert found.contents("schema") == {}
    assert found.maker(NEVER) is None


def test_a_record_counts_from_where_it_landed() -> None:
    story = Story()
    seen = view(story, by=1)
    assert [seen.has(story.v1, by) for by in (None, 0, 1, 2)] == [True, False, True, True]
    assert not seen.has(NEVER)


def test_roles_are_those_in_force_before_the_step() -> None:
    """With the names that the version of the first parent lists, and nobody without one."""
    world = Promoting(1)
    world.move()
    old = world.versions[0]
    roles = replace(old.root.roles, owner=replace(old.root.roles.owner, people=("ben",)))
    world.versions.append(replace(old, root=replace(old.root, version=2, roles=roles), step=world.head, since=0))
    held = [View(world.landed(), step, 9, 9, "model").holders("owner") for step in (world.head, world.head + 1)]
    assert held == [{"ada"}, {"ben"}]
    nobody = replace(world.landed(), roots=Roots())
    assert View(nobody, 1, 1, 1, "model").holders("owner") == frozenset()


def test_signatures_count_up_to_a_step() -> None:
    story = Story()
    story.landing.step()
    story.landing.sign(story.v1, "pia")
    assert view(story, by=1).signers(story.v1) == {"paul"}
    assert view(story, by=2).signers(story.v1) == {"paul", "pia"}
    assert view(story, by=1).signers(story.v1, by=2) == {"paul", "pia"}
    assert view(story, by=2).signers(story.v1, "approves") == frozenset()
    assert view(story, by=1).is_signed(story.v1, "producer")
    assert not view(story, by=1).is_signed(story.v1, "evaluator")
    assert not view(story, by=1).is_signed(story.v1, "producer", by=0)
    assert view(story, by=0).is_signed(story.v1, "producer", by=1)


@pytest.mark.parametrize(
    ("signs", "accepted"),
    [
        ([], True),
        ([("eve", "signs", False)], False),
        ([("eve", "countersigns", False)], False),
        ([("eve", "approves", False)], True),
        ([("eve", "signs", False), ("pia", "countersigns", True)], True),
        ([("eve", "signs", False), ("eva", "countersigns", True)], False),
        ([("eve", "signs", True)], False),
        ([("eve", "signs", True), ("pia", "countersigns", True)], True),
    ],
)
def test_a_stranger_takes_a_run_away_until_a_producer_countersigns(
    signs: list[tuple[str, str, bool]], accepted: bool
) -> None:
    """Threat A11: the stranger's key could be any approver's; whether listed later or never."""
    story = Story()
    (run,) = story.book.ledger.makers(story.first)
    for name, means, listed in signs:
        fault = "" if listed else "unlisted key"
        story.landing.sign(run, name, means, listed=listed, fault=fault)  # type: ignore[arg-type]
    assert view(story).is_accepted(run) is accepted


def test_a_stranger_who_signs_later_takes_nothing_away() -> None:
    story = Story()
    (run,) = story.book.ledger.makers(story.first)
    story.landing.step()
    story.landing.sign(run, "eve")
    assert view(story, by=1).is_accepted(run)
    assert not view(story, by=2).is_accepted(run)


def test_a_broken_signature_by_a_listed_key_is_no_stranger() -> None:
    story = Story()
    (run,) = story.book.ledger.makers(story.first)
    story.landing.sign(run, "eric", fault="another statement")
    assert view(story).is_accepted(run)


def test_who_stands_in_is_asked_as_of_the_step_before() -> None:
    """A version that comes into force at the step itself revokes nothing there."""
    world = Promoting(1)
    release = world.releases[0].record
    assert isinstance(release, Release)
    run = release.members["model"].run
    world.move()
    world.sign(run, "ben")
    world.move()
    world.versions[-1] = replace(world.trust(("ben", "cleo"), revoked=("ben",)), since=0)
    people = [View(world.landed(), step, 9, 9, "model").signers(run) for step in (world.head, world.head + 1)]
    assert people == [{"ada", "ben"}, {"ada"}]
    accepted = [View(world.landed(), step, 9, 9, "model").is_accepted(run) for step in (world.head, world.head + 1)]
    assert accepted == [True, False]


@pytest.mark.parametrize(("means", "stands"), [("signs", True), ("countersigns", True), ("approves", False)])
def test_a_listed_key_that_stands_for_nobody_is_a_stranger_from_where_it_signed(means: Means, stands: bool) -> None:
    world = Promoting(1)
    release = world.releases[0].record
    assert isinstance(release, Release)
    run = release.members["model"].run
    world.move()
    world.versions[-1] = replace(world.trust(("ben", "cleo"), revoked=("ben",)), since=0)
    world.move()
    world.root = replace(world.root, id=world.versions[-1].id)
    world.sign(run, "ben", means)
    accepted = [View(world.landed(), world.head + 1, by, 9, "model").is_accepted(run) for by in (2, 3, 4)]
    assert accepted == ([True, False, False] if stands else [True, True, True])


def test_a_key_that_is_listed_with_the_step_is_still_a_strangers() -> None:
    world = Promoting(1)
    release = world.releases[0].record
    assert isinstance(release, Release)
    run = release.members["model"].run
    world.sign(run, "eve", listed=False, fault="unlisted key")
    world.move()
    world.trust(("ben", "cleo"), keys={"dan": ("dan", "eve")})
    accepted = [View(world.landed(), step, 9, 9, "model").is_accepted(run) for step in (world.head, world.head + 1)]
    assert accepted == [False, True]


def test_another_statement_by_an_unknown_key_is_no_stranger() -> None:
    story = Story()
    (run,) = story.book.ledger.makers(story.first)
    before = set(story.landing.signatures)
    story.landing.sign(run, "eve", fault="it says something else")
    (path,) = set(story.landing.signatures) - before
    story.landing.signatures[path] = replace(story.landing.signatures[path], code=codes.SIG_STATEMENT)
    assert view(story).is_accepted(run)


def test_what_a_run_took_that_has_not_landed_is_not_rested_on() -> None:
    story = Story()
    features = story.book.make("features", {"raw": story.raw}, {"features": ("features", b"f")})["features"]
    story.second = train(story.book, features, 0.3, b"model 2")
    story.seal(filter=story.filter)
    story.landing.step([story.v2, story.second, features])
    story.landing.step()
    early, late = (basis(view(story, by=by), story.v2) for by in (2, 3))
    assert early is not None
    assert late is not None
    assert (features in early.ledger.held, features in late.ledger.held) == (False, True)


def test_a_member_whose_run_is_no_run_has_none() -> None:
    story = Story()
    release = story.book.ledger.releases[story.v1]
    model = replace(release.members["model"], run=story.raw)
    one = story.book.keep(replace(release, version=9, members={**release.members, "model": model})).id
    story.landing.step()
    assert [run.step for run in landed_basis(story, one).runs.values()] == ["add", "add"]


def test_sources_are_told_by_name_and_then_by_id() -> None:
    story = Story()
    members = {f"m{n}": story.book.add(f"n{n % 3}", f"data {n}".encode()) for n in range(9)}
    one = story.book.seal("many", 1, "committed", **members)
    story.landing.step()
    found = [(record.name, each) for each, record in landed_basis(story, one).sources.items()]
    assert found == sorted(found)
    assert len(found) == 9
    runs = list(landed_basis(story, one).runs)
    assert runs == sorted(runs)
