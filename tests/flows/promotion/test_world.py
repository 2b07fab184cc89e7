"""The team that the flows of promotion rest on is what world.py says it is."""

from gitprov.audit.gather import gather
from gitprov.check.effect import judge
from tests.flows.promotion.world import World


def test_trust_settings_and_releases_have_landed(world: World) -> None:
    with world.bob.project() as project:
        gathered = gather(project)
    assert (gathered.trust, gathered.settings, gathered.partial) == ((), (), False)
    landed = gathered.landed
    assert [version.root.version for version in landed.roots.accepted] == [1]
    assert set(landed.settings.at(landed.chain.head)) >= {
        ".gitprov/policies/quality.yaml",
        ".gitprov/catalog/churn.yaml",
    }
    releases = landed.ledger.releases_of("churn")
    assert list(releases) == [1, 2]
    for one in [*releases.values(), *landed.ledger.runs, *landed.ledger.evaluations]:
        assert landed.signers(one, landed.chain.head) == {"alice"}


def test_the_first_release_serves(serving: World) -> None:
    with serving.bob.project() as project:
        landed = gather(project).landed
    asked = judge(landed, "churn").effective("production", landed.chain.head)
    assert asked is not None
    assert asked.request.release is not None
    assert (asked.request.sequence, asked.request.release.version) == (1, 1)
