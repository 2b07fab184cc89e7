"""The keys that you sign with: `gitprov keys`."""

from gitprov.ports.signing import Key
from gitprov.recording.keys import exported
from gitprov.wiring.project import Project


def new(name: str = "default", *, passphrase: bool = False) -> Key:
    """Makes a key, as `gitprov keys new` does; its file takes a passphrase if it shall."""
    return Project().keys.new(name, protect=passphrase)


def every() -> tuple[Key, ...]:
    """Returns your keys, as `gitprov keys list` does."""
    return Project().keys.all()


def export(name: str | None = None) -> Key:
    """Returns a key, by default the one that signs, as `gitprov keys export` does: `.pem` is its public half."""
    return exported(Project().keys, name)
