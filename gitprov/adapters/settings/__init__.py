"""Settings: the files below `.gitprov/` that people edit, read strictly and edited with what people wrote kept."""

from gitprov.adapters.settings.edit import edit_settings
from gitprov.adapters.settings.files import FileSettings, StrictReader
from gitprov.adapters.settings.reader import read_settings

__all__ = ["FileSettings", "StrictReader", "edit_settings", "read_settings"]
