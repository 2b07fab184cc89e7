"""The team of tests/flows/promotion, for attacks on real git."""

from tests.flows.promotion.conftest import serving

__all__ = ["serving"]
