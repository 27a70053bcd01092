"""What a catalogue in force does to a shop that sells: its meters, and the stock that is taken already."""

from __future__ import annotations

import pytest
from tests.billing.market import CATALOG, Market, item

from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.catalog.meters import Aggregation
from larabill_billing.catalog.model import Catalogue, Stock
from larabill_core.errors import InvalidInput

METER = """
[[meters]]
code = "traffic"
aggregation = "sum"
unit = "GB"
"""


def limited(stock: str) -> Catalogue:
    return parse_catalog(CATALOG.replace('code = "web"', f'code = "web"\nstock = {stock}'))


def test_a_catalogue_defines_its_meters(market: Market) -> None:
    market.engine.billing.catalog.load(market.seller, parse_catalog(CATALOG + METER))
    found = market.run(lambda tx: tx.billing.usage.meters())
    assert {code: (meter.aggregation, meter.unit) for code, meter in found.items()} == {
        "traffic": (Aggregation.SUM, "GB")
    }


def test_a_limit_that_is_new_counts_the_services_that_live(market: Market) -> None:
    market.place(item(quantity=3))
    market.place(item(quantity=2, region="us"))
    market.engine.billing.orders.cancel(market.seller, market.place(item(quantity=4)).id)
    market.engine.billing.catalog.load(market.seller, limited("{ eu = 10 }"))
    assert market.engine.billing.catalog.stock(market.seller) == [
        Stock(plan_code="web", region="eu", total=10, taken=3)
    ]


def test_an_archived_plan_is_refused_in_an_order_by_name(market: Market) -> None:
    archived = CATALOG.replace('code = "web"', 'code = "web"\nvisibility = "archived"')
    market.engine.billing.catalog.load(market.seller, parse_catalog(archived))
    with pytest.raises(InvalidInput, match=r"items\[0\]\.plan_code: is archived.*'web'"):
        market.place(item())
    assert market.invoices() == []
