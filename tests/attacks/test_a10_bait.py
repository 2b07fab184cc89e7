"""A10: what is approved is what counts: every field of a request that somebody changes afterwards voids it."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import pytest

from gitprov.check.effect import judge
from gitprov.ids import sha256_of
from gitprov.records import Evidence, Request, Stored, store
from gitprov.trust.signatures import Means
from tests.attacks.real import Signed, bundle
from tests.sim.promoting import Wish

OTHER = sha256_of(b"another")
CHANGES: dict[str, tuple[Any, str]] = {
    "project": (OTHER, "GP-PRO-001"),
    "kind": ("rollback", "GP-PRO-012"),
    "name": ("other", "GP-PRO-007"),
    "stage": ("staging", "GP-PRO-004"),
    "sequence": (9, "GP-PRO-007"),
    "from_": ("staging", "GP-PRO-004"),
    "replaces": (None, "GP-PRO-003"),
    "release.id": (OTHER, "GP-PRO-005"),
    "release.set_": (OTHER, "GP-PRO-005"),
    "release.version": (1, "GP-PRO-005"),
    "release.extra": ({"note": "x"}, "GP-PRO-005"),
    "evidence": (OTHER, "GP-PRO-007"),
    "policy": (OTHER, "GP-PRO-009"),
    "authors": (("dan",), "GP-PRO-007"),
    "evaluated_at": ("2026-03-02T00:00:00Z", "GP-PRO-007"),
    "expires": ("2036-03-01T00:00:00Z", "GP-APR-001"),
    "reason": ("another reason", "GP-APR-001"),
    "summary": (("all is well",), "GP-PRO-008"),
    "extra": ({"note": "x"}, "GP-APR-001"),
}
"""Each field to another value, and the code that refuses it even when its requester signs it again."""


@dataclass(frozen=True)
class Scene:
    """A second request that ben and cleo approved, not landed yet."""

    world: Signed
    wish: Wish


def scene() -> Scene:
    world = Signed()
    world.promote(world.wish(world.releases[0]), "ben")
    world.move()
    return Scene(world, world.wish(world.releases[1], sequence=2))


def paths_of(part: Any, above: str = "") -> Iterator[str]:
    for field in fields(part):
        value = getattr(part, field.name)
        if is_dataclass(value):
            yield from paths_of(value, f"{above}{field.name}.")
        else:
            yield f"{above}{field.name}"


def changed(part: Any, path: str, value: Any) -> Any:
    name, _, rest = path.partition(".")
    return replace(part, **{name: changed(getattr(part, name), rest, value) if rest else value})


def land(found: Scene, request: Stored, *, signed: bool) -> set[str]:
    """Lands a request in the place of the approved one, with what was signed about that; returns what refuses it."""
    world, wish = found.world, found.wish
    world.land(wish.evidence)
    world.land(request)
    for name in ("ben", "cleo"):
        world.put(request, bundle_of(world, wish, name), approval=True)
    if signed:
        world.sign(request.id, "ada")
    else:
        world.put(request, bundle_of(world, wish, "ada", "signs"))
    record = request.record
    assert isinstance(record, Request)
    (asked,) = [one for one in judge(world.landed(), record.name).asked if one.id == request.id]
    assert asked.effective is None
    assert asked.judgement is not None
    return {finding.code.id for finding in asked.judgement.findings}


def bundle_of(world: Signed, wish: Wish, name: str, means: Means = "approves") -> bytes:
    return bundle(world.payload(wish.request, means), name)


def test_the_request_itself_takes_effect() -> None:
    found = scene()
    found.world.promote(found.wish, "ben", "cleo")
    assert found.world.refused(found.wish) == set()


def test_every_field_is_changed_below() -> None:
    assert sorted(paths_of(scene().wish.request.record)) == sorted(CHANGES)


@pytest.mark.parametrize("path", CHANGES)
def test_a_field_that_is_changed_after_approval_voids_it(path: str) -> None:
    """With the signatures of the approved one: nobody signed this. Signed again by who asks: nobody approved it."""
    value, code = CHANGES[path]
    for signed in (False, True):
        found = scene()
        request = store(changed(found.wish.request.record, path, value))
        codes = land(found, request, signed=signed)
        assert {"GP-APR-001", code} <= codes, codes
        assert ("GP-PRO-002" in codes) is not signed


def test_evidence_that_is_another_after_approval_is_refused() -> None:
    """Its id is in the request: other evidence beside it is not the one that was approved."""
    found = scene()
    record = found.wish.evidence.record
    assert isinstance(record, Evidence)
    other = store(replace(record, missing=("filter",)))
    found.world.promote(replace(found.wish, evidence=other), "ben")
    assert "GP-PRO-007" in found.world.refused(found.wish)
