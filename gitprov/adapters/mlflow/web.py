"""HTTP to one server, which may be hostile: what it sends is counted, leads nowhere else, and is not waited for."""

import json
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from http.client import HTTPException, HTTPResponse
from time import monotonic
from typing import IO, Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit

from gitprov.adapters.failures import disk_errors
from gitprov.adapters.mlflow.said import Said, UnreadableError
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass

_CHUNK = 1 << 20
_NO_ACCESS = (401, 403, 407)
_ABSENT = 404

Credentials = Mapping[str, str]
"""The environment variables that MLflow's own client takes: MLFLOW_TRACKING_TOKEN, or USERNAME and PASSWORD."""


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: what a request says is for this server only."""

    def http_error_302(self, *_args: Any, **_others: Any) -> None:
        """Leaves it an error."""

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


@dataclass(frozen=True, slots=True)
class Patience:
    """What is taken of a server, which else decides how long somebody waits, and for how much.

    Attributes:
        silence: How many seconds it may say nothing.
        reply: How many seconds a reply may take that is no file.
        size: How many bytes that may have: a hundred runs with all the parameters that MLflow takes.
    """

    silence: float = 30
    reply: float = 300
    size: int = 64 << 20


class Web:
    """One server.

    Args:
        address: Where it is: `http://host:port`, and what may stand before the paths of MLflow.
        variables: Where the credentials are; no error and no address ever shows them.
        patience: How long it is waited for.
    """

    def __init__(self, address: str, variables: Credentials, patience: Patience | None = None) -> None:
        self.address = address.rstrip("/")
        self._patience = patience or Patience()
        self._headers = {"Accept-Encoding": "identity", **authorization(variables)}
        self._opener = urllib.request.build_opener(_Stay)

    def get(self, path: str, query: Mapping[str, str]) -> Said:
        """Returns the JSON mapping at a path.

        Raises:
            GitprovError: GP-MLF-001 when there is nothing; GP-MLF-002 for an answer that is none; GP-IO-002. So do
                the other methods.
        """
        return self._json(path, urllib.request.Request(self._url(path, query), headers=self._headers))  # noqa: S310

    def post(self, path: str, data: Mapping[str, object]) -> Said:
        """Returns the JSON mapping that a server answers a JSON mapping with."""
        headers = self._headers | {"Content-Type": "application/json"}
        body = json.dumps(data).encode()
        return self._json(path, urllib.request.Request(self._url(path, {}), body, headers))  # noqa: S310

    def copy(
        self, path: str, query: Mapping[str, str], size: int, file: IO[bytes], told: Callable[[int], None]
    ) -> None:
        """Writes what is at a path to a file; it must have this size in bytes."""
        request = urllib.request.Request(self._url(path, query), headers=self._headers)  # noqa: S310
        left = size
        with self._answer(path, request) as answer:
            while chunk := answer.read(min(_CHUNK, left + 1)):
                left -= len(chunk)
                if left < 0:
                    break
                with disk_errors():
                    file.write(chunk)
                told(len(chunk))
        if left:
            many = "more" if left < 0 else f"{left} fewer"
            raise codes.MLF_ANSWER.error(
                f"{self.address} sends {many} bytes of a file than it said", why=f"it said {size} bytes"
            )

    def wrong(self, path: str, why: str) -> GitprovError:
        """Returns the refusal of an answer."""
        return codes.MLF_ANSWER.error(f"{self.address} does not answer as MLflow does: {path}", why=why)

    def _url(self, path: str, query: Mapping[str, str]) -> str:
        return f"{self.address}/{path}" + (f"?{urlencode(query)}" if query else "")

    def _json(self, path: str, request: urllib.request.Request) -> Said:
        until, parts, size = monotonic() + self._patience.reply, [], 0
        with self._answer(path, request) as answer:
            while chunk := answer.read1(_CHUNK):
                size += len(chunk)
                parts.append(chunk)
                if size > self._patience.size or monotonic() > until:
                    raise self.wrong(path, f"no end after {size} bytes, and {self._patience.reply} seconds at most")
        try:
            data: Any = json.loads(b"".join(parts))
            return Said(data, f"the answer to {path}")
        except (UnreadableError, ValueError, RecursionError) as error:
            raise self.wrong(path, f"no JSON mapping: {error}") from None

    @contextmanager
    def _answer(self, path: str, request: urllib.request.Request) -> Iterator[HTTPResponse]:
        try:
            with closing(self._opener.open(request, timeout=self._patience.silence)) as answer:
                yield answer
        except HTTPError as error:
            with error:
                raise self._refused(path, error) from None
        except (OSError, HTTPException) as error:  # of an address, a name, TLS, a break in between
            why = str(getattr(error, "reason", "") or error) or type(error).__name__
            raise codes.IO_NETWORK.error(f"{self.address} cannot be asked", why=why) from None
        except ValueError:  # whose text may have the credentials in it
            why = "neither the address, nor a token or password, may have a line end or a character that HTTP has not"
            raise codes.IO_NETWORK.error(f"{self.address} cannot be asked", why=why) from None

    def _refused(self, path: str, error: HTTPError) -> GitprovError:
        if error.code in _NO_ACCESS:
            return codes.IO_NETWORK.error(
                f"{self.address} refuses who asks: HTTP {error.code}",
                why="it takes the credentials that are in the environment, as MLflow's own client does",
                fix="export MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD",
            )
        if where := _elsewhere(error):
            return codes.MLF_ANSWER.error(
                f"{self.address} sends whoever asks it on to {where}",
                why="what is sent to one server, a token too, is not sent to another",
                fix=f"if that is where MLflow is: gitprov import mlflow {where}",
            )
        said = ""
        with suppress(OSError, HTTPException, ValueError, RecursionError):
            said = Said(json.loads(error.read(_CHUNK)), "the answer").text("message", "")
        why = f"HTTP {error.code}: {said[:300] or error.reason}"
        if error.code == _ABSENT:
            return codes.MLF_NONE.error(f"{self.address} has no {path}", why=why)
        return self.wrong(path, why)


def _elsewhere(error: HTTPError) -> str:
    """Returns the server that a redirect leads to, without what may be secret in the address."""
    try:
        parts = urlsplit(error.headers.get("Location", "") if error.code // 100 == 3 else "")
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else ""


def authorization(variables: Credentials) -> dict[str, str]:
    """Returns the header that gives access, by the rules of MLflow's client: a user before a token."""
    user, password = variables.get("MLFLOW_TRACKING_USERNAME"), variables.get("MLFLOW_TRACKING_PASSWORD")
    token = variables.get("MLFLOW_TRACKING_TOKEN")
    if user and password:
        return {"Authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}
    return {"Authorization": f"Bearer {token}"} if token else {}
