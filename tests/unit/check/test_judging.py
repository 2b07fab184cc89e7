"""What is said of a request, clause by clause and step by step: on a protected ref without a repository."""

from dataclasses import replace

import pytest

from gitprov.check.effect import Asked, Timeline, in_time, judge_at
from gitprov.check.landing import effect
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, digest_hex, sha256_of
from gitprov.lineage import Held
from gitprov.records import Event, History, Role, Stored, Waiver, store
from gitprov.records.codec import to_data
from gitprov.records.promotions import Waived
from gitprov.trust.roots import Roots
from tests.sim.promoting import NOW, Promoting, Wish
from tests.unit.check.test_authority import told, touched
from tests.unit.trust.facts import commit

NEVER = b'schema: gitprov/policy/v1\nrules:\n  never:\n    when: "false"\n    message: Never\n    remedy: wait\n'
WITHIN, SINCE, UNTIL = "2026-03-02T00:00:00Z", "2026-03-01T12:00:00Z", "2026-03-04T12:00:00Z"


def world(releases: int = 2, *, policy: bytes | None = None) -> Promoting:
    """Returns a world with two owners: ada, and dan, who approves nothing."""
    made = Promoting(releases)
    first = made.versions[0]
    roles = replace(first.root.roles, owner=Role(people=("ada", "dan")))
    made.versions[0] = replace(first, root=replace(first.root, roles=roles))
    if policy is not None:
        made.set(".gitprov/policies/all.yaml", policy)
    made.move()
    return made


def lands(made: Promoting, wish: Wish, *voters: str) -> Asked:
    """Lands a request with votes at one step, and returns what became of it."""
    made.move()
    made.request(wish)
    for name in voters:
        made.sign(wish.id, name, "approves")
    return of(made, wish)


def of(made: Promoting, wish: Wish) -> Asked:
    return next(asked for asked in made.timeline().asked if asked.id == wish.id)


def says(asked: Asked) -> dict[int, str]:
    """Returns what is said of each clause, by its number."""
    assert asked.judgement is not None
    return {one.number: f"{one.title}: {one.says}" for one in asked.judgement.clauses}


def test_every_clause_is_asked_and_says_what_holds() -> None:
    """docs/verification.md numbers them."""
    made = world(policy=NEVER.replace(b'"false"', b'"true"'))
    first = lands(made, made.wish(made.releases[0]), "ben", "cleo")
    assert first.effective == made.head
    assert says(first) == {
        5: "request: model/live/1 is well-formed, of this project",
        6: "requester: asked for by ada",
        7: "move: the first here",
        8: "release: model@v1 resolves, signed",
        9: "evidence: complete, and the same when computed again",
        10: f"policy: 1 rules of the settings in force, as of {NOW}",
        11: "approvals: 2 of 1 approvals: ben, cleo",
        12: "rejections: none",
    }
    second = lands(made, made.wish(None, kind="withdraw", sequence=2))
    found = says(second)
    assert found[7] == f"move: replaces id:{digest_hex(first.id)[:8]}, in effect before"
    assert found[8] == "release: serve nothing"
    assert (found[10], found[11]) == ("policy: no rule is in force", "approvals: 0 of 1 approvals")


def test_who_signed_and_may_not_ask_is_not_said_to_ask() -> None:
    made = world()
    wish = made.wish(made.releases[0])
    asked = lands(made, wish)
    made.sign(wish.id, "cleo")
    assert says(of(made, wish))[6] == "requester: asked for by ada"
    assert asked.judgement is not None
    assert [one.number for one in asked.judgement.clauses if not one.holds] == [11]


def test_without_a_trust_root_the_request_is_none() -> None:
    made = world()
    asked = lands(made, made.wish(made.releases[0]))
    found = judge_at(replace(made.landed(), roots=Roots()), Timeline("model"), asked.held, made.head)
    assert [(one.number, one.title, [each.code for each in one.findings]) for one in found.clauses] == [
        (5, "request", [codes.PRO_MALFORMED])
    ]
    with pytest.raises(TypeError):
        judge_at(made.landed(), Timeline("model"), made.held[0], made.head)


def test_a_version_that_comes_into_force_at_the_step_does_not_judge_it() -> None:
    made = world()
    wish = made.wish(made.releases[0])
    made.move()
    made.request(wish)
    made.sign(wish.id, "ben", "approves")
    last = made.versions[-1]
    made.versions.append(
        replace(last, root=replace(last.root, version=2, roles=replace(last.root.roles, approver={})), step=made.head)
    )
    assert of(made, wish).effective == made.head


