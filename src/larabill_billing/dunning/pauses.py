"""Pause what is done about an unpaid invoice: for a promise to pay, for a dispute, or by hand.

Locks: the invoice's state, then its pauses, then its cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import check_reason, record
from larabill_billing.customers.checks import attempt, check_text
from larabill_billing.dunning import ladder
from larabill_billing.dunning.ending import over
from larabill_billing.dunning.model import DunningCase, Pause, PauseKind
from larabill_billing.dunning.ports import DunningTx
from larabill_billing.dunning.take import ask_again
from larabill_billing.invoicing.model import InvoiceState, InvoiceStatus
from larabill_core.clock import local_date, start_of_day
from larabill_core.errors import Conflict, Faults, NotFound
from larabill_core.ids import new_id
from larabill_core.jobs import NewJob
from larabill_core.published import PromiseBroken

LONGEST_PROMISE: Final = timedelta(days=366)
LOOK_AGAIN: Final = timedelta(hours=1)
"""A promise that is over while money is on its way is looked at again after this."""


@attrs.frozen(kw_only=True)
class PromiseOver:
    """The last day of a promise is over."""

    pause_id: UUID


def promise(tx: DunningTx, invoice_id: UUID, until_on: date, said_by: str, reason: str = "") -> Pause:
    """The customer promised to pay by the end of a day, in their own zone; until then nothing is done.

    Raises `Conflict` for an invoice on which nothing is owed, `AlreadyExists` when a promise stands, `InvalidInput`.
    """
    state = _owed(tx, invoice_id)
    zone = tx.billing.customers.get(state.customer_id).time_zone
    today = local_date(tx.now, zone)
    faults = Faults()
    if not today <= until_on <= today + LONGEST_PROMISE:
        faults.add("until_on", "must be today or later, by a year at most", value=str(until_on))
    attempt(faults, lambda: check_text(said_by, "said_by", required=True), "")
    attempt(faults, lambda: check_reason(reason), None)
    faults.raise_if_any()
    placed = _place(tx, state, PauseKind.PROMISE, reason=reason, said_by=said_by, until_on=until_on)
    over_at = start_of_day(until_on + timedelta(days=1), zone)
    tx.enqueue(_over_job(tx, placed.id, over_at))
    return placed


def pause(tx: DunningTx, invoice_id: UUID, reason: str) -> Pause:
    """By hand, until `resume`. Raises `Conflict` when nothing is owed, `AlreadyExists`, `InvalidInput`, `NotFound`."""
    check_reason(reason)
    return _place(tx, _owed(tx, invoice_id), PauseKind.STAFF, reason=reason)


def _owed(tx: DunningTx, invoice_id: UUID) -> InvoiceState:
    state = tx.billing.invoices.state(invoice_id, lock=True)
    if state.status is not InvoiceStatus.ISSUED:
        raise Conflict(f"invoice {invoice_id}", f"it is {state.status}", "nothing is done about it anyway")
    return state


def _place(
    tx: DunningTx,
    state: InvoiceState,
    kind: PauseKind,
    *,
    reason: str = "",
    said_by: str = "",
    until_on: date | None = None,
) -> Pause:
    placed = Pause(
        id=new_id(),
        seller_id=tx.seller_id,
        customer_id=state.customer_id,
        invoice_id=state.invoice_id,
        kind=kind,
        reason=reason,
        said_by=said_by,
        until_on=until_on,
        started_at=tx.now,
    )
    tx.billing.pauses.add_many([placed])
    cases = tx.billing.dunning.open_for_invoices([state.invoice_id])
    tx.billing.dunning.save_many([ladder.paused(case, tx.now) for case in cases])
    record(tx, "pause", placed.id, "place", after=placed.status, reason=f"{kind} for invoice {state.invoice_id}")
    return placed


def withdraw_promise(tx: DunningTx, invoice_id: UUID) -> Pause:
    """The promise stands no more; the ladder goes on where it stood. Raises `NotFound`."""
    return _take_back(tx, invoice_id, PauseKind.PROMISE, "withdraw")


def resume(tx: DunningTx, invoice_id: UUID, reason: str = "") -> Pause:
    """The end of a pause by hand. Others that stand go on. Raises `NotFound`, `InvalidInput`."""
    check_reason(reason)
    return _take_back(tx, invoice_id, PauseKind.STAFF, "end", reason)


def _take_back(tx: DunningTx, invoice_id: UUID, kind: PauseKind, event: str, reason: str = "") -> Pause:
    tx.billing.invoices.state(invoice_id, lock=True)
    found = [each for each in tx.billing.pauses.open_for([invoice_id]) if each.kind is kind]
    if not found:
        raise NotFound(f"{kind} pause of invoice", invoice_id)
    return _end(tx, found, event, reason)[0]


def end_promise(tx: DunningTx, payload: PromiseOver) -> None:
    """Broken, when the invoice is not paid by now: the customer is told, and the ladder goes on where it stood."""
    known = tx.billing.pauses.get(payload.pause_id)
    state = tx.billing.invoices.state(known.invoice_id, lock=True)
    found = tx.billing.pauses.get(payload.pause_id)
    if found.is_open is None or state.status is not InvoiceStatus.ISSUED:
        return
    if any(payment.is_in_flight for payment in tx.billing.payments.for_invoices([state.invoice_id])):
        tx.enqueue(_over_job(tx, found.id, tx.now + LOOK_AGAIN))
        return
    _end(tx, [found], "break")
    tx.publish(
        PromiseBroken(
            seller_id=tx.seller_id, occurred_at=tx.now, invoice_id=found.invoice_id, customer_id=found.customer_id
        )
    )


def _over_job(tx: DunningTx, pause_id: UUID, at: datetime) -> NewJob:
    payload = PromiseOver(pause_id=pause_id)
    return NewJob(handler="billing.end_promise", payload=payload, seller_id=tx.seller_id, run_at=at)


def release_undisputed(tx: DunningTx, after: UUID | None, limit: int) -> UUID | None:
    """Pauses for disputes that are decided end, in a constant number of statements; where to go on, if anywhere."""
    found = tx.billing.pauses.open_of_kind(PauseKind.DISPUTE, after, limit)
    disputed = tx.billing.disputes.open_disputes_for({each.customer_id for each in found})
    _end(tx, [each for each in found if each.customer_id not in disputed], "end")
    return found[-1].id if len(found) == limit else None


def _end(tx: DunningTx, found: Sequence[Pause], event: str, reason: str = "") -> list[Pause]:
    """The cases of their invoices go on where no other pause stands."""
    ended = over(tx, found, event, reason)
    invoices = {each.invoice_id for each in found}
    invoices -= {each.invoice_id for each in tx.billing.pauses.open_for(invoices)}
    go_on(tx, tx.billing.dunning.open_for_invoices(invoices))
    return ended


def go_on(tx: DunningTx, cases: Sequence[DunningCase]) -> None:
    """Paused cases, which are locked, go on. Destructions that stood still are asked for anew, with their new time."""
    back = [ladder.resumed(case, tx.now) for case in cases if case.paused_at is not None]
    tx.billing.dunning.save_many([case for case in back if case.destroy_at is None])
    ask_again(tx, [case for case in back if case.destroy_at is not None])
