"""`gitprov import`."""

import json
from pathlib import Path

import click

from gitprov.cli.import_dvc import dvc
from gitprov.cli.import_gto import gto
from gitprov.cli.import_mlflow import mlflow
from gitprov.cli.render import one_line
from gitprov.cli.writing import dry_run_option, json_option, outcome_json, show_outcome
from gitprov.errors import catalogue as codes
from gitprov.exchange.attestations import import_attestation
from gitprov.lineage.naming import describe
from gitprov.trust.bundles import LIMIT
from gitprov.wiring.opening import open_project


@click.group()
def command() -> None:
    """Take in what other tools say.

    Example: gitprov import attestation model.pkl.sigstore.json
    """


command.add_command(dvc)
command.add_command(gto)
command.add_command(mlflow)


@command.command()
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("artifacts", metavar="[ARTIFACT|PATH]...", nargs=-1)
@click.option("--key", metavar="PUBLIC.pem", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="The key that made it, where no certificate says who did.")  # fmt: skip
@dry_run_option
@json_option
def attestation(file: Path, artifacts: tuple[str, ...], key: Path | None, dry_run: bool, as_json: bool) -> None:
    """Keep what somebody else attested of an artifact's bytes.

    FILE is a Sigstore bundle v0.3 with an in-toto statement, as `gh attestation download` and `cosign attest-blob`
    write it. It is verified, against the trusted roots of the trust root in force or by --key, kept in an event, and
    verified again by `gitprov verify`. Without an artifact it is kept for all that have the bytes.

    Example: gitprov import attestation model.pkl.sigstore.json model.pkl
    """
    project, ledger = open_project()
    try:
        with file.open("rb") as stream:
            data = stream.read(LIMIT + 1)
        pem = key.read_text(encoding="ascii").strip() + "\n" if key is not None else None
    except (OSError, UnicodeDecodeError) as error:
        raise codes.IO_FAILED.error(f"{key or file} cannot be read", why=str(error)) from None
    done = import_attestation(project, ledger, data, artifacts, key=pem, dry_run=dry_run)
    if as_json:
        facts = {"artifacts": list(done.artifacts), "by": done.by, "kind": done.kind, "time": done.time}
        click.echo(json.dumps(outcome_json(done.outcome) | facts, indent=2, sort_keys=True, ensure_ascii=False))
        return
    for one in done.artifacts:
        when = f" at {done.time}" if done.time else ", with no trusted time"
        click.echo(one_line(f"{describe(ledger, one)}: {done.kind} by {done.by}{when}"))
    show_outcome(done.outcome, as_json=False)
