"""docs/policy.md shows a policy that works."""

import re
from pathlib import Path

from gitprov.adapters.settings import StrictReader
from gitprov.policy.cases import check_policy
from gitprov.records.policies import Policy

PAGE = (Path(__file__).parents[2] / "docs" / "policy.md").read_text("utf-8")


def test_the_example_passes_its_cases() -> None:
    (text,) = re.findall(r"```yaml policy\n(.*?)```", PAGE, re.DOTALL)
    path = ".gitprov/policies/example.yaml"
    policy = StrictReader().read(path, text.encode())
    assert isinstance(policy, Policy)
    assert list(check_policy(policy, path, StrictReader().lines(path, text.encode()))) == []
    assert len(policy.rules["auc"].cases) == 3
