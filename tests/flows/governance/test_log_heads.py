"""Heads of the log on real git: signed, published, and held against a log that somebody rewrote (threats A03, A37)."""

import json
from base64 import b64decode
from pathlib import Path

import pytest

from gitprov.audit.log_heads import REF
from gitprov.trust.log import leaf_hash
from gitprov.trust.notes import read_head, read_note
from gitprov.trust.proofs import is_consistent, is_included
from tests.flows.promotion.world import Someone, World
from tests.support import Repo

RELEASE = ".gitprov/releases/churn/1.yaml"


@pytest.fixture
def signed(world: World) -> World:
    """The team, with a head that alice signed and sent to origin and to a mirror."""
    world.alice.git("init", "--quiet", "--bare", "../mirror.git")
    world.alice.git("remote", "add", "mirror", "../mirror.git")
    world.alice("log-head", "sign")
    world.alice("log-head", "publish", "--mirror", "mirror")
    return world


def add(someone: Someone, name: str) -> str:
    """Lands another record."""
    someone.repo.write(f"data/{name}.csv", name)
    someone("add", f"data/{name}.csv", "--name", name, "--kind", "dataset")
    return someone.share(f"Add {name}")


def fetch(someone: Someone) -> None:
    someone.git("fetch", "--quiet", "origin", "+refs/heads/*:refs/remotes/origin/*", f"+{REF}:{REF}")


def test_a_head_is_signed_published_and_verified_by_others(signed: World) -> None:
    """Issue 5: on a ref of its own, one commit each, and mirrored; nothing on the protected ref."""
    alice, bob = signed.alice, signed.bob
    head = alice.git("rev-parse", "HEAD")
    assert alice.git("log", "--format=%B", REF).startswith("Log head ")
    assert alice.git("log", "--format=%(trailers:key=Gitprov-Commit,valueonly)", REF).strip() == f"git:{head}"
    note = alice.git("show", f"{REF}:log-head.txt")
    assert [Repo(signed.path / far).git("show", f"{REF}:log-head.txt") for far in ("origin.git", "mirror.git")] == [
        note,
        note,
    ]
    assert note.startswith("gitprov/")
    assert note.split("\n")[0].endswith("/refs/heads/main")
    fetch(bob)
    found = bob("log-head", "verify", "--json").json()
    assert (found["signers"], found["findings"], found["heads"]) == (["alice"], [], 1)
    assert found["size"] == found["leaves"] > 10
    bob.git("remote", "add", "mirror", "../mirror.git")
    bob.git("fetch", "--quiet", "mirror", REF)
    assert "ok: signed by alice" in bob("log-head", "verify", "FETCH_HEAD").out
    bare = bob.gitprov("log-head", "verify", cwd=signed.origin.path).out
    assert "ok: signed by alice" in bare, "in a bare repository, too"
    assert bob.gitprov("log-head", "prove", RELEASE, cwd=signed.origin.path).out.startswith("c2sp.org/tlog-proof@v1\n")
    shown = bob("log-head", "show").out
    assert shown.startswith(note)
    assert "alice  gitprov/" in shown
    assert "carol  gitprov/" in shown, "a deployer may sign, too"


def test_the_next_head_continues_the_last_and_the_same_is_signed_once(signed: World) -> None:
    alice, carol = signed.alice, signed.carol
    tip = alice.git("rev-parse", REF)
    assert "already signed" in alice("log-head", "sign").out
    add(alice, "more")
    assert "would sign the log" in alice("log-head", "sign", "--dry-run").out
    assert alice.git("rev-parse", REF) == tip
    carol.pull()
    fetch(carol)
    size = carol("log-head", "verify", "--json").json()["size"]
    done = carol("log-head", "sign", "--json").json()
    assert done["size"] > size
    assert carol.git("rev-parse", f"{REF}^") == tip
    assert carol("log-head", "publish", "--dry-run").out.startswith("would send")
    assert signed.origin.git("rev-parse", REF) == tip
    carol("log-head", "publish")
    found = carol("log-head", "verify", "--json").json()
    assert (found["heads"], found["signers"], found["findings"]) == (2, ["carol"], [])


def test_who_lost_a_race_is_told_how_to_go_on(signed: World) -> None:
    alice, carol = signed.alice, signed.carol
    add(alice, "more")
    carol.pull()
    carol("log-head", "sign")
    refused = carol("log-head", "publish", "--remote", "origin", status=5)
    assert "GP-GIT-003" in refused.err
    assert f"git fetch origin +{REF}:{REF}" in refused.err
    fetch(carol)
    carol("log-head", "sign")
    carol("log-head", "publish")


