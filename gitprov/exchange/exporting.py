"""`gitprov export`: what a run or an artifact says, as other tools read it, signed by whoever exports it."""

from typing import Literal

from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.ids.listings import SYMLINK
from gitprov.lineage import Ledger
from gitprov.lineage.naming import describe
from gitprov.ports.workplace import Workplace
from gitprov.recording.choosing import named_artifacts
from gitprov.recording.pull import plan_pull
from gitprov.records import Content
from gitprov.trust.foreign import oms, slsa

Form = Literal["oms", "slsa"]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was exported.

    Attributes:
        form: oms or slsa.
        artifact: Its id.
        path: Where it was recorded.
        files: How many files it covers.
        statement: What is signed.
        bundle: The signed statement; None when nothing was signed.
    """

    form: Form
    artifact: Digest
    path: str
    files: int
    statement: bytes
    bundle: bytes | None


def export(place: Workplace, ledger: Ledger, text: str, form: Form, *, dry_run: bool = False) -> Exported:
    """Makes a signed statement about an artifact for other tools.

    Args:
        place: The ports; a directory's listing is brought from the remote when the cache lacks it.
        ledger: What is recorded.
        text: The artifact, as people name it.
        form: oms, what model_signing verifies; slsa, provenance of the bytes.
        dry_run: Sign nothing.

    Raises:
        GitprovError: GP-NAM-* for the name; GP-ATT-002 for what the form cannot say: links, content by reference, an
            artifact that nothing made; GP-BLB-*, GP-IO-*, GP-KEY-*.
    """
    path, artifact = _one(place, ledger, text)
    files = files_of(place, ledger, artifact, path)
    base = path.rpartition("/")[2]
    if form == "oms":
        statement = oms(base, files if _is_directory(ledger, artifact) else {".": files[base]})
    else:
        makers = ((run, ledger.runs[run].outputs.values()) for run in ledger.makers(artifact))
        runs = [run for run, outputs in makers if path in {made.path for made in outputs}]
        if not runs:
            raise codes.ATT_FORM.error(f"no run is recorded that made {describe(ledger, artifact)}")
        statement = slsa(files, ledger.held[runs[-1]].stored)
    bundle = None if dry_run else place.signer.bundle(statement)
    return Exported(form, artifact, path, len(files), statement, bundle)


def files_of(place: Workplace, ledger: Ledger, artifact: Digest, path: str) -> dict[str, Digest]:
    """Returns the files of an artifact: path relative to it, or its own name, to SHA-256.

    Raises:
        GitprovError: GP-ATT-002 for links, and for content that nobody has the bytes of; GP-BLB-*, GP-IO-*.
    """
    content = ledger.artifacts[artifact].content
    if not isinstance(content, Content):
        raise codes.ATT_FORM.error(f"{describe(ledger, artifact)} is recorded by reference: its files are not known")
    if content.listing is None:
        return {path.rpartition("/")[2]: content.digest}
    for fault in plan_pull(place, ledger, [artifact]).findings:
        raise fault.code.error(fault.what, why=fault.why, fix=fault.fix)
    entries = place.cache.entries(content)
    if links := [one.path for one in entries if one.mode == SYMLINK]:
        raise codes.ATT_FORM.error(f"{describe(ledger, artifact)} has links", why=", ".join(links[:5]))
    return {one.path: one.sha256 for one in entries if one.mode.startswith("100")}


def _is_directory(ledger: Ledger, artifact: Digest) -> bool:
    content = ledger.artifacts[artifact].content
    return isinstance(content, Content) and content.listing is not None


def _one(place: Workplace, ledger: Ledger, text: str) -> tuple[str, Digest]:
    found = named_artifacts(place, ledger, [text])
    if len(set(found.values())) != 1:
        names = ", ".join(sorted(found))
        raise codes.NAM_AMBIGUOUS.error(f"{text} is {len(found)} artifacts", why=names, fix="name one of them")
    return next(iter(found.items()))
