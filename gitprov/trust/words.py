"""Trust versions in words, so that what is read is what is signed."""

from dataclasses import dataclass

from gitprov.ids import digest_hex
from gitprov.records.roots import Person, Role, TrustRoot
from gitprov.trust.roots import key_id


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a trust version, before and after; None where there is none."""

    what: str
    before: str | None
    after: str | None


def lines(root: TrustRoot) -> dict[str, str]:
    """Returns everything that a trust version decides: what it is about, and what it says of it."""
    roles = root.roles
    named = {
        "owner": roles.owner,
        "producer": roles.producer,
        "evaluator": roles.evaluator,
        "deployer": roles.deployer,
        "machine": roles.machine,
        **{f"approver of {stage}": role for stage, role in roles.approver.items()},
    }
    found = {"protected ref": root.ref}
    found |= {f"person {name}": _person(person) for name, person in root.people.items()}
    found |= {f"role {name}": _role(role) for name, role in named.items() if role is not None}
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
        f"key {digest_hex(key_id(one.key))[:8]}" + (f" (revoked: {one.revoked})" if one.revoked is not None else "")
        for one in person.identities
    ]
    return ", ".join(keys) or "no key yet"


def _role(role: Role) -> str:
    apart = f", none of whom acted as {' or '.join(role.distinct_from)}" if role.distinct_from else ""
    return f"{role.threshold} of {', '.join(role.people) or 'nobody'}{apart}"
