"""Where records and signatures may lie: every type has its place, and nothing near it is one."""

from dataclasses import replace

import pytest
from hypothesis import given

from gitprov.check.files import (
    check_attributes,
    check_layout,
    check_place,
    check_records,
    check_signature_files,
    check_strays,
    check_unchanged,
    is_kept,
    is_record,
    is_root,
    is_setting,
    is_signature,
)
from gitprov.errors import catalogue as codes
from gitprov.ids.names import is_name
from gitprov.records import Record, Request, signature_path, signed_path, store
from tests.frozen.promoted import REQUEST, SIGNATURES
from tests.frozen.story import TRAINED
from tests.unit.made import records

MARK = "0123456789abcdef"
HEX = "ab" + "0" * 62


@given(records)
def test_every_record_and_its_signatures_have_a_place(record: Record) -> None:
    path = store(record).path
    assert is_record(path)
    assert not is_signature(path)
    for approval in (False, True) if isinstance(record, Request) else (False,):
        place = signature_path(path, b"a bundle", approval=approval)
        assert signed_path(place) == path
        assert is_signature(place)
        assert not is_record(place)
        assert is_kept(place)
        assert not is_setting(place)


@pytest.mark.parametrize(
    "path",
    [
        "trust/1.yaml",
        "trust/0000.yaml",
        "trust/00001.yaml",
        "trust/0001.yml",
        "trust/a/0001.yaml",
        "promotions/churn/production/request.yaml",
        "promotions/churn/production/1/request.yaml",
        "promotions/churn/production/0001/approval.yaml",
        "promotions/churn/Production/0001/request.yaml",
        f"promotions/churn/ab/{HEX}.yaml",
        f"deployments/churn/ab/{HEX}.yaml",
        f"deployments/churn/production/cd/{HEX}.yaml",
        f"runs/train/production/ab/{HEX}.yaml",
        "releases/churn/0001.yaml",
        f"trust/0001.{MARK}.sigstore.yaml",
        f"trust/0001.{MARK[1:]}.sigstore.json",
        f"trust/0001.{MARK.upper()}.sigstore.json",
        f"trust/0001.yaml.{MARK}.sigstore.json",
        f"trust/approvals/0001.{MARK}.sigstore.json",
        f"trust/approvals/request.{MARK}.sigstore.json",
        f"catalog/churn.{MARK}.sigstore.json",
        f"promotions/churn/production/0001/approvals/evidence.{MARK}.sigstore.json",
        f"promotions/churn/production/0001/approvals/approvals/request.{MARK}.sigstore.json",
    ],
)
def test_nothing_else_is_kept(path: str) -> None:
    assert not is_kept(f".gitprov/{path}")
    (finding,) = check_layout({f".gitprov/{path}": "100644"})
    assert finding.code is codes.IMM_FOREIGN


def test_a_signature_is_a_plain_file() -> None:
    path, _ = SIGNATURES["run.sigstore.json"]
    assert list(check_layout({path: "100644"})) == []
    assert [finding.code for finding in check_layout({path: "100755"})] == [codes.IMM_MODE]


def test_signatures_are_named_by_their_bytes_and_lie_beside_records() -> None:
    path, data = SIGNATURES["run.sigstore.json"]
    yes, bundle = SIGNATURES["approval.sigstore.json"]
    there = {TRAINED.path, REQUEST.path}
    assert list(check_signature_files({path: data, yes: bundle}, there)) == []
    found = {(one.subject, one.code) for one in check_signature_files({path: bundle, yes: bundle}, {TRAINED.path})}
    assert found == {(path, codes.SIG_NAME), (yes, codes.SIG_ORPHAN)}


@pytest.mark.parametrize(
    "path",
    [
        "releases/churn/1.yaml",
        "releases/churn/120.yaml",
        "trust/0001.yaml",
        "trust/9999.yaml",
        "trust/10000.yaml",
        "promotions/churn/production/0001/request.yaml",
        "promotions/churn/production/10000/evidence.yaml",
        f"deployments/churn/production/ab/{HEX}.yaml",
        f"artifacts/churn/ab/{HEX}.yaml",
        f"evaluations/churn/ab/{HEX}.yaml",
        f"events/hold/ab/{HEX}.yaml",
        f"runs/train/ab/{HEX}.yaml",
    ],
)
def test_every_type_of_record_has_its_place_and_no_other(path: str) -> None:
    """Each part of a place matters: the folder, the names, the digits, how the file is called."""
    assert is_record(f".gitprov/{path}")
    assert list(check_layout({f".gitprov/{path}": "100644"})) == []
    folder, _, file = path.rpartition("/")
    parts = folder.split("/")
    wrong = [f"{folder}/x/{file}", f"{folder}/{file}x", f"{folder}/x{file}", f"{folder}/{file[:-1]}", f"x/{path}"]
    wrong += ["/".join([*parts[:n], f"{parts[n]}.~", *parts[n + 1 :], file]) for n in range(len(parts))]
    assert [one for one in wrong if is_record(f".gitprov/{one}")] == []
    assert not is_record(f".gitprovx/{path}")
    assert not is_record(path)


@pytest.mark.parametrize(
    ("path", "yes"),
    [
        (".gitprov/project.yaml", True),
        (".gitprov/tags.yaml", True),
        (".gitprov/.gitattributes", True),
        (".gitprov/.gitignore", True),
        (".gitprov/catalog/churn.yaml", True),
        (".gitprov/policies/age.yaml", True),
        (".gitprov/policies/age.yml", False),
        (".gitprov/policies/Age.yaml", False),
        (".gitprov/policies/a/age.yaml", False),
        (".gitprov/templates/age.yaml", False),
        ("gitprov/policies/age.yaml", False),
        (".gitprov/other.yaml", False),
        ("project.yaml", False),
    ],
)
def test_settings_are_these(path: str, yes: bool) -> None:
    assert is_setting(path) is yes
    assert {one.code for one in check_strays([path])} == (set() if yes else {codes.IMM_FOREIGN})


