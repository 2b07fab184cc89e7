"""The team of tests/flows/promotion, and the clone of tests/flows/doors, for attacks on real git."""

from tests.flows.doors.conftest import alice
from tests.flows.promotion.conftest import serving

__all__ = ["alice", "serving"]
