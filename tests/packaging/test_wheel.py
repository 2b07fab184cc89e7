"""The built wheel, in an environment of its own, does what the checkout does."""

import subprocess
import sys
from pathlib import Path

import pytest

from gitprov import __version__

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("hooks", "templates")
    for path in (ROOT / folder).rglob("*")
    if path.is_file()
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of a fresh environment that holds the wheel and what it depends on."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    (wheel,) = folder.glob("*.whl")
    run("uv", "venv", "--quiet", "--python", sys.executable, folder / "env")
    install = f"uv pip install --quiet --python {folder}/env --constraint {ROOT}/requirements.lock {wheel}".split()
    try:
        run(*install, "--offline")
    except AssertionError:  # the packages are no longer in uv's cache
        run(*install)
    return folder / "env" / "bin"


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Runs a command that must succeed and returns its stdout."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def test_both_names_start_it(installed: Path, tmp_path: Path) -> None:
    for name in ("gitprov", "git-prov"):
        assert run(installed / name, "--version", cwd=tmp_path) == f"gitprov {__version__}\n"


def test_hooks_and_templates_come_along(installed: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from gitprov.wiring.resources import read_resource as r; print(*map(r, sys.argv[1:]), sep='\\n')"
    )
    out = run(installed / "python", "-c", code, *SHIPPED, cwd=tmp_path)
    assert out.splitlines() == [str((ROOT / name).read_bytes()) for name in SHIPPED]


def test_init_works_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    run(installed / "gitprov", "init", cwd=tmp_path)
    assert (tmp_path / ".gitprov" / ".gitattributes").is_file()
    assert (tmp_path / ".dvc" / "config").is_file()


def test_git_finds_the_manual(installed: Path) -> None:
    for name in ("gitprov.1", "git-prov.1"):
        manual = installed.parent / "share" / "man" / "man1" / name
        assert manual.read_bytes() == (ROOT / "docs" / "man" / name).read_bytes()