def test_settings_in_force_that_cannot_be_read_refuse() -> None:
    """Never "ok", and no other request suffers."""
    made = world()
    made.set(".gitprov/project.yaml", b"stages: [")
    asked = lands(made, made.wish(made.releases[0]), "ben")
    assert asked.judgement is not None
    assert [(one.number, one.title, one.says) for one in asked.judgement.clauses] == [(10, "policy", "")]


def test_a_request_counts_from_where_it_lies_itself() -> None:
    """Whatever lies in its folder before: a signature, evidence, or a file of another kind."""
    made = world()
    wish = made.wish(made.releases[0])
    made.move()
    made.land(wish.evidence)
    assert made.timeline().asked == ()
    made.move()
    made.land(wish.request, "ada")
    assert [asked.landed for asked in made.timeline().asked] == [made.head]
    evidence = replace(wish.evidence, path=wish.request.path)
    odd = world()
    odd.move()
    odd.land(evidence)
    assert odd.timeline().asked == (), "evidence in the place of a request is none"


def test_of_two_at_one_step_neither_takes_effect_and_each_names_the_other() -> None:
    made = world()
    first, second = (made.wish(made.releases[n], sequence=n + 1) for n in (0, 1))
    made.move()
    for wish in (first, second):
        made.request(wish)
        made.sign(wish.id, "ben", "approves")
    for wish, other in ((first, 2), (second, 1)):
        asked = of(made, wish)
        assert asked.effective is None
        assert asked.judgement is not None
        assert [one.number for one in asked.judgement.clauses] == [5, 6, 7, 8, 9, 10, 11, 12, 7]
        [finding] = asked.judgement.findings
        assert (finding.code, finding.subject) == (codes.PRO_TWO, wish.request.path)
        assert finding.what.startswith(f"model/live/{3 - other} and {other} would")
        assert asked.judgement.clauses[-1].title == "move"


def test_what_takes_effect_replaces_what_was() -> None:
    made = world()
    first = made.wish(made.releases[0])
    lands(made, first, "ben")
    second = made.wish(made.releases[1], sequence=2)
    lands(made, second, "ben")
    assert [(one.effective, one.replaced) for one in made.timeline().asked] == [
        (made.head - 1, made.head),
        (made.head, None),
    ]


def test_of_two_at_one_step_neither_replaces_what_was() -> None:
    made = world(3)
    lands(made, made.wish(made.releases[0]), "ben")
    rivals = [made.wish(made.releases[n], sequence=n + 1) for n in (1, 2)]
    made.move()
    for wish in rivals:
        made.request(wish)
        made.sign(wish.id, "ben", "approves")
    assert [one.replaced for one in made.timeline().asked] == [None, None, None]


def test_where_it_comes_from_is_said() -> None:
    made = world()
    wish = made.wish(made.releases[0])
    asked = lands(made, wish)
    claims = replace(asked.request, from_="staging")
    held = Held(Stored(asked.id, wish.request.path, b"", claims), "committed")
    found = judge_at(made.landed(), Timeline("model"), held, made.head)
    assert next(one.says for one in found.clauses if one.number == 7) == "the first here, comes from staging"


def test_without_evidence_no_rule_is_said_to_be_in_force() -> None:
    made = world(policy=NEVER)
    wish = made.wish(made.releases[0])
    made.move()
    made.land(wish.request, "ada")
    assert says(of(made, wish))[10] == "policy: no rule is in force"


# --- exceptions ------------------------------------------------------------------------------------------------------


def exception(
    made: Promoting, request: Digest, *waives: Waived, by: tuple[str, ...] = ("ada", "dan"), until: str = UNTIL
) -> Stored:
    """Lands an exception for a request at the present step, signed by owners."""
    before = History(commit=f"git:{commit(made.head - 1)}", size=0, root=sha256_of(b""))
    details = to_data(Waiver(waives=waives, until=until, history=before))
    one = store(Event(kind="exception", actor="ada", at=SINCE, subjects=(request,), reason="outage", details=details))
    made.land(one)
    for name in by:
        made.sign(one.id, name)
    return one


