"""A09: a signature that somebody made counts for the one record that it was made for, and nowhere else."""

from gitprov.records import Stored
from tests.attacks.real import Signed, bundle
from tests.sim.promoting import Wish

REPOSITORIES = ("refs/heads/a", "refs/heads/b", "refs/heads/c", "refs/heads/d")
"""The same team, keys and releases: only the trust root differs, as between a product and a rehearsal of it."""
STAGES = ("live", "staging", "trial")
NUMBERS = range(1, 6)


def test_an_approval_counts_in_its_own_cell_of_the_grid_only() -> None:
    """4 repositories x 3 stages x 5 numbers: 59 approvals beside each request change nothing, its own one does."""
    cells: dict[tuple[str, str, int], tuple[Signed, Wish, bytes]] = {}
    for ref in REPOSITORIES:
        for stage in STAGES:
            for number in NUMBERS:
                world = Signed(releases=1, ref=ref, stages=STAGES)
                wish = world.wish(world.releases[0], sequence=number, stage=stage)
                cells[ref, stage, number] = world, wish, bundle(world.payload(wish.request, "approves"), "ben")
    assert len({wish.id for _, wish, _ in cells.values()}) == len(cells) == 60
    for cell, (world, wish, own) in cells.items():
        world.move()
        world.request(wish)
        for other, (_, _, foreign) in cells.items():
            if other != cell:
                world.put(wish.request, foreign, approval=True)
        assert world.refused(wish) == {"GP-APR-001"}, cell
        world.move()
        world.put(wish.request, own, approval=True)
        assert world.refused(wish) == set(), cell


def test_a_request_of_a_rehearsal_is_no_request_here() -> None:
    """The same keys, releases and numbers, approved there: it names another project."""
    there, here = Signed(ref="refs/heads/drill"), Signed()
    wish = there.wish(there.releases[0])
    there.promote(wish, "ben")
    assert there.refused(wish) == set()
    here.move()
    here.request(wish)
    for path, data in there.beside(wish.request).items():
        here.files[path] = (here.head, data)
    assert "GP-PRO-001" in here.refused(wish)


def test_an_approval_of_one_number_does_not_serve_the_next() -> None:
    """Nor does the request that it was for, once another one took effect: void for ever."""
    world = Signed()
    first, second = world.wish(world.releases[0]), world.wish(world.releases[1], sequence=2)
    world.promote(first, "ben")
    world.promote(second)
    world.put(second.request, bundle(world.payload(first.request, "approves"), "cleo"), approval=True)
    world.move()
    world.sign(second.id, "cleo", "approves")
    assert world.refused(first) == set()
    assert "GP-PRO-003" in world.refused(second)


def test_an_approval_is_no_signature_of_the_request_and_a_signature_no_approval() -> None:
    world = Signed()
    wish = world.wish(world.releases[0])
    world.move()
    world.land(wish.evidence)
    world.land(wish.request)
    asks: Stored = wish.request
    world.put(asks, bundle(world.payload(asks, "approves"), "ada"))
    world.put(asks, bundle(world.payload(asks, "signs"), "ben"), approval=True)
    assert {"GP-PRO-002", "GP-APR-001"} <= world.refused(wish)
