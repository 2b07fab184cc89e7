"""The engine: every law on one change, the same at every door (docs/verification.md).

A law is a function of a `Change` that yields all that it finds; each is stated in the file that it is imported from.
Which of the findings only tell, and which say that nothing can be decided, is a matter of their codes.
"""

from gitprov.check.acknowledged import covers
from gitprov.check.authority import authority, settings
from gitprov.check.continuity import continuity
from gitprov.check.grow_only import kept
from gitprov.check.landing import effect
from gitprov.check.names import attributes, names
from gitprov.check.references import references
from gitprov.check.seen import Change
from gitprov.check.whole import whole
from gitprov.errors import Exit, Finding
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass

LAWS = (whole, continuity, kept, names, attributes, references, authority, settings, effect)
"""Every law, in the order in which their findings are listed. docs/verification.md numbers them so."""

TOLD = frozenset(
    {
        codes.APR_MISSING,
        codes.GIT_ALTERNATE,
        codes.IMM_RESTORED,
        codes.IMM_SIDE,
        codes.PRO_EXCEPTION,
        codes.SIG_BUNDLE,
        codes.SIG_INVALID,
        codes.SIG_STATEMENT,
    }
)
"""What is told and refuses nothing: what is mended, what takes nothing away from others, what is still to come."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the laws say of a change.

    Attributes:
        findings: Everything that is wrong.
        warnings: What is told, and refuses nothing.
        undecided: What cannot be judged from here.
        acknowledged: What the owners have acknowledged: listed for ever, and no longer refused.
    """

    findings: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    undecided: tuple[Finding, ...] = ()
    acknowledged: tuple[Finding, ...] = ()

    @property
    def exit(self) -> Exit:
        """The exit status that says the same."""
        return Exit.FINDINGS if self.findings else Exit.UNDECIDED if self.undecided else Exit.OK


def check(change: Change) -> Verdict:
    """Runs every law on a change and returns all that they find, in a stable order, each once."""
    found = list(dict.fromkeys(finding for law in LAWS for finding in law(change)))
    told = [one for one in found if one.code in TOLD]
    undecided = [one for one in found if one.code.exit is Exit.UNDECIDED]
    wrong = [one for one in found if one not in told and one not in undecided]
    return Verdict(
        tuple(one for one in wrong if not covers(change.acknowledged, one)),
        tuple(one for one in told if not covers(change.acknowledged, one)),
        tuple(undecided),
        tuple(one for one in (*wrong, *told) if covers(change.acknowledged, one)),
    )
