"""What is needed to look at a folder that is no repository."""

from gitprov.ports.folder import Folder
from gitprov.ports.progress import Progress
from gitprov.ports.signing import Verifier


def open_folder(path: str) -> Folder:
    """Returns the folder at a path, which need not exist yet."""
    from gitprov.adapters.folder import PlainFolder

    return PlainFolder(path)


def open_verifier() -> Verifier:
    """Returns what checks signatures."""
    from gitprov.adapters.signing.verifier import SignatureVerifier

    return SignatureVerifier()


def open_progress() -> Progress:
    """Returns a bar on a terminal, else silence."""
    from gitprov.adapters.progress import choose_progress

    return choose_progress()
