"""A20: a branch of somebody else's holds traps; none may fire while gitprov looks at it.

Each trap would make a file, named for it, in a folder that the test watches. What only the owner of a machine can set
(.git/config) is set as well: there the filters, drivers and monitors are switched on that the branch's files name, so
that it is gitprov which leaves them alone, and not git that does not know them.
"""

import os
import shlex
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.promotion.world import Someone

# In .git/config: key to what it runs, "{}" being the trap. Each is one that a read, a diff or a merge can fire.
CONFIG = {
    "core.fsmonitor": "{}",
    "core.sshCommand": "{}",
    "core.pager": "{}",
    "core.editor": "{}",
    "core.askPass": "{}",
    "core.alternateRefsCommand": "{}",
    "pager.log": "{}",
    "pager.diff": "{}",
    "sequence.editor": "{}",
    "diff.external": "{}",
    "diff.trap.command": "{}",
    "diff.trap.textconv": "{}",
    "diff.tool": "trap",
    "difftool.trap.cmd": "{}",
    "filter.trap.clean": "{}",
    "filter.trap.smudge": "{}",
    "filter.trap.process": "{}",
    "merge.trap.driver": "{}",
    "mergetool.trap.cmd": "{}",
    "credential.helper": "!{}",
    "gpg.program": "{}",
    "gpg.ssh.program": "{}",
    "gpg.ssh.defaultKeyCommand": "{}",
    "interactive.diffFilter": "{}",
    "uploadpack.packObjectsHook": "{}",
    "trailer.trap.command": "{}",
    "web.browser": "trap",
    "browser.trap.cmd": "{}",
    "submodule.trap.update": "!{}",
    "remote.origin.uploadpack": "{}",
    "log.showSignature": "true",
    "alias.rev-list": "!{}",
    "alias.diff-tree": "!{}",
    "alias.cat-file": "!{}",
}
ATTRIBUTES = "* filter=trap diff=trap merge=trap ident export-subst\n"
PYTHON = "import os\nopen({!r}, 'w').close()\n"


@pytest.fixture
def sprung(tmp_path: Path) -> Path:
    """The folder where a trap that fires leaves its mark."""
    folder = tmp_path / "sprung"
    folder.mkdir()
    return folder


@pytest.fixture
def trapped(alice: Someone, sprung: Path) -> Someone:
    """A clone that has checked a branch full of traps out."""
    alice("hooks", "uninstall")
    alice.git("switch", "--quiet", "-c", "theirs")
    for path, text in _files(sprung).items():
        alice.repo.write(path, text).chmod(0o755)
    alice.repo.write("README.md", "theirs\n")
    alice.repo.write("data/new.csv", "new\n")
    alice("add", "data/new.csv", "--name", "new", "--kind", "dataset")
    alice.git("add", "--all", "--force")
    alice.git("update-index", "--add", "--cacheinfo", f"160000,{alice.git('rev-parse', 'HEAD')},sub")
    alice.git("commit", "--quiet", "-m", "Look at this")
    alice.git("switch", "--quiet", "main")
    alice.repo.write("README.md", "ours\n")
    alice.git("commit", "--quiet", "--message", "Ours", "README.md")
    alice.repo.write("README.md", "a project\n")
    alice.git("commit", "--quiet", "--message", "As it was", "README.md")
    alice.git("switch", "--quiet", "theirs")
    hooks = alice.repo.path / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-checkout", "post-index-change", "fsmonitor-watchman", "pre-auto-gc", "post-merge", "update"):
        _script(hooks / name, sprung / f"hook-{name}")
    for key, value in CONFIG.items():
        alice.git("config", key, value.format(shlex.quote(str(_script(sprung.parent / "bin" / key, sprung / key)))))
    return alice


