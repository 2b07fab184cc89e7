"""`gitprov audit` and `acknowledge` on real git: what was tampered with is said plainly (demands 3, 33)."""

import json
from pathlib import Path

import pytest

from gitprov.errors import Exit
from tests.flows.promotion.world import World, make_serving
from tests.support import Gitprov, Repo


@pytest.fixture
def serving(tmp_path: Path, gitprov: Gitprov) -> World:
    """A team whose churn@v1 serves production."""
    return make_serving(tmp_path / "world", gitprov)


def _codes(found: dict[str, list[dict[str, str]]], where: str = "findings") -> list[str]:
    return [one["code"] for one in found[where]]


def test_an_honest_history_is_clean_and_remembered(serving: World) -> None:
    alice = serving.alice
    first = alice("audit", "--json").json()
    assert (first["findings"], first["undecided"], first["acknowledged"]) == ([], [], [])
    assert first["ref"] == "refs/remotes/origin/main"
    assert first["commit"] == alice.git("rev-parse", "origin/main")
    assert alice("audit").out.endswith("nothing wrong\n")
    assert not alice("audit", "--since", "origin/main~2", "--json").json()["findings"]


def test_a_lost_record_is_found_and_the_pasted_fix_mends_it(serving: World) -> None:
    alice = serving.alice
    record = alice.git("ls-files", ".gitprov/runs").split()[0]
    alice.git("rm", "-q", record)
    lost = alice.share("lose a record")
    found = alice("audit", "--json", status=Exit.FINDINGS).json()
    mine = [one for one in found["findings"] if one["code"] == "GP-IMM-007"]
    assert [(one["path"], one["commit"]) for one in mine] == [(record, lost)]
    assert "to stay" in mine[0]["why"]
    alice.repo.git("-c", "alias.x=!" + mine[0]["fix"], "x")
    alice.git("push", "-q")
    mended = alice("audit", "--json").json()
    assert mended["findings"] == []
    assert "GP-IMM-008" in _codes(mended, "warnings")


def test_a_rewound_a_rewritten_and_an_unrelated_ref_are_told_apart(serving: World) -> None:
    alice = serving.alice
    alice("audit")
    head = alice.git("rev-parse", "origin/main")
    moves = {
        "GP-HIS-002": alice.git("rev-parse", "origin/main~1"),
        "GP-HIS-003": alice.git("commit-tree", "-p", "origin/main~1", "-m", "other", "origin/main^{tree}"),
        "GP-HIS-004": alice.git("commit-tree", "-m", "anew", "origin/main^{tree}"),
    }
    for code, commit in moves.items():
        alice.git("update-ref", "refs/remotes/origin/main", commit)
        found = alice("audit", "--json", status=Exit.FINDINGS).json()
        assert [(one["code"], one["commit"]) for one in found["findings"] if "-HIS-" in one["code"]] == [(code, head)]
    alice.git("update-ref", "refs/remotes/origin/main", head)
    assert alice("audit", "--json").json()["findings"] == []  # and nothing of it was remembered


def test_a_foxtrot_is_acknowledged_by_an_owner_and_listed_for_ever(serving: World) -> None:
    """The way back of docs/verification.md: it makes nothing valid, and another finding is not touched by it."""
    alice = serving.alice
    alice("audit")
    known = alice.git("rev-parse", "origin/main")
    alice.git("checkout", "-q", "-B", "main", "origin/main~1")
    alice.repo.write("notes.txt", "mine\n")
    alice.git("add", "notes.txt")
    alice.git("commit", "-qm", "mine")
    alice.git("merge", "-q", "--no-edit", known)  # as `git pull` does
    merge = alice.git("rev-parse", "HEAD")
    alice.git("push", "-q", "--no-verify")
    found = alice("audit", "--json", status=Exit.FINDINGS).json()
    assert _codes(found) == ["GP-HIS-001"]
    key = f"GP-HIS-001:refs/remotes/origin/main@{merge}"
    assert f"key: {key}" in alice("audit", status=Exit.FINDINGS).out
    assert alice("acknowledge", "GP-HIS-001:elsewhere", "--reason", "x", status=Exit.USAGE).err
    assert alice("acknowledge", key[:-28], "--reason", "git pull", "--dry-run", "--json").json()["dry_run"]
    done = alice("acknowledge", key[:-28], "--reason", "git pull; every record is kept", "--json").json()
    assert (done["key"], done["lacks"]) == (key, 0)
    assert alice("audit", "--json", status=Exit.FINDINGS).json()["acknowledged"] == []  # not before it has landed
    alice.share("acknowledge the foxtrot")
    after = alice("audit", "--json").json()
    assert (_codes(after), _codes(after, "acknowledged")) == ([], ["GP-HIS-001"])


