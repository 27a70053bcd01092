"""The fixtures of the tests of HTTP."""

from tests.billing.market import market

__all__ = ["market"]
