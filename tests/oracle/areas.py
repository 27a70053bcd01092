"""Which module answers which area."""

from __future__ import annotations

from collections.abc import Mapping

from tests.oracle import coupon, credit, dunning, mrr, numbering, periods, pricing, proration, refund, taxes
from tests.oracle.runner import Shape

SHAPES: Mapping[str, tuple[Shape, ...]] = {
    "coupon": coupon.SHAPES,
    "credit": credit.SHAPES,
    "dunning": dunning.SHAPES,
    "mrr": mrr.SHAPES,
    "numbering": numbering.SHAPES,
    "period-arithmetic": periods.SHAPES,
    "proration": proration.SHAPES,
    "pricing-model": pricing.SHAPES,
    "refund": refund.SHAPES,
    "rounding": taxes.ROUNDING,
    "tax": taxes.TAX,
}
