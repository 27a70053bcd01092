"""Open a case when an invoice is past due, and close it when it is paid or pointless."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import record_many
from larabill_billing.audits.model import Change
from larabill_billing.dunning.choice import policies_for
from larabill_billing.dunning.ending import end_settled
from larabill_billing.dunning.ladder import next_at
from larabill_billing.dunning.model import DunningCase
from larabill_billing.dunning.ports import DunningTx, Overdue
from larabill_billing.invoicing.model import InvoiceStatus
from larabill_billing.policies import is_little
from larabill_billing.settings import settings_of
from larabill_billing.subscriptions.model import LIVE, Service, Subscription, SubscriptionStatus
from larabill_billing.subscriptions.renewal import restored
from larabill_billing.subscriptions.serving import living
from larabill_billing.subscriptions.states import after
from larabill_core.clock import start_of_day
from larabill_core.ids import new_id
from larabill_core.published import InvoicePaid, InvoiceVoided, ServiceResumeRequested

EASTERNMOST = timedelta(hours=14)
"""Pacific/Kiritimati is this far ahead of UTC: nowhere is a day over before it is over there."""


def open_cases(tx: DunningTx, limit: int, after: Overdue | None = None) -> Overdue | None:
    """A case for each live agreement with an overdue invoice; where to go on when there may be more.

    The number of statements is constant. Invoices are locked first, so that one whose payment is being written gets
    no case, and none whose pause is.
    """
    found = tx.billing.dunning.overdue(_everywhere_over(tx), limit, after)
    issued = tx.billing.dunning.lock_issued([overdue.invoice_id for overdue in found])
    subscriptions = tx.billing.subscriptions.lock_many([overdue.subscription_id for overdue in found])
    policies = policies_for(tx, issued)
    paused = {pause.invoice_id for pause in tx.billing.pauses.open_for(issued)}
    little = owes_little(tx, [(overdue.customer_id, overdue.currency) for overdue in found])
    cases: dict[UUID, DunningCase] = {}
    past_due = []
    for overdue in found:
        subscription = subscriptions[overdue.subscription_id]
        at = overdue_at(overdue, subscription)
        if overdue.invoice_id not in issued or subscription.status not in LIVE or at > tx.now:
            continue
        if subscription.id in cases or (overdue.customer_id, overdue.currency) in little:
            continue
        name, policy = policies[overdue.invoice_id]
        cases[subscription.id] = DunningCase(
            id=new_id(),
            seller_id=tx.seller_id,
            customer_id=overdue.customer_id,
            subscription_id=subscription.id,
            invoice_id=overdue.invoice_id,
            policy=name,
            version=overdue.version + 1,
            overdue_at=at,
            next_at=next_at(policy.steps, steps=0, overdue_at=at, stepped_at=None),
            paused_at=tx.now if overdue.invoice_id in paused else None,
            opened_at=tx.now,
        )
        if subscription.status is SubscriptionStatus.ACTIVE:
            past_due.append(subscription)
    _open(tx, list(cases.values()), past_due)
    return found[-1] if len(found) == limit else None


def _open(tx: DunningTx, cases: Sequence[DunningCase], past_due: Sequence[Subscription]) -> None:
    tx.billing.dunning.add_many(cases)
    moved = [attrs.evolve(subscription, status=after(subscription, "overdue")) for subscription in past_due]
    tx.billing.subscriptions.save_many(moved)
    record_many(
        tx,
        [
            *(case_change(case, "open", f"invoice {case.invoice_id}") for case in cases),
            *(subscription_change(old, new, "overdue") for old, new in zip(past_due, moved, strict=True)),
        ],
    )


def _everywhere_over(tx: DunningTx) -> date:
    """Days before this one are over somewhere on Earth."""
    return (tx.now + EASTERNMOST).date()


def owes_little(tx: DunningTx, owing: Collection[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    """Those of the customers and currencies whose overdue invoices come to less than the seller's minimum."""
    minimum = settings_of(tx).overdue_minimum
    if not minimum or not owing:
        return set()
    sums = tx.billing.dunning.overdue_sums({customer_id for customer_id, _ in owing}, _everywhere_over(tx))
    return {
        (customer_id, currency)
        for customer_id, currency in owing
        if is_little(minimum, currency, sums.get((customer_id, currency), Decimal(0)))
    }


