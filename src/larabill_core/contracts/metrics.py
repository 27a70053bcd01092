"""What a provider can tell about a running resource."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Literal, Protocol, runtime_checkable

import attrs

METRICS: Final = {
    "traffic_in": "byte",
    "traffic_out": "byte",
    "traffic": "byte",
    "disk": "byte",
    "memory": "byte",
    "cpu": "percent",
    "uptime": "second",
}
"""The metrics that several providers have, and their unit; others have a name and unit of the driver's own."""


@attrs.frozen(kw_only=True)
class Reading:
    """One measured value. `counter` values only grow until the provider resets them; `gauge` values go both ways."""

    metric: str
    value: Decimal
    unit: str
    kind: Literal["counter", "gauge"]


@attrs.frozen(kw_only=True)
class Health:
    """How a resource is: `degraded` works, but not as it should. `detail` says it to a person, without secrets."""

    state: Literal["ok", "degraded", "down"]
    detail: str = ""


@attrs.frozen(kw_only=True)
class Cost:
    """What the provider asks of us for a resource, for each `period` (such as `month`)."""

    amount: Decimal
    currency: str
    period: str


@runtime_checkable
class Metrics(Protocol):
    def usage(self, driver_ref: str) -> list[Reading]:
        """What the resource uses now. Raises `RetryLater` when the provider cannot be asked."""
        ...


@runtime_checkable
class CanTellHealth(Protocol):
    def health(self, driver_ref: str) -> Health:
        """Raises `RetryLater` when the provider cannot be asked."""
        ...


@runtime_checkable
class CanTellCosts(Protocol):
    def costs(self, driver_ref: str) -> list[Cost]:
        """Raises `RetryLater` when the provider cannot be asked."""
        ...
