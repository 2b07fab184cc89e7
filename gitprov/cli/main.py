"""Entry point of `gitprov` and `git prov`."""

import click

from gitprov import __version__


@click.group()
@click.version_option(__version__, prog_name="gitprov")
def main() -> None:
    """Git-native artifact tracker for machine-learning teams."""