def _script(path: Path, mark: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n: > {shlex.quote(str(mark))}\ncat\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def _files(sprung: Path) -> dict[str, str]:
    """Returns what the branch has: files that some tool runs when it comes by."""

    def python(name: str) -> str:
        return PYTHON.format(str(sprung / name))

    def shell(name: str) -> str:
        return f"#!/bin/sh\n: > {shlex.quote(str(sprung / name))}\n"

    command = f"touch {shlex.quote(str(sprung / 'dvc.yaml'))}"
    names = ("conftest", "sitecustomize", "usercustomize", "setup", "gitprov", "click", "json", "cryptography", "yaml")
    return {
        **{f"{name}.py": python(f"{name}.py") for name in names},
        "gitprov/__init__.py": python("package"),
        "trap.pth": f"import os; open({str(sprung / 'pth')!r}, 'w')\n",
        ".env": f"PATH={sprung}\nPYTHONPATH=.\nPYTHONSTARTUP=setup.py\nLD_PRELOAD=./trap.so\n",
        ".envrc": shell("envrc"),
        ".githooks/pre-commit": shell("githooks"),
        ".husky/pre-commit": shell("husky"),
        ".gitattributes": ATTRIBUTES,
        ".gitmodules": f'[submodule "sub"]\n\tpath = sub\n\turl = ext::sh -c "touch {sprung}/ext"\n\tupdate = !touch\n',
        ".gitconfig": f"[core]\n\tfsmonitor = touch {sprung}/gitconfig\n",
        ".lfsconfig": '[lfs]\n\turl = "ext::sh -c touch"\n',
        ".dvc/plugins/trap.py": python("plugin"),
        "dvc.yaml": f"stages:\n  trap:\n    cmd: {command}\n    always_changed: true\n",
        ".pre-commit-config.yaml": f"repos:\n- repo: local\n  hooks:\n  - {{id: a, entry: {command}}}\n",
        "Makefile": f"all:\n\t{command}\n",
        "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "-p conftest"\n',
        ".gitprov/hooks/pre-commit": shell("gitprov-hooks"),
        "git": shell("git"),
        "gitprov.sh": shell("gitprov.sh"),
    }


def test_there_are_traps_enough() -> None:
    """Issue 5 asks for thirty."""
    assert len(CONFIG) + len(_files(Path("x"))) >= 30


LOOKS = (
    ("ci", "check", "--base", "origin/main", "--head", "theirs"),
    ("ci", "check", "--base", "main", "--head", "theirs", "--json"),
    ("verify",),
    ("verify", "origin/main..theirs"),
    ("audit",),
    ("evidence", "verify", "churn/production"),
    ("hook", "pre-commit"),
    ("hook", "reference-transaction"),
    ("hook", "pre-push"),
    ("hook", "pre-receive"),
    ("hooks", "status"),
    ("log",),
    ("why", "raw"),
)


def test_no_trap_fires_while_gitprov_looks(trapped: Someone, sprung: Path) -> None:
    """A20: whatever it finds, it runs nothing of the branch, in whose files it stands."""
    for one in sprung.iterdir():
        one.unlink()  # what `git commit` and `git switch` ran for the person who did so
    for look in LOOKS:
        done = _look(trapped, *look)
        assert done.returncode in (0, 1, 2, 3), (look, done.stderr)
        assert (look, sorted(path.name for path in sprung.iterdir())) == (look, [])


def test_the_traps_work(trapped: Someone, sprung: Path) -> None:
    """Else nothing that the test above says is worth anything: git itself runs into them."""
    trapped.repo.write("setup.py", "changed\n")
    for words in (["status"], ["diff", "--ignore-submodules=none"], ["merge", "main"], ["add", "--all"]):
        subprocess.run(["git", *words], cwd=trapped.repo.path, capture_output=True, check=False)
    subprocess.run([sys.executable, "-c", "import conftest"], cwd=trapped.repo.path, check=False)
    fired = {path.name for path in sprung.iterdir()}
    assert {"core.fsmonitor", "diff.trap.command", "filter.trap.process", "conftest.py"} <= fired


def _look(someone: Someone, *words: str) -> subprocess.CompletedProcess[str]:
    head, zero = someone.git("rev-parse", "HEAD"), "0" * 40
    given = {
        "reference-transaction": f"{zero} {head} refs/heads/theirs\n",
        "pre-push": f"refs/heads/theirs {head} refs/heads/theirs {zero}\n",
        "pre-receive": f"{zero} {head} refs/heads/theirs\n",
    }
    return subprocess.run(
        ["gitprov", *words],
        cwd=someone.repo.path,
        input=given.get(words[-1], ""),
        capture_output=True,
        text=True,
        check=False,
        env=os.environ,
    )
