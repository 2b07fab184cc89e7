"""The project of the remedies, which is small and pushed."""

from tests.remedies.conftest import project

__all__ = ["project"]
