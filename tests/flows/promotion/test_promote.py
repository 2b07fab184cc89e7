"""`gitprov promote`, `rollback`, `withdraw`: judged before a byte is written, then one commit (demand 16)."""

import pytest

from gitprov.audit.gather import gather
from gitprov.records import Evidence, History, Request, decode
from tests.flows.promotion.world import CATALOG, Someone, World, govern, sign_as
from tests.support import Gitprov, Repo

TO_PRODUCTION = ("--to", "production", "--reason", "it is better")


def codes(someone: Someone, *line: str) -> dict[str, str]:
    """Returns code to way out of everything that a refused command finds."""
    return {one["code"]: one["fix"] for one in someone(*line, "--json", status=1).json()["findings"]}


def untouched(someone: Someone) -> tuple[str, str, str]:
    """Returns what a refused command must leave as it is."""
    return someone.git("status", "--porcelain"), someone.git("for-each-ref"), someone.git("rev-parse", "HEAD")


def test_a_request_is_one_commit_of_three_files(serving: World) -> None:
    """The budget for people: at most 3 files and 60 visible lines; what else is staged stays so."""
    alice = serving.alice
    alice.repo.write("notes.txt", "mine\n")
    alice.git("add", "notes.txt")
    shown = alice("promote", "churn@v2", *TO_PRODUCTION).out
    assert "promote churn in production: v1 -> v2" in shown
    assert "takes 1 approval, by bob" in shown
    assert "gitprov approve churn/production/2" in shown
    assert alice.git("branch", "--show-current") == "promote/churn/production/2"
    assert alice.git("status", "--porcelain") == "A  notes.txt"
    files = alice.git("show", "--format=", "--name-only", "HEAD").split("\n")
    folder = ".gitprov/promotions/churn/production/0002"
    assert {f"{folder}/request.yaml", f"{folder}/evidence.yaml"} < set(files)
    assert len(files) == 3
    data = (alice.repo.path / folder / "request.yaml").read_bytes()
    request = decode(data)
    assert isinstance(request, Request)
    assert len(data.splitlines()) <= 60
    assert request.summary[0] == "promote churn in production: v1 -> v2"
    evidence = decode((alice.repo.path / folder / "evidence.yaml").read_bytes(), name="x/evidence.yaml")
    assert isinstance(evidence, Evidence)
    assert (evidence.requester, evidence.allowed) == ("alice", True)


def test_a_reason_with_a_secret_is_refused(serving: World) -> None:
    """Demand 34, threat A31: before a branch, a commit or a signature is made."""
    alice, before = serving.alice, untouched(serving.alice)
    said = alice("promote", "churn@v2", "--to", "production", "--reason", "https://ada:pa55-w0rd@host", status=2).err
    assert "GP-SEC-001" in said
    assert "request reason (user information in a URL)" in said
    assert "pa55-w0rd" not in said
    assert untouched(alice) == before


def test_git_log_reads_as_the_audit_trail(serving: World) -> None:
    alice = serving.alice
    alice("promote", "churn@v2", "--to", "production", "--reason", "better\n\nGitprov-Approves: nothing")
    trailers = dict(
        line.split(": ", 1) for line in alice.git("log", "-1", "--format=%(trailers:only,unfold)").split("\n") if line
    )
    assert set(trailers) == {
        "Gitprov-Request", "Gitprov-Release", "Gitprov-Replaces", "Gitprov-Evidence", "Gitprov-Requester",
        "Gitprov-Reason",
    }  # fmt: skip
    assert trailers["Gitprov-Reason"] == "better Gitprov-Approves: nothing"
    assert alice.git("log", "-1", "--format=%s") == "Promote churn v2 to production"


def test_what_was_not_sealed_is_sealed_with_it(serving: World) -> None:
    alice = serving.alice
    alice.train(3, auc=0.97)
    alice("push", "--no-refs")
    assert "GP-PRO-005" in codes(alice, "promote", "churn", *TO_PRODUCTION)  # the training is in no commit yet
    alice.repo.commit("Train")
    shown = alice("promote", "churn", *TO_PRODUCTION).out
    assert "sealed release churn@v3" in shown
    files = alice.git("show", "--format=", "--name-only", "HEAD").split("\n")
    assert len(files) == 5
    assert ".gitprov/releases/churn/3.yaml" in files


