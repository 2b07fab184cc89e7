"""DVC's own files, read and written without DVC: `gitprov.ports.dvc.DvcProject`."""

from gitprov.adapters.dvc.config import RemoteConfig
from gitprov.adapters.dvc.project import DvcFiles, find_dvc_root

__all__ = ["DvcFiles", "RemoteConfig", "find_dvc_root"]
