"""The fixtures of the tests of money over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.billing.market import Market, open_market
from tests.http.money.desk import Desk

__all__ = ["open_market"]


@pytest.fixture
def desk(open_market: Callable[..., Market]) -> Desk:
    """The gateway's account is `pay`; `blind` cannot look up its transactions."""
    blind = {
        "driver": "fake_gateway",
        "webhook_secret": {"env": "TEST_WEBHOOK_SECRET"},
        "world": ":memory:blind",
        "finds": False,
    }
    return Desk.open(open_market(accounts={"blind": blind}))
