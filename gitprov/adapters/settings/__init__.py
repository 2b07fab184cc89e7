"""Settings: the files below `.gitprov/` that people edit, read strictly and edited with their comments kept."""

from gitprov.adapters.settings.files import FileSettings

__all__ = ["FileSettings"]
