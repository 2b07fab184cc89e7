"""What people would type, with their own configuration: GitPython."""

import re
from collections.abc import Sequence

from gitprov.adapters.git.plumbing import Plumbing, split
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ports.git import branch_name


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

    branch = current_branch(plumbing)
    if branch is None:
        raise codes.GIT_FAILED.error("HEAD is not on a branch", fix="git switch -c BRANCH && gitprov push")
    if not plumbing.as_user("rev-parse", "--verify", "--quiet", "HEAD", fine=(0, 1)):
        raise codes.GIT_NO_COMMIT.error("there is no commit to push", fix="git commit -m TEXT && gitprov push")
    upstream = config(f"branch.{branch}.remote")
    remote = config(f"branch.{branch}.pushRemote") or config("remote.pushDefault") or upstream or "origin"
    if remote not in plumbing.as_user("remote").decode().split() and not re.search(r"[/:]", remote):
        raise codes.GIT_FAILED.error(
            f"git has no remote {remote}", fix=f"git remote add {remote} URL && gitprov push  # --no-refs: bytes only"
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


def current_branch(plumbing: Plumbing) -> str | None:
    """Returns the branch that HEAD is on, None when it is on none."""
    return plumbing.as_user("symbolic-ref", "--quiet", "--short", "HEAD", fine=(0, 1)).decode().strip() or None


def branches(plumbing: Plumbing, prefix: str) -> dict[str, str]:
    """Returns full ref names to commits of the branches, local and remote-tracking, whose names begin with `prefix`."""
    answer = plumbing.read("for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/remotes").decode()
    refs = [line.split(" ", 1) for line in answer.splitlines()]
    return {ref: commit for commit, ref in refs if branch_name(ref).startswith(prefix)}


def switch_new(plumbing: Plumbing, branch: str, start: str) -> None:
    """Makes a branch at a commit and switches to it; what is staged or changed stays so, or git refuses."""
    plumbing.as_user("switch", "--quiet", "--no-track", "--create", branch, start)


def switch_back(plumbing: Plumbing, branch: str, before: str) -> None:
    """Switches to where HEAD was, a branch or a commit, and deletes a branch that `switch_new` made."""
    how = (
        () if plumbing.read("rev-parse", "--verify", "--quiet", f"refs/heads/{before}", fine=(0, 1)) else ("--detach",)
    )
    plumbing.as_user("switch", "--quiet", *how, before)
    plumbing.as_user("branch", "--quiet", "--delete", "--force", branch)


def commit_paths(plumbing: Plumbing, message: str, paths: Sequence[str]) -> str:
    """Commits these paths and nothing else, or all that is staged, as the person would: their hooks, their signing.

    Raises:
        GitprovError: GP-GIT-003 with what git or a hook said.
    """
    try:
        plumbing.as_user("commit", "--quiet", "--message", message, *(("--only", "--", *paths) if paths else ()))
    except GitprovError as error:
        raise codes.GIT_FAILED.error(
            "git commit failed", why=error.why, fix="mend what git or its hook names, then run the command again"
        ) from error
    return plumbing.read("rev-parse", "HEAD").decode().strip()


def revert(plumbing: Plumbing, commit: str, keep: str) -> list[str]:
    """Takes back what a commit changed, but for what lies below `keep`; returns the paths with conflicts.

    Raises:
        GitprovError: GP-GIT-003 with git's words.
    """
    merge = ("-m", "1") if plumbing.read("rev-parse", "--verify", "--quiet", f"{commit}^2", fine=(0, 1)) else ()
    failure = None
    try:
        plumbing.as_user("revert", "--no-commit", *merge, commit)
    except GitprovError as error:
        failure = error
        if not split(plumbing.read("diff", "--name-only", "--diff-filter=U", "-z")):
            raise
    if plumbing.read("ls-tree", "HEAD", "--", keep):
        plumbing.as_user("restore", "--source=HEAD", "--staged", "--worktree", "--", keep)
    return split(plumbing.read("diff", "--name-only", "--diff-filter=U", "-z")) if failure is not None else []


def _said(error: Exception) -> str:
    stderr = str(getattr(error, "stderr", "")).strip()
    lines = map(str.strip, stderr.removeprefix("stderr: '").removesuffix("'").splitlines())
    return "; ".join(line for line in lines if line and not line.startswith("hint:"))
