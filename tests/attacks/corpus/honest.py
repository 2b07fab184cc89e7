"""What teams do all day: branches, merges of every kind, amended and removed proposals, updates, reverts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from gitprov.check.changes import PLAIN
from gitprov.doors.tampering import Story
from gitprov.ports.scratch import Commits, File, Files
from tests.attacks.corpus.history import founded, pool


def merged(base: Files, ours: Files, theirs: Files) -> dict[str, File]:
    """Returns what git makes of two branches that touched different files."""
    files = dict(ours)
    for path in {*base, *theirs}:
        if theirs.get(path) != base.get(path):
            files.pop(path, None)
            if path in theirs:
                files[path] = theirs[path]
    return files


@dataclass(slots=True)
class Team:
    """A team at work; `heads` are the commits that the protected branch has had, in this order."""

    random: Random
    commits: Commits = field(default_factory=Commits)
    heads: list[int] = field(default_factory=list)
    used: int = 0

    @property
    def head(self) -> int:
        """Where the protected branch is."""
        return self.heads[-1]

    @property
    def files(self) -> dict[str, File]:
        """What it has there."""
        return self.commits.files(self.head)

    def begin(self) -> None:
        """Makes the project: some code, then the trust root."""
        first = self.commits.commit({"README.md": File(PLAIN, b"a project\n")}, message="first")
        self.heads += [first, self.commits.commit(founded(), first, message="Set gitprov up")]

    def proposal(self, start: int, *, tidy: bool = False) -> tuple[int, list[int]]:
        """Makes a branch with code and records from a commit on; returns its tip and its commits.

        Unless it is tidy, something may be recorded on the way that is removed again.
        """
        files, tip, made = self.commits.files(start), start, list[int]()
        for _ in range(self.random.randint(1, 3)):
            self.used += 1
            files |= pool()[self.used % 60]
            files[f"src/part{self.used}.py"] = File(PLAIN, b"part = %d\n" % self.used)
            if not tidy and self.random.random() < 0.25:
                unwanted = pool()[40 + self.used % 20]
                if not unwanted.keys() & files.keys():
                    tip = self.commits.commit({**files, **unwanted}, tip, message="Try something")
                    made.append(tip)
            tip = self.commits.commit(files, tip, message=f"Part {self.used}")
            made.append(tip)
        return tip, made

    def start(self) -> int:
        """Returns where somebody branches off: mostly the head, sometimes an earlier one."""
        return self.random.choice(self.heads[max(1, len(self.heads) - 3) :])

    def onto(self, tip: int, start: int) -> dict[str, File]:
        """Returns the files of the protected branch with what a branch changed."""
        return merged(self.commits.made[start].files, self.files, self.commits.made[tip].files)

    def merge(self) -> None:
        start = self.start()
        tip, _ = self.proposal(start)
        self.heads.append(self.commits.commit(self.onto(tip, start), self.head, tip, message="Merge a branch"))

    def squash(self) -> None:
        start = self.start()
        tip, _ = self.proposal(start)
        self.heads.append(self.commits.commit(self.onto(tip, start), self.head, message="Squash a branch"))

    def fast_forward(self) -> None:
        self.heads.append(self.proposal(self.head, tidy=True)[0])

    def rebase(self) -> None:
        start = self.start()
        _, made = self.proposal(start, tidy=True)
        base, at = self.head, start
        for one in made:
            files = merged(self.commits.made[at].files, self.commits.files(base), self.commits.made[one].files)
            base, at = self.commits.commit(files, base, message=self.commits.made[one].message), one
        self.heads.append(base)

    def update(self) -> None:
        """The protected branch moves on, is merged into a branch, and then the branch is merged."""
        start = self.start()
        tip, _ = self.proposal(start)
        self.squash()
        files = self.onto(tip, start)
        tip = self.commits.commit(files, tip, self.head, message="Merge main into the branch")
        self.heads.append(self.commits.commit(files, self.head, tip, message="Merge the branch"))

    def octopus(self) -> None:
        start = self.head
        tips = [self.proposal(start)[0] for _ in range(2)]
        files = self.files
        for tip in tips:
            files = merged(self.commits.made[start].files, files, self.commits.made[tip].files)
        self.heads.append(self.commits.commit(files, start, *tips, message="Merge two branches"))

    def code(self) -> None:
        self.used += 1
        files = self.files | {f"src/part{self.used}.py": File(PLAIN, b"fixed = %d\n" % self.used)}
        self.heads.append(self.commits.commit(files, self.head, message="Mend the code"))

    def revert(self) -> None:
        """The fix that gitprov pastes: the code of a merge goes, its records stay."""
        before = self.files
        self.merge()
        records = {path: file for path, file in self.files.items() if path.startswith(".gitprov/")}
        self.heads.append(self.commits.commit({**before, **records}, self.head, message="Revert a merge"))

    def story(self) -> Story:
        """Returns the history up to now, with a record that somebody may be after."""
        kept = self.commits.files(self.heads[min(2, len(self.heads) - 3)])
        victims = [path for path in kept if path.startswith((".gitprov/artifacts/", ".gitprov/runs/"))]
        victim = self.random.choice(sorted(victims))
        data = kept[victim].data
        assert isinstance(data, bytes)
        return Story(self.commits, tuple(self.heads), victim, data, pool()[70])

    def work(self, landings: int) -> None:
        """Lands so many things, each in some way."""
        ways: list[Callable[[], None]] = [
            *(self.merge, self.squash, self.fast_forward, self.rebase),
            *(self.update, self.octopus, self.code, self.revert),
        ]
        for _ in range(landings):
            self.random.choice(ways)()


def honest(seed: str, landings: int = 6) -> Team:
    """Returns a team that has worked for a while."""
    team = Team(Random(seed))
    team.begin()
    team.merge()
    team.work(landings)
    team.squash()
    return team
