"""The gate never raises and never guesses: whatever is not true denies (demand 16; threats A16, A30)."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gitprov.policy import Facts, decide
from gitprov.policy.cases import BASE
from gitprov.policy.cel import static_fault
from gitprov.policy.decide import Outcome, Tried
from gitprov.records.codec import from_data
from gitprov.records.policies import Policy, Rule
from gitprov.records.promotions import Move

FACTS = from_data(Facts, dict(BASE))
EVERY: tuple[Move, ...] = ("promote", "rollback", "withdraw")


def rule(when: str, **fields: Any) -> Rule:
    return Rule(when=when, message="not so", remedy="do this", applies_to=EVERY, **fields)


def outcome(when: str, facts: Facts = FACTS, **fields: Any) -> Tried:
    (tried,) = decide(facts, {"p": Policy(rules={"r": rule(when, **fields)})}).tried
    return tried


def with_metric(*values: Any, incumbent: Any = 0.5) -> Facts:
    return replace(FACTS, metrics={"s": {"m": values}}, incumbent_metrics={"s": {"m": (incumbent,)}})


@pytest.mark.parametrize(
    ("when", "expected", "error"),
    [
        pytest.param("true", "passed", "", id="true"),
        pytest.param("false", "denied", "", id="false"),
        pytest.param("1", "error", "type int, not true or false", id="number"),
        pytest.param("'true'", "error", "type string", id="text"),
        pytest.param("null", "error", "type null", id="null"),
        pytest.param("[true]", "error", "type list", id="list"),
        pytest.param("candidates", "error", "type double", id="a number that only running shows"),
        pytest.param("owner", "error", "type string", id="a text that only running shows"),
        pytest.param("data.age_days > 1", "error", "1:5: ", id="a field of a list"),
        pytest.param("metrics.holdout.auc > 0.5", "error", "no matching overload", id="a list against a number"),
        pytest.param("people.boss == 'ada'", "error", 'Key not found in map : "boss"', id="missing field"),
        pytest.param("metrics.nothing.auc[0] > 0.5", "error", "Key not found", id="missing suite"),
        pytest.param("data[0].nothing == 1", "error", "Key not found", id="missing field of an item"),
        pytest.param("runs[7].seeded", "error", "Index error", id="past the end"),
        pytest.param("nobody == 1", "error", "undeclared reference to 'nobody'", id="undeclared"),
        pytest.param("size(", "error", "Syntax error", id="syntax"),
        pytest.param("", "error", "Syntax error", id="nothing"),
        pytest.param("now() > now", "error", "undeclared reference to 'now'", id="no clock"),
        pytest.param("math.abs(1) == 1", "error", "undeclared reference", id="no extension"),
        pytest.param("1 / 0 == 1", "error", "divide by zero", id="division"),
        pytest.param("name.matches('(')", "error", "invalid regular expression", id="regular expression"),
        pytest.param("\ud800", "error", "", id="no Unicode"),
        pytest.param("true\0 && false", "error", "Syntax error", id="NUL"),
    ],
)
def test_anything_but_true_denies_and_says_why(when: str, expected: Outcome, error: str) -> None:
    tried = outcome(when)
    assert (tried.outcome, error in tried.error) == (expected, True), tried.error
    assert bool(tried.error) == (expected == "error")
    assert decide(FACTS, {"p": Policy(rules={"r": rule(when)})}).allowed == (expected == "passed")
    warned = outcome(when, severity="warn")
    assert (warned.outcome, warned.error) == ("passed" if expected == "passed" else "warned", tried.error)


@pytest.mark.parametrize("comparison", ["< 1", "<= 1.0", "> 1", ">= 1.0", "== true ? true : x.y"])
def test_a_comparison_with_null_denies(comparison: str) -> None:
    """A number that nobody knows satisfies no threshold, from whichever side it is asked."""
    facts = replace(FACTS, data=(replace(FACTS.data[0], age_days=None),))
    when = f"data[0].age_days {comparison}".replace("x.y", "people.x")
    assert outcome(when, facts).outcome == "error"
    assert outcome(f"!({when})", facts).outcome == "error"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), {"nonfinite": "nan", "value": None}])
@pytest.mark.parametrize("when", ["v >= 0.8", "v < 0.8", "!(v < 0.8)", "!(v >= 0.8)", "v == v && v > -1.0"])
def test_a_number_that_is_not_finite_passes_no_threshold(value: Any, when: str) -> None:
    assert outcome(f"metrics.s.m.all(v, {when})", with_metric(value)).outcome == "error"
    assert outcome(f"metrics.s.m.all(v, {when})", with_metric(0.9, value)).outcome in ("error", "denied")


ARITHMETIC = [
    "metrics.s.m.all(v, v >= 0.5)",
    "metrics.s.m.all(v, v >= 1)",
    "metrics.s.m.all(v, v <= 0)",
    "metrics.s.m.all(v, v == 1)",
    "metrics.s.m.all(v, 1.0 - v < 0.4)",
    "metrics.s.m.all(v, v - 0.5 >= 0.0)",
    "metrics.s.m.all(v, v * 2.0 > 1.5)",
    "metrics.s.m.all(a, incumbent_metrics.s.m.all(b, a - b >= -0.01))",
    "metrics.s.m.all(a, incumbent_metrics.s.m.all(b, (a - b) / b <= 0.05))",
    "metrics.s.m.all(v, v in [0, 1])",
    "candidates < 3 && release.version > incumbent.version",
]


@pytest.mark.parametrize("when", ARITHMETIC)
@pytest.mark.parametrize("value", [0, 1, 0.5])
def test_users_never_convert_numbers(when: str, value: float) -> None:
    """A perfect metric of 1 is a number like any other: nothing but a verdict comes out."""
    assert outcome(when, with_metric(value)).error == ""


@given(st.integers(-(2**53) + 1, 2**53 - 1), st.integers(-3, 3), st.sampled_from(ARITHMETIC))
@example(1, 1, ARITHMETIC[0])
def test_integers_and_doubles_give_the_same_verdict(value: int, incumbent: int, when: str) -> None:
    whole = outcome(when, with_metric(value, incumbent=incumbent))
    assert whole == outcome(when, with_metric(float(value), incumbent=float(incumbent)))


def test_mixing_whole_and_decimal_numbers_says_what_to_write() -> None:
    for when in ("candidates - 1 > 0", "1 - candidates < 2", "metrics.holdout.auc[0] - 0.1 > 0"):
        assert outcome(when).error.endswith("(facts hold decimal numbers: write 1.0 for 1)")


def test_an_error_beside_a_true_is_hidden_by_or_and_not_by_and() -> None:
    """What docs/policy.md warns of."""
    assert outcome("true || people.boss == ''").outcome == "passed"
    assert outcome("people.boss == '' && true").outcome == "error"
    assert outcome("[1.0, null].exists(v, v > 0)").outcome == "passed"
    assert outcome("[1.0, null].all(v, v > 0)").outcome == "error"


def test_a_metric_without_values_is_not_there() -> None:
    """`all` over nothing would be true."""
    assert outcome("metrics.s.m.all(v, v >= 0.8)", with_metric()).outcome == "error"


@pytest.mark.parametrize("text", ["paul\0x", "paul\ud800"])
def test_text_that_the_engine_would_cut_is_judged_by_no_rule(text: str) -> None:
    people = replace(FACTS.people, producers=(text,))
    for facts in (replace(FACTS, people=people), replace(FACTS, metrics={"s": {text: (1.0,)}})):
        assert outcome("true", facts).outcome == "error"


@pytest.mark.parametrize("value", [2**53, 10**400, b"x", object(), "2026-01-01", "no time"])
def test_facts_that_no_record_holds_are_judged_by_no_rule(value: Any) -> None:
    facts = replace(FACTS, now=value) if isinstance(value, str) else with_metric(value)
    assert (outcome("true", facts).outcome, outcome("true", facts, severity="warn").outcome) == ("error", "warned")


@pytest.mark.parametrize("size", [3, 4, 5, 8])
def test_iteration_bombs_end(size: int) -> None:
    """10^6 steps and more cost no more than the budget."""
    when = "true"
    for n in range(size):
        when = f"{list(range(100))}.all(v{n}, {when})"
    assert outcome(when).error == "Iteration budget exceeded"
    facts = replace(FACTS, data=FACTS.data * 3000)
    assert outcome("data.all(a, data.all(b, a.name == b.name))", facts).error == "Iteration budget exceeded"


@pytest.mark.parametrize(
    "when",
    [
        "(" * 60_000 + "1" + ")" * 30_000,
        "[" * 20_000 + "]" * 20_000,
        "name" + ".a" * 20_000,
        "+".join(["1"] * 30_000) + " == 1",
        "true ? " * 5_000 + "true" + " : true" * 5_000,
        "-" * 50_001 + "1 == 1",
        "x" * 99_000,
        "['" + "a" * 100 + "']" + ".map(a, a + a)" * 40 + " == []",
        "true" + " " * 200_000,
    ],
)
def test_bombs_of_syntax_end(when: str) -> None:
    assert outcome(when).outcome in ("error", "denied")


FRAGMENTS = st.sampled_from(
    [
        "now", "kind", "data", "runs", "metrics", "release", "incumbent", "people", "candidates", "owner", "tags", "x",
        ".all(x, ", ".exists(x, ", ".map(x, ", "has(", "size(", "timestamp(", "duration('1h')", "matches('.*')", "[0]",
        "(", ")", "[", "]", "{", "}", ".", ",", "?", ":", "==", "!=", "<", ">=", "&&", "||", "!", "-", "+", "*", "/",
        " in ", "%", "null", "true", "false", "0", "1", "1.0", "1u", "-9223372036854775808", "1e308", "'a'", '"',
        "b'\\xff'",
        ".age_days", ".members", ".role", ".auc", ".holdout", "dyn(", "int(", "string(", "type(", "//", "\n", "\0", "é",
    ]
)  # fmt: skip
RULE_TEXTS = st.lists(FRAGMENTS, max_size=12).map("".join) | st.text(max_size=30)


@given(RULE_TEXTS)
@settings(max_examples=400)
def test_no_rule_text_makes_the_gate_raise(when: str) -> None:
    tried = outcome(when)
    assert tried.outcome in ("passed", "denied", "error")
    fault = static_fault(when)
    assert fault is None or (tried.outcome, tried.error) == ("error", fault)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
METRICS = st.dictionaries(
    st.text(), st.dictionaries(st.text(), st.lists(VALUES, max_size=3).map(tuple), max_size=2), max_size=2
)


ODD_FACTS = st.builds(
    replace,
    st.just(FACTS),
    metrics=METRICS,
    incumbent_metrics=METRICS,
    candidates=st.floats() | st.integers(),
    owner=st.none() | st.text(),
    tags=st.lists(st.text()).map(tuple),
)


@given(ODD_FACTS, RULE_TEXTS)
@settings(max_examples=60)
def test_no_fact_makes_the_gate_raise(facts: Facts, when: str) -> None:
    texts = [when, "true", "tags.all(t, t != owner)", "metrics.all(s, metrics[s].all(m, metrics[s][m].all(v, v > 0)))"]
    decision = decide(facts, {"p": Policy(rules={f"r{n}": rule(text) for n, text in enumerate(texts)})})
    assert len(decision.tried) == len(texts)


@given(st.permutations(["a.x", "a.y", "b.x", "c.z"]))
def test_the_order_of_rules_does_not_matter(order: list[str]) -> None:
    texts = {"a.x": "true", "a.y": "false", "b.x": "nonsense", "c.z": "candidates > 0"}
    policies: dict[str, Policy] = {}
    for name in order:
        policy, _, own = name.partition(".")
        rules = policies[policy].rules if policy in policies else {}
        policies[policy] = Policy(rules={**rules, own: rule(texts[name])})
    decision = decide(FACTS, policies)
    assert [f"{each.policy}.{each.rule} {each.outcome}" for each in decision.tried] == [
        "a.x passed",
        "a.y denied",
        "b.x error",
        "c.z passed",
    ]
    assert not decision.allowed


def test_every_rule_is_tried_and_those_that_fail_say_what_to_do() -> None:
    decision = decide(FACTS, {"p": Policy(rules={"a": rule("false"), "b": rule("true"), "c": rule("1 / 0 == 1")})})
    assert [(each.message, each.remedy) for each in decision.tried] == [
        ("not so", "do this"),
        ("", ""),
        ("not so", "do this"),
    ]
    assert decide(FACTS, {}).allowed
    assert decide(FACTS, {"p": Policy(rules={"a": rule("false", severity="warn")})}).allowed


def test_a_remedy_names_what_the_request_is_about_and_nothing_else() -> None:
    policy = Policy(
        rules={
            "r": Rule(
                when="false",
                message="{name}",
                remedy="gitprov diff {incumbent} {candidate}; {name} to {stage}; {other} {now} {{name}}",
            )
        }
    )
    (tried,) = decide(FACTS, {"p": policy}).tried
    assert tried.message == "{name}"
    assert tried.remedy == (
        "gitprov diff fraud.churn@v1 fraud.churn@v2; fraud.churn to production; {other} {now} {fraud.churn}"
    )
    (first,) = decide(replace(FACTS, incumbent=None), {"p": policy}).tried
    assert first.remedy.startswith("gitprov diff {incumbent} fraud.churn@v2; ")


@pytest.mark.parametrize(
    ("fields", "judged"),
    [
        ({}, True),
        ({"scope": ("fraud",)}, True),
        ({"scope": ("fraud.churn",)}, True),
        ({"scope": ("fraud.churn.eu",)}, False),
        ({"scope": ("frau",)}, False),
        ({"scope": ("credit", "fraud")}, True),
        ({"stages": ("production",)}, True),
        ({"stages": ("staging",)}, False),
        ({"applies_to": ("rollback", "withdraw")}, False),
        ({"applies_to": ("promote",), "stages": ("production",), "scope": ("fraud",)}, True),
    ],
)
def test_a_rule_judges_what_it_says_that_it_judges(fields: dict[str, Any], judged: bool) -> None:
    policies = {"p": Policy(rules={"r": replace(rule("true"), **fields)})}
    assert len(decide(FACTS, policies).tried) == judged


def test_a_dotted_prefix_ends_at_a_dot() -> None:
    near = replace(FACTS, name="fraudster")
    assert not decide(near, {"p": Policy(rules={"r": rule("false", scope=("fraud",))})}).tried
    own = replace(FACTS, name="fraud")
    assert decide(own, {"p": Policy(rules={"r": rule("false", scope=("fraud",))})}).tried


def test_a_rule_applies_to_promotions_unless_it_says_more() -> None:
    plain = Rule(when="false", message="m", remedy="r")
    kinds = [kind for kind in EVERY if decide(replace(FACTS, kind=kind), {"p": Policy(rules={"r": plain})}).tried]
    assert kinds == ["promote"]
