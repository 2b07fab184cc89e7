"""Wherever a deployment dies, the folder never says what is not so, and the same command finishes (demand 20)."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from gitprov.adapters.folder import PlainFolder
from gitprov.ports.folder import Folder, Measured
from gitprov.ports.progress import Progress
from gitprov.promotion.deploy import deploy, plan_deploy
from gitprov.promotion.serve_check import Expected, serve_check
from tests.flows.deploy.team import TARGET, deploy_options, pin, promote
from tests.flows.promotion.world import World


class DiedError(Exception):
    """Stands for the death of the process."""


@dataclass(frozen=True, slots=True)
class Mortal:
    """A folder whose user dies before the change number `last`."""

    folder: Folder
    last: int
    done: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        return self.folder.path

    def files(self) -> list[str]:
        return self.folder.files()

    def read(self, name: str) -> bytes | None:
        return self.folder.read(name)

    def measure(self, name: str, *, progress: Progress | None = None) -> Measured | None:
        return self.folder.measure(name, progress=progress)

    def write(self, name: str, data: bytes) -> None:
        self._live(name)
        self.folder.write(name, data)

    def move(self, name: str, to: str) -> None:
        self._live(name)
        self.folder.move(name, to)

    def remove(self, name: str) -> None:
        self._live(name)
        self.folder.remove(name)

    def _live(self, name: str) -> None:
        if len(self.done) == self.last:
            raise DiedError
        self.done.append(name)


def test_a_folder_is_whole_or_refused_wherever_a_deployment_dies(team: World) -> None:
    team.carol("deploy", TARGET, *deploy_options(team))
    promote(team, "churn@v2")
    expected, states = Expected(pin=pin(team)), []
    with team.carol.project() as project:
        plan = plan_deploy(project, *TARGET.split("/"))
        for last in range(100):
            folder = PlainFolder(str(shutil.copytree(team.path / "srv", team.path / f"srv-{last}")))
            try:
                deploy(project, Mortal(folder, last), plan)
            except DiedError:
                served = serve_check(folder, project.verifier, expected)
                states.append(served.manifest.release.version if served.manifest and not served.findings else None)
                deploy(project, folder, plan)
            else:
                break
            served = serve_check(folder, project.verifier, expected)
            assert (served.findings, served.manifest and served.manifest.release.version) == ((), 2)
            assert len(list(Path(folder.path).iterdir())) == 4
    assert set(states) == {1, 2, None}
    assert states == sorted(states, key=[1, None, 2].index)
