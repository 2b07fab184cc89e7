"""Blobs one by one, out of one git that stays open."""

import weakref
from contextlib import ExitStack
from functools import cached_property

from gitprov.adapters.git.plumbing import Objects, Place, Plumbing
from gitprov.errors import catalogue as codes


class GitBlobs:
    """Reads blobs of a repository; git is started for the first one, and ends with this object."""

    def __init__(self, place: Place) -> None:
        self._git = Plumbing(place)

    def read(self, oid: str) -> bytes:
        """Returns the bytes of a blob.

        Raises:
            GitprovError: GP-GIT-005 when a shallow or partial clone lacks it; GP-GIT-003.
        """
        for _, kind, data in self._objects.read([oid]):
            if kind == "blob":
                return data
            raise codes.GIT_FAILED.error(f"git object {oid} is a {kind}, not a file")
        raise AssertionError("every object that is asked for is answered")

    @cached_property
    def _objects(self) -> Objects:
        stack = ExitStack()
        weakref.finalize(self, stack.close)
        return stack.enter_context(self._git.objects())
