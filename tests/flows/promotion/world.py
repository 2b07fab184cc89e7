"""A team on plain git: a bare origin, a clone and a home for each person, a trust root, policies, releases of churn.

It is made once for the process and copied for each test.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from gitprov.ids import sha256_of
from gitprov.recording.writing import sign_records
from gitprov.records import Event, Governance, History, Identity, Person, Role, Roles, Stored, TrustRoot, store
from gitprov.records.codec import to_data
from gitprov.trust.log import EMPTY
from gitprov.wiring.project import Project
from tests.support import Gitprov, Outcome, Repo, make_repo

_once = TemporaryDirectory(prefix="gitprov-world-")

PEOPLE = ("alice", "bob", "carol")
PROJECT = """\
schema: gitprov/project/v1
stages:
  staging: {}
  live:
    after: [staging]
  production:
    max_age_days: 30
"""
CATALOG = """\
schema: gitprov/catalog/v1
kind: model
owner: alice
"""
POLICY = """\
schema: gitprov/policy/v1
description: The model is good enough

rules:
  auc:
    when: metrics.holdout.auc.all(value, value >= 0.8)
    message: An evaluation of the suite holdout found an auc below 0.8, or there is none
    remedy: gitprov evaluate {name} --metrics METRICS.json --suite holdout
    applies_to: [promote, rollback]
    cases:
      - name: exactly the threshold
        facts: {metrics: {holdout: {auc: [0.8]}}}
        passes: true
      - name: below it
        facts: {metrics: {holdout: {auc: [0.79]}}}
        passes: false
  not-worse:
    when: >-
      incumbent == null
      || metrics.holdout.auc.all(ours, incumbent_metrics.holdout.auc.all(theirs, ours >= theirs))
    message: The auc of the suite holdout is below the incumbent's
    remedy: gitprov diff {incumbent} {candidate}
    cases:
      - name: as good
        passes: true
      - name: worse
        facts: {metrics: {holdout: {auc: [0.5]}}}
        passes: false