def close_little(tx: DunningTx, cases: Sequence[DunningCase]) -> list[DunningCase]:
    """Close those of the locked cases whose customer owes little by now; the others."""
    if not settings_of(tx).overdue_minimum:
        return list(cases)
    states = tx.billing.invoices.states([case.invoice_id for case in cases])
    owing = {case.id: (case.customer_id, states[case.invoice_id].currency) for case in cases}
    little = owes_little(tx, set(owing.values()))
    close(tx, [case for case in cases if owing[case.id] in little], "below the minimum")
    return [case for case in cases if owing[case.id] not in little]


def overdue_at(overdue: Overdue, subscription: Subscription) -> datetime:
    """The instant at which the due day was over for the customer."""
    return start_of_day(overdue.due_on + timedelta(days=1), subscription.time_zone)


def on_invoice_paid(tx: DunningTx, event: InvoicePaid) -> None:
    """Its cases are closed, and what was taken away comes back (I9). A promise to pay it was kept.

    Nothing happens when the payment was taken back since: it is owed again, and the ladder goes on.
    """
    if tx.billing.invoices.state(event.invoice_id, lock=True).status is InvoiceStatus.ISSUED:
        return
    end_settled(tx, tx.billing.pauses.open_for([event.invoice_id]))
    close(tx, tx.billing.dunning.open_for_invoices([event.invoice_id]), "settled")


def on_invoice_voided(tx: DunningTx, event: InvoiceVoided) -> None:
    """Nothing is owed: its cases are closed, and what was taken away because of it comes back."""
    tx.billing.invoices.state(event.invoice_id, lock=True)
    end_settled(tx, (), tx.billing.pauses.open_for([event.invoice_id]))
    close(tx, tx.billing.dunning.open_for_invoices([event.invoice_id]), "taken back")


def close(tx: DunningTx, cases: Sequence[DunningCase], reason: str) -> None:
    """Close locked cases. Agreements that are behind because of them are active again, and their services resume.

    So does one that was ended for non-payment, as long as its data is still there. A constant number of statements.
    """
    if not cases:
        return
    ids = [case.subscription_id for case in cases]
    subscriptions = tx.billing.subscriptions.lock_many(ids)
    services = tx.billing.services.for_subscriptions(ids)
    tx.billing.dunning.save_many(
        [
            attrs.evolve(case, is_open=None, next_at=None, paused_at=None, closed_at=tx.now, closed_reason=reason)
            for case in cases
        ]
    )
    back = [
        (subscriptions[case.subscription_id], restored(subscriptions[case.subscription_id]))
        for case in cases
        if _comes_back(case, subscriptions[case.subscription_id], services.get(case.subscription_id, ()), tx.now)
    ]
    tx.billing.subscriptions.save_many([new for _, new in back])
    record_many(
        tx,
        [
            *(case_change(case, "close", reason) for case in cases),
            *(subscription_change(old, new, "settle") for old, new in back),
        ],
    )
    tx.publish(
        *(
            ServiceResumeRequested(seller_id=tx.seller_id, occurred_at=tx.now, service_id=service.id)
            for old, _ in back
            if old.status is not SubscriptionStatus.PAST_DUE
            for service in living(services.get(old.id, ()))
        )
    )


def _comes_back(case: DunningCase, subscription: Subscription, services: Sequence[Service], now: datetime) -> bool:
    if subscription.status in (SubscriptionStatus.PAST_DUE, SubscriptionStatus.SUSPENDED):
        return True
    if subscription.status is not SubscriptionStatus.ENDED or case.destroy_at is None:
        return False
    return bool(living(services)) if services else now < case.destroy_at


def case_change(case: DunningCase, action: str, reason: str = "") -> Change:
    """The audit of something done about a case."""
    before = "" if action == "open" else "open"
    return Change(
        subject_kind="case",
        subject_id=case.id,
        action=action,
        before=before,
        after="closed" if action == "close" else "open",
        reason=reason,
    )


def subscription_change(old: Subscription, new: Subscription, action: str, reason: str = "") -> Change:
    """The audit of an agreement that dunning moved."""
    return Change(
        subject_kind="subscription",
        subject_id=old.id,
        action=action,
        before=old.status,
        after=new.status,
        reason=reason,
    )
