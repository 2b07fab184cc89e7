"""Trains the classifier on the training rows."""

import argparse
import json
import pickle
from pathlib import Path

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier

FEATURES = Path("data/features.csv")
SPLIT = Path("data/split.json")
MODEL = Path("model.pkl")

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--learning-rate", type=float, default=0.1)
parser.add_argument("--max-depth", type=int, default=2)
parser.add_argument("--seed", type=int, default=1)
options = parser.parse_args()

rows = np.loadtxt(FEATURES, delimiter=",", skiprows=1)[json.loads(SPLIT.read_text())["train"]]
model = GradientBoostingClassifier(
    learning_rate=options.learning_rate, max_depth=options.max_depth, random_state=options.seed
)
model.fit(rows[:, 1:], rows[:, 0])
MODEL.write_bytes(pickle.dumps(model))
