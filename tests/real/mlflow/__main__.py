"""Runs the tests that need MLflow itself: `make test-import`. With `--freeze` makes what `make test` has instead.

That is a file store, as one JSON mapping from path to text, and what a server answered while it was imported.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError
from urllib.parse import urlencode

from tests.flows.exchange.mlflow_frozen import COMMIT, FROZEN, PLACE, question
from tests.real.mlflow.servers import VERSIONS, python, running, script
from tests.real.sigstore.web import Answer, Request, server
from tests.support import make_repo


def freeze() -> None:
    """Writes both, of the newest MLflow."""
    version = VERSIONS[-1]
    with tempfile.TemporaryDirectory() as home:
        there = Path(home).resolve()
        (there / "work").mkdir()
        script(version, "story.py", f"file:{there}/mlruns", COMMIT, there / "work", folder=there)
        found = {str(path.relative_to(there)): path.read_text() for path in there.glob("mlruns/**/*") if path.is_file()}
        write("store.json", {path: text.replace(home, PLACE) for path, text in found.items()})
    with tempfile.TemporaryDirectory() as home, running(version, Path(home)) as address:
        (Path(home) / "work").mkdir()
        script(version, "story.py", address, COMMIT, Path(home) / "work", folder=Path(home))
        heard: dict[str, object] = {}

        def ask(asked: Request) -> Answer:
            url = f"{address}{asked.path}" + (f"?{urlencode(asked.query)}" if asked.query else "")
            headers = {"Content-Type": "application/json"} if asked.body else {}
            try:
                wanted = urllib.request.Request(url, asked.body or None, headers)  # noqa: S310 - it is on loopback
                with urllib.request.urlopen(wanted) as said:  # noqa: S310 - likewise
                    answer = Answer(said.status, said.read())
            except HTTPError as error:
                answer = Answer(error.code, error.read())
            heard[question(asked)] = [answer.status, answer.body.decode()]
            return answer

        listening = server("http://127.0.0.1:0", ask)
        Thread(target=listening.serve_forever, daemon=True).start()
        repo = make_repo(Path(home) / "repo")
        for words in (["init"], ["import", "mlflow", f"http://127.0.0.1:{listening.server_port}"]):
            done = [sys.executable, "-m", "gitprov", *words]
            subprocess.run(done, cwd=repo.path, env=os.environ | {"HOME": home}, check=True)
        listening.shutdown()
        write("answers.json", heard)


def write(name: str, data: object) -> None:
    """Writes a frozen file."""
    FROZEN.mkdir(exist_ok=True)
    (FROZEN / name).write_text(json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def main(arguments: list[str]) -> int:
    """Returns pytest's status."""
    for version in VERSIONS:
        print(f"MLflow {version}: {python(version)}", flush=True)
    if arguments == ["--freeze"]:
        freeze()
        return 0
    pytest = [sys.executable, "-m", "pytest", "-q", "-m", "mlflow", *(arguments or ["tests/real/mlflow"])]
    return subprocess.run(pytest, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