def test_a_remote_that_refuses_keeps_no_other_from_having_the_heads(signed: World) -> None:
    add(signed.alice, "more")
    signed.alice("log-head", "sign")
    done = signed.alice("log-head", "publish", "--mirror", "nowhere", "--mirror", "mirror", "--json", status=5).json()
    assert (done["sent"], [one["subject"] for one in done["findings"]]) == (["origin", "mirror"], ["nowhere"])


def test_a_rewound_log_is_found_out(signed: World, tmp_path: Path) -> None:
    """Somebody takes commits back, who cannot take back the note in another's hands."""
    alice, bob = signed.alice, signed.bob
    add(alice, "more")
    alice("log-head", "sign")
    note = tmp_path / "head.txt"
    note.write_text(alice.git("show", f"{REF}:log-head.txt") + "\n")
    fetch(bob)
    assert "ok:" in bob("log-head", "verify", note).out
    signed.origin.git("update-ref", "refs/heads/main", "main~1")
    dan = signed.someone("dan")
    found = dan("log-head", "verify", note, "--json", status=1).json()
    assert [one["code"] for one in found["findings"]] == ["GP-LOG-003"]
    assert "the log was rewound" in found["findings"][0]["what"]
    fetch(dan)
    dan.git("fetch", "--quiet", "../alice", f"+{REF}:{REF}")
    heads = dan("log-head", "verify", "--json", status=1).json()
    assert [one["code"] for one in heads["findings"]] == ["GP-LOG-003", "GP-TRU-011"]
    fetch(bob)
    assert "GP-TRU-011" in bob("log-head", "verify", note, status=1).out, "bob remembers the commit himself"


def test_a_rewritten_log_is_found_out_and_not_signed(signed: World) -> None:
    """A record is taken out of the past: nothing is shorter for long, and every id is right."""
    alice = signed.alice
    add(alice, "first")
    alice("log-head", "sign")
    alice("log-head", "publish")
    alice.git("reset", "--quiet", "--hard", "HEAD~1")
    add_forced(alice, "other")
    add_forced(alice, "third")
    dan = signed.someone("dan")
    fetch(dan)
    refused = dan("log-head", "verify", "--json", status=1).json()
    assert [one["code"] for one in refused["findings"]] == ["GP-LOG-004", "GP-TRU-011"]
    tip = alice.git("rev-parse", REF)
    assert "GP-TRU-011" in alice("log-head", "sign", status=1).err, "her machine remembers"
    for state in (alice.home / ".local" / "state" / "gitprov").glob("*.json"):
        state.unlink()
    assert "GP-LOG-004" in alice("log-head", "sign", status=1).err, "the last head that was signed does, too"
    assert "GP-LOG-004" in alice("log-head", "prove", RELEASE, status=1).err
    assert alice.git("rev-parse", REF) == tip


def test_a_machine_remembers_the_log_besides_the_commit(signed: World) -> None:
    """Should a commit's id ever stand for other bytes, the log of SHA-256 does not: another root is told."""
    alice = signed.alice
    [state] = (alice.home / ".local" / "state" / "gitprov").glob("*.json")
    seen = json.loads(state.read_text())
    shown = alice("log-head", "show", "--json").json()
    assert (seen["size"], seen["root"]) == (shown["size"], shown["root"])
    state.write_text(json.dumps(seen | {"root": f"sha256:{'ab' * 32}"}))
    found = alice("log-head", "verify", "--json", status=1).json()
    assert [one["code"] for one in found["findings"]] == ["GP-LOG-004"]
    signed.promote("churn@v1")
    assert "GP-LOG-004" in alice("verify", "churn/production", status=1).out
    assert "GP-LOG-004" in alice("log-head", "sign", status=1).err
    assert json.loads(state.read_text())["root"] == f"sha256:{'ab' * 32}", "what differs is not forgotten"


def add_forced(someone: Someone, name: str) -> None:
    someone.repo.write(f"data/{name}.csv", name)
    someone("add", f"data/{name}.csv", "--name", name, "--kind", "dataset")
    someone.repo.commit(f"Add {name}")
    someone.git("push", "--quiet", "--force", "origin", "HEAD:main")