"""
SETTINGS = {
    ".gitprov/project.yaml": PROJECT,
    ".gitprov/catalog/churn.yaml": CATALOG,
    ".gitprov/policies/quality.yaml": POLICY,
}
TRAIN = "import sys; open(sys.argv[2], 'w').write(open(sys.argv[1]).read() + ' '.join(sys.argv[3:]) + '\\n')\n"


@contextmanager
def home(path: Path) -> Iterator[None]:
    """Lets gitprov and git find another person's home."""
    before = os.environ["HOME"]
    os.environ["HOME"] = str(path)
    try:
        yield
    finally:
        os.environ["HOME"] = before


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of the team: `alice("promote", "churn", ...)` runs the command line in her clone, with her keys."""

    name: str
    repo: Repo
    home: Path
    gitprov: Gitprov

    def __call__(self, *arguments: str | Path, status: int | None = 0) -> Outcome:
        """Runs one command of gitprov."""
        with home(self.home):
            return self.gitprov(*arguments, cwd=self.repo.path, status=status)

    def git(self, *arguments: str | Path) -> str:
        """Runs git and returns its stdout; fails the test if git fails."""
        return self.repo.git(*arguments)

    @contextmanager
    def project(self) -> Iterator[Project]:
        """The ports of the clone, for what a test does by library calls."""
        with home(self.home), chdir(self.repo.path):
            yield Project()

    @property
    def pem(self) -> str:
        """Their public key."""
        with self.project() as project:
            return project.signer.pem

    def pull(self) -> None:
        """Brings the branch main here to what origin has."""
        self.git("switch", "--quiet", "main")
        self.git("pull", "--quiet", "--ff-only")

    def share(self, message: str) -> str:
        """Commits everything on the branch main, pushes it with the bytes, and returns the commit."""
        commit = self.repo.commit(message)
        self.git("push", "--quiet", "origin", "HEAD:main")
        self.git("fetch", "--quiet")
        return commit

    def train(self, number: int, *, auc: float = 0.9) -> None:
        """Trains and evaluates another model named churn."""
        python = [sys.executable, "train.py", "{inputs.data}", "{outputs.model}", "{params.number}"]
        step = ["run", "--step", "train", "--input", "data=raw", "--param", f"number={number}", "--keep"]
        self(*step, "--output", "model=model.txt:churn:model", "--", *python)
        self.repo.write("metrics.json", json.dumps({"auc": auc}))
        self("evaluate", "churn", "--metrics", "metrics.json", "--suite", "holdout", "--data", "raw")

    def release(self, number: int, *, auc: float = 0.9) -> None:
        """Trains, evaluates, pushes the bytes, seals, and lands it."""
        self.train(number, auc=auc)
        self("push", "--no-refs")
        self("seal", "churn")
        self.share(f"Release churn v{number}")


@dataclass(frozen=True, slots=True)
class World:
    """The team, below one folder: origin.git, the DVC remote, and for each person a clone and a home.

    alice owns and produces; bob owns; both approve for production, one of them is enough; carol deploys, and decides
    nothing. Releases churn@v1 and churn@v2 have landed on main.
    """

    path: Path
    gitprov: Gitprov

    @property
    def alice(self) -> Someone:
        """Owner, producer, approver for production."""
        return self.someone("alice")

    @property
    def bob(self) -> Someone:
        """Owner, approver for production."""
        return self.someone("bob")

    @property
    def carol(self) -> Someone:
        """Deployer."""
        return self.someone("carol")

    @property
    def origin(self) -> Repo:
        """The bare repository that they share."""
        return Repo(self.path / "origin.git")

    @property
    def storage(self) -> Path:
        """The folder of the DVC remote."""
        return self.path / "alice.dvc-remote"

    def someone(self, name: str) -> Someone:
        """Returns a person by name; one who is new gets a clone and a home, and is in no trust root."""
        someone = Someone(name, Repo(self.path / name), self.path / f"home-{name}", self.gitprov)
        if not someone.repo.path.exists():
            Repo(self.path).git("clone", "--quiet", "origin.git", name)
            _settle(someone)
        return someone

    def land(self, branch: str, how: str = "merge", by: str = "alice") -> str:
        """Lands a branch that is in a person's clone on main and pushes it; returns the new head.

        Args:
            branch: Its name.
            how: merge, squash, rebase or fast-forward.
            by: Who presses the button.
        """
        someone = self.someone(by)
        someone.pull()
        match how:
            case "merge":
                someone.git("merge", "--quiet", "--no-ff", "-m", f"Merge {branch}", branch)
            case "squash":
                someone.git("merge", "--quiet", "--squash", branch)
                someone.git("commit", "--quiet", "-m", f"Squash {branch}")
            case "rebase":
                someone.git("switch", "--quiet", "--detach", branch)
                someone.git("rebase", "--quiet", "--no-ff", "main")
                someone.git("switch", "--quiet", "-C", "main")
            case "fast-forward":
                someone.git("merge", "--quiet", "--ff-only", branch)
            case _:
                raise ValueError(how)
        someone.git("push", "--quiet", "origin", "main")
        return someone.git("rev-parse", "HEAD")

    def promote(self, release: str, stage: str = "production", *, how: str = "merge", approver: str = "bob") -> str:
        """Lets alice ask for a release to serve a stage, somebody approve it and land it; returns NAME/STAGE/SEQ."""
        self.alice.pull()
        asked = self.alice("promote", release, "--to", stage, "--reason", "it is better", "--json").json()
        self.alice.git("push", "--quiet", "origin", asked["branch"])
        someone = self.someone(approver)
        someone.git("fetch", "--quiet")
        someone.git("switch", "--quiet", asked["branch"])
        someone("approve", asked["request"], "--yes")
        self.land(asked["branch"], how, by=approver)
        self.alice.pull()
        request: str = asked["request"]
        return request


def make_world(path: Path, gitprov: Gitprov) -> World:
    """Returns a copy of the team's folder at a path that is not there yet; nothing is in effect."""
    made = Path(_once.name) / "world"
    if not made.exists():
        _make(World(made, gitprov))
    return _copy(made, path, gitprov)


