"""Trust versions in words, so that what is read is what is signed."""

from gitprov.frozen import dataclass
from gitprov.ids import digest_hex
from gitprov.records.roots import Identity, Person, Role, TrustRoot, roles_held
from gitprov.trust.roots import documents_of, id_of


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a trust version, before and after; None where there is none."""

    what: str
    before: str | None
    after: str | None


def lines(root: TrustRoot) -> dict[str, str]:
    """Returns everything that a trust version decides: what it is about, and what it says of it."""
    found = {"protected ref": root.ref}
    found |= {f"person {name}": _person(person) for name, person in root.people.items()}
    found |= {f"role {name}": _role(role) for name, role in roles_held(root.roles)}
    for prefix, delegation in root.delegations.items():
        found |= {f"role {name} for {prefix}": _role(role) for name, role in roles_held(delegation)}
    found |= {f"trusted root {name}": digest for name, (digest, _) in documents_of(root).items()}
    return found | ({"expires": root.expires} if root.expires is not None else {})


def changes(before: TrustRoot | None, after: TrustRoot) -> tuple[Change, ...]:
    """Returns what differs between two trust versions; everything when there is none before."""
    old, new = lines(before) if before is not None else {}, lines(after)
    return tuple(
        Change(what, old.get(what), new.get(what))
        for what in dict.fromkeys([*old, *new])
        if old.get(what) != new.get(what)
    )


def _person(person: Person) -> str:
    keys = [
        _identity(one) + (f" (revoked: {one.revoked})" if one.revoked is not None else "") for one in person.identities
    ]
    return ", ".join(keys) or "no key yet"


def _identity(one: Identity) -> str:
    if one.key is not None:
        said = f"key {digest_hex(id_of(one))[:8]}"
    else:
        said = f"{one.identity} by {one.issuer} under {one.trusted_root} ({digest_hex(id_of(one))[:8]})"
    return " ".join(
        [
            said,
            *([f"from {one.valid_from}"] if one.valid_from else []),
            *([f"until {one.valid_until}"] if one.valid_until else []),
        ]
    )


def _role(role: Role) -> str:
    apart = f", none of whom acted as {' or '.join(role.distinct_from)}" if role.distinct_from else ""
    return f"{role.threshold} of {', '.join(role.people) or 'nobody'}{apart}"
