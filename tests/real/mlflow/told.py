"""What MLflow's own client says of a store, as JSON: `python told.py URI`."""

import hashlib
import json
import sys
import tempfile
from pathlib import Path

import mlflow


def files(folder: str) -> dict[str, str]:
    """Returns the digests of the files in a folder, without the one that the client itself writes there."""
    top = Path(folder)
    found = [path for path in top.rglob("*") if path.is_file() and path.name != "registered_model_meta"]
    return {str(path.relative_to(top)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def told(uri: str) -> dict[str, object]:
    """Returns the runs that are not deleted, by id: parameters, metrics as text, status, and files by path."""
    mlflow.set_tracking_uri(uri)
    client = mlflow.MlflowClient()
    experiments = [one.experiment_id for one in client.search_experiments()]
    found: dict[str, object] = {}
    for run in client.search_runs(experiments):
        with tempfile.TemporaryDirectory() as folder:
            if client.list_artifacts(run.info.run_id):
                client.download_artifacts(run.info.run_id, "", folder)
            kept = files(folder)
        outputs = getattr(run, "outputs", None)
        for output in outputs.model_outputs if outputs else ():
            with tempfile.TemporaryDirectory() as folder:
                got = mlflow.artifacts.download_artifacts(f"models:/{output.model_id}", dst_path=folder)
                kept |= {f"{output.model_id}/{path}": digest for path, digest in files(got).items()}
        found[run.info.run_id] = {
            "files": kept,
            "metrics": {name: repr(float(value)) for name, value in run.data.metrics.items()},
            "params": run.data.params,
            "status": run.info.status,
        }
    return found


if __name__ == "__main__":
    print(json.dumps(told(sys.argv[1])))
