"""A request is checked against the catalogue, all faults at once and by key path (B05 to B08, B48)."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from tests.billing.market import CATALOG, item

from larabill_billing.catalog.data import FIELDS
from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.catalog.model import Plan, ReleasePolicy
from larabill_billing.orders.check import PricedLine, fingerprint, parse, price, strictest
from larabill_billing.orders.model import NewItem, PlaceOrder
from larabill_billing.periods.cycle import Cycle
from larabill_billing.pricing.model import PerUnit
from larabill_core.errors import InvalidInput
from larabill_core.ids import new_id

CUSTOMER = new_id()


def stored(text: str) -> dict[str, Plan]:
    return {
        definition.code: Plan(
            id=new_id(), seller_id=new_id(), version=1, **{name: getattr(definition, name) for name in FIELDS}
        )
        for definition in parse_catalog(text).plans
    }


PLANS = stored(CATALOG)


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
    for wrong in (wanted(item("box")), wanted(item("server", cycle=None))):
        assert list(faults(partial(price, wrong, PLANS, currency="EUR"))) == ["items[0].cycle"]


def test_the_strictest_policy_holds() -> None:
    paid, authorised, placed = ReleasePolicy.PAID, ReleasePolicy.AUTHORISED, ReleasePolicy.PLACED
    assert strictest([placed, authorised]) is authorised
    assert strictest([placed, authorised, paid]) is paid
    assert strictest([placed]) is placed


SHELF = """
[[plans]]
code = "vps"
name = "Server"
provision = true
regions = ["eu"]
quantity = { min = 2, max = 5 }
prices.EUR = { monthly = "9.00", annual = "90.00", setup = "1.00" }
phases = [{ cycles = 3, prices.EUR = { monthly = "1.00", annual = "50.00" } }]
conflicts = ["shared"]

[plans.options]
cores = { kind = "integer", min = 1, max = 64, prices.EUR = { monthly = "1.50", annual = "15.00" } }
backups = { kind = "boolean", prices.EUR = { monthly = "2.00", annual = "20.00" } }
system = { choices = { debian = {}, windows = { prices.EUR = { monthly = "10.00", annual = "100.00" } } } }

[[plans]]
code = "shared"
name = "Shared hosting"
prices.EUR = { monthly = "3.00" }

[[plans]]
code = "support"
name = "Support"
addon = true
requires = ["vps", "old"]
prices.EUR = { monthly = "5.00", annual = "50.00" }

[[plans]]
code = "phone"
name = "Telephone line"
addon = true
requires = ["support"]
prices.EUR = { monthly = "1.00" }

[[plans]]
code = "moving"
name = "Moving in"
addon = true
prices.EUR = { one_time = "30.00" }

[[plans]]
code = "try"
name = "Try it"
trial = { days = 14, needs_method = true }
prices.EUR = { monthly = "3.00" }

[[plans]]
code = "secret"
name = "For friends"
visibility = "hidden"
quantity = { max = 100000 }
prices.EUR = { monthly = "1.00" }

