"""What `.gitprov/.gitattributes` and `.gitignore` make of records and settings, asked of real git."""

import subprocess
import tarfile
from pathlib import Path

import pytest

from gitprov.wiring.resources import read_resource
from tests.support import Repo

HEX = "5e0f" * 16
RECORDS = [
    f".gitprov/artifacts/churn-model/{HEX[:2]}/{HEX}.yaml",
    f".gitprov/runs/train/{HEX[:2]}/{HEX}.yaml",
    f".gitprov/runs/train/{HEX[:2]}/{HEX}.{HEX[:16]}.sigstore.json",
    f".gitprov/evaluations/churn-model/{HEX[:2]}/{HEX}.yaml",
    ".gitprov/releases/churn-model/1.yaml",
    f".gitprov/events/hold/{HEX[:2]}/{HEX}.yaml",
    ".gitprov/trust/0001.yaml",
    ".gitprov/promotions/churn-model/prod/0001/request.yaml",
]
SETTINGS = [
    ".gitprov/project.yaml",
    ".gitprov/tags.yaml",
    ".gitprov/catalog/churn-model.yaml",
    ".gitprov/policies/gates.yaml",
    ".gitprov/.gitattributes",
    ".gitprov/.gitignore",
]
REWRITING = (
    "text eol=crlf ident filter=upper working-tree-encoding=UTF-16 merge=union -diff export-subst linguist-generated"
)
EXACT = {
    "text": "unset",
    "ident": "unset",
    "filter": "unset",
    "working-tree-encoding": "unset",
    "merge": "unset",
    "diff": "set",
    "export-subst": "unspecified",
}


@pytest.fixture
def project(repo: Repo) -> Repo:
    """A repository with the shipped files, whose own settings and configuration would rewrite every file."""
    repo.git("config", "filter.upper.clean", "tr a-z A-Z")
    repo.git("config", "filter.upper.smudge", "tr A-Z a-z")
    repo.git("config", "filter.upper.required", "true")
    repo.git("config", "core.autocrlf", "true")
    repo.write(".gitprov/.gitattributes", read_resource("templates/gitattributes"))
    repo.write(".gitprov/.gitignore", read_resource("templates/gitignore"))
    repo.commit("init")
    repo.write(".gitattributes", f"* {REWRITING}\n.gitprov/** {REWRITING}\n*.yaml {REWRITING}\n")
    return repo


def attributes(repo: Repo, path: str) -> dict[str, str]:
    """Returns what git makes of a path: attribute to value."""
    words = repo.git("check-attr", "-z", "--all", path).split("\0")
    found = dict(zip(words[1::3], words[2::3], strict=False))
    return {name: found.get(name, "unspecified") for name in (*EXACT, "linguist-generated")}


@pytest.mark.parametrize("path", RECORDS)
def test_records_are_kept_byte_for_byte(project: Repo, path: str) -> None:
    """Demand 3: nothing in a root .gitattributes reaches a record."""
    found = attributes(project, path)
    found.pop("linguist-generated")
    assert found == EXACT


@pytest.mark.parametrize("path", SETTINGS)
def test_settings_are_too_but_merge(project: Repo, path: str) -> None:
    found = attributes(project, path)
    found.pop("linguist-generated")
    assert found == EXACT | {"merge": "set"}


def test_a_pull_request_hides_what_gitprov_made(project: Repo) -> None:
    (project.path / ".gitattributes").unlink()
    shown = [path for path in RECORDS + SETTINGS if attributes(project, path)["linguist-generated"] != "set"]
    assert shown == [".gitprov/trust/0001.yaml", ".gitprov/promotions/churn-model/prod/0001/request.yaml", *SETTINGS]


