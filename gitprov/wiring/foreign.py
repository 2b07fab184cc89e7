"""What is needed to look at what other tools keep."""

import os

from gitprov.ports.mlflow import MlflowStore
from gitprov.wiring.project import Project


def open_mlflow(project: Project, address: str) -> MlflowStore:
    """Returns a server or a file store of MLflow's; what is downloaded waits in the git directory for the cache.

    Raises:
        GitprovError: GP-MLF-001 and GP-SEC-001 for the address.
    """
    from gitprov.adapters.mlflow import open_mlflow as open_store

    return open_store(address, variables=os.environ, home=os.path.dirname(project.git.own_file("mlflow")))