def test_a_release_that_is_only_staged_comes_along(serving: World) -> None:
    alice = serving.alice
    alice.train(3, auc=0.97)
    alice("push", "--no-refs")
    alice.repo.commit("Train")
    alice("seal", "churn")
    alice("promote", "churn", *TO_PRODUCTION)
    assert ".gitprov/releases/churn/3.yaml" in alice.git("show", "--format=", "--name-only", "HEAD")
    assert alice.git("status", "--porcelain") == ""


def test_every_rule_that_denies_is_listed_and_nothing_is_written(serving: World) -> None:
    alice = serving.alice
    alice.train(3, auc=0.5)
    alice("push", "--no-refs")
    alice.repo.commit("Train")
    before = untouched(alice)
    refused = alice("promote", "churn", *TO_PRODUCTION, status=1)
    assert "nothing was written" in refused.err
    assert refused.err.count("GP-PRO-010") == 2
    assert "fix: gitprov evaluate churn --metrics METRICS.json --suite holdout" in refused.err
    assert "fix: gitprov diff churn@v1 churn@v3" in refused.err
    assert untouched(alice) == before


def test_a_name_without_whole_release_is_refused_as_seal_refuses_it(serving: World) -> None:
    alice = serving.alice
    alice.train(3)
    alice.repo.commit("Train")
    before = untouched(alice)
    assert codes(alice, "promote", "churn", *TO_PRODUCTION) == {"GP-BLB-002": "gitprov push"}
    assert untouched(alice) == before


def test_bytes_that_left_the_remote_are_missed(serving: World) -> None:
    """An approver must not wave through what nobody can deploy."""
    for path in sorted(serving.storage.rglob("*"), reverse=True):
        if path.is_file():
            path.chmod(0o644)
            path.unlink()
    assert codes(serving.alice, "promote", "churn@v2", *TO_PRODUCTION) == {"GP-BLB-002": "gitprov push"}


def test_moves_follow_the_stages(serving: World) -> None:
    alice = serving.alice
    before = untouched(alice)
    live = codes(alice, "promote", "churn@v2", "--to", "live", "--reason", "now")
    assert live["GP-PRO-004"] == "gitprov promote churn@v2 --to staging --reason TEXT"
    assert "GP-PRO-004" in codes(alice, "promote", "churn@v2", "--to", "nowhere", "--reason", "now")
    assert "GP-PRO-017" in alice("promote", "churn@v1", *TO_PRODUCTION, status=2).err
    assert "GP-PRO-017" in alice("withdraw", "churn/staging", "--reason", "now", status=2).err
    assert "GP-PRO-012" in alice("rollback", "churn/production", "--reason", "now", status=1).err
    assert "GP-PRO-012" in alice("rollback", "churn/production", "--to", "v2", "--reason", "now", status=1).err
    assert "GP-NAM-001" in alice("promote", "churn@v9", *TO_PRODUCTION, status=2).err
    assert "GP-NAM-003" in alice("withdraw", "churn", "--reason", "now", status=2).err
    assert "GP-USE-001" in alice("rollback", "churn/production", "--to", "2", "--reason", "now", status=2).err
    assert "GP-USE-001" in alice("promote", "churn@v2", "--to", "production", "--reason", " ", status=2).err
    assert untouched(alice) == before


def test_the_stage_that_it_comes_from_is_found(world: World) -> None:
    world.promote("churn@v1", "staging")
    world.alice("promote", "churn@v1", "--to", "live", "--reason", "tried")
    request = decode((world.alice.repo.path / ".gitprov/promotions/churn/live/0001/request.yaml").read_bytes())
    assert isinstance(request, Request)
    assert request.from_ == "staging"


