"""Faults that somebody who can push may plant in the records, each with the code that must find it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from gitprov.ids import md5_of, sha256_of
from gitprov.records import (
    Artifact,
    Evaluation,
    Event,
    Input,
    Member,
    Output,
    Recipe,
    Record,
    Release,
    Run,
    Stored,
    Subject,
    store,
)
from tests.sim.book import Book, content_of, unverified
from tests.support import Repo

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Scene:
    """A repository with the records of a book, committed."""

    repo: Repo
    book: Book

    def find(self, kind: type[R]) -> tuple[Stored, R]:
        """Returns the first record of a type."""
        for held in self.book.held:
            if isinstance(held.stored.record, kind):
                return held.stored, held.stored.record
        raise LookupError(kind)

    def model(self, version: int = 1) -> tuple[Stored, Artifact]:
        """Returns a version of the model."""
        ledger = self.book.ledger
        one = ledger.named("churn")[version - 1]
        return ledger.held[one].stored, ledger.artifacts[one]

    def training(self, version: int = 1) -> tuple[Stored, Run]:
        """Returns the run that made a version of the model."""
        ledger = self.book.ledger
        one = ledger.makers(self.model(version)[0].id)[0]
        return ledger.held[one].stored, ledger.runs[one]

    def put(self, record: Record) -> str:
        """Writes a record as its file and returns the path."""
        stored = store(record)
        self.repo.write(stored.path, stored.data)
        return stored.path

    def edit(self, stored: Stored, old: bytes, new: bytes) -> str:
        """Changes the bytes of a record in its place and returns the path."""
        assert old in stored.data
        self.repo.write(stored.path, stored.data.replace(old, new))
        return stored.path


Attack = Callable[[Scene], str]
"""Plants a fault and returns what the finding must name."""


def another_size(scene: Scene) -> str:
    return scene.edit(scene.model()[0], b"size: 7\n", b"size: 8\n")


def a_comment(scene: Scene) -> str:
    return scene.edit(scene.model()[0], b"kind: model\n", b"kind: model # ours\n")


def not_utf_8(scene: Scene) -> str:
    return scene.edit(scene.model()[0], b"kind: model\n", b"kind: mod\xe9l\n")


def a_later_schema(scene: Scene) -> str:
    return scene.edit(scene.model()[0], b"gitprov/artifact/v1", b"gitprov/artifact/v9")


def a_field_is_missing(scene: Scene) -> str:
    return scene.edit(scene.model()[0], b"kind: model\n", b"")


def under_another_name(scene: Scene) -> str:
    path = scene.model()[0].path
    other = path.replace("/churn/", "/other/")
    (scene.repo.path / other).parent.mkdir(parents=True)
    scene.repo.git("mv", path, other)
    return other


def a_release_twice(scene: Scene) -> str:
    scene.repo.write(".gitprov/releases/churn/3.yaml", scene.find(Release)[0].data)
    return ".gitprov/releases/churn/3.yaml"


def a_foreign_file(scene: Scene) -> str:
    scene.repo.write(".gitprov/artifacts/churn/notes.txt", "mine\n")
    return ".gitprov/artifacts/churn/notes.txt"


def a_committed_draft(scene: Scene) -> str:
    path = ".gitprov/drafts/train-0/runs/train/x.yaml"
    scene.repo.write(path, "{}\n")
    scene.repo.git("add", "--force", path)
    return path


def executable(scene: Scene) -> str:
    path = scene.model()[0].path
    (scene.repo.path / path).chmod(0o755)
    return path


def a_symlink(scene: Scene) -> str:
    path = scene.model()[0].path
    (scene.repo.path / path).unlink()
    (scene.repo.path / path).symlink_to("elsewhere")
    return path


def a_second_folder(scene: Scene) -> str:
    scene.repo.write("sub/.gitprov/project.yaml", "")
    return "sub/.gitprov/project.yaml"


def a_twin_folder(scene: Scene) -> str:
    """Windows and macOS would hold it as one with ours."""
    scene.repo.write(".GitProv/project.yaml", "")
    return ".GitProv/project.yaml"


def no_attributes(scene: Scene) -> str:
    scene.repo.git("rm", "--quiet", ".gitprov/.gitattributes")
    return ".gitprov/.gitattributes"


def weaker_attributes(scene: Scene) -> str:
    scene.repo.write(".gitprov/.gitattributes", "* text=auto\n")
    return ".gitprov/.gitattributes"


def an_artifact_is_gone(scene: Scene) -> str:
    (raw,) = scene.book.ledger.named("raw")
    scene.repo.git("rm", "--quiet", scene.book.ledger.held[raw].stored.path)
    return raw


def a_run_is_gone(scene: Scene) -> str:
    stored, _ = scene.training()
    scene.repo.git("rm", "--quiet", stored.path)
    return stored.id


def an_evaluation_of_nothing(scene: Scene) -> str:
    return scene.put(replace(scene.find(Evaluation)[1], subject=Subject(set_=sha256_of(b"nothing"))))


def an_event_about_nothing(scene: Scene) -> str:
    nothing = sha256_of(b"nothing")
    return scene.put(
        Event(kind="deprecation", actor="ann", at="2026-11-20T10:00:00Z", subjects=(nothing,), reason="old")
    )


def a_circle(scene: Scene) -> str:
    """The raw data was made from the model that was made from it."""
    (raw,) = scene.book.ledger.named("raw")
    content = scene.book.ledger.artifacts[raw].content.digest
    stored, model = scene.model()
    run = Run(
        step="loop",
        actor="eve",
        inputs={"m": Input(artifact=stored.id, content=model.content.digest, after="same")},
        outputs={"source": Output(artifact=raw, content=content, path="data/raw.csv", recipe=content)},
    )
    scene.put(run)
    return " from "


def other_params(scene: Scene) -> str:
    """The run says another learning rate than the recipe of what it made."""
    return scene.put(replace(scene.training()[1], params={"lr": 0.5, "seed": 42}))


def other_code(scene: Scene) -> str:
    run = scene.training()[1]
    assert run.code is not None
    return scene.put(replace(run, code=replace(run.code, digest=sha256_of(b"other"))))


def a_recipe_of_its_own(scene: Scene) -> str:
    artifact = scene.model()[1]
    return scene.put(replace(artifact, recipe=replace(artifact.recipe, id=sha256_of(b"mine"))))


def wrong_set(scene: Scene) -> str:
    stored, release = scene.find(Release)
    return scene.edit(stored, release.set_.encode(), sha256_of(b"x").encode())


def wrong_layer(scene: Scene) -> str:
    stored, release = scene.find(Release)
    return scene.edit(stored, release.layers.data.encode(), sha256_of(b"x").encode())


def a_wrong_reference(scene: Scene) -> str:
    content = replace(unverified(b"x"), digest=sha256_of(b"mine"))
    return scene.put(Artifact(name="r", kind="dataset", content=content, recipe=Recipe(id=content.digest)))


def lost_code(scene: Scene) -> str:
    scene.book.make("ghost", {}, {"out": ("ghost", b"ghost")}, code={"src/ghost.py": "boo\n"})
    return [scene.put(held.stored.record) for held in scene.book.held[-2:]][-1]


def other_content(scene: Scene) -> str:
    run = scene.training()[1]
    made = {"model": replace(run.outputs["model"], content=sha256_of(b"other"))}
    return scene.put(replace(run, outputs=made))


def other_input_content(scene: Scene) -> str:
    data = Input(artifact=scene.book.ledger.named("holdout")[0], content=sha256_of(b"other"), after="same")
    return scene.put(replace(scene.find(Evaluation)[1], data=data))


def a_member_of_another_run(scene: Scene) -> str:
    release = scene.find(Release)[1]
    members = {**release.members, "model": Member(artifact=scene.model()[0].id, run=scene.training(2)[0].id)}
    return scene.put(replace(release, members=members))


def a_collision(scene: Scene) -> str:
    """Threat A06: other bytes under the MD5 of the model."""
    content = replace(content_of(b"evil"), md5=md5_of(b"model 1"))
    return scene.put(Artifact(name="evil", kind="model", content=content, recipe=Recipe(id=content.digest)))


ATTACKS: dict[Attack, str] = {
    another_size: "GP-IMM-001",
    a_comment: "GP-YML-002",
    not_utf_8: "GP-YML-001",
    a_later_schema: "GP-SCH-001",
    a_field_is_missing: "GP-SCH-002",
    under_another_name: "GP-IMM-002",
    a_release_twice: "GP-IMM-002",
    a_foreign_file: "GP-IMM-003",
    a_committed_draft: "GP-IMM-003",
    executable: "GP-IMM-006",
    a_symlink: "GP-IMM-006",
    a_second_folder: "GP-GIT-006",
    a_twin_folder: "GP-GIT-006",
    no_attributes: "GP-GIT-007",
    weaker_attributes: "GP-GIT-007",
    an_artifact_is_gone: "GP-LIN-001",
    a_run_is_gone: "GP-LIN-001",
    an_evaluation_of_nothing: "GP-LIN-001",
    an_event_about_nothing: "GP-LIN-001",
    a_circle: "GP-LIN-002",
    other_params: "GP-LIN-003",
    other_code: "GP-LIN-003",
    a_recipe_of_its_own: "GP-LIN-003",
    wrong_set: "GP-LIN-003",
    wrong_layer: "GP-LIN-003",
    a_wrong_reference: "GP-LIN-003",
    lost_code: "GP-LIN-004",
    other_content: "GP-LIN-005",
    other_input_content: "GP-LIN-005",
    a_member_of_another_run: "GP-LIN-005",
    a_collision: "GP-BLB-003",
}
