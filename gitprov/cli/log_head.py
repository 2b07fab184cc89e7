"""`gitprov log-head`."""

import json
from collections.abc import Iterator
from pathlib import Path

import click

from gitprov.audit import log_heads
from gitprov.audit.log_heads import REF, Proof, Shown, Verified
from gitprov.cli.render import bold, dim, finding_lines, one_line, plain, short, show_answer
from gitprov.cli.text import many
from gitprov.cli.writing import dry_run_option, finding_json, json_option, show_findings, show_notes
from gitprov.errors import Exit
from gitprov.errors import catalogue as codes
from gitprov.governance.log_heads import HeadSigned, publish_log_heads, sign_log_head
from gitprov.wiring.project import Project


@click.group()
def command() -> None:
    """Sign heads of the log, and hold the log against them.

    The log is every record and signature that landed, in order, as one Merkle tree. Its head, a size and a root, is a
    few lines that are signed and kept outside of the protected ref: who has one finds out whoever takes back, changes
    or reorders what had landed.

    Example: gitprov log-head verify
    """


@command.command()
@dry_run_option
@json_option
def sign(dry_run: bool, as_json: bool) -> None:
    """Sign the log of the protected ref, as it is read here.

    Takes the key of an owner or a deployer. Refused unless the log continues the last head that was signed. The note
    goes to refs/gitprov/log-heads; publish sends it on.

    Example: gitprov log-head sign
    """
    signed = sign_log_head(Project(), dry_run=dry_run)
    show_answer("log-head-sign", signed, _signed(signed), as_json=as_json)


@command.command()
@json_option
def show(as_json: bool) -> None:
    """Show the last head that was signed, as a C2SP note.

    And whose signatures count, with their keys as C2SP's verifiers and witnesses take them.

    Example: gitprov log-head show --json
    """
    shown = log_heads.show(Project())
    show_answer("log-head-show", shown, _shown(shown), as_json=as_json)


@command.command()
@click.argument("source", default=REF, metavar="[FILE|REF]")
@json_option
@click.pass_context
def verify(ctx: click.Context, source: str, as_json: bool) -> None:
    """Hold a signed head against the log as it is here.

    Somebody's note in a file, or all heads on a ref: refs/gitprov/log-heads by default; FETCH_HEAD after git fetch
    MIRROR refs/gitprov/log-heads. An owner or deployer must have signed it, and the log must have had that root at that
    size: else it was rewound or rewritten.

    Example: gitprov log-head verify head.txt
    """
    project = Project()
    found = log_heads.verify(project, source, _read(project, source))
    show_answer("log-head-verify", found, _verified(found), as_json=as_json)
    show_notes(found.notes)
    ctx.exit(Exit.FINDINGS if found.findings else Exit.OK)


@command.command()
@click.option("--remote", default="origin", show_default=True, metavar="NAME", help="The remote.")
@click.option("--mirror", "mirrors", multiple=True, metavar="REMOTE", help="One more place, out of its hands.")
@dry_run_option
@json_option
@click.pass_context
def publish(ctx: click.Context, remote: str, mirrors: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Send the heads to the remote, and to mirrors.

    Forward only. Whoever can rewrite the remote cannot rewrite a mirror that somebody else keeps: verify against that.

    Example: gitprov log-head publish --mirror backup
    """
    done = publish_log_heads(Project(), (remote, *mirrors), dry_run=dry_run)
    if as_json:
        data = {**plain(done), "findings": [finding_json(one) for one in done.findings]}
        click.echo(json.dumps(data | {"schema": "gitprov/log-head-publish/v1"}, indent=2, sort_keys=True))
    else:
        for name in done.sent:
            click.echo(f"{'would send' if dry_run else 'sent'} {REF} at {done.heads[:12]} to {one_line(name)}")
        show_findings(done.findings)
    ctx.exit(Exit.OUTSIDE if done.findings else Exit.OK)


@command.command()
@click.argument("path", required=False, metavar="[PATH]")
@click.option("--from", "size", type=click.IntRange(0), metavar="SIZE", help="The size of an earlier head; 0 for none.")
@json_option
def prove(path: str | None, size: int | None, as_json: bool) -> None:
    """Prove what is in the log of the last head that was signed.

    That a record or signature file is in it, as C2SP's tlog-proof; or with --from that it continues the log of an
    earlier size, as C2SP's witnesses take it. Both check without this repository.

    Example: gitprov log-head prove .gitprov/releases/churn/1.yaml > churn.tlog-proof
    """
    project = Project()
    if path is not None and size is None:
        path = path if project.git.is_bare else project.git.relative(path)
        proof = log_heads.prove_inclusion(project, path)
    elif path is None and size is not None:
        proof = log_heads.prove_consistency(project, size)
    else:
        raise codes.USE_ARGUMENT.error("name a file, or a size with --from", fix="gitprov log-head prove PATH")
    show_answer("log-head-prove", proof, _proof(proof), as_json=as_json)


def _read(project: Project, source: str) -> bytes | None:
    """Returns the note in a file; None for a ref, which comes before a file that is called the same."""
    path = Path(source)
    if project.git.commit_of(source) is not None or not path.is_file():
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        raise codes.IO_FAILED.error(f"{source} cannot be read", why=error.strerror or str(error)) from error


def _signed(signed: HeadSigned) -> Iterator[str]:
    if not signed.is_new:
        yield f"already signed: {many(signed.size, 'file')}"
        return
    what = f"the log of {many(signed.size, 'file')} at {short(signed.commit)}"
    yield f"{'would sign' if signed.dry_run else 'signed'} {what}"
    if not signed.dry_run:
        yield from signed.note.splitlines()
        yield "next: gitprov log-head publish"


def _shown(shown: Shown) -> Iterator[str]:
    yield from map(one_line, shown.note.splitlines())
    yield ""
    later = f", {shown.leaves - shown.size} more since" if shown.leaves > shown.size else ""
    yield dim(f"signed at {short(shown.commit) if shown.commit else 'an unknown commit'}{later}")
    for name, keys in shown.keys.items():
        for key in keys:
            yield f"{one_line(name)}  {key}"


def _verified(found: Verified) -> Iterator[str]:
    at = f" at {short(found.commit)}" if found.commit else ""
    yield bold(f"log head of {many(found.size, 'file')}{at}")
    yield f"  {found.ref} has {many(found.leaves, 'file')}"
    for finding in found.findings:
        yield from finding_lines(finding)
    if not found.findings:
        heads = f"{found.heads} heads" if found.heads > 1 else "it"
        yield f"ok: signed by {', '.join(found.signers)}, and the log continues {heads}"


def _proof(proof: Proof) -> Iterator[str]:
    yield from map(one_line, proof.text.removesuffix("\n").split("\n"))
