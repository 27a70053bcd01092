"""Billing: customers, catalogue, orders, subscriptions, invoices, payments, ledger and dunning.

Names are resolved when they are first used (PEP 562). What an application calls is `engine.billing`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from larabill_billing.catalog.loader import parse_catalog, read_catalog
    from larabill_billing.customers.model import NewCustomer, NewSeller
    from larabill_billing.discounts.coupon import NewCoupon
    from larabill_billing.facade.billing import Billing
    from larabill_billing.module import MODULE
    from larabill_billing.orders.model import NewItem, PlaceOrder
    from larabill_billing.periods.cycle import Cycle
    from larabill_billing.repositories import BillingTx
    from larabill_billing.settings import BillingSettings
    from larabill_billing.tax.handlers import NewExemption
    from larabill_billing.usage.model import NewUsage
    from larabill_billing.vouchers.handlers import NewVouchers

_HOME = {
    "Billing": "facade.billing",
    "BillingSettings": "settings",
    "BillingTx": "repositories",
    "Cycle": "periods.cycle",
    "MODULE": "module",
    "NewCoupon": "discounts.coupon",
    "ChangeCustomer": "customers.model",
    "ChangeSeller": "customers.model",
    "NewCustomer": "customers.model",
    "NewExemption": "tax.handlers",
    "NewItem": "orders.model",
    "NewSeller": "customers.model",
    "NewUsage": "usage.model",
    "NewVouchers": "vouchers.handlers",
    "PlaceOrder": "orders.model",
    "parse_catalog": "catalog.loader",
    "read_catalog": "catalog.loader",
}

__all__ = [
    "Billing",
    "BillingSettings",
    "BillingTx",
    "Cycle",
    "MODULE",
    "NewCoupon",
    "NewCustomer",
    "NewExemption",
    "NewItem",
    "NewSeller",
    "NewUsage",
    "NewVouchers",
    "PlaceOrder",
    "parse_catalog",
    "read_catalog",
]


def __getattr__(name: str) -> Any:
    """Load the module that a public name lives in."""
    if name in _HOME:
        return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
