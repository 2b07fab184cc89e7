"""Policies as people write them, from the work tree and from bytes of anywhere."""

from pathlib import Path

import pytest

from gitprov.adapters.settings import StrictReader
from gitprov.errors import GitprovError
from gitprov.records.policies import Case, Policy, Rule
from gitprov.records.settings import CatalogEntry, Project, StageSettings
from gitprov.wiring import project as wiring
from tests.support import Repo

TEXT = """\
schema: gitprov/policy/v1
rules:
  small:
    when: |
      candidates
        <= 3
    message: too many
    remedy: # to be said
      fewer
    severity: warn
    scope: [fraud, credit.risk]
    stages: [prod]
    applies_to: [promote, rollback]
    cases:
      - {name: three, facts: {candidates: 3}, passes: yes}
"""
RULE = Rule(
    when="candidates\n  <= 3\n",
    message="too many",
    remedy="fewer",
    severity="warn",
    scope=("fraud", "credit.risk"),
    stages=("prod",),
    applies_to=("promote", "rollback"),
    cases=(Case(name="three", facts={"candidates": 3}, passes=True),),
)


def policies_in(files: dict[str, str]) -> dict[str, object]:
    read = {name: StrictReader().read(f".gitprov/policies/{name}", text.encode()) for name, text in files.items()}
    return {name.removesuffix(".yaml"): policy for name, policy in read.items()}


def test_a_policy_as_people_write_it() -> None:
    files = {"a.yaml": TEXT.replace("yes", "true"), "team.b.yaml": "schema: gitprov/policy/v1\n"}
    assert policies_in(files) == {"a": Policy(rules={"small": RULE}), "team.b": Policy()}


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("", "", r"GP-SCH-002: .*:15: field rules\.small\.cases\[0\]\.passes must be bool"),
        ("severity: warn", "severity: waive", r"GP-SCH-002: .*:10: field rules\.small\.severity must be one of"),
        ("severity: warn", "sevirity: warn", r"GP-SCH-002: .*sevirity is unknown: did you mean severity\?"),
        ("    message: too many\n", "", r"GP-SCH-002: .*field rules\.small\.message is missing"),
        ("  small:", "  Small:", r"GP-SCH-002: .*:3: field rules\.Small must be a name"),
        ("[fraud, ", "['fraud.*', ", r"GP-SCH-002: .*:11: field rules\.small\.scope\[0\] must be a name"),
        ("[promote, rollback]", "[deploy]", r"GP-SCH-002: .*:13: field rules\.small\.applies_to\[0\] must be one of"),
        ("[promote, rollback]", "[]", r"GP-SCH-002: .*:3: field rules\.small applies to no kind of request"),
        ("policy/v1", "policy/v2", "GP-SCH-001: .*:1 has the schema"),
        ("message: too", "when: too", "GP-YML-006: .*:7 .*the key 'when' stands twice"),
    ],
)
def test_what_cannot_be_a_rule_is_refused_with_its_line(old: str, new: str, what: str) -> None:
    """A rule that is ignored would be one that somebody relies on and nobody enforces."""
    text = TEXT if not old else TEXT.replace("yes", "true").replace(old, new)
    with pytest.raises(GitprovError, match=what):
        policies_in({"a.yaml": text})


def test_a_file_that_would_be_overlooked_is_refused() -> None:
    for name in ("a.yml", "A.yaml", "deep/a.yaml"):
        with pytest.raises(GitprovError, match=f"GP-IMM-003: .gitprov/policies/{name}"):
            policies_in({name: TEXT})


def test_bytes_are_read_by_their_path() -> None:
    reader = StrictReader()
    policy = TEXT.replace("yes", "true").encode()
    assert reader.read(".gitprov/policies/a.yaml", policy) == Policy(rules={"small": RULE})
    entry = b"schema: gitprov/catalog/v1\nowner: ada\n"
    assert reader.read(".gitprov/catalog/fraud.churn.yaml", entry) == CatalogEntry(owner="ada")
    project = b"schema: gitprov/project/v1\nstages: {prod: {}}\n"
    assert reader.read(".gitprov/project.yaml", project) == Project(stages={"prod": StageSettings()})
    assert reader.lines(".gitprov/policies/a.yaml", policy)["rules.small.cases[0].passes"] == 15
    for path in (
        ".gitprov/policies/../project.yaml",
        ".gitprov/tags.yaml",
        "policies/a.yaml",
        ".gitprov/catalog/A.yaml",
    ):
        with pytest.raises(GitprovError, match="GP-IMM-003"):
            reader.read(path, policy)
    with pytest.raises(GitprovError, match="GP-SCH-001"):
        reader.read(".gitprov/catalog/a.yaml", policy)


def test_a_bare_repository_reads_settings_too(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gates are judged again wherever the records are."""
    repo.git("clone", "--quiet", "--bare", repo.path, tmp_path / "bare.git")
    monkeypatch.chdir(tmp_path / "bare.git")
    assert wiring.Project().reader.read(".gitprov/policies/a.yaml", b"schema: gitprov/policy/v1") == Policy()
