"""The fixtures of the tests of agreements."""

from tests.billing.market import market, open_market, quiet_market

__all__ = ["market", "open_market", "quiet_market"]
