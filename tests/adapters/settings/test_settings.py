"""Settings that people wrote, hostile ones among them, and edits that leave alone what people wrote."""

import contextlib
import dataclasses
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from gitprov.adapters.settings import FileSettings, edit_settings, read_settings
from gitprov.adapters.settings.reader import read_with_lines
from gitprov.adapters.worktree import FileWorkTree
from gitprov.errors import GitprovError
from gitprov.records import emit
from gitprov.records.settings import (
    CatalogEntry,
    CodeSettings,
    EnvironmentSettings,
    Project,
    StageSettings,
    StepSettings,
)
from gitprov.wiring import project as wiring
from gitprov.wiring.resources import read_resource
from tests.support import Repo
from tests.unit.documents import documents, strict

PROJECT = """\
schema: gitprov/project/v1
dvc_root: .
remotes:
  - s3://bucket/x
code: {include: [src, "params.yaml"]}
steps:
  train: {code: [train.py]}
  eval:
environment:
  variables: []
stages:
  staging:
  prod:
    after: [staging]
"""


def settings_in(root: Path, files: dict[str, str]) -> FileSettings:
    for name, text in files.items():
        path = root / ".gitprov" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="")
    return FileSettings(FileWorkTree(str(root), str(root / ".git")), read_resource("templates/catalog.yaml"))


def uncommented(template: str) -> str:
    """Returns a template with its examples made settings: what begins with a capital is prose."""
    lines = read_resource(f"templates/{template}").decode().splitlines()
    return "\n".join(line if line[2:3].isupper() else line.removeprefix("# ") for line in lines)


def test_settings_as_people_write_them(tmp_path: Path) -> None:
    assert settings_in(tmp_path, {"project.yaml": PROJECT}).project() == Project(
        remotes=("s3://bucket/x",),
        code=CodeSettings(include=("src", "params.yaml")),
        steps={"train": StepSettings(code=("train.py",)), "eval": StepSettings()},
        environment=EnvironmentSettings(),
        stages={"staging": StageSettings(), "prod": StageSettings(after=("staging",))},
    )


def test_what_is_not_there_is_the_default(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, {})
    assert settings.project() == Project()
    assert settings.catalog("churn") is None


@pytest.mark.parametrize(("template", "kind"), [("project.yaml", Project), ("catalog.yaml", CatalogEntry)])
def test_the_shipped_templates_are_settings(tmp_path: Path, template: str, kind: type[Project | CatalogEntry]) -> None:
    data = read_resource(f"templates/{template}").decode()
    place = "project.yaml" if kind is Project else "catalog/a.yaml"
    for text in (data, uncommented(template)):
        settings = settings_in(tmp_path, {place: text})
        found = settings.project() if kind is Project else settings.catalog("a")
        assert (found == kind()) == (text == data)
    shown = yaml.safe_load(uncommented(template)).keys()
    assert shown - {"schema"} == {field.name for field in dataclasses.fields(kind)} - {"extra", "kind", "owner"}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("schema: gitprov/project/v1\nsteps:\n  train:\n    cod: [x]\n", "GP-SCH-002: {}:4: .* did you mean code"),
        ("schema: gitprov/project/v1\nsteps:\n  train:\n    code:\n      - a\n      - ../b\n", "GP-SCH-002: {}:6: "),
        ("schema: gitprov/project/v1\n\nremotes: s3://x\n", "GP-SCH-002: {}:3: .* must be a list"),
        ("schema: gitprov/project/v1\nstages: {Prod: {}}\n", "GP-SCH-002: {}:2: "),
        ("schema: gitprov/project/v1\ncode: [a]\n", "GP-SCH-002: {}:2: .* must be a mapping"),
        ("remotes: []\n", "GP-SCH-002: {}:1: the schema is missing"),
        ("# x\nschema: gitprov/project/v9\n", "GP-SCH-001: {}:2 has the schema"),
        ("schema: 1\n", "GP-SCH-001"),
        ("a: 1\na: 2\n", "GP-YML-006: {}:2 .*stands twice"),
        ("a: &x 1\n", "GP-YML-006: {}:1 .*anchor"),
        ("a: 1\nb: *x\n", "GP-YML-006: {}:2 .*alias"),
        ("a: !!int '1'\n", "GP-YML-006: {}:1 .*tag"),
        ("a: !x {}\n", "GP-YML-006: {}:1 .*tag"),
        ("a:\n  <<: {b: 1}\n", "GP-YML-006: {}:2 .*merge key"),
        ("a: 1\n---\nb: 1\n", "GP-YML-006: {}:2 .*several documents"),
        ("%YAML 1.1\n---\na: yes\n", "GP-YML-006: {}:1 .*directive"),
        ("- a\n", "GP-YML-006: {}:1 .*not a mapping"),
        ("[a]: 1\n", "GP-YML-006: {}:1 .*key is not text"),
        ("a: [\n", "GP-YML-006: {}:"),
        ("a:\n" + "".join(" " * n + "a:\n" for n in range(1, 40)), "GP-YML-006: {}:2. .*24 levels"),
        ("a: " + "[" * 65536, "GP-YML-006: {}:1 .*24 levels"),
        ("a: " + "{a: " * 65536, "GP-YML-006: {}:1 .*24 levels"),
        ("a: " + "1" * 4001 + "\n", "GP-YML-006: {}:1 .*4000"),
        ("a: " + "x" * 1024 * 1024, "GP-YML-006: {}:1 .*bytes"),
        ("a: \x00\n", "GP-YML-006: {}:"),
    ],
)
def test_what_is_refused_names_the_file_and_the_line(tmp_path: Path, text: str, what: str) -> None:
    path = ".gitprov/project.yaml"
    with pytest.raises(GitprovError, match=what.replace("{}", path.replace(".", r"\."))) as caught:
        settings_in(tmp_path, {"project.yaml": text}).project()
    assert caught.value.fix


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(GitprovError, match="GP-YML-006: s:2 "):
        read_settings(b"a: 1\nb: \xff\n", "s")


