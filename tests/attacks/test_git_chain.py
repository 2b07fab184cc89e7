"""A01, A03, A17, A18, A26 on real git: who can push, and nothing else, changes nothing of what serves."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gitprov.audit.gather import gather, protected_ref
from gitprov.errors import GitprovError
from gitprov.records import History, Identity, Person, Role, Roles, TrustRoot, store
from gitprov.trust.log import EMPTY
from tests.attacks.pushing import approve, codes, commit_tree, craft, look, push, serves, write_request
from tests.flows.promotion.world import Someone, World, sign_as

FIRST = ".gitprov/trust/0001.yaml"


def own_root(eve: Someone, branch: str) -> tuple[dict[str, bytes], TrustRoot]:
    """Returns the files of a trust root of eve's own, valid in itself."""
    root = TrustRoot(
        version=1,
        history=History(size=0, root=EMPTY),
        ref=f"refs/heads/{branch}",
        people={"eve": Person(identities=(Identity(key=eve.pem),))},
        roles=Roles(owner=Role(people=("eve",))),
    )
    stored = store(root)
    sign_as(eve, stored, into=eve.repo)
    folder = eve.repo.path / ".gitprov" / "trust"
    signatures = {f".gitprov/trust/{path.name}": path.read_bytes() for path in folder.glob("0001.*.sigstore.json")}
    eve.git("clean", "-fdq")
    mine = {path: data for path, data in signatures.items() if path not in eve.git("ls-files").split("\n")}
    return {stored.path: stored.data, **mine}, root


def test_a_branch_with_a_root_of_its_own_is_not_what_serves(serving: World) -> None:
    """Somebody checks out a pull request whose history begins anew, with eve as owner of everything."""
    eve = serving.someone("eve")
    files, _ = own_root(eve, "evil")
    commit = commit_tree(eve.repo, files, [])
    push(serving, commit, "evil", by="eve")
    carol = serving.carol
    before = look(carol)
    carol.git("switch", "--quiet", "--detach", commit)
    after = look(carol)
    assert after.landed.chain.ref == before.landed.chain.ref == "refs/remotes/origin/main"
    assert after.landed.roots.project == before.landed.roots.project


@pytest.mark.parametrize("number", ["0002", "0009"])
def test_a_trust_file_that_nobody_signed_leads_nobody_to_another_branch(serving: World, number: str) -> None:
    """eve can push: a file on the protected branch names her branch, which has a whole root of her own."""
    eve = serving.someone("eve")
    files, root = own_root(eve, "evil")
    push(serving, commit_tree(eve.repo, files, []), "evil", by="eve")
    first = look(serving.carol).landed.roots.accepted[0]
    past = History(commit="git:" + "0" * 40, size=1, root=EMPTY)
    junk = store(replace(root, version=int(number), follows=first.id, history=past))
    head = eve.git("rev-parse", "origin/main")
    push(serving, commit_tree(eve.repo, {junk.path: junk.data}, [head]), by="eve")
    found = look(serving.carol)
    assert found.landed.chain.ref == "refs/remotes/origin/main"
    assert [one.id for one in found.landed.roots.accepted] == [first.id]
    assert [finding.code.id for finding in found.trust] == ["GP-TRU-002"]
    assert serves(found)[-1] == 1


@pytest.mark.parametrize("how", ["removed", "replaced", "replaced with eve's own", "added again"])
def test_the_first_version_is_the_one_that_landed_first(serving: World, how: str) -> None:
    """A17, A18: deleted, written over, or gone for a while: what counts are the bytes that landed, and it is found."""
    eve = serving.someone("eve")
    before = look(serving.carol)
    files, _ = own_root(eve, "evil")
    push(serving, commit_tree(eve.repo, files, []), "evil", by="eve")
    head = eve.git("rev-parse", "origin/main")
    data = before.landed.chain.files[FIRST]
    change: dict[str, bytes | str | None] = {
        "removed": {FIRST: None},
        "added again": {FIRST: None},
        "replaced": {FIRST: data + b"x: 1\n"},
        "replaced with eve's own": dict(files),
    }[how]  # type: ignore[assignment]
    commit = commit_tree(eve.repo, change, [head])
    if how == "added again":
        commit = commit_tree(eve.repo, {FIRST: data}, [commit])
    push(serving, commit, by="eve")
    after = look(serving.carol)
    assert after.landed.chain.ref == before.landed.chain.ref
    assert after.landed.roots.accepted == before.landed.roots.accepted
    assert serves(after)[: len(serves(before))] == serves(before)
    (loss,) = after.landed.chain.losses
    assert (loss.path, loss.restored is not None) == (FIRST, how == "added again")


