"""DVC's configuration, merged as DVC does: system, global, `.dvc/config`, `.dvc/config.local`.

Plain files are read here, quickly and without dvc. Whatever else ConfigObj understands (lists, triple quotes,
interpolation, nested sections) is left to `dvc.config.Config`; so is refusing what it does not understand.
"""

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from gitprov.adapters.dvc.texts import read_text
from gitprov.adapters.user_folders import site_config, user_config
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass

Sections = dict[str, dict[str, Any]]

_section = re.compile(r"""\[\s*(?:'(?P<quoted>[^'\[\]]+)'|(?P<word>[^'"\s\[\]][^'#\[\]]*?))\s*\]""").fullmatch
_named = re.compile(r'\s*(remote|machine|db)\s*"(.*)"\s*').fullmatch
_entry = re.compile(r"""(?P<key>[\w.-]+)\s*=\s*(?:(?P<plain>[^\s"',#][^"',#]*|)|"(?P<quoted>[^"]*)")""").fullmatch
_scheme = re.compile(r"\w+://").match
_address = re.compile(r"(\w[\w+.-]*://)(?:([^/?#]*)@)?([^?#]*)").match

_LONGEST = 1 << 14
"""Characters in a line; what ConfigObj takes for one grows with the square of it."""

# Options that are paths: relative ones start at the folder of the file that has them.
_PATHS = {
    "cert_path", "configpath", "credentialpath", "gdrive_service_account_json_file_path",
    "gdrive_user_credentials_file", "key_path", "keyfile", "url",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RemoteConfig:
    """A remote as configured. `options` are as in the files, text, without `url`; they may be credentials."""

    name: str
    url: str
    options: Mapping[str, Any]

    @property
    def address(self) -> str:
        """The address without user information and query, fit to be shown."""
        return shown(self.url)


class DvcConfig:
    """The merged configuration of the DVC project whose `.dvc` is `folder` (absolute)."""

    def __init__(self, folder: str) -> None:
        """Reads the files.

        Raises:
            GitprovError: GP-DVC-001 when one cannot be understood; GP-DVC-004 when that takes the dvc package.
        """
        self.folder = folder
        self.sections: dict[str, Sections] = {}
        self.values: Sections = {}
        try:
            for path in _files(folder):
                self._merge(path)
            self._judge()
        except _Unusual:
            self.sections, self.values = _read_with_dvc(folder)

    @property
    def default(self) -> str | None:
        """The name of the default remote."""
        name = self.values.get("core", {}).get("remote")
        return name.lower() if name else None

    @property
    def cache_dir(self) -> str:
        """The folder of the cache, absolute."""
        return self.values.get("cache", {}).get("dir") or os.path.join(self.folder, "cache")

    def remotes(self) -> Iterator[RemoteConfig]:
        """Yields every remote, the default one first, the others by name."""
        for name in sorted(self.sections.get("remote", {}), key=lambda name: (name != self.default, name)):
            yield self.remote(name)

    def remote(self, name: str | None = None) -> RemoteConfig:
        """Returns a remote, the default one without a name; `remote://` references are followed.

        Raises:
            GitprovError: GP-DVC-003 when it is not configured; GP-DVC-001 when its references lead nowhere.
        """
        wanted = (name or self.default or "").lower()
        found = self.sections.get("remote", {})
        if not wanted:
            several = ", ".join(sorted(found))
            raise codes.DVC_REMOTE.error(
                "no default remote is configured",
                why=f"there are: {several}" if several else "",
                fix="dvc remote default NAME" if several else "",
            )
        if wanted not in found:
            raise codes.DVC_REMOTE.error(
                f"there is no remote {wanted}",
                why=f"there are: {', '.join(sorted(found)) or 'none'}",
                fix="dvc remote default NAME" if found and name is None else "",
            )
        options, seen = dict(found[wanted]), [wanted]
        while (url := options.get("url", "")).startswith("remote://"):
            base, _, rest = url.removeprefix("remote://").partition("/")
            if base.lower() in seen or base.lower() not in found:
                raise codes.DVC_FILE.error(f"the remote {wanted} refers to {url}", why="no such remote is configured")
            seen.append(base.lower())
            options = {
                **found[base.lower()],
                **options,
                "url": "/".join((found[base.lower()]["url"], rest.lstrip("/"))),
            }
        return RemoteConfig(wanted, options.pop("url"), options)

    def _judge(self) -> None:
        if any("url" not in options for options in self.sections.get("remote", {}).values()):
            raise _Unusual

    def _merge(self, path: str) -> None:
        sections, values = _parse(path)
        for kind, entries in sections.items():
            for name, options in entries.items():
                self.sections.setdefault(kind, {}).setdefault(name, {}).update(options)
        for name, options in values.items():
            self.values.setdefault(name, {}).update(options)


def shown(url: str) -> str:
    """Returns an address without user information and query."""
    found = _address(url)
    return f"{found[1]}{found[3]}" if found else url


def with_default_remote(text: str, name: str, url: str | None) -> str:
    """Returns the text of a `.dvc/config` with `name` as the default remote, as DVC writes it; comments are kept.

    With `url` the remote is added, else it is there.
    """
    lines = text.splitlines()
    entry = f"    remote = {name}"
    at = next((at for at, line in enumerate(lines) if re.fullmatch(r"\s*\[\s*core\s*\]\s*", line)), None)
    if at is None:
        lines += ["[core]", entry]
    else:
        lines.insert(at + 1, entry)
    if url is not None:
        lines += [f"['remote \"{name}\"']", f"    url = {_quoted(url)}"]
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    return f'"{value}"' if re.search(r"[,#']", value) or value != value.strip() else value


class _Unusual(Exception):  # noqa: N818  # says where to look, not that something is wrong
    """A file that this reader leaves to DVC's."""


def _files(folder: str) -> list[str]:
    system = os.environ.get("DVC_SYSTEM_CONFIG_DIR") or site_config("dvc", "iterative")
    user = os.environ.get("DVC_GLOBAL_CONFIG_DIR") or user_config("dvc", "iterative")
    return [os.path.join(place, "config") for place in (system, user, folder)] + [os.path.join(folder, "config.local")]


def _parse(path: str) -> tuple[dict[str, Sections], Sections]:
    """Returns the named sections (kind, name, options) and the others of one file, its paths resolved."""
    named: dict[str, Sections] = {}
    others: Sections = {}
    current: dict[str, Any] | None = None
    for line in _lines(path):
        if section := _section(line):
            title = (section["word"] or section["quoted"]).lower()
            place = _named(title)
            group, key = (named.setdefault(place[1], {}), place[2]) if place else (others, title)
            if key in group:
                raise _Unusual
            current = group[key] = {}
            continue
        entry = _entry(line)
        if entry is None or current is None or entry["key"].lower() in current or "%(" in line:
            raise _Unusual
        current[entry["key"].lower()] = entry["quoted"] if entry["plain"] is None else entry["plain"]
    where = os.path.dirname(os.path.abspath(path))
    for options in named.get("remote", {}).values():
        for key in _PATHS & options.keys():
            options[key] = _resolved(where, options[key])
    if "dir" in others.get("cache", {}):
        others["cache"]["dir"] = _resolved(where, others["cache"]["dir"])
    return named, others


def _lines(path: str) -> Iterator[str]:
    try:
        text = read_text(path) or ""
    except OSError as error:
        raise codes.IO_FAILED.error(f"{path} cannot be read", why=error.strerror or str(error)) from error
    except UnicodeDecodeError:
        raise _Unusual from None
    for line in text.split("\n"):
        if len(line) > _LONGEST:
            raise codes.DVC_FILE.error(f"{path} has a line of {len(line)} characters", fix="mend that file by hand")
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            yield stripped


def _resolved(folder: str, path: str) -> str:
    if _scheme(path) or os.path.isabs(path):
        return path
    expanded = os.path.expanduser(path)
    return expanded if os.path.isabs(expanded) else os.path.abspath(os.path.join(folder, path))


def _read_with_dvc(folder: str) -> tuple[dict[str, Sections], Sections]:
    try:
        from dvc.config import Config, ConfigError
    except ImportError as error:
        raise codes.DVC_MISSING.error("DVC's configuration uses more than plain entries", why=str(error)) from error
    try:
        read = Config(folder, validate=False)
        Config.validate(read)
    except ConfigError as error:
        raise codes.DVC_FILE.error(
            f"{os.path.join(folder, 'config')}: {error}", fix="mend that file by hand, then dvc config --list"
        ) from error
    kinds = ("remote", "machine", "db")
    return {kind: read.get(kind, {}) for kind in kinds}, {key: read[key] for key in read if key not in kinds}
