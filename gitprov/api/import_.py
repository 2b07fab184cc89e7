"""What other tools say, taken in: `gitprov import`."""

from pathlib import Path

from gitprov.exchange import attestations as _attestations
from gitprov.exchange import dvc as _dvc
from gitprov.exchange import gto as _gto
from gitprov.exchange import mlflow as _mlflow
from gitprov.wiring.foreign import open_mlflow
from gitprov.wiring.opening import open_project


def attestation(
    file: str | Path, *artifacts: str, key: str | None = None, dry_run: bool = False
) -> _attestations.Imported:
    """Keeps what somebody else attested of the bytes of artifacts, as `gitprov import attestation` does.

    Args:
        file: A Sigstore bundle.
        artifacts: The artifacts; when none is named, all whose bytes it is about.
        key: The public key (PEM) that made it, where no certificate says who did.
        dry_run: Write nothing.
    """
    data = Path(file).read_bytes()
    return _attestations.import_attestation(*open_project(), data, artifacts, key=key, dry_run=dry_run)


def dvc(*, history: bool = False, revision: str = "HEAD", dry_run: bool = False) -> _dvc.Imported:
    """Records what DVC recorded, now or ever, as `gitprov import dvc` does."""
    return _dvc.import_dvc(*open_project(), revision=revision, history=history, dry_run=dry_run)


def gto(*, dry_run: bool = False) -> _gto.Imported:
    """Records what a GTO registry says in tags, as `gitprov import gto` does."""
    return _gto.import_gto(*open_project(), dry_run=dry_run)


def mlflow(
    address: str,
    *,
    experiment: str | None = None,
    run: str | None = None,
    artifacts: bool = True,
    dry_run: bool = False,
) -> _mlflow.Imported:
    """Records what MLflow tracked, as `gitprov import mlflow` does.

    Args:
        address: A tracking server, or the folder of a file store.
        experiment: Only the runs of the experiment of this name.
        run: Only the run of this id.
        artifacts: Read artifacts, and not only list them.
        dry_run: Read no artifact and write nothing.
    """
    project, ledger = open_project()
    store = open_mlflow(project, address)
    plan = _mlflow.plan_import(ledger, store, experiment=experiment, run=run, with_bytes=artifacts)
    return _mlflow.import_mlflow(project, ledger, store, plan, dry_run=dry_run)
