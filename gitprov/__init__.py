"""gitprov: a Git-native artifact tracker for machine-learning teams.

The verbs of the command line are functions here (`gitprov.run`, `gitprov.add`, `gitprov.why`, …; all of them, with
their types, in `gitprov.api`). They are imported when first used: `import gitprov` costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gitprov.api import (
        acknowledge,
        add,
        approve,
        bring,
        capture,
        deploy,
        deprecate,
        diff,
        evaluate,
        evidence,
        exception,
        export,
        history,
        impact,
        import_,
        keep,
        keep_sweep,
        keys,
        log,
        promote,
        pull,
        push,
        reject,
        renumber,
        restore,
        revert,
        rollback,
        run,
        seal,
        search,
        serve_check,
        serving,
        show,
        sign,
        standings,
        status,
        ticket,
        verdict,
        verify,
        versions,
        why,
        withdraw,
    )

__version__ = "0.1.0.dev0"

__all__ = [
    "acknowledge",
    "add",
    "approve",
    "bring",
    "capture",
    "deploy",
    "deprecate",
    "diff",
    "evaluate",
    "evidence",
    "exception",
    "export",
    "history",
    "impact",
    "import_",
    "keep",
    "keep_sweep",
    "keys",
    "log",
    "promote",
    "pull",
    "push",
    "reject",
    "renumber",
    "restore",
    "revert",
    "rollback",
    "run",
    "seal",
    "search",
    "serve_check",
    "serving",
    "show",
    "sign",
    "standings",
    "status",
    "ticket",
    "verdict",
    "verify",
    "versions",
    "why",
    "withdraw",
]


def __getattr__(name: str) -> Any:  # PEP 562's own type
    """Returns a verb of the Python API."""
    if name not in __all__:
        raise AttributeError(f"module 'gitprov' has no attribute {name!r}")
    from gitprov import api  # noqa: PLC0415  # see the docstring

    return getattr(api, name)
