"""Source artifacts: things that were added, not made. Their recipe is their content."""

import re
import unicodedata
from dataclasses import replace

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import sha256_of
from gitprov.ids.names import NAME_LIMIT, check_name, is_name
from gitprov.lineage import Ledger
from gitprov.ports.workplace import Workplace
from gitprov.records import Artifact, Content, Output, Recipe, Run, Stored, decode, store
from gitprov.records.stored import ROOT

STEP = "add"
ROLE = "source"
DEFAULT_KIND = "dataset"

_ROOM = NAME_LIMIT - 9
"""What a name may have beside a dash and eight digits."""

OWN = (".dvc", ".git", ".gitprov")
"""The folders at the top that hold the repository's own files."""


def check_place(path: str) -> None:
    """Refuses a path of the work tree that holds the repository's own files.

    Raises:
        GitprovError: GP-PTH-002.
    """
    if path == "." or path.split("/", maxsplit=1)[0] in OWN:
        raise codes.PTH_KIND.error(f"{path} cannot be an artifact", why="it holds the repository's own files")


def name_of_path(path: str) -> str:
    """Returns the name that a path has when nobody gives it one: `data/Raw sét.csv` is `data.raw-set.csv`.

    Where letters of other scripts are left out, digits of the path's digest say which path it was.
    """
    plain = "".join(char for char in unicodedata.normalize("NFKD", path) if not unicodedata.combining(char))
    digits = sha256_of(unicodedata.normalize("NFC", path).encode(errors="surrogatepass"))[7:15]
    parts = [re.sub(r"[^a-z0-9._-]+", "-", part.lower()) for part in plain.split("/")]
    name = re.sub(r"[._-]*[.][._-]*", ".", ".".join(parts))
    name = re.sub(r"([_-])[_-]+", r"\1", name).strip("._-")
    if not plain.isascii():
        name = f"{name[-_ROOM:].strip('._-') or 'unnamed'}-{digits}"
    name = name[-NAME_LIMIT:].strip("._-")
    dashed = re.sub(r"[^a-z0-9]+", "-", name).strip("-") or "unnamed"
    return next(one for one in (name, dashed, f"{dashed[-_ROOM:]}-{digits}") if is_name(one))


def kind_of(place: Workplace, ledger: Ledger, name: str, wanted: str | None, default: str = DEFAULT_KIND) -> str:
    """Returns the kind of an artifact: as asked, else as the catalog says, else as before, else `default`."""
    if wanted is not None:
        return check_name(wanted, "a kind")
    entry = place.settings.catalog(name)
    if entry is not None and entry.kind is not None:
        return entry.kind
    known = ledger.named(name)
    return ledger.artifacts[known[-1]].kind if known else default


def source_records(
    place: Workplace, path: str, content: Content, *, name: str, kind: str, cutoff: str | None = None
) -> tuple[Stored, Stored]:
    """Returns the artifact record of a source and the run record of its `add`."""
    artifact = store(Artifact(name=name, kind=kind, content=content, recipe=Recipe(id=content.digest)))
    run = Run(
        step=STEP,
        actor=place.person(),
        outputs={ROLE: Output(artifact=artifact.id, content=content.digest, path=path, recipe=content.digest)},
        finished=place.clock.now(),
        cutoff=cutoff,
        declared=("actor",),
    )
    return artifact, store(run)


def same_add(place: Workplace, ledger: Ledger, run: Stored) -> Stored:
    """Returns the run of an `add` that was written and not staged, if it is this one at another time; else `run`.

    So the same command finishes, after a crash or a full disk, what it had begun. The lock must be held.
    """
    known = {held.stored.path for held in ledger.held.values()}
    for path in place.worktree.files(f"{ROOT}/runs/{STEP}"):
        if path in known or not path.endswith(".yaml"):
            continue
        data = place.worktree.read(path) or b""
        try:
            found = Stored(sha256_of(data), path, data, decode(data, name=path))
        except GitprovError:
            continue
        if isinstance(found.record, Run) and isinstance(run.record, Run):
            then = store(replace(run.record, finished=found.record.finished))
            if (then.path, then.data) == (path, data):
                return found
    return run
