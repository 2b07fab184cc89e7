"""`gitprov export`."""

import json
from pathlib import Path

import click

from gitprov.cli.text import many
from gitprov.cli.writing import dry_run_option, json_option
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
@json_option
def oms_(artifact: str, output: Path | None, dry_run: bool, as_json: bool) -> None:
    """Sign an artifact as OpenSSF Model Signing does.

    `model_signing verify` takes it for the restored file or folder. Links have no form there. Only P-256 keys and
    certificates are understood by it.

    Example: gitprov export oms model --output model.sig
    """
    _export("oms", artifact, output, dry_run=dry_run, as_json=as_json)


@command.command("slsa")
@_artifact
@_output
@dry_run_option
@json_option
def slsa_(artifact: str, output: Path | None, dry_run: bool, as_json: bool) -> None:
    """Sign SLSA provenance of an artifact's bytes.

    Its subjects are the files themselves, so that `cosign verify-blob-attestation --type slsaprovenance1` takes each of
    them; its predicate is the run that made them.

    Example: gitprov export slsa model.pkl --output model.slsa.json
    """
    _export("slsa", artifact, output, dry_run=dry_run, as_json=as_json)


def _export(form: Form, artifact: str, output: Path | None, *, dry_run: bool, as_json: bool) -> None:
    project, ledger = open_project()
    done = export(project, ledger, artifact, form, dry_run=dry_run)
    if done.bundle is not None and output is not None:
        _write(output, done.bundle)
    said = json.loads(done.bundle or done.statement)
    if as_json:
        facts = {"artifact": done.artifact, "dry_run": dry_run, "files": done.files, "form": form, "path": done.path}
        written = str(output) if output is not None and not dry_run else None
        said = {**facts, "exported": said, "output": written, "schema": "gitprov/exported/v1"}
    if as_json or done.bundle is None or output is None:
        click.echo(json.dumps(said, indent=2, sort_keys=True) if as_json or done.bundle is None else done.bundle)
        return
    click.echo(f"wrote {output}: {form} of {describe(ledger, done.artifact)}, {many(done.files, 'file')}, signed")


def _write(output: Path, data: bytes) -> None:
    try:
        output.write_bytes(data)
    except OSError as error:
        raise codes.IO_FAILED.error(f"{output} cannot be written", why=error.strerror or str(error)) from None
