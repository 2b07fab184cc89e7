"""Writes what follows from the code: docs/cli.md, docs/errors.md, facts in docs/policy.md, man pages, JSON Schemas.

`python docs/generate.py` writes them; with `--check` it names those that are out of date and fails.
"""

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import click

from docs import facts, schemas
from gitprov.cli.failure import BROKEN_PIPE
from gitprov.cli.group import cli
from gitprov.cli.main import TABLE
from gitprov.errors import Code, Exit
from gitprov.errors.catalogue import CATALOGUE

ROOT = Path(__file__).parents[1]
WIDTH = 100
NOTE = "Made by `make docs`; edit the code, not this page."
EXITS = {
    Exit.OK: "done, and nothing found wrong",
    Exit.FINDINGS: "done, and something was found wrong",
    Exit.USAGE: "wrong usage or malformed input; nothing was done",
    Exit.UNDECIDED: "cannot decide; a gate treats it as no",
    Exit.BUSY: "another process is writing; try again",
    Exit.OUTSIDE: "failed for an outside reason (network, disk, permission); nothing is lost",
    Exit.INTERNAL: "internal error; a crash is never a verdict",
    Exit.INTERRUPTED: "interrupted",
    BROKEN_PIPE: "the reader of the output left",
}
RUN_NOTE = "Once `gitprov run` has started a command, its exit status is the command's own."


def pages() -> dict[str, str]:
    """Returns every generated page: path from the root of the repository -> text."""
    return {
        "docs/cli.md": _cli_page(),
        "docs/errors.md": _errors_page(),
        "docs/man/git-prov.1": ".so man1/gitprov.1\n",
        "docs/man/gitprov.1": _man_page(),
        "docs/policy.md": facts.page((ROOT / "docs/policy.md").read_text("utf-8")),
        **dict(schemas.pages()),
    }


def _root() -> click.Context:
    settings = {**cli.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    return click.Context(cli, info_name="gitprov", **settings)


def _commands() -> Iterator[tuple[str, click.Context]]:
    """Yields (section, context) of each command, and of a group's own commands after it."""
    root = _root()
    for section, names in TABLE.items():
        for name in names:
            command = cli.get_command(root, name)
            if command is not None:
                ctx = click.Context(command, root, name)
                yield section, ctx
                if isinstance(command, click.Group):
                    for sub in command.list_commands(ctx):
                        inner = command.get_command(ctx, sub)
                        if inner is not None:
                            yield section, click.Context(inner, ctx, sub)


def _cli_page() -> str:
    lines = ["# Commands", "", NOTE, "", "```text", cli.get_help(_root()), "```"]
    for section, contexts in groupby(_commands(), key=lambda pair: pair[0]):
        lines += ["", f"## {section}"]
        for _, ctx in contexts:
            lines += ["", f"### {ctx.command_path}", "", "```text", ctx.command.get_help(ctx), "```"]
    lines += ["", "## Exit status", "", RUN_NOTE, "", "| status | meaning |", "|---|---|"]
    lines += [f"| {int(status)} | {meaning} |" for status, meaning in EXITS.items()]
    return "\n".join(lines) + "\n"


def _errors_page() -> str:
    lines = [
        "# Errors",
        "",
        f"{NOTE} Codes are stable and never reused. The exit statuses are explained in [cli.md](cli.md#exit-status).",
        "",
        "A way out that is a `command` can be pasted, with names for the words in capitals; gitprov prints those it",
        "knows. Each is run by a test as it is printed (`tests/remedies`). The others take a person.",
    ]
    for area, codes in groupby(CATALOGUE.values(), key=lambda code: code.id.split("-")[1]):
        lines += ["", f"## {area}", "", "| code | exit | what it means | the way out |", "|---|---|---|---|"]
        for code in codes:
            cells = (code.id, str(int(code.exit)), code.title, _remedy(code))
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _remedy(code: Code) -> str:
    """Returns the way out, with its command set as one."""
    if code.by_hand:
        return code.remedy
    command, hint, more = code.remedy.partition("  # ")
    words, colon, command = command.rpartition(": ")
    return f"{words}{colon}`{command}{hint}{more}`"


def _man_page() -> str:
    lines = [
        '.TH GITPROV 1 "" "gitprov" "Git-native artifact tracker"',
        ".SH NAME",
        "gitprov, git\\-prov \\- track models, data and their lineage in git",
        ".SH SYNOPSIS",
        ".B gitprov",
        "[\\fB\\-C\\fR \\fIDIR\\fR] \\fICOMMAND\\fR [\\fIARGS\\fR]",
        ".br",
        ".B git prov",
        "\\fICOMMAND\\fR [\\fIARGS\\fR]",
        ".SH DESCRIPTION",
        *_paragraphs(cli.help or ""),
        ".SH OPTIONS",
        *_options(_root()),
    ]
    for section, contexts in groupby(_commands(), key=lambda pair: pair[0]):
        lines.append(f".SH COMMANDS: {section.upper()}")
        for _, ctx in contexts:
            usage = " ".join(ctx.command.collect_usage_pieces(ctx))
            lines += [f".SS {_roff(ctx.command_path)} {_roff(usage)}"]
            lines += [*_paragraphs(ctx.command.help or ""), *_options(ctx)]
    lines += [".SH EXIT STATUS", _roff(RUN_NOTE.replace("`", ""))]
    for status, meaning in EXITS.items():
        lines += [".TP", f".B {int(status)}", _roff(meaning)]
    return "\n".join(lines) + "\n"


def _options(ctx: click.Context) -> Iterator[str]:
    for parameter in ctx.command.get_params(ctx):
        record = parameter.get_help_record(ctx)
        if record is not None:
            yield from (".TP", f".B {_roff(record[0])}", _roff(record[1]))


def _paragraphs(text: str) -> Iterator[str]:
    """Yields the lines of a click help text; a paragraph that click may not wrap keeps its lines."""
    for paragraph in text.replace("\f", "").split("\n\n"):
        if paragraph.startswith("\b"):
            body = paragraph.removeprefix("\b").strip("\n")
            yield from (".PP", ".nf", *(_roff(line) for line in body.split("\n")), ".fi")
        else:
            yield from (".PP", _roff(" ".join(paragraph.split())))


def _roff(text: str) -> str:
    """Returns text that troff prints as it is."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = "".join(char if char.isascii() else f"\\[u{ord(char):04X}]" for char in text)
    return "\\&" + text if text.startswith((".", "'")) else text


def main() -> int:
    """Writes the pages, or with `--check` compares them."""
    stale = 0
    for name, text in pages().items():
        path = ROOT / name
        if path.is_file() and path.read_text("utf-8") == text:
            continue
        stale += 1
        if "--check" in sys.argv[1:]:
            print(f"{name} is out of date; run: make docs")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            print(f"wrote {name}")
    return int("--check" in sys.argv[1:] and stale > 0)


if __name__ == "__main__":
    sys.exit(main())
