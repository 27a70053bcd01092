"""Which module answers which area."""

from __future__ import annotations

from collections.abc import Mapping

from tests.oracle import mrr, numbering, periods, pricing, proration
from tests.oracle.runner import Shape

SHAPES: Mapping[str, tuple[Shape, ...]] = {
    "mrr": mrr.SHAPES,
    "numbering": numbering.SHAPES,
    "period-arithmetic": periods.SHAPES,
    "proration": proration.SHAPES,
    "pricing-model": pricing.SHAPES,
}
