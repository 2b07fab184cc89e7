"""For which roles a signature counts: delegated names, votes, and what is judged before anybody is listed."""

from dataclasses import replace
from typing import Any

import pytest

from gitprov.check.landed import Landed
from gitprov.check.signers import attested, missing
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, sha256_of
from gitprov.lineage import Held, Ledger
from gitprov.records import Event, Governance, History, Identity, Person, Role, Run, Stored, store
from gitprov.records.codec import to_data
from gitprov.records.roots import Delegation
from gitprov.trust.roots import Roots
from gitprov.trust.signatures import Means
from tests.frozen.promoted import DEPLOYED, REQUEST
from tests.sim.book import churn
from tests.sim.landing import Landing
from tests.unit.check.test_signers import land, of, reasons, records, second, under
from tests.unit.trust.facts import OWN_DIGEST, key, pem

EARLY, LATE = "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"
PIA, ERIC = Role(people=("pia",)), Role(people=("eric",))


@pytest.fixture
def story() -> Landing:
    """Records that landed at step 1 and that nobody has signed yet; paul and pia are producers, olga is the owner."""
    story = Landing(churn())
    story.step(by=lambda _: ())
    return story


def delegating(story: Landing, **delegations: Delegation) -> Landed:
    """Returns what landed, under a first trust version that delegates."""
    landed = story.landed()
    (first,) = landed.roots.accepted
    return replace(landed, roots=Roots((replace(first, root=replace(first.root, delegations=delegations)),)))


def event(kind: str, details: object) -> Stored:
    return store(Event(kind=kind, actor="x", at="2026-11-21T09:30:00Z", subjects=(), reason="so", details=details))  # type: ignore[arg-type]


def held(landed: Landed, record: Digest) -> tuple[str, ...]:
    """Returns the roles for which the one signature of a record counts."""
    (one,) = of(landed, record).signers
    return one.roles


# --- whose word a record is ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stored", "by", "roles", "lacks"),
    [
        (REQUEST, "paul", ("producer",), ""),
        (REQUEST, "olga", ("owner",), ""),
        (REQUEST, "eva", (), "producer or owner"),
        (DEPLOYED, "olga", ("deployer",), ""),
        (DEPLOYED, "paul", (), "deployer"),
    ],
)
def test_requests_are_the_word_of_who_makes_and_deployments_that_of_who_deploys(
    story: Landing, stored: Stored, by: str, roles: tuple[str, ...], lacks: str
) -> None:
    land(story, stored)
    story.sign(stored.id, by)
    found = of(story.landed(), stored.id)
    assert (held(story.landed(), stored.id), found.standing) == (roles, "unsigned" if lacks else "signed")
    assert [one.what.partition(" is ")[2] for one in missing(found)] == ([f"signed by no {lacks}"] if lacks else [])


@pytest.mark.parametrize("means", ["approves", "rejects"])
def test_a_vote_says_nothing_of_who_stands_behind_a_request(story: Landing, means: Means) -> None:
    """A11: approving is no asking, and who does both is told once for each."""
    land(story, REQUEST)
    for name in ("olga", "paul"):
        story.sign(REQUEST.id, name, means)
    story.sign(REQUEST.id, "eve", means, listed=False, fault="unlisted")
    story.signatures |= {
        path: replace(one, code=codes.SIG_UNLISTED) for path, one in story.signatures.items() if not one.listed
    }
    found = of(story.landed(), REQUEST.id)
    assert {one.person: one.roles for one in found.signers} == {
        "olga": ("approver of production",), "paul": (), None: ()
    }  # fmt: skip
    assert (found.standing, found.people) == ("unsigned", ())
    assert [one.why for one in missing(found)] == ["it has no signature"]


def test_what_is_wrong_with_the_signatures_is_told_of_what_is_missed(story: Landing) -> None:
    land(story, REQUEST)
    story.sign(REQUEST.id, "eve")
    (finding,) = missing(of(story.landed(), REQUEST.id))
    assert finding.why == "W2: trust version 1 does not list it"


