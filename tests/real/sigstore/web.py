"""Web services in a few lines."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks for."""

    path: str
    query: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What they get."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Any, status: int = 200) -> "Answer":
        """Returns a JSON document."""
        return cls(status, json.dumps(document).encode(), {"Content-Type": "application/json"})


def server(address: str, answer: Callable[[Request], Answer]) -> ThreadingHTTPServer:
    """Returns what answers requests to an address when it is told to serve."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            found = answer(Request(url.path, dict(parse_qsl(url.query)), body))
            self.send_response(found.status)
            for name, value in {**found.headers, "Content-Length": str(len(found.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(found.body)

        do_POST = do_GET  # noqa: N815 the name that http.server asks for

        def log_message(self, *_: object) -> None:
            """Prints nothing of requests."""

    url = urlsplit(address)
    return _Server((url.hostname or "", url.port or 0), Handler)


class _Server(ThreadingHTTPServer):
    """Prints what went wrong, but nothing of clients that hang up, as those do that are killed."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)
