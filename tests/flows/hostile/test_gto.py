"""Tags as nobody at GTO would write them, and thousands: `gitprov import gto` (issue 7, demand 40)."""

import os
import subprocess
from collections import Counter

from gto.tag import parse_name
from hypothesis import example, given
from hypothesis import strategies as st

from gitprov.exchange.gto_tags import is_near, read_tag
from gitprov.lineage.imports import imports, imports_named
from gitprov.recording.sources import name_of_path
from gitprov.wiring.opening import open_project
from tests.flows.hostile.test_files import TEXTS
from tests.support import Gitprov, Repo

LONG = bool(os.environ.get("TEST_LONG"))
TAGS = 5000 if LONG else 300
SECRET = "AKIA" + "IOSFODNN7EXAMPL3"
SOME = ("deep lists", "latin-1", "laughs", "zeros", "wrong types")
ACTIONS = {"register": "registered", "deregister": "deregistered", "assign": "assigned", "unassign": "unassigned",
           "deprecate": "deprecated"}  # fmt: skip

names = st.from_regex(r"[a-zA-Z0-9_./=-]{1,8}", fullmatch=True)
numbers = st.from_regex(r"v?[0-9]{1,2}(\.[0-9]{1,2}){0,3}([+-][0-9a-zA-Z.-]{1,6})?|deprecated|created", fullmatch=True)
ends = st.sampled_from(["", "!", "#", "#1", "#12", "!#3", "#1!", "!!"])


@given(st.builds("".join, st.tuples(names, st.sampled_from("@#"), st.one_of(numbers, names), ends)))
@example("a@v1.2.3-rc.1+build.5!#7")
@example("models/x=churn#stage/blue")
def test_a_tag_says_what_gto_reads_in_it(tag: str) -> None:
    theirs = parse_name(tag, raise_on_fail=False)
    said = read_tag(tag)
    if not theirs.get("action"):  # GTO itself fails at NAME@created
        assert said is None
        return
    assert said is not None
    assert (said.name, said.action) == (theirs["name"], ACTIONS[theirs["action"].value])
    assert (said.version, said.stage) == (theirs.get("version"), theirs.get("stage"))
    assert not is_near(tag)


def raw_tag(repo: Repo, name: str, target: str, tagger: str = "") -> None:
    """Makes a tag object of any form."""
    kind = repo.git("cat-file", "-t", target)
    file = repo.write(".git/raw", f"object {target}\ntype {kind}\ntag {name}\n{tagger}\nsaid\n")
    oid = repo.git("hash-object", "-t", "tag", "-w", "--literally", file)
    repo.git("update-ref", f"refs/tags/{name}", oid)


