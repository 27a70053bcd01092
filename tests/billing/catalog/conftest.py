"""The fixtures of the tests of the catalogue."""

from tests.billing.market import market, quiet_market

__all__ = ["market", "quiet_market"]
