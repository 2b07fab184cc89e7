"""Who stands behind a record, and which records must be signed: by facts, without a repository (demands 31, 32)."""

from dataclasses import replace

import pytest

from gitprov.check.landed import Landed
from gitprov.check.signers import Attested, attested, missing
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest
from gitprov.lineage import Held
from gitprov.lineage.naming import title
from gitprov.records import Event, Identity, Person, Stored, TrustRoot, store
from gitprov.trust.roots import Accepted, Roots, identity_id
from tests.sim.book import churn
from tests.sim.landing import Landing
from tests.unit.trust.facts import OWN, OWN_DIGEST, commit, key, pem


@pytest.fixture
def story() -> Landing:
    """A book of records that landed at step 1, each signed by whose word it is."""
    return Landing(churn())


def of(landed: Landed, record: Digest, head: int | None = None) -> Attested:
    """Returns who stands behind a record."""
    held = landed.ledger.held[record]
    return attested(landed, held.stored, landed.chain.head if head is None else head)


def reasons(one: Attested) -> list[str]:
    """Returns the steps at which its signatures fail; "" for one that counts."""
    return [signer.why.partition(":")[0] for signer in one.signers]


def records(story: Landing, kind: str) -> list[Digest]:
    """Returns the records of a type."""
    return [held.id for held in story.held if type(held.stored.record).__name__ == kind]


def land(story: Landing, stored: Stored) -> None:
    """Lands a record at the present step."""
    story.files[stored.path] = (story.head, stored.data)
    story.held.append(Held(stored, "committed"))


def test_signed_by_whose_word_it_is(story: Landing) -> None:
    story.step()
    landed = story.landed()
    roles = {"Run": ("paul", ("producer",)), "Evaluation": ("eva", ("evaluator",)), "Release": ("paul", ("producer",))}
    for kind, (person, held) in roles.items():
        for record in records(story, kind):
            found = of(landed, record)
            assert (found.standing, found.people, found.landed) == ("signed", (person,), landed.chain.commits[1])
            assert [one.roles for one in found.signers] == [held]
            assert list(missing(found)) == []


@pytest.mark.parametrize("kind", ["Release", "Run", "Evaluation"])
def test_what_nobody_signed_is_missed_where_the_root_asks_for_it(story: Landing, kind: str) -> None:
    story.step(by=lambda _: ())
    for record in records(story, kind):
        found = of(story.landed(), record)
        assert found.standing == "unsigned"
        (*findings,) = missing(found)
        assert [one.code.id for one in findings] == (["GP-SIG-009"] if kind == "Release" else [])
        assert all(one.fix.startswith("gitprov sign id:") for one in findings)


@pytest.mark.parametrize(
    ("kind", "by", "standing"),
    [
        ("governance", "olga", "signed"),
        ("governance", "paul", "signed"),
        ("governance", "eva", "unsigned"),
        ("acknowledgement", "olga", "signed"),
        ("acknowledgement", "paul", "unsigned"),
        ("exception", "olga", "signed"),
        ("exception", "paul", "unsigned"),
        ("deprecation", "eva", "signed"),
    ],
)
def test_events_that_decide_are_signed_by_those_who_may(story: Landing, kind: str, by: str, standing: str) -> None:
    """Anybody who is listed may say that something is to be used no more: it decides nothing."""
    stored = store(Event(kind=kind, actor=by, at="2026-11-21T09:30:00Z", subjects=(), reason="so", details={}))
    story.step()
    land(story, stored)
    story.sign(stored.id, by)
    found = of(story.landed(), stored.id)
    assert found.standing == standing
    assert bool(list(missing(found))) is (standing != "signed")


def test_a_listed_person_without_the_role_is_named_in_what_is_missed(story: Landing) -> None:
    story.step(by="eva")
    (release, *_) = records(story, "Release")
    (finding,) = missing(of(story.landed(), release))
    assert (finding.what.partition(" is ")[2], finding.why) == ("signed by no producer or owner", "eva is none")


