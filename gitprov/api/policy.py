"""The rules of promotions: `gitprov policy`."""

from gitprov.audit import gates as _gates
from gitprov.audit import policy as _policy
from gitprov.governance import settings as _settings
from gitprov.wiring.opening import open_project
from gitprov.wiring.project import Project


def test(*names: str) -> _policy.PolicyTest:
    """Runs the cases of the rules, of all policies by default, as `gitprov policy test` does."""
    project, _ = open_project()
    return _policy.check_policies(project.worktree, project.reader, names)


def check(release: str, *, to: str) -> _gates.GateCheck:
    """Tries the rules in force on a release and the stage `to`, as `gitprov policy check` does."""
    return _gates.check_gates(Project(), release, to)


def sign(*paths: str, reason: str | None = None, dry_run: bool = False) -> _settings.SettingsSigned:
    """Signs changed settings, so that they come into force, as `gitprov policy sign` does."""
    project, _ = open_project()
    found = [project.git.relative(path) for path in paths]
    return _settings.sign_settings(project, found, reason=reason, dry_run=dry_run)