def test_nobody_must_sign_a_run(story: Landing) -> None:
    """Rules and clauses decide what it is worth."""
    assert {of(story.landed(), run).asked for run in records(story, "Run")} == {()}


# --- delegated names -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "by", "roles"),
    [
        ("Release", "paul", ()),
        ("Release", "pia", ("producer",)),
        ("Evaluation", "eva", ()),
        ("Evaluation", "eric", ("evaluator",)),
    ],
)
def test_a_name_is_the_word_of_whom_it_is_delegated_to(
    story: Landing, kind: str, by: str, roles: tuple[str, ...]
) -> None:
    (record, *_) = records(story, kind)
    story.sign(record, by)
    assert held(delegating(story, churn=Delegation(producer=PIA, evaluator=ERIC)), record) == roles
    assert held(delegating(story, other=Delegation(producer=PIA, evaluator=ERIC)), record) != ()


@pytest.mark.parametrize(
    ("outputs", "roles"),
    [
        ({"model": "churn"}, ()),
        ({"model": "churn", "report": "report"}, ("producer",)),
        ({"report": "report"}, ("producer",)),
    ],
)
def test_a_run_is_the_word_of_the_producers_of_something_that_it_made(
    story: Landing, outputs: dict[str, str], roles: tuple[str, ...]
) -> None:
    book = story.book
    made = book.make("both", {}, {name: (made, name.encode() * 2) for name, made in outputs.items()}, kind="model")
    (run,) = book.ledger.makers(next(iter(made.values())))
    story.step(by=lambda _: ())
    story.sign(run, "paul")
    landed = delegating(story, churn=Delegation(producer=PIA))
    assert held(landed, run) == roles
    alone = replace(landed, ledger=Ledger(one for one in story.held if isinstance(one.stored.record, Run)))
    assert held(alone, run) == ("producer",), "of what is not there, those of the whole project"


CATALOG, OTHER, POLICY = ".gitprov/catalog/churn.yaml", ".gitprov/catalog/other.yaml", ".gitprov/policies/p.yaml"
NEW, OLD = sha256_of(b"new"), sha256_of(b"old")


def says(**fields: Any) -> object:
    """Returns the details of a governance record."""
    return to_data(Governance(history=History(size=0, root=sha256_of(b"")), **fields))


@pytest.mark.parametrize(
    ("kind", "details", "roles"),
    [
        ("governance", says(after={CATALOG: NEW}), ()),
        ("governance", says(before={CATALOG: OLD}), ()),
        ("governance", says(before={OTHER: OLD}), ("producer",)),
        ("governance", says(after={POLICY: NEW}), ("producer",)),
        ("governance", says(after={CATALOG: NEW, POLICY: NEW}), ("producer",)),
        ("governance", {"after": {}, "before": {}}, ("producer",)),
        ("governance", {}, ("producer",)),
        ("deprecation", says(after={CATALOG: NEW}), ("producer",)),
    ],
)
def test_a_catalog_entry_is_the_word_of_whom_its_name_is_delegated_to(
    story: Landing, kind: str, details: object, roles: tuple[str, ...]
) -> None:
    """S2; a record that changes nothing, or cannot be read, is about the whole project: S1 says what is wrong."""
    stored = event(kind, details)
    land(story, stored)
    story.sign(stored.id, "paul")
    landed = delegating(story, churn=Delegation(producer=PIA))
    assert held(landed, stored.id) == roles
    assert of(landed, stored.id).what == f"{kind} {stored.id[7:15]}"


# --- where it landed, and when it was made ---------------------------------------------------------------------------


def test_only_what_landed_before_the_first_version_is_unattested(story: Landing) -> None:
    landed = story.landed()
    (release, *_) = records(story, "Release")
    (first,) = landed.roots.accepted
    at = {step: replace(landed, roots=Roots((replace(first, step=step),))) for step in (1, 2)}
    assert [of(one, release).standing for one in at.values()] == ["unsigned", "unattested"]
    nobody = replace(landed, roots=Roots())
    assert of(nobody, release).standing == "unattested"
    draft = event("deprecation", {})
    ledger = Ledger([*story.held, Held(draft, "draft")])
    found = attested(replace(nobody, ledger=ledger), draft, 1)
    assert (found.standing, found.landed) == ("unsigned", None), "it has not landed"


