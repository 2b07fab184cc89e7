"""What is made of a run: docs/mutation.md, and what is wrong with it."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from tests.mutation.mutants import ROOT, Mutant

PAGE = ROOT / "docs" / "mutation.md"
EXPLAINED = Path(__file__).with_name("survivors.toml")
LEAST = 0.9
"""The share of mutants that some test must kill."""
HEAD = """\
# Mutation

Every law and clause is tested, as `make mutation-full` measures it: one small change at a time is made in `check/` and
`trust/`, and a test that runs the changed lines must fail. {killed} of {all} mutants are killed: **{score:.1%}**. Each
survivor is listed below, with why it may survive. `make mutation` runs a sample, as CI does.

Not changed are words for people (messages, docstrings), annotations, decorators and imports. A mutant that makes a test
run on without end is killed. At most {budget:g} seconds of tests are tried on one mutant.

"""


def explanations() -> dict[tuple[str, str], str]:
    """Returns why mutants may survive: by path and name of the mutant."""
    return {
        (path, name): why
        for path, those in tomllib.loads(EXPLAINED.read_text("utf-8")).items()
        for name, why in those.items()
    }


def score(found: Mapping[Mutant, str]) -> float:
    """Returns the share of mutants that were killed."""
    return sum(map(bool, found.values())) / len(found)


def faults(found: Mapping[Mutant, str], *, whole: bool) -> Iterator[str]:
    """Yields what is wrong with a run: too many survivors; of a whole run, unexplained ones, explanations of others."""
    if score(found) < LEAST:
        yield f"{score(found):.1%} of the mutants are killed, fewer than {LEAST:.0%}"
    if not whole:
        return
    survivors = {(one.path, one.name): one for one, killer in found.items() if not killer}
    explained = explanations()
    for key, one in survivors.items():
        if key not in explained:
            yield f"unexplained: {one.path}:{one.first} {one.name}"
    for path, name in sorted(explained.keys() - survivors.keys()):
        yield f"explained, and no survivor: {path} {name}"


def write(found: Mapping[Mutant, str], budget: float) -> None:
    """Writes docs/mutation.md."""
    killed = sum(map(bool, found.values()))
    text = HEAD.format(killed=killed, all=len(found), score=score(found), budget=budget)
    for title, column in (("module", "path"), ("what is changed", "operator")):
        text += "\n".join(_table(title, [(getattr(one, column), killer) for one, killer in found.items()])) + "\n\n"
    PAGE.write_text(text + "\n".join(_survivors(found)), "utf-8")


def _table(title: str, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    all_, killed = Counter[str](), Counter[str]()
    for name, killer in rows:
        all_[name] += 1
        killed[name] += bool(killer)
    yield f"| {title} | mutants | killed | score |"
    yield "|---|---|---|---|"
    for name, number in sorted(all_.items()):
        yield f"| {name} | {number} | {killed[name]} | {killed[name] / number:.1%} |"


def _survivors(found: Mapping[Mutant, str]) -> Iterator[str]:
    explained = explanations()
    yield "## Survivors\n"
    for path, those in groupby((one for one, killer in found.items() if not killer), key=attrgetter("path")):
        yield f"### {path}\n"
        for one in those:
            yield f"- line {one.first}, `{one.name}`: {explained.get((path, one.name), '**not explained**')}"
        yield ""
