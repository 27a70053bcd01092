"""Which module answers which area."""

from __future__ import annotations

from collections.abc import Mapping

from tests.oracle import credit, numbering, periods, pricing, proration
from tests.oracle.runner import Shape

SHAPES: Mapping[str, tuple[Shape, ...]] = {
    "credit": credit.SHAPES,
    "numbering": numbering.SHAPES,
    "period-arithmetic": periods.SHAPES,
    "proration": proration.SHAPES,
    "pricing-model": pricing.SHAPES,
}
