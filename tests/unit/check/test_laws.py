"""Each law of the engine on small edges made by hand: what it refuses, what it tells, what it lets pass (demand 3)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.check.changes import SUBMODULE, Edge, FileChange, Overlay
from gitprov.check.engine import LAWS, TOLD, Verdict, check
from gitprov.check.files import ATTRIBUTES
from gitprov.check.grow_only import BEFORE, grow_only
from gitprov.check.seen import Relation
from gitprov.errors import Exit
from gitprov.errors import catalogue as codes
from gitprov.ids import sha256_of
from gitprov.records import Event, store
from tests.unit.check.edges import DATA, OURS, PATH, add, change, drop, edit, found, made


def test_what_is_honest_passes() -> None:
    verdict = check(change(Edge("a", None, (add(ATTRIBUTES, OURS), add(PATH, DATA))), blobs=(OURS, DATA)))
    assert verdict == Verdict()
    assert verdict.exit is Exit.OK


@pytest.mark.parametrize(
    ("loses", "how"),
    [
        (drop(PATH, DATA), "removes"),
        (edit(PATH, DATA, b"other\n"), "changes"),
        (edit(PATH, DATA, DATA, "100755"), "changes the mode of"),
        (edit(PATH, DATA, b"target", "120000"), "changes"),
        (edit(PATH, DATA, b"", SUBMODULE), "removes"),
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_a_record_that_stood_stays_as_it_is(loses: FileChange, how: str, known: bool) -> None:
    """A01, F7: also when the record landed before the head that is known."""
    first = Edge("a", None, (add(PATH, DATA),))
    edges = (Edge("b", "a", (loses,)),) if known else (first, Edge("b", "a", (loses,)))
    [lost, *_] = [one for one in check(change(*edges, blobs=(DATA,))).findings if one.code is codes.IMM_LOST]
    assert (lost.subject, lost.commit, lost.what) == (PATH, "b", f"b {how} {PATH}")
    assert lost.fix.startswith("git restore --source=a ")


def test_what_comes_back_byte_for_byte_is_told_and_other_bytes_are_not_it() -> None:
    lost = (Edge("a", None, (add(PATH, DATA),)), Edge("b", "a", (drop(PATH, DATA),)))
    back = check(change(*lost, Edge("c", "b", (add(PATH, DATA),)), blobs=(DATA,)))
    assert (back.findings, [(one.code, one.commit) for one in back.warnings]) == ((), [(codes.IMM_RESTORED, "b")])
    other = check(change(*lost, Edge("c", "b", (add(PATH, b"other\n"),)), blobs=(DATA, b"other\n")))
    assert [one[2] for one in found(other) if one[0] == "GP-IMM-007"] == ["b", "c"]


def test_only_what_the_upstream_has_must_stay_on_a_branch() -> None:
    """Amend, rebase, renumber and remove what only a proposal has: free."""
    edge = Edge(None, "a", (drop(PATH, DATA),))
    assert check(change(edge, keeps=frozenset())) == Verdict()
    [(code, path, commit)] = found(check(change(edge, keeps=frozenset({PATH}))))
    assert (code, path, commit) == ("GP-IMM-007", PATH, None)


def test_beside_the_chain_it_is_told_unless_the_chain_lost_it_too() -> None:
    """A02: every commit against every parent, at first contact."""
    stood, side = Edge("a", None, (add(PATH, DATA),)), Edge("s", "a", (drop(PATH, DATA),), on_chain=False)
    verdict = check(change(stood, side, blobs=(DATA,)))
    assert (verdict.findings, [one.code for one in verdict.warnings]) == ((), [codes.IMM_SIDE])
    merged = check(change(stood, Edge("m", "a", (drop(PATH, DATA),)), side))
    assert found(merged) == [("GP-IMM-007", PATH, "m"), ("GP-IMM-007", PATH, "s")]


@pytest.mark.parametrize(
    ("relation", "code", "commit"),
    [
        ("foxtrot", "GP-HIS-001", "merge"),
        ("rewound", "GP-HIS-002", "old"),
        ("rewritten", "GP-HIS-003", "old"),
        ("unrelated", "GP-HIS-004", "old"),
    ],
)
def test_the_head_that_was_known_is_on_the_chain(relation: Relation, code: str, commit: str) -> None:
    """A03. On a branch of one's own only the foxtrot is refused."""
    seen = change(head="new", known="old", relation=relation, merged_by="merge")
    assert found(check(seen)) == [(code, "main", commit)]
    assert bool(check(replace(seen, keeps=frozenset())).findings) == (relation == "foxtrot")
    assert check(replace(seen, relation="continues")) == Verdict()
    assert check(replace(seen, known=None)) == Verdict(), "who knew no head saw no move"


@pytest.mark.parametrize("relation", ["rewound", "rewritten", "unrelated"])
@pytest.mark.parametrize("ref", ["refs/heads/main", "refs/remotes/origin/main"])
def test_the_head_that_was_known_can_be_pushed_back(relation: Relation, ref: str) -> None:
    seen = replace(change(head="new", known="0123456789abcdef", relation=relation), ref=ref)
    [finding] = check(seen).findings
    assert finding.fix.endswith("git push --force origin 0123456789ab:refs/heads/main")


