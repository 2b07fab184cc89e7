"""What clients of The Update Framework are held to by tuf-conformance, of a trust root: the same, or why it is not asked.

tuf-conformance (MIT; at eec841c) drives a client against a repository that it simulates. Each of its tests stands in
`CASES` with ours; its tables of rotations are written down again here and tried as they are.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gitprov.adapters.signing import SignatureVerifier
from gitprov.errors import GitprovError
from gitprov.records import Identity, Stored, TrustRoot, store
from gitprov.trust.accepting import accept
from gitprov.trust.log import Log
from tests.attacks.real import signer
from tests.attacks.test_a11_people import refused
from tests.sim.promoting import Promoting
from tests.unit.trust.facts import by, history, root, step_of

LOG = Log(())
TESTS = Path(__file__).parents[1]

HERE = "attacks/test_tuf_conformance.py"
ROLES = "not asked: there are no roles of snapshots and timestamps; one log, computed from git, is all there is to see"
HTTP = "not asked: there is no client that fetches files; git does"
CASES: dict[str, dict[str, str]] = {
    "test_basic": {
        "test_basic_refresh_requests": HTTP,
        "test_basic_refresh_trusted_data": "flows/governance/test_trust.py::test_what_was_seen_once_is_remembered_and_not_taken_back",
        "test_implicit_refresh": "flows/deploy/test_deploy.py::test_first_use_without_a_pin_is_refused",
        "test_invalid_initial_root": "flows/governance/test_trust.py::test_a_pin_is_the_root_that_is_trusted_and_no_other",
        "test_unsigned_initial_root": "unit/trust/test_accepting.py::test_the_first_version_takes_the_signature_of_every_key_that_it_lists",
        "test_unsigned_metadata": "attacks/test_a14_signatures.py::test_a_stripped_signature_is_missed",
        "test_url_and_metadata_version_mismatch": "unit/trust/test_accepting.py::test_a_version_that_lies_elsewhere_is_passed_over",
        "test_timestamp_content_changes": "attacks/test_git_chain.py::test_the_first_version_is_the_one_that_landed_first",
        "test_basic_metadata_hash_support": "attacks/test_a01_flips.py::test_every_bit_of_a_record_counts",
        "test_targets_hash_mismatch": "attacks/test_a01_flips.py::test_every_bit_of_a_record_counts",
        "test_snapshot_hash_mismatch": "unit/trust/test_accepting.py::test_a_history_that_the_chain_does_not_have_is_found",
        "test_metadata_bytes_match": "unit/trust/test_signing.py::test_a_bundle_has_one_form",
        "test_custom_fields": f"{HERE}::test_a_field_that_nobody_knows_is_refused_in_a_trust_version",
        "test_deprecated_keyid_hash_algorithms": f"{HERE}::test_a_field_that_nobody_knows_is_refused_in_a_trust_version",
        "test_snapshot_404": HTTP,
        "test_targets_404": HTTP,
        "test_timestamp_404": HTTP,
        "test_incorrect_metadata_type": "unit/trust/test_signing.py::test_statements_tell_records_apart",
        "test_faketime": "not asked: it tests the suite; our clock is a port",
    },
    "test_expiration": {
        "test_root_expired": "attacks/test_a13_time.py::test_a_trust_root_that_expired_makes_nothing_count",
        "test_timestamp_expired": ROLES,
        "test_snapshot_expired": ROLES,
        "test_targets_expired": "attacks/test_a13_time.py::test_a_request_that_was_kept_for_a_year_comes_too_late",
        "test_expired_local_root": f"{HERE}::test_a_version_that_has_expired_is_followed_by_one_that_has_not",
        "test_expired_local_timestamp": ROLES,
    },
    "test_file_download": {
        "test_client_downloads_expected_file": "flows/deploy/test_deploy.py::test_members_and_manifest_are_put_in_place_and_recorded",
        "test_client_downloads_expected_file_in_sub_dir": "flows/deploy/test_deploy.py::test_members_and_manifest_are_put_in_place_and_recorded",
        "test_repository_substitutes_target_file": "flows/deploy/test_deploy.py::test_a_byte_swapped_in_the_remote_after_the_approval_is_refused",
        "test_multiple_changes_to_target": "flows/deploy/test_deploy.py::test_a_later_promotion_replaces_the_deployment",
        "test_download_with_hash_algorithms": "not asked: there is one, SHA-256",
        "test_download_with_unknown_hash_algorithm": "unit/test_schemas.py::test_a_refused_field_is_refused_by_the_schema_too",
        "test_artifact_cache": "flows/deploy/test_deploy.py::test_deploying_the_same_again_changes_nothing_and_says_so",
    },
    "test_keys": {
        "test_snapshot_does_not_meet_threshold": f"{HERE}::test_approvals_count_as_signatures_of_a_role_do",
        "test_snapshot_has_too_few_keys": "unit/trust/test_accepting.py::test_what_is_in_force_is_what_the_rules_say_step_by_step",
        "test_duplicate_keys": "attacks/test_a11_people.py::test_one_key_is_never_two_people_and_no_machine_approves",
        "test_duplicate_sig_keyids": f"{HERE}::test_one_key_that_signs_twice_is_one_signature",
        "test_keytype_and_scheme": f"{HERE}::test_keys_of_two_kinds_sign_and_no_others_are_listed",
        "test_invalid_sig_in_valid_metadata": "attacks/test_a14_signatures.py::test_another_form_is_refused_alone_and_changes_no_verdict_beside_the_right_one",
    },
    "test_quoting_issues": {
        "test_unusual_role_name": "attacks/test_a22_names.py::test_a_hostile_name_is_no_name_and_no_record_lies_there",
    },
    "test_rollback": {
        "test_new_timestamp_version_rollback": "flows/governance/test_trust.py::test_what_was_seen_once_is_remembered_and_not_taken_back",
        "test_snapshot_rollback": "flows/deploy/test_deploy.py::test_a_rewound_protected_ref_is_refused",
        "test_targets_role_removal": "flows/deploy/test_verify_stage.py::test_what_a_promotion_rests_on_blocks_it_at_first_sight",
        "test_targets_fast_forward_recovery": "unit/trust/test_accepting.py::test_a_number_that_never_came_into_force_is_spent",
        "test_new_snapshot_fast_forward_recovery": "unit/trust/test_accepting.py::test_a_number_that_never_came_into_force_is_spent",
        "test_new_timestamp_fast_forward_recovery": ROLES,
        "test_targets_rollback": "flows/deploy/test_deploy.py::test_a_step_back_is_refused_even_when_the_head_was_forgotten",
    },
    "test_static_repositories": {
        "test_static_repository": "not asked: these are repositories of TUF; ours of every version lie in tests/frozen",
    },
    "test_updater_delegation_graphs": {
        "test_graph_traversal": "not asked: nothing is delegated further, and the longest prefix wins whatever the order",
        "test_targetfile_search": "attacks/test_delegation.py::test_the_longest_prefix_that_says_who_holds_a_role_wins",
        "test_cached_role_is_verified_against_current_delegator": "attacks/test_identities.py::test_a_delegation_that_ends_disputes_nothing_and_judges_what_comes",
        "test_delegation_not_in_snapshot": "attacks/test_delegation.py::test_the_owner_of_a_prefix_never_changes_who_decides",
    },
    "test_updater_key_rotations": {
        "test_root_rotation": f"{HERE}::test_a_root_is_rotated_as_tuf_rotates_it",
        "test_non_root_rotations": f"{HERE}::test_approvals_count_as_signatures_of_a_role_do",
    },
}  # fmt: skip
# ruff: noqa: E501 a row of a table


@pytest.mark.parametrize("file", CASES)
def test_every_case_is_mirrored_or_says_why_not(file: str) -> None:
    for case, ours in CASES[file].items():
        path, _, name = ours.partition("::")
        if not ours.startswith("not asked: "):
            assert re.search(rf"^def {name}\(", (TESTS / path).read_text("utf-8"), re.MULTILINE), case


# --- their tables ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Md:
    """A version of a role: who holds it, how many of them it takes, who signed, and whether a client takes it."""

    keys: Sequence[int]
    threshold: int
    sigs: Sequence[int]
    res: bool = True


FIVE = [0, 1, 2, 3, 4]
ROOT_ROTATIONS = {
    "1-of-1-key-rotation": [Md([1], 1, [1]), Md([2], 1, [2, 1]), Md([2], 1, [2])],
    "1-of-1-key-rotation-unused-signatures": [
        Md([1], 1, [3, 1, 4]), Md([2], 1, [3, 2, 1, 4]), Md([2], 1, [3, 2, 4])],
    "3-of-5-sign-with-different-keycombos": [
        Md(FIVE, 3, [0, 2, 4]), Md(FIVE, 3, [0, 4, 1]), Md(FIVE, 3, [0, 1, 3]), Md(FIVE, 3, [0, 1, 3])],
    "3-of-5-one-key-rotated": [Md(FIVE, 3, [0, 2, 4]), Md([0, 1, 3, 4, 5], 3, [0, 4, 1])],
    "3-of-5-one-key-rotated-with-intermediate-step": [
        Md(FIVE, 3, [0, 2, 4]), Md([0, 1, 3, 4, 5], 3, [0, 2, 4, 5]), Md([0, 1, 3, 4, 5], 3, [0, 4, 5])],
    "3-of-5-all-keys-rotated-with-intermediate-step": [
        Md(FIVE, 3, [0, 2, 4]), Md([5, 6, 7, 8, 9], 3, [0, 2, 4, 5, 6, 7]), Md([5, 6, 7, 8, 9], 3, [5, 6, 7])],
    "1-of-3-threshold-increase-to-2-of-3": [Md([1, 2, 3], 1, [1]), Md([1, 2, 3], 2, [1, 2])],
    "2-of-3-threshold-decrease-to-1-of-3": [
        Md([1, 2, 3], 2, [1, 2]), Md([1, 2, 3], 1, [1, 2]), Md([1, 2, 3], 1, [1])],
    "1-of-2-threshold-increase-to-2-of-2": [Md([1], 1, [1]), Md([1, 2], 2, [1, 2])],
    "1-of-1-key-rotation-fail-not-signed-with-old-key": [Md([1], 1, [1]), Md([2], 1, [2, 3, 4], res=False)],
    "1-of-1-key-rotation-fail-not-signed-with-new-key": [Md([1], 1, [1]), Md([2], 1, [1, 3, 4], res=False)],
    "3-of-5-one-key-rotate-fails-not-signed-with-3-new-keys": [
        Md(FIVE, 3, [0, 2, 4]), Md([0, 1, 3, 4, 5], 3, [0, 2, 4], res=False)],
    "3-of-5-one-key-rotate-fails-not-signed-with-3-old-keys": [
        Md(FIVE, 3, [0, 2, 4]), Md([0, 1, 3, 4, 5], 3, [0, 4, 5], res=False)],
    "1-of-3-threshold-bump-to-2-of-3-fails-new-threshold-not-reached": [
        Md([1, 2, 3], 1, [1]), Md([1, 2, 3], 2, [2], res=False)],
    "2-of-3-threshold-decr-to-1-of-3-fails-old-threshold-not-eached": [
        Md([1, 2, 3], 2, [1, 2]), Md([1, 2, 3], 1, [1], res=False)],
}  # fmt: skip
OTHER_ROTATIONS = {
    "1-of-1-key-rotation": Md([2], 1, [2]),
    "1-of-1-key-rotation-unused-signatures": Md([1], 1, [3, 1, 4]),
    "1-of-1-key-rotation-fail-not-signed-with-new-key": Md([2], 1, [1, 3, 4], res=False),
    "3-of-5-one-key-signature-wrong-not-signed-with-3-expected-keys": Md([0, 1, 3, 4, 5], 3, [0, 2, 4], res=False),
    "2-of-5-one-key-signature-mising-threshold-not-reached": Md([0, 1, 3, 4, 5], 3, [0, 4], res=False),
    "3-of-5-sign-first-combo": Md(FIVE, 3, [0, 2, 4]),
    "3-of-5-sign-second-combo": Md(FIVE, 3, [0, 4, 1]),
    "3-of-5-sign-third-combo": Md(FIVE, 3, [0, 1, 3]),
    "3-of-5-sign-fourth-combo": Md(FIVE, 3, [1, 2, 3]),
    "3-of-5-sign-fifth-combo": Md(FIVE, 3, [2, 3, 4]),
}


def in_force(case: Sequence[Md], extra: Sequence[Sequence[int]]) -> list[int]:
    """Returns the numbers of the versions in force, each signed by who signs in the case, and some more."""
    made: list[tuple[Stored, int]] = []
    signed: dict[str, list[int]] = {}
    for number, (md, more) in enumerate(zip(case, extra, strict=True), start=1):
        step = 3 * number
        people = {f"p{one}": [f"k{one}"] for one in md.keys}
        version = root(
            number,
            history(LOG, step - 1 if number > 1 else None),
            people,
            follows=made[-1][0].id if made else None,
            owners=sorted(people),
            threshold=md.threshold,
        )
        made.append((version, step))
        signed[version.id] = sorted({*md.sigs, *more})
    roots, _ = accept(made, lambda one: [(by(f"k{number}", one), 60) for number in signed[one]], step_of, LOG)
    return [one.root.version for one in roots.accepted]


@pytest.mark.parametrize("name", ROOT_ROTATIONS)
def test_a_root_is_rotated_as_tuf_rotates_it(name: str) -> None:
    """One thing is stricter: whoever is new has signed (possession), so that nobody is listed with a lost key."""
    case = ROOT_ROTATIONS[name]
    before: list[Sequence[int]] = [[], *(md.keys for md in case[:-1])]
    new = [[one for one in md.keys if one not in old] for md, old in zip(case, before, strict=True)]
    all_numbers = list(range(1, len(case) + 1))
    proved = [set(more) <= set(md.sigs) for md, more in zip(case, new, strict=True)]
    literally = [number for number in all_numbers if all(proved[:number]) and case[number - 1].res]
    assert in_force(case, [[] for _ in case]) == literally
    if case[-1].res:
        assert in_force(case, new) == all_numbers
    else:
        assert in_force(case, [*new[:-1], []]) == all_numbers[:-1]


@pytest.mark.parametrize("name", OTHER_ROTATIONS)
def test_approvals_count_as_signatures_of_a_role_do(name: str) -> None:
    """Of a role that is not the root's: who approves for a stage."""
    md = OTHER_ROTATIONS[name]
    world = Promoting(releases=1)
    world.move()
    world.trust(
        [f"p{one}" for one in md.keys], threshold=md.threshold, keys={f"p{one}": (f"k{one}",) for one in range(10)}
    )
    wish = world.wish(world.releases[0])
    world.move()
    world.request(wish)
    for one in md.sigs:
        world.sign(wish.id, f"k{one}", "approves")
    assert refused(world, wish) == (set() if md.res else {"GP-APR-001"})


