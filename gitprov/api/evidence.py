"""What a request was judged by: `gitprov evidence`."""

from gitprov.audit import evidence as _evidence
from gitprov.lineage.naming import request_named
from gitprov.wiring.project import Project


def show(request: str) -> _evidence.EvidenceShown:
    """Returns the evidence of NAME/STAGE[/SEQ], as `gitprov evidence show` does."""
    return _evidence.show_evidence(Project(), *request_named(request))


def verify(request: str) -> _evidence.EvidenceVerified:
    """Computes the evidence of NAME/STAGE[/SEQ] again, as `gitprov evidence verify` does."""
    return _evidence.verify_evidence(Project(), *request_named(request))
