"""Writes the raw table: measurements of 569 tumours, which ship with scikit-learn."""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer

RAW = Path("data/raw.csv")

raw = load_breast_cancer()
header = ",".join(["malignant", *(str(name).replace(" ", "_") for name in raw.feature_names)])
rows = np.column_stack([raw.target == 0, raw.data])
RAW.parent.mkdir(exist_ok=True)
np.savetxt(RAW, rows, delimiter=",", fmt="%.17g", header=header, comments="")