def test_another_branch_is_protected_when_owners_say_so_and_has_what_they_said(serving: World) -> None:
    """A version in force names trunk: trunk is read, and refused when somebody pushed another history there."""
    alice = serving.alice
    alice.pull()
    before = look(alice)
    landed, chain = before.landed, before.landed.chain
    size, top = before.log.history_at(chain.head)
    first = landed.roots.accepted[0]
    past = History(commit=f"git:{chain.commits[-1]}", size=size, root=top)
    second = store(replace(first.root, version=2, follows=first.id, history=past, ref="refs/heads/trunk"))
    alice.repo.write(second.path, second.data)
    sign_as(alice, second, into=alice.repo)
    commit = alice.share("Protect trunk from now on")
    assert look(serving.carol).landed.chain.ref == "refs/remotes/origin/main", "as long as there is no trunk"
    push(serving, commit, "trunk")
    found = look(serving.carol)
    assert (found.landed.chain.ref, serves(found)[-1]) == ("refs/remotes/origin/trunk", 1)
    eve = serving.someone("eve")
    files, _ = own_root(eve, "trunk")
    push(serving, commit_tree(eve.repo, files, []), "trunk", by="eve")
    with pytest.raises(GitprovError, match="GP-TRU-009"):
        look(serving.carol)


@pytest.mark.parametrize("mode", ["160000", "120000", "100755"])
def test_what_is_no_plain_file_stops_no_verdict(serving: World, mode: str) -> None:
    """A submodule, a symlink or a program where a record, a vote or a setting would lie: for ever on the chain."""
    eve = serving.someone("eve")
    before = look(serving.carol)
    head = eve.git("rev-parse", "origin/main")
    oid = "1" * 40 if mode == "160000" else eve.git("rev-parse", f"{head}:{FIRST}")
    places = (
        ".gitprov/runs/train/ab/" + "ab" * 32 + ".yaml",
        ".gitprov/promotions/churn/production/0001/approvals/request.0123456789abcdef.sigstore.json",
        ".gitprov/promotions/churn/production/0007/request.yaml",
        ".gitprov/policies/other.yaml",
    )
    commit = commit_tree(eve.repo, dict.fromkeys(places, f"{mode} {oid}"), [head])
    for pushed in (commit, commit_tree(eve.repo, dict.fromkeys(places), [commit])):
        push(serving, pushed, by="eve")
        after = look(serving.carol)
        assert serves(after)[: len(serves(before))] == serves(before)
        assert serves(after)[-1] == 1
        serving.carol.git("read-tree", pushed)
        for command in (("verify", "churn/production"), ("status", "churn/production"), ("verify",), ("status",)):
            assert serving.carol(*command, status=None).status in (0, 1)


@pytest.mark.parametrize("early", [True, False])
def test_a_copy_in_the_wrong_place_says_nothing_of_the_right_one(serving: World, early: bool) -> None:
    """Else whoever lands a copy first, or later, would say when a run, a release or a request landed."""
    alice = serving.alice
    alice.pull()
    alice.release(3, auc=0.99)
    request, evidence = craft(look(alice).landed, 3, 2)
    head = alice.git("rev-parse", "HEAD")
    copies = {
        ".gitprov/promotions/churn/staging/0009/request.yaml": request.data,
        ".gitprov/promotions/churn/staging/0009/evidence.yaml": evidence.data,
        ".gitprov/releases/other/9.yaml": (alice.repo.path / ".gitprov/releases/churn/3.yaml").read_bytes(),
    }
    if early:
        push(serving, commit_tree(alice.repo, copies, [head]))
        alice.pull()
        request, evidence = craft(look(alice).landed, 3, 2)
    write_request(serving, alice.repo, request, evidence, "bob")
    head = alice.share("Promote churn v3")
    if not early:
        push(serving, commit_tree(alice.repo, copies, [head]))
    found = look(serving.carol)
    assert codes(found, request.id) == set()
    assert serves(found)[-1] == 2


def test_a_release_that_lies_elsewhere_is_none(serving: World) -> None:
    """churn@v2 is what `show churn@v2` shows: another record that says so, in the folder of another name, is not."""
    alice = serving.alice
    alice.pull()
    landed = look(alice).landed
    one = landed.ledger.releases_of("churn")[2]
    other = store(replace(landed.ledger.releases[one], extra={"note": "another"}))
    path = ".gitprov/releases/other/7.yaml"
    push(serving, commit_tree(alice.repo, {path: other.data}, [alice.git("rev-parse", "HEAD")]))
    found = look(serving.carol).landed.ledger
    assert other.id not in found.releases
    assert found.broken[path].code.id == "GP-IMM-002"


