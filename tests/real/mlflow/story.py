"""What a team did with MLflow, told by MLflow itself: `python story.py URI COMMIT FOLDER`, with MLflow 2 or 3."""

import sys
from pathlib import Path

import mlflow
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param

MODEL = "artifact_path: model\nflavors:\n  python_function:\n    loader_module: churn\n"


def tell(uri: str, commit: str, folder: Path) -> None:
    """Tells the story: runs that ended well and badly, one that goes on, one that is deleted, and two versions."""
    mlflow.set_tracking_uri(uri)
    client = mlflow.MlflowClient()
    (folder / "model").mkdir()
    (folder / "model/MLmodel").write_text(MODEL)
    (folder / "model/weights.bin").write_text("0.25 0.5\n" * 100)
    (folder / "notes.txt").write_text("good\n")

    mlflow.set_experiment("Churn Model")
    with mlflow.start_run(run_name="first try", tags={"mlflow.source.git.commit": commit, "reviewed": "yes"}) as first:
        mlflow.log_params({"rate": 0.1, "layers": [8, 4], "note": "two\nlines"})
        for step, value in enumerate([0.9, 0.91, 0.92]):
            mlflow.log_metric("auc", value, step=step)
        mlflow.log_metrics({"loss/val": float("nan"), "worst": float("inf"), "rows": 12.0})
        mlflow.log_artifacts(str(folder / "model"), "model")
        mlflow.log_artifact(str(folder / "notes.txt"))
        mlflow.log_artifact(str(folder / "notes.txt"), "plots/roc")
    client.create_registered_model("Churn")
    version = client.create_model_version("Churn", f"{first.info.artifact_uri}/model", first.info.run_id)
    client.set_registered_model_alias("Churn", "champion", version.version)
    client.transition_model_version_stage("Churn", version.version, "Production")

    with mlflow.start_run(run_name="numbers only") as failed:
        mlflow.log_metric("auc", 0.4)
    client.set_terminated(failed.info.run_id, "FAILED")

    experiment = client.get_experiment_by_name("Churn Model").experiment_id
    client.create_run(experiment, run_name="goes on")
    gone = client.create_run(experiment, run_name="gone")
    client.set_terminated(gone.info.run_id)
    client.delete_run(gone.info.run_id)

    other = client.create_experiment("/Users/ada@example.org/Late Payers")
    many = client.create_run(other)
    metrics = [Metric(f"m{number}", number / 7, 1, 0) for number in range(40)]
    client.log_batch(many.info.run_id, metrics, [Param(f"p{number}", str(number)) for number in range(40)])
    client.set_terminated(many.info.run_id)

    if hasattr(mlflow, "initialize_logged_model"):
        tell_newer(client, folder)


def tell_newer(client: mlflow.MlflowClient, folder: Path) -> None:
    """Goes on with what MLflow has since version 3: models that are logged beside runs, and data sets."""
    mlflow.set_experiment("Churn Model")
    with mlflow.start_run(run_name="newer") as run:
        data = Dataset("customers", "8f1c2a07", "http", '{"url": "http://127.0.0.1/churn.csv"}')
        client.log_inputs(run.info.run_id, [DatasetInput(data, [InputTag("mlflow.data.context", "training")])])
        model = mlflow.initialize_logged_model(name="net", source_run_id=run.info.run_id)
        client.log_model_artifacts(model.model_id, str(folder / "model"))
        mlflow.finalize_logged_model(model.model_id, "READY")
        mlflow.log_metric("auc", 0.95, model_id=model.model_id)
        client.log_outputs(run.info.run_id, [mlflow.entities.LoggedModelOutput(model.model_id, 0)])
    client.create_model_version("Churn", f"models:/{model.model_id}", run.info.run_id, model_id=model.model_id)


if __name__ == "__main__":
    tell(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
