"""The renewal run: what is due is billed in batches, each in one transaction with the step to its next period (I3).

    billing.renew (schedule, all sellers)
      └──▶ billing.renew_batch (one seller, ≤ 100 agreements) ──▶ itself, while more is due
             └──▶ billing.collect (one invoice: the customer's credit, then the stored method)

Any number of runs may overlap: a batch takes what nobody else holds, and finds nothing when all is done (F10, F12).
"""

from __future__ import annotations

from uuid import UUID

import attrs

from larabill_billing.audits.handlers import record_many
from larabill_billing.audits.model import Change
from larabill_billing.credits.handlers import spend
from larabill_billing.invoicing.handlers import issue
from larabill_billing.invoicing.model import InvoiceStatus
from larabill_billing.payments.handlers import charge_invoice
from larabill_billing.settings import settings_of
from larabill_billing.subscriptions import renewal
from larabill_billing.subscriptions.ending import request_ends
from larabill_billing.subscriptions.model import Subscription
from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_core.jobs import NewJob
from larabill_core.messages import Nothing

BATCH = 100
MOST_BATCHES = 20
"""How many batches of one seller may run side by side; what is left over follows from each of them."""


@attrs.frozen(kw_only=True)
class InvoiceToCollect:
    """An invoice whose payment we begin ourselves."""

    invoice_id: UUID


def renew(tx: SubscriptionsTx, payload: Nothing) -> None:
    """Enough batches for each seller that has something due."""
    tx.enqueue(
        *(
            NewJob(handler="billing.renew_batch", seller_id=seller_id)
            for seller_id, due in tx.billing.subscriptions.due_by_seller(tx.now).items()
            for _ in range(min(-(-due // BATCH), MOST_BATCHES))
        )
    )


def renew_batch(tx: SubscriptionsTx, payload: Nothing) -> None:
    """Bill the next period of up to 100 agreements that are due; end those whose cancellation has come.

    The number of statements does not depend on how many there are.
    """
    due = tx.billing.subscriptions.claim_due(tx.now, BATCH)
    if not due:
        return
    items = tx.billing.subscriptions.priced_items([subscription.id for subscription in due])
    terms_days = settings_of(tx).payment_terms_days
    plans = [
        renewal.plan(subscription, items.get(subscription.id, ()), now=tx.now, terms_days=terms_days)
        for subscription in due
    ]
    renewed = [plan for plan in plans if isinstance(plan, renewal.Renewed)]
    tx.billing.subscriptions.save_many([plan.subscription for plan in plans])
    request_ends(tx, [plan.subscription for plan in plans if isinstance(plan, renewal.Over)])
    record_many(tx, [_change(before, plan) for before, plan in zip(due, plans, strict=True)])
    issue(tx, [plan.request for plan in renewed])
    tx.enqueue(
        *(
            collect_job(tx.seller_id, plan.request.id)
            for plan in renewed
            if any(charge.amount for charge in plan.request.charges)
        )
    )
    if len(due) == BATCH or any(_is_due(plan.subscription, tx) for plan in renewed):
        tx.enqueue(NewJob(handler="billing.renew_batch", seller_id=tx.seller_id))


def _is_due(subscription: Subscription, tx: SubscriptionsTx) -> bool:
    return subscription.next_billing_at is not None and subscription.next_billing_at <= tx.now


def _change(before: Subscription, plan: renewal.Plan) -> Change:
    match plan:
        case renewal.Renewed():
            action, reason = "renew", f"period {before.next_period}, invoice {plan.request.id}"
        case renewal.Held():
            action, reason = "hold", plan.subscription.held_reason
        case renewal.Over():
            action, reason = "end", "cancelled" if before.end_on is not None else "nothing is left of it"
    return Change(
        subject_kind="subscription",
        subject_id=before.id,
        action=action,
        before=before.status,
        after=plan.subscription.status,
        reason=reason,
    )


def collect_job(seller_id: UUID, invoice_id: UUID) -> NewJob:
    """The job that begins the payment of an invoice."""
    return NewJob(
        handler="billing.collect",
        payload=InvoiceToCollect(invoice_id=invoice_id),
        seller_id=seller_id,
        tags=(f"invoice:{invoice_id}",),
    )


def collect(tx: SubscriptionsTx, payload: InvoiceToCollect) -> None:
    """Use the customer's credit, then charge the default method for the rest.

    Does nothing when the invoice is not open, nothing is left, no method is stored, or a payment is under way (I1).
    """
    state = tx.billing.invoices.state(payload.invoice_id, lock=True)
    if state.status is not InvoiceStatus.ISSUED:
        return
    method = tx.billing.payment_methods.defaults([state.customer_id]).get(state.customer_id)
    in_flight = any(payment.is_in_flight for payment in tx.billing.payments.for_invoices([payload.invoice_id]))
    if in_flight or spend(tx, payload.invoice_id) >= state.balance or method is None:
        return
    charge_invoice(tx, payload.invoice_id, method.id)
