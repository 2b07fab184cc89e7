"""Who wrote the code of a release, as git names them: unsigned claims, so that they only ever exclude."""

from gitprov.check.landed import Landed
from gitprov.ids import Digest
from gitprov.ids.names import slug
from gitprov.ports.git import GitStore
from gitprov.recording.code import left_out
from gitprov.records import Record, Release, Run, Stored


def authors_of(git: GitStore, landed: Landed, release: Stored | None, before: Digest | None) -> tuple[str, ...]:
    """Returns the people of the trust root who wrote code of a release that the one in effect does not have, sorted.

    Of each run the commits that change its code are asked, from that of the same step's run before on (from the landing
    of the release before where that commit is not here), and whose id the author's name, or the local part of the
    e-mail address, comes down to.

    Args:
        git: The repository.
        landed: What landed.
        release: What shall serve.
        before: The release in effect, if there is one.
    """
    root = landed.roots.at(landed.chain.head)
    since, fallback = _before(git, landed, before)
    found: set[str] = set()
    for run in _runs(landed, release.record if release is not None else None):
        if run.code is not None:
            until = _here(git, run.code.commit) or landed.chain.commits[landed.chain.head]
            for name, mail in git.authors(until, run.code.paths, left_out(run), since=since.get(run.step, fallback)):
                found |= {slug(name), slug(mail.partition("@")[0])}
    return tuple(sorted(person for person in (root.root.people if root is not None else ()) if slug(person) in found))


def _before(git: GitStore, landed: Landed, release: Digest | None) -> tuple[dict[str, str], str | None]:
    """Returns step to the commit of its code in the release in effect, and the commit that landed that release."""
    landing = landed.landing(release) if release is not None else None
    if release is None or landing is None:
        return {}, None
    runs = _runs(landed, landed.ledger.releases[release])
    commits = {run.step: _here(git, run.code.commit) for run in runs if run.code is not None}
    return {step: one for step, one in commits.items() if one is not None}, landed.chain.commits[landing]


def _runs(landed: Landed, release: Record | None) -> list[Run]:
    if not isinstance(release, Release):
        return []
    named = [*(member.run for member in release.members.values()), *release.runs]
    return [landed.ledger.runs[one] for one in named if one in landed.ledger.runs]


def _here(git: GitStore, commit: str | None) -> str | None:
    return git.commit_of(commit.removeprefix("git:")) if commit is not None else None
