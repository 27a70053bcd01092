"""A request is checked against the catalogue, all faults at once and by key path (B05 to B08, B48)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import attrs
import pytest
from tests.billing.market import CATALOG, item

from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.catalog.model import Plan, ReleasePolicy
from larabill_billing.orders.check import fingerprint, parse, price, strictest
from larabill_billing.orders.model import PlaceOrder
from larabill_billing.periods.cycle import Cycle
from larabill_core.errors import InvalidInput
from larabill_core.ids import new_id

CUSTOMER = new_id()
PLANS = {
    definition.code: Plan(
        id=new_id(),
        seller_id=new_id(),
        version=1,
        **{field.name: getattr(definition, field.name) for field in attrs.fields(type(definition))},
    )
    for definition in parse_catalog(CATALOG).plans
}


def plain(**changes: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "order_uuid": str(new_id()),
        "customer_id": str(CUSTOMER),
        "currency": "EUR",
        "items": [line()],
    }
    return {**data, **changes}


def line(**changes: Any) -> dict[str, Any]:
    return {"plan_code": "web", "cycle": "monthly", "region": "eu", **changes}


def wanted(*items: Any, currency: str = "EUR") -> PlaceOrder:
    return PlaceOrder(order_uuid=new_id(), customer_id=CUSTOMER, currency=currency, items=items)


def faults(check: Callable[[], object]) -> dict[str, str]:
    with pytest.raises(InvalidInput) as raised:
        check()
    return {fault.path: fault.problem for fault in raised.value.faults}


def test_plain_data_and_typed_requests_are_the_same() -> None:
    data = plain()
    typed = PlaceOrder(order_uuid=UUID(data["order_uuid"]), customer_id=CUSTOMER, currency="EUR", items=(item(),))
    assert parse(data) == typed
    assert fingerprint(parse(json.loads(json.dumps(data)))) == fingerprint(typed)


UNKNOWN = ["price", "total", "status", "is_admin", "seller_id", "__class__", "id", "items.0.price"]


@pytest.mark.parametrize("field", UNKNOWN)
def test_unknown_fields_are_refused(field: str) -> None:
    found = faults(lambda: parse(plain(items=[line(**{field: "1"})], **{field: "1"})))
    assert len(found) == 2
    assert set(found.values()) == {"is not known"}


BAD_QUANTITIES = [0, -1, 0.5, 10**9, 2**63, "1", "1e3", True, [1], None, "\u0661\u0662", "1_000"]


@pytest.mark.parametrize("quantity", BAD_QUANTITIES)
def test_bad_quantities_are_refused(quantity: object) -> None:
    assert list(faults(lambda: parse(plain(items=[line(quantity=quantity)])))) == ["items[0].quantity"]


@pytest.mark.parametrize("customer", ["", "1", 1, None, "01890000-0000-7000-8000-00000000000A", [], True, {}, 2**63])
def test_confused_ids_are_refused(customer: object) -> None:
    assert list(faults(lambda: parse(plain(customer_id=customer)))) == ["customer_id"]


@pytest.mark.parametrize("items", [[], None, {}, "web", [[]], [line()] * 101])
def test_no_items_and_too_many_are_refused(items: object) -> None:
    assert all(path.startswith("items") for path in faults(lambda: parse(plain(items=items))))


def test_all_faults_are_told_at_once_by_their_path() -> None:
    bad = wanted(
        item("web", region="mars", spec={"domain": "a.example", "root": "yes"}),
        item("hidden"),
        item("server", cycle=Cycle.WEEKLY, region="eu"),
        item("web", name="4111 1111 1111 1111", quantity=0),
        currency="USD",
    )
    assert set(faults(lambda: price(bad, PLANS, currency="EUR"))) == {
        "currency",
        "items[0].region",
        "items[0].spec.root",
        "items[0].cycle",
        "items[1].plan_code",
        "items[2].region",
        "items[2].cycle",
        "items[3].quantity",
        "items[3].name",
        "items[3].cycle",
    }


@pytest.mark.parametrize("name", ["x" * 201, " a", "a\nb", "a\u0000"])
def test_bad_names_are_refused(name: str) -> None:
    assert list(faults(lambda: price(wanted(item(name=name)), PLANS, currency="EUR"))) == ["items[0].name"]


def test_too_many_units_are_refused() -> None:
    found = faults(lambda: price(wanted(item(quantity=600), item(quantity=600)), PLANS, currency="EUR"))
    assert list(found) == ["items"]


def test_a_one_time_plan_has_no_cycle_and_a_recurring_one_needs_one() -> None:
    assert price(wanted(item("box", cycle=None)), PLANS, currency="EUR")[0].price.cycle is None
    for wrong in (item("box"), item("server", cycle=None)):
        assert list(faults(lambda wrong=wrong: price(wanted(wrong), PLANS, currency="EUR"))) == ["items[0].cycle"]


def test_the_strictest_policy_holds() -> None:
    paid, authorised, placed = ReleasePolicy.PAID, ReleasePolicy.AUTHORISED, ReleasePolicy.PLACED
    assert strictest([placed, authorised]) is authorised
    assert strictest([placed, authorised, paid]) is paid
    assert strictest([placed]) is placed
