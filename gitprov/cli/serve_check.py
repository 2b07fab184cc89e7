"""`gitprov serve-check`."""

from collections.abc import Iterator
from pathlib import Path

import click

from gitprov.cli.render import bold, finding_lines, loud, one_line, short, show_answer
from gitprov.cli.text import many
from gitprov.cli.writing import json_option
from gitprov.promotion.serve_check import Expected, Served, serve_check
from gitprov.wiring.folders import open_folder, open_progress, open_verifier


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--digest", metavar="sha256:…", help="The id of the deployment, as gitprov deploy prints it.")
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="PUBLIC.pem",
    help="The deployer's public key.",
)
@click.option("--pin", metavar="NNNN:sha256:…", help="The trust version that names the deployers.")
@click.option("--of", "stage", metavar="NAME/STAGE", help="What has to be deployed there.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    folder: Path,
    digest: str | None,
    key: Path | None,
    pin: str | None,
    stage: str | None,
    as_json: bool,
) -> None:
    """Check what is to be served, before it is loaded.

    DIR holds what gitprov deploy put there, byte for byte, and by the right people: judged by a digest, a key or a pin
    that does not come from DIR. Needs no repository and no network. A key and a pin take every deployment of these
    people, older ones too; a digest takes one. Files beside the deployed ones are not looked at. Exit 1: do not serve.

    Example: gitprov serve-check /srv/churn --pin 0001:sha256:… --of churn/production
    """
    expected = Expected(digest, key.read_text(errors="replace") if key is not None else None, pin, stage)
    served = serve_check(open_folder(str(folder)), open_verifier(), expected, progress=open_progress())
    show_answer("serve-check", served, lines(served), as_json=as_json)
    ctx.exit(served.exit)


def lines(served: Served) -> Iterator[str]:
    """Yields every finding, and what is there."""
    for finding in served.findings:
        yield from finding_lines(finding)
    if served.findings:
        yield loud("do not serve it")
    elif served.manifest is not None:
        manifest = served.manifest
        what = f"{manifest.name}@v{manifest.release.version} for {manifest.name}/{manifest.stage}"
        yield f"{bold(what)}: {many(len(manifest.members), 'member')} as deployed at {one_line(manifest.observed_at)}"
        yield f"deployment {short(str(served.deployment))}"