def test_what_gto_passes_over_is_told_and_the_rest_is_imported(repo: Repo, gitprov: Gitprov) -> None:
    gitprov("init")
    repo.git("tag", "-a", "-m", "x", "churn@v1")
    assert "GP-GTO-001" in gitprov("import", "gto", status=2).err
    good = repo.commit("Good")
    repo.write("artifacts.yaml", "churn:\n\tpath: x\n")
    repo.write("sub/dvc.yaml", "artifacts: [1]\n")
    bad = repo.commit("Break the files")
    someone = "tagger Eve <eve@example.org> {} +0000\n"
    for name, target, tagger in (
        ("churn@v1.0.0", good, someone.format(1_700_000_000)),
        ("churn@v2.0.0", bad, someone.format(1_700_000_060)),
        ("nobody@v1.0.0", good, ""),
        ("late@v1.0.0", good, someone.format(99_999_999_999_999)),
        ("con@v1.0.0", good, someone.format(1)),
        (f"{SECRET}@v1.0.0", good, someone.format(2)),
        ("tree@v1.0.0", f"{good}^{{tree}}", ""),
        ("nested@v1.0.0", "refs/tags/churn@v1.0.0", ""),
    ):
        raw_tag(repo, name, repo.git("rev-parse", target), tagger)
    repo.git("tag", "light@v1.0.0")
    repo.git("tag", "naïve\u2028#prod!", "churn@v1.0.0")
    done = gitprov("import", "gto", "--json").json()
    assert [(one["code"], one["subject"], one["commit"]) for one in done["findings"]] == [
        ("GP-GTO-002", "light@v1.0.0", None),
        ("GP-GTO-002", "nested@v1.0.0", None),
        ("GP-GTO-002", "tree@v1.0.0", None),
        ("GP-DVC-001", "artifacts.yaml", bad),
        ("GP-DVC-001", "sub/dvc.yaml", bad),
        ("GP-SEC-001", f"{SECRET}@v1.0.0", None),
    ]
    assert done["notes"][-1] == "tags that are none of GTO's and look like it: churn@v1, naïve\u2028#prod!"
    _, ledger = open_project()
    found = {one.says.ref: one for one in imports(ledger)}
    assert found.keys() == {"churn@v1.0.0", "churn@v2.0.0", "nobody@v1.0.0", "late@v1.0.0", "con@v1.0.0"}
    assert found["con@v1.0.0"].says.as_ == name_of_path("con") != "con", "which no folder of Windows may be named"
    assert {ref for ref, one in found.items() if one.says.undated} == {"nobody@v1.0.0", "late@v1.0.0"}
    assert not gitprov("import", "gto", "--json").json()["recorded"], "although nobody knows when some happened"

    raw_tag(repo, "churn@v1.0.0", bad, someone.format(1_700_000_120))
    repo.git("tag", "--delete", "churn@v2.0.0")
    gitprov("import", "gto")
    said = [(one.says.version, one.says.commit) for one in imports_named(open_project()[1], "churn")]
    before = [("v1.0.0", f"git:{good}"), ("v2.0.0", f"git:{bad}")]
    assert said == [*before, ("v1.0.0", f"git:{bad}")], "nothing is taken back"


def test_whatever_the_files_of_a_tagged_commit_hold(repo: Repo, gitprov: Gitprov) -> None:
    """Never an internal error, and every tag is imported."""
    gitprov("init")
    texts = [TEXTS[name] for name in (TEXTS if LONG else SOME)]
    for number, data in enumerate(texts):
        repo.write("artifacts.yaml", data)
        repo.write("dvc.yaml", data + b"\n# artifacts\n")  # else it is not looked into
        repo.commit("Break the files")
        repo.git("tag", "-a", "-m", "x", f"churn@v{number}.0.0")
    repo.git("rm", "--quiet", "dvc.yaml")
    (repo.path / "artifacts.yaml").unlink()
    (repo.path / "artifacts.yaml").symlink_to("/etc/passwd")
    repo.commit("Lead away")
    repo.git("tag", "-a", "-m", "x", "churn@v99.0.0")
    done = gitprov("import", "gto", "--json").json()
    assert len(done["recorded"]) == len(texts) + 1
    assert {one["code"] for one in done["findings"]} == {"GP-DVC-001"}
    assert {one["subject"] for one in done["findings"]} == {"artifacts.yaml", "dvc.yaml"}
    assert "root:" not in str(done)


def test_many_tags_are_read_together(repo: Repo, gitprov: Gitprov) -> None:
    gitprov("init")
    head = repo.git("rev-parse", "HEAD")
    stream = "".join(
        f"commit refs/heads/main\ncommitter A <a@example.org> {number} +0000\ndata 0\n"
        + (f"from {head}\n" if number == 1 else "")
        + f"M 644 inline file\ndata {len(str(number))}\n{number}\n"
        + "".join(
            f"tag {name}\nfrom refs/heads/main\ntagger A <a@example.org> {number} +0000\ndata 0\n"
            for name in (f"churn@v1.{number}.0", f"churn#prod#{number}")
        )
        for number in range(1, TAGS // 2 + 1)
    )
    subprocess.run(["git", "fast-import", "--quiet"], cwd=repo.path, input=stream.encode(), check=True)
    done = gitprov("import", "gto", "--json").json()
    assert len(done["recorded"]) == TAGS
    found = imports_named(open_project()[1], "churn")
    assert Counter(one.says.action for one in found) == {"registered": TAGS // 2, "assigned": TAGS // 2}
    assert all(one.at.endswith(f"{int(str(one.says.version).split('.')[1]) % 60:02}Z") for one in found)
    assert gitprov("import", "gto").out == "everything is recorded\n"
