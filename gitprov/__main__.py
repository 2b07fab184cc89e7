"""Lets `python -m gitprov` stand for `gitprov`."""

import sys

from gitprov.cli.main import program

if __name__ == "__main__":
    sys.exit(program())
