"""Which module answers which area."""

from __future__ import annotations

from collections.abc import Mapping

from tests.oracle import dunning, numbering, periods, pricing, proration
from tests.oracle.runner import Shape

SHAPES: Mapping[str, tuple[Shape, ...]] = {
    "dunning": dunning.SHAPES,
    "numbering": numbering.SHAPES,
    "period-arithmetic": periods.SHAPES,
    "proration": proration.SHAPES,
    "pricing-model": pricing.SHAPES,
}
