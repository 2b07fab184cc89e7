"""How a command that failed says so: what, why and fix on stderr, or one JSON object on stdout."""

import errno
import json
import os
import platform
import re
import select
import subprocess  # noqa: TID251 a crash report names git's version, also when the adapter is what crashed
import sys
import tempfile
import time
import traceback
from importlib import metadata
from pathlib import Path

import click

from gitprov import __version__
from gitprov.cli.text import printable
from gitprov.errors import Exit, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids.urls import mask_user_info

BROKEN_PIPE = 141  # what a shell reports for a program that SIGPIPE ended
STDOUT, STDERR = 1, 2
_MACHINE = {errno.EACCES, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.EPERM, errno.EROFS}
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+(?=@)")
_SECRET_NAME = re.compile(r"TOKEN|SECRET|PASSW|CREDENTIAL|KEY", re.IGNORECASE)
_SHORTEST_SECRET = 6  # replacing shorter values would riddle the report


def report(error: BaseException, *, as_json: bool) -> int:
    """Tells the person what went wrong and returns the exit status.

    Args:
        error: What a command raised.
        as_json: Whether stdout is read by a program.
    """
    match error:
        case GitprovError():
            refusal = error
        case click.exceptions.NoArgsIsHelpError():
            error.show()
            return Exit.USAGE
        case click.ClickException():
            ctx = getattr(error, "ctx", None)
            refusal = codes.USE_ARGUMENT.error(
                " ".join(error.format_message().split()), fix=f"{ctx.command_path if ctx else 'gitprov'} --help"
            )
        case click.Abort() | KeyboardInterrupt():
            click.echo("interrupted", err=True)
            return Exit.INTERRUPTED
        case BrokenPipeError() if _reader_left():
            return BROKEN_PIPE
        case OSError() if error.errno in _MACHINE:
            refusal = codes.IO_FAILED.error(str(error))
        case UnicodeEncodeError(reason="surrogates not allowed"):
            refusal = codes.VAL_TEXT.error(
                f"{error.object[:200]!r} is not UTF-8", why="names and texts are kept as such"
            )
        case _:
            refusal = codes.INT_BUG.error(
                "gitprov failed in a way that it does not know",
                why=f"{type(error).__name__}: {redact(str(error))}",
                fix=f"report it with {_write_crash(error)}",
            )
    _say(refusal, as_json=as_json)
    return refusal.code.exit


def as_text(refusal: GitprovError) -> str:
    """Returns the lines that a person reads."""
    lines = [f"error[{refusal.code.id}]: " + refusal.what.replace("\n", "\\n")]
    for label, text in (("why", refusal.why), ("fix", refusal.fix)):
        if text:
            lines.append(f"  {label}: " + text.replace("\n", "\n       "))
    return printable("\n".join(lines))


def as_object(refusal: GitprovError) -> dict[str, str | int]:
    """Returns the mapping that a program reads."""
    return {
        "code": refusal.code.id,
        "exit": int(refusal.code.exit),
        "fix": refusal.fix,
        "what": refusal.what,
        "why": refusal.why,
    }


def redact(text: str) -> str:
    """Returns the text without credentials in URLs and without the values of variables that are named like secrets."""
    text = _CREDENTIALS.sub("***", text)
    for name, value in os.environ.items():
        if len(value) >= _SHORTEST_SECRET and _SECRET_NAME.search(name):
            text = text.replace(value, f"<{name}>")
    return text


def _say(refusal: GitprovError, *, as_json: bool) -> None:
    """Prints the refusal; a stream that takes nothing must not turn its exit status into Python's."""
    what, why, fix = map(mask_user_info, (refusal.what, refusal.why, refusal.fix))
    refusal = refusal.code.error(what, why=why, fix=fix)
    try:
        if as_json:
            click.echo(json.dumps({"error": as_object(refusal)}, indent=2, sort_keys=True))
        else:
            sys.stdout.flush()
    except OSError:
        _mute(STDOUT)
        as_json = False
    if not as_json:
        try:
            click.echo(as_text(refusal), err=True)
        except OSError:
            _mute(STDERR)


def _reader_left() -> bool:
    """Whether the broken pipe is our own stdout; if so, mutes it."""
    poll = select.poll()
    poll.register(STDOUT, 0)
    if not poll.poll(0):
        return False
    _mute(STDOUT)
    return True


def _mute(stream: int) -> None:
    """Lets what is still buffered go nowhere: Python flushes it at exit, and a failure there would be the status."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream)


def _write_crash(error: BaseException) -> Path:
    """Writes versions and traceback to a file for a bug report and returns its path.

    The command line is left out: parameters may hold secrets.
    """
    text = redact("\n".join([*_versions(), "", "".join(traceback.format_exception(error))]))
    folder = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "gitprov"
    name = f"crash-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.getpid()}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="gitprov-"))
    (folder / name).write_text(text, encoding="utf-8", errors="backslashreplace")
    return folder / name


def _versions() -> list[str]:
    git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=False)
    lines = [
        f"gitprov {__version__}",
        f"python {platform.python_version()}",
        f"system {platform.platform()}",
        git.stdout.strip() or "git not found",
    ]
    for requirement in metadata.requires("gitprov") or []:
        name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
        if "extra ==" not in requirement:
            lines.append(f"{name} {metadata.version(name)}")
    return lines