def test_only_owners_and_deployers_sign(signed: World) -> None:
    """An unlisted key may write the ref, as everybody who can push; it counts for nothing."""
    alice, dan = signed.alice, signed.someone("dan")
    add(alice, "more")
    fetch(dan)
    refused = dan("log-head", "sign", status=1)
    assert "GP-LOG-002" in refused.err
    with dan.project() as project:
        tip = project.git.commit_of(REF)
        head = read_head(read_note(alice.git("show", f"{REF}:log-head.txt").encode() + b"\n").text)
        note = f"{head.origin}\n99999\n{'A' * 43}=\n\n— {head.origin} AAAAAAAAAAAA\n"
        tip = project.git.append(REF, {"log-head.txt": note.encode()}, "Log head 99999", before=tip)
    found = dan("log-head", "verify", "--json", status=1).json()
    assert {one["code"] for one in found["findings"]} == {"GP-LOG-002", "GP-LOG-003"}
    assert dan("log-head", "show", "--json").json()["size"] == head.size, "the last one that counts"
    with dan.project() as project:
        project.git.append(REF, {"log-head.txt": b"nothing"}, "Nothing", before=tip)
    assert "GP-LOG-001" in dan("log-head", "verify", status=2).err
    alice.git("fetch", "--quiet", "../dan", f"+{REF}:{REF}")
    alice("log-head", "sign")
    assert alice("log-head", "verify", "--json").json()["findings"] == [], "nobody can lock the owners out"


def test_a_changed_or_foreign_note_is_refused(signed: World, tmp_path: Path) -> None:
    alice, note = signed.alice, tmp_path / "head.txt"
    text = alice.git("show", f"{REF}:log-head.txt") + "\n"
    size = text.split("\n")[1]
    note.write_text(text.replace(f"\n{size}\n", f"\n{int(size) - 1}\n"))
    found = alice("log-head", "verify", note, "--json", status=1).json()
    assert [one["code"] for one in found["findings"]] == ["GP-LOG-002", "GP-LOG-004"]
    note.write_text(text.replace("/refs/heads/main", "/refs/heads/other"))
    assert "GP-LOG-007" in alice("log-head", "verify", note, status=1).out
    note.write_text("nothing")
    assert "GP-LOG-001" in alice("log-head", "verify", note, status=2).err


def test_a_proof_holds_without_the_repository(signed: World) -> None:
    """By the file's path and bytes, and a note that somebody trusts: RFC 6962 and nothing else."""
    alice = signed.alice
    first = alice("log-head", "show", "--json").json()
    add(alice, "more")
    alice("log-head", "sign")
    text = alice("log-head", "prove", RELEASE).out
    proof, _, note = text.partition("\n\n")
    head = read_head(read_note(note.encode()).text)
    version, index, *hashes = proof.split("\n")
    assert version == "c2sp.org/tlog-proof@v1"
    leaf = leaf_hash(RELEASE.encode() + b"\0" + (alice.repo.path / RELEASE).read_bytes())
    root, path = bytes.fromhex(head.root.removeprefix("sha256:")), [b64decode(one) for one in hashes]
    assert is_included(leaf, int(index.removeprefix("index ")), head.size, path, root)
    shown = alice("log-head", "prove", RELEASE, "--json").json()
    assert [bytes.fromhex(one) for one in shown["hashes"]] == path
    assert shown["text"] == text
    old, *hashes = alice("log-head", "prove", "--from", str(first["size"])).out.partition("\n\n")[0].split("\n")
    assert old == f"old {first['size']}"
    assert alice("log-head", "prove", "--from", "0").out == f"old 0\n\n{note}", "what a witness is asked first"
    before = bytes.fromhex(first["root"].removeprefix("sha256:"))
    assert is_consistent(first["size"], head.size, [b64decode(one) for one in hashes], before, root)


def test_what_a_head_does_not_cover_has_no_proof(signed: World) -> None:
    alice = signed.alice
    add(alice, "more")
    [new] = alice.git("show", "--format=", "--name-only", "--diff-filter=A", "HEAD", "--", ".gitprov/artifacts").split()
    refused = alice("log-head", "prove", new, status=2)
    assert "GP-LOG-006" in refused.err
    assert "fix: gitprov log-head sign" in refused.err
    assert "has not landed" in alice("log-head", "prove", "train.py", status=2).err
    assert "GP-LOG-006" in alice("log-head", "prove", "--from", "9999", status=2).err
    assert "GP-USE-001" in alice("log-head", "prove", status=2).err
    assert "GP-USE-001" in alice("log-head", "prove", new, "--from", "1", status=2).err


def test_without_a_head_the_way_to_one_is_said(world: World) -> None:
    for verb in (["show"], ["verify"], ["prove", RELEASE], ["publish"]):
        assert "GP-LOG-005" in world.alice("log-head", *verb, status=2).err


def test_a_shallow_clone_cannot_decide(signed: World) -> None:
    """Threat A27."""
    Repo(signed.path).git("clone", "--quiet", "--depth=1", f"file://{signed.origin.path}", "shallow")
    refused = signed.alice.gitprov("log-head", "verify", cwd=signed.path / "shallow", status=3)
    assert "GP-GIT-005" in refused.err