def test_who_is_no_owner_acknowledges_nothing(serving: World) -> None:
    alice, carol = serving.alice, serving.carol
    alice.git("rm", "-q", alice.git("ls-files", ".gitprov/runs").split()[0])
    lost = alice.share("lose a record")
    carol.pull()
    [finding] = [one for one in carol("audit", "--json", status=1).json()["findings"] if one["code"] == "GP-IMM-007"]
    key = f"GP-IMM-007:{finding['path']}@{lost}"
    assert carol("acknowledge", key, "--reason", "fine", "--json").json()["lacks"] == 1
    carol.share("acknowledge")
    found = carol("audit", "--json", status=1).json()
    assert ("GP-IMM-007" in _codes(found), found["acknowledged"]) == (True, [])


def test_a_shallow_clone_cannot_decide(serving: World, gitprov: Gitprov, tmp_path: Path) -> None:
    serving.alice.git("clone", "-q", "--depth=2", f"file://{serving.origin.path}", tmp_path / "shallow")
    found = gitprov("audit", "--json", cwd=tmp_path / "shallow", status=Exit.UNDECIDED).json()
    assert _codes(found, "undecided") == ["GP-GIT-005"]
    assert "--unshallow" in found["undecided"][0]["fix"]


def test_replace_refs_and_grafts_are_named_with_the_line_that_mends_them(serving: World) -> None:
    """A26: git's own commands are deceived, the audit is not; it says so, and its fix works."""
    alice = serving.alice
    record = alice.git("ls-files", ".gitprov/runs").split()[0]
    forged = alice.repo.path / "forged"
    forged.write_text("forged\n")
    alice.git("replace", alice.git("rev-parse", f"origin/main:{record}"), alice.git("hash-object", "-w", "forged"))
    assert alice.git("show", f"origin/main:{record}") == "forged"
    [finding] = alice("audit", "--json", status=Exit.FINDINGS).json()["findings"]
    assert finding["code"] == "GP-GIT-009"
    alice.repo.git("-c", "alias.x=!" + finding["fix"], "x")
    assert alice("audit", "--json").json()["findings"] == []


def test_sarif_has_what_forges_ask_for(serving: World) -> None:
    alice = serving.alice
    record = alice.git("ls-files", ".gitprov/runs").split()[0]
    alice.git("rm", "-q", record)
    lost = alice.share("lose a record")
    log = json.loads(alice("audit", "--sarif", status=Exit.FINDINGS).out)
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {one["ruleId"] for one in run["results"]} <= rules
    [result] = [one for one in run["results"] if one["ruleId"] == "GP-IMM-007"]
    assert result["level"] == "error"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == record
    assert result["partialFingerprints"] == {"gitprov/v1": f"GP-IMM-007:{record}@{lost}"}
    assert json.loads(alice("verify", "origin/main~1..origin/main", "--sarif", status=1).out)["runs"][0]["results"]


def test_a_past_is_audited_as_it_was(serving: World) -> None:
    alice = serving.alice
    before = alice.git("rev-parse", "origin/main")
    alice.git("rm", "-q", alice.git("ls-files", ".gitprov/runs").split()[0])
    alice.share("lose a record")
    assert alice("audit", "--as-of", before, "--json").json()["commit"] == before
    assert alice("audit", "--as-of", "2000-01-01", status=Exit.USAGE).err
    assert alice("audit", "--since", "nothing-like-it", status=Exit.USAGE).err


def test_a_project_without_a_root_in_a_sha256_repository_is_audited(tmp_path: Path, gitprov: Gitprov) -> None:
    """F16: nowhere is an object id taken for 40 digits; without a trust root HEAD is read, and the audit says so."""
    repo = Repo(tmp_path / "sha256")
    repo.path.mkdir()
    repo.git("init", "-q", "--object-format=sha256", "--template=")
    gitprov("init", cwd=repo.path)
    repo.write("rows.csv", "1\n")
    gitprov("add", "rows.csv", cwd=repo.path)
    before = repo.commit("record rows")
    found = gitprov("audit", "--json", cwd=repo.path).json()
    assert (len(found["commit"]), found["findings"], found["undecided"]) == (64, [], [])
    assert "no trust root" in found["notes"][0]
    record = repo.git("ls-files", ".gitprov/artifacts")
    repo.git("rm", "-q", record)
    lost = repo.commit("lose it")
    [finding] = [
        one
        for one in gitprov("verify", f"{before}..HEAD", "--json", cwd=repo.path, status=1).json()["findings"]
        if one["code"] == "GP-IMM-007"
    ]
    assert (finding["path"], finding["commit"]) == (record, lost)
    assert gitprov("audit", cwd=repo.path, status=1).err.startswith("note: no trust root")


def test_ci_prints_the_same_sarif(serving: World) -> None:
    alice = serving.alice
    alice.git("checkout", "-q", "-b", "lossy")
    record = alice.git("ls-files", ".gitprov/runs").split()[0]
    alice.git("rm", "-q", record)
    alice.git("commit", "-qm", "lose a record")
    log = json.loads(alice("ci", "check", "--base", "origin/main", "--head", "lossy", "--sarif", status=1).out)
    assert record in {
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for one in log["runs"][0]["results"]
        if one["ruleId"] == "GP-IMM-007"
    }
