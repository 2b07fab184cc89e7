"""Which settings judge a request: those in force after the first parent of the step, and only those in scope (A16)."""

from gitprov.check.evidence import again, policy_digest
from tests.unit.check.story import Story, outcomes, same

NO = b"""\
schema: gitprov/policy/v1
rules:
  never:
    when: "false"
    message: Nothing passes
    remedy: none
"""
YES = NO.replace(b'"false"', b'"true"')


def narrow(line: str) -> bytes:
    """Returns the rule that denies all, with one line more."""
    return NO + f"    {line}\n".encode()


def test_only_rules_in_scope_are_tried() -> None:
    story = Story()
    policies = {
        "all": NO,
        "staging": narrow("stages: [staging]"),
        "neighbour": narrow("scope: [chur]"),
        "own": narrow("scope: [churn]"),
        "back": narrow("applies_to: [rollback]"),
    }
    for name, data in policies.items():
        story.landing.set(f".gitprov/policies/{name}.yaml", data)
    story.change()
    assert outcomes(story.collect()) == {"all/never": "denied", "own/never": "denied"}
    assert outcomes(story.collect(kind="rollback")) == {"back/never": "denied"}


def test_a_rule_that_only_warns_refuses_nothing() -> None:
    story = Story()
    story.landing.set(".gitprov/policies/all.yaml", narrow("severity: warn"))
    story.change()
    evidence = story.collect()
    assert outcomes(evidence) == {"all/never": "warned"}
    assert evidence.allowed


def test_a_policy_that_is_weakened_in_the_same_step_still_judges() -> None:
    story = Story()
    story.landing.set(".gitprov/policies/all.yaml", NO)
    story.change()
    evidence = story.collect()
    step = story.land(evidence)
    story.landing.set(".gitprov/policies/all.yaml", YES)
    story.landing.set(".gitprov/policies/new.yaml", NO)
    assert same(again(story.landed(), step, evidence), evidence)
    assert outcomes(again(story.landed(), step + 1, evidence)) == {"all/never": "passed", "new/never": "denied"}
    assert not same(again(story.landed(), step + 1, evidence), evidence), "and later it is other evidence"


def test_what_is_in_force_and_cannot_be_read_refuses() -> None:
    """Closed when in doubt: a rule that needs a tag must not pass for want of a catalog."""
    story = Story()
    story.change()
    for path in (".gitprov/policies/bad.yaml", ".gitprov/catalog/churn.yaml"):
        story.landing.set(path, b"rules: [")
        name = path.rpartition("/")[2].removesuffix(".yaml") if "policies" in path else "catalog"
        evidence = story.collect()
        assert outcomes(evidence) == {f"{name}/readable": "error"}
        assert not evidence.allowed
        story.landing.set(path, None)
    assert outcomes(story.collect()) == {}


def test_the_catalog_tells_owner_and_tags() -> None:
    story = Story()
    rule = NO.replace(b'"false"', b"""owner == 'olga' && 'regulated' in tags""")
    story.landing.set(".gitprov/policies/all.yaml", rule)
    story.change()
    assert outcomes(story.collect()) == {"all/never": "denied"}
    entry = b"schema: gitprov/catalog/v1\nowner: olga\ntags: [regulated]\n"
    story.landing.set(".gitprov/catalog/churn.yaml", entry)
    assert outcomes(story.collect()) == {"all/never": "passed"}


def test_people_come_from_signatures() -> None:
    story = Story()
    rule = (
        "people.requester == 'pia' && people.producers == ['paul'] && people.evaluators == ['eva']"
        " && people.authors == ['paul'] && people.owners == ['olga']"
    )
    story.landing.set(".gitprov/policies/all.yaml", NO.replace(b'"false"', f'"{rule}"'.encode()))
    story.change()
    assert outcomes(story.collect()) == {"all/never": "passed"}


def test_runs_and_members_are_told_as_they_were_recorded() -> None:
    story = Story()
    rule = (
        "runs.size() == 1 && runs.all(r, r.step == 'train' && r.makes_member && r.seeded && r.accepted && !r.dirty"
        " && r.locks == ['uv.lock'] && r.container == null && !r.environment_observed && !r.inputs_changed"
        " && 'params' in r.declared && r.signed_by == ['paul'])"
        " && release.members.exists(m, m.role == 'model' && m.remade)"
        " && release.members.exists(m, m.role == 'filter' && !m.remade)"
        " && data.all(d, d.age_days > 10.0 && d.age_days < 12.0) && candidates == 1.0 && evaluations.size() == 1"
    )
    story.landing.set(".gitprov/policies/all.yaml", NO.replace(b'"false"', f'"{rule}"'.encode()))
    story.change()
    assert outcomes(story.collect()) == {"all/never": "passed"}


def test_a_schema_is_a_member_or_what_a_member_was_made_from() -> None:
    story = Story()
    rule = "schemas.exists(s, s.role == 'model' && s.incumbent == null && s.candidate == release.members[0].content)"
    story.landing.set(".gitprov/policies/all.yaml", NO.replace(b'"false"', f'"{rule}"'.encode()))
    columns = story.book.add("columns", b"columns", kind="schema")
    made = story.book.make(
        "train", {"raw": story.raw, "schema": columns}, {"model": ("churn", b"model 2")}, kind="model"
    )
    story.second = made["model"]
    story.seal(a=columns)
    assert outcomes(story.collect()) == {"all/never": "passed"}
    rule = "schemas.all(s, s.role == 'schema' && s.incumbent == null && s.candidate == release.members[1].content)"
    story.landing.set(".gitprov/policies/all.yaml", NO.replace(b'"false"', f'"{rule}"'.encode()))
    story.second = story.first
    story.seal(schema=columns)
    assert outcomes(story.collect()) == {"all/never": "passed"}


def test_the_digest_of_the_settings_is_that_of_what_judges_and_not_of_a_neighbour() -> None:
    story = Story()

    def digest() -> str:
        return policy_digest(story.landed(), story.landing.head + 1, "churn", "production")

    before = digest()
    for path, data in {
        ".gitprov/policies/other.yaml": narrow("scope: [fraud]"),
        ".gitprov/policies/staging.yaml": narrow("stages: [staging]"),
        ".gitprov/catalog/fraud.yaml": b"schema: gitprov/catalog/v1\n",
    }.items():
        story.landing.set(path, data)
        assert digest() == before
    seen = {before}
    for path, data in {
        ".gitprov/policies/all.yaml": NO,
        ".gitprov/policies/back.yaml": narrow("applies_to: [rollback]"),
        ".gitprov/policies/broken.yaml": b"rules: [",
        ".gitprov/catalog/churn.yaml": b"schema: gitprov/catalog/v1\n",
        ".gitprov/project.yaml": b"schema: gitprov/project/v1\n",
    }.items():
        story.landing.set(path, data)
        assert digest() not in seen
        seen.add(digest())
