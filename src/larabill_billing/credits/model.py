"""A customer's credit: money of theirs that we hold, in lots. The balance is the sum of rows that never change."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

import attrs

from larabill_billing.ledger.model import MARKETING, REFUNDS

COSTS: Final = frozenset({REFUNDS, MARKETING})
"""Ledger accounts that bear credit which nobody paid for. All other credit is money that came in."""


@attrs.frozen(kw_only=True)
class Credit:
    """A movement: positive when credit was given, negative when it was used.

    What is given is a lot: `lot_id` is its own id, and from the day `expires_on` of the customer's calendar on nothing
    of it can be used. What is used names the lot that it draws on; so does what returns to a lot. One `source_id` may
    touch several lots: `part` counts its rows. (source, source_id, part) is there once.
    """

    id: UUID
    seller_id: UUID
    customer_id: UUID
    lot_id: UUID
    amount: Decimal
    currency: str
    source: str
    source_id: UUID
    part: int = 0
    expires_on: date | None = None
    created_at: datetime


@attrs.frozen(kw_only=True)
class Lot:
    """What was given at once, and what is `remaining` of it: the sum of the rows that name it, never less than zero."""

    id: UUID
    customer_id: UUID
    currency: str
    source: str
    source_id: UUID
    amount: Decimal
    remaining: Decimal
    expires_on: date | None
    created_at: datetime

    def is_over(self, on: date) -> bool:
        """Whether it has expired by this day of the customer's."""
        return self.expires_on is not None and self.expires_on <= on
