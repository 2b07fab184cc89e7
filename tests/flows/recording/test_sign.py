"""Records are signed when they are written; what was not, or counts no longer, is signed again; verify judges it."""

import json
import shutil
from pathlib import Path

import pytest

from gitprov.adapters.signing import FileKeys
from gitprov.ids import sha256_of
from gitprov.records import decode, signed_path
from gitprov.trust.bundles import read_bundle, write_bundle
from tests.flows.recording.conftest import Train
from tests.frozen.promoted import DEPLOYED, PROMOTED, REQUEST, SIGNATURES, TRUST_1
from tests.frozen.story import RECORDS
from tests.support import Gitprov, Repo


def tracked(repo: Repo, ending: str) -> list[str]:
    """Returns the files of the index below .gitprov that end so."""
    return [path for path in repo.git("ls-files", ".gitprov").splitlines() if path.endswith(ending)]


def signatures(repo: Repo) -> list[str]:
    """Returns the signature files of the index."""
    return tracked(repo, ".sigstore.json")


def run_id(repo: Repo, step: str = "add") -> str:
    """Returns the id of the only run of a step."""
    (path,) = [path for path in tracked(repo, ".yaml") if path.startswith(f".gitprov/runs/{step}/")]
    return sha256_of((repo.path / path).read_bytes())


def unsigned(repo: Repo) -> str:
    """Commits the project without its one signature, as an older tool would have left it; returns where it was."""
    (path,) = signatures(repo)
    repo.git("rm", "--quiet", path)
    repo.commit("without")
    return path


@pytest.fixture
def other(tmp_path: Path) -> FileKeys:
    """The keys of somebody else."""
    return FileKeys(str(tmp_path / "other-keys"))


def test_what_is_recorded_is_signed(project: Repo, train: Train, gitprov: Gitprov) -> None:
    """Demand 5: runs, evaluations and releases when they are made; artifacts by the runs that name them."""
    train()
    project.write("metrics.json", json.dumps({"auc": 0.9}))
    gitprov("evaluate", "churn", "--metrics", "metrics.json")
    gitprov("push", "--no-refs")
    project.commit()
    gitprov("seal", "churn", "--owner", "ada")
    wanted = [path for path in tracked(project, ".yaml") if path.split("/")[1] in ("runs", "evaluations", "releases")]
    assert sorted(signed_path(path) or "" for path in signatures(project)) == sorted(wanted)
    assert len(wanted) == 4
    (key,) = gitprov("keys", "list", "--json").json()["keys"]
    for path in signatures(project):
        assert read_bundle((project.path / path).read_bytes()).key == key["id"]


def test_a_draft_is_signed_when_it_is_kept(project: Repo, train: Train, gitprov: Gitprov) -> None:
    train(keep=False)
    assert len(signatures(project)) == 1
    assert gitprov("sign", f"id:{run_of_draft(gitprov)}", status=2).err.startswith("error[GP-NAM-001]")
    gitprov("keep")
    assert len(signatures(project)) == 2


def run_of_draft(gitprov: Gitprov) -> str:
    """Returns the id of the run that is a draft."""
    entries = gitprov("log", "--json").json()["entries"]
    (draft,) = [entry for entry in entries if entry["state"] == "draft"]
    return str(draft["id"])


def test_a_crash_between_record_and_signature_is_mended_by_the_same_command(
    project: Repo, train: Train, gitprov: Gitprov
) -> None:
    """`keep` died after it had written the records."""
    train(keep=False)
    drafts = project.path / ".gitprov" / "drafts"
    for path in drafts.glob("train-*/*/**/*.yaml"):
        place = project.path / ".gitprov" / path.relative_to(drafts / path.relative_to(drafts).parts[0])
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    gitprov("keep")
    assert len(signatures(project)) == 2
    gitprov("verify")


def test_what_was_not_signed_is_signed_in_the_same_bytes(project: Repo, gitprov: Gitprov) -> None:
    path = unsigned(project)
    dry = gitprov("sign", f"id:{run_id(project)}", "--dry-run")
    assert f"would stage {path}" in dry.out
    assert signatures(project) == []
    assert f"staged {path}" in gitprov("sign", f"id:{run_id(project)}").out
    assert signatures(project) == [path]
    answer = gitprov("sign", f"id:{run_id(project)}", "--json").json()
    assert [one["how"] for one in answer["done"]] == ["known"]
    assert answer["staged"] == []


