"""A coupon from plain data: strict, with every fault at once, by key path.

name = "Spring"
codes = ["SPRING", "SPRING-A", "SPRING-B"]
percent = "20"                    # or: amounts = { EUR = "10.00", USD = "11.00" }
cycles = 3                        # or "once" (which is meant without it), or "forever"
scope = { plans = ["web"], setup_fees = true }
applies = "both"                  # or "first_order", or "renewals"
minimum_spend = { EUR = "25.00" }
valid_until = "2027-06-01T00:00:00Z"
countries = ["DE", "AT"]
limit = 500
limit_per_customer = 1
"""

from __future__ import annotations

from larabill_billing.discounts.coupon import NewCoupon
from larabill_core.errors import Faults
from larabill_core.structure import structure


def parse_coupon(data: object, path: str = "") -> NewCoupon:
    """The coupon that plain data (of a TOML or JSON file, or a request) ask for. Raises `InvalidInput`."""
    faults = Faults()
    coupon = structure(NewCoupon, data, faults, path)
    faults.raise_if_any()
    if coupon is None:
        raise AssertionError("what cannot be structured has faults")
    return coupon