def test_an_unlisted_key_is_said_to_be_one(story: Landing) -> None:
    story.step(by=lambda _: ())
    (release, *_) = records(story, "Release")
    story.sign(release, "eve", listed=False, fault="signed by the unlisted key")
    path = next(path for path, one in story.signatures.items() if one.record == release)
    story.signatures[path] = replace(story.signatures[path], code=codes.SIG_UNLISTED)
    found = of(story.landed(), release)
    assert (found.standing, reasons(found)) == ("unlisted", ["B4"])
    assert [one.code.id for one in missing(found)] == ["GP-SIG-009"]


def second(story: Landing, people: dict[str, Person], *, since: int = 0) -> Stored:
    """Returns a second trust version that lists other people as well, and looks back to a step."""
    (first,) = story.landed().roots.accepted
    past = replace(first.root.history, commit=f"git:{commit(since)}")
    listed = {**first.root.people, **people}
    return store(
        replace(first.root, version=2, follows=first.id, history=past, people=listed, trusted_roots={"team": OWN})
    )


def paul(story: Landing, **fields: str) -> Person:
    """Returns paul with other fields of his one identity."""
    (identity,) = story.landed().roots.accepted[0].root.people["paul"].identities
    return Person(identities=(replace(identity, **fields),))  # type: ignore[arg-type]


def under(story: Landing, stored: Stored, *, since: int, step: int) -> Landed:
    """Returns what landed, with a second trust version in force from a step on."""
    landed, root = story.landed(), stored.record
    assert isinstance(root, TrustRoot)
    return replace(landed, roots=Roots((*landed.roots.accepted, Accepted(root, stored.id, step, since))))


def revoking(story: Landing, *, since: int, step: int) -> Landed:
    """Returns what landed, with a second trust version that revokes paul's key."""
    return under(story, second(story, {"paul": paul(story, revoked="lost")}, since=since), since=since, step=step)


def moving(story: Landing, *, since: int, step: int) -> Landed:
    """The same with a version that gives paul's key to pia."""
    people = {"pia": paul(story), "paul": Person(identities=())}
    return under(story, second(story, people, since=since), since=since, step=step)


def test_what_a_later_version_revokes_counts_up_to_its_history(story: Landing) -> None:
    """A15: landed at step 1; a revocation that looks back to step 1 leaves it, one that looks back to 0 does not."""
    story.step()
    story.step()
    story.step()
    (run, *_) = records(story, "Run")
    assert reasons(of(revoking(story, since=1, step=3), run)) == [""]
    found = of(revoking(story, since=0, step=3), run)
    assert (found.standing, reasons(found)) == ("unsigned", ["W6"])
    assert reasons(of(moving(story, since=0, step=3), run)) == ["W6"]


def test_what_is_signed_after_a_revocation_counts_for_nobody(story: Landing) -> None:
    story.step(by=lambda _: ())
    story.step()
    (run, *_) = records(story, "Run")
    story.sign(run, "paul")
    found = of(revoking(story, since=0, step=1), run)
    assert reasons(found) == ["W3"]
    assert found.signers[0].why == "W3: revoked by trust version 2: lost"


def test_what_landed_before_the_root_is_unattested_until_somebody_attests_it(story: Landing) -> None:
    """No signature from before is counted, and none is missed."""
    story.step()
    story.step()
    landed = story.landed()
    later = Roots((replace(landed.roots.accepted[0], step=2),))
    (release, *_) = records(story, "Release")
    found = of(replace(landed, roots=later), release)
    assert (found.standing, reasons(found), list(missing(found))) == ("unattested", ["W1"], [])
    story.step()
    story.sign(release, "paul", "countersigns")
    landed = replace(story.landed(), roots=later)
    found = of(landed, release)
    assert (found.standing, sorted(reasons(found))) == ("signed", ["", "W1"])
    for path, one in story.signatures.items():
        story.signatures[path] = replace(one, trust=release) if one.trust else one
    found = of(replace(story.landed(), roots=later), release)
    assert (found.standing, sorted(reasons(found))) == ("unattested", ["W1", "W7"])


