"""What lies beside the branches, in no work tree: refs, with a commit at the end of one and sending it, and a file."""

import os
from collections.abc import Iterator, Mapping

from gitprov.adapters.git.plumbing import Plumbing, joined
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes


def append(plumbing: Plumbing, ref: str, files: Mapping[str, bytes], message: str, before: str | None) -> str:
    """Adds a commit with these files, by name, to the end of a ref and returns it.

    Raises:
        GitprovError: GP-GIT-003 when the ref is not at `before` any more (None: not there), too.
    """
    durable = ("-c", "core.fsync=all")
    oids = {
        name: plumbing.as_user(*durable, "hash-object", "-w", "--no-filters", "--stdin", given=data).decode().strip()
        for name, data in files.items()
    }
    rows = joined(f"100644 blob {oid}\t{name}" for name, oid in sorted(oids.items()))
    tree = plumbing.as_user(*durable, "mktree", "-z", given=rows).decode().strip()
    parents = ("-p", before) if before is not None else ()
    made = plumbing.as_user(*durable, "commit-tree", *parents, "-F", "-", tree, given=message.encode())
    commit = made.decode().strip()
    absent = "0" * len(commit)
    plumbing.as_user(*durable, "update-ref", "--create-reflog", ref, commit, before or absent)
    return commit


def message_of(plumbing: Plumbing, commit: str) -> str:
    """Returns the whole message of a commit."""
    shown = plumbing.read("log", "--max-count=1", "--no-show-signature", "--format=%B", "--end-of-options", commit)
    return os.fsdecode(shown).strip("\n")


def tags(plumbing: Plumbing) -> Iterator[tuple[str, bool, str, str, str]]:
    """Yields every tag: name, whether it is annotated, what it is on, that one's id, and its time in seconds."""
    answer = plumbing.read(
        "for-each-ref",
        # The last of these is asked for so that git fails where what a tag is on is missing.
        "--format=%(refname:lstrip=2)%00%(objecttype)%00%(objectname)%00%(type)%00%(object)%00%(taggerdate:unix)%00"
        "%(*objectname)",
        "refs/tags/",
    )
    for line in os.fsdecode(answer).split("\n")[:-1]:
        name, kind, oid, on, target, seconds, _ = line.split("\0")
        yield (name, True, on, target, seconds) if kind == "tag" else (name, False, kind, oid, "")


def send(plumbing: Plumbing, ref: str, remote: str, *, dry_run: bool) -> None:
    """Pushes one ref to a remote, forward only.

    Raises:
        GitprovError: GP-GIT-003 with git's words, when the remote's is not an ancestor, too.
    """
    options = ("--dry-run",) if dry_run else ()
    try:
        plumbing.as_user("push", "--quiet", *options, "--", remote, f"{ref}:{ref}")
    except GitprovError as error:
        fix = "git push shows it again; mend what it names"
        if "[rejected]" in error.why:
            fix = f"git fetch {remote} +{ref}:{ref}, sign again, then publish again"
        raise codes.GIT_FAILED.error(f"{ref} cannot be pushed to {remote}", why=error.why, fix=fix) from error


def own_file(common_dir: str, name: str, data: bytes | None) -> str:
    """Returns the path of a file of ours in the git directory; writes it if there are bytes, whole or not at all.

    Raises:
        GitprovError: GP-IO-001.
    """
    path = os.path.join(common_dir, "gitprov", name)
    if data is None:
        return path
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(f"{path}.new", "wb") as file:
            file.write(data)
        os.replace(f"{path}.new", path)
    except OSError as error:
        raise codes.IO_FAILED.error(f"{path} cannot be written", why=error.strerror or str(error)) from None
    return path