def test_replace_refs_and_grafts_are_not_believed(serving: World) -> None:
    """A26: git itself would show another history."""
    carol = serving.carol
    before = look(carol)
    head, parent = before.landed.chain.commits[-1], before.landed.chain.commits[-2]
    other = commit_tree(carol.repo, {FIRST: None}, [before.landed.chain.commits[2]])
    carol.git("replace", parent, other)
    (carol.repo.path / ".git" / "info").mkdir(exist_ok=True)
    (carol.repo.path / ".git" / "info" / "grafts").write_text(f"{head} {other}\n")
    assert carol.git("rev-list", "--first-parent", "--count", head) != str(len(before.landed.chain.commits))
    after = look(carol, fetch=False)
    assert after.landed.chain == before.landed.chain
    assert serves(after) == serves(before)


def test_a_partial_clone_cannot_decide(serving: World) -> None:
    """A27; shallow clones: tests/flows."""
    serving.origin.git("config", "uploadpack.allowFilter", "true")
    serving.carol.git("fetch", "--quiet", "--refetch", "--filter=blob:none", "origin")
    for command in (("why", "churn/production"), ("verify", "churn/production"), ("history", "churn/production")):
        assert serving.carol(*command, status=3).status == 3


DATES = st.integers(0, 4_000_000_000).map(lambda seconds: f"@{seconds} +0000")
PEOPLE = st.sampled_from(["Alice", "Bob", "Mallory", "root", "💥"])


METAS = st.tuples(DATES, DATES, PEOPLE, PEOPLE, st.booleans(), st.text("ab \n", min_size=1))


@settings(max_examples=5, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(METAS, min_size=4, max_size=4))
def test_no_date_no_name_and_no_way_of_merging_changes_a_verdict(
    serving: World, metas: list[tuple[object, ...]]
) -> None:
    """A13, demand 33: the same contents land in four steps, with other dates, committers, messages and parents."""
    alice = serving.alice
    before = look(alice)
    head = before.landed.chain.commits[-1]
    request, evidence = craft(before.landed, 2, 2)
    write_request(serving, alice.repo, request, evidence)
    mine = {
        path: (alice.repo.path / path).read_bytes()
        for path in alice.git("ls-files", "--others", "--exclude-standard", ".gitprov").split("\n")
    }
    votes = [approve(serving.someone(name), request) for name in ("carol", "bob", "alice")]
    alice.git("clean", "-fdq", ".gitprov")
    commit = head
    for files, (authored, committed, author, committer, merges, message) in zip([mine, *votes], metas, strict=True):
        meta = {
            "GIT_AUTHOR_DATE": str(authored),
            "GIT_COMMITTER_DATE": str(committed),
            "GIT_AUTHOR_NAME": str(author),
            "GIT_COMMITTER_NAME": str(committer),
            "message": str(message) + "x",
        }
        side = [commit_tree(alice.repo, files, [head], meta=meta)] if merges else []
        commit = commit_tree(alice.repo, files, [commit, *side], meta=meta)
    alice.git("update-ref", "refs/remotes/origin/main", commit)
    found = look(alice, fetch=False)
    alice.git("update-ref", "refs/remotes/origin/main", head)
    assert serves(found) == [*serves(before), 1, 1, 2, 2], "carol is no approver, bob is, alice asked"


def test_the_protected_ref_is_found_without_a_remote(serving: World) -> None:
    """In a bare clone it is the branch itself."""
    path = serving.path / "bare.git"
    serving.origin.git("clone", "--quiet", "--bare", serving.origin.path, path)
    bare = Someone("bare", type(serving.origin)(path), serving.carol.home, serving.gitprov)
    with bare.project() as project:
        assert protected_ref(project.git) == "refs/heads/main"
        assert serves(gather(project))[-1] == 1


def test_a_merge_that_puts_another_history_first_is_no_first_contact(serving: World) -> None:
    """A03: a fast-forward for git; its first-parent chain begins with eve's root, and has main as a side branch."""
    eve = serving.someone("eve")
    serving.carol.pull()
    serving.carol("verify", "churn/production")
    files, _ = own_root(eve, "main")
    own = commit_tree(eve.repo, files, [])
    head = eve.git("rev-parse", "origin/main")
    push(serving, commit_tree(eve.repo, {"README.md": b"eve's\n"}, [own, head]), by="eve")
    serving.carol.git("fetch", "--quiet", "origin")
    assert serving.carol.git("merge-base", head, "origin/main") == head
    outcome = serving.carol("verify", "churn/production", status=None)
    assert outcome.status == 1
    assert "GP-TRU-009" in outcome.out + outcome.err
