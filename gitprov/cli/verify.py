"""`gitprov verify`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from gitprov.cli.render import bold, dim, finding_lines, loud, one_line, show_answer
from gitprov.cli.signed import signed_lines
from gitprov.cli.text import many, size_in_words
from gitprov.cli.verdict import sarif_option, show_sarif
from gitprov.cli.writing import json_option
from gitprov.errors import catalogue as codes
from gitprov.lineage.naming import split_stage
from gitprov.wiring.opening import open_reading
from gitprov.wiring.project import Project
from gitprov.wiring.resources import read_resource

if TYPE_CHECKING:
    from gitprov.audit.verify import Verdict


@click.command()
@click.argument("name", required=False, metavar="[ARTIFACT|PATH|RELEASE|NAME/STAGE|COMMIT..COMMIT]")
@click.option("--all", "everything", is_flag=True, help="Check everything, which is the default without a name.")
@click.option("--bytes", "in_both", is_flag=True, help="Read the bytes too, in the cache and in the remote.")
@click.option("--cache", "in_cache", is_flag=True, help="Read the bytes in the cache: all must be there.")
@click.option("--remote", "in_remote", is_flag=True, help="Read the bytes in the remote: all must be there.")
@click.option("--signatures", "each", is_flag=True, help="Say of each record who signed it, as with a name.")
@json_option
@sarif_option
@click.pass_context
def command(
    ctx: click.Context,
    name: str | None,
    everything: bool,
    in_both: bool,
    in_cache: bool,
    in_remote: bool,
    each: bool,
    as_json: bool,
    as_sarif: bool,
) -> None:
    """Check records, references and bytes.

    The canonical bytes, names and places of records, what they say about each other, and that their code can be had;
    with a name, of what it rests on. Every fault is listed with the command that mends it: exit 1; what cannot be
    judged from here (a shallow clone, a remote that does not answer): exit 3. With --bytes an object may be missing in
    the cache or in the remote, not in both, and every byte that is there must be the recorded one.

    Where there is a trust root, who signed each record, in which role, at what proven time, or which step of
    docs/verification.md a signature fails. Releases, requests, deployments and what changes who decides must be signed.

    With NAME/STAGE: whether what is in effect there counts, in the numbered steps of docs/verification.md, and what
    keeps a request that has landed, or waits on a branch, from taking effect.

    With COMMIT..COMMIT: what moving a protected branch from one to the other would land, by every law of the engine.

    Example: gitprov verify --bytes
    """
    if name is not None and everything:
        raise codes.USE_ARGUMENT.error("a name and --all exclude each other", fix="gitprov verify --all")
    if (in_cache and in_remote) or not (in_cache or in_remote):
        in_cache = in_remote = in_both or in_cache
    asked = split_stage(name or "")
    if asked is not None:
        from gitprov.audit.promotion import is_asked

        project = Project(remember=True)
        if is_asked(project, *asked):
            if in_cache or in_remote:
                raise codes.USE_ARGUMENT.error(
                    f"the bytes of {name} are read by deploy, and by verify of a release",
                    fix="gitprov deploy --help",
                )
            from gitprov.cli.verify_stage import show_verdict

            if as_sarif:
                raise codes.USE_ARGUMENT.error("--sarif is not for a stage", fix=f"gitprov verify {name} --json")
            ctx.exit(show_verdict(project, *asked, as_json=as_json))
    attributes = read_resource("templates/gitattributes")
    if name is not None and ".." in name:
        from gitprov.cli.verify_range import commits_of, show_range

        if (moved := commits_of(project := Project(), name)) is not None:
            ctx.exit(show_range(project, name, *moved, attributes, as_json=as_json, as_sarif=as_sarif))
    from gitprov.audit.verify import verify

    project, ledger = open_reading(remember=True)
    verdict = verify(
        project,
        ledger,
        name,
        attributes=attributes,
        in_cache=in_cache,
        in_remote=in_remote,
    )
    if as_sarif:
        show_sarif(verdict.findings, verdict.warnings, verdict.undecided)
    else:
        show_answer("verify", verdict, lines(verdict, each=each or name is not None), as_json=as_json)
    ctx.exit(verdict.exit)


def lines(verdict: "Verdict", *, each: bool) -> Iterator[str]:
    """Yields every finding, what was checked, and who signed it: in numbers, or each record."""
    for finding in verdict.findings:
        yield from finding_lines(finding)
    for finding in verdict.undecided:
        yield from finding_lines(finding, "undecided")
    for finding in verdict.warnings:
        yield from finding_lines(finding, "warning")
    checked = [many(verdict.records, "record")]
    read = verdict.bytes
    if read is not None and read.places:
        checked.append(
            f"{many(read.objects, 'object')} ({size_in_words(read.size)}) in {one_line(' and in '.join(read.places))}"
        )
    count = len(verdict.findings)
    if count:
        result = loud(many(count, "finding"))
    elif verdict.undecided:
        result = loud("cannot decide")
    else:
        result = bold("nothing wrong")
    yield f"{result}: checked {', '.join(checked)}"
    if verdict.signatures is not None:
        yield from signed_lines(verdict.signatures, each=each)
    if read is not None and read.not_pushed:
        yield dim(f"{many(read.not_pushed, 'object')} not in the remote yet: gitprov push")
    if verdict.unverified:
        yield loud(f"{many(verdict.unverified, 'content')} unverified: nobody has checked the bytes")
