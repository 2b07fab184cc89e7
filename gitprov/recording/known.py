"""Recipes whose result is known: what a run may take from the cache instead of making it again."""

from collections.abc import Mapping

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest
from gitprov.lineage import Ledger
from gitprov.ports.workplace import Workplace
from gitprov.recording.plan import Plan
from gitprov.recording.undeclared import that_matter
from gitprov.records import Content, Run


def find_known(place: Workplace, ledger: Ledger, plan: Plan) -> tuple[dict[str, Digest] | None, tuple[str, ...]]:
    """Returns output path to artifact when every output's recipe is known, with one content each; else perhaps why not.

    What a recipe gave counts only when a run says that the recipe tells all: no input changed meanwhile, no output was
    put there by hand, and no file of the repository and no script was read that nobody declared.

    Raises:
        GitprovError: GP-RUN-007 when a recipe gave several results.
    """
    found: dict[str, Digest] = {}
    reasons: list[str] = []
    for role, recipe in plan.recipes.items():
        out = plan.request.outputs[role]
        same = [one for one in ledger.with_recipe(recipe.id) if ledger.artifacts[one].name == out.name]
        same = [one for one in same if isinstance(ledger.artifacts[one].content, Content)]
        doubts = {one: _doubt(ledger, one) for one in same}
        same = [one for one in same if doubts[one] is None]
        if not same or not recipe.is_known:
            reasons += [doubt for doubt in doubts.values() if doubt is not None]
            return None, tuple(dict.fromkeys(reasons))
        if len({ledger.artifacts[one].content.digest for one in same}) > 1:
            raise codes.RUN_SEVERAL.error(
                f"the recipe of {out.name} has given {len(same)} different results",
                why=", ".join(map(ledger.short, same)),
                fix=f"choose one: gitprov restore {ledger.short(same[-1])}  # or run again with --force",
            )
        found[out.path] = same[-1]
    return (found, ()) if _are_here(place, ledger, found) else (None, ())


def _doubt(ledger: Ledger, artifact: Digest) -> str | None:
    """Returns why no run that made an artifact followed from its recipe alone, or None when one did."""
    doubts = [_doubt_of(ledger.runs[run]) for run in ledger.makers(artifact)]
    doubt = next(iter(doubts), "no run is recorded that made it")
    return None if None in doubts else f"this recipe is known and was run again: {doubt}"


def _doubt_of(run: Run) -> str | None:
    changed = [role for role, used in run.inputs.items() if used.after == "changed"]
    if changed:
        return f"the input {changed[0]} changed while it ran before"
    if "outputs" in run.declared:
        return "its output was put there by hand before"
    unsaid = that_matter(run)
    return f"before it read {unsaid[0]}, which nobody declared (--input or --code)" if unsaid else None


def _are_here(place: Workplace, ledger: Ledger, known: Mapping[str, Digest]) -> bool:
    contents = [ledger.artifacts[one].content for one in known.values()]
    try:
        return not any(
            place.cache.missing(place.cache.objects(content)) for content in contents if isinstance(content, Content)
        )
    except GitprovError:
        return False


def restore_known(place: Workplace, ledger: Ledger, known: Mapping[str, Digest]) -> bool:
    """Restores known outputs; returns False when the cache has not their bytes after all, so that the command runs."""
    for path, one in known.items():
        content = ledger.artifacts[one].content
        try:
            if isinstance(content, Content):
                place.cache.restore(content, path, progress=place.progress)
        except GitprovError as error:
            if error.code not in (codes.BLB_MISSING, codes.BLB_MISMATCH):
                raise
            return False
    return True
