"""Measures the classifier on the rows that it has not seen: all of them, and small and large tumours apart."""

import json
import pickle
from pathlib import Path

import numpy as np
from sklearn.metrics import brier_score_loss, recall_score, roc_auc_score

FEATURES = Path("data/features.csv")
SPLIT = Path("data/split.json")
MODEL = Path("model.pkl")
METRICS = Path("metrics.json")

rows = np.loadtxt(FEATURES, delimiter=",", skiprows=1)[json.loads(SPLIT.read_text())["held_out"]]
truth, inputs = rows[:, 0], rows[:, 1:]
risk = pickle.loads(MODEL.read_bytes()).predict_proba(inputs)[:, 1]  # noqa: S301 the project's own model
large = inputs[:, 0] > np.median(inputs[:, 0])
metrics = {
    "auc": round(roc_auc_score(truth, risk), 4),
    "brier": round(brier_score_loss(truth, risk), 4),
    "recall": round(recall_score(truth, risk > 0.5), 4),
    "segments": {
        "large": {"auc": round(roc_auc_score(truth[large], risk[large]), 4)},
        "small": {"auc": round(roc_auc_score(truth[~large], risk[~large]), 4)},
    },
}
METRICS.write_text(json.dumps(metrics, indent=2) + "\n")