def test_a_scalar_is_what_it_looks_like() -> None:
    """No reader of YAML 1.1 or 1.2 takes text for something else here, nor a number for another one."""
    text = "a: [yes, No, on, OFF, y, 2026-11-21, 12:30:00, 0777, 0x1F, 1_000, .nan, .inf, True, NULL]\n"
    assert read_settings(text.encode(), "s") == {"a": text[4:-2].split(", ")}
    numbers = "a: [1, -2, 0, 1.5, -1e-7, 1E3, true, false, null, ~]\nyes: 1\n1: x\n"
    assert repr(read_settings(numbers.encode(), "s")) == repr(
        {"a": [1, -2, 0, 1.5, -1e-07, 1000.0, True, False, None, None], "yes": 1, "1": "x"}
    )


@given(st.text(alphabet="ab:-?[]{}&*!|>'\"%@`#,~ \n\t\\0123456789.\u0085\u2028\ufeff\x07", max_size=60))
@example("? ? ?")
@example("a: !")
@example("\ufeffa: 1")
@example('a: "\\UFFFFFFFF"')
@example("a: !!timestamp 9999-99-99")
def test_nothing_but_our_errors_comes_out(text: str) -> None:
    with contextlib.suppress(GitprovError):
        assert type(read_settings(text.encode(), "s")) is dict


BETWEEN = st.sampled_from(["", "# why", "#", "# café", "#\t", "a: 1", " # in", "#\x07"])


