"""Lets `python -m gitprov` stand for `gitprov`."""

from gitprov.cli.main import main

if __name__ == "__main__":
    main()