def test_a_dry_run_makes_no_key(project: Repo, gitprov: Gitprov, home: Path) -> None:
    unsigned(project)
    folder = home / ".config" / "gitprov" / "keys"
    shutil.rmtree(folder)
    assert "would be signed" in gitprov("sign", f"id:{run_id(project)}", "--dry-run").out
    gitprov("add", "data/raw.csv", "--name", "again", "--dry-run")
    assert not folder.exists()


@pytest.mark.usefixtures("project")
def test_artifacts_are_not_signed(gitprov: Gitprov) -> None:
    assert "error[GP-SIG-007]" in gitprov("sign", "raw", status=2).err


def test_a_key_that_cannot_be_used_leaves_nothing_behind(project: Repo, gitprov: Gitprov) -> None:
    (key,) = gitprov("keys", "list", "--json").json()["keys"]
    Path(key["path"]).chmod(0o644)
    project.write("data/more.csv", "1\n")
    assert "error[GP-KEY-002]" in gitprov("add", "data/more.csv", status=2).err
    (project.path / "data" / "more.csv").unlink()
    assert project.git("status", "--porcelain", "--untracked-files=all", ".gitprov") == ""


def test_what_landed_before_the_root_is_countersigned(project: Repo, gitprov: Gitprov) -> None:
    """contracts: the same key signs in the same bytes, so that only another statement can land anew."""
    run = run_id(project)
    gitprov("trust", "init", "--person", "ada")
    project.commit("trust")
    (root,) = tracked(project, "trust/0001.yaml")
    done = gitprov("sign", f"id:{run}", "--json").json()
    assert [one["how"] for one in done["done"]] == ["countersigned"]
    (path,) = done["staged"]
    said = json.loads(read_bundle((project.path / path).read_bytes()).payload)
    assert said["predicate"] == {"trust": sha256_of((project.path / root).read_bytes())}
    project.commit("countersign")
    assert gitprov("sign", f"id:{run}", "--json").json()["done"][0]["how"] == "known"
    assert gitprov("verify", "--json").json()["signatures"]["invalid"] == 0


def signed_by(keys: FileKeys, data: bytes) -> bytes:
    """Returns a signature file that says the same, by the default key of somebody."""
    bundle, signer = read_bundle(data), keys.signer()
    return write_bundle(bundle.payload, signer.sign(bundle.signed), signer.pem)


def test_verify_judges_signatures_by_the_trust_root(project: Repo, gitprov: Gitprov, other: FileKeys) -> None:
    """An invalid extra signature is a warning and counts for nothing; it makes nobody else's record unverifiable."""
    (path,) = signatures(project)
    stem, data = path.rsplit(".", 3)[0], (project.path / path).read_bytes()
    assert gitprov("verify", "--json").json()["signatures"] is None
    gitprov("trust", "init", "--person", "ada")
    project.commit("trust")
    good = gitprov("verify", "--json").json()["signatures"]
    assert (good["standings"], good["people"], good["invalid"]) == ({"signed": 2, "unattested": 1}, {"ada": 2}, 0)
    bundle = read_bundle(data)
    (key,) = gitprov("keys", "list", "--json").json()["keys"]
    forged = write_bundle(bundle.payload, other.signer().sign(bundle.signed), key["pem"])
    for extra in (signed_by(other, data), forged):
        project.write(f"{stem}.{sha256_of(extra)[7:23]}.sigstore.json", extra)
    project.commit("extra")
    found = gitprov("verify", "--json").json()
    assert found["signatures"]["invalid"] == 1
    assert found["signatures"]["standings"] == good["standings"], "whoever adds a signature takes nothing away"
    (run,) = [one for one in found["signatures"]["records"] if one["what"].startswith("run add")]
    assert sorted(one["why"].partition(":")[0] for one in run["signers"]) == ["B4", "B5", "W1"]
    assert [one["code"] for one in found["warnings"]] == ["GP-SIG-003"]
    said = gitprov("verify", "raw").out
    assert "warning[GP-SIG-003]" in said
    assert "B4: signed by the unlisted key" in said


