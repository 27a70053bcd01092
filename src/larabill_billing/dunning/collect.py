"""Begin the payment of an invoice ourselves, and begin it again after a decline: credit first, then the stored method.

issued, a step of the ladder, a new method ──▶ billing.collect ──▶ charged ──▶ declined ──▶ billing.collect after a gap

Whoever asks for it, an attempt is put off until the due day where the policy says so, while the invoice is paused,
until the policy's gap is over, and when the method was tried too often within a day; a method that was declined for
good is not charged. The customer's row is locked from the count to the record of the attempt, so that the count holds
over all invoices and processes (F38).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from larabill_billing.credits.handlers import spend
from larabill_billing.dunning.attempts import allowed_at, next_attempt
from larabill_billing.dunning.choice import policy_for
from larabill_billing.dunning.model import stood_still
from larabill_billing.dunning.ports import Attempt, DunningTx
from larabill_billing.invoicing.model import InvoiceState, InvoiceStatus
from larabill_billing.invoicing.plans import due_now
from larabill_billing.payments.declines import decline_class
from larabill_billing.payments.events import DefaultMethodStored
from larabill_billing.payments.handlers import charge_invoice
from larabill_billing.payments.model import Payment, PaymentKind, PaymentMethod, PaymentStatus
from larabill_billing.policies import DAY, DunningPolicy
from larabill_billing.subscriptions.collect import InvoiceToCollect, collect_job
from larabill_core.clock import start_of_day
from larabill_core.contracts.gateway import DeclineClass
from larabill_core.ids import derived_id
from larabill_core.jobs import NewJob
from larabill_core.published import PaymentDeclined, PaymentMethodNeeded

LOOK_AGAIN = timedelta(minutes=15)
"""An attempt that waits for the end of others is tried again after this."""


def collect(tx: DunningTx, payload: InvoiceToCollect) -> None:
    """Use the customer's credit, then charge the default method for the rest, or put it off.

    Does nothing when the invoice is not open, nothing is left, no method is stored, a payment is under way (I1), or the
    method was declined for good or as often as the policy says.
    """
    state = tx.billing.invoices.state(payload.invoice_id, lock=True)
    payments = tx.billing.payments.for_invoices([state.invoice_id])
    if state.status is not InvoiceStatus.ISSUED or any(payment.is_in_flight for payment in payments):
        return
    policy = policy_for(tx, state.invoice_id)
    method = tx.billing.payment_methods.defaults([state.customer_id]).get(state.customer_id)
    at = _not_before(tx, state, policy, _declined(payments, method))
    if at is None:
        return
    if at > tx.now:
        tx.enqueue(_collect_at(state, at))
    elif spend(tx, state.invoice_id) < state.balance and method is not None:
        _charge(tx, state, policy, method)


def _not_before(
    tx: DunningTx, state: InvoiceState, policy: DunningPolicy, declined: Sequence[datetime]
) -> datetime | None:
    """When the next attempt may be made, by the policy and the pauses; None when there is none."""
    if policy.collect == "due":
        zone = tx.billing.customers.get(state.customer_id).time_zone
        due_at = start_of_day(state.due_on, zone)
        if due_at > tx.now:
            return due_at
    pauses = tx.billing.pauses.of_invoice(state.invoice_id)
    if any(pause.is_open for pause in pauses) or tx.billing.disputes.open_disputes_for([state.customer_id]):
        return tx.now + DAY
    if not declined or not policy.retries:
        return tx.now
    return next_attempt(policy.retries, declined, stood_still(pauses, declined[-1], tx.now))


def on_declined(tx: DunningTx, event: PaymentDeclined) -> None:
    """Of an attempt of ours: put down the next one, or ask for another method where this one is no good any more."""
    payment = tx.billing.payments.get(event.payment_id)
    if payment.kind is not PaymentKind.CHARGE or payment.method_id is None or payment.invoice_id is None:
        return
    state = tx.billing.invoices.state(payment.invoice_id, lock=True)
    if state.status is not InvoiceStatus.ISSUED:
        return
    if is_hard(tx, payment):
        _need_method(tx, state, payment.method_id)
        return
    policy = policy_for(tx, state.invoice_id)
    method = tx.billing.payment_methods.defaults([state.customer_id]).get(state.customer_id)
    declined = _declined(tx.billing.payments.for_invoices([state.invoice_id]), method)
    at = _not_before(tx, state, policy, declined) if policy.retries and declined else None
    if at is not None:
        tx.enqueue(_collect_at(state, at))


def on_method_stored(tx: DunningTx, event: DefaultMethodStored) -> None:
    """What was declined or is overdue is charged at once; what is collected on its due day, then."""
    unpaid = tx.billing.attempts.unpaid_of(event.customer_id)
    tx.enqueue(*(collect_job(tx.seller_id, invoice_id, f"method:{event.method_id}") for invoice_id in unpaid))


def is_hard(tx: DunningTx, payment: Payment | Attempt) -> bool:
    """Whether it was declined for good, by its gateway's own table."""
    driver = tx.engine.drivers.get(payment.account)
    hard = decline_class(driver, payment.code) is DeclineClass.HARD
    return payment.status is PaymentStatus.DECLINED and hard


def _charge(tx: DunningTx, state: InvoiceState, policy: DunningPolicy, method: PaymentMethod) -> None:
    """The invoice is locked, and by `spend` its customer."""
    last = tx.billing.attempts.last_with(method.id)
    if last is not None and is_hard(tx, last):
        _need_method(tx, state, method.id)
        return
    at = _allowed_at(tx, method, policy)
    if at > tx.now:
        tx.enqueue(_collect_at(state, at))
    else:
        due = due_now(tx, tx.billing.invoices.state(state.invoice_id))
        if due:
            charge_invoice(tx, state.invoice_id, method.id, amount=due)


def _allowed_at(tx: DunningTx, method: PaymentMethod, policy: DunningPolicy) -> datetime:
    made = tx.billing.attempts.not_paid(method.id, tx.now - DAY)
    at = allowed_at([attempt.created_at for attempt in made], policy.attempts_a_day, tx.now)
    if at > tx.now and any(attempt.is_open for attempt in made):
        return min(at, tx.now + LOOK_AGAIN)
    return at


def _declined(payments: Sequence[Payment], method: PaymentMethod | None) -> list[datetime]:
    """When the attempts with this method were declined, in order."""
    return [
        payment.updated_at
        for payment in payments
        if method is not None and payment.method_id == method.id and payment.status is PaymentStatus.DECLINED
    ]


def _need_method(tx: DunningTx, state: InvoiceState, method_id: UUID) -> None:
    """Ask for another method: once for an invoice and a method."""
    tx.publish(
        PaymentMethodNeeded(
            event_id=derived_id(state.invoice_id, f"needed:{method_id}"),
            seller_id=tx.seller_id,
            occurred_at=tx.now,
            invoice_id=state.invoice_id,
            customer_id=state.customer_id,
        )
    )


def _collect_at(state: InvoiceState, at: datetime) -> NewJob:
    return collect_job(state.seller_id, state.invoice_id, f"at:{at.isoformat()}", at)
