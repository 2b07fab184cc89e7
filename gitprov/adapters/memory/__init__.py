"""What this machine remembers: one JSON file for each project and protected ref, in the user's state folder."""

from gitprov.adapters.memory.files import FileMemory

__all__ = ["FileMemory"]
