"""A pin names one trust version; what is in force must hold it, and must not end before it (threat A11)."""

import pytest

from gitprov.errors import GitprovError
from gitprov.ids import sha256_of
from gitprov.records import TrustRoot
from gitprov.trust.log import Log
from gitprov.trust.pins import Pin, read_pin, require_pin
from gitprov.trust.roots import Accepted, Roots
from tests.unit.trust.facts import history, root

LOG = Log([])
FIRST = root(1, history(LOG, None), {"ann": ["a"]})
THIRD = root(3, history(LOG, 1), {"ann": ["a"]}, follows=FIRST.id)
assert isinstance(FIRST.record, TrustRoot)
assert isinstance(THIRD.record, TrustRoot)
ROOTS = Roots((Accepted(FIRST.record, FIRST.id, 0, -1), Accepted(THIRD.record, THIRD.id, 2, 1)))


@pytest.mark.parametrize("version", ROOTS.accepted, ids=str)
def test_every_version_in_force_can_be_pinned(version: Accepted) -> None:
    pin = read_pin(version.pin, "--pin")
    assert (pin, str(pin)) == (Pin(version.root.version, version.id), version.pin)
    require_pin(ROOTS, pin, "--pin")


@pytest.mark.parametrize(
    ("pin", "code"),
    [
        pytest.param(Pin(4, FIRST.id), "GP-TRU-008", id="a later version was seen"),
        pytest.param(Pin(2, FIRST.id), "GP-TRU-009", id="a number that is spent"),
        pytest.param(Pin(3, FIRST.id), "GP-TRU-009", id="another third version"),
        pytest.param(Pin(1, THIRD.id), "GP-TRU-009", id="another project"),
    ],
)
def test_what_a_pin_does_not_name_is_refused(pin: Pin, code: str) -> None:
    with pytest.raises(GitprovError, match=code) as refused:
        require_pin(ROOTS, pin, "--pin")
    assert ("in force here is version 3" in refused.value.what) is (code == "GP-TRU-008")
    with pytest.raises(GitprovError, match="GP-TRU-008"):
        require_pin(Roots(), pin, "--pin")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "0001:",
        f"1:{FIRST.id}",
        f"00001:{FIRST.id}",
        f"\u0660\u0660\u0660\u0661:{FIRST.id}",
        f"0001:{FIRST.id} ",
        FIRST.id,
        "0001:sha256:" + "A" * 64,
        f"{'9' * 20}:{FIRST.id}",
        f"0001:{sha256_of(b'')}x",
    ],
)
def test_there_is_one_way_to_write_a_pin(text: str) -> None:
    with pytest.raises(GitprovError, match="GP-TRU-010"):
        read_pin(text, "--pin")


@pytest.mark.parametrize(
    ("source", "fix"),
    [
        ("GITPROV_PIN", "unset GITPROV_PIN  # gitprov trust fingerprint prints one"),
        ("git config gitprov.pin", "git config --unset gitprov.pin  # gitprov trust fingerprint prints one"),
    ],
)
def test_a_pin_that_no_command_goes_past_can_be_taken_away(source: str, fix: str) -> None:
    with pytest.raises(GitprovError) as refused:
        read_pin("1", source)
    assert refused.value.fix == fix
