"""Reminders before the due day: each once, however often and by however many the run is done.

The invoices are read in pages, each with a constant number of statements. What was missed is not sent afterwards: of
several reminders that would be due, only the last one goes out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

import attrs

from larabill_billing.dunning.choice import policies_for
from larabill_billing.dunning.handlers import EASTERNMOST
from larabill_billing.dunning.model import Notice
from larabill_billing.dunning.ports import DunningTx
from larabill_billing.policies import DunningPolicy
from larabill_billing.settings import settings_of
from larabill_core.clock import local_date
from larabill_core.ids import derived_id, new_id
from larabill_core.jobs import NewJob
from larabill_core.published import PaymentUpcoming

PAGE = 500
WESTERNMOST = timedelta(hours=12)
"""Baker Island is this far behind UTC: everywhere it is that day already."""


@attrs.frozen(kw_only=True)
class UpcomingPage:
    """The invoices after one of them, or from the first."""

    after: UUID | None = None


def longest_before(policies: Mapping[str, DunningPolicy]) -> timedelta:
    """How long before the due day the earliest reminder of all policies is; nothing where there are none."""
    return max((before for policy in policies.values() for before in policy.before), default=timedelta(0))


def reminder_due(before: Sequence[timedelta], due_on: date, today: date) -> int:
    """The number of the last reminder whose day has come, from 1; 0 when none has, or the due day is over."""
    if today > due_on:
        return 0
    return sum(today >= due_on - each for each in before)


def upcoming_job(seller_id: UUID, after: UUID | None = None) -> NewJob:
    """The job for one page of a seller's invoices."""
    return NewJob(handler="billing.remind_upcoming", payload=UpcomingPage(after=after), seller_id=seller_id)


def remind_upcoming(tx: DunningTx, payload: UpcomingPage) -> None:
    """Remind of the invoices of a page that will be due, and go on with the next page."""
    longest = longest_before(settings_of(tx).policies)
    first, last = (tx.now - WESTERNMOST).date(), (tx.now + EASTERNMOST).date() + longest
    found = tx.billing.dunning.upcoming(first, last, payload.after, PAGE)
    policies = policies_for(tx, [each.invoice_id for each in found])
    notices: list[Notice] = []
    events: list[PaymentUpcoming] = []
    for each in found:
        number = reminder_due(policies[each.invoice_id][1].before, each.due_on, local_date(tx.now, each.time_zone))
        if number <= each.sent:
            continue
        notices.append(
            Notice(id=new_id(), seller_id=tx.seller_id, invoice_id=each.invoice_id, number=number, sent_at=tx.now)
        )
        events.append(
            PaymentUpcoming(
                event_id=derived_id(each.invoice_id, f"upcoming:{number}"),
                seller_id=tx.seller_id,
                occurred_at=tx.now,
                invoice_id=each.invoice_id,
                customer_id=each.customer_id,
                due_on=each.due_on,
                number=number,
            )
        )
    tx.billing.dunning.add_notices(notices)
    tx.publish(*events)
    if len(found) == PAGE:
        tx.enqueue(upcoming_job(tx.seller_id, found[-1].invoice_id))