[[plans]]
code = "old"
name = "Old"
visibility = "archived"
prices.EUR = { monthly = "1.00" }
"""


ON_SHELF = stored(SHELF)


def vps(**changes: Any) -> NewItem:
    return item("vps", **{"quantity": 2, "region": "eu", "spec": {}, **changes})


def bare(code: str, **changes: Any) -> NewItem:
    return item(code, **{"region": "", "spec": {}, **changes})


def refused(*items: NewItem, **more: Any) -> dict[str, str]:
    return faults(lambda: price(wanted(*items), ON_SHELF, currency="EUR", **more))


def sold(*items: NewItem, **more: Any) -> tuple[PricedLine, ...]:
    return price(wanted(*items), ON_SHELF, currency="EUR", **more)


def test_a_line_has_the_prices_of_its_first_period() -> None:
    (line,) = sold(vps(spec={"backups": True, "system": "windows", "cores": 4}))
    assert line.price.model == PerUnit(unit_price=Decimal("1.00"))
    assert line.setup is not None
    assert line.setup.model == PerUnit(unit_price=Decimal("1.00"))
    assert [(option.label, option.quantity, option.unit_price) for option in line.options] == [
        ("backups", 1, Decimal("2.00")),
        ("cores", 4, Decimal("1.500000000000")),
        ("system windows", 1, Decimal("10.00")),
    ]


def test_a_number_that_is_left_out_is_as_small_as_it_may_be_and_costs_that() -> None:
    (line,) = sold(vps(spec={"backups": False, "system": "debian"}))
    assert line.spec == {"backups": False, "system": "debian", "cores": 1}
    assert [(option.label, option.quantity) for option in line.options] == [("cores", 1)]


@pytest.mark.parametrize("spec", [{"cores": 0}, {"cores": 65}, {"cores": True}, {"system": "plan9"}, {"backups": 1}])
def test_options_keep_to_their_limits(spec: dict[str, Any]) -> None:
    assert list(refused(vps(spec=spec))) == [f"items[0].spec.{next(iter(spec))}"]


@pytest.mark.parametrize("quantity", [1, 6])
def test_a_quantity_keeps_to_the_limits_of_its_plan(quantity: int) -> None:
    assert list(refused(vps(quantity=quantity))) == ["items[0].quantity"]


def test_only_units_that_become_services_are_counted_together() -> None:
    sold(bare("secret", quantity=100_000))
    assert list(refused(bare("secret", quantity=100_001))) == ["items[0].quantity"]


def test_a_hidden_plan_is_sold_and_an_archived_or_unknown_one_refused_by_name() -> None:
    sold(bare("secret"))
    found = refused(bare("old"), bare("none"))
    assert set(found) == {"items[0].plan_code", "items[1].plan_code"}
    assert "archived" in found["items[0].plan_code"]


def test_an_add_on_is_not_sold_alone_nor_with_add_ons_only() -> None:
    assert "is not sold alone" in refused(bare("moving", cycle=None))["items[0].plan_code"]
    assert set(refused(bare("moving", cycle=None), bare("phone"))) == {"items[0].plan_code", "items[1].plan_code"}
    sold(bare("moving", cycle=None), vps())


def test_a_plan_needs_one_of_those_it_requires_in_the_same_agreement() -> None:
    assert "needs another plan" in refused(bare("support"), bare("shared"))["items[0].plan_code"]
    sold(vps(), bare("support"))
    sold(vps(), bare("support"), bare("phone"))
    other_cycle = refused(vps(), bare("support", cycle=Cycle.ANNUAL))
    assert set(other_cycle) == {"items[1].plan_code"}


def test_conflicting_plans_are_refused_whoever_names_the_conflict() -> None:
    assert "together with shared" in refused(vps(), bare("shared"))["items[0].plan_code"]
    assert set(refused(bare("shared"), vps())) == {"items[1].plan_code"}


def test_a_trial_may_want_a_payment_method() -> None:
    assert "payment method" in refused(bare("try"))["items[0].plan_code"]
    sold(bare("try"), has_method=True)


def test_faults_of_all_rules_are_told_together() -> None:
    found = refused(
        vps(quantity=9, region="mars", spec={"cores": 99}),
        bare("shared", cycle=Cycle.ANNUAL),
        bare("support", cycle=Cycle.WEEKLY),
        bare("try"),
        bare("old"),
    )
    assert set(found) == {
        "items[0].quantity",
        "items[0].region",
        "items[0].spec.cores",
        "items[1].cycle",
        "items[2].cycle",
        "items[2].plan_code",
        "items[3].plan_code",
        "items[4].plan_code",
    }


@pytest.mark.parametrize("cycle", ["hourly", "", 1, True, "0_days", "121_months", [], {}])
def test_what_is_no_cycle_is_refused_at_its_place(cycle: object) -> None:
    assert list(faults(lambda: parse(plain(items=[line(cycle=cycle)])))) == ["items[0].cycle"]


def test_equal_cycles_are_the_same_request() -> None:
    data = plain(items=[line(cycle="12_months")])
    assert parse(data).items[0].cycle == Cycle.ANNUAL
    assert fingerprint(parse(data)) == fingerprint(parse({**data, "items": [line(cycle="annual")]}))
    assert parse(plain(items=[line(cycle=None)])).items[0].cycle is None
