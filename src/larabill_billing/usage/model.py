"""Events of use, the periods they are asked for, and what was prepaid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

import attrs
import msgspec

from larabill_billing.catalog.meters import MeterDefinition
from larabill_billing.pricing.exact import subtract, text, total

PLACES: Final = 12
"""Decimal places of a quantity."""
LIMIT: Final = 10**15
"""Quantities are smaller than this in absolute value."""
LONGEST_ID: Final = 128
LONGEST_KEY: Final = 255


def plain(quantity: Decimal) -> Decimal:
    """The same quantity without needless zeros, so that it reads the same whatever database it comes from."""
    return Decimal(text(quantity))


@attrs.frozen(kw_only=True)
class Meter(MeterDefinition):
    """A meter of one seller. Its aggregation stays as it is once it has counted anything."""

    seller_id: UUID


class NewUsage(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something that was used, as the client tells it. A struct, since it is made by the hundred thousand.

    `idempotency_id` is the client's, unique for the seller: the same id twice is one event. `corrects` names an earlier
    event by its `idempotency_id`: this one stands in its place, and without a quantity or key nothing does.
    `subscription_item_id` may be left out where the agreement has one item. `properties` hold the value of a meter that
    names a property; the others are not kept.
    """

    idempotency_id: str
    subscription_id: UUID
    subscription_item_id: UUID | None = None
    meter: str
    quantity: Decimal | None = None
    unique_key: str | None = None
    properties: Mapping[str, Any] | None = None
    occurred_at: datetime
    corrects: str | None = None


class Counted(NamedTuple):
    """What an event is recorded as: no quantity when it only takes another back."""

    item_id: UUID
    quantity: Decimal | None
    unique_key: str | None


@attrs.frozen(kw_only=True)
class UsageEvent:
    """A recorded event: it never changes. One that counts nothing (`quantity` None) takes back what it corrects."""

    id: UUID
    seller_id: UUID
    subscription_id: UUID
    subscription_item_id: UUID
    meter: str
    quantity: Decimal | None
    unique_key: str | None
    occurred_at: datetime
    recorded_at: datetime
    idempotency_id: str
    corrects: str | None


@attrs.frozen(kw_only=True)
class MeteredPeriod:
    """One meter of one item in the real time `[start_at, end_at)`: the instants at which local days begin.

    `included` units are in the price of the period; where it is `prepaid`, what is beyond them is taken from the units
    that the customer bought.
    """

    subscription_item_id: UUID
    meter: str
    start_at: datetime
    end_at: datetime
    included: Decimal = attrs.field(default=Decimal(0), eq=False)
    prepaid: bool = attrs.field(default=True, eq=False)

    @property
    def pair(self) -> tuple[UUID, str]:
        """What is counted, whenever."""
        return self.subscription_item_id, self.meter


@attrs.frozen(kw_only=True)
class LateUsage:
    """What came, or was corrected, after its period had been billed: so much more than was billed, or less."""

    start_at: datetime
    end_at: datetime
    quantity: Decimal


@attrs.frozen(kw_only=True)
class Draw:
    """Units that the use of one period took from a grant."""

    grant_id: UUID
    units: Decimal


@attrs.frozen(kw_only=True)
class PeriodUsage:
    """What is to be billed for a period: its own quantity, and what is late of the periods before it.

    `drawn` is what prepaid units cover of both together, as far as it is not included.
    """

    period: MeteredPeriod
    quantity: Decimal
    late: tuple[LateUsage, ...] = ()
    drawn: tuple[Draw, ...] = ()

    @property
    def billable(self) -> Decimal:
        """All that is new since the last bill; corrections may make it negative."""
        return plain(total((self.quantity, *(late.quantity for late in self.late))))

    @property
    def beyond_prepaid(self) -> Decimal:
        """What is left of it for the invoice, included units among it."""
        return plain(subtract(self.billable, total(draw.units for draw in self.drawn)))


@attrs.frozen(kw_only=True)
class UsageBill:
    """So much of a period's use stands on the invoice of the period that begins at `billed_in`, mostly the same."""

    id: UUID
    seller_id: UUID
    subscription_item_id: UUID
    meter: str
    start_at: datetime
    end_at: datetime
    billed_in: datetime
    quantity: Decimal
    billed_at: datetime


@attrs.frozen(kw_only=True)
class Allowance:
    """What is included in the price of the period `[start_at, end_at)`, and at which percentages of it to tell."""

    subscription_id: UUID
    subscription_item_id: UUID
    meter: str
    included: Decimal
    start_at: datetime
    end_at: datetime
    percents: tuple[int, ...] = (80, 100)

    @property
    def period(self) -> MeteredPeriod:
        """The period that the allowance is for."""
        return MeteredPeriod(
            subscription_item_id=self.subscription_item_id,
            meter=self.meter,
            start_at=self.start_at,
            end_at=self.end_at,
        )


@attrs.frozen(kw_only=True)
class Grant:
    """Prepaid units of an item and meter: `remaining` of `units` are left. `reference` is the buyer's, unique."""

    id: UUID
    seller_id: UUID
    subscription_item_id: UUID
    meter: str
    units: Decimal
    remaining: Decimal
    reference: str
    granted_at: datetime
    expires_at: datetime | None
