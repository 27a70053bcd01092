"""The people of the tests of selling: a customer, another customer, and staff who may everything."""

from __future__ import annotations

import pytest
from tests.billing.market import Market, open_market
from tests.http.selling.desk import Desk, customer_of, staff_of

from larabill_billing.customers.model import NewCustomer
from larabill_core.http.api import Api

__all__ = ["api", "me", "open_market", "other", "staff"]


@pytest.fixture
def api(market: Market) -> Api:
    return Api(market.engine)


@pytest.fixture
def me(api: Api, market: Market) -> Desk:
    """The market's customer."""
    return Desk(api, customer_of(market))


@pytest.fixture
def other(api: Api, market: Market) -> Desk:
    """Another customer of the same seller."""
    new = NewCustomer(name="Eve", email="eve@example.com", country="DE")
    return Desk(api, customer_of(market, market.engine.billing.customers.create(market.seller, new).id))


@pytest.fixture
def staff(api: Api, market: Market) -> Desk:
    """Staff of the seller who may everything."""
    return Desk(api, staff_of(market))
