"""What shall be different in the next trust version."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import field
from typing import Any

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Value, digest_hex
from gitprov.trust.roots import Accepted, id_of

from gitprov.records import History, Identity, TrustRoot
from gitprov.records.codec import from_data, to_data

ROLES = ("owner", "producer", "evaluator", "deployer", "machine")

Held = Mapping[str, tuple[tuple[str, ...], int]]
"""Role, or stage, to the people who hold it and how many of them it takes."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What shall be different; applied in this order.

    Attributes:
        edited: The fields of a version that somebody edited, to begin with instead of the one in force.
        add: Person to public key in PEM: one more key, and the person where there is none.
        revoke: Person to the beginning of the hex digits of one key's id; "" for all keys.
        reason: Why; needed to revoke.
        remove: People who leave, with their roles.
        roles: Who holds a role.
        approvers: Who approves for a stage.
        expires: When the version stops counting.
    """

    edited: Mapping[str, Value] | None = None
    add: Mapping[str, str] = field(default_factory=dict)
    revoke: Mapping[str, str] = field(default_factory=dict)
    reason: str | None = None
    remove: tuple[str, ...] = ()
    roles: Held = field(default_factory=dict)
    approvers: Held = field(default_factory=dict)
    expires: str | None = None


def apply(wish: Wish, before: Accepted, version: int, history: History) -> TrustRoot:
    """Returns the version that follows `before` and fulfils a wish.

    Raises:
        GitprovError: GP-USE-001 for a wish about somebody, or a key, that is not there, and for a version that too few
            owners could sign; GP-SCH-002 for one that cannot be: a threshold that nobody can meet, a key listed twice.
    """
    data: dict[str, Any] = deepcopy(dict(wish.edited) if wish.edited is not None else to_data(before.root))
    data.pop("schema", None)
    data |= {"version": version, "follows": before.id, "history": to_data(history)}
    _decoded(data)  # what somebody edited must be a version before it is changed
    people, roles = data["people"], data["roles"]
    for name, pem in wish.add.items():
        people.setdefault(name, {"identities": []})["identities"].append({"key": pem})
    for name, key in wish.revoke.items():
        _revoke(name, _listed(people, name)["identities"], key, wish.reason)
    for name in wish.remove:
        _listed(people, name)
        del people[name]
    approver = roles.setdefault("approver", {})
    for role in [role for name, role in roles.items() if name != "approver"] + list(approver.values()):
        role["people"] = [name for name in role["people"] if name not in wish.remove]
    for name, held in wish.roles.items():
        if name not in ROLES:
            raise codes.USE_ARGUMENT.error(
                f"{name} is no role",
                why=f"roles are {', '.join(ROLES)}; who approves for a stage is said by --approvers",
                fix=f"gitprov trust propose --approvers {name}={','.join(held[0])}",
            )
        roles[name] = _held(held, roles.get(name, {}), people)
    for stage, held in wish.approvers.items():
        approver[stage] = _held(held, approver.get(stage, {}), people)
    if not approver:
        del roles["approver"]
    if wish.expires is not None:
        data["expires"] = wish.expires
    return _signable(_decoded(data))


def _decoded(data: dict[str, Any]) -> TrustRoot:
    try:
        return from_data(TrustRoot, data)
    except GitprovError as error:
        what = f"trust version {data['version']} cannot be: {error.what.replace('field at the top', 'it')}"
        raise error.code.error(what, fix="gitprov trust propose --help") from None


def _signable(root: TrustRoot) -> TrustRoot:
    """Returns a version that enough of its owners can sign; no other one would ever come into force."""
    owners = root.roles.owner
    able = [name for name in owners.people if any(key.revoked is None for key in root.people[name].identities)]
    if len(able) < owners.threshold:
        raise codes.USE_ARGUMENT.error(
            f"trust version {root.version} could never come into force",
            why=f"it takes {owners.threshold} of its owners, and {len(able)} would have a key",
            fix="add a new key in the same version: --add PERSON=KEYFILE",
        )
    return root


def _listed(people: dict[str, Any], name: str) -> Any:
    if name not in people:
        raise codes.USE_ARGUMENT.error(f"{name} is not listed", fix=f"name one of {', '.join(sorted(people))}")
    return people[name]


def _revoke(name: str, identities: list[dict[str, Any]], key: str, reason: str | None) -> None:
    if not reason:
        raise codes.USE_ARGUMENT.error(
            f"say why {name}'s key does not count any more", fix=f"gitprov trust propose --revoke {name} --reason TEXT"
        )
    hit = [one for one in identities if digest_hex(id_of(from_data(Identity, one))).startswith(key)]
    if not hit or (key and len(hit) > 1):
        raise codes.USE_ARGUMENT.error(
            f"{len(hit)} keys of {name}'s begin with {key!r}", fix="gitprov trust show lists the keys"
        )
    for one in hit:
        one.setdefault("revoked", reason)


def _held(held: tuple[tuple[str, ...], int], before: dict[str, Any], listed: Mapping[str, Any]) -> dict[str, Any]:
    people, threshold = held
    if strangers := sorted(set(people) - set(listed)):
        raise codes.USE_ARGUMENT.error(
            f"{strangers[0]} is not listed",
            why=f"listed are {', '.join(sorted(listed))}",
            fix=f"gitprov trust propose --add {strangers[0]}=KEYFILE, beside what this command says",
        )
    role = {**before, "people": sorted(set(people)), "threshold": threshold}
    if threshold == 1:
        del role["threshold"]
    return role
