"""Makes features of the raw table, and the statistics by which later data can be compared with this."""

import json
from pathlib import Path

import numpy as np

RAW = Path("data/raw.csv")
FEATURES = Path("data/features.csv")
STATISTICS = Path("data/statistics.json")

names = RAW.read_text().partition("\n")[0].split(",")
column = dict(zip(names, np.loadtxt(RAW, delimiter=",", skiprows=1).T, strict=True))
features = {
    "malignant": column["malignant"],
    "log_area": np.log(column["mean_area"]),
    "texture": column["mean_texture"],
    "smoothness": column["mean_smoothness"],
    "roundness": 4 * np.pi * column["mean_area"] / column["mean_perimeter"] ** 2,
    "concavity": np.sqrt(column["mean_concavity"]),
    "symmetry": column["mean_symmetry"],
    "spread": column["worst_radius"] / column["mean_radius"],
}
table = np.column_stack(list(features.values()))
np.savetxt(FEATURES, table, delimiter=",", fmt="%.9g", header=",".join(features), comments="")
statistics = {
    name: {
        "max": round(float(values.max()), 6),
        "mean": round(float(values.mean()), 6),
        "min": round(float(values.min()), 6),
        "std": round(float(values.std()), 6),
    }
    for name, values in features.items()
}
STATISTICS.write_text(json.dumps(statistics, indent=2) + "\n")
