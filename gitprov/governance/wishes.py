"""What shall be different in the next trust version."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import field
from typing import Any

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Value, digest_hex
from gitprov.records import History, Identity, TrustRoot
from gitprov.records.codec import from_data, to_data
from gitprov.trust.roots import Accepted, id_of, key_id
from gitprov.trust.verifying import Certified

ROLES = ("owner", "producer", "evaluator", "deployer", "machine")
DELEGATED = ROLES[:-1]
"""Who is no human being is no team's own affair."""

Held = Mapping[str, tuple[tuple[str, ...], int]]
"""Role, or stage, to the people who hold it and how many of them it takes."""


@dataclass(frozen=True, slots=True)
class Delegated:
    """Who holds roles, and who approves for stages, below one prefix."""

    roles: Held = field(default_factory=dict)
    approvers: Held = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wish:
    """What shall be different; applied in this order.

    Keys are named by the beginning of their id, with or without `sha256:`; "" for all keys of a person.

    Attributes:
        edited: The fields of a version that somebody edited, to begin with instead of the one in force.
        trusted_roots: Name to a Sigstore trusted root document; a list that it leaves out is empty.
        revoke: Person to the keys that go.
        reason: Why; needed to revoke.
        until: They are not revoked, and end at this time.
        add: Person to public key in PEM: one more key, and the person where there is none.
        certified: Person to what their certificates name, and the trusted root that these are held against; None where
            only one is listed.
        valid: Person and key to the times from when on, and until when, it counts; None leaves one as it was.
        remove: People who leave, with their roles.
        roles: Who holds a role.
        approvers: Who approves for a stage.
        delegate: Prefix to roles that others hold below it; what is not named stays.
        undelegate: Prefixes below which everything is held as everywhere else again.
        expires: When the version stops counting.
    """

    edited: Mapping[str, Value] | None = None
    trusted_roots: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    revoke: Mapping[str, str] = field(default_factory=dict)
    reason: str | None = None
    until: str | None = None
    add: Mapping[str, str] = field(default_factory=dict)
    certified: Mapping[str, tuple[Certified, str | None]] = field(default_factory=dict)
    valid: Mapping[tuple[str, str], tuple[str | None, str | None]] = field(default_factory=dict)
    remove: tuple[str, ...] = ()
    roles: Held = field(default_factory=dict)
    approvers: Held = field(default_factory=dict)
    delegate: Mapping[str, Delegated] = field(default_factory=dict)
    undelegate: tuple[str, ...] = ()
    expires: str | None = None


def rotation(person: str, pem: str, *, old: str = "", until: str | None = None, reason: str | None = None) -> Wish:
    """Returns the wish that a person's key, or all of them, give way to another one.

    Args:
        person: Whose.
        pem: The new public key.
        old: The beginning of the old one's id; "" for all.
        until: When they end, instead of being revoked.
        reason: Why they are revoked.
    """
    why = reason or f"replaced by key {digest_hex(key_id(pem))[:8]}"
    return Wish(revoke={person: old}, reason=why, until=until, add={person: pem})


def apply(wish: Wish, before: Accepted, version: int, history: History) -> TrustRoot:
    """Returns the version that follows `before` and fulfils a wish.

    Raises:
        GitprovError: GP-USE-001 for a wish about somebody, or something, that is not there, and for a version that too
            few owners could sign; GP-SCH-002 for one that cannot be: a threshold that nobody can meet, a key listed
            twice, a trusted root that Sigstore could not read.
    """
    data: dict[str, Any] = deepcopy(dict(wish.edited) if wish.edited is not None else to_data(before.root))
    data.pop("schema", None)
    data |= {"version": version, "follows": before.id, "history": to_data(history)}
    _decoded(data)  # what somebody edited must be a version before it is changed
    roots = data.setdefault("trusted_roots", {})
    roots |= {name: {**{key: [] for key in _LISTS}, **document} for name, document in wish.trusted_roots.items()}
    _change_people(wish, data["people"], sorted(roots))
    _change_roles(wish, data)
    if wish.expires is not None:
        data["expires"] = wish.expires
    return _signable(_decoded(data))


_LISTS = ("certificateAuthorities", "ctlogs", "timestampAuthorities", "tlogs")


