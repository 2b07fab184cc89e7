"""What the environment of a command is (D3, D4; docs/format.md, "Environment")."""

import getpass
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from gitprov.adapters.host import LocalHost
from gitprov.adapters.host.interpreter import find_interpreter
from gitprov.ids import digest_of, sha256_of
from gitprov.ids.names import is_name
from gitprov.ports.host import Host
from gitprov.records import Environment

IMAGE = "registry.example/img@sha256:" + "a" * 64


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return LocalHost(str(tmp_path))


@pytest.fixture(scope="session")
def other_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with two packages of its own, not the one that runs the tests."""
    folder = tmp_path_factory.mktemp("env")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    [site] = folder.glob("lib/python*/site-packages")
    for name, version in (("Alpha_Pkg", "1.0"), ("beta", "2.1.0+cu121")):
        info = site / f"{name}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    return folder / "bin" / "python"


def environment(
    host: Host, *command: str, container: str | None = None, locks: Mapping[str, bytes] | None = None
) -> Environment:
    variables = ["OMP_NUM_THREADS", "UNSET"]
    return host.environment(command, ".", locks=locks or {}, container=container, variables=variables)


LINES = b"alpha-pkg==1.0\nbeta==2.1.0+cu121\n"


def test_the_packages_of_the_interpreter_that_runs(host: Host, other_python: Path) -> None:
    found = environment(host, str(other_python), "train.py")
    assert found.packages == sha256_of(LINES)
    assert found.digest == digest_of(
        {"container": None, "locks": [], "packages": sha256_of(LINES), "variables": found.variables or {}}
    )
    assert found.python == ".".join(map(str, sys.version_info[:3]))
    assert (found.locks, found.container) == (None, None)
    assert environment(host, sys.executable).packages != found.packages


def test_an_installed_package_changes_it(host: Host, other_python: Path) -> None:
    [site] = other_python.parents[1].glob("lib/python*/site-packages")
    before = environment(host, str(other_python))
    shutil.copytree(site / "beta-2.1.0+cu121.dist-info", site / "gamma-3.dist-info")
    (site / "gamma-3.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: gamma\nVersion: 3\n")
    assert environment(host, str(other_python)).packages == sha256_of(LINES + b"gamma==3\n")
    shutil.rmtree(site / "gamma-3.dist-info")
    assert environment(host, str(other_python)) == before


def test_what_isolation_would_hide_counts(
    host: Host, other_python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "more" / "delta-4.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: delta\nVersion: 4\n")
    (tmp_path / "json.py").write_text("raise SystemExit('the project is not imported')")
    monkeypatch.setenv("PYTHONPATH", "more")
    assert environment(host, str(other_python)).packages == sha256_of(LINES + b"delta==4\n")


def test_a_lock_decides_and_the_machine_does_not(
    host: Host, other_python: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D3: interpreter patch, system and hardware are in the run only: two clones with one lock share one recipe."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    lock = {"uv.lock": b"one", "a.lock": b"two"}
    found = environment(host, str(other_python), locks=lock)
    assert found.digest == digest_of(
        {
            "container": None,
            "locks": [{"path": path, "sha256": sha256_of(lock[path])} for path in ("a.lock", "uv.lock")],
            "variables": {"OMP_NUM_THREADS": "1"},
        }
    )
    assert found.packages == sha256_of(LINES)
    assert (
        environment(host, "ls", locks=lock).digest
        == environment(host, sys.executable, locks=lock).digest
        == found.digest
    )
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert environment(host, str(other_python), locks=lock).digest != found.digest


def test_a_container_decides(host: Host) -> None:
    found = environment(host, "ls", container=IMAGE)
    assert found.digest == digest_of({"container": IMAGE, "locks": [], "variables": {}})
    assert (found.container, found.packages, found.python) == (IMAGE, None, None)


def test_what_is_not_python_is_unknown(host: Host) -> None:
    found = environment(host, "ls")
    assert (found.digest, found.packages, found.python, found.variables) == ("unknown", None, None, None)


def test_hardware_and_platform_in_words(host: Host) -> None:
    found = environment(host, "ls")
    assert found.hardware
    assert re.fullmatch(rf"\S+ \S+, {os.cpu_count()} x .+, \d+ GiB memory(, \d+ x .+)*", found.hardware)
    assert "Linux" in found.hardware or sys.platform != "linux"


def test_accelerators_are_named(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "bin" / "nvidia-smi"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\nfor i in 1 2; do echo 'NVIDIA A100-SXM4-80GB, 81920 MiB, 535.54'; done\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:{os.environ['PATH']}")
    assert str(environment(host, "ls").hardware).endswith(", 2 x NVIDIA A100-SXM4-80GB 81920 MiB (driver 535.54)")
    tool.write_text("#!/bin/sh\necho 'no device' >&2; exit 9\n")
    assert str(environment(host, "ls").hardware).endswith(" GiB memory")


def test_how_a_python_is_found(tmp_path: Path, other_python: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripts = {
        "env": "#!/usr/bin/env python3\n", "split": "#!/usr/bin/env -S X=1 python3 -u\n", "bash": "#!/bin/bash\n",
        "direct": f"#!{other_python} -u\n", "none": "print()\n", "train.py": "#!/usr/bin/env python3\n",
        "long": f"#!/bin/sh\n'''exec' {other_python} \"$0\" \"$@\"\n' '''\n", "gone": "#!/no/such/python\n",
    }  # fmt: skip
    for name, text in scripts.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    python3 = tmp_path / "bin" / "python3"
    python3.parent.mkdir()
    python3.symlink_to(other_python)
    (tmp_path / "bin" / "tool").symlink_to(tmp_path / "direct")
    (tmp_path / "renamed").symlink_to(os.path.realpath(sys.executable))
    monkeypatch.setenv("PATH", f"{python3.parent}:{os.environ['PATH']}")

    def found(*command: str) -> str | None:
        return find_interpreter(command, str(tmp_path))

    for command in (["python3"], ["./env"], ["./split", "x"], ["./train.py"], ["X=1", "python3", "a"],
                    ["env", "X=1", "python3"], ["sh", "-c", "X=1 python3 train.py --a 'b c'"]):  # fmt: skip
        assert found(*command) == str(python3), command
    for command in (["./direct"], ["./long"], ["tool"], ["bash", "-c", "tool"]):
        assert found(*command) == str(other_python), command
    assert found("./renamed") == f"{tmp_path}/./renamed"
    for command in (["./bash"], ["./none"], ["./gone"], ["ls"], ["no-such-thing"], ["train.py"], [], ["X=1"],
                    ["sh", "-c", "python3 a.py && ls"], ["sh", "-c", "python3 'a"], ["sh", "x"]):  # fmt: skip
        assert found(*command) is None, command


def test_an_interpreter_that_does_not_answer_is_unknown(host: Host, tmp_path: Path) -> None:
    broken = tmp_path / "python3"
    for text in ("#!/bin/sh\nexit 1\n", "#!/bin/sh\necho nonsense\n", "#!/bin/sh\necho '{}'\n", "#!/bin/sh\n"):
        broken.write_text(text)
        broken.chmod(0o755)
        assert environment(host, str(broken)).digest == "unknown"


@pytest.mark.parametrize(
    ("login", "person"),
    [
        ("ada", "ada"), ("Ada.Lovelace", "ada.lovelace"), ("DOMAIN\\ada", "domain-ada"), ("josé", "jose"),
        ("ada..b__c", "ada.b_c"), ("-x-", "x"), ("build.lock", None), ("日本", None), ("a" * 300, "a" * 100),
        ("ada@example.org", "ada-example.org"),
    ],
)  # fmt: skip
def test_person(host: Host, monkeypatch: pytest.MonkeyPatch, login: str, person: str | None) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, login)
    assert getpass.getuser() == login
    assert is_name(host.person())
    assert host.person() == (person or f"user-{os.getuid()}")


LOCKS = {
    "requirements.txt": b"Alpha.Pkg==1.1 \\\n    --hash=sha256:00\nbeta == 2.1.0  # fine\nabsent==9\n"
    b"beta==9 ; sys_platform == 'nowhere'\n-r other.txt\n",
    "requirements-dev.txt": b"alpha_pkg>=0.5\nbeta @ file:///x\n",
    "uv.lock": b"version = 1\n[[package]]\nname = 'alpha-pkg'\nversion = '1.0'\n[[package]]\nname = 'alpha-pkg'\n"
    b"version = '0.9'\n[[package]]\nname = 'beta'\nversion = '2.0'\n[[package]]\nname = 'beta'\nversion = '1.9'\n"
    b"[[package]]\nname = 'project'\nsource = { editable = '.' }\n",
    "sub/poetry.lock": b"[[package]]\nname = 'Beta'\nversion = '3'\n",
    "pylock.toml": b"lock-version = '1.0'\ncreated-by = 'x'\n[[packages]]\nname = 'alpha-pkg'\nversion = '7'\n"
    b"marker = \"os_name == 'nowhere'\"\ndirectory = { path = '.' }\n[[packages]]\nname = 'beta'\nversion = '4'\n"
    b"directory = { path = '.' }\n",
    "Pipfile.lock": b'{"default": {"alpha-pkg": {"version": "==5"}, "x": {"git": "u"}}, "develop": {}}',
    "renv.lock": b"{}",
}


def test_locks_that_disagree_with_what_is_installed(host: Host, other_python: Path) -> None:
    assert host.disagreements([str(other_python)], ".", LOCKS) == [
        "alpha-pkg 1.0 is installed, Pipfile.lock says 5",
        "beta 2.1.0+cu121 is installed, pylock.toml says 4",
        "alpha-pkg 1.0 is installed, requirements.txt says 1.1",
        "beta 2.1.0+cu121 is installed, sub/poetry.lock says 3",
        "beta 2.1.0+cu121 is installed, uv.lock says 1.9 or 2.0",
    ]
    assert host.disagreements(["ls"], ".", LOCKS) == []


@pytest.mark.parametrize("name", list(LOCKS))
@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"[", b"{}", b"[[package]]\nname = 3\nversion = 1\n", b'{"default": 1}']
)
def test_a_lock_that_cannot_be_read_says_nothing(host: Host, other_python: Path, name: str, data: bytes) -> None:
    assert host.disagreements([str(other_python)], ".", {name: data}) == []