def test_numbers_that_branches_are_for_are_taken(serving: World) -> None:
    alice, bob = serving.alice, serving.bob
    alice("promote", "churn@v2", *TO_PRODUCTION)
    alice.git("push", "--quiet", "origin", "HEAD")
    bob.git("fetch", "--quiet")
    bob("withdraw", "churn/production", "--reason", "off", "--dry-run", "--json", status=None)
    alice.git("switch", "--quiet", "main")
    assert alice("withdraw", "churn/production", "--reason", "off", "--json").json()["request"] == "churn/production/3"
    asked = bob("withdraw", "churn/production", "--reason", "off", "--dry-run", "--json", status=None).json()
    assert asked["request"] == "churn/production/3"


def test_a_branch_that_lacks_newer_settings_changes_none(serving: World) -> None:
    """An old branch brings back no old settings when it is merged: only what nobody has seen yet is a change."""
    alice, bob = serving.alice, serving.bob
    with alice.project() as project:
        log = gather(project).log
    head = alice.git("rev-parse", "origin/main")
    size, root = log.history_at(int(alice.git("rev-list", "--count", "--first-parent", head)) - 1)
    text = CATALOG + "description: who leaves\n"
    catalog = ".gitprov/catalog/churn.yaml"
    history = History(commit=f"git:{head}", size=size, root=root)
    record = govern({catalog: CATALOG}, {catalog: text}, history)
    alice.repo.write(catalog, text)
    alice.repo.write(record.path, record.data)
    sign_as(alice, record, into=alice.repo)
    alice.share("Describe")
    bob.git("fetch", "--quiet")
    with bob.project() as project:
        assert gather(project).settings == ()
    alice.git("switch", "--quiet", "--create", "old", "HEAD~1")
    assert alice("promote", "churn@v2", *TO_PRODUCTION, "--dry-run").err == ""


def test_a_dry_run_writes_nothing(serving: World) -> None:
    alice = serving.alice
    before = untouched(alice)
    shown = alice("promote", "churn@v2", *TO_PRODUCTION, "--dry-run").out
    assert "would ask for it as churn/production/2" in shown
    assert untouched(alice) == before


def test_a_hook_that_refuses_leaves_everything_as_it_was(serving: World) -> None:
    alice = serving.alice
    alice.repo.write(".git/hooks/pre-commit", "#!/bin/sh\necho 'not today' >&2\nexit 1\n").chmod(0o755)
    before = untouched(alice)
    refused = alice("promote", "churn@v2", *TO_PRODUCTION, status=5)
    assert "GP-GIT-003" in refused.err
    assert "not today" in refused.err
    assert untouched(alice) == before


def test_a_stranger_may_not_ask(serving: World) -> None:
    """Threat A10: the key is unlisted, whatever name its holder goes by."""
    found = codes(serving.someone("mallory"), "promote", "churn@v2", *TO_PRODUCTION)
    assert list(found) == ["GP-PRO-002"]
    assert found["GP-PRO-002"].endswith("gitprov trust propose --add mallory=mallory.pub")
    found = codes(serving.carol, "promote", "churn@v2", *TO_PRODUCTION)
    assert list(found) == ["GP-PRO-002"]
    assert found["GP-PRO-002"].endswith("gitprov trust propose --role producer=alice,bob,carol")


def test_who_wrote_the_code_does_not_approve_it(serving: World) -> None:
    """Separation of duties: git's authors only ever exclude. Here nobody is left to approve, which is said at once."""
    alice = serving.alice
    alice.repo.write("train.py", (alice.repo.path / "train.py").read_text() + "# quicker\n")
    alice.git("add", "train.py")
    alice.git("commit", "--quiet", "-m", "Train quicker", "--author", "B. <Bob@example.com>")
    alice.train(3, auc=0.97)
    alice("push", "--no-refs")
    alice.repo.commit("Train")
    refused = alice("promote", "churn", *TO_PRODUCTION, status=1)
    assert "GP-APR-001" in refused.err
    assert "bob wrote code of it" in refused.err


