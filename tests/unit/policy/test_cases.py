"""Cases test what they say: facts are typed, every rule is tried from both sides, every fault is told with its line."""

from pathlib import Path
from typing import Any

import pytest

from gitprov.adapters.settings import StrictReader
from gitprov.errors import Finding, GitprovError
from gitprov.policy import Facts, decide
from gitprov.policy.cases import BASE, case_facts, check_policy
from gitprov.policy.facts import VARIABLES, days_between, values_of
from gitprov.records.codec import from_data
from gitprov.records.policies import Case, Policy, Rule

ROOT = Path(__file__).parents[3]
STARTERS = sorted((ROOT / "templates" / "policies").iterdir())
FACTS = from_data(Facts, dict(BASE))


def load(path: str, data: bytes) -> Policy:
    policy = StrictReader().read(path, data)
    assert isinstance(policy, Policy)
    return policy


def faults(text: str) -> list[Finding]:
    path = ".gitprov/policies/p.yaml"
    data = f"schema: gitprov/policy/v1\nrules:\n{text}".encode()
    return list(check_policy(load(path, data), path, StrictReader().lines(path, data)))


def facts_of(**facts: Any) -> Facts:
    return case_facts(Case(name="x", facts=facts, passes=True))


def names_of_starters() -> list[str]:
    return [path.stem for path in STARTERS]


def test_what_teams_ask_first_is_there() -> None:
    assert names_of_starters() == [
        "code-reviewed",
        "data-age",
        "fairness",
        "not-deprecated",
        "not-worse",
        "reproducible",
        "roles-kept",
        "schema-change",
        "two-person",
    ]


@pytest.mark.parametrize("path", STARTERS, ids=names_of_starters())
def test_a_starter_passes_its_own_cases_and_says_what_it_is_for(path: Path) -> None:
    name = f".gitprov/policies/{path.name}"
    policy = load(name, path.read_bytes())
    assert list(check_policy(policy, name, StrictReader().lines(name, path.read_bytes()))) == []
    assert policy.description
    for rule in policy.rules.values():
        leaves_rollback_out = path.stem in ("data-age", "not-deprecated", "not-worse")
        assert ("rollback" in rule.applies_to) != leaves_rollback_out
        assert {case.passes for case in rule.cases} == {True, False}


def test_an_ordinary_promotion_passes_every_starter() -> None:
    policies = {path.stem: load(f".gitprov/policies/{path.name}", path.read_bytes()) for path in STARTERS}
    decision = decide(FACTS, policies)
    assert {each.outcome for each in decision.tried} == {"passed"}
    assert len(decision.tried) == 12


def test_a_withdrawal_is_judged_by_no_starter() -> None:
    """Serving nothing must be possible whatever is wrong; there is no release to judge, either."""
    policies = {path.stem: load(f".gitprov/policies/{path.name}", path.read_bytes()) for path in STARTERS}
    assert decide(facts_of(kind="withdraw", release=None), policies).tried == ()


def test_what_a_case_says_is_laid_over_the_base() -> None:
    assert facts_of() == FACTS
    assert facts_of(incumbent=None, owner=None).incumbent is None
    assert facts_of(people={"requester": "ada"}).people.owners == ("olga",)
    assert facts_of(metrics={"holdout": None}).metrics == {"fairness": {"demographic_parity_ratio": (0.9,)}}
    two = facts_of(data=[{"age_days": 91}, {"name": "other", "cutoff": None}]).data
    assert [(each.name, each.age_days, each.cutoff is None) for each in two] == [
        ("fraud.transactions", 91.0, False),
        ("other", 30.0, True),
    ]
    assert facts_of(runs=[]).runs == ()
    assert facts_of(metrics={"holdout": {"auc": [1, 0.5, None]}}).metrics["holdout"]["auc"] == (1, 0.5, None)


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        ({"rnus": []}, "field rnus is unknown: did you mean runs?"),
        ({"data": [{"age": 3}]}, "field data[0].age is unknown"),
        ({"candidates": "3"}, "field candidates must be a number, not str"),
        ({"candidates": True}, "field candidates must be a number, not bool"),
        ({"runs": [{"dirty": 1}]}, "field runs[0].dirty must be bool, not int"),
        ({"now": "2026-01-01"}, "field now must be an RFC 3339 time"),
        ({"kind": "demote"}, "field kind must be one of promote, rollback, withdraw"),
        ({"people": {"requester": None}}, "field people.requester is missing"),
        ({"metrics": {"holdout": {"auc": 0.9}}}, "field metrics.holdout.auc must be a list"),
    ],
)
def test_facts_of_cases_are_typed(facts: dict[str, Any], what: str) -> None:
    """A misspelt fact would leave the base's in place, and the case would show nothing."""
    with pytest.raises(GitprovError) as caught:
        facts_of(**facts)
    assert caught.value.what.startswith(what)
    case = f"{{name: c, facts: {facts!r}, passes: false}}".replace("None", "null").replace("True", "true")
    (fault, *_) = faults(f"  r: {{when: 'true', message: m, remedy: r, cases: [{case}]}}\n")
    assert (fault.code.id, fault.why) == ("GP-POL-002", caught.value.what)


