"""The laws of the chain against memory and against what serves: what was lost, and whom it concerns (laws G and F)."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from gitprov.check.chain import concerns, loss_finding, lost_since, rewound
from gitprov.check.changes import Loss
from gitprov.check.effect import Asked
from gitprov.check.landed import Chain, Landed
from gitprov.errors import catalogue as codes
from gitprov.ids import sha256_of
from gitprov.records import Release, signature_path
from tests.sim.promoting import Promoting

COMMITS = ("a" * 40, "b" * 40, "c" * 40, "d" * 40)
PATH = ".gitprov/releases/model/1.yaml"
LOSSES = (Loss(1, PATH, "removed", 2), Loss(2, PATH, "changed"), Loss(3, PATH, "mode"))
CHAIN = Chain("main", COMMITS, {PATH: 0}, {PATH: b""}, LOSSES)


def test_a_loss_is_told_by_the_commits_of_its_steps() -> None:
    restored, lost, _ = (loss_finding(CHAIN, one) for one in LOSSES)
    assert (restored.code, restored.commit) == (codes.IMM_RESTORED, COMMITS[1])
    assert restored.why == f"{'c' * 12} brings it back as it landed at {'a' * 12}"
    assert (lost.code, lost.commit, lost.why) == (codes.IMM_LOST, COMMITS[2], f"it landed at {'a' * 12}, to stay")


def test_a_head_that_was_seen_stays_on_the_chain() -> None:
    assert rewound(CHAIN, None) is None
    assert rewound(CHAIN, COMMITS[1]) is None
    found = rewound(CHAIN, "e" * 40)
    assert found is not None
    assert (found.code, found.subject) == (codes.TRU_REWOUND, "main")


def test_what_was_lost_since_a_head_is_what_later_steps_lost_for_good() -> None:
    assert lost_since(CHAIN, COMMITS[0]) == LOSSES[1:]
    assert lost_since(CHAIN, COMMITS[2]) == LOSSES[2:]
    assert lost_since(CHAIN, COMMITS[3]) == ()
    assert lost_since(CHAIN, None) == lost_since(CHAIN, "e" * 40) == ()


def served() -> tuple[Landed, Asked]:
    """Returns a promotion of version 1 that is in effect."""
    world = Promoting(2)
    release = world.releases[0].record
    assert isinstance(release, Release)
    world.book.day = "2026-02-28"
    (holdout,) = world.landed().ledger.named("raw-2")
    world.book.evaluate(release.members["model"].artifact, {"auc": 0.9}, data=holdout)
    world.step(by="ada")
    wish = world.wish(world.releases[0])
    world.move()
    world.request(wish)
    world.sign(wish.id, "ben", "approves")
    [asked] = world.timeline().asked
    assert asked.effective is not None
    return world.landed(), asked


LANDED, ASKED = served()


def rests_on(landed: Landed) -> Iterator[str]:
    """Yields the paths of the records that version 1 rests on, or that judged it."""
    ledger = landed.ledger
    wanted = ASKED.request.release
    assert wanted is not None
    release = ledger.releases[wanted.id]
    member = release.members["model"]
    for one in (wanted.id, member.artifact, member.run, *release.runs, *ledger.evaluations):
        yield ledger.held[one].stored.path


def test_the_closure_of_what_serves_is_concerned_with_its_signatures() -> None:
    for path in rests_on(LANDED):
        assert concerns(LANDED, ASKED, Loss(9, path, "removed"))
        assert concerns(LANDED, ASKED, Loss(9, signature_path(path, b"x"), "removed"))


@pytest.mark.parametrize(
    ("path", "yes"),
    [
        (".gitprov/trust/0001.yaml", True),
        (".gitprov/events/hold/ab/x.yaml", True),
        (".gitprov/promotions/model/test/0001/request.yaml", True),
        (".gitprov/promotions/models/live/0001/request.yaml", False),
        (".gitprov/deployments/model/live/ab/x.yaml", True),
        (".gitprov/deployments/model/test/ab/x.yaml", False),
        (".gitprov/deployments/models/live/ab/x.yaml", False),
        (".gitprov/releases/model/2.yaml", False),
        (".gitprov/trusted.yaml", False),
    ],
)
def test_what_judged_it_is_concerned_and_a_neighbour_is_not(path: str, yes: bool) -> None:
    assert concerns(LANDED, ASKED, Loss(9, path, "removed")) is yes


def test_what_serves_nothing_rests_on_no_release() -> None:
    nothing = replace(ASKED, request=replace(ASKED.request, release=None))
    assert not any(concerns(LANDED, nothing, Loss(9, path, "removed")) for path in rests_on(LANDED))
    unseen = replace(LANDED, ledger=type(LANDED.ledger)([]))
    assert not any(concerns(unseen, ASKED, Loss(9, path, "removed")) for path in rests_on(LANDED))


def test_what_is_not_among_its_records_concerns_nobody() -> None:
    mine, other = (LANDED.ledger.makers(one)[0] for name in ("raw-1", "raw-2") for one in LANDED.ledger.named(name))
    paths = [LANDED.ledger.held[run].stored.path for run in (mine, other)]
    assert [concerns(LANDED, ASKED, Loss(9, path, "removed")) for path in paths] == [True, False]


def test_what_is_not_there_concerns_nobody() -> None:
    """Data that never landed, evidence that is none: told elsewhere, and no reason to look away from the rest."""
    (raw,) = LANDED.ledger.named("raw-1")
    ledger = type(LANDED.ledger)(one for one in LANDED.ledger.held.values() if one.id != raw)
    wanted = ASKED.request.release
    assert wanted is not None
    path = LANDED.ledger.held[wanted.id].stored.path
    assert concerns(replace(LANDED, ledger=ledger), ASKED, Loss(9, path, "removed"))
    for evidence in (raw, wanted.id, sha256_of(b"nothing")):
        asked = replace(ASKED, request=replace(ASKED.request, evidence=evidence))
        assert concerns(LANDED, asked, Loss(9, path, "removed"))
        (evaluation,) = LANDED.ledger.evaluations
        assert not concerns(LANDED, asked, Loss(9, LANDED.ledger.held[evaluation].stored.path, "removed"))
