"""Events of the kind imported: what registries of other tools say, kept once, and never counted (demand 40)."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gitprov.errors import GitprovError
from gitprov.exchange.imported import Registrar
from gitprov.ids import digest_of
from gitprov.lineage import Ledger
from gitprov.lineage.imports import foreign, imports, imports_named, imports_of
from gitprov.recording.writing import stage, write_records
from gitprov.records import Event, store
from gitprov.records.codec import to_data
from gitprov.records.foreign import IMPORTED, Foreign
from gitprov.wiring.opening import open_project
from gitprov.wiring.project import Project
from tests.flows.promotion.world import make_serving
from tests.frozen.story import IMPORT
from tests.support import Gitprov, Repo

AT = "2024-05-06T07:08:09Z"
ONE = Foreign(from_="gto", action="registered", name="churn", version="v1.0.0", ref="churn@v1.0.0")
PROD = Foreign(from_="gto", action="assigned", name="churn", version="v1.0.0", stage="prod", ref="churn#prod#1")


@pytest.fixture
def recorded(repo: Repo, gitprov: Gitprov) -> tuple[Project, Ledger]:
    """A repository with one file that is recorded."""
    gitprov("init")
    repo.write("model.bin", "one\n")
    gitprov("add", "model.bin")
    repo.commit("Record a model")
    return open_project()


def write(place: Project, registrar: Registrar) -> Ledger:
    stage(place, write_records(place, registrar.records.values()))
    return open_project()[1]


def test_what_a_registry_says_is_kept_once_whoever_imports_it(recorded: tuple[Project, Ledger], repo: Repo) -> None:
    place, ledger = recorded
    first = Registrar(place, ledger)
    made = first.take(ONE, at=AT)
    assert isinstance(made.record, Event)
    assert made.path.startswith(".gitprov/events/imported/")
    assert (made.record.kind, made.record.at, made.record.subjects) == (IMPORTED, AT, ())
    assert made.record.details == to_data(ONE)
    assert first.take(ONE, at=AT) is made, "nor twice in one import"
    undated = first.take(replace(PROD, undated=True), at=None)
    ledger = write(place, first)

    repo.git("config", "gitprov.person", "bob")
    again = Registrar(place, ledger)
    assert again.take(ONE, at=AT).id == made.id
    assert again.take(replace(PROD, undated=True), at=None).id == undated.id, "although the clock has gone on"
    assert not again.records
    assert list(again.known) == [made.id, undated.id]
    other = again.take(ONE, at="2024-05-06T07:08:10Z")
    assert list(again.records) == [other.id], "another time is another happening"


def test_readers_take_the_record_that_names_the_artifact(recorded: tuple[Project, Ledger]) -> None:
    """What is imported before the artifact is known is imported again after, and told once."""
    place, ledger = recorded
    (model,) = ledger.artifacts
    first = Registrar(place, ledger)
    for one in (ONE, PROD):
        first.take(one, at=AT)
    ledger = write(place, first)
    assert [one.says for one in imports_named(ledger, "churn", "prod")] == [PROD]
    assert imports_of(ledger, model) == []

    second = Registrar(place, ledger)
    named = second.take(ONE, at=AT, subjects=[model])
    assert second.take(ONE, at=AT).id == named.id, "who knows less makes none"
    ledger = write(place, second)
    assert [one.event for one in imports_of(ledger, model)] == [named.id]
    told = {one.says.action: one.subjects for one in imports(ledger)}
    assert told == {"registered": (model,), "assigned": ()}


def test_details_of_another_form_say_nothing(recorded: tuple[Project, Ledger]) -> None:
    place, ledger = recorded
    event = Event(kind=IMPORTED, actor="ada", at=AT, subjects=(), reason="so", details={"from": "gto", "stage": 1})
    stage(place, write_records(place, [store(event)]))
    assert imports(open_project()[1]) == []
    for wrong in (
        replace(ONE, name="Churn"),
        replace(ONE, as_="other"),
        replace(ONE, stage="prod"),
        replace(PROD, stage=None),
    ):
        with pytest.raises(GitprovError, match="GP-SCH-002"):
            Registrar(place, ledger).take(wrong, at=AT)


def test_the_frozen_event_says_what_it_said() -> None:
    """docs/format.md, "Event"."""
    assert isinstance(IMPORT.record, Event)
    says = foreign(IMPORT.record)
    assert says is not None
    assert (says.words, says.called) == (IMPORT.record.reason, "fraud.model")


def test_drafts_and_what_is_not_recorded_are_no_subjects(recorded: tuple[Project, Ledger], gitprov: Gitprov) -> None:
    (model,) = recorded[1].artifacts
    gitprov("run", "--output", "o=out.txt", "--", "sh", "-c", "echo 1 > {outputs.o}")
    place, ledger = open_project()
    assert [held.state for one, held in ledger.held.items() if one in ledger.artifacts and one != model] == ["draft"]
    made = Registrar(place, ledger).take(ONE, at=AT, subjects=[*ledger.artifacts, digest_of("elsewhere")])
    assert isinstance(made.record, Event)
    assert made.record.subjects == (model,)


def test_nothing_that_decides_counts_what_was_imported(tmp_path: Path, gitprov: Gitprov) -> None:
    """A stage in another registry promotes nothing: not even landed, signed, and about the very bytes (threat S1)."""
    world = make_serving(tmp_path / "world", gitprov)
    alice = world.alice
    asked = ("promote", "churn@v2", "--to", "production", "--reason", "better", "--dry-run", "--json")
    questions = [["history", "churn/production", "--all"], ["status", "churn/production"], ["why", "churn/production"]]

    def judged() -> list[Any]:
        told = [{**alice(*question, "--json").json(), "imported": None, "source": None} for question in questions]
        requested = alice(*asked).json()
        return [*told, requested["summary"], requested["findings"], requested["needed"], requested["request"]]

    before = judged()
    with alice.project():
        place, ledger = open_project()
        registrar = Registrar(place, ledger)
        model = ledger.releases[ledger.releases_of("churn")[2]].members["model"].artifact
        says = replace(PROD, version="v2.0.0", stage="production")
        registrar.take(says, at="2030-01-01T00:00:00Z", subjects=[model])
        write(place, registrar)
    alice.share("Import")
    assert judged() == before
    line = "imported from gto: churn v2.0.0, assigned to production: not a promotion (2030-01-01 00:00:00Z)"
    assert gitprov("history", "churn/production", cwd=world.origin.path).out.splitlines()[-1] == line
    assert gitprov("history", "churn/prod", cwd=world.origin.path, status=2).err
    assert "nothing wrong" in alice("verify").out
