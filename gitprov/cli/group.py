"""The `gitprov` of click: its commands are found in the table of gitprov.cli.main, and imported when called."""

import contextlib
import importlib
import keyword

import click

from gitprov import __version__
from gitprov.cli.main import TABLE


class CommandTable(click.Group):
    """A click group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 click hands it over
        """Returns every name of the table, in its order."""
        return [name for section in TABLE.values() for name in section]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports a command, or fails with the names that are near."""
        names = self.list_commands(ctx)
        if cmd_name in names:
            module = cmd_name.replace("-", "_") + ("_" if keyword.iskeyword(cmd_name) else "")
            command: click.Command = importlib.import_module(f"gitprov.cli.{module}").command
            return command
        if cmd_name.startswith("-"):
            return None  # an unknown option: click names it
        from difflib import get_close_matches

        near = " or ".join(f"'{name}'" for name in get_close_matches(cmd_name, names))
        return ctx.fail(f"no such command '{cmd_name}'" + (f"; did you mean {near}?" if near else ""))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the sections from the table alone."""
        width = max(map(len, self.list_commands(ctx)))
        for title, section in TABLE.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), text) for name, text in section.items()])


@click.group(cls=CommandTable, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="gitprov %(version)s")
@click.option(
    "-C",
    "directory",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False),
    help="Run as if started in DIR.",
)
@click.pass_context
def cli(ctx: click.Context, directory: str | None) -> None:
    """Git-native artifact tracker for machine-learning teams.

    Models, data and their lineage become small immutable records, committed beside the code; their bytes go to the
    DVC remote of the team.
    """
    if directory is not None:
        ctx.with_resource(contextlib.chdir(directory))
