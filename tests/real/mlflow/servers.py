"""MLflow itself, version 2 and version 3: each in an environment of its own, made once and kept outside of the tree."""

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

HERE = Path(__file__).parent
VERSIONS = ("2", "3")
SETTINGS = {
    "GIT_PYTHON_REFRESH": "quiet",
    "LOGNAME": "ada",
    "MLFLOW_ALLOW_FILE_STORE": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    "PYTHONWARNINGS": "ignore",
    "no_proxy": "127.0.0.1",
}
_SECONDS = 120


def python(version: str) -> Path:
    """Returns the Python of an environment with MLflow, which is made when it is not there."""
    locked = HERE / f"mlflow-{version}.txt"
    cache = Path(os.environ.get("REAL_CACHE_DIR") or f"{os.environ.get('XDG_CACHE_HOME') or '~/.cache'}/gitprov-real")
    tag = f"{sys.version_info.major}.{sys.version_info.minor}-{hashlib.sha256(locked.read_bytes()).hexdigest()[:12]}"
    home = cache.expanduser() / f"mlflow-{version}-{tag}"
    if not home.exists():
        new = home.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        uv = Path(sys.executable).with_name("uv")
        subprocess.run([uv, "venv", "--quiet", "--relocatable", "--python", sys.executable, new], check=True)
        words = [
            "pip",
            "sync",
            "--quiet",
            "--require-hashes",
            "--compile-bytecode",
            "--python",
            str(new / "bin/python"),
        ]
        subprocess.run([uv, *words, locked], check=True)
        new.rename(home)
    return home / "bin/python"


def script(version: str, name: str, *arguments: str | Path, folder: Path) -> str:
    """Runs one of the scripts beside this file by MLflow's Python, in a folder that is no repository."""
    shutil.copy(HERE / name, folder)
    done = subprocess.run(
        [python(version), name, *map(str, arguments)],
        cwd=folder,
        env=os.environ | SETTINGS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def running(version: str, folder: Path) -> Iterator[str]:
    """Runs a tracking server on loopback, with a database and artifacts in a folder, and gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    words = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    words += ["--backend-store-uri", f"sqlite:///{folder}/db", "--artifacts-destination", f"{folder}/artifacts"]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [python(version), "-m", "mlflow", "server", *words],
            cwd=folder,
            env=os.environ | SETTINGS | {"PATH": f"{python(version).parent}{os.pathsep}{os.environ['PATH']}"},
            stdout=log,
            stderr=log,
            process_group=0,
        )
        try:
            assert _answers(f"{address}/health", server), (folder / "server.log").read_text()[-2000:]
            yield address
        finally:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGTERM)
            server.wait()


def _answers(url: str, server: "subprocess.Popen[bytes]") -> bool:
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - it is on loopback
                return True
        except OSError:
            time.sleep(0.2)
    return False
