"""The objects that records need: the bytes of artifacts, and stored copies of code."""

from collections.abc import Iterable
from dataclasses import field
from shlex import quote

from gitprov.errors import Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.lineage import Ledger
from gitprov.lineage.naming import describe
from gitprov.ports.blobs import Cache, Fault, Object
from gitprov.recording.code import copied_objects
from gitprov.records import Artifact, Content, Run

Key = tuple[str, bool]
"""What names an object in DVC's layout: its MD5, and whether it is a `.dir`."""


@dataclass(frozen=True, slots=True)
class Needed:
    """Objects by what names them, and the records that need each.

    Attributes:
        items: The objects.
        owners: The records that need each, in the order in which they were looked at.
        findings: Records that say something else of their bytes than the bytes do.
    """

    items: dict[Key, Object] = field(default_factory=dict)
    owners: dict[Key, list[Digest]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(self, owner: Digest, items: Iterable[Object]) -> None:
        """Adds the objects of a record.

        Raises:
            GitprovError: GP-BLB-003 when another record has other bytes of the same MD5.
        """
        for item in items:
            key = key_of(item)
            known = self.items.setdefault(key, item)
            if known.sha256 and item.sha256 and known.sha256 != item.sha256:
                raise codes.BLB_COLLISION.error(
                    f"two records have different bytes of {item.md5}", why=f"{known.sha256} and {item.sha256}"
                )
            if item.sha256 and not known.sha256:
                self.items[key] = item
            owners = self.owners.setdefault(key, [])
            if owner not in owners[-1:]:
                owners.append(owner)

    def owners_of(self, items: Iterable[Object]) -> set[Digest]:
        """Returns the records that need any of these objects."""
        return {owner for item in items for owner in self.owners[key_of(item)]}

    def fault_findings(self, ledger: Ledger, faults: Iterable[Fault], remote: str | None = None) -> list[Finding]:
        """Returns one finding for all the objects of a record that have the same fault in the same place.

        Args:
            ledger: The records.
            faults: The faults.
            remote: What the remote is called in `Fault.where`: what is wrong there is mended there.
        """
        grouped: dict[tuple[Digest, str, str], list[Fault]] = {}
        for fault in faults:
            for owner in self.owners[key_of(fault.object)]:
                grouped.setdefault((owner, fault.problem, fault.where), []).append(fault)
        found = []
        for (owner, problem, where), same in grouped.items():
            code = codes.BLB_MISSING if problem == "missing" else codes.BLB_MISMATCH
            size = sum(fault.object.size for fault in same)
            many = f"{len(same)} object{'s' if len(same) != 1 else ''} ({size} bytes)"
            what = f"{many} not in {where}" if problem == "missing" else f"other bytes in {where} than recorded: {many}"
            found.append(
                code.finding(
                    ledger.held[owner].stored.path,
                    f"{describe(ledger, owner)}: {what}",
                    why=f"the first is {same[0].object.sha256 or same[0].object.md5}",
                    fix=_remedy(ledger, owner, problem, in_remote=remote is not None and remote in where),
                )
            )
        return found


def key_of(item: Object) -> Key:
    """Returns what names an object."""
    return item.md5, item.is_dir


def _remedy(ledger: Ledger, owner: Digest, problem: str, *, in_remote: bool) -> str:
    if not in_remote:
        return f"gitprov pull {ledger.short(owner)}"
    push = "in a clone that has the right bytes: gitprov push"
    if problem == "mismatch":
        return f"{push} --repair"
    paths = ledger.paths_of(owner)
    return f"{push}  # where its cache lost them: gitprov add {quote(paths[-1])} first" if paths else push


def listings(ledger: Ledger, records: Iterable[Digest]) -> Needed:
    """Returns the listings of these records, which say what else they need."""
    needed = Needed()
    for one in records:
        match ledger.held[one].stored.record:
            case Artifact(content=Content(digest=digest, listing=blob)) if blob:
                needed.add(one, [Object(blob.md5, blob.size, digest)])
            case Run(code=code) if code and code.listing:
                needed.add(one, [Object(code.listing.md5, code.listing.size, None)])
    return needed


def needed_objects(ledger: Ledger, cache: Cache, records: Iterable[Digest]) -> Needed:
    """Returns every object of these records, as far as the cache has the listings that name them.

    Content held by reference has none.
    """
    needed = Needed()
    for one in records:
        record = ledger.held[one].stored.record
        try:
            match record:
                case Artifact(content=Content() as content):
                    needed.add(one, _top(content))
                    needed.add(one, cache.objects(content))
                case Run(code=code) if code and code.listing:
                    needed.add(one, [Object(code.listing.md5, code.listing.size, None)])
                    needed.add(one, copied_objects(cache, code.listing))
        except GitprovError as error:
            if error.code is codes.BLB_COLLISION:
                raise
            if error.code is not codes.BLB_MISSING:
                path = ledger.held[one].stored.path
                needed.findings.append(error.code.finding(path, error.what, why=error.why, fix=error.fix))
    return needed


def _top(content: Content) -> list[Object]:
    """Returns what a record itself names: a file's bytes, or a directory's listing and DVC's."""
    if content.listing is None:
        return [Object(content.md5, content.size, content.digest)]
    listing = Object(content.listing.md5, content.listing.size, content.digest)
    return [listing, Object(content.md5, 0, None, is_dir=True)]
