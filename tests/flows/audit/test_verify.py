"""`verify` finds every fault that is planted, and nothing in an honest repository (demands 2, 3, 6)."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gitprov.ids import digest_hex, sha256_of
from tests.sim.attacks import (
    ATTACKS,
    Attack,
    Scene,
    a_collision,
    a_foreign_file,
    a_second_folder,
    an_event_about_nothing,
    other_params,
)
from tests.sim.book import churn, write_book
from tests.support import Gitprov, Repo, make_repo


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """A repository with the records of the book, committed."""
    found = Scene(make_repo(tmp_path / "recorded"), churn())
    write_book(found.repo, found.book)
    return found


@pytest.fixture
def recorded(scene: Scene) -> Repo:
    """The repository of the scene."""
    return scene.repo


@pytest.fixture
def bare(recorded: Repo) -> Callable[[], Path]:
    """Makes a bare clone."""

    def make() -> Path:
        recorded.git("clone", "--quiet", "--bare", ".", "../bare")
        return recorded.path.parent / "bare"

    return make


@pytest.fixture(params=["bare", "work tree"])
def clone(request: pytest.FixtureRequest, recorded: Repo) -> Callable[[], Path]:
    """Makes a clone to verify in: what is found does not depend on whether there is a work tree."""

    def make() -> Path:
        kind = ["--bare"] if request.param == "bare" else []
        recorded.git("clone", "--quiet", *kind, ".", "../clone")
        return recorded.path.parent / "clone"

    return make


def test_an_honest_repository_has_no_finding(clone: Callable[[], Path], gitprov: Gitprov) -> None:
    verdict = gitprov("verify", "--json", cwd=clone()).json()
    assert (verdict["findings"], verdict["undecided"]) == ([], [])
    assert verdict["records"] == len([held for held in churn().held if held.state == "committed"])


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_committed_fault_is_found(attack: Attack, scene: Scene, clone: Callable[[], Path], gitprov: Gitprov) -> None:
    """D3: whoever can push can plant these; each has its code, names its object, and says what to do."""
    named = attack(scene)
    scene.repo.commit("attack")
    folder = clone()
    outcome = gitprov("verify", "--json", cwd=folder, status=1)
    findings = [one for one in outcome.json()["findings"] if one["code"] == ATTACKS[attack]]
    assert [one for one in findings if named in f"{one['subject']} {one['what']} {one['why']}"], outcome.out
    assert all(one["fix"] for one in findings)
    text = gitprov("verify", cwd=folder, status=1).out
    assert f"finding[{ATTACKS[attack]}]: " in text


def test_all_faults_are_listed_not_the_first(scene: Scene, bare: Callable[[], Path], gitprov: Gitprov) -> None:
    attacks: list[Attack] = [a_foreign_file, other_params, an_event_about_nothing, a_second_folder, a_collision]
    for attack in attacks:
        attack(scene)
    scene.repo.commit("attack")
    found = gitprov("verify", "--json", cwd=bare(), status=1).json()["findings"]
    assert {ATTACKS[attack] for attack in attacks} <= {one["code"] for one in found}


def test_one_name_is_judged_by_what_it_rests_on(scene: Scene, bare: Callable[[], Path], gitprov: Gitprov) -> None:
    """A fault elsewhere does not stand in the way of a release that has nothing to do with it."""
    scene.put(replace(scene.training(2)[1], params={"lr": 9}))
    scene.repo.commit("attack")
    folder = bare()
    assert gitprov("verify", "churn@v1", cwd=folder).out.startswith("nothing wrong: checked 10 records")
    assert "GP-LIN-003" in gitprov("verify", "churn@v2", cwd=folder, status=1).out


def test_a_record_may_not_rest_on_one_that_has_come_less_far(scene: Scene, gitprov: Gitprov) -> None:
    """A commit of a run without its artifact is dangling for everybody else."""
    scene.book.make("late", {"raw": scene.book.ledger.named("raw")[0]}, {"out": ("late", b"late")})
    artifact, run = (held.stored for held in scene.book.held[-2:])
    for one in (artifact, run):
        scene.put(one.record)
    scene.repo.git("add", run.path)
    scene.repo.git("commit", "--quiet", "--message", "half")
    scene.repo.git("add", artifact.path)
    (finding,) = gitprov("verify", "--json", cwd=scene.repo.path, status=1).json()["findings"]
    assert (finding["code"], finding["subject"]) == ("GP-LIN-001", run.path)
    assert finding["fix"] == f"git commit -- {artifact.path}"


WORK_TREE: dict[str, tuple[Callable[[Repo, str], object], str]] = {
    "edited": (lambda repo, path: repo.write(path, b"other\n"), "GP-IMM-004"),
    "deleted": (lambda repo, path: (repo.path / path).unlink(), "GP-IMM-004"),
    "removed from the index": (lambda repo, path: repo.git("rm", "--quiet", "--cached", path), "GP-IMM-004"),
    "removed": (lambda repo, path: repo.git("rm", "--quiet", path), "GP-IMM-004"),
    "staged edit": (lambda repo, path: (repo.write(path, b"other\n"), repo.git("add", path)), "GP-IMM-004"),
    "staged mode": (lambda repo, path: repo.git("update-index", "--chmod=+x", path), "GP-IMM-006"),
    "stray file": (lambda repo, path: repo.write(path + "~", b"backup\n"), "GP-IMM-003"),
}


@pytest.mark.parametrize("change", WORK_TREE)
def test_a_committed_record_must_stay_in_the_index_and_the_work_tree(
    change: str, scene: Scene, gitprov: Gitprov
) -> None:
    """D3: also before the commit that would take it away."""
    plant, code = WORK_TREE[change]
    path = scene.model()[0].path
    plant(scene.repo, path)
    findings = gitprov("verify", "--json", cwd=scene.repo.path, status=1).json()["findings"]
    assert code in {one["code"] for one in findings if one["subject"].startswith(path)}


def test_the_fix_of_a_changed_record_mends_it(scene: Scene, recorded: Repo, gitprov: Gitprov) -> None:
    paths = [scene.model(version)[0].path for version in (1, 2)]
    for path in paths:
        recorded.write(path, b"other\n")
    recorded.git("add", paths[1])
    for finding in gitprov("verify", "--json", cwd=recorded.path, status=1).json()["findings"]:
        if finding["code"] == "GP-IMM-004":
            recorded.git(*finding["fix"].split()[1:])
    assert gitprov("verify", cwd=recorded.path).out.startswith("nothing wrong")


def test_drafts_and_settings_may_change(recorded: Repo, gitprov: Gitprov) -> None:
    recorded.write(".gitprov/catalog/churn.yaml", "schema: gitprov/catalog/v1\n")
    recorded.write(".gitprov/drafts/train-0/draft.json", "{}")
    recorded.write("elsewhere.txt", "anything")
    assert gitprov("verify", cwd=recorded.path).out.startswith("nothing wrong")


def test_a_shallow_clone_cannot_decide(recorded: Repo, gitprov: Gitprov) -> None:
    """docs/verification.md: shallow is never "ok", and what cannot be seen is no finding either."""
    recorded.git("clone", "--quiet", "--bare", "--depth", "1", recorded.path.as_uri(), "../shallow")
    shallow = recorded.path.parent / "shallow"
    verdict = gitprov("verify", "--json", cwd=shallow, status=3).json()
    assert verdict["findings"] == []
    assert {one["code"] for one in verdict["undecided"]} == {"GP-GIT-005", "GP-LIN-004"}
    assert "git fetch --unshallow" in gitprov("verify", cwd=shallow, status=3).out
    Repo(shallow).git("fetch", "--quiet", "--unshallow")
    assert gitprov("verify", cwd=shallow).out.startswith("nothing wrong")


def test_faults_come_before_doubts(scene: Scene, recorded: Repo, gitprov: Gitprov) -> None:
    other_params(scene)
    recorded.commit("attack")
    recorded.git("clone", "--quiet", "--bare", "--depth", "1", recorded.path.as_uri(), "../shallow")
    assert "GP-LIN-003" in gitprov("verify", cwd=recorded.path.parent / "shallow", status=1).out


def test_a_name_and_all_exclude_each_other(recorded: Repo, gitprov: Gitprov) -> None:
    assert "error[GP-USE-001]" in gitprov("verify", "churn@v1", "--all", cwd=recorded.path, status=2).err


def test_bytes_cannot_be_read_in_a_bare_clone(bare: Callable[[], Path], gitprov: Gitprov) -> None:
    assert "error[GP-GIT-004]" in gitprov("verify", "--bytes", cwd=bare(), status=2).err


def test_ids_are_those_of_sha256sum(scene: Scene) -> None:
    for held in scene.book.held:
        if held.state == "committed" and not held.stored.path.startswith(".gitprov/releases/"):
            file = scene.repo.path / held.stored.path
            assert file.stem == digest_hex(sha256_of(file.read_bytes()))