# --- single cases ---------------------------------------------------------------------------------------------------

FIRST = root(1, history(LOG, None), {"ann": ["a"], "ben": ["b"]}, owners=["ann", "ben"], threshold=2)


def test_one_key_that_signs_twice_is_one_signature() -> None:
    """A threshold of two is never met by one key, however often and wherever its signature lies."""
    often = [(by("a", FIRST.id), step) for step in (2, 3, 4)]
    for signed, accepted in ((often, 0), ([*often, (by("b", FIRST.id), 5)], 1)):
        roots, _ = accept([(FIRST, 2)], {FIRST.id: signed}.__getitem__, step_of, LOG)
        assert len(roots.accepted) == accepted


def test_a_version_that_has_expired_is_followed_by_one_that_has_not() -> None:
    """Expiry stops what is judged by a version, and never its owners from making the next one."""
    assert isinstance(FIRST.record, TrustRoot)
    old = store(replace(FIRST.record, expires="2001-01-01T00:00:00Z"))
    new = store(
        replace(FIRST.record, version=2, follows=old.id, history=history(LOG, 3), expires="2999-01-01T00:00:00Z")
    )
    roots, findings = accept([(old, 2), (new, 5)], lambda one: [(by("a", one), 6), (by("b", one), 6)], step_of, LOG)
    assert ([one.root.version for one in roots.accepted], findings) == ([1, 2], ())


