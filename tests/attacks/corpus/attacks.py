"""The attacks on a history: each takes what an honest team has and returns where the protected branch is led to.

Threats A01 to A03: what is done to a record in a step, in a merge, and to the order of steps.
"""

from collections.abc import Callable

from tests.attacks.corpus.history import File, pool
from tests.attacks.corpus.honest import Team

Attack = Callable[[Team], int]


def victim(team: Team) -> str:
    """Returns a record that has landed."""
    return team.random.choice(sorted(path for path in team.files if "/artifacts/" in path or "/runs/" in path))


def on_top(team: Team, files: dict[str, File]) -> int:
    return team.commits.commit(files, team.head, message="Clean up")


def modify(team: Team) -> int:
    path = victim(team)
    mode, data = team.files[path]
    return on_top(team, {**team.files, path: (mode, data.replace(b"size: ", b"size: 1").replace(b"ann", b"bob"))})


def delete(team: Team) -> int:
    path = victim(team)
    return on_top(team, {name: file for name, file in team.files.items() if name != path})


def delete_then_readd(team: Team) -> int:
    files = team.files
    return team.commits.commit(files, delete(team), message="Put it back")


def rename(team: Team) -> int:
    files, path = team.files, victim(team)
    files[path.replace("/artifacts/", "/artifacts/other-").replace("/runs/", "/runs/other-")] = files.pop(path)
    return on_top(team, files)


def mode(team: Team) -> int:
    path = victim(team)
    return on_top(team, {**team.files, path: ("100755", team.files[path][1])})


def symlink(team: Team) -> int:
    return on_top(team, {**team.files, victim(team): ("120000", b"../../../README.md")})


def submodule(team: Team) -> int:
    return on_top(team, {**team.files, victim(team): ("160000", b"1" * 40)})


def evil_merge(team: Team, do: Callable[[Team], int]) -> int:
    """Hides a change in a merge that brings something else: no parent differs from the other in that file."""
    team.merge()
    honest = team.heads.pop()
    _, side = team.commits.made[honest].parents
    other = team.commits.made[do(team)].files
    kept = {path: file for path, file in team.commits.files(honest).items() if path in other or path not in team.files}
    files = kept | {path: file for path, file in other.items() if team.files.get(path) != file}
    return team.commits.commit(files, team.head, side, message="Merge a branch")


def evil_merge_delete(team: Team) -> int:
    return evil_merge(team, delete)


def evil_merge_modify(team: Team) -> int:
    return evil_merge(team, modify)


def squash_drop(team: Team) -> int:
    """A branch that began before a record landed is squashed over it."""
    newest = next(iter(pool()[team.used % len(pool())]))
    team.squash()
    files = team.commits.files(team.heads.pop())
    return on_top(team, {path: file for path, file in files.items() if path != newest})


def foxtrot(team: Team, start: int, lost: str | None) -> int:
    tip, _ = team.proposal(start, tidy=True)
    files = {path: file for path, file in team.onto(tip, start).items() if path != lost}
    return team.commits.commit(files, tip, team.head, message="Merge branch 'main' of origin")


def foxtrot_keeping(team: Team) -> int:
    return foxtrot(team, team.heads[-2], None)


def foxtrot_dropping(team: Team) -> int:
    """The record landed after the branch began: on the new first-parent chain it never was."""
    team.squash()
    start = team.heads[-2]
    lost = sorted(path for path in team.files.keys() - team.commits.files(start).keys() if path.startswith(".gitprov/"))
    return foxtrot(team, start, lost[0])


def rewind(team: Team) -> int:
    return team.heads[-2]


def rewrite(team: Team, change: Callable[[int, dict[str, File]], dict[str, File]]) -> int:
    """Makes the first-parent chain again from its third commit on, as a force-push would have it."""
    chain = team.commits.chain(team.head)
    at = chain[1]
    for number in chain[2:]:
        files = change(number, team.commits.files(number))
        at = team.commits.commit(files, at, message=f"{team.commits.made[number].message}.")
    return at


def rewrite_keeping(team: Team) -> int:
    return rewrite(team, lambda _number, files: files)


def rewrite_dropping(team: Team) -> int:
    lost = victim(team)
    return rewrite(team, lambda _number, files: {path: file for path, file in files.items() if path != lost})


def backdated(team: Team) -> int:
    """A record appears to have landed before everything else."""
    return rewrite(team, lambda _number, files: {**files, **pool()[35]})


def orphan(team: Team) -> int:
    """All that is there, without a past."""
    return team.commits.commit(team.files, message="first")


KINDS: dict[str, Attack] = {
    one.__name__.replace("_", "-"): one
    for one in (
        *(modify, delete, delete_then_readd, rename, mode, symlink, submodule, evil_merge_delete, evil_merge_modify),
        *(squash_drop, foxtrot_keeping, foxtrot_dropping, rewind, rewrite_keeping, rewrite_dropping, backdated, orphan),
    )
}
