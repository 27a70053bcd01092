"""Exchange rates, and what a document is worth in the seller's currency."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import attrs

from larabill_core.errors import Faults
from larabill_core.money import quantize


@attrs.frozen(kw_only=True)
class StoredRate:
    """On a day, one unit of `base` was worth `rate` of `quote`, as `source` says. Never changes."""

    id: UUID
    seller_id: UUID
    source: str
    base: str
    quote: str
    on: date
    rate: Decimal
    loaded_at: datetime


@attrs.frozen(kw_only=True)
class Rate:
    """What one unit of `base` is worth in `quote`; `on` is the day of the rates that it is taken from."""

    base: str
    quote: str
    rate: Decimal
    source: str
    on: date

    def convert(self, amount: Decimal) -> Decimal:
        """An amount in `base` as one in `quote`, rounded half up to the cent."""
        return quantize(amount * self.rate, self.quote)


@attrs.frozen(kw_only=True)
class Accounting:
    """What a document is worth in the seller's currency (EN 16931, BT-6), at the rate of its day; frozen with it.

    `tax` is BT-111. One unit of the document's currency is `rate` of `currency`, by what `source` said for `rated_on`.
    """

    document_id: UUID
    seller_id: UUID
    currency: str
    rate: Decimal
    source: str
    rated_on: date
    total: Decimal
    tax: Decimal

    def as_rate(self, base: str) -> Rate:
        """The frozen rate, for another document of its currency."""
        return Rate(base=base, quote=self.currency, rate=self.rate, source=self.source, on=self.rated_on)


@attrs.frozen(kw_only=True)
class ExchangeSettings:
    """The table `[billing.exchange]`: documents of other currencies than the seller's are valued at rates of `source`.

    `account`: of a driver that publishes rates; they are fetched and stored under `source`. Raises `InvalidInput`.
    """

    source: str
    account: str = ""

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        check_source(self.source, "source", faults)
        faults.raise_if_any()


LONGEST_SOURCE = 32


def check_source(source: str, path: str, faults: Faults) -> None:
    """A short name of printable ASCII without spaces."""
    if not (0 < len(source) <= LONGEST_SOURCE and source.isascii() and source.isprintable() and " " not in source):
        faults.add(path, f"must be a name of up to {LONGEST_SOURCE} letters", value=source, remedy="such as ecb")
