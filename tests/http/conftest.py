"""The fixtures of the tests of HTTP."""

from tests.billing.market import market
from tests.http.stage import shop

__all__ = ["market", "shop"]
