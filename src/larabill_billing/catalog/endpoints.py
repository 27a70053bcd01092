"""The catalogue over HTTP."""

from __future__ import annotations

from typing import Any, Final

from larabill_billing.catalog import wire
from larabill_billing.catalog.handlers import listed
from larabill_billing.catalog.ports import CatalogTx
from larabill_core.http.endpoint import Call, Endpoint

_HERE: Final = "larabill_billing.catalog.endpoints"

ENDPOINTS: Final = (
    Endpoint(
        id="list_plans",
        method="GET",
        path="/plans",
        summary="What is sold, as customers see it",
        ability="catalog.read",
        scope="own",
        answer=wire.Plans,
        handler=f"{_HERE}:list_plans",
    ),
    Endpoint(
        id="get_catalog",
        method="GET",
        path="/catalog",
        summary="All plans that are sold, hidden and archived ones among them",
        ability="catalog.read",
        answer=wire.StaffPlans,
        handler=f"{_HERE}:get_catalog",
    ),
    Endpoint(
        id="load_catalog",
        method="PUT",
        path="/catalog",
        summary="Put a catalogue into force",
        ability="catalog.write",
        body=wire.CatalogueIn,
        answer=wire.CatalogueChanges,
        handler="larabill_billing.loading:load_over_http",
    ),
    Endpoint(
        id="list_stock",
        method="GET",
        path="/catalog/stock",
        summary="What may be sold and what is taken, where it is limited",
        ability="catalog.read",
        answer=wire.StockList,
        handler=f"{_HERE}:list_stock",
    ),
)


def list_plans(tx: CatalogTx, call: Call[Any, None]) -> wire.Plans:
    return wire.Plans(items=[wire.plan_out(plan) for plan in listed(tx)])


def get_catalog(tx: CatalogTx, call: Call[Any, None]) -> wire.StaffPlans:
    plans = tx.billing.plans.active()
    return wire.StaffPlans(items=[wire.staff_plan(plans[code]) for code in sorted(plans)])


def list_stock(tx: CatalogTx, call: Call[Any, None]) -> wire.StockList:
    return wire.stock_out(tx.billing.stock.all())
