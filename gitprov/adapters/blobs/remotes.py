"""Which adapter a configured remote takes."""

from typing import TYPE_CHECKING

from gitprov.adapters.blobs.cache import DvcCache
from gitprov.adapters.blobs.local import LocalRemote
from gitprov.errors import catalogue as codes
from gitprov.ports.blobs import Remote

if TYPE_CHECKING:
    from gitprov.adapters.dvc.config import RemoteConfig


def open_remote(config: "RemoteConfig", cache: DvcCache) -> Remote:
    """Returns a remote; dvc is imported only when it is not a directory.

    Args:
        config: The remote in DVC's configuration.
        cache: Where objects come from and go to.

    Raises:
        GitprovError: GP-DVC-001 to -004; GP-IO-002.
    """
    from urllib.parse import urlsplit  # `add` needs no remote

    if urlsplit(config.url).scheme in ("", "file"):
        shared = config.options.get("shared") == "group"
        return LocalRemote(config.name, config.url.removeprefix("file://"), cache.intake, shared=shared)
    try:
        from gitprov.adapters.blobs.cloud import DvcRemote
    except ImportError as error:
        raise codes.DVC_MISSING.error(f"the remote {config.name} needs the dvc package", why=str(error)) from error
    return DvcRemote(config, cache.intake)
