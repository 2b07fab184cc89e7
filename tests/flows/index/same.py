"""What a ledger answers, whoever it is: everything that its methods can be asked about the records that it has."""

from itertools import chain
from typing import Any

from gitprov.lineage import Ledger
from gitprov.lineage.deprecations import deprecated
from gitprov.lineage.graph import above, ancestors, below, descendants


def answers(ledger: Ledger, names: list[str]) -> dict[str, Any]:
    """Returns every answer; `names` are asked for too, whether there is such a thing or not."""
    ids = list(ledger.held)
    contents = {one.content.digest for one in ledger.artifacts.values()}
    sets = {one.set_ for one in ledger.releases.values()}
    asked = [*names, *(held.stored.record.name for held in ledger.held.values() if hasattr(held.stored.record, "name"))]
    return {
        "held": [(one, ledger.held[one]) for one in ids],
        "there": [[one in kind for kind in _kinds(ledger)] for one in ids],
        "kinds": [list(kind.items()) for kind in _kinds(ledger)],
        "counts": [len(kind) for kind in _kinds(ledger)],
        "copies": ledger.copies,
        "broken": {path: str(error) for path, error in ledger.broken.items()},
        "names": [ledger.names(), ledger.released_names(), ledger.paths()],
        "named": [[ledger.named(one), ledger.bearing(one), ledger.releases_of(one)] for one in asked],
        "of a kind": [ledger.of_kind(one) for one in ("dataset", "model", "run-set", "none")],
        "contents": {one: ledger.with_content(one) for one in contents},
        "recipes": {one.recipe.id: ledger.with_recipe(one.recipe.id) for one in ledger.artifacts.values()},
        "sets": {one: [ledger.releases_of_set(one), ledger.evaluations_of(one)] for one in sets},
        "at paths": {path: ledger.at_path(path) for path in [*ledger.paths(), "nowhere"]},
        "places": [ledger.lying_at(held.stored.path) for held in chain(ledger.held.values(), ledger.copies)],
        "short": [ledger.short(one) for one in ids],
        "prefixes": [ledger.beginning(digit) for digit in "0123456789abcdef"],
        "made": [[ledger.made(one), ledger.makers(one), ledger.users(one), ledger.paths_of(one)] for one in ids],
        "times": ledger.times(list(ledger.artifacts)),
        "runs": [[ledger.made_by(one), ledger.used_by(one), ledger.sweeps_of(one)] for one in ids],
        "concerned": [ledger.concerning(one) for one in [*ids, *asked]],
        "about": [ledger.about(one) for one in ledger.evaluations],
        "walks": [[*above(ledger, one), *below(ledger, one)] for one in ids],
        "closures": [[ancestors(ledger, [one]), descendants(ledger, [one])] for one in ids],
        "releases": [[ledger.released_as(one), ledger.evaluations_of(one), deprecated(ledger, one)] for one in ids],
        "superseded": [ledger.superseded_by(one) for one in ledger.artifacts],
        "values": [ledger.valued("param", "lr"), ledger.valued("metric", "auc"), ledger.valued("metric", "lr")],
        "requests": [ledger.request(f"{name}/production/1") for name in asked],
        "steps": [ledger.runs_of(step) for step in sorted({one.step for one in ledger.runs.values()})],
    }


def _kinds(ledger: Ledger) -> list[dict[Any, Any]]:
    return [ledger.held, ledger.artifacts, ledger.runs, ledger.evaluations, ledger.releases, ledger.events]
