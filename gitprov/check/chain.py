"""The laws of the chain: records stay (G), and what was signed on it lies on it (F). docs/verification.md, clause 3."""

from collections.abc import Iterator

from gitprov.check.changes import Loss
from gitprov.check.effect import Asked, deployments
from gitprov.check.grow_only import lost
from gitprov.check.landed import Chain, Landed
from gitprov.errors import Finding
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest
from gitprov.lineage.graph import ancestors
from gitprov.records import Evidence, signed_path
from gitprov.records.stored import ROOT
from gitprov.trust.log import Log, history_fault


def loss_finding(chain: Chain, loss: Loss) -> Finding:
    """Returns what is wrong with a record or signature that was lost; one whose bytes are back is only to be told."""
    back = chain.commits[loss.restored] if loss.restored is not None else None
    return lost(loss, at=chain.commits[loss.step], landed=chain.commits[chain.landed[loss.path]], back=back)


def strange_histories(landed: Landed, log: Log) -> Iterator[Finding]:
    """Yields the deployments whose history the chain does not have: somebody deployed from another one (law F).

    Trust versions, governance records and exceptions are judged by their histories before they come into force.
    """
    for one in deployments(landed):
        path = landed.ledger.held[one.id].stored.path
        if fault := history_fault(one.record.history, one.landing, landed.chain.step_of, log):
            yield codes.TRU_HISTORY.finding(path, f"{', '.join(one.people)} deployed from another chain", why=fault)


def rewound(chain: Chain, seen: str | None) -> Finding | None:
    """Returns what is wrong when the chain lacks a commit that was its head before (law F, against memory)."""
    if seen is None or seen in chain.steps:
        return None
    return codes.TRU_REWOUND.finding(
        chain.ref,
        f"{chain.ref} was rewound or rewritten: it no longer has {seen[:12]}",
        why="that commit was its head when it was read before",
    )


def lost_since(chain: Chain, seen: str | None) -> tuple[Loss, ...]:
    """Returns what steps after a head that was read before have lost, and no step has brought back (law G)."""
    since = chain.steps.get(seen) if seen is not None else None
    return () if since is None else tuple(one for one in chain.losses if one.restored is None and one.step > since)


def concerns(landed: Landed, asked: Asked, loss: Loss) -> bool:
    """Tells whether a promotion in effect rests on a file that was lost: its closure, and what judged it.

    That is the trust root, the settings, every promotion of the name, the deployments of the stage, and each record
    that the release leads to, with their signatures.
    """
    path = signed_path(loss.path) or loss.path
    folders = (
        f"{ROOT}/trust/",
        f"{ROOT}/events/",
        f"{ROOT}/promotions/{asked.request.name}/",
        f"{ROOT}/deployments/{asked.request.name}/{asked.request.stage}/",
    )
    return path.startswith(folders) or path in {
        landed.ledger.held[one].stored.path for one in _closure(landed, asked) if one in landed.ledger.held
    }


def _closure(landed: Landed, asked: Asked) -> Iterator[Digest]:
    ledger, wanted = landed.ledger, asked.request.release
    release = ledger.releases.get(wanted.id) if wanted is not None else None
    if wanted is None or release is None:
        return
    members = release.members.values()
    yield wanted.id
    yield from ancestors(ledger, [member.artifact for member in members])
    yield from (member.run for member in members)
    yield from release.runs
    held = ledger.held.get(asked.request.evidence)
    if held is not None and isinstance(held.stored.record, Evidence):
        yield from (entry.evaluation for entry in held.stored.record.evaluations)