@given(documents, st.lists(BETWEEN, max_size=4), st.data())
@example({"<<": 1}, [], None)
def test_the_short_way_to_read_settings_says_what_yaml_says(
    document: dict[str, Any], between: list[str], data: st.DataObject | None
) -> None:
    lines = emit(document).decode().split("\n")
    for line in between:
        lines.insert(data.draw(st.integers(0, len(lines))) if data else 0, line)
    text = "\n".join(lines).encode()
    answers = []
    for reads in (read_settings, lambda text, name: read_with_lines(text, name)[0]):
        try:
            answers.append(strict(reads(text, "s")))
        except GitprovError as error:
            answers.append(str(error))
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("schema: x # keep\nowner: 'old'   # why\n", "schema: x # keep\nowner: 'ada'   # why\n"),
        ("a: 1\nlist:\n- x\n- y  # why\n", "a: 1\nlist:\n- x\n- y  # why\nowner: ada\n"),
        ("list:\n    - x\n    - {a: b}\n", "list:\n    - x\n    - {a: b}\nowner: ada\n"),
        ("map:\n    deep:\n        a: 'q'\n", "map:\n    deep:\n        a: 'q'\nowner: ada\n"),
        ("---\n# top\n\na: [1,  2]\n\n# end\n", None),
        ("# only a comment", "# only a comment\nowner: ada\n"),
        ("", "owner: ada\n"),
        ("a: 1\r\nb: x\r\n", "a: 1\r\nb: x\r\nowner: ada\r\n"),
        ("long: " + "word " * 60 + "end\n", "long: " + "word " * 60 + "end\nowner: ada\n"),
        ("a: yes\nb: 0777\nc: 2026-11-21\nd: 1.50\n", "a: yes\nb: 0777\nc: 2026-11-21\nd: 1.50\nowner: ada\n"),
    ],
)
def test_an_edit_keeps_what_people_wrote(before: str, after: str | None) -> None:
    edited = edit_settings(before.encode(), {("owner",): "ada"}, "s")
    if after is not None:
        assert edited.decode() == after
    assert read_settings(edited, "s") == {**read_settings(before.encode(), "s"), "owner": "ada"}
    assert all(line in edited.decode() for line in before.splitlines() if line.startswith("#"))


def test_an_edit_makes_mappings_on_its_way_and_says_no_to_what_it_cannot_read() -> None:
    edited = edit_settings(b"steps: {}\n", {("steps", "train", "code"): ["a"], ("code", "include"): ["src"]}, "s")
    assert read_settings(edited, "s") == {"steps": {"train": {"code": ["a"]}}, "code": {"include": ["src"]}}
    with pytest.raises(GitprovError, match=r"GP-YML-006: s:1 .*anchor"):
        edit_settings(b"a: &x 1\n", {("b",): 1}, "s")


def test_a_new_owner_gets_an_entry_and_an_old_entry_keeps_its_words(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, {"catalog/old.yaml": "schema: gitprov/catalog/v1\nkind: prompt  # a prompt\n"})
    assert settings.set_owner("fraud.churn", "ada", kind="model") == ".gitprov/catalog/fraud.churn.yaml"
    assert settings.catalog("fraud.churn") == CatalogEntry(owner="ada", kind="model")
    assert "# members:" in (tmp_path / ".gitprov/catalog/fraud.churn.yaml").read_text()
    settings.set_owner("old", "grace", kind="model")
    assert settings.catalog("old") == CatalogEntry(owner="grace", kind="prompt")
    assert "# a prompt" in (tmp_path / ".gitprov/catalog/old.yaml").read_text()
    with pytest.raises(GitprovError, match="GP-SCH-003"):
        settings.catalog("../project")
    with pytest.raises(GitprovError, match="GP-SCH-002"):
        settings.set_owner("old", "Not A Person")
    assert settings.catalog("old") == CatalogEntry(owner="grace", kind="prompt")


def test_parameter_files(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, {})
    assert settings.values(b'{"a": "\\ud83d\\ude00",\t"b": [1.5, null]}', "p.json") == {"a": "😀", "b": [1.5, None]}
    assert settings.values(b"lr: 1e-3\nseed: 42\nmode: fast # why\n", "p.yaml") == {
        "lr": 0.001,
        "seed": 42,
        "mode": "fast",
    }
    for data in (b'{"a": 1, "a": 2}', b"[]", b"{", b"[" * 100_000, b'{"a": ' + b"1" * 5000 + b"}", b"\xff"):
        with pytest.raises(GitprovError, match=r"GP-YML-006: p\.json:1 "):
            settings.values(data, "p.json")


def test_only_an_allowed_remote_is_used(repo: Repo) -> None:
    repo.write(".dvc/config", "[core]\n    remote = ours\n['remote \"ours\"']\n    url = ../../store\n")
    settings = "schema: gitprov/project/v1\nremotes: [{}]\n"
    settings_in(repo.path, {"project.yaml": settings.format("../store, s3://bucket/x")})
    assert wiring.Project().remote.name.startswith("ours ")
    settings_in(repo.path, {"project.yaml": settings.format("s3://bucket/x")})
    with pytest.raises(GitprovError, match=r"GP-DVC-003: the remote ours \(\.\./store\) is not allowed"):
        _ = wiring.Project().remote
