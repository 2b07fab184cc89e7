"""`gitprov ci`: what a pull request would land, judged by what its base has in force (issue 5)."""

import json
from pathlib import Path

import pytest

from gitprov.wiring.resources import read_resource
from tests.flows.doors.guarded import landed_record
from tests.flows.promotion.world import Someone, World
from tests.support import Gitprov, Outcome, Repo, pretend_git

LOST = "GP-IMM-007"


def ci(someone: Someone, *options: str | Path, head: str = "HEAD", status: int = 0) -> Outcome:
    return someone("ci", "check", "--base", "origin/main", "--head", head, *options, status=status)


def codes(outcome: Outcome) -> set[str]:
    return {finding["code"] for finding in outcome.json()["findings"]}


@pytest.fixture
def free(alice: Someone) -> Someone:
    """Alice without hooks, on a branch of her own."""
    alice("hooks", "uninstall")
    alice.git("switch", "--quiet", "-c", "feature")
    return alice


def test_good_work_passes_and_nothing_moves(free: Someone) -> None:
    free.repo.write("data/new.csv", "new\n")
    free("add", "data/new.csv", "--name", "new", "--kind", "dataset")
    free.repo.commit("Add new")
    before = free.git("for-each-ref"), free.git("status", "--porcelain")
    assert ci(free).out.endswith("nothing wrong\n")
    assert (free.git("for-each-ref"), free.git("status", "--porcelain")) == before


def test_what_would_be_lost_is_refused_however_it_would_be_merged(free: Someone) -> None:
    record = landed_record(free)
    free.git("rm", "--quiet", record)
    free.git("commit", "--quiet", "-m", "Tidy up")
    outcome = ci(free, "--json", status=1)
    assert codes(outcome) >= {LOST}
    assert record in outcome.out
    [run] = ci(free, "--sarif", status=1).json()["runs"]
    assert {one["ruleId"] for one in run["results"] if one["level"] == "error"} == codes(outcome)


def test_a_branch_that_is_behind_loses_nothing(free: Someone) -> None:
    """The merge is judged, not the head: what the base got meanwhile is no loss."""
    free.git("switch", "--quiet", "-c", "old", "HEAD~1")
    free.repo.write("code.py", "pass\n")
    free.repo.commit("Work")
    assert ci(free).status == 0


def test_what_is_unrelated_or_conflicts_cannot_be_decided(free: Someone) -> None:
    free.repo.write("README.md", "mine\n")
    free.repo.commit("Mine")
    free.git("switch", "--quiet", "main")
    free.repo.write("README.md", "theirs\n")
    free.repo.commit("Theirs")
    free.git("push", "--quiet", "origin", "main")
    outcome = ci(free, head="feature", status=3)
    assert "error[GP-GIT-011]" in outcome.err
    assert "why: README.md" in outcome.err


def test_a_revision_that_is_not_here_is_named(free: Someone) -> None:
    assert "error[GP-NAM-001]: there is no commit v9 here" in ci(free, head="v9", status=2).err


def test_a_shallow_clone_cannot_decide(free: Someone, gitprov: Gitprov) -> None:
    """F9: never "ok" from a part of the history; the fix is what the job should say."""
    folder = free.repo.path.parent
    free.git("push", "--quiet", "origin", "feature")
    Repo(folder).git("clone", "--quiet", "--depth", "1", "--branch", "feature", f"file://{folder}/origin.git", "part")
    found = gitprov("ci", "check", "--base", "HEAD", "--head", "HEAD", "--json", cwd=folder / "part", status=3).json()
    assert [one["code"] for one in found["undecided"]] == ["GP-GIT-005"]


def test_a_git_that_cannot_merge_in_memory_says_so(
    free: Someone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git before 2.38 has another merge-tree; this one answers as it does. A drill says so, and not what it missed."""
    pretend_git(
        tmp_path / "old",
        "for word; do case $word in\n"
        "version) echo 'git version 2.37.9'; exit;;\n"
        "merge-tree) echo 'usage: git merge-tree <base-tree> <branch1> <branch2>' >&2; exit 129;; esac; done",
        monkeypatch,
    )
    for said in (ci(free, status=3), free("drill", "--kind", "modify", status=3)):
        assert "error[GP-GIT-012]: git version 2.37.9 is too old" in said.err
        assert "install git 2.38 or newer" in said.err


def test_a_promotion_is_summed_up_for_people(team: World, tmp_path: Path) -> None:
    """The request's own summary, what is missing, and how to approve; missing approvals do not fail the check."""
    alice, summary = team.alice, tmp_path / "summary.md"
    alice("promote", "churn@v1", "--to", "production", "--reason", "it is <b>better</b> `x`", "--json")
    found = ci(alice, "--json", "--summary", summary).json()
    [asked] = found["promotions"]
    assert (asked["name"], asked["counts"], asked["against"]) == ("churn/production/1", False, [])
    assert [one["code"] for one in asked["missing"]] == ["GP-APR-001"]
    text = summary.read_text()
    assert text.startswith("## gitprov: ok\n")
    assert "- `promote churn in production: nothing -> v1`" in text
    assert "- reason: `` it is <b>better</b> `x` ``" in text
    assert 'gitprov approve churn/production/1 --reason "..."' in text
    team.bob.git("fetch", "--quiet", "../alice", "HEAD")
    team.bob.git("switch", "--quiet", "-c", "review", "FETCH_HEAD")
    team.bob("approve", "churn/production/1", "--yes")
    assert "takes effect when this is merged" in ci(team.bob).out


def test_settings_of_the_head_decide_nothing(team: World) -> None:
    """A16: a policy that is weakened together with the promotion that needs it."""
    alice = team.alice
    alice("hooks", "uninstall")
    alice("promote", "churn@v1", "--to", "production", "--reason", "better", "--json")
    lenient = "schema: gitprov/policy/v1\ndescription: none\nrules: {}\n"
    alice.repo.write(".gitprov/policies/quality.yaml", lenient)
    alice.repo.commit("Be lenient")
    assert codes(ci(alice, "--json", status=1)) >= {"GP-SET-002", "GP-SET-003"}


def test_the_job_of_a_forge_is_written_once(free: Someone) -> None:
    job = free.repo.path / ".github/workflows/gitprov.yml"
    ours = read_resource("templates/ci/github.yml").decode()
    assert free("ci", "init", "github", "--print").out == ours
    assert json.loads(free("ci", "init", "github", "--dry-run", "--json").out)["staged"] == [
        ".github/workflows/gitprov.yml"
    ]
    assert not job.exists()
    free("ci", "init", "github")
    assert job.read_text() == ours
    assert free.git("diff", "--cached", "--name-only") == ".github/workflows/gitprov.yml"
    assert free("ci", "init", "github").out == "the job is there already\n"
    job.write_text("mine\n")
    assert "error[GP-PTH-007]" in free("ci", "init", "github", status=2).err
    assert job.read_text() == "mine\n"


def test_the_job_sees_all_history_and_runs_nothing_of_the_pull_request() -> None:
    """forge.md: on pull_request, without secrets; the head is data."""
    job = read_resource("templates/ci/github.yml").decode()
    steps = [line.strip() for line in job.splitlines()]
    assert "pull_request:" in steps
    assert "pull_request_target" not in job
    assert "secrets" not in job.replace("no secrets", "")
    assert "fetch-depth: 0 # all history: from a part of it nothing can be decided" in steps
    assert "contents: read" in steps
    assert "persist-credentials: false" in steps
