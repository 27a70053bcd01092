"""Usage over HTTP: recorded once, all or nothing, and seen by whose it is."""

from __future__ import annotations

from typing import Any

import pytest
from tests.billing.market import CATALOG, Market, item
from tests.http.selling.desk import Desk, pointers

from larabill_billing.catalog.loader import parse_catalog
from larabill_core.ids import public_id

METERED = """
[[meters]]
code = "traffic"
aggregation = "sum"
unit = "GB"

[[plans]]
code = "cdn"
name = "CDN"
prices.EUR = { monthly = "1.00" }
usage = [{ meter = "traffic", prices = { EUR = { model = "per_unit", unit_price = "0.05" } } }]
"""


@pytest.fixture
def cdn(market: Market) -> str:
    """A running agreement with a meter."""
    market.engine.billing.catalog.load(market.seller, parse_catalog(CATALOG + METERED))
    order = market.place(item("cdn"))
    assert order.invoice_id is not None
    market.pay(order.invoice_id)
    return public_id("sub", market.subscription(order).id)


def event(cdn: str, market: Market, id: str = "e1", **more: Any) -> dict[str, Any]:
    now = market.clock.now().isoformat()
    given = {"idempotency_id": id, "subscription_id": cdn, "meter": "traffic", "quantity": "12.5", "occurred_at": now}
    return {**given, **more}


def days(market: Market) -> str:
    today = market.clock.now().date()
    return f"start_on={today.isoformat()}&end_on={today.replace(year=today.year + 1).isoformat()}"


def test_what_staff_record_the_customer_sees(me: Desk, staff: Desk, market: Market, cdn: str) -> None:
    one = event(cdn, market)
    assert staff.post("/usage", {"events": [one, event(cdn, market, "e2")]}) == {"new": 2, "known": 0}
    assert staff.post("/usage", {"events": [one]}) == {"new": 0, "known": 1}
    (used,) = me.get("/subscriptions/{subscription}/usage", query=days(market), subscription=cdn)["items"]
    assert (used["meter"], used["unit"], used["quantity"], used["plan_code"]) == ("traffic", "GB", "25", "cdn")


def test_one_event_with_a_fault_and_none_is_recorded(me: Desk, staff: Desk, market: Market, cdn: str) -> None:
    wrong = [event(cdn, market), event(cdn, market, "e2", meter="none"), event(cdn, market, "e3", quantity="-1")]
    assert pointers(staff.post("/usage", {"events": wrong}, status=422)) == {"/events/1/meter", "/events/2/quantity"}
    (used,) = me.get("/subscriptions/{subscription}/usage", query=days(market), subscription=cdn)["items"]
    assert used["quantity"] == "0"


def test_an_event_says_what_it_must_and_no_more(staff: Desk, market: Market, cdn: str) -> None:
    wrong: dict[str, tuple[Any, ...]] = {
        "quantity": ("NaN", "1e3", "١٢", "1_000", " 1", "+1", 1, 0.5, True, "9" * 16, "0." + "0" * 12 + "1"),
        "subscription_id": ("", "1", "sub_1", cdn.upper(), 1, None, True, "sub_" + "0" * 32),
        "occurred_at": ("2026-01-01", "2026-01-01T00:00:00", 1, None, "2999-01-01T00:00:00Z"),
        "idempotency_id": ("", " ", "a b", "ü", "x" * 129, 1, None),
        "price": ("1",),
    }
    for field, values in wrong.items():
        for value in values:
            body = {"events": [{**event(cdn, market), field: value}]}
            assert pointers(staff.post("/usage", body, status=422)) == {f"/events/0/{field}"}, value
    none: tuple[Any, ...] = ([], None, {}, [None], [[]])
    for events in none:
        staff.post("/usage", {"events": events}, status=422)


def test_usage_is_recorded_by_staff_only(me: Desk, market: Market, cdn: str) -> None:
    me.post("/usage", {"events": [event(cdn, market)]}, status=403)


def test_usage_of_somebody_else_is_not_there(other: Desk, market: Market, cdn: str) -> None:
    other.get("/subscriptions/{subscription}/usage", query=days(market), status=404, subscription=cdn)


def test_the_days_that_are_asked_for_make_sense(me: Desk, cdn: str) -> None:
    for query in (
        *("", "start_on=2026-01-01", "start_on=2026-01-02&end_on=2026-01-01", "start_on=2026-01-01&end_on=2026-01-01"),
        *("start_on=0001-01-01&end_on=2026-01-01", "start_on=2026-01-01&end_on=9999-12-31", "start_on=x&end_on=y"),
        *("start_on=2026-01-01T00:00:00Z&end_on=2026-02-01", "start_on=2026-01-01&end_on=2026-02-01&meter=x"),
    ):
        me.get("/subscriptions/{subscription}/usage", query=query, status=422, subscription=cdn)