@pytest.mark.parametrize(
    ("part", "yes"),
    [
        (".gitprov", True),
        (".GITPROV", True),
        (".gitprov .", True),
        (".gitprov. ", True),
        (".gitprov:$DATA", True),
        ("gitpro~1", True),
        ("GITPRO~1", True),
        ("GITPRO~1::$INDEX", True),
        (".git\u200bprov", True),
        ("\uff0egitprov", True),
        ("gitprov", False),
        ("gitprov~1", False),
        ("itpro~1", False),
        ("gitpro~2", False),
        (".gitpro", False),
        ("..gitprov", False),
        ("x:.gitprov", False),
        ("", False),
    ],
)
def test_a_file_system_may_take_other_names_for_the_folder(part: str, yes: bool) -> None:
    assert is_root(part) is yes
    for path in (f"{part}/runs/x", f"src/{part}/x", f"src/{part}/runs/x"):
        found = {one.code for one in check_layout({path: "100644"})} - {codes.IMM_FOREIGN}
        assert found == ({codes.GIT_SECOND} if yes and not path.startswith(".gitprov/") else set())


@pytest.mark.parametrize("digits", ["a", "ab0", ""])
def test_records_lie_below_two_digits(digits: str) -> None:
    """Else the same record could land twice."""
    for folder in ("runs/train", "deployments/churn/production"):
        assert not is_record(f".gitprov/{folder}/{digits}/{HEX}.yaml")


def test_a_setting_has_a_name_of_any_length_that_names_have() -> None:
    longest = max((n for n in range(1, 300) if is_name("a" * n)), default=0)
    assert longest > 1
    assert is_setting(f".gitprov/catalog/{'a' * longest}.yaml")
    assert not is_setting(f".gitprov/catalog/{'a' * longest}a.yaml")


def test_a_record_in_its_place_is_no_stray() -> None:
    assert list(check_strays([TRAINED.path, SIGNATURES["run.sigstore.json"][0]])) == []


def test_a_file_of_that_name_is_no_folder() -> None:
    assert list(check_layout({"src/.gitprov": "100644", "README.md": "100755"})) == []


def test_modes_are_plain_below_the_folder_only() -> None:
    path = TRAINED.path
    assert list(check_layout({path: "100644", "run.sh": "100755", "link": "120000"})) == []
    executable, link = (next(check_layout({path: mode})) for mode in ("100755", "120000"))
    assert (executable.code, link.code) == (codes.IMM_MODE, codes.IMM_MODE)
    assert executable.fix.startswith(f"git update-index --chmod=-x {path}")
    assert link.fix.startswith("git checkout ")


def test_a_record_lies_where_its_bytes_and_fields_say() -> None:
    """By its name, else by its place."""
    folder, _, file = TRAINED.path.rpartition("/")
    named = folder.rpartition("/")[0]
    for path, code in {
        TRAINED.path: None,
        f"{folder}/{'0' * 64}.yaml": codes.IMM_NAME,
        f"{named}/00/{file}": codes.IMM_NAME,
        f".gitprov/runs/other/{file[:2]}/{file}": codes.IMM_PATH,
    }.items():
        found = [one.code for one in check_place(replace(TRAINED, path=path))]
        assert found == ([code] if code is not None else [])
    numbered = replace(REQUEST, path=REQUEST.path.replace("request", "evidence"))
    assert [one.code for one in check_place(numbered)] == [codes.IMM_PATH], "a number is no hash"


def test_what_cannot_be_read_is_told_with_the_rule_that_it_breaks() -> None:
    broken = {
        "b": codes.YML_SYNTAX.error("b is not canonical", why="line 3"),
        "a": codes.SCH_FIELD.error("a lacks a field"),
    }
    found = [(one.code, one.subject, one.what) for one in check_records([TRAINED], broken)]
    assert found == [(codes.SCH_FIELD, "a", "a lacks a field"), (codes.YML_SYNTAX, "b", "b is not canonical")]


@pytest.mark.parametrize(
    ("committed", "staged", "changed", "what"),
    [
        ("x", "x", False, None),
        (None, "x", False, None),
        ("x", "y", False, "is committed and changed in the index"),
        ("x", None, False, "is committed and removed in the index"),
        ("x", "x", True, "is committed, and changed or missing in the work tree"),
        (None, "x", True, "is staged, and changed or missing in the work tree"),
        ("x", "y", True, "is committed and changed in the index"),
    ],
)
def test_what_is_committed_stays_in_the_index_and_in_the_work_tree(
    committed: str | None, staged: str | None, changed: bool, what: str | None
) -> None:
    for name in (TRAINED.path, SIGNATURES["run.sigstore.json"][0]):
        sides = [{name: side, "README.md": side} if side is not None else {} for side in (committed, staged)]
        found = check_unchanged(sides[0], sides[1], {name, "README.md"} if changed else set())
        assert [(one.code, one.subject, one.what) for one in found] == (
            [(codes.IMM_CHANGED, name, f"{name} {what}")] if what is not None else []
        )


def test_attributes_are_those_that_init_writes_wherever_they_are_looked_for() -> None:
    assert list(check_attributes({"HEAD": b"x", "the index": b"x"}, b"x")) == []
    [finding] = check_attributes({"HEAD": b"y", "main": b"x", "the index": None}, b"x")
    assert (finding.code, finding.subject) == (codes.GIT_ATTRIBUTES, ".gitprov/.gitattributes")
    assert finding.what.endswith("in HEAD and in the index")
