"""The remotes that tests use, each with a way to its bytes that is not gitprov's."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gitprov.adapters.blobs import DvcCache, open_remote
from gitprov.adapters.blobs.objects import object_name
from gitprov.adapters.dvc.config import RemoteConfig
from gitprov.ports.blobs import Object, Remote


@dataclass(frozen=True, slots=True)
class Far(ABC):
    """A remote and its bytes."""

    config: RemoteConfig

    def open(self, cache: DvcCache) -> Remote:
        """Opens it as a new process would."""
        return open_remote(self.config, cache)

    def at(self, item: Object) -> str:
        """Returns the name of an object below the remote's top."""
        return object_name(item.md5, is_dir=item.is_dir)

    @abstractmethod
    def files(self) -> dict[str, bytes]:
        """Returns every file by name."""

    @abstractmethod
    def write(self, name: str, data: bytes) -> None:
        """Writes a file over what is there."""

    @abstractmethod
    def delete(self, name: str) -> None:
        """Deletes a file."""


@dataclass(frozen=True, slots=True)
class FolderFar(Far):
    """A remote whose bytes lie in a folder of this machine."""

    folder: Path

    def files(self) -> dict[str, bytes]:
        return {p.relative_to(self.folder).as_posix(): p.read_bytes() for p in self.folder.rglob("*") if p.is_file()}

    def write(self, name: str, data: bytes) -> None:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.write_bytes(data)
        file.chmod(0o444)

    def delete(self, name: str) -> None:
        (self.folder / name).unlink()


@dataclass(frozen=True, slots=True)
class S3Far(Far):
    """A remote in a bucket."""

    client: Any
    bucket: str
    prefix: str

    def files(self) -> dict[str, bytes]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=f"{self.prefix}/")
        keys = [row["Key"] for page in pages for row in page.get("Contents", [])]
        read = {key: self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read() for key in keys}
        return {key.removeprefix(f"{self.prefix}/"): data for key, data in read.items()}

    def write(self, name: str, data: bytes) -> None:
        self.client.put_object(Bucket=self.bucket, Key=f"{self.prefix}/{name}", Body=data)

    def delete(self, name: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=f"{self.prefix}/{name}")
