"""What one file of DVC's says at a commit: the quick way to read a dvc.lock, and the files of that commit only."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gitprov.adapters.dvc.documents import dump
from gitprov.adapters.dvc.said import read_said
from gitprov.ports.dvc import Said, is_dvc_file

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=120)
PATH = st.sampled_from(["data/raw", "model.bin", "a b", "#x", "- y", "http://h/x"])
LOCKED = st.fixed_dictionaries({"path": PATH, "hash": st.just("md5"), "md5": st.sampled_from(["0" * 32, "1" * 32])})
PARAMS = st.dictionaries(TEXT, st.one_of(TEXT, st.integers(), st.floats(allow_nan=False), st.lists(TEXT, max_size=2)))
STAGE = st.fixed_dictionaries(
    {"cmd": st.one_of(TEXT, st.lists(TEXT, min_size=1, max_size=3)), "outs": st.lists(LOCKED, max_size=2)},
    optional={"deps": st.lists(LOCKED, max_size=2), "params": st.dictionaries(TEXT, PARAMS, max_size=2)},
)


def said(data: bytes) -> Said:
    return read_said("p/dvc.lock", data, lambda _: None, {})


@given(stages=st.dictionaries(TEXT, STAGE, min_size=1, max_size=4))
def test_stage_by_stage_a_lock_says_what_it_says_as_a_whole(stages: dict[str, Any]) -> None:
    data = dump({"schema": "2.0", "stages": stages})
    quick, whole = said(data), said(data + b"# read as a whole\n")
    assert (quick.entries, quick.pointers) == (whole.entries, whole.pointers)
    assert [str(one) for one in quick.faults] == [str(one) for one in whole.faults]


@given(
    data=st.one_of(st.binary(max_size=200), st.binary(max_size=200).map(b"schema: '2.0'\nstages:\n  a:\n    ".__add__))
)
def test_hostile_bytes_are_a_fault_at_most(data: bytes) -> None:
    for name in ("dvc.lock", "x.dvc", "dvc.yaml", "Dvcfile"):
        read_said(name, data, lambda _: None, {})


def test_which_files_are_dvc_s() -> None:
    assert all(map(is_dvc_file, ("dvc.lock", "a/dvc.yaml", "a/x.dvc", "Dvcfile", "a.dvc/b.dvc")))
    assert not any(map(is_dvc_file, (".dvc/config", "a/.dvc/tmp/x.dvc", ".dvc", "a/.dvc", "dvc.lock/x", "my-dvc.yaml")))
