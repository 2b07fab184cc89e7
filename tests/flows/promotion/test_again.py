"""A key is lost and replaced: what rests on it is disputed, and the same release is asked for again (A15)."""

from tests.flows.promotion.world import World

TO_PRODUCTION = ("--to", "production", "--reason", "looked at again")


def replace_key(world: World) -> None:
    """Revokes alice's key for another one of hers, as docs/runbooks/key.md says."""
    alice = world.alice
    alice.pull()
    (old,) = alice("keys", "list", "--json").json()["keys"]
    alice("keys", "new", "next")
    world.path.joinpath("next.pub").write_text(alice("keys", "export", "next").out)
    revoked = ("--revoke", f"alice={old['id'].removeprefix('sha256:')[:8]}", "--reason", "the laptop is lost")
    alice("trust", "propose", "--add", "alice=../next.pub", *revoked)
    alice.git("config", "gitprov.key", "next")
    alice("trust", "sign")
    alice.share("Replace alice's key")


def test_what_a_lost_key_signed_is_asked_for_again(serving: World) -> None:
    alice, bob, carol = serving.alice, serving.bob, serving.carol
    alice.pull()
    assert "GP-PRO-017" in alice("promote", "churn@v1", *TO_PRODUCTION, "--dry-run", status=2).err
    replace_key(serving)
    disputed = alice("verify", "churn/production", "--json", status=1).json()["disputes"]
    assert {one["code"] for one in disputed} == {"GP-PRO-014"}
    asked = alice("promote", "churn@v1", *TO_PRODUCTION, "--json").json()
    alice.git("push", "--quiet", "origin", asked["branch"])
    bob.git("fetch", "--quiet")
    bob.git("switch", "--quiet", asked["branch"])
    bob("approve", asked["request"], "--yes")
    serving.land(asked["branch"], by="bob")
    carol.pull()
    assert carol("verify", "churn/production", "--json").json()["disputes"] == []
    pin = carol("trust", "fingerprint").out.strip()
    carol("deploy", "churn/production", "--to", serving.path / "srv", "--pin", pin)
