"""The small project of the recording flows, for questions about what was really recorded."""

from tests.flows.recording.conftest import project, train

__all__ = ["project", "train"]
