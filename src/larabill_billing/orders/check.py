"""A request checked against the catalogue, and priced by it: pure, every fault at once, by key path (B05 to B08)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import attrs
import msgspec

from larabill_billing.catalog.model import Plan, Price, ReleasePolicy
from larabill_billing.catalog.options import check_spec
from larabill_billing.catalog.prices import PricedOption, option_prices, price_for, setup_price
from larabill_billing.catalog.selling import (
    MOST_SERVICES,
    MOST_UNITS,
    check_company,
    check_quantity,
    check_region,
    sold,
)
from larabill_billing.customers.checks import check_billing_day, check_text
from larabill_billing.discounts.check import check_codes
from larabill_billing.orders.model import NewItem, PlaceOrder
from larabill_billing.periods.cycle import Cycle
from larabill_core.errors import Faults, InvalidInput, join
from larabill_core.money import parse_currency, parse_quantity
from larabill_core.privacy import refuse_pan
from larabill_core.structure import structure

T = TypeVar("T")

MOST_ITEMS = 100
LONGEST_NAME = 200

_STRICTEST = (ReleasePolicy.PAID, ReleasePolicy.AUTHORISED, ReleasePolicy.PLACED)


@attrs.frozen(kw_only=True)
class PricedLine:
    """An item that may be sold: its plan, its checked configuration, and its prices.

    `price` is that of the first period, or the one-time price; `options` are what the configuration costs on top.
    """

    item: NewItem
    plan: Plan
    spec: Mapping[str, Any]
    price: Price
    setup: Price | None
    options: tuple[PricedOption, ...]


def parse(data: object) -> PlaceOrder:
    """A request from plain data. Raises `InvalidInput`: unknown fields, among them any price, are refused (B05)."""
    faults = Faults()
    request = structure(PlaceOrder, data, faults)
    if request is not None:
        _shape(request, faults)
    faults.raise_if_any()
    if request is None:
        raise AssertionError("what cannot be structured has faults")
    return request


def price(
    request: PlaceOrder, plans: Mapping[str, Plan], *, currency: str, has_method: bool = False
) -> tuple[PricedLine, ...]:
    """Every line with what the catalogue says.

    `plans` are those in force by code, `currency` is the customer's, `has_method` whether they have a payment method.
    Raises `InvalidInput` with all faults: a plan that is archived, retired or unknown, a price that there is none of,
    an option, region or quantity that the plan does not have, a trial that asks for a payment method, an add-on alone,
    a plan without one it requires or beside one it conflicts with.
    """
    faults = Faults()
    _shape(request, faults)
    if request.currency != currency:
        faults.add("currency", "is not the customer's", value=request.currency, remedy=f"order in {currency}")
    lines = []
    for index, item in enumerate(request.items):
        with faults.at("items", index):
            line = _line(item, plans.get(item.plan_code), request.currency, has_method, faults)
        if line is not None:
            lines.append(line)
    _company(request.items, plans, faults)
    _services(request.items, plans, faults)
    faults.raise_if_any()
    return tuple(lines)


def _company(items: Sequence[NewItem], plans: Mapping[str, Plan], faults: Faults) -> None:
    """Who may be sold beside whom: items of the same cycle become one agreement; what is sold once goes with all."""
    known = [(item, plans[item.plan_code]) for item in items if item.plan_code in plans]
    for index, item in enumerate(items):
        plan = plans.get(item.plan_code)
        if plan is None:
            continue
        others = [
            other
            for each, other in known
            if each is not item and (item.cycle is None or each.cycle is None or each.cycle == item.cycle)
        ]
        check_company(plan, others, faults, join("items", index, "plan_code"))


def _services(items: Sequence[NewItem], plans: Mapping[str, Plan], faults: Faults) -> None:
    """Each unit that is provisioned becomes a service."""
    units = sum(
        item.quantity
        for item in items
        if item.plan_code in plans and plans[item.plan_code].provision and isinstance(item.quantity, int)
    )
    if units > MOST_SERVICES:
        remedy = "place several orders"
        faults.add("items", f"are more than {MOST_SERVICES} units together", value=units, remedy=remedy)


def _shape(request: PlaceOrder, faults: Faults) -> None:
    """What can be said without the catalogue."""
    _try(faults, partial(parse_currency, request.currency))
    _try(faults, partial(check_text, request.purchase_order, "purchase_order"))
    _try(faults, partial(check_billing_day, request.billing_day, "billing_day"))
    check_codes(request.codes, faults)
    if not 1 <= len(request.items) <= MOST_ITEMS:
        faults.add("items", f"must be 1 to {MOST_ITEMS}", value=len(request.items))
    for index, item in enumerate(request.items):
        with faults.at("items", index):
            _try(faults, partial(parse_quantity, item.quantity, "quantity", 1, MOST_UNITS))
            if not isinstance(item.name, str):
                faults.add("name", "must be text", value=item.name)
                continue
            if len(item.name) > LONGEST_NAME or not (item.name.isprintable() and item.name == item.name.strip()):
                remedy = f"up to {LONGEST_NAME} printable characters, no space around them"
                faults.add("name", "is no good name", value=item.name, remedy=remedy)
            _try(faults, partial(refuse_pan, item.name, "name"))


def _line(item: NewItem, plan: Plan | None, currency: str, has_method: bool, faults: Faults) -> PricedLine | None:
    known = _try(faults, partial(sold, plan, item.plan_code))
    if known is None:
        return None
    _try(faults, partial(check_region, known, item.region))
    if 1 <= item.quantity <= MOST_UNITS:
        _try(faults, partial(check_quantity, known, item.quantity))
    if known.trial_days and known.trial_needs_method and item.cycle is not None and not has_method:
        faults.add("plan_code", "has a trial that needs a payment method", value=known.code, remedy="add one first")
    spec = _try(faults, partial(check_spec, known, item.spec, "spec"))
    found = _try(faults, partial(price_for, known, currency, item.cycle))
    if spec is None or found is None:
        return None
    return PricedLine(
        item=item,
        plan=known,
        spec=spec,
        price=found,
        setup=setup_price(known, currency),
        options=option_prices(known, currency, item.cycle, spec) if item.cycle is not None else (),
    )


def _try(faults: Faults, check: Callable[[], T]) -> T | None:
    try:
        return check()
    except InvalidInput as error:
        faults.include(error)
        return None


def strictest(policies: Iterable[ReleasePolicy]) -> ReleasePolicy:
    """The policy of an order whose plans have these."""
    return min(policies, key=_STRICTEST.index)


def fingerprint(request: PlaceOrder) -> str:
    """The same for the same request, whatever the order of keys in its configuration."""
    return hashlib.sha256(msgspec.json.encode(request, enc_hook=_cycle_code, order="deterministic")).hexdigest()


def _cycle_code(value: object) -> str:
    if isinstance(value, Cycle):
        return str(value)
    raise TypeError(f"a {type(value).__name__} is not part of a request")
