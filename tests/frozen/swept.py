"""The sweep of the frozen story: the model was chosen from a run-set."""

from gitprov.ids import md5_of, sha256_of
from gitprov.ids.listings import dvc_directory, write_listing
from gitprov.lineage.sweeps import place_in_set
from gitprov.records import RUN_SET, Artifact, Blob, Content, Output, Recipe, Run, Stored, Sweep, store
from tests.frozen.story import MADE, TRAINED, entry

_HELD = {place_in_set(stored): stored.data for stored in (MADE, TRAINED)}
LISTING = write_listing([entry(path, data) for path, data in _HELD.items()])
_SET = Content(
    digest=sha256_of(LISTING),
    files=len(_HELD),
    md5=md5_of(dvc_directory({path: md5_of(data) for path, data in _HELD.items()})),
    size=sum(map(len, _HELD.values())),
    listing=Blob(md5=md5_of(LISTING), size=len(LISTING)),
)
GATHERED = store(Artifact(name="fraud.search", kind=RUN_SET, content=_SET, recipe=Recipe(id=_SET.digest)))
SWEEP = store(
    Run(
        step="sweep",
        actor="ada",
        outputs={
            RUN_SET: Output(artifact=GATHERED.id, content=_SET.digest, path="run-sets/fraud.search", recipe=_SET.digest)
        },
        finished="2026-01-02T04:05:00.5Z",
        declared=("actor",),
        sweep=Sweep(runs=1, kept=TRAINED.id),
    )
)
SWEPT: dict[str, Stored] = {"artifact-run-set.yaml": GATHERED, "run-sweep.yaml": SWEEP}
