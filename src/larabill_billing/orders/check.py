"""A request checked against the catalogue, and priced by it: pure, every fault at once, by key path (B05 to B08)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeVar

import attrs
import msgspec

from larabill_billing.catalog.model import Plan, Price, ReleasePolicy
from larabill_billing.catalog.options import check_spec, price_for, setup_price
from larabill_billing.orders.model import NewItem, PlaceOrder
from larabill_core.errors import Faults, InvalidInput
from larabill_core.money import parse_currency, parse_quantity
from larabill_core.privacy import refuse_pan
from larabill_core.structure import structure

T = TypeVar("T")

MOST_ITEMS = 100
MOST_UNITS = 1000
"""Units of all items of one order: each may become a service."""
LONGEST_NAME = 200

_STRICTEST = (ReleasePolicy.PAID, ReleasePolicy.AUTHORISED, ReleasePolicy.PLACED)


@attrs.frozen(kw_only=True)
class PricedLine:
    """An item that may be sold: its plan, its checked configuration, and its prices for one unit."""

    item: NewItem
    plan: Plan
    spec: Mapping[str, Any]
    price: Price
    setup: Price | None


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


def price(request: PlaceOrder, plans: Mapping[str, Plan], *, currency: str) -> tuple[PricedLine, ...]:
    """Every line with what the catalogue says. `plans` are those sold now; `currency` is the customer's.

    Raises `InvalidInput` with all faults: a plan that is hidden, retired or unknown, a price that there is none of, an
    option, region or quantity that the plan does not have.
    """
    faults = Faults()
    _shape(request, faults)
    if request.currency != currency:
        faults.add("currency", "is not the customer's", value=request.currency, remedy=f"order in {currency}")
    lines = []
    for index, item in enumerate(request.items):
        with faults.at("items", index):
            line = _line(item, plans.get(item.plan_code), request.currency, faults)
        if line is not None:
            lines.append(line)
    faults.raise_if_any()
    return tuple(lines)


def _shape(request: PlaceOrder, faults: Faults) -> None:
    """What can be said without the catalogue."""
    _try(faults, partial(parse_currency, request.currency))
    if not 1 <= len(request.items) <= MOST_ITEMS:
        faults.add("items", f"must be 1 to {MOST_ITEMS}", value=len(request.items))
    units = 0
    for index, item in enumerate(request.items):
        with faults.at("items", index):
            quantity = _try(faults, partial(parse_quantity, item.quantity, "quantity", 1, MOST_UNITS))
            units += quantity or 0
            if not isinstance(item.name, str):
                faults.add("name", "must be text", value=item.name)
                continue
            if len(item.name) > LONGEST_NAME or not (item.name.isprintable() and item.name == item.name.strip()):
                remedy = f"up to {LONGEST_NAME} printable characters, no space around them"
                faults.add("name", "is no good name", value=item.name, remedy=remedy)
            _try(faults, partial(refuse_pan, item.name, "name"))
    if units > MOST_UNITS:
        faults.add("items", f"are more than {MOST_UNITS} units together", value=units, remedy="place several orders")


def _line(item: NewItem, plan: Plan | None, currency: str, faults: Faults) -> PricedLine | None:
    if plan is None:
        faults.add("plan_code", "is not for sale", value=item.plan_code)
        return None
    if plan.regions and item.region not in plan.regions:
        faults.add("region", "is none of the plan's", value=item.region, remedy=f"one of: {', '.join(plan.regions)}")
    if not plan.regions and item.region:
        faults.add("region", "cannot be chosen for this plan", value=item.region, remedy="leave it out")
    spec = _try(faults, lambda: check_spec(plan, item.spec, "spec"))
    found = _try(faults, lambda: price_for(plan, currency, item.cycle, "cycle"))
    if spec is None or found is None:
        return None
    return PricedLine(item=item, plan=plan, spec=spec, price=found, setup=setup_price(plan, currency))


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
    return hashlib.sha256(msgspec.json.encode(request, order="deterministic")).hexdigest()