def test_git_rewrites_nothing_on_the_way_in_or_out(project: Repo) -> None:
    """Clean filters, line ends, $Id$, encodings and `git archive` are the routes by which git changes bytes."""
    data = b"a: one\nb: $Id$ $Format:%H$\r\n\xff\n"
    project.write(RECORDS[0], data)
    project.write("notes.txt", "x\n".encode("utf-16"))
    project.git("add", RECORDS[0], "notes.txt")
    project.git("commit", "--quiet", "--message", "record")
    blob = subprocess.run(["git", "show", f"HEAD:{RECORDS[0]}"], cwd=project.path, capture_output=True, check=True)
    assert blob.stdout == data
    project.git("archive", "--output", project.path / "a.tar", "HEAD", RECORDS[0])
    with tarfile.open(project.path / "a.tar") as archive:
        packed = archive.extractfile(RECORDS[0])
        assert packed is not None
        assert packed.read() == data
    (project.path / RECORDS[0]).unlink()
    project.git("checkout", "--", RECORDS[0])
    assert (project.path / RECORDS[0]).read_bytes() == data


def test_only_the_clones_own_info_attributes_could_override(project: Repo) -> None:
    """Git ranks `.git/info/attributes` above every committed file: it is private to a clone and cannot be pushed."""
    (project.path / ".git" / "info").mkdir(exist_ok=True)
    project.write(".git/info/attributes", "*.yaml text\n")
    assert attributes(project, RECORDS[0])["text"] == "set"


@pytest.mark.parametrize("ignored", ["runs/", "artifacts", "*.yaml", "*.y*ml\n*.json", "/.gitprov/runs/"])
def test_what_the_project_ignores_is_committed_here(project: Repo, ignored: str) -> None:
    """Projects that train often ignore runs/ and artifacts/."""
    project.write(".gitignore", ignored + "\n")
    for path in RECORDS:
        project.write(path, "a: 1\n")
    project.write(".gitprov/drafts/train-5e0f/draft.json", "{}")
    project.write(".gitprov/drafts/train-5e0f/runs/train/x.yaml", "a: 1\n")
    seen = project.git("ls-files", "--others", "--exclude-standard", ".gitprov").splitlines()
    assert sorted(seen) == sorted(RECORDS)


def other_clone(repo: Repo, path: Path) -> Repo:
    """Returns a second clone."""
    repo.git("clone", "--quiet", repo.path, path)
    return Repo(path)


def test_distinct_records_merge_and_one_number_twice_conflicts(project: Repo, tmp_path: Path) -> None:
    """Demand 3: git itself reports two releases of one number, and leaves both sides' bytes as they are."""
    project.write(".gitattributes", "* merge=union\n")
    project.commit("a root that would merge everything")
    other = other_clone(project, tmp_path / "other")
    project.write(RECORDS[0], "a: 1\n")
    project.write(RECORDS[4], "same: 1\nset: here\n")
    project.commit("ours")
    other.write(RECORDS[0], "a: 1\n")
    other.write(RECORDS[0].replace("5e", "6f", 1), "b: 1\n")
    other.commit("distinct, and one that both made")
    project.git("pull", "--quiet", "--no-rebase", "--no-edit", other.path, "main")
    other.write(RECORDS[4], "same: 1\nset: there\n")
    other.commit("the same number")
    done = subprocess.run(["git", "pull", "--quiet", "--no-rebase", other.path, "main"], cwd=project.path, check=False)
    assert done.returncode != 0
    assert project.git("diff", "--name-only", "--diff-filter=U") == RECORDS[4]
    assert (project.path / RECORDS[4]).read_text() == "same: 1\nset: here\n"


def test_distant_edits_of_settings_merge(project: Repo, tmp_path: Path) -> None:
    lines = [f"k{number}: 0" for number in range(20)]
    (project.path / ".gitattributes").unlink()
    project.write(SETTINGS[2], "\n".join(lines) + "\n")
    project.commit("catalog")
    other = other_clone(project, tmp_path / "other")
    project.write(SETTINGS[2], "\n".join(["k0: ours", *lines[1:]]) + "\n")
    project.commit("ours")
    other.write(SETTINGS[2], "\n".join([*lines[:-1], "k19: theirs"]) + "\n")
    other.commit("theirs")
    project.git("pull", "--quiet", "--no-rebase", "--no-edit", other.path, "main")
    merged = (project.path / SETTINGS[2]).read_text().splitlines()
    assert (merged[0], merged[-1]) == ("k0: ours", "k19: theirs")
