"""The fixtures of the tests of agreements."""

from tests.billing.market import market, quiet_market

__all__ = ["market", "quiet_market"]
