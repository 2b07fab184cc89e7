"""Running the user's command, and noting what it reads (D3: undeclared inputs)."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from gitprov.adapters.host import LocalHost
from gitprov.errors import GitprovError
from gitprov.ports.host import Executed

PYTHON = sys.executable


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "repo" / "sub").mkdir(parents=True)
    return tmp_path / "repo"


def run(
    root: Path, *command: str, cwd: str = ".", watch: bool = True, variables: Mapping[str, str] | None = None
) -> Executed:
    return LocalHost(str(root)).run(command, cwd, variables=variables or {}, watch=watch)


def read_by(root: Path, code: str) -> set[str]:
    """Runs Python code in `root` and returns what it read, relative to there."""
    (root / "main.py").write_text(code)
    done = run(root, PYTHON, "main.py")
    assert done.exit == 0
    return {os.path.relpath(path, root) for path in done.opened} - {"main.py"}


def test_status_place_and_variables(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    done = run(
        root,
        "sh",
        "-c",
        'echo "$(basename "$PWD") $GREETING"; echo oops >&2; exit 7',
        cwd="sub",
        variables={"GREETING": "hi"},
    )
    assert (done.exit, done.opened) == (7, ())
    assert capfd.readouterr() == ("sub hi\n", "oops\n")
    assert "GREETING" not in os.environ
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", done.started)
    assert done.started <= done.finished


def test_a_signal_is_128_and_its_number(root: Path) -> None:
    assert run(root, "sh", "-c", "kill -9 $$").exit == 137


@pytest.mark.parametrize("command", [["no-such-program"], ["./main.txt"], ["./sub"], ["a\0b"], ["./plain"]])
def test_what_cannot_be_started(root: Path, command: list[str]) -> None:
    (root / "main.txt").write_text("not executable")
    (root / "plain").write_text("no shebang, not a program")
    (root / "plain").chmod(0o755)
    with pytest.raises(GitprovError, match="GP-RUN-009"):
        run(root, *command)


HOST = """
import sys
from gitprov.adapters.host import LocalHost
print("RAN", LocalHost(".").run(sys.argv[1:], ".", variables={}, watch=False).exit, flush=True)
"""
PATIENT = """
import signal, sys, time
def stop(number, frame):
    print("told", number, flush=True)
    sys.exit(40 + number)
