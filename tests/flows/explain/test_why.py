"""`why NAME/STAGE` and `history` on real git (D8, D30): what serves, by whom, since when, and at any past."""

from typing import Any

import pytest

from gitprov.cli.text import printable
from tests.flows.explain.asking import deployed, land, push, vote
from tests.flows.explain.story import Story
from tests.flows.promotion.world import Someone

PLACE = "churn/production"


def why(someone: Someone, *arguments: str) -> Any:
    return someone("why", PLACE, *arguments, "--json").json()


def served(answer: Any) -> tuple[str | None, str | None]:
    """Returns what the answer says serves: the release, and the request that moved it there."""
    serves = answer["serves"]
    return (serves["release"], serves["label"]) if serves else (None, None)


def test_what_serves_who_moved_it_and_on_what_evidence(story: Story) -> None:
    """D8: who asked, who approved, what it was made from, what changed, in fewer than five steps."""
    answer = why(story.world.bob)
    assert served(answer) == ("churn@v2", f"{PLACE}/2")
    serves, basis = answer["serves"], answer["basis"]
    assert (serves["asked_by"], serves["approved_by"], serves["rejected_by"]) == (["alice"], ["bob"], [])
    assert serves["effective"]["id"] == story.commits["approved 2"]
    assert serves["landed"]["id"] == story.commits["asked 2"]
    assert [run["people"] for run in basis["runs"] if run["step"] == "train"] == [["alice"]]
    assert [one["name"] for one in basis["data"]] == ["raw"]
    assert (basis["before"], basis["before_release"]) == (f"{PLACE}/1", "churn@v1")
    assert "model: parameter number 1 -> 2" in basis["changes"]
    assert basis["gates"] == "gates passed 2 of 2"
    text = story.world.bob("why", PLACE).out
    assert [line[:2] for line in text.splitlines() if line[:1].isdigit()] == ["1.", "2.", "3.", "4."]


def test_what_was_rejected_and_what_waits_is_said_plainly(story: Story) -> None:
    answer = why(story.world.bob)
    assert [one["label"] for one in answer["waiting"]] == [f"{PLACE}/3"]
    assert [one["code"] for one in answer["waiting"][0]["findings"]] == ["GP-APR-001", "GP-APR-003"]
    assert f"{PLACE}/3 landed, NOT effective: 0 of 1 approvals" in story.world.bob("why", PLACE).out


def test_the_protected_ref_is_read_and_never_head(story: Story) -> None:
    """A branch, a commit that nobody pushed, an index: nothing serves by these (threat A13)."""
    bob = story.world.bob
    bob.git("switch", "--quiet", "--create", "mine", story.commits["promoted 1"])
    bob.git("branch", "--quiet", "--force", "main", "mine")
    answer = why(bob)
    assert served(answer) == ("churn@v2", f"{PLACE}/2")
    assert answer["source"] == {
        "commit": story.commits["rejected 3"],
        "ref": "refs/remotes/origin/main",
        "trust": 1,
    }


def test_a_commit_of_the_past_is_exact(story: Story) -> None:
    """D8, as-of: before, at and after the step."""
    found = {step: served(why(story.world.bob, "--as-of", commit))[1] for step, commit in story.commits.items()}
    first, second = f"{PLACE}/1", f"{PLACE}/2"
    assert found == {
        "released": None,
        "promoted 1": first,
        "deployed 1": first,
        "asked 2": first,
        "approved 2": second,
        "rejected 3": second,
    }
    waiting = why(story.world.bob, "--as-of", story.commits["asked 2"])["waiting"]
    assert [one["label"] for one in waiting] == [second]
    said = story.world.bob("why", PLACE, "--as-of", story.commits["released"]).out
    assert f"nothing serves {PLACE}: no request took effect by then" in said