def test_a_good_signature_was_made_where_its_act_first_landed(story: Landing) -> None:
    """A14; one that is not good makes nothing, whatever act it claims."""
    (run, *_) = records(story, "Run")
    story.sign(run, "paul")
    story.step()
    story.sign(run, "paul", "countersigns")
    story.step()
    story.sign(run, "eva", fault="it is broken")
    for path, one in story.signatures.items():
        bad = {"code": codes.SIG_INVALID} if one.fault else {}
        story.signatures[path] = replace(one, act=sha256_of(b"act"), **bad)  # type: ignore[arg-type]
    landed = story.landed()
    found = of(landed, run)
    assert {(one.key, one.means, one.landed) for one in found.signers} == {
        (key("paul"), "signs", landed.chain.commits[1]),
        (key("paul"), "countersigns", landed.chain.commits[1]),
        (key("eva"), "signs", landed.chain.commits[3]),
    }


def test_a_trust_version_counts_for_itself_who_is_new_and_nobody_else(story: Landing) -> None:
    """T1, T2: whoever is listed before is judged by that; a window asks nobody when; a forgery counts nowhere."""
    stored = second(story, {"pat": Person(identities=(Identity(key=pem("pat"), valid_until=EARLY),))})
    land(story, stored)
    for name in ("olga", "pat", "eve"):
        story.sign(stored.id, name)
    story.sign(stored.id, "pat", "countersigns", fault="it is broken")
    story.signatures |= {
        path: replace(one, code=codes.SIG_INVALID) for path, one in story.signatures.items() if one.fault
    }
    found = of(under(story, stored, since=0, step=1), stored.id)
    assert {(one.key, one.person, one.trust, one.why) for one in found.signers} == {
        (key("olga"), "olga", 1, ""),
        (key("pat"), "pat", 2, ""),
        (key("eve"), None, 1, "W2: trust version 1 does not list it"),
        (key("pat"), None, 1, "B5: it is broken"),
    }


def test_a_time_is_proven_by_a_listed_trusted_root_or_before_there_was_one_by_any(story: Landing) -> None:
    (run, *_) = records(story, "Run")
    story.sign(run, "paul")
    ((path, one),) = story.signatures.items()
    story.signatures[path] = replace(one, proven={sha256_of(b"another"): EARLY, OWN_DIGEST: LATE})
    landed = story.landed()
    lists = under(story, second(story, {}), since=0, step=0)
    for seen, time in ((replace(landed, roots=Roots()), EARLY), (landed, None), (lists, LATE)):
        (signer,) = of(seen, run).signers
        assert (signer.time, signer.source) == (time, "timestamp" if time else "no trusted time")
    assert reasons(of(replace(landed, roots=Roots()), run)) == ["W1"]


def test_what_lands_after_the_step_that_is_judged_is_nobodys(story: Landing) -> None:
    """`Landed.signers`: a signature counts at the step after `as_of`, and none of a later step does."""
    (run, *_) = records(story, "Run")
    story.sign(run, "paul")
    story.step()
    story.sign(run, "pia")
    landed = story.landed()
    assert [landed.signers(run, as_of) for as_of in (-1, 0, 1)] == [set(), {"paul"}, {"paul", "pia"}]


def test_an_attestation_counts_from_where_its_version_is_in_force(story: Landing) -> None:
    """W7: it names one trust version, which need not be the last; one that is proposed vouches for nothing (A16)."""
    (run, *_) = records(story, "Run")
    story.step()
    story.sign(run, "paul", "countersigns")
    stored = second(story, {})
    landed = under(story, stored, since=0, step=3)
    ((path, one),) = story.signatures.items()
    by = {version.root.version: replace(one, trust=version.id) for version in landed.roots.accepted}
    for version, counts in ((1, [2, 3, 4]), (2, [3, 4])):
        story.signatures[path] = by[version]
        seen = replace(landed, signatures=story.landed().signatures)
        assert [as_of for as_of in (2, 3, 4) if seen.person(by[version], as_of) == "paul"] == counts
