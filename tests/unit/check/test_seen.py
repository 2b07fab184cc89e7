"""What a door sees, derived from edges and blobs: what was touched last, what was added, and which are records."""

from dataclasses import replace

from gitprov.check.changes import GONE, SUBMODULE, Edge, FileChange
from gitprov.check.engine import TOLD, Verdict, check
from gitprov.check.files import ATTRIBUTES
from gitprov.check.landed import Gathered
from gitprov.check.names import attributes, names
from gitprov.check.seen import Change, read_record
from gitprov.errors import Exit, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.lineage import Held
from gitprov.records import Stored, signature_path
from tests.sim.promoting import Promoting
from tests.unit.check.edges import DATA, OURS, PATH, ZERO, add, change, drop, edit, made, oid
from tests.unit.check.test_authority import touched

OTHER, BYTES = made(2)


def test_the_last_step_of_a_file_counts_and_none_beside_the_chain() -> None:
    first, last = Edge("a", None, (add(PATH, b"x"), add(OTHER, BYTES))), Edge("b", "a", (edit(PATH, b"x", DATA),))
    side = Edge("s", "a", (drop(OTHER, BYTES),), on_chain=False)
    seen = change(first, side, last, blobs=(DATA, BYTES))
    assert seen.steps == (first, last)
    assert {path: commit for path, (commit, _) in seen.final.items()} == {PATH: "b", OTHER: "a"}
    assert seen.added == {PATH: DATA, OTHER: BYTES}


def test_what_is_added_lies_below_the_folder_and_is_a_file() -> None:
    """Also where another file has the same bytes, or a submodule claims their id."""
    module = FileChange(OTHER, "A", SUBMODULE, oid(DATA), GONE, ZERO)
    gone = FileChange(made(3)[0], "D", GONE, oid(DATA), "100644", oid(DATA))
    seen = change(Edge("a", None, (add(PATH, DATA), add("copy.yaml", DATA), module, gone)), blobs=(DATA,))
    assert seen.added == {PATH: DATA}
    assert change(Edge("a", None, (add(PATH, DATA),))).added == {}, "bytes that nobody read"


def test_records_are_read_and_what_cannot_be_read_says_why() -> None:
    signature = signature_path(PATH, b"bundle", approval=False)
    files = {PATH: DATA, OTHER: b"x", signature: b"bundle", ATTRIBUTES: OURS}
    edge = Edge("a", None, tuple(add(path, data) for path, data in files.items()))
    seen = change(edge, blobs=tuple(files.values()))
    assert seen.records.keys() == {PATH, OTHER}
    good, bad = seen.records[PATH], seen.records[OTHER]
    assert isinstance(good, Stored)
    assert (good.path, good.data) == (PATH, DATA)
    assert isinstance(bad, GitprovError)
    assert OTHER in bad.what


def test_what_has_landed_with_these_bytes_is_not_read_again() -> None:
    world = Promoting(1)
    held = next(held for held in world.held if held.stored.path == world.releases[0].path)
    known = Stored(held.id, held.stored.path, held.stored.data, held.stored.record)
    world.held[world.held.index(held)] = Held(known, "committed")
    after = touched(world=world).after
    assert isinstance(after, Gathered)
    seen = change(Edge("a", None, (add(known.path, known.data),)), blobs=(known.data,), after=after)
    assert seen.records[known.path] is known
    edited = change(Edge("a", None, (add(known.path, DATA),)), blobs=(DATA,), after=after)
    assert edited.records[known.path] is not known


def test_a_file_is_there_when_the_last_step_left_it_or_none_touched_it() -> None:
    seen = change(
        Edge("a", None, (add(PATH, DATA),)), Edge("b", "a", (drop(OTHER, BYTES),)), there=frozenset({"x", OTHER})
    )
    assert [seen.is_there(path) for path in (PATH, OTHER, "x", "y")] == [True, False, True, False]


def test_a_door_that_knows_nothing_judges_nothing() -> None:
    plain = Change(ref="main", head=None, edges=())
    assert (plain.relation, plain.attributes, plain.partial, plain.keeps) == ("continues", b"", False, None)
    assert check(plain) == Verdict()