def test_a_date_is_looked_up_by_the_deployers_clock(story: Story) -> None:
    """What no deployer saw counts by what its commit claims, and is labelled so; a date is never a fact of git's."""
    bob = story.world.bob
    assert served(why(bob, "--as-of", "2020-01-01")) == (None, None)
    soon = why(bob, "--as-of", story.seen.replace("Z", "+00:01"))  # a minute before carol saw v1
    assert (served(soon)[1], soon["serves"]["since"]["source"]) == (f"{PLACE}/2", "claimed by its commit")
    first = bob("history", PLACE, "--json").json()["entries"][-1]
    assert first["since"] == {"at": story.seen, "source": "deployer carol"}
    assert [(one["at"], one["by"]) for one in first["deployments"]] == [(story.seen, ["carol"])]


@pytest.mark.parametrize("past", ["2026-02-31", "nowhere", "2026-11-21T25:00"])
def test_a_past_that_is_none_is_refused(story: Story, past: str) -> None:
    assert "GP-USE-001" in story.world.bob("why", PLACE, "--as-of", past, status=2).err


def test_a_commit_off_the_protected_ref_is_refused(story: Story) -> None:
    bob = story.world.bob
    bob.git("switch", "--quiet", "--create", "mine")
    bob.git("commit", "--quiet", "--allow-empty", "--message", "mine")
    assert "GP-TRU-007" in bob("why", PLACE, "--as-of", "mine", status=None).err


def test_as_of_asks_of_nothing_but_a_stage(story: Story) -> None:
    assert "GP-USE-001" in story.world.bob("why", "churn@v1", "--as-of", "2030-01-01", status=2).err


def test_a_bare_clone_answers_offline(story: Story) -> None:
    """D8: from the repository alone, with no remote to ask."""
    bare = story.world.path / "bare.git"
    story.world.bob.git("clone", "--quiet", "--bare", story.world.origin.path, bare)
    story.world.origin.path.rename(story.world.path / "gone.git")
    answer = story.world.gitprov("why", PLACE, "--json", cwd=bare).json()
    assert served(answer) == ("churn@v2", f"{PLACE}/2")
    assert answer["source"]["ref"] == "refs/heads/main"
    assert story.world.gitprov("history", PLACE, cwd=bare).out.count(f"{PLACE}/") > 1
    assert "promoted" in story.world.gitprov("status", "churn@v2", cwd=bare).out


@pytest.mark.parametrize("command", [("why", PLACE), ("history", PLACE), ("status", PLACE), ("status", "churn@v2")])
def test_a_shallow_clone_cannot_decide(story: Story, command: tuple[str, ...]) -> None:
    """Never "ok" where history is missing: exit 3."""
    shallow = story.world.path / "shallow"
    story.world.bob.git("clone", "--quiet", "--depth=2", f"file://{story.world.origin.path}", shallow)
    assert "GP-GIT-005" in story.world.gitprov(*command, cwd=shallow, status=3).err


def test_history_lists_what_took_effect_and_all_of_it_on_demand(story: Story) -> None:
    """Rejected ones too, with why."""
    bob = story.world.bob
    some, all_ = (bob("history", PLACE, *more, "--json").json() for more in ((), ("--all",)))
    assert ([one["label"] for one in some["entries"]], some["more"]) == ([f"{PLACE}/2", f"{PLACE}/1"], 1)
    assert [one["label"] for one in all_["entries"]] == [f"{PLACE}/3", f"{PLACE}/2", f"{PLACE}/1"]
    rejected, second, first = all_["entries"]
    assert (rejected["kind"], rejected["rejected_by"], rejected["effective"]) == ("rollback", ["bob"], None)
    assert "GP-APR-003" in [one["code"] for one in rejected["findings"]]
    assert (first["replaced_by"], second["replaced_by"]) == (f"{PLACE}/2", None)
    assert "GP-NAM-001" in bob("history", "churn/staging", status=2).err
    assert "is not NAME/STAGE" in bob("history", "churn", status=2).err


def test_a_record_that_somebody_removed_is_in_doubt_and_still_explains(story: Story) -> None:
    """Law G: what landed counts by its first bytes; that it was lost is said beside the answer."""
    bob = story.world.bob
    path = f".gitprov/promotions/{PLACE}/0002/request.yaml"
    bob.git("rm", "--quiet", path)
    bob.git("commit", "--quiet", "--message", "Remove a request")
    push(bob)
    answer = why(bob)
    assert served(answer) == ("churn@v2", f"{PLACE}/2")
    assert [one["subject"] for one in answer["doubts"]] == [path]
    assert f"in doubt[{answer['doubts'][0]['code']}]" in bob("why", PLACE).out


