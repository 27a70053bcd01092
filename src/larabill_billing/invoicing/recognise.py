"""Revenue recognition: each night, what the day that is over has earned goes from deferred revenue to revenue.

    billing.recognise (schedule, all sellers)
      └──▶ billing.recognise_days (one seller, ≤ 31 days) ──▶ itself, while days are missing

A run posts one entry for each currency of a day, with one posting for each account; which documents it is made of, the
deferrals say (`LedgerBooks.recognised`). Days that were missed are done one by one. What comes late, that is, for days
that are done already, goes into the run of the day after: a day that was recognised never changes. Any number of runs
may overlap: one at a time holds the seller's row, and the next finds nothing left to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from larabill_billing.customers.model import Seller
from larabill_billing.invoicing.ports import InvoicingTx
from larabill_billing.ledger.handlers import post
from larabill_billing.ledger.model import DEFERRED_REVENUE, Entry, Posting
from larabill_billing.ledger.spans import ONE_DAY
from larabill_core.clock import local_date, start_of_day
from larabill_core.ids import derived_id
from larabill_core.jobs import NewJob
from larabill_core.messages import Nothing

DAYS_AT_ONCE: Final = 31
RECOGNITION: Final = "recognition"
"""The kind of document that stands on entries of the run: one for each currency and day."""

_MOMENT: Final = timedelta(microseconds=1)


def recognise(tx: InvoicingTx, payload: Nothing) -> None:
    """A job for each seller whose day is over where they are."""
    over = {seller.id: _day_over(tx, seller) for seller in tx.billing.sellers.all()}
    tx.enqueue(
        *[
            NewJob(handler="billing.recognise_days", seller_id=id, event_id=derived_id(id, f"recognise {over[id]}"))
            for id in tx.billing.deferrals.behind([*over.items()])
        ]
    )


def _day_over(tx: InvoicingTx, seller: Seller) -> date:
    return local_date(tx.now, seller.time_zone) - ONE_DAY


def recognise_days(tx: InvoicingTx, payload: Nothing) -> None:
    """The seller's missing days, oldest first, up to 31; a job follows for the rest."""
    seller = tx.billing.sellers.get(tx.seller_id)
    last = _day_over(tx, seller)
    done = tx.billing.deferrals.lock_run(last)
    days = [done + ONE_DAY * n for n in range(1, min((last - done).days, DAYS_AT_ONCE) + 1)]
    entries = [
        _entry(seller, day, currency, amounts)
        for day in days
        for currency, amounts in sorted(_earned(tx, day).items())
        if any(amounts.values())
    ]
    post(tx, entries)
    if days:
        tx.billing.deferrals.save_run(days[-1])
        if days[-1] < last:
            tx.enqueue(NewJob(handler="billing.recognise_days", seller_id=tx.seller_id))


def _earned(tx: InvoicingTx, day: date) -> dict[str, dict[str, Decimal]]:
    """What the run of a day posts, by currency and account."""
    tx.billing.deferrals.begin(day)
    amounts: dict[str, dict[str, Decimal]] = {}
    for currency, account, amount in tx.billing.deferrals.earned_on(day):
        amounts.setdefault(currency, {})[account] = amount
    for currency, account, span in tx.billing.deferrals.caught_up_on(day):
        accounts = amounts.setdefault(currency, {})
        accounts[account] = accounts.get(account, Decimal(0)) + span.between(span.starts_on, day)
    return amounts


def _entry(seller: Seller, day: date, currency: str, amounts: Mapping[str, Decimal]) -> Entry:
    """At the last moment of the day where the seller is."""
    moves = {DEFERRED_REVENUE: -sum(amounts.values(), Decimal(0)), **dict(sorted(amounts.items()))}
    return Entry(
        seller_id=seller.id,
        currency=currency,
        document_kind=RECOGNITION,
        document_id=derived_id(seller.id, f"{RECOGNITION} {currency} {day}"),
        purpose="earned",
        occurred_at=start_of_day(day + ONE_DAY, seller.time_zone) - _MOMENT,
        postings=tuple([Posting(account=account, amount=amount) for account, amount in moves.items() if amount]),
    )
