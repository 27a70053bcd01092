"""Credit that has expired leaves the books: from the customer's credit to breakage, which is revenue.

The customer's zone decides the day. From that day on a lot cannot be used; a job of its own, which waits for that
moment, takes what is left of it off the books.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import record
from larabill_billing.credits.ports import CreditsTx
from larabill_billing.credits.write import book, drawn
from larabill_billing.ledger.model import BREAKAGE
from larabill_core.clock import local_date, start_of_day
from larabill_core.ids import new_id
from larabill_core.jobs import NewJob


@attrs.frozen(kw_only=True)
class LotToExpire:
    """A lot that has a last day."""

    lot_id: UUID


def schedule_expiry(tx: CreditsTx, lot_id: UUID, expires_on: date, time_zone: str) -> None:
    """A job at the first moment of that day."""
    tx.enqueue(
        NewJob(
            handler="billing.expire_lot",
            payload=LotToExpire(lot_id=lot_id),
            seller_id=tx.seller_id,
            run_at=start_of_day(expires_on, time_zone),
            tags=(f"credit:{lot_id}",),
        )
    )


def expire_lot(tx: CreditsTx, payload: LotToExpire) -> None:
    """Take what is left of a lot off the books; nothing when nothing is. Once, as the customer is locked (I7).

    A customer who has moved westwards since has some hours more.
    """
    customer_id = tx.billing.credits.lots([payload.lot_id])[payload.lot_id].customer_id
    customer = tx.billing.customers.get(customer_id, lock=True)
    lot = tx.billing.credits.lots([payload.lot_id])[payload.lot_id]
    if lot.expires_on is None or lot.remaining <= 0:
        return
    if not lot.is_over(local_date(tx.now, customer.time_zone)):
        schedule_expiry(tx, lot.id, lot.expires_on, customer.time_zone)
        return
    expired = drawn(tx, lot, lot.remaining, "expired", new_id())
    tx.billing.credits.add_many([expired])
    book(tx, expired, "expired", BREAKAGE, lot.remaining)
    record(tx, "credit", lot.id, "expire")
