"""What is done about unpaid invoices, on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

import msgspec

from larabill_billing.dunning.model import DunningCase, InvoiceDunning, Pause, PauseKind, PauseStatus
from larabill_core.http.wire import Listing, Reason, Text, next_of, shown_id
from larabill_core.ids import public_id


class CasesQuery(Listing, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which cases a list shows: those that are open, or all."""

    show: Literal["open", "all"] = "open"


class DunningCaseOut(msgspec.Struct, frozen=True, kw_only=True):
    """An unpaid invoice of an agreement: `steps` were taken, the next is due at `next_at`."""

    id: str
    customer: str
    subscription: str
    invoice: str
    policy: str
    steps: int
    overdue_at: datetime
    next_at: datetime | None
    paused_at: datetime | None
    destroy_at: datetime | None
    open: bool
    opened_at: datetime
    closed_at: datetime | None
    closed_reason: str


class DunningCasePage(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[DunningCaseOut]
    next: str | None


class PauseOut(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing is done about an unpaid invoice. `until_on` is the last day of a promise."""

    invoice: str
    kind: PauseKind
    status: PauseStatus
    reason: str
    said_by: str
    until_on: date | None
    started_at: datetime
    ended_at: datetime | None


class InvoiceDunningOut(msgspec.Struct, frozen=True, kw_only=True):
    """What stands behind an unpaid invoice: steps taken, what is next, and why it waits."""

    invoice: str
    subscription: str | None
    policy: str
    steps: int
    next_step: str | None
    next_at: datetime | None
    pauses: list[PauseOut]


class CustomerDunning(msgspec.Struct, frozen=True, kw_only=True):
    """What is done about a customer's unpaid invoices."""

    items: list[InvoiceDunningOut]


class PromiseToPay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The customer will pay by the end of a day in their own zone, as `said_by` said."""

    until_on: date
    said_by: Reason
    reason: Text = ""


class PauseDunning(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why nothing is done; the customer sees it."""

    reason: Reason


class ResumeDunning(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it goes on."""

    reason: Text = ""


def cases_out(found: Sequence[DunningCase], query: CasesQuery) -> DunningCasePage:
    """One page of a list."""
    items = [
        DunningCaseOut(
            id=public_id("cas", case.id),
            customer=public_id("cus", case.customer_id),
            subscription=public_id("sub", case.subscription_id),
            invoice=public_id("inv", case.invoice_id),
            policy=case.policy,
            steps=case.steps,
            overdue_at=case.overdue_at,
            next_at=case.next_at,
            paused_at=case.paused_at,
            destroy_at=case.destroy_at,
            open=case.is_open is True,
            opened_at=case.opened_at,
            closed_at=case.closed_at,
            closed_reason=case.closed_reason,
        )
        for case in found
    ]
    return DunningCasePage(items=items, next=next_of(items, query))


def pause_out(pause: Pause) -> PauseOut:
    """One pause."""
    return PauseOut(
        invoice=public_id("inv", pause.invoice_id),
        kind=pause.kind,
        status=pause.status,
        reason=pause.reason,
        said_by=pause.said_by,
        until_on=pause.until_on,
        started_at=pause.started_at,
        ended_at=pause.ended_at,
    )


def customer_out(found: Sequence[InvoiceDunning]) -> CustomerDunning:
    """What is done about a customer's unpaid invoices."""
    return CustomerDunning(
        items=[
            InvoiceDunningOut(
                invoice=public_id("inv", each.invoice_id),
                subscription=shown_id("sub", each.subscription_id),
                policy=each.policy,
                steps=each.steps,
                next_step=each.next_step,
                next_at=each.next_at,
                pauses=[pause_out(pause) for pause in each.pauses],
            )
            for each in found
        ]
    )
