"""A promotion of the best of many: everybody reads out of how many, and nobody can say less (demand 18)."""

import json
import subprocess
import sys

from tests.flows.promotion.world import World
from tests.flows.sweeps import write_trials
from tests.independent import verify as stranger

TRAIN = [sys.executable, "train.py", "{inputs.data}", "{outputs.model}", "{params.number}"]
STEP = ["--step", "train", "--input", "data=raw", "--param", "number=3", "--output", "model=model.txt:churn:model"]


def test_a_promotion_says_out_of_how_many_a_model_was_chosen(serving: World) -> None:
    """And a stranger's verifier finds nothing wrong with what landed."""
    alice = serving.alice
    alice("run", *STEP, "--", *TRAIN)
    with alice.project():
        best, *_ = write_trials(alice.repo, 4)
    alice("keep", "--sweep", "search", best.name)
    alice.repo.write("metrics.json", json.dumps({"auc": 0.97}))
    model = f"id:{best.run.outputs['model'].artifact[7:19]}"
    alice("evaluate", model, "--metrics", "metrics.json", "--suite", "holdout", "--data", "raw")
    alice("push", "--no-refs")
    alice("seal", "churn")
    alice.share("Release the best of four")
    request = serving.promote("churn@v3")
    folder = alice.repo.path / ".gitprov/promotions/churn/production/0002"
    assert "churn: best of 4 (run-set search)" in (folder / "request.yaml").read_text()
    assert "best of 4 (run-set search)  id:" in alice("evidence", "show", request).out
    (entry,) = alice("evidence", "show", request, "--json").json()["evidence"]["sweeps"]
    assert (entry["name"], entry["runs"], entry["run"]) == ("search", 4, best.run_id)
    assert "true and whole" in alice("evidence", "verify", request).out
    assert "best of 4 (run-set search)" in alice("why", "churn@v3").out
    alice("verify", "--all", "--cache")
    command = [sys.executable, "-I", stranger.__file__, str(alice.repo.path), "refs/remotes/origin/main"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout)
    assert (done.returncode, found["findings"], found["warnings"]) == (0, [], [])
