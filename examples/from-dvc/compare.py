"""Compares the models by their mean error on later readings."""

import json
from pathlib import Path
from statistics import mean

rows = [tuple(map(float, row.split(","))) for row in Path("prepared/test.csv").read_text().splitlines()[1:]]
errors = {}
for path in sorted(Path("models").glob("*.json")):
    model = json.loads(path.read_text())
    errors[path.stem] = mean(abs(model["intercept"] + model["slope"] * day - value) for day, value in rows)
Path("metrics.json").write_text(json.dumps(errors, indent=2) + "\n")