def test_every_fault_is_found_with_its_line() -> None:
    found = faults(
        "  a:\n    when: nobody == 1\n    message: m\n    remedy: r\n"
        "  b:\n    when: candidates < 2\n    message: m\n    remedy: r\n    cases:\n"
        "      - {name: one, passes: false}\n"
        "      - {name: two, facts: {candidates: 2}, passes: true}\n"
        "      - {name: none, facts: {metrics: {s: null}}, passes: true}\n"
        "  c:\n    when: metrics.s.m[0] > 1\n    message: m\n    remedy: r\n    severity: warn\n    cases:\n"
        "      - {name: nothing measured, passes: true}\n"
    )
    path = ".gitprov/policies/p.yaml"
    assert [(each.code.id, each.what.removeprefix(path)) for each in found] == [
        ("GP-POL-001", ":4: rule a cannot be evaluated"),
        ("GP-POL-002", ":12: rule b, case 'one': expected that it denies, and it passed"),
        ("GP-POL-002", ":13: rule b, case 'two': expected that it passes, and it denied"),
        ("GP-POL-002", ":21: rule c, case 'nothing measured': expected that it passes, and it warned"),
        ("GP-POL-003", ":15: rule c has no case that it denies"),
    ]
    assert found[0].why == "1:1: undeclared reference to 'nobody' (in container '')\n | nobody == 1\n | ^"
    assert found[3].why == 'Key not found in map : "s"'
    assert all(path in each.fix for each in found)


def test_a_rule_without_cases_lacks_both_sides() -> None:
    found = faults("  a: {when: 'true', message: m, remedy: r}\n")
    assert [each.what.partition(": ")[2] for each in found] == [
        "rule a has no case that it passes",
        "rule a has no case that it denies",
    ]


def test_scope_and_stages_do_not_keep_a_case_from_being_tried() -> None:
    rule = Rule(
        when="name == 'x'", message="m", remedy="r", scope=("other",), stages=("far",), applies_to=("withdraw",),
        cases=(Case(name="a", passes=True), Case(name="b", facts={"name": "x"}, passes=False)),
    )  # fmt: skip
    lines = {"rules.r": 1, "rules.r.cases[0]": 2, "rules.r.cases[1]": 3}
    assert len(list(check_policy(Policy(rules={"r": rule}), "p", lines))) == 2


def test_a_rule_sees_every_fact_under_its_name() -> None:
    values = values_of(FACTS)
    assert set(values) == set(VARIABLES) == set(BASE)
    assert values["release"]["set"].startswith("sha256:")  # type: ignore[index]


def test_days_are_counted_over_zones_and_fractions() -> None:
    assert days_between("2026-01-01T00:00:00Z", "2026-04-01T12:00:00Z") == 90.5
    assert days_between("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z") == -1
    assert days_between("2026-01-01T00:00:00.5Z", "2026-01-01T00:00:01Z") == 0.5 / 86_400
    with pytest.raises(ValueError, match="has no zone"):
        days_between("2026-01-01T00:00:00", "2026-01-01T00:00:00Z")
