"""Entry point of `gitprov` and `git prov`: the table of commands, and the border that no exception passes.

A git hook is a start of Python that people wait for at every commit: click is imported for everything else only.
"""

import atexit
import gc
import io
import os
import sys
from collections.abc import Sequence

# Sections of `--help`: each command's name and the first line of its help. A command is the `command` of the module
# gitprov.cli.<name>, which is imported when it is called and not before: importing all would cost --help its budget.
TABLE: dict[str, dict[str, str]] = {
    "Record": {
        "init": "Set up gitprov in a git repository",
        "add": "Record a file or directory as an artifact",
        "run": "Run a command and record what it read and made",
        "keep": "Stage the records of drafts",
        "ticket": "Fix a run, for a machine without git",
        "bring": "Record what ran with a ticket elsewhere",
        "capture": "Record what DVC has run",
        "evaluate": "Record metrics about an artifact or a release",
        "seal": "Make the next release of a name",
        "deprecate": "Say that a release or an artifact is to be used no more",
        "revert": "Revert the code of a commit, and keep every record",
        "sign": "Sign records",
        "keys": "Make and list the keys that you sign with",
    },
    "Share": {
        "push": "Upload bytes, then refs",
        "pull": "Download bytes and check them",
        "restore": "Write recorded bytes into the work tree",
        "export": "Say what is recorded in the words of other tools",
        "import": "Take in what other tools say",
    },
    "Promote": {
        "trust": "Say who decides: people, their keys, roles",
        "policy": "Write and test the rules of promotions",
        "promote": "Ask for a release to serve a stage",
        "approve": "Approve a promotion, by your signature",
        "reject": "Reject a promotion, by your signature",
        "rollback": "Ask for an earlier release to serve a stage again",
        "withdraw": "Ask for nothing to serve a stage any more",
        "exception": "Break the glass for one promotion, as two owners",
        "renumber": "Make a request or a release again, on the next number",
        "evidence": "Read what a promotion was judged by, or compute it again",
        "deploy": "Put what is in effect at a stage into a folder",
        "serve-check": "Check what is to be served, before it is loaded",
    },
    "Guard": {
        "audit": "Judge all history of the protected ref",
        "acknowledge": "Take a finding into account, as the owners",
        "hooks": "Install the git hooks that check records",
        "ci": "Check in CI what a pull request would land",
        "doctor": "Find what crashes left in this clone, and mend it",
        "drill": "Tamper with a copy, and say which door catches it",
    },
    "Ask": {
        "search": "Find artifacts, newest first",
        "show": "Show one record",
        "log": "List records, newest first",
        "status": "Compare the work tree with the records",
        "diff": "Compare two artifacts or releases",
        "lineage": "Draw what an artifact was made from, or what came of it",
        "impact": "List what came of something, and what serves of it",
        "why": "Explain what serves, or an artifact, in four steps at most",
        "history": "List what served a stage, newest first",
        "verify": "Check records, references and bytes",
        "log-head": "Sign heads of the log, and hold the log against them",
    },
}
COMPLETE = "_GITPROV_COMPLETE"


def collect_rarely() -> None:
    """Has Python look for garbage seldom: what a command makes many of, tuples and records, goes round in no circle."""
    gc.set_threshold(500_000)
    atexit.register(gc.freeze)  # else all that is left is looked through once more before it is thrown away


def open_streams() -> None:
    """Opens on nothing what is closed of stdin, stdout and stderr: else a file of ours takes its number."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 as long as we live


def program() -> int:
    """Runs the command line of this process, of which there will be nothing else."""
    collect_rarely()
    open_streams()
    return main()


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line and returns its exit status.

    Args:
        arguments: What follows the program's name; the process's own by default.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal without UTF-8 must not turn a name into a crash
    if arguments[:1] == ["hook"]:
        from gitprov.cli.hook import run

        return run(arguments[1:])
    import click

    from gitprov.cli.group import cli

    if COMPLETE in os.environ:
        from click.shell_completion import shell_complete

        return shell_complete(cli, {}, "gitprov", COMPLETE, os.environ[COMPLETE])
    try:
        with cli.make_context("gitprov", list(arguments)) as ctx:
            cli.invoke(ctx)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        return done.exit_code
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 the border: nothing passes, a crash is no verdict
        from gitprov.cli.failure import report

        own = arguments[: arguments.index("--")] if "--" in arguments else arguments
        return report(error, as_json="--json" in own)
    return 0