def make_serving(path: Path, gitprov: Gitprov) -> World:
    """Returns a copy in which churn@v1 is in effect in production, by churn/production/1."""
    made = Path(_once.name) / "serving"
    if not made.exists():
        make_world(made, gitprov).promote("churn@v1")
    return _copy(made, path, gitprov)


def _copy(made: Path, path: Path, gitprov: Gitprov) -> World:
    shutil.copytree(made, path, symlinks=True)
    return World(path, gitprov)


def _settle(someone: Someone) -> None:
    someone.home.mkdir()
    someone.git("config", "user.name", someone.name.capitalize())
    someone.git("config", "user.email", f"{someone.name}@example.org")
    someone.git("config", "gitprov.person", someone.name)


def _make(world: World) -> None:
    world.path.mkdir()
    alice = Someone("alice", make_repo(world.path / "alice"), world.path / "home-alice", world.gitprov)
    _settle(alice)
    alice.git("init", "--quiet", "--bare", world.path / "origin.git")
    alice.git("remote", "add", "origin", "../origin.git")  # the folder is copied
    alice("init")
    alice.repo.write("train.py", TRAIN)
    alice.repo.write("requirements.txt", f"click=={version('click')}\n")
    alice.repo.write(".gitignore", "__pycache__/\nmetrics.json\n")
    for setting, text in SETTINGS.items():
        alice.repo.write(setting, text)
    alice.repo.commit("Set up")
    alice.git("push", "--quiet", "--set-upstream", "origin", "main")
    for name in PEOPLE[1:]:
        world.someone(name).git("remote", "set-url", "origin", "../origin.git")
    _trust(world)
    alice.repo.write("data/raw.csv", "a,b\n1,2\n")
    alice("add", "data/raw.csv", "--name", "raw", "--kind", "dataset")
    alice.release(1)
    alice.release(2, auc=0.95)
    for name in PEOPLE[1:]:
        world.someone(name).pull()


def _trust(world: World) -> None:
    """Lands the first trust version, signed by everybody in it, and the settings, signed by the owners."""
    both = ("alice", "bob")
    root = TrustRoot(
        version=1,
        history=History(size=0, root=EMPTY),
        ref="refs/heads/main",
        people={name: Person(identities=(Identity(key=world.someone(name).pem),)) for name in PEOPLE},
        roles=Roles(
            owner=Role(people=both),
            producer=Role(people=("alice",)),
            deployer=Role(people=("carol",)),
            approver={"production": Role(people=both)},
        ),
    )
    governance = govern(before={}, after=SETTINGS, history=root.history)
    for stored, signers in ((store(root), PEOPLE), (governance, ("alice",))):
        world.alice.repo.write(stored.path, stored.data)
        for name in signers:
            sign_as(world.someone(name), stored, into=world.alice.repo)
    world.alice.share("Name who is trusted, and what is in force")


def govern(before: Mapping[str, str], after: Mapping[str, str], history: History) -> Stored:
    """Returns the governance record that brings settings into force: path to text before, and after."""
    change = Governance(
        before={path: sha256_of(text.encode()) for path, text in before.items()},
        after={path: sha256_of(text.encode()) for path, text in after.items()},
        history=history,
    )
    event = Event(
        kind="governance",
        actor="alice",
        at="2026-11-21T09:00:00Z",
        subjects=(),
        reason="agreed",
        details=to_data(change),
    )
    return store(event)


def sign_as(someone: Someone, stored: Stored, *, into: Repo) -> None:
    """Signs a record with a person's key and puts the signature into a clone, which need not be theirs."""
    with someone.project() as project:
        for path in sign_records(project, stored):
            data = (someone.repo.path / path).read_bytes()
            if into != someone.repo:
                (someone.repo.path / path).unlink()
                into.write(path, data)