def test_whoever_removes_every_request_hides_nothing(story: Story) -> None:
    bob = story.world.bob
    bob.git("rm", "--quiet", "-r", ".gitprov/promotions")
    bob.git("commit", "--quiet", "--message", "Forget")
    push(bob)
    assert served(why(bob)) == ("churn@v2", f"{PLACE}/2")


def test_what_came_too_late_is_in_effect_and_not_to_be_deployed(story: Story) -> None:
    """Clause 13: the first deployer saw it when it had expired; effect is a fact of the chain all the same."""
    carol, bob = story.world.carol, story.world.bob
    carol.pull()
    deployed(carol, 2, "2036-01-01T00:00:00Z")
    push(carol)
    bob.pull()
    answer = why(bob)
    assert served(answer) == ("churn@v2", f"{PLACE}/2")
    assert {one["code"] for one in answer["serves"]["findings"]} == {"GP-PRO-013"}
    assert f"{PLACE} serves churn@v2, not to be deployed" in bob("why", PLACE).out
    found = bob("status", PLACE, "--json").json()
    assert found["serves"] == "churn@v2"
    assert {one["code"] for one in found["standings"][0]["blocks"]} == {"GP-PRO-013"}


def test_a_withdrawn_stage_serves_nothing(story: Story) -> None:
    bob = story.world.bob
    vote(story.world, land(story.world, "withdraw", PLACE))
    answer = why(bob)
    assert served(answer) == (None, f"{PLACE}/4")
    assert f"nothing serves {PLACE}: withdrawn" in bob("why", PLACE).out
    assert f"nothing serves {PLACE}\n" in bob("status", PLACE).out
    assert "GP-NAM-001" in bob("diff", "churn@v1", PLACE, status=2).err


def test_names_of_stages_stand_for_the_release_in_effect(story: Story) -> None:
    """`diff`, `restore`, `show`: by the protected ref; ./PATH says that a path is meant."""
    bob = story.world.bob
    assert bob("diff", "churn@v1", PLACE, "--json").json()["after"] == "churn@v2"
    assert bob("show", PLACE, "--json").json()["id"] == bob("show", "churn@v2", "--json").json()["id"]
    bob("restore", PLACE, "--to", "out")
    assert "2\n" in (bob.repo.path / "out" / "model.txt").read_text("utf-8")
    bob("restore", f"{PLACE}/1", "--to", "first")
    assert "1\n" in (bob.repo.path / "first" / "model.txt").read_text("utf-8")
    bob.repo.write("churn/production", "a file of that name")
    assert "GP-NAM" in bob("show", "./churn/production", status=2).err
    assert bob("show", PLACE, "--json").json()["id"] == bob("show", "churn@v2", "--json").json()["id"]


def test_a_release_that_is_in_effect_and_not_here_is_said_to_be_so(story: Story) -> None:
    carol = story.world.carol
    carol.git("fetch", "--quiet")  # there, on the protected ref, v2 is
    carol.git("switch", "--quiet", "--detach", "HEAD^{/Release churn v1}")
    assert "git pull" in carol("diff", "churn@v1", PLACE, status=2).err


@pytest.mark.parametrize("command", [("why", PLACE), ("history", PLACE), ("status", PLACE)])
def test_what_people_wrote_steers_no_terminal(story: Story, command: tuple[str, ...]) -> None:
    """Threat A30: reasons, subjects of commits and names of authors are shown, not obeyed."""
    bob = story.world.bob
    bob.git("config", "user.name", "B\x1b[2Job\u202e")
    asked = land(story.world, "rollback", PLACE, "--to", "v1", reason="\x1b[2Jevil\u202e fake")
    vote(story.world, asked)
    text = bob(*command).out
    assert "churn@v1" in text
    assert printable(text) == text
