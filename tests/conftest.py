"""Every test runs in an environment of its own making: nothing of the person's configuration reaches git or DVC."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.observed import OPTION, EveryCode, watch
from tests.support import Gitprov, Repo, make_repo

settings.register_profile("ci", derandomize=True, deadline=None, database=None, print_blob=True)
settings.register_profile("explore", deadline=None, database=None, print_blob=True, max_examples=1000)
settings.register_profile(  # for tests/mutation: few examples, one failure is enough, nobody reads the smallest
    "mutation",
    settings.get_profile("ci"),
    max_examples=25,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

GIT_CONFIG = """\
[init]
    defaultBranch = main
[user]
    name = Ada Example
    email = ada@example.org
[commit]
    gpgSign = false
[gc]
    auto = 0
"""
DVC_CONFIG = """\
[core]
    analytics = false
    check_update = false
"""

# Tests write and sync thousands of small files: in memory, where there is room, they take a quarter less time.
MEMORY = Path("/dev/shm")  # noqa: S108 each test gets a folder of its own below it
if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 4 << 30:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

# One home for the process, emptied before each test: libgit2 reads HOME once, when it is loaded.
HOME = Path(tempfile.mkdtemp(prefix="gitprov-home-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)

FOREIGN = (
    *("GIT_", "GITPROV_", "DVC_", "XDG_", "AWS_", "AZURE_", "GOOGLE_", "SSH_", "LC_", "LANG"),
    *("ACTIONS_", "BUILDKITE", "CIRCLECI", "GITHUB_", "GITLAB_", "SIGSTORE_"),  # a job of a forge has an identity
)
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
os.environ.setdefault("UV_CACHE_DIR", str(CACHE / "uv"))
os.environ.setdefault("REAL_CACHE_DIR", str(CACHE / "gitprov-real"))
for _name in list(os.environ):
    if _name.startswith(FOREIGN):
        del os.environ[_name]
os.environ |= {
    "AWS_EC2_METADATA_DISABLED": "true",
    "COLUMNS": "100",
    "DVC_NO_ANALYTICS": "1",
    "DVC_SITE_CACHE_DIR": str(HOME / "dvc-site-cache"),
    "GIT_CONFIG_GLOBAL": str(HOME / ".gitconfig"),
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "HOME": str(HOME),
    "LC_ALL": "C.UTF-8",
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",  # this environment's dvc, gitprov, python
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option that holds the whole run against the catalogue."""
    parser.addoption(OPTION, action="store_true", help="fail unless every code is raised and its remedy run")


def pytest_configure(config: pytest.Config) -> None:
    """Begins to note what gitprov raises."""
    watch()
    config.pluginmanager.register(EveryCode(config))


@pytest.fixture(autouse=True)
def home() -> Path:
    """A home directory with git's and DVC's configuration and nothing else."""
    shutil.rmtree(HOME, ignore_errors=True)
    (HOME / ".config" / "dvc").mkdir(parents=True)
    (HOME / ".config" / "dvc" / "config").write_text(DVC_CONFIG)
    (HOME / ".gitconfig").write_text(GIT_CONFIG)
    return HOME


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A repository with one commit, which is the current directory."""
    made = make_repo(tmp_path / "repo")
    monkeypatch.chdir(made.path)
    return made


@pytest.fixture
def gitprov(capfd: pytest.CaptureFixture[str]) -> Gitprov:
    """The command line: `gitprov("add", "x", cwd=..., status=2)` runs it and returns status, out and err."""
    return Gitprov(capfd)
