"""Who signed what, for people."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gitprov.cli.render import columns, dim, loud, one_line, short
from gitprov.cli.text import many

if TYPE_CHECKING:
    from gitprov.audit.signatures import Signed
    from gitprov.check.signers import Attested, Signer, Standing

_DOUBTS: "dict[Standing, str]" = {"unattested": "unattested", "unlisted": "by unlisted keys", "unsigned": "unsigned"}
_VERBS = {"signs": "by", "countersigns": "attested by", "approves": "approved by", "rejects": "rejected by"}


def signed_lines(found: "Signed", *, each: bool) -> Iterator[str]:
    """Yields who signed how many records and by what that was judged; with `each` every record with its signers."""
    counts, source = found.standings, found.source
    people = ", ".join(f"{person} {count}" for person, count in found.people.items())
    said = [f"{counts.get('signed', 0)} by listed people" + (f" ({people})" if people else "")]
    said += [f"{counts[standing]} {words}" for standing, words in _DOUBTS.items() if standing in counts]
    version = f"trust version {source.trust}, {found.trust}" if source.trust is not None else found.trust
    yield one_line(f"signatures of {many(len(found.records), 'record')}: {', '.join(said)}")
    if each:
        yield from columns([row for one in found.records for row in _rows(one)], "  ")
    yield dim(f"judged by {version}: {source.ref} at {source.commit[:12]}")
    if found.note:
        yield dim(found.note)


def _rows(one: "Attested") -> Iterator[list[str]]:
    """Yields a record and what its signatures are worth together, with each of them on a line of its own."""
    standing = one.standing if one.standing == "signed" else loud(one.standing)
    if one.landed is None:
        standing = "not landed, would be signed" if one.standing == "signed" else loud(f"not landed, {one.standing}")
    begin = [one_line(one.what), standing]
    for said in map(_signer, one.signers) if one.signers else ("by nobody",):
        yield [*begin, said]
        begin = ["", ""]


def _signer(one: "Signer") -> str:
    """Returns for whom a signature counts, since when, or why for nobody."""
    if one.person is None:
        return one_line(f"{short(one.key)} counts for nobody: {one.why}")
    words = [
        f"{_VERBS[one.means]} {one.person} ({', '.join(one.roles) or 'in no role that is asked for'})",
        f"at {one.time} by a timestamp" if one.time is not None else one.source,
        *(["logged"] if one.is_logged else []),
        *([f"landed at {one.landed[:12]}"] if one.landed is not None else []),
    ]
    return one_line(", ".join(words))
