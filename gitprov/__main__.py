"""Lets `python -m gitprov` stand for `gitprov`."""

import sys

from gitprov.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
