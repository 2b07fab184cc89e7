"""The keys that you sign with: `gitprov keys`."""

from gitprov.ports.signing import Key
from gitprov.recording import keys as _keys
from gitprov.recording.keys import Used
from gitprov.wiring.opening import landed_of
from gitprov.wiring.project import Project


def new(name: str = "default", *, passphrase: bool = False) -> Key:
    """Makes a key, as `gitprov keys new` does; its file takes a passphrase if it shall."""
    return Project().keys.new(name, protect=passphrase)


def every() -> tuple[Key, ...]:
    """Returns your keys, as `gitprov keys list` does."""
    return Project().keys.all()


def export(name: str | None = None) -> Key:
    """Returns a key, by default the one that signs, as `gitprov keys export` does: `.pem` is its public half."""
    return _keys.exported(Project().keys, name)


def use(key: str, *, commits: bool = False, dry_run: bool = False) -> Used:
    """Chooses what signs in this repository, as `gitprov keys use` does."""
    project = Project()
    return _keys.use(project, key, landed=landed_of(project), commits=commits, dry_run=dry_run)


def allowed_signers() -> str:
    """Returns the keys of the trust root for git, as `gitprov keys allowed-signers` does."""
    return _keys.signers_of_commits(landed_of(Project())())