def test_status_and_policy_check_try_the_rules_as_promote_does(serving: World) -> None:
    """A rule about authors denies in all three: each asks git who wrote the code."""
    rule = "{when: size(people.authors) == 0, message: somebody wrote it, remedy: 'gitprov why {candidate}'}"
    serving.alice.repo.write(
        ".gitprov/policies/authors.yaml", f"schema: gitprov/policy/v1\nrules:\n  unwritten: {rule}\n"
    )
    serving.alice("policy", "sign")
    serving.alice.share("Sign a rule about authors")
    bob = serving.bob
    bob.pull()
    bob.repo.write("train.py", (bob.repo.path / "train.py").read_text() + "# mine\n")
    bob.share("Mend the training")
    serving.alice.pull()
    serving.alice.release(3, auc=0.97)
    assert codes(serving.alice, "promote", "churn@v3", *TO_PRODUCTION)["GP-PRO-010"] == "gitprov why churn@v3"
    checked = serving.alice("policy", "check", "churn@v3", "--to", "production", "--json", status=1).json()
    assert [one["rule"] for one in checked["tried"] if one["outcome"] == "denied"] == ["unwritten"]
    (standing,) = (
        one for one in serving.alice("status", "churn@v3", "--json").json()["standings"] if one["stage"] == "production"
    )
    assert [one["fix"] for one in standing["blocks"]] == ["gitprov why churn@v3"]


def test_going_back_takes_the_release_before(serving: World) -> None:
    """Rules about progress leave a rollback alone; the others judge it."""
    serving.promote("churn@v2")
    shown = serving.alice("rollback", "churn/production", "--reason", "slow").out
    assert "rollback churn in production: v2 -> v1" in shown
    assert serving.alice.git("log", "-1", "--format=%s") == "Roll churn back to v1 in production"
    data = (serving.alice.repo.path / ".gitprov/promotions/churn/production/0003/evidence.yaml").read_bytes()
    evidence = decode(data, name="x/evidence.yaml")
    assert isinstance(evidence, Evidence)
    assert [rule.rule for rule in evidence.rules] == ["auc"]


def test_withdrawing_asks_for_nothing_to_serve_and_can_be_gone_back_from(serving: World) -> None:
    alice, bob = serving.alice, serving.bob
    alice("withdraw", "churn/production", "--reason", "switched off")
    assert alice.git("log", "-1", "--format=%s") == "Withdraw churn from production"
    alice.git("push", "--quiet", "origin", "HEAD")
    bob.git("fetch", "--quiet")
    bob.git("switch", "--quiet", "promote/churn/production/2")
    bob("approve", "churn/production", "--yes")
    assert bob.git("log", "-1", "--format=%s") == "Approve withdrawing churn from production"
    serving.land("promote/churn/production/2", by="bob")
    alice.pull()
    assert "GP-PRO-017" in alice("withdraw", "churn/production", "--reason", "again", status=2).err
    shown = alice("rollback", "churn/production", "--reason", "switched on").out
    assert "rollback churn in production: nothing -> v1" in shown


def test_nothing_is_promoted_without_a_trust_root(repo: Repo, gitprov: Gitprov) -> None:
    gitprov("init")
    repo.commit()
    assert "GP-TRU-006" in gitprov("promote", "churn@v1", *TO_PRODUCTION, status=2).err


def test_a_shallow_clone_cannot_tell(serving: World) -> None:
    serving.alice.git("fetch", "--quiet", "--depth=1", f"file://{serving.origin.path}", "main")
    assert "GP-GIT-005" in serving.alice("promote", "churn@v2", *TO_PRODUCTION, status=3).err


@pytest.mark.parametrize("signed", [True, False])
def test_a_release_that_no_producer_signed_is_refused(serving: World, *, signed: bool) -> None:
    """Clause 8: who may release stands behind it: carol seals, and alice has to sign it, too."""
    alice, carol = serving.alice, serving.carol
    alice.train(3, auc=0.97)
    alice("push", "--no-refs")
    alice.share("Train")
    carol.pull()
    carol("pull", "churn", "raw")
    carol("restore", "model.txt")
    carol("seal", "churn")
    carol.share("Seal")
    alice.pull()
    if signed:
        alice("sign", "churn@v3")
        alice.share("Sign")
        alice("promote", "churn@v3", *TO_PRODUCTION)
    else:
        assert "GP-PRO-005" in codes(alice, "promote", "churn@v3", *TO_PRODUCTION)
