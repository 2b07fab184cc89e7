"""Fixtures with real servers. A test that uses one carries the mark `remotes`."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gitprov.adapters.dvc.config import RemoteConfig
from tests.real.remotes import Far, FolderFar, S3Far
from tests.real.servers import S3, Sftp, s3_server, sftp_server, trust_host

BUCKET = "team"

FARS = [
    pytest.param("folder", id="folder"),
    pytest.param("s3", id="s3", marks=pytest.mark.remotes),
    pytest.param("sftp", id="sftp", marks=pytest.mark.remotes),
]
"""Every kind of remote, for `parametrize("far", FARS, indirect=True)`."""


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    """An S3 server."""
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(scope="session")
def bucket(s3: S3) -> Any:
    """A boto3 client, and the bucket BUCKET made."""
    import boto3  # noqa: PLC0415 - half a second, for those who need it

    client = boto3.client(
        "s3",
        endpoint_url=s3.endpoint,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",  # noqa: S106 - the server takes any
    )
    client.create_bucket(Bucket=BUCKET)
    return client


@pytest.fixture(scope="session")
def sftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sftp]:
    """An SFTP server."""
    with sftp_server(tmp_path_factory.mktemp("sftp")) as server:
        yield server


@pytest.fixture
def far(request: pytest.FixtureRequest, tmp_path: Path, home: Path) -> Far:
    """The remote of the kind that the test asks for, empty."""
    return FAR_OF[request.param](request, tmp_path, home)


def _folder(request: pytest.FixtureRequest, tmp_path: Path, home: Path) -> Far:  # noqa: ARG001
    folder = tmp_path / "remote"
    folder.mkdir()
    return FolderFar(RemoteConfig("origin", str(folder), {}), folder)


def _s3(request: pytest.FixtureRequest, tmp_path: Path, home: Path) -> Far:  # noqa: ARG001
    server: S3 = request.getfixturevalue("s3")
    prefix = uuid.uuid4().hex
    config = RemoteConfig("origin", f"s3://{BUCKET}/{prefix}", server.options)
    return S3Far(config, request.getfixturevalue("bucket"), BUCKET, prefix)


def _sftp(request: pytest.FixtureRequest, tmp_path: Path, home: Path) -> Far:
    server: Sftp = request.getfixturevalue("sftp")
    trust_host(home, server)
    folder = tmp_path / "remote"
    folder.mkdir()
    return FolderFar(RemoteConfig("origin", server.url(folder), server.options), folder)


FAR_OF: dict[str, Callable[[pytest.FixtureRequest, Path, Path], Far]] = {"folder": _folder, "s3": _s3, "sftp": _sftp}
