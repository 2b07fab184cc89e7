"""MLflow, read without it: a tracking server over HTTP, or the folder of a file store."""

import os
from urllib.parse import unquote, urlsplit

from gitprov.adapters.mlflow.folder import MlflowFolder
from gitprov.adapters.mlflow.server import MlflowServer
from gitprov.adapters.mlflow.web import Credentials, Web
from gitprov.errors import catalogue as codes
from gitprov.ids.urls import mask_user_info

__all__ = ["MlflowFolder", "MlflowServer", "open_mlflow"]


def open_mlflow(address: str, *, variables: Credentials, home: str) -> MlflowFolder | MlflowServer:
    """Returns what is at an address: `http://…` or `https://…` of a server, or the folder of a file store.

    Args:
        address: As a person typed it.
        variables: Environment variables, of which those with credentials are sent to a server.
        home: A folder, absolute, for what is being downloaded.

    Raises:
        GitprovError: GP-SEC-001 when a user or a password is in the address; GP-MLF-001 for anything else.
    """
    try:
        parts = urlsplit(address)
        is_port_fit = parts.port is None or parts.port > 0
    except ValueError:
        is_port_fit = False
    if not is_port_fit:
        raise codes.MLF_NONE.error("that is no address", why="MLflow is reached by http://HOST:PORT or a folder")
    if parts.scheme in ("http", "https") and parts.hostname:
        if parts.username is not None:
            raise codes.SEC_FOUND.error(
                "a secret stands in the address (user information in a URL)",
                why="who types it leaves it in the history of the shell and in lists of processes",
                fix="export MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN",
            )
        return MlflowServer(Web(f"{parts.scheme}://{parts.netloc}{parts.path}", variables), home)
    path = unquote(parts.path) if parts.scheme == "file" else address
    if not os.path.isdir(path):
        raise codes.MLF_NONE.error(f"{mask_user_info(path)} is neither a folder nor the address of a server")
    return MlflowFolder(path)