def test_an_exception_waives_what_it_says_and_nothing_else() -> None:
    made = world(policy=NEVER)
    wish = made.wish(made.releases[0])
    lands(made, wish, "ben")
    made.move()
    exception(made, wish.id, "approvals")
    assert of(made, wish).effective is None, "the rule denies"
    made.move()
    one = exception(made, wish.id, "gates")
    asked = of(made, wish)
    assert (asked.effective, asked.is_exception) == (made.head, True)
    assert asked.judgement is not None
    assert [finding.code for finding in asked.judgement.waived] == [codes.PRO_GATE]
    assert says(asked)[10].startswith("policy: 1 waived by exception ")
    assert f"id:{digest_hex(one.id)[:8]}" in says(asked)[10]


def test_an_exception_waives_missing_approvals_and_never_other_settings() -> None:
    made = world()
    wish = made.wish(made.releases[0])
    lands(made, wish)
    made.move()
    exception(made, wish.id, "approvals", "gates")
    assert of(made, wish).is_exception
    made = world(policy=NEVER)
    wish = made.wish(made.releases[0])
    lands(made, wish, "ben")
    made.set(".gitprov/policies/more.yaml", NEVER)
    made.move()
    exception(made, wish.id, "approvals", "gates")
    asked = of(made, wish)
    assert asked.effective is None
    assert asked.judgement is not None
    [clause] = [one for one in asked.judgement.clauses if one.number == 10]
    assert [one.code for one in clause.findings] == [codes.PRO_POLICY]
    assert [one.code for one in clause.waived] == [codes.PRO_GATE]


def test_an_exception_waives_an_approver_who_could_be_anybody() -> None:
    made = world()
    wish = made.wish(made.releases[0])
    lands(made, wish, "ben")
    made.sign(wish.id, "eve", listed=False, fault="unlisted key")
    assert of(made, wish).effective is None
    made.move()
    exception(made, wish.id, "approvals")
    asked = of(made, wish)
    assert asked.judgement is not None
    assert [one.code for one in asked.judgement.waived] == [codes.APR_UNKNOWN]


def test_an_exception_of_another_request_of_another_name_judges_nothing() -> None:
    made = world()
    wish = made.wish(made.releases[0])
    landing = lands(made, wish).landed
    made.move()
    exception(made, made.releases[0].id, "approvals")
    exception(made, sha256_of(b"no record"), "approvals")
    asked = of(made, wish)
    assert asked.judgement is not None
    assert asked.judgement.step == landing


def test_what_took_effect_by_an_exception_is_told_when_that_lands() -> None:
    made = world()
    wish = made.wish(made.releases[0])
    lands(made, wish)
    made.move()
    one = exception(made, wish.id, "approvals", by=())
    assert told(effect(touched(one.path, world=made))) != [], "it waits for who may grant it"
    made.move()
    for name in ("ada", "dan"):
        made.sign(one.id, name)
    *_, signature = made.signatures
    for path in (one.path, signature):
        [finding] = effect(touched(path, world=made))
        assert (finding.code, finding.subject) == (codes.PRO_EXCEPTION, wish.request.path)
        assert finding.commit == made.commit.removeprefix("git:")
        assert finding.what == "model/live/1 took effect by an exception of ada, dan"
        assert finding.why.startswith("outage: model/live/1 has 0 of 1 approvals")
        assert finding.fix.startswith(f"gitprov acknowledge {finding.key} ")
    assert told(effect(touched("README.md", world=made))) == []
    assert told(effect(touched("README.md", one.path, world=made))) != []
    nobodys = exception(made, sha256_of(b"no record"), "approvals")
    assert told(effect(touched(nobodys.path, world=made))) == []


@pytest.mark.parametrize(
    ("now", "over"),
    [
        ("2026-03-01T11:54:59Z", True),
        ("2026-03-01T11:55:00Z", False),
        (WITHIN, False),
        ("2026-03-04T11:59:59Z", False),
        (UNTIL, True),
    ],
)
def test_an_exception_is_over_after_its_time(now: str, over: bool) -> None:
    """Clocks of honest people may differ by five minutes."""
    made = world()
    wish = made.wish(made.releases[0])
    lands(made, wish)
    made.move()
    exception(made, wish.id, "approvals")
    found = [one.code for one in in_time(made.landed(), of(made, wish), now).findings]
    assert found == ([codes.PRO_OVER] if over else [])


def test_one_of_several_exceptions_is_enough() -> None:
    made = world()
    wish = made.wish(made.releases[0])
    lands(made, wish)
    made.move()
    exception(made, wish.id, "approvals", until=WITHIN)
    exception(made, wish.id, "approvals")
    assert in_time(made.landed(), of(made, wish), WITHIN).holds
