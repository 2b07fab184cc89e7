"""Network namespaces: one for the whole run that has nothing but loopback, and below it some that have nothing."""

import functools
import shutil
import subprocess

_WAYS = (
    ("unshare", "--net"),
    ("unshare", "--user", "--map-root-user", "--net"),  # not as root, where the kernel lets everybody
)
_LOOPBACK = ("sh", "-c", 'ip link set lo up && exec "$@"', "sh")


@functools.cache
def no_network() -> tuple[str, ...]:
    """Returns the beginning of a command line that runs without any network; empty where none can be taken away."""
    return next((way for way in _WAYS if _runs(way)), ())


def only_loopback() -> tuple[str, ...]:
    """Returns the same for one that has loopback, and no other network."""
    command = (*no_network(), *_LOOPBACK)
    return command if no_network() and _runs(command) else ()


def _runs(command: tuple[str, ...]) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
