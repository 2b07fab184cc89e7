"""Commit messages of promotions: plain `git log` reads as the audit trail, and trailers name the records."""

from collections.abc import Iterable

from gitprov.ids import Digest
from gitprov.lineage.naming import title
from gitprov.ports.git import Commit
from gitprov.records import Request, Stored
from gitprov.trust.statements import Decision


def asks(stored: Stored, request: Request, by: str) -> str:
    """Returns the message of the commit that brings a request."""
    name, release = request.name, request.release
    match request.kind:
        case "withdraw":
            subject = f"Withdraw {name} from {request.stage}"
        case "rollback":
            subject = f"Roll {name} back to v{release.version if release else 0} in {request.stage}"
        case "promote":
            subject = f"Promote {name} v{release.version if release else 0} to {request.stage}"
    trailers = {
        "Gitprov-Request": f"{request.label} {stored.id}",
        "Gitprov-Release": f"{name}@v{release.version} {release.id}" if release else "",
        "Gitprov-Replaces": request.replaces or "",
        "Gitprov-Evidence": request.evidence,
        "Gitprov-Requester": by,
        "Gitprov-Reason": request.reason,
    }
    return _message(subject, request.summary, trailers)


def votes(stored: Stored, request: Request, decision: Decision, by: str, reason: str) -> str:
    """Returns the message of the commit that brings an approval or a rejection."""
    what = f"{request.name} v{request.release.version}" if request.release else f"withdrawing {request.name}"
    where = f"{'from' if request.release is None else 'for'} {request.stage}"
    trailers = {
        "Gitprov-Approves" if decision == "approve" else "Gitprov-Rejects": stored.id,
        "Gitprov-Request": request.label,
        "Gitprov-Approver": by,
        "Gitprov-Reason": reason,
    }
    return _message(f"{decision.capitalize()} {what} {where}", [], trailers)


def renumbers(before: Stored, after: Stored) -> str:
    """Returns the message of the commit that takes a release out of the way of the one that took its number."""
    return _message(
        f"Renumber {title(before.record)}: it is {title(after.record)}",
        [],
        {"Gitprov-Release": f"{title(after.record)} {after.id}"},
    )


def reverts(commit: Commit, deprecates: Iterable[tuple[str, Digest]]) -> str:
    """Returns the message of the commit that reverts another, and deprecates records by name and id."""
    lines = [f'Revert "{_on_one_line(commit.subject)}"', "", f"This reverts commit {commit.id}."]  # as git says it
    trailers = [f"Gitprov-Deprecates: {name} {one}" for name, one in deprecates]
    return "\n".join([*lines, *([""] if trailers else []), *trailers])


def excepts(stored: Stored, request: Request, by: str, *, waives: str, until: str, reason: str) -> str:
    """Returns the message of the commit that brings an exception, or an owner's signature of one."""
    trailers = {
        "Gitprov-Excepts": stored.id,
        "Gitprov-Request": request.label,
        "Gitprov-Waives": f"{waives}, until {until}",
        "Gitprov-Owner": by,
        "Gitprov-Reason": reason,
    }
    return _message(f"Grant an exception for {request.label}", (), trailers)


def _message(subject: str, body: Iterable[str], trailers: dict[str, str]) -> str:
    """Returns a message; no text of a person's makes a line of its own, so that none can pass for a trailer."""
    lines = [f"- {_on_one_line(line)}" for line in body]
    named = [f"{key}: {said}" for key, text in trailers.items() if (said := _on_one_line(text))]
    return "\n".join([subject, "", *lines, *([""] if lines else []), *named])


def _on_one_line(text: str) -> str:
    """Returns a text with nothing in it that steers a terminal, or that git does not take."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
