"""Splits the readings into a part to fit and a part to compare by."""

from pathlib import Path

head, *rows = Path("data/readings.csv").read_text().splitlines()
share = float(Path("params.yaml").read_text().rpartition(":")[2])
at = int(len(rows) * share)
Path("prepared").mkdir()
for name, part in (("train", rows[:at]), ("test", rows[at:])):
    Path(f"prepared/{name}.csv").write_text("\n".join([head, *part, ""]))
