"""What MLflow 3 made, kept: a file store, and what a server answers (`python -m tests.real.mlflow --freeze`)."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

from tests.real.sigstore.web import Answer, Request, server

FROZEN = Path(__file__).with_name("mlflow")
PLACE = "/srv/mlflow"
"""Where the file store says that it was made."""
COMMIT = "0" * 40
"""The commit that the story is told of; a test puts one of its own in its place."""


def question(asked: Request) -> str:
    """Returns what a server is asked, in one form."""
    query = "&".join(f"{name}={value}" for name, value in sorted(asked.query.items()))
    return " ".join(filter(None, [asked.path, query, asked.body.decode()]))


def write_store(top: Path, commit: str = COMMIT) -> Path:
    """Writes the file store into a folder and returns it."""
    for path, text in json.loads((FROZEN / "store.json").read_text()).items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(text.replace(COMMIT, commit))
    return top / "mlruns"


@contextmanager
def serving(answer: Callable[[Request], Answer]) -> Iterator[str]:
    """Serves on loopback as long as it is open, and gives the address."""
    listening = server("http://127.0.0.1:0", answer)
    listening.daemon_threads = True
    Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.server_port}"
    finally:
        listening.shutdown()
        listening.server_close()


def frozen_answers(commit: str = COMMIT) -> Callable[[Request], Answer]:
    """Returns what answers as the server did."""
    known = json.loads((FROZEN / "answers.json").read_text().replace(COMMIT, commit))

    def answer(asked: Request) -> Answer:
        status, body = known.get(question(asked), [404, "nothing"])
        return Answer(status, body.encode())

    return answer


def lying(part: str, lie: Callable[[Any], Any]) -> Callable[[Request], Answer]:
    """Returns what answers as the server did, but where a path has `part`: there it says what `lie` makes of that.

    A lie about JSON gets and gives what JSON says, or gives an answer; one about a file its bytes.
    """
    answers = frozen_answers()

    def answer(asked: Request) -> Answer:
        true = answers(asked)
        if part not in asked.path:
            return true
        said = lie(json.loads(true.body) if true.body.startswith(b"{") else true.body)
        return said if isinstance(said, Answer) else Answer.of(said)

    return answer
