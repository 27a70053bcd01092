"""Exchange rates as somebody publishes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol, runtime_checkable

import attrs


@attrs.frozen(kw_only=True)
class PublishedRate:
    """On a day, one unit of `base` was worth `rate` units of `quote`."""

    base: str
    quote: str
    on: date
    rate: Decimal


@runtime_checkable
class ExchangeRates(Protocol):
    def exchange_rates(self, since: date) -> Sequence[PublishedRate]:
        """What was published for this day and later ones. Raises `RetryLater` when it cannot be asked now."""
        ...