def test_verify_finds_signatures_that_lie_wrong(project: Repo, gitprov: Gitprov) -> None:
    (path,) = signatures(project)
    stem, data = path.rsplit(".", 3)[0], (project.path / path).read_bytes()
    project.write(f"{stem}.{'0' * 16}.sigstore.json", data)
    project.write(f".gitprov/releases/gone/1.{sha256_of(data)[7:23]}.sigstore.json", data)
    project.write(f".gitprov/runs/{sha256_of(data)[7:23]}.sigstore.json", data)
    project.commit("wrong")
    codes = sorted(one["code"] for one in gitprov("verify", "--json", status=1).json()["findings"])
    assert codes == ["GP-IMM-003", "GP-SIG-005", "GP-SIG-006"]
    assert "error" not in gitprov("verify", "raw", status=1).err


def test_a_lost_or_changed_signature_is_seen(project: Repo, gitprov: Gitprov) -> None:
    """Demand 3: nothing committed changes."""
    (path,) = signatures(project)
    (project.path / path).write_bytes(b"{}")
    assert "GP-IMM-004" in gitprov("verify", status=1).out
    project.git("rm", "--quiet", "--force", path)
    assert "GP-IMM-004" in gitprov("verify", status=1).out


def test_records_of_promotions_have_their_places_and_names(project: Repo, gitprov: Gitprov) -> None:
    """Every type lies where verify wants it, is listed, and is found by the name that people give it."""
    for stored in (RECORDS | PROMOTED).values():
        project.write(stored.path, stored.data)
    for path, data in SIGNATURES.values():
        project.write(path, data)
    project.commit("records")
    found = gitprov("verify", "--json", status=None).json()
    about = {one["code"].rpartition("-")[0] for one in found["findings"]}
    assert about <= {"GP-LIN", "GP-SIG", "GP-TRU"}, "a story lacks code, some signatures, and a history"
    signers = {signer["path"] for one in found["signatures"]["records"] for signer in one["signers"]}
    assert signers >= {path for path, _ in SIGNATURES.values()}
    name = f"{REQUEST.record.name}/{REQUEST.record.stage}"  # type: ignore[union-attr]
    shown = gitprov("show", f"{name}/1", "--json").json()
    assert shown["id"] == REQUEST.id
    assert gitprov("show", f"{name}/0001", "--raw").out.encode() == REQUEST.data
    assert shown["labels"][TRUST_1.id] == "trust version 1"
    titles = {entry["id"]: entry["title"] for entry in gitprov("log", "--json").json()["entries"]}
    assert titles[REQUEST.id] == f"promote {name}/1"
    assert titles[DEPLOYED.id] == f"deployment of {name}"
    assert titles[TRUST_1.id] == "trust version 1"
    assert REQUEST.id in {entry["id"] for entry in gitprov("log", "fraud.model", "--json").json()["entries"]}
    assert decode(REQUEST.data) == REQUEST.record


def test_keys_are_made_listed_and_exported(project: Repo, gitprov: Gitprov) -> None:
    assert "would make" in gitprov("keys", "new", "work", "--dry-run").out
    made = gitprov("keys", "new", "work")
    assert "gitprov keys use work" in made.out
    assert "error[GP-KEY-005]" in gitprov("keys", "new", "work", status=2).err
    assert "error[GP-KEY-005]" in gitprov("keys", "new", "work", "--dry-run", status=2).err
    assert "error[GP-KEY-001]" in gitprov("keys", "export", "wrok", status=2).err
    project.git("config", "gitprov.key", "work")
    listed = gitprov("keys", "list", "--json").json()["keys"]
    assert [(key["name"], key["is_default"]) for key in listed] == [("default", False), ("work", True)]
    assert gitprov("keys", "export").out == listed[1]["pem"] == gitprov("keys", "export", "work").out
    assert "default" in gitprov("keys", "list").out
