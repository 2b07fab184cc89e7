"""Writes readings of a sensor: `python readings.py DAYS`. They rise by 2 a day, with a ripple."""

import sys
from pathlib import Path

rows = [f"{day},{2 * day + (day * 7) % 5}" for day in range(int(sys.argv[1]))]
Path("data").mkdir(exist_ok=True)
Path("data/readings.csv").write_text("\n".join(["day,value", *rows, ""]))