signal.signal(signal.SIGINT, stop)
signal.signal(signal.SIGTERM, stop)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_goes_to_the_command(root: Path, number: signal.Signals) -> None:
    with subprocess.Popen(
        [PYTHON, "-c", HOST, PYTHON, "-c", PATIENT], cwd=root, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.read() == f"told {int(number)}\nRAN {40 + number}\n"
    assert process.returncode == 0


def test_a_terminal_interrupts_the_command_once(root: Path) -> None:
    """Ctrl-C reaches the whole foreground group: the command must not get it a second time from us."""
    (root / "child.py").write_text(
        "import signal, time\ncount = []\nsignal.signal(signal.SIGINT, lambda *a: count.append(1))\n"
        "print('ready', flush=True)\nend = time.monotonic() + 1\nwhile time.monotonic() < end: time.sleep(0.05)\n"
        "print('interrupts', len(count), flush=True)\n"
    )
    child, terminal = os.forkpty()
    if child == 0:
        os.chdir(root)
        os.execv(PYTHON, [PYTHON, "-c", HOST, PYTHON, "child.py"])  # noqa: S606
    said = b""
    while b"ready" not in said:
        said += os.read(terminal, 1000)
    os.write(terminal, b"\x03")
    while b"\n" not in said.partition(b"RAN")[2]:
        said += os.read(terminal, 1000)
    os.waitpid(child, 0)
    os.close(terminal)
    assert b"interrupts 1" in said
    assert b"RAN 0" in said


def test_what_python_reads_is_noted(root: Path, tmp_path: Path) -> None:
    for path in ("in.csv", "low.bin", "both.db", "sub/child.csv", "é.txt", "link-target"):
        (root / path).write_text("data")
    (tmp_path / "elsewhere.csv").write_text("data")
    (root / "link").symlink_to("link-target")
    (root / "helper.py").write_text("open('sub/child.csv').read()\n")
    found = read_by(
        root,
        """
import os, subprocess, sys
from pathlib import Path
open("in.csv").read(); open("in.csv", "rb").read()
os.close(os.open(b"low.bin", os.O_RDONLY))
open("both.db", "r+").close()
Path("\u00e9.txt").read_text()
open("link").read()
open("../elsewhere.csv").read()
subprocess.run([sys.executable, "helper.py"], check=True)
os.chdir("sub"); open("child.csv").read()
""",
    )
    assert found == {
        "in.csv", "low.bin", "both.db", "é.txt", "link-target", "../elsewhere.csv", "helper.py", "sub/child.csv",
    }  # fmt: skip


def test_what_it_makes_itself_and_what_is_the_machines_is_not(root: Path) -> None:
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("x")
    (root / "module.py").write_text("x = 1\n")
    assert read_by(
        root,
        """
import compileall, json, os, subprocess, sys, tempfile, module
open("made.txt", "w").write("1"); open("made.txt").read()
with open("log", "a"): pass
try: open("later.txt")
except FileNotFoundError: open("later.txt", "w").close()
open("later.txt").read()
open("by-parent", "w").close()
subprocess.run([sys.executable, "-c", "open('by-parent').read()"], check=True)
with tempfile.NamedTemporaryFile() as file: open(file.name).read()
kept = tempfile.mkstemp()[1]; open(kept).read()
open(".git/config").read(); open("/etc/passwd").read(); open("/proc/self/status").read(); open(json.__file__).read()
open(os.devnull).read(); os.listdir("."); os.close(os.open(".", os.O_RDONLY)); open(0, closefd=False)
compileall.compile_file("module.py", quiet=1)
os.remove(kept)
""",
    ) == {"module.py"}


def test_a_repository_below_a_system_folder_or_a_prefix_is_still_ours(root: Path) -> None:
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", root / ".venv"], check=True)
    (root / "in.csv").write_text("x")
    (root / "main.py").write_text("import json; open('in.csv').read(); open('.venv/pyvenv.cfg').read()\n")
    done = run(root, ".venv/bin/python", "main.py")
    assert {os.path.relpath(path, root) for path in done.opened} == {"in.csv", "main.py"}
    inner = root / ".venv" / "project"
    inner.mkdir()
    (inner / "in.csv").write_text("x")
    done = run(inner, "../bin/python", "-c", "open('in.csv').read()")
    assert done.opened == (str(inner / "in.csv"),)


def test_the_persons_own_sitecustomize_runs(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (root / "site").mkdir()
    (root / "site" / "sitecustomize.py").write_text("import sys\nsys.mine = __name__, __file__\n")
    code = "import sys, sitecustomize; print(*sys.mine, sitecustomize.__file__); open('in.csv').read()"
    (root / "in.csv").write_text("x")
    done = run(root, PYTHON, "-c", code, variables={"PYTHONPATH": str(root / "site")})
    own = str(root / "site" / "sitecustomize.py")
    assert capfd.readouterr() == (f"sitecustomize {own} {own}\n", "")
    assert str(root / "in.csv") in done.opened


SEEN = """
import os, sys
print(sorted(sys.modules), sys.path, sys.flags, sorted(set(os.environ) - {"PYTHONPATH", "GITPROV_OPENED"}))
try: import sitecustomize
except ImportError as error: print(error)
"""


def test_the_program_is_as_it_would_be(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Modules, sys.path and output are the same with and without the watch."""
    (root / "main.py").write_text(SEEN)
    seen = []
    for watch in (False, True):
        assert run(root, PYTHON, "main.py", watch=watch).exit == 0
        seen.append(capfd.readouterr())
    assert seen[0] == seen[1]
    assert seen[0].out


def test_an_unlucky_watch_breaks_nothing(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (root / "in.csv").write_text("x")
    code = """
import os, shutil, sys, threading
shutil.rmtree(os.path.dirname(os.environ["GITPROV_OPENED"]))
open("in.csv").read()
os.makedirs("gone"); os.chdir("gone"); os.rmdir("../gone")
try: open("x")
except FileNotFoundError: pass
os.closerange(3, 100)
def recurse(n): return open("/dev/null").close() if n == 0 else recurse(n - 1)
sys.setrecursionlimit(150); recurse(100)
threads = [threading.Thread(target=open, args=(os.devnull,)) for _ in range(9)]
[t.start() for t in threads]; [t.join() for t in threads]
os._exit(3) if os.fork() == 0 else os.wait()
"""
    done = run(root, PYTHON, "-W", "ignore", "-c", code)
    assert (done.exit, capfd.readouterr()) == (0, ("", ""))


def test_isolated_pythons_are_left_alone(root: Path) -> None:
    (root / "in.csv").write_text("x")
    assert run(root, PYTHON, "-I", "-c", "open('in.csv').read()").opened == ()


def test_many_files_from_many_processes(root: Path) -> None:
    (root / "data").mkdir()
    for number in range(400):
        (root / "data" / str(number)).write_text("x")
    found = read_by(
        root,
        """
from concurrent.futures import ProcessPoolExecutor
def read(number):
    for _ in range(3): open(f"data/{number}").read()
if __name__ == "__main__":
    with ProcessPoolExecutor(4) as pool: list(pool.map(read, range(400)))
""",
    )
    assert found == {f"data/{number}" for number in range(400)}


def test_it_leaves_no_files_behind(root: Path, tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    subprocess.run(
        [PYTHON, "-c", HOST.replace("watch=False", "watch=True"), PYTHON, "-c", "open('/dev/null')"],
        cwd=root, env={**os.environ, "TMPDIR": str(tmp_path / "tmp")}, check=True,
    )  # fmt: skip
    assert list((tmp_path / "tmp").iterdir()) == []