@pytest.mark.parametrize(
    ("path", "data", "code"),
    [
        (PATH.replace("/rows/", "/rows/zz/"), DATA, "GP-IMM-003"),
        (PATH.replace("/rows/", "/lines/"), DATA, "GP-IMM-002"),
        (made(2)[0], DATA, "GP-IMM-001"),
        (PATH, DATA.replace(b"rows", b"'rows'"), "GP-YML-002"),
        (".gitprov/notes.txt", b"x", "GP-IMM-003"),
        ("src/.gitprov/runs/x", b"x", "GP-GIT-006"),
        ("src/.GitProv/runs/x", b"x", "GP-GIT-006"),
        (".gitprov\u200b/runs/x", b"x", "GP-GIT-006"),
        ("\uff0egitprov/x", b"x", "GP-GIT-006"),
        (".gitprov. /x", b"x", "GP-GIT-006"),
        (PATH.replace(".yaml", ".0123456789abcdef.sigstore.json"), b"{}", "GP-SIG-005"),
    ],
)
def test_names_and_bytes_are_those_of_the_fields(path: str, data: bytes, code: str) -> None:
    """A22, A29: with the commit that landed it; what a later step of the same change takes away has not landed."""
    landing = Edge("a", None, (add(path, data),))
    assert (code, path, "a") in found(check(change(landing, blobs=(data,))))
    gone = check(change(landing, Edge("b", "a", (drop(path, data),)), blobs=(data,), keeps=frozenset()))
    assert gone.findings == ()


def test_records_land_with_the_attributes_that_init_writes() -> None:
    """A25."""
    landing = Edge("a", None, (add(PATH, DATA),))
    assert "GP-GIT-007" in [one[0] for one in found(check(change(landing, blobs=(DATA,), there=frozenset())))]
    ident = Edge("b", "a", (edit(ATTRIBUTES, OURS, b"* ident\n"),))
    assert "GP-GIT-007" in [one[0] for one in found(check(change(ident, blobs=(b"* ident\n",))))]
    assert "GP-GIT-007" in [one[0] for one in found(check(change(Edge("b", "a", (drop(ATTRIBUTES, OURS),)))))]


def test_a_reference_leads_somewhere_in_the_change_or_in_what_is_there() -> None:
    event = store(Event(kind="note", actor="ada", at="2026-01-01T00:00:00Z", subjects=(sha256_of(DATA),), reason="why"))
    seen = change(Edge("b", "a", (add(event.path, event.data),)), blobs=(event.data,))
    assert found(check(seen)) == [("GP-LIN-001", event.path, "b")]
    assert check(replace(seen, context={PATH: DATA})) == Verdict()
    assert check(replace(seen, context=None)) == Verdict()  # where references are not judged


def test_who_sees_a_part_decides_nothing_and_overlays_are_named() -> None:
    """A26, A27."""
    partial = check(change(partial=True))
    assert ([one.code for one in partial.undecided], partial.exit) == ([codes.GIT_SHALLOW], Exit.UNDECIDED)
    overlays = (Overlay("replace", "12ab"), Overlay("graft", "g"), Overlay("alternate", "a"))
    verdict = check(change(overlays=overlays))
    assert [one.fix for one in verdict.findings] == ["git replace -d 12ab", "rm g"]
    assert [one.code for one in verdict.warnings] == [codes.GIT_ALTERNATE]


def test_what_owners_acknowledged_is_listed_and_refuses_nothing() -> None:
    edge = Edge("b", "a", (drop(PATH, DATA),))
    [finding] = check(change(edge)).findings
    verdict = check(change(edge, acknowledged=frozenset({finding.key})))
    assert (verdict.findings, verdict.acknowledged, verdict.exit) == ((), (finding,), Exit.OK)
    assert check(change(edge, acknowledged=frozenset({finding.key + "0"}))).findings == (finding,)


def test_every_law_is_asked_and_none_twice() -> None:
    assert len(set(LAWS)) == len(LAWS) == 9
    assert all(code.exit is not Exit.UNDECIDED for code in TOLD)


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["keep", "drop", "edit"])), max_size=12))
def test_all_that_is_lost_in_the_end_is_found_and_nothing_else_refused(moves: list[tuple[int, str]]) -> None:
    """A model of any history of four records: what stands at the end as it landed is never refused."""
    files = dict(map(made, range(4)))
    paths, now = list(files), dict[str, bytes]()
    edges: list[Edge] = []
    for number, (which, what) in enumerate(moves):
        path = paths[which]
        before, after = now.get(path), None if what == "drop" else files[path] if what == "keep" else b"other\n"
        if before == after or (before is None and what != "keep"):
            continue
        if before is None:
            file = add(path, files[path])
        elif after is None:
            file = drop(path, before)
        else:
            file = edit(path, before, after)
        now = {name: data for name, data in {**now, path: after or b""}.items() if name != path or after is not None}
        edges.append(Edge(str(number), str(number - 1), (file,)))
    landed = {file.path for edge in edges for file in edge.files}
    kept = grow_only(enumerate(edge.files for edge in edges))
    assert set(kept.landed) == landed
    assert BEFORE not in kept.landed.values()
    lost = {one.path for one in kept.losses if one.restored is None}
    assert lost == {path for path in landed if now.get(path) != files[path]}