def test_a_field_that_nobody_knows_is_refused_in_a_trust_version() -> None:
    """TUF keeps it and ignores it: here a rule that is ignored would be one that somebody relies on."""
    assert isinstance(FIRST.record, TrustRoot)
    with pytest.raises(GitprovError, match="keyid_hash_algorithms is unknown"):
        store(replace(FIRST.record, extra={"keyid_hash_algorithms": ["sha256"]}))


def test_keys_of_two_kinds_sign_and_no_others_are_listed() -> None:
    """ECDSA on P-256, and Ed25519; an RSA key is refused where it would be listed."""
    own = ed25519.Ed25519PrivateKey.generate()
    pem = own.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    verifier, data = SignatureVerifier(), b"what is signed"
    for key, signature in ((pem, own.sign(data)), (signer("ada").pem, signer("ada").sign(data))):
        assert verifier.verify(key, data, signature)
        assert not verifier.verify(key, data + b"x", signature)
        assert not verifier.verify(key, data, signature[:-1] + bytes([signature[-1] ^ 1]))
        assert Identity(key=key).fault() is None
    public = rsa.generate_private_key(65537, 2048).public_key()
    other = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    assert isinstance(FIRST.record, TrustRoot)
    ann = replace(FIRST.record.people["ann"], identities=(Identity(key=other),))
    with pytest.raises(GitprovError, match="a P-256 or Ed25519 public key in PEM"):
        store(replace(FIRST.record, people={**FIRST.record.people, "ann": ann}))
