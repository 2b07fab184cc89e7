"""What people would type, with their own configuration: GitPython."""

import re

from gitprov.adapters.git.plumbing import Plumbing
from gitprov.errors import catalogue as codes


def create_repository(root: str) -> None:
    """Makes a repository with branch `main`.

    Raises:
        GitprovError: GP-GIT-003 with git's message.
    """
    import git

    try:
        git.Git().init("--quiet", "--initial-branch=main", "--", root)
    except git.GitCommandError as error:
        raise codes.GIT_FAILED.error("git init failed", why=_said(error)) from error


def push_branch(plumbing: Plumbing, *, dry_run: bool) -> str:
    """Pushes the current branch to where the person's configuration says, else to `origin`, which becomes its upstream.

    Raises:
        GitprovError: GP-GIT-003 with git's message.
    """
    import git

    def config(key: str) -> str:
        return plumbing.as_user("config", "--get", key, fine=(0, 1)).decode().strip()

    branch = plumbing.as_user("symbolic-ref", "--quiet", "--short", "HEAD", fine=(0, 1)).decode().strip()
    if not branch:
        raise codes.GIT_FAILED.error("HEAD is not on a branch", fix="git switch -c BRANCH, then gitprov push")
    if not plumbing.as_user("rev-parse", "--verify", "--quiet", "HEAD", fine=(0, 1)):
        raise codes.GIT_NO_COMMIT.error("there is no commit to push", fix="git commit, then gitprov push")
    upstream = config(f"branch.{branch}.remote")
    remote = config(f"branch.{branch}.pushRemote") or config("remote.pushDefault") or upstream or "origin"
    if remote not in plumbing.as_user("remote").decode().split() and not re.search(r"[/:]", remote):
        raise codes.GIT_FAILED.error(
            f"git has no remote {remote}", fix=f"git remote add {remote} URL, then gitprov push (--no-refs: bytes only)"
        )
    target = config(f"branch.{branch}.merge") if remote == upstream else f"refs/heads/{branch}"
    options = [*(["--dry-run"] if dry_run else []), *([] if upstream else ["--set-upstream"])]
    try:
        # Grafts are switched off by GIT_GRAFT_FILE, and git has a hint about that on every push.
        quiet = git.Git(plumbing.place.work_tree or plumbing.place.git_dir)(c="advice.graftFileDeprecated=false")
        _, out, err = quiet.push(
            *options, "--", remote, f"refs/heads/{branch}:{target}",
            env=plumbing.user_environment(), with_extended_output=True,
        )  # fmt: skip
    except git.GitCommandError as error:
        said = _said(error)
        fix = "git pull, then gitprov push" if "[rejected]" in said else "git push shows it again; mend what it names"
        raise codes.GIT_FAILED.error(f"git push to {remote} failed", why=said, fix=fix) from error
    return f"{out}\n{err}".strip()


def _said(error: Exception) -> str:
    stderr = str(getattr(error, "stderr", "")).strip()
    lines = map(str.strip, stderr.removeprefix("stderr: '").removesuffix("'").splitlines())
    return "; ".join(line for line in lines if line and not line.startswith("hint:"))
