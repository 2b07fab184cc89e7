"""Tickets: one form, hostile bytes, and what of a run is not as its ticket says (issue 7)."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import sha256_of
from gitprov.ids.listings import CodeEntry, write_code_listing
from gitprov.recording.ticket import disagreements
from gitprov.records import Code, Environment, Input, Lock, Run
from gitprov.records.tickets import Emitted, Ticket, TicketFile, TicketInput, TicketOutput, read_note, write_note

D = sha256_of(b"")
LOCK = Lock(path="uv.lock", sha256=D)
CODE = Code(digest=sha256_of(write_code_listing([CodeEntry("a.py", "100644", D)])), paths=("a.py",))
TICKET = Ticket(
    actor="ada",
    code=CODE,
    command=("python", "a.py"),
    files=(TicketFile(path="a.py", mode="100644", sha256=D),),
    inputs={"data": TicketInput(artifact=D, content=D, path="data.csv")},
    locks=(LOCK,),
    outputs={"model": TicketOutput(path="model.txt", name="churn", kind="model")},
    params={"n": 1},
    secrets={"TOKEN": "MY_TOKEN"},
    step="train",
)
RUN = Run(
    step="train",
    actor="ada",
    outputs={},
    inputs={"data": Input(artifact=D, content=D, path="data.csv", after="changed")},
    command=("python", "a.py"),
    params={"n": 1},
    code=CODE,
    environment=Environment(digest=D, locks=(LOCK,), python="3.11.7", hardware="a machine"),
    secrets=("TOKEN",),
)
OTHER = sha256_of(b"other")


def test_a_run_with_its_ticket_agrees() -> None:
    assert disagreements(TICKET, RUN) == []


@pytest.mark.parametrize(
    ("fact", "changes"),
    [
        ("step", {"step": "test"}),
        ("actor", {"actor": "eve"}),
        ("command", {"command": ("python", "b.py")}),
        ("command", {"command": None}),
        ("cwd", {"cwd": "src"}),
        ("params", {"params": {"n": True}}),  # which Python takes for 1
        ("params", {"params": None}),
        ("code", {"code": replace(CODE, dirty=True)}),
        ("code", {"code": None}),
        ("secrets", {"secrets": ()}),
        ("inputs", {"inputs": {}}),
        ("inputs", {"inputs": {"data": Input(artifact=OTHER, content=D, path="data.csv")}}),
        ("inputs", {"inputs": {"data": Input(artifact=D, content=OTHER, path="data.csv")}}),
        ("inputs", {"inputs": {"data": Input(artifact=D, content=D)}}),
        ("locks", {"environment": Environment(digest=D)}),
        ("container", {"environment": Environment(digest=D, locks=(LOCK,), container=f"x@{D}")}),
    ],
)
def test_every_other_fact_is_named(fact: str, changes: dict[str, Any]) -> None:
    assert [one.partition(":")[0] for one in disagreements(TICKET, replace(RUN, **changes))] == [fact]


def test_files_that_do_not_give_the_code_digest_are_none() -> None:
    forged = replace(TICKET, files=(*TICKET.files, TicketFile(path="b.py", mode="100644", sha256=D)))
    with pytest.raises(GitprovError) as told:
        read_note(Ticket, write_note(forged), "t.yaml")
    assert told.value.code is codes.TKT_BROKEN


@given(st.data())
def test_bytes_are_the_one_form_of_a_ticket_or_refused(data: st.DataObject) -> None:
    """Threat A29: whatever somebody writes into one, it is read as what it says, or not at all."""
    whole = bytearray(write_note(TICKET))
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    found = code = None
    try:
        found = read_note(Ticket, bytes(whole), "t.yaml")
    except GitprovError as error:
        code = error.code
    assert code is codes.TKT_BROKEN or (found is not None and write_note(found) == bytes(whole))


def test_one_kind_is_not_taken_for_the_other() -> None:
    with pytest.raises(GitprovError, match=r"schema is not gitprov/ticket/v1"):
        read_note(Ticket, write_note(Emitted(ticket=D, records={"a": D})), "t.yaml")
