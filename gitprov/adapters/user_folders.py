"""Where the operating system keeps what programs are told by a person, and by who runs the machine."""

import os
import sys


def user_config(program: str, author: str | None = None) -> str:
    """Returns the folder of a program's configuration by this person."""
    if _is_plain("XDG_CONFIG_HOME"):
        return os.path.expanduser(f"~/.config/{program}")
    import platformdirs

    return platformdirs.user_config_dir(program, author)


def site_config(program: str, author: str | None = None) -> str:
    """Returns the folder of a program's configuration for everybody on this machine."""
    if _is_plain("XDG_CONFIG_DIRS"):
        return f"/etc/xdg/{program}"
    import platformdirs

    return platformdirs.site_config_dir(program, author)


def _is_plain(variable: str) -> bool:
    """Tells whether a folder is where it is on every Linux, so that platformdirs, 8 ms to import, need not be asked."""
    return sys.platform == "linux" and not {variable, "ANDROID_ROOT"} & os.environ.keys()
