"""Decides which rows are for training and which are held out, and writes that down."""

import json
from pathlib import Path

import numpy as np
from sklearn.model_selection import train_test_split

FEATURES = Path("data/features.csv")
SPLIT = Path("data/split.json")
SEED = 7

malignant = np.loadtxt(FEATURES, delimiter=",", skiprows=1, usecols=0)
train, held_out = train_test_split(np.arange(len(malignant)), test_size=0.3, stratify=malignant, random_state=SEED)
SPLIT.write_text(json.dumps({"held_out": sorted(held_out.tolist()), "train": sorted(train.tolist())}) + "\n")
