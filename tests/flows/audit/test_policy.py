"""`gitprov policy`: starters are copied once and stay the team's; their cases are run, and every fault is shown."""

from pathlib import Path

import pytest

from tests.support import Gitprov, Repo

FOLDER = ".gitprov/policies"


@pytest.fixture
def project(repo: Repo, gitprov: Gitprov) -> Repo:
    gitprov("init")
    repo.commit("init")
    return repo


def edit(repo: Repo, name: str, old: str, new: str) -> None:
    path = repo.path / FOLDER / f"{name}.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_nothing_is_there_until_it_is_asked_for(project: Repo, gitprov: Gitprov) -> None:
    assert not (project.path / FOLDER).exists()
    assert gitprov("policy", "test").out == "no policies yet: gitprov policy starters\n"
    listed = gitprov("policy", "starters").out
    assert "data-age        Training data is at most 90 days old\n" in listed
    assert not (project.path / FOLDER).exists()


def test_starters_are_copied_and_work(project: Repo, gitprov: Gitprov) -> None:
    names = gitprov("policy", "starters", "--json").json()["starters"]
    asked = [word for name in names for word in ("--add", name)]
    paths = [f"{FOLDER}/{name}.yaml" for name in sorted(names)]
    assert gitprov("policy", "starters", *asked, "--dry-run", "--json").json()["staged"] == paths
    assert not (project.path / FOLDER).exists()
    assert gitprov("policy", "starters", *asked, "--json").json()["staged"] == paths
    assert project.git("diff", "--cached", "--name-only").splitlines() == paths
    assert gitprov("policy", "test").out.startswith("nothing wrong: tried 12 rules on ")
    project.commit("policies")
    gitprov("verify")
    assert gitprov("policy", "starters", *asked).out == "these are here already\n"


def test_what_a_team_made_of_a_starter_stays(project: Repo, gitprov: Gitprov) -> None:
    gitprov("policy", "starters", "--add", "fairness")
    edit(project, "fairness", "0.8", "0.85")
    refused = gitprov("policy", "starters", "--add", "not-worse", "--add", "fairness", status=2).err
    assert refused.startswith(f"error[GP-PTH-007]: {FOLDER}/fairness.yaml is there already, and is not the starter\n")
    assert not (project.path / FOLDER / "not-worse.yaml").exists()


def test_every_fault_is_shown_and_the_status_says_so(project: Repo, gitprov: Gitprov) -> None:
    gitprov("policy", "starters", "--add", "fairness", "--add", "not-worse", "--add", "roles-kept")
    edit(project, "fairness", "value >= 0.8", "value > 0.8")
    edit(project, "not-worse", "ours >= theirs", "our >= theirs")
    project.write(f"{FOLDER}/broken.yaml", "rules: {")
    project.write(f"{FOLDER}/typo.yml", "schema: gitprov/policy/v1\n")
    done = gitprov("policy", "test", status=1)
    assert done.out == (
        f"finding[GP-YML-006]: {FOLDER}/broken.yaml:1 cannot be read\n"
        "  why: it is not YAML: expected the node content, but found '<stream end>'\n"
        "  fix: write plain mappings, lists and scalars\n"
        f"finding[GP-POL-002]: {FOLDER}/fairness.yaml:11: rule parity, case 'exactly the threshold': "
        "expected that it passes, and it denied\n"
        f"  fix: edit the rule or the case in {FOLDER}/fairness.yaml, then gitprov policy test\n"
        f"finding[GP-POL-001]: {FOLDER}/not-worse.yaml:6: rule auc cannot be evaluated\n"
        "  why: 1:94: undeclared reference to 'our' (in container '')\n"
        "        | incumbent == null || metrics.holdout.auc.all(ours, incumbent_metrics.holdout.auc.all(theirs, our >= "
        "theirs))\n"
        f"        | {'.' * 93}^\n"
        f"  fix: edit {FOLDER}/not-worse.yaml, then gitprov policy test\n"
        f"finding[GP-IMM-003]: {FOLDER}/typo.yml is no setting that this gitprov reads\n"
        f"  fix: git rm --cached {FOLDER}/typo.yml  # then move the file away\n"
        "4 findings: tried 3 rules on 22 cases\n"
    )
    as_json = gitprov("policy", "test", "--json", status=1).json()
    assert [finding["code"] for finding in as_json["findings"]] == [
        "GP-YML-006",
        "GP-POL-002",
        "GP-POL-001",
        "GP-IMM-003",
    ]
    assert gitprov("policy", "test", "roles-kept").out == "nothing wrong: tried 1 rule on 5 cases\n"


@pytest.mark.usefixtures("project")
def test_unknown_names_are_told(gitprov: Gitprov) -> None:
    gitprov("policy", "starters", "--add", "fairness")
    assert gitprov("policy", "test", "fairnes", status=2).err == (
        "error[GP-NAM-001]: no policy is called fairnes\n"
        f"  why: {FOLDER} has fairness\n"
        "  fix: gitprov policy starters\n"
    )
    assert "no starter is called none" in gitprov("policy", "starters", "--add", "none", status=2).err


def test_it_needs_a_project(repo: Repo, gitprov: Gitprov, tmp_path: Path) -> None:
    assert "GP-GIT-002" in gitprov("policy", "test", cwd=repo.path, status=2).err
    assert "GP-GIT-001" in gitprov("policy", "starters", cwd=tmp_path, status=2).err
