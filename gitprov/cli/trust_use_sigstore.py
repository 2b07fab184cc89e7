"""`gitprov trust use-sigstore`."""

from pathlib import Path

import click

from gitprov.cli.rooting import propose_wish, writable
from gitprov.cli.writing import dry_run_option, json_option, show_notes
from gitprov.errors import catalogue as codes
from gitprov.governance.wishes import Wish
from gitprov.ids import Value
from gitprov.wiring.project import Project

PUBLIC = (
    "the public Sigstore publishes for ever whom it certifies: e-mail addresses, and the digests of what they signed"
)
_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("name")
@click.option("--trusted-root", metavar="FILE", type=_file, help="The trusted root of a Sigstore.")
@click.option("--trust-config", metavar="FILE", type=_file, help="A client trust configuration, which contains one.")
@click.option("--public-good", is_flag=True, help="The public Sigstore, as the sigstore package knows it.")
@dry_run_option
@json_option
def command(
    name: str,
    trusted_root: Path | None,
    trust_config: Path | None,
    public_good: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Trust a Sigstore to say who signed, and when.

    Proposes a trust version with the Sigstore's trusted root under NAME, instead of an earlier one of that name.
    Certificates, timestamps and log entries are held against it, offline: nothing is ever fetched to verify.

    Example: gitprov trust use-sigstore team --trusted-root trusted_root.json
    """
    if (trusted_root is not None) + (trust_config is not None) + public_good != 1:
        raise codes.USE_ARGUMENT.error(
            "say which Sigstore: --trusted-root, --trust-config or --public-good",
            fix=f"gitprov trust use-sigstore {name} --trusted-root FILE",
        )
    project = writable()
    if public_good:
        show_notes([PUBLIC])
    document = _document(project, trusted_root, trust_config)
    propose_wish(project, Wish(trusted_roots={name: document}), dry_run=dry_run, as_json=as_json)


def _document(project: Project, trusted_root: Path | None, trust_config: Path | None) -> dict[str, Value]:
    """Returns the trusted root that was asked for."""
    if trusted_root is not None:
        return project.settings.values(trusted_root.read_bytes(), str(trusted_root))
    if trust_config is None:
        return project.settings.values(project.public_sigstore, "trusted_root.json")
    found = project.settings.values(trust_config.read_bytes(), str(trust_config)).get("trustedRoot")
    if not isinstance(found, dict):
        raise codes.USE_ARGUMENT.error(
            f"{trust_config} has no trustedRoot", fix=f"gitprov trust use-sigstore NAME --trusted-root {trust_config}"
        )
    return found
