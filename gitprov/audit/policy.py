"""`gitprov policy test`: the cases of the rules in the work tree. docs/policy.md."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from gitprov.errors import Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.policy.cases import check_policy
from gitprov.ports.settings import SettingsReader
from gitprov.ports.worktree import WorkTree
from gitprov.records.policies import Policy, Rule
from gitprov.records.stored import ROOT

FOLDER = f"{ROOT}/policies"


@dataclass(frozen=True, slots=True)
class PolicyTest:
    """What testing policies gave.

    Attributes:
        policies: Their names, sorted.
        rules: How many rules were tried.
        cases: How many cases these have.
        findings: Everything that is wrong.
    """

    policies: tuple[str, ...]
    rules: int
    cases: int
    findings: tuple[Finding, ...]


def check_policies(worktree: WorkTree, reader: SettingsReader, names: Sequence[str] = ()) -> PolicyTest:
    """Runs the cases of policies in the work tree; of all when none is named.

    Raises:
        GitprovError: GP-NAM-001 when no policy has such a name.
    """
    there = [(PurePosixPath(path).stem, path) for path in worktree.files(FOLDER)]
    unknown = sorted(set(names) - {name for name, _ in there})
    if unknown:
        raise codes.NAM_UNKNOWN.error(
            f"no policy is called {unknown[0]}",
            why=f"{FOLDER} has {', '.join(name for name, _ in there) or 'none'}",
            fix="gitprov policy starters",
        )
    chosen = [(name, path) for name, path in there if not names or name in names]
    rules: list[Rule] = []
    findings: list[Finding] = []
    for _, path in chosen:
        data = worktree.read(path) or b""
        try:
            policy = reader.read(path, data)
        except GitprovError as error:
            findings.append(error.code.finding(path, error.what, why=error.why, fix=error.fix))
            continue
        if isinstance(policy, Policy):
            rules += policy.rules.values()
            findings += check_policy(policy, path, reader.lines(path, data))
    cases = sum(len(rule.cases) for rule in rules)
    return PolicyTest(tuple(name for name, _ in chosen), len(rules), cases, tuple(findings))
