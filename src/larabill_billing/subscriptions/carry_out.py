"""Write what was decided about agreements: set-based, whatever their number, in the transaction of the caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import record_many
from larabill_billing.audits.model import Change as Audit
from larabill_billing.catalog.model import ReleasePolicy, Units
from larabill_billing.catalog.stock import give_back, take
from larabill_billing.credits.documents import issue
from larabill_billing.discounts.handlers import use
from larabill_billing.invoicing.model import Charge, Invoice
from larabill_billing.settings import settings_of
from larabill_billing.subscriptions.changes import ScheduledChange
from larabill_billing.subscriptions.collect import enqueue_collection, payers_of
from larabill_billing.subscriptions.gather import Counted
from larabill_billing.subscriptions.grouping import requests_for
from larabill_billing.subscriptions.late import late_jobs
from larabill_billing.subscriptions.model import (
    Agreement,
    Compensation,
    Service,
    ServiceStatus,
    SubscriptionItem,
    SubscriptionStatus,
)
from larabill_billing.subscriptions.overtaken import fail_overtaken
from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_billing.subscriptions.return_unused import UnusedTime
from larabill_billing.subscriptions.serving import Served, served, touches_services
from larabill_billing.usage.handlers import mark_billed
from larabill_core.jobs import NewJob
from larabill_core.messages import Event
from larabill_core.published import (
    ReleasedItem,
    ServiceChangeRequested,
    ServiceEndRequested,
    ServiceResumeRequested,
    ServicesOrdered,
    ServiceSuspendRequested,
)


@attrs.frozen(kw_only=True)
class Decision:
    """An agreement as it is and as it shall be, what that costs, and what the audit says of it."""

    before: Agreement
    after: Agreement
    charges: tuple[Charge, ...] = ()
    action: str
    reason: str = ""
    region: str = ""
    counted: Counted = attrs.field(factory=Counted)
    done: tuple[ScheduledChange, ...] = ()


def carry_out(tx: SubscriptionsTx, decisions: Sequence[Decision]) -> list[Invoice]:
    """Store the agreements and their items, move their services, issue the invoices and begin to collect them: credit
    pays them while they are issued.

    The subscriptions are locked. The answer is empty in a host's transaction, where a job issues the invoices.
    """
    if not decisions:
        return []
    tx.billing.subscriptions.save_many(
        [decision.after.subscription for decision in decisions],
        [decision.before.subscription for decision in decisions],
    )
    _save_items(tx, decisions)
    tx.billing.subscription_changes.save_many([change for decision in decisions for change in decision.done])
    fail_overtaken(tx, [(decision.before.subscription, decision.after.subscription) for decision in decisions])
    requests = requests_for(
        [(decision.after.subscription, decision.charges) for decision in decisions], settings_of(tx), tx.now
    )
    documents = {charge.subscription_id: request.id for request in requests for charge in request.charges}
    _serve(tx, [each for each in decisions if touches_services(each.before, each.after)], documents)
    mark_billed(tx, [usage for each in decisions for usage in each.counted.billed_by(each.charges)])
    use(tx, [charge for request in requests for charge in request.charges])
    payers = payers_of(tx, requests)
    changes = [_audit(decision, documents) for decision in decisions]
    invoices = issue(tx, requests, spend_of=payers.spend_of, changes=changes)
    enqueue_collection(tx, requests, payers, invoices)
    tx.enqueue(
        *_unused(tx, decisions, documents),
        *late_jobs(tx, [(decision.before, decision.after.subscription) for decision in decisions]),
    )
    return invoices


def _unused(tx: SubscriptionsTx, decisions: Sequence[Decision], documents: Mapping[UUID | None, UUID]) -> list[NewJob]:
    """What follows where unused time was given back."""
    return [
        NewJob(
            handler="billing.return_unused",
            payload=UnusedTime(
                subscription_id=subscription.id,
                invoice_id=documents[subscription.id],
                pay_out=subscription.status is SubscriptionStatus.ENDED
                and subscription.compensation is Compensation.REFUND,
            ),
            seller_id=tx.seller_id,
            tags=(f"subscription:{subscription.id}",),
        )
        for decision in decisions
        for subscription in (decision.after.subscription,)
        if any(charge.amount < 0 for charge in decision.charges)
    ]


def _save_items(tx: SubscriptionsTx, decisions: Sequence[Decision]) -> None:
    """Items that changed, went or came; a renewal leaves them as they are."""
    changed: list[SubscriptionItem] = []
    added: list[SubscriptionItem] = []
    for decision in decisions:
        if decision.before.items is decision.after.items:
            continue
        old = {item.id: item for item in decision.before.items}
        new = {item.id: item for item in decision.after.items}
        added += [item for item in decision.after.items if item.id not in old]
        changed += [item for item in decision.after.items if item.id in old and item != old[item.id]]
        changed += [attrs.evolve(item, quantity=0) for item in decision.before.items if item.id not in new]
    tx.billing.subscriptions.save_items(changed)
    tx.billing.subscriptions.add_many([], added)


def _serve(tx: SubscriptionsTx, decisions: Sequence[Decision], documents: Mapping[UUID | None, UUID]) -> None:
    """Services made, changed, ended, suspended and resumed, with the stock that they take or leave."""
    if not decisions:
        return
    known = tx.billing.services.for_subscriptions([each.before.subscription.id for each in decisions])
    destroy_at = tx.now + settings_of(tx).keep_data
    events: list[Event] = []
    made: list[Service] = []
    changed: list[Service] = []
    unasked: list[Service] = []
    replaced: list[Service] = []
    for decision in decisions:
        subscription = decision.after.subscription
        mine = known.get(subscription.id, [])
        result = served(decision.before, decision.after, mine, tx.now, decision.region)
        unasked += [service for service in result.ended if service.waits_for is not None]
        new = [_waiting(service, decision, documents.get(subscription.id)) for service in result.made]
        made += new
        changed += result.changed
        ids = {service.id for service in result.changed}
        replaced += [service for service in mine if service.id in ids]
        events += _events(tx, decision, result, new, destroy_at)
    tx.billing.services.add_many(made)
    tx.billing.services.close_many([service.id for service in unasked])
    tx.billing.services.save_configuration(changed)
    give_back(tx, units_of([*unasked, *replaced]))
    take(tx, units_of([*made, *changed]))
    record_many(tx, [created(service) for service in made])
    record_many(tx, [never_built(service) for service in unasked])
    tx.publish(*events)


def _waiting(service: Service, decision: Decision, invoice_id: UUID | None) -> Service:
    """A unit that is paid first waits for the invoice of the change."""
    plan = next(plan for plan in decision.after.plans.values() if plan.code == service.plan_code)
    paid_first = plan.release is not ReleasePolicy.PLACED and any(charge.amount > 0 for charge in decision.charges)
    return attrs.evolve(service, waits_for=invoice_id if paid_first else None)


def _events(
    tx: SubscriptionsTx, decision: Decision, result: Served, made: Sequence[Service], destroy_at: datetime
) -> list[Event]:
    seller, now = tx.seller_id, tx.now
    ready = asked(made)
    events: list[Event] = [services_ordered(tx, ready)] if ready else []
    events += [
        ServiceEndRequested(seller_id=seller, occurred_at=now, service_id=each.id, destroy_at=destroy_at)
        for each in asked(result.ended)
    ]
    events += [
        ServiceSuspendRequested(seller_id=seller, occurred_at=now, service_id=each.id)
        for each in asked(result.suspended)
    ]
    events += [
        ServiceResumeRequested(seller_id=seller, occurred_at=now, service_id=each.id, reactivated=each in result.back)
        for each in asked((*result.resumed, *result.back))
    ]
    events += [
        ServiceChangeRequested(
            seller_id=seller, occurred_at=now, service_id=each.id, plan_code=each.plan_code, spec=each.spec
        )
        for each in asked(result.changed)
    ]
    return events


def units_of(services: Sequence[Service]) -> list[Units]:
    """What services hold of the stock of their plans."""
    return [Units(plan_code=service.plan_code, region=service.region, units=1) for service in services]


def asked(services: Sequence[Service]) -> list[Service]:
    """Those that provisioning knows of."""
    return [service for service in services if service.waits_for is None]


def services_ordered(tx: SubscriptionsTx, services: Sequence[Service]) -> ServicesOrdered:
    """Work for these units of one agreement may begin."""
    return ServicesOrdered(
        seller_id=tx.seller_id,
        occurred_at=tx.now,
        order_id=services[0].order_id,
        customer_id=services[0].customer_id,
        items=tuple(
            ReleasedItem(
                service_id=service.id,
                plan_code=service.plan_code,
                name=service.name,
                region=service.region,
                spec=service.spec,
                on_failure=service.on_failure,
            )
            for service in services
        ),
    )


def created(service: Service) -> Audit:
    """The audit of a new unit."""
    return Audit(subject_kind="service", subject_id=service.id, action="create", before="", after=service.status)


def never_built(service: Service) -> Audit:
    """The audit of a unit that is over before work on it began."""
    return Audit(
        subject_kind="service",
        subject_id=service.id,
        action="cancel",
        before=service.status,
        after=ServiceStatus.ENDED,
    )


def _audit(decision: Decision, documents: Mapping[UUID | None, UUID]) -> Audit:
    before, after = decision.before.subscription, decision.after.subscription
    invoice = documents.get(before.id)
    reason = decision.reason if invoice is None else f"{decision.reason}, invoice {invoice}".removeprefix(", ")
    return Audit(
        subject_kind="subscription",
        subject_id=before.id,
        action=decision.action,
        before=before.status,
        after=after.status,
        reason=reason,
    )