def test_a_record_is_read_under_its_path() -> None:
    read = read_record(PATH, DATA)
    assert isinstance(read, Stored)
    assert (read.path, read.id) == (PATH, f"sha256:{PATH.rpartition('/')[2].removesuffix('.yaml')}")
    broken = read_record("somewhere.yaml", b"x: [")
    assert isinstance(broken, GitprovError)
    assert "somewhere.yaml" in broken.what


# --- names and attributes ---------------------------------------------------------------------------------------------


def test_a_signature_lies_beside_a_record_that_is_there() -> None:
    path = signature_path(PATH, b"bundle", approval=False)
    lands = Edge("a", None, (add(path, b"bundle"),))
    assert [one.code for one in names(change(lands, blobs=(b"bundle",)))] == [codes.SIG_ORPHAN]
    assert list(names(change(lands, blobs=(b"bundle",), there=frozenset({PATH})))) == []
    removed = Edge("b", "a", (drop(PATH, DATA),))
    gone = change(lands, removed, blobs=(b"bundle",), there=frozenset({PATH}))
    assert [one.code for one in names(gone)] == [codes.SIG_ORPHAN]


def test_attributes_matter_where_something_is_left_below_the_folder() -> None:
    bare = frozenset[str]()
    lands, leaves = Edge("a", None, (add(PATH, DATA),)), Edge("b", "a", (drop(OTHER, BYTES),))
    elsewhere = Edge("a", None, (add("README.md", b""),))
    assert list(attributes(change(elsewhere, there=bare))) == []
    assert list(attributes(change(leaves, there=bare))) == []
    assert [one.code for one in attributes(change(lands, leaves, there=bare))] == [codes.GIT_ATTRIBUTES]
    assert list(attributes(change(lands))) == []
    assert list(attributes(change(Edge("a", None, (add(ATTRIBUTES, OURS),)), blobs=(OURS,), there=bare))) == []


# --- the engine -------------------------------------------------------------------------------------------------------


def test_the_engine_asks_the_laws_of_trust_too() -> None:
    """Authority, settings, effect: each by a finding that no other law gives."""
    world = Promoting(1)
    wish = world.wish(world.releases[0])
    world.move()
    world.request(wish)
    lost = codes.TRU_UNSIGNED.finding(wish.request.path, "not in force")
    odd = codes.SET_UNSIGNED.finding(wish.request.path, "not signed")
    verdict = check(touched(wish.request.path, world=world, trust=[lost], settings=[odd]))
    found = {one.code for one in (*verdict.findings, *verdict.warnings)}
    assert {codes.TRU_UNSIGNED, codes.SET_UNSIGNED, codes.APR_MISSING} <= found
    assert codes.APR_MISSING in {one.code for one in verdict.warnings}


def test_what_is_told_refuses_nothing_and_is_acknowledged_like_the_rest() -> None:
    """What is mended, what takes nothing away from others, what is still to come."""
    assert {code.id for code in TOLD} == {
        "GP-APR-001", "GP-GIT-010", "GP-IMM-008", "GP-IMM-009", "GP-PRO-019", "GP-SIG-001", "GP-SIG-002", "GP-SIG-003",
    }  # fmt: skip
    side = change(Edge("s", "a", (drop(PATH, DATA),), on_chain=False))
    [told] = check(side).warnings
    known = check(replace(side, acknowledged=frozenset({told.key})))
    assert (known.warnings, known.acknowledged, known.exit) == ((), (told,), Exit.OK)


def test_only_what_was_acknowledged_is_listed_so() -> None:
    both = change(Edge("b", "a", (drop(PATH, DATA), drop(OTHER, BYTES))))
    one, other = check(both).findings
    verdict = check(replace(both, acknowledged=frozenset({one.key})))
    assert (verdict.findings, verdict.acknowledged) == ((other,), (one,))


def test_a_finding_comes_before_what_cannot_be_decided() -> None:
    lost = change(Edge("b", "a", (drop(PATH, DATA),)), partial=True)
    assert check(lost).exit is Exit.FINDINGS
    assert check(replace(lost, edges=())).exit is Exit.UNDECIDED


def test_each_finding_is_told_once() -> None:
    drops = Edge("s", "a", (drop(PATH, DATA),), on_chain=False)
    assert len(check(change(drops, drops)).warnings) == 1