def _change_people(wish: Wish, people: dict[str, Any], roots: list[str]) -> None:
    for name, key in wish.revoke.items():
        _revoke(name, _listed(people, name)["identities"], key, wish)
    for name, pem in wish.add.items():
        people.setdefault(name, {"identities": []})["identities"].append({"key": pem})
    for name, (who, root) in wish.certified.items():
        if root is None and len(roots) != 1:
            raise codes.USE_ARGUMENT.error(
                f"say which trusted root the certificates of {name} are held against",
                why=f"listed are {', '.join(roots)}" if roots else "none is listed",
                fix=f"gitprov trust propose --certified {name}={who.identity},{who.issuer},NAME"
                if roots
                else "gitprov trust use-sigstore NAME --trusted-root FILE",
            )
        named = {"identity": who.identity, "issuer": who.issuer, "trusted_root": root or roots[0]}
        people.setdefault(name, {"identities": []})["identities"].append(named)
    for (name, key), times in wish.valid.items():
        limits = zip(("valid_from", "valid_until"), times, strict=True)
        window = {limit: time for limit, time in limits if time is not None}
        for one in _keys(name, _listed(people, name)["identities"], key):
            one.update(window)
    for name in wish.remove:
        _listed(people, name)
        del people[name]


def _change_roles(wish: Wish, data: dict[str, Any]) -> None:
    people, roles, delegations = data["people"], data["roles"], data.setdefault("delegations", {})
    for held in (roles, *delegations.values()):
        for role in [role for name, role in held.items() if name != "approver"] + [*held.get("approver", {}).values()]:
            role["people"] = [name for name in role["people"] if name not in wish.remove]
    _hold(roles, Delegated(wish.roles, wish.approvers), ROLES, people)
    for prefix, wanted in wish.delegate.items():
        _hold(delegations.setdefault(prefix, {}), wanted, DELEGATED, people)
    for prefix in wish.undelegate:
        if prefix not in delegations:
            raise codes.USE_ARGUMENT.error(
                f"nothing is delegated for {prefix}",
                why=f"delegated are {', '.join(sorted(delegations)) or 'no names at all'}",
                fix="gitprov trust show",
            )
        del delegations[prefix]
    for name in ("delegations", "trusted_roots"):
        if not data[name]:
            del data[name]


def _hold(there: dict[str, Any], wanted: Delegated, known: tuple[str, ...], people: Mapping[str, Any]) -> None:
    """Puts roles, and approvers of stages, into a mapping of roles."""
    for name, held in wanted.roles.items():
        if name not in known:
            raise codes.USE_ARGUMENT.error(
                f"{name} is no role",
                why=f"roles are {', '.join(known)}; who approves for a stage is said by --approvers",
                fix=f"gitprov trust propose --approvers {name}={','.join(held[0])}",
            )
        there[name] = _held(held, there.get(name, {}), people)
    for stage, held in wanted.approvers.items():
        approver = there.setdefault("approver", {})
        approver[stage] = _held(held, approver.get(stage, {}), people)


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


def _revoke(name: str, identities: list[dict[str, Any]], key: str, wish: Wish) -> None:
    if wish.until is None and not wish.reason:
        raise codes.USE_ARGUMENT.error(
            f"say why {name}'s key does not count any more",
            fix=f"gitprov trust revoke {name}{f'={key}' if key else ''} --reason TEXT",
        )
    for one in _keys(name, identities, key):
        if wish.until is None:
            one.setdefault("revoked", wish.reason)
        elif "revoked" not in one and (key or "valid_until" not in one):  # what has ended is not prolonged
            one["valid_until"] = wish.until


def _keys(name: str, identities: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    """Returns the keys of a person that an id, or its beginning, names; all of them when it is empty."""
    digits = key.removeprefix("sha256:")
    hit = [one for one in identities if digest_hex(id_of(from_data(Identity, one))).startswith(digits)]
    if not hit or (digits and len(hit) > 1):
        raise codes.USE_ARGUMENT.error(
            f"{len(hit)} keys of {name}'s begin with {digits!r}", fix="gitprov trust show  # lists the keys"
        )
    return hit


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
