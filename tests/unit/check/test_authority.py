"""Authority, settings and effect at a door: what is found about what a change touches, and nothing about the rest."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import pytest

from gitprov.check.authority import authority, settings
from gitprov.check.changes import Edge
from gitprov.check.landed import Gathered
from gitprov.check.landing import effect
from gitprov.check.seen import Change
from gitprov.errors import Code, Finding
from gitprov.errors import catalogue as codes
from gitprov.trust.log import Log
from tests.sim.promoting import NOW, Promoting, Wish
from tests.unit.check.edges import add, change
from tests.unit.check.test_as_of import deployment

PATH = ".gitprov/trust/0002.yaml"
SIGNATURE = ".gitprov/trust/0002.0123456789abcdef.sigstore.json"
FOUND = codes.TRU_UNSIGNED.finding(PATH, "it is not in force")


def touched(
    *paths: str, world: Promoting | None = None, trust: Sequence[Finding] = (), settings: Sequence[Finding] = ()
) -> Change:
    """Returns a change that adds these paths, a commit each (c0, c1, ...), where something has landed."""
    landed = (world or Promoting(0)).landed()
    log = Log((step, path, landed.chain.files[path]) for path, step in landed.chain.landed.items())
    after = Gathered(landed, log, tuple(trust), tuple(settings), partial=False)
    return change(*(Edge(f"c{n}", None, (add(path, b""),)) for n, path in enumerate(paths)), after=after)


def told(findings: Iterable[Finding]) -> list[tuple[Code, str, str | None]]:
    return [(one.code, one.subject, one.commit) for one in findings]


@pytest.mark.parametrize(
    ("law", "seen"),
    [
        (authority, lambda *paths: touched(*paths, trust=[FOUND])),
        (settings, lambda *paths: touched(*paths, settings=[FOUND])),
    ],
)
def test_a_finding_is_told_where_its_file_or_a_signature_of_it_lands(
    law: Callable[[Change], Iterable[Finding]], seen: Callable[..., Change]
) -> None:
    """With the commit that touched the file, else the one that brought the signature."""
    assert told(law(seen(PATH))) == [(codes.TRU_UNSIGNED, PATH, "c0")]
    assert told(law(seen("README.md", SIGNATURE))) == [(codes.TRU_UNSIGNED, PATH, "c1")]
    assert told(law(seen(SIGNATURE, PATH))) == [(codes.TRU_UNSIGNED, PATH, "c1")]
    assert told(law(seen(".gitprov/trust/0003.yaml"))) == []
    assert told(law(touched(PATH))) == []
    assert told(law(replace(seen(PATH), after=None))) == [], "where trust is not judged"


def test_a_signature_that_counts_for_nothing_is_told_where_it_lands() -> None:
    """Not one of an unlisted key, which may be listed later; nor a wrong name, which the law of names tells."""
    world = Promoting(1)
    record = world.releases[0].id
    before = set(world.signatures)
    world.sign(record, "ben", fault="it is broken")
    (path,) = set(world.signatures) - before
    for code in (codes.SIG_INVALID, codes.SIG_STATEMENT, codes.SIG_BUNDLE):
        world.signatures[path] = replace(world.signatures[path], code=code)
        [finding] = authority(touched("README.md", path, world=world))
        assert (finding.code, finding.subject, finding.commit, finding.why) == (code, path, "c1", "it is broken")
        assert told(authority(touched("README.md", world=world))) == [], "it landed before"
    for one in (codes.SIG_UNLISTED, codes.SIG_NAME, None):
        world.signatures[path] = replace(world.signatures[path], code=one)
        assert told(authority(touched(path, world=world))) == []


def test_a_deployment_from_another_chain_is_told_where_it_lands() -> None:
    """Law F: what the deployer saw must be what the chain had."""
    world, wish = asked()
    world.sign(wish.id, "ben", "approves")
    stored = deployment(world.timeline().asked[0], world, NOW)
    world.move()
    world.land(stored, "ada")
    assert told(authority(touched(stored.path, world=world))) == [(codes.TRU_HISTORY, stored.path, "c0")]
    assert told(authority(touched("README.md", world=world))) == []


# --- effect ----------------------------------------------------------------------------------------------------------


def asked(sequence: int = 1) -> tuple[Promoting, Wish]:
    """Returns a world in which a request has landed, and that request."""
    world = Promoting(2)
    wish = world.wish(world.releases[0], sequence=sequence)
    world.move()
    world.request(wish)
    return world, wish


def lands(world: Promoting, wish: Wish) -> list[tuple[Code, str, str | None]]:
    """Returns what is told when a request lands."""
    return told(effect(touched(wish.request.path, world=world)))


def test_what_keeps_a_request_from_counting_is_told_when_it_lands() -> None:
    world, wish = asked()
    commit = world.commit.removeprefix("git:")
    assert lands(world, wish) == [(codes.APR_MISSING, wish.request.path, commit)]
    assert told(effect(touched(wish.evidence.path, world=world))) == [(codes.APR_MISSING, wish.request.path, commit)]
    assert told(effect(touched("README.md", world=world))) == []
    assert told(effect(replace(touched(wish.request.path, world=world), after=None))) == []
    world.sign(wish.id, "ben", "approves")
    assert lands(world, wish) == [], "it counts"


def test_another_request_of_the_name_is_not_told_of() -> None:
    world, first = asked()
    second = world.wish(world.releases[1], sequence=2)
    world.request(second)
    assert {subject for _, subject, _ in lands(world, second)} == {second.request.path}
    assert {subject for _, subject, _ in lands(world, first)} == {first.request.path}
    path = first.request.path
    for other in (path.replace("/live/", "/test/"), path.replace("/model/", "/other/"), path.replace("0001", "0003")):
        assert told(effect(touched(other, world=world))) == []


def test_a_request_that_another_one_has_overtaken_does_no_harm() -> None:
    world, first = asked()
    other = world.wish(world.releases[1], sequence=2)
    world.move()
    world.request(other)
    world.sign(other.id, "ben", "approves")
    assert lands(world, first) == []
    beside = world.wish(world.releases[0], sequence=3)
    world.request(beside)
    assert lands(world, beside) != [], "nor what took effect where it landed"
    late = world.wish(world.releases[0], sequence=4)
    world.move()
    world.request(late)
    assert lands(world, late) != [], "what took effect before it landed did not overtake it"
