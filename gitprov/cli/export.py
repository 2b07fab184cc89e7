"""`gitprov export`."""

import json
from pathlib import Path

import click

from gitprov.cli.text import many
from gitprov.cli.writing import dry_run_option
from gitprov.errors import catalogue as codes
from gitprov.exchange.exporting import Form, export
from gitprov.lineage.naming import describe
from gitprov.wiring.opening import open_project


@click.group()
def command() -> None:
    """Say what is recorded in the words of other tools.

    What is exported is signed by whoever exports it, and nothing is recorded.

    Example: gitprov export oms model --output model.sig
    """


_artifact = click.argument("artifact", metavar="ARTIFACT|PATH")
_output = click.option(
    "--output", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write there, not to stdout."
)


@command.command("oms")
@_artifact
@_output
@dry_run_option
def oms_(artifact: str, output: Path | None, dry_run: bool) -> None:
    """Sign an artifact as OpenSSF Model Signing does.

    `model_signing verify` takes it for the restored file or folder. Links have no form there. Only P-256 keys and
    certificates are understood by it.

    Example: gitprov export oms model --output model.sig
    """
    _export("oms", artifact, output, dry_run=dry_run)


@command.command("slsa")
@_artifact
@_output
@dry_run_option
def slsa_(artifact: str, output: Path | None, dry_run: bool) -> None:
    """Sign SLSA provenance of an artifact's bytes.

    Its subjects are the files themselves, so that `cosign verify-blob-attestation --type slsaprovenance1` takes each of
    them; its predicate is the run that made them.

    Example: gitprov export slsa model.pkl --output model.slsa.json
    """
    _export("slsa", artifact, output, dry_run=dry_run)


def _export(form: Form, artifact: str, output: Path | None, *, dry_run: bool) -> None:
    project, ledger = open_project()
    done = export(project, ledger, artifact, form, dry_run=dry_run)
    if done.bundle is None:
        click.echo(json.dumps(json.loads(done.statement), indent=2, sort_keys=True))
        return
    if output is None:
        click.echo(done.bundle)
        return
    try:
        output.write_bytes(done.bundle)
    except OSError as error:
        raise codes.IO_FAILED.error(f"{output} cannot be written", why=error.strerror or str(error)) from None
    click.echo(f"wrote {output}: {form} of {describe(ledger, done.artifact)}, {many(done.files, 'file')}, signed")
