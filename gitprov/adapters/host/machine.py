"""What the machine is, in words, and who works at it."""

import getpass
import os
import platform
import re
import shutil
import subprocess
import unicodedata
from collections import Counter
from pathlib import Path

from gitprov.ids.names import NAME_LIMIT, is_name

_GPU_TIMEOUT = 10
"""Seconds that the accelerators' tool may take to answer."""


def login_person() -> str:
    """Returns the login name as a valid name."""
    try:
        login = getpass.getuser()
    except (OSError, KeyError):  # a user id without a name, as in many containers
        login = f"user-{os.getuid()}"
    plain = unicodedata.normalize("NFKD", login).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"([._-])[._-]+", r"\1", re.sub(r"[^a-z0-9._-]+", "-", plain))[:NAME_LIMIT].strip("._-")
    return name if is_name(name) else f"user-{os.getuid()}"


def hardware() -> str:
    """Returns operating system, processors, memory and NVIDIA accelerators in words."""
    parts = [
        f"{platform.system()} {platform.machine()}",
        f"{os.cpu_count()} x {_processor()}",
        f"{_memory()} GiB memory",
        *_accelerators(),
    ]
    return ", ".join(parts)


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text("utf-8", "replace")
    except OSError:
        text = ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return " ".join(found[1].split()) if found else platform.processor() or platform.machine()


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30))


def _accelerators() -> list[str]:
    if shutil.which("nvidia-smi") is None:
        return []
    try:
        said = subprocess.run(
            ["nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_GPU_TIMEOUT,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return []
    cards = Counter(line.strip() for line in said.splitlines() if line.strip())
    return [f"{count} x {name} (driver {driver})" for (name, driver), count in _named(cards).items()]


def _named(cards: Counter[str]) -> dict[tuple[str, str], int]:
    out = {}
    for card, count in cards.items():
        what, _, driver = card.rpartition(", ")
        out[what.replace(", ", " "), driver] = count
    return out
