"""A customer's credit: money of theirs that we hold. Its balance is the sum of the rows, which never change."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import attrs


@attrs.frozen(kw_only=True)
class Credit:
    """A movement, once for each (source, source_id): positive when credit was given, negative when it was used."""

    id: UUID
    seller_id: UUID
    customer_id: UUID
    amount: Decimal
    currency: str
    source: str
    source_id: UUID
    created_at: datetime
