"""Recipes: the stable id of an artifact, known before it is made (demand 1).

docs/format.md, "Recipes". The same inputs, code, parameters and environment give the same id on any machine.
"""

from collections.abc import Mapping, Sequence

from gitprov.ids.digests import Digest
from gitprov.ids.jcs import digest_of
from gitprov.ids.values import Value, sort_key

UNKNOWN = "unknown"
"""Stands for a code or environment digest that nobody knows; such a recipe is never served from the cache."""


def recipe_id(
    *,
    step: str,
    command: Sequence[str],
    cwd: str,
    inputs: Mapping[str, Digest],
    code: str,
    params: Mapping[str, Value],
    environment: str,
    output: str,
) -> Digest:
    """Returns the id of the recipe of one output.

    Args:
        step: The step's name.
        command: The argument list before `{…}` substitution; paths inside the repository relative to its root.
        cwd: Where it runs, relative to the repository's root; "." is the root.
        inputs: Role to content digest: the same bytes under another name are the same recipe.
        code: The code digest, or UNKNOWN.
        params: The parameters.
        environment: The environment digest, or UNKNOWN.
        output: The role of this output.

    Raises:
        GitprovError: As `normalize` does, for parameters that no record can hold.
    """
    return digest_of(
        {
            "code": code,
            "command": list(command),
            "cwd": cwd,
            "environment": environment,
            "inputs": dict(inputs),
            "output": output,
            "params": dict(params),
            "step": step,
        }
    )


def environment_digest(
    *,
    container: str | None,
    locks: Mapping[str, Digest],
    variables: Mapping[str, str],
    packages: Digest | None = None,
) -> Digest:
    """Returns the environment digest of a run.

    Args:
        container: IMAGE@sha256:DIGEST, or None.
        locks: Lock file, relative to the repository's root, to the digest of its bytes.
        variables: The declared environment variables that are set.
        packages: Digest of the installed packages, where there is neither container nor lock.
    """
    return digest_of(
        {
            "container": container,
            "locks": [{"path": path, "sha256": locks[path]} for path in sorted(locks, key=sort_key)],
            "variables": dict(variables),
            **({} if packages is None else {"packages": packages}),
        }
    )
