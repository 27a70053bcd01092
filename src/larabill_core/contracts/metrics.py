"""What a provider can tell about a running resource."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, Protocol, runtime_checkable

import attrs


@attrs.frozen(kw_only=True)
class Reading:
    """One measured value. `counter` values only grow until the provider resets them; `gauge` values go both ways."""

    metric: str
    value: Decimal
    unit: str
    kind: Literal["counter", "gauge"]


@runtime_checkable
class Metrics(Protocol):
    def usage(self, driver_ref: str) -> list[Reading]:
        """What the resource uses now. Raises `RetryLater` when the provider cannot be asked."""
        ...
