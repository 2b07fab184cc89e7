"""What lock files say about versions, as far as they can be compared with what is installed."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from typing import Any

from gitprov.adapters.host.interpreter import Installed

_continued = re.compile(r"\\\r?\n")
_comment = re.compile(r"(^|\s)#.*")
_option = re.compile(r"(^|\s)--?[a-z].*")

Wanted = Mapping[str, set[str]]
"""Normalized name to the versions that a lock allows (several where it forks by platform)."""


def disagreements(installed: Installed, locks: Mapping[str, bytes]) -> list[str]:
    """Returns where installed versions are not what the locks say, one sentence each; only what both name counts."""
    from packaging.specifiers import InvalidSpecifier, Specifier

    def fits(version: str, wanted: str) -> bool:
        try:
            return Specifier(f"=={wanted}").contains(version, prereleases=True)  # 2.1.0+cu121 is 2.1.0
        except InvalidSpecifier:
            return version == wanted

    found = []
    for path, data in sorted(locks.items()):
        try:
            wanted = _wanted(path.rpartition("/")[2], data, installed.markers)
        except (ValueError, LookupError, TypeError, AttributeError):
            continue  # a lock in a form that we do not know says nothing that we could compare
        found += [
            f"{name} {version} is installed, {path} says {' or '.join(sorted(wanted[name]))}"
            for name, version in sorted(installed.packages.items())
            if name in wanted and not any(fits(version, one) for one in wanted[name])
        ]
    return found


def _wanted(name: str, data: bytes, markers: Mapping[str, str]) -> Wanted:
    if fnmatch(name, "requirements*.txt"):
        pairs = _requirements(data, markers)
    elif name in ("uv.lock", "poetry.lock", "pdm.lock"):
        pairs = _packages(tomllib.loads(data.decode()))
    elif fnmatch(name, "pylock*.toml"):
        pairs = _pylock(tomllib.loads(data.decode()), markers)
    elif name == "Pipfile.lock":
        pairs = _pipfile(json.loads(data))
    else:
        return {}
    wanted: dict[str, set[str]] = {}
    for package, version in pairs:
        wanted.setdefault(re.sub(r"[-_.]+", "-", package).lower(), set()).add(version)
    return wanted


def _requirements(data: bytes, markers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    from packaging.requirements import InvalidRequirement, Requirement

    for line in _continued.sub(" ", data.decode("utf-8", "replace")).splitlines():
        text = _option.sub("", _comment.sub("", line)).strip()
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        if requirement.marker is None or requirement.marker.evaluate(dict(markers)):
            for one in requirement.specifier:
                if one.operator in ("==", "==="):
                    yield requirement.name, one.version


def _packages(lock: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for package in lock["package"]:
        if "version" in package:
            yield package["name"], package["version"]


def _pylock(lock: Mapping[str, Any], markers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    from packaging.pylock import Pylock, PylockValidationError

    nothing: dict[str, str | frozenset[str]] = {"extras": frozenset(), "dependency_groups": frozenset()}
    environment = {**nothing, **markers}
    try:
        packages = Pylock.from_dict(lock).packages
    except PylockValidationError as error:
        raise ValueError(str(error)) from error
    for package in packages:
        if package.version and (package.marker is None or package.marker.evaluate(environment, context="lock_file")):
            yield package.name, str(package.version)


def _pipfile(lock: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for group in ("default", "develop"):
        for name, package in lock.get(group, {}).items():
            if package.get("version", "").startswith("=="):
                yield name, package["version"][2:]