def test_a_window_takes_a_proven_time(story: Landing) -> None:
    story.step()
    (run, *_) = records(story, "Run")
    ends = second(story, {"paul": paul(story, valid_until="2026-12-01T00:00:00Z")})
    found = of(under(story, ends, since=0, step=0), run)
    assert reasons(found) == ["W5"]
    assert (found.signers[0].time, found.signers[0].source) == (None, "no trusted time")
    for time, step in (("2026-11-30T23:59:59Z", ""), ("2026-12-01T00:00:00Z", "W5")):
        proven(story, run, time)
        found = of(under(story, ends, since=0, step=0), run)
        (signer,) = found.signers
        assert reasons(found) == [step]
        assert (signer.time, signer.source, signer.is_logged) == (time, "timestamp", True)


def proven(story: Landing, record: Digest, time: str) -> None:
    """Lets the trusted root of the team prove when the signatures of a record were made, and a log have them."""
    for path, one in story.signatures.items():
        if one.record == record:
            story.signatures[path] = replace(one, proven={OWN_DIGEST: time}, is_logged=True)


def test_a_certificate_counts_under_the_trusted_root_that_is_named_for_it(story: Landing) -> None:
    who = Identity(identity="paul@example.org", issuer="https://issuer.example", trusted_root="team")
    story.step(by=lambda _: ())
    (run, *_) = records(story, "Run")
    story.sign(run, "paul")
    ((path, one),) = story.signatures.items()
    story.signatures[path] = replace(one, key=identity_id("paul@example.org", "https://issuer.example"))
    lists = second(story, {"paul": Person(identities=(who,))})
    assert reasons(of(under(story, lists, since=0, step=0), run)) == ["W4"]
    proven(story, run, "2026-11-30T00:00:00Z")
    assert of(under(story, lists, since=0, step=0), run).people == ("paul",)


def test_a_key_that_the_version_does_not_list_counts_for_nobody(story: Landing) -> None:
    """It is listed by another version, so that its signature could be verified."""
    story.step(by="eve")
    (run, *_) = records(story, "Run")
    (signer,) = of(story.landed(), run).signers
    assert (signer.why, signer.key) == ("W2: trust version 1 does not list it", key("eve"))


def test_a_new_key_counts_for_the_version_that_lists_it(story: Landing) -> None:
    """T2: who is new proves to have the key, which the version before does not list."""
    stored = second(story, {"pat": Person(identities=(Identity(key=pem("pat")),))})
    story.step()
    land(story, stored)
    story.sign(stored.id, "olga")
    story.sign(stored.id, "pat")
    assert sorted(reasons(of(story.landed(), stored.id))) == ["", "W2"], "a version not in force lists nobody"
    found = of(under(story, stored, since=0, step=1), stored.id)
    assert {(one.person, one.roles) for one in found.signers} == {("olga", ("owner",)), ("pat", ())}


def test_what_has_not_landed_is_judged_as_if_it_did_now(story: Landing) -> None:
    story.step()
    (release, *_) = records(story, "Release")
    found = of(story.landed(), release, head=0)
    assert (found.standing, found.landed, found.people) == ("signed", None, ("paul",))
    story.signatures.clear()
    found = of(story.landed(), release, head=0)
    assert (found.standing, list(missing(found))) == ("unsigned", [])


def test_it_says_what_every_clause_asks(story: Landing) -> None:
    """Who stands behind a record here is who `Landed.signers` returns: one rule, two questions."""
    story.step()
    story.step()
    (run, *_) = records(story, "Run")
    story.sign(run, "pia", "countersigns")
    story.sign(run, "eve")
    for since in range(3):
        for landed in (revoking(story, since=since, step=2), moving(story, since=since, step=2), story.landed()):
            head = landed.chain.head
            for record in (*records(story, "Run"), *records(story, "Release")):
                assert set(of(landed, record).people) == landed.signers(record, head, until=head)


def test_records_are_called_what_people_call_them(story: Landing) -> None:
    story.step()
    landed = story.landed()
    said = {kind: of(landed, records(story, kind)[0]).what for kind in ("Run", "Evaluation", "Release")}
    for kind in ("Run", "Evaluation"):
        assert said[kind].endswith(f" {records(story, kind)[0][7:15]}")
    assert said["Run"].startswith("run ")
    assert said["Evaluation"].startswith("evaluation of churn on ")
    assert said["Release"] == "release churn@v1"
    (root,) = landed.roots.accepted
    assert of(landed, root.id).what == title(root.root)
