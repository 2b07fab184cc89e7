"""What is recorded in the words of other tools: `gitprov export`."""

from gitprov.exchange.exporting import Exported, export
from gitprov.wiring.opening import open_project


def oms(artifact: str, *, dry_run: bool = False) -> Exported:
    """Signs an artifact as OpenSSF Model Signing does, as `gitprov export oms` does; `.bundle` is to be written."""
    return export(*open_project(), artifact, "oms", dry_run=dry_run)


def slsa(artifact: str, *, dry_run: bool = False) -> Exported:
    """Signs SLSA provenance of an artifact's bytes, as `gitprov export slsa` does."""
    return export(*open_project(), artifact, "slsa", dry_run=dry_run)
