"""What the endpoints of agreements and services do.

A customer undoes what a customer did: what staff ended or put down for a day, only staff take back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from larabill_billing.audits.model import Audit
from larabill_billing.subscriptions import change as changing
from larabill_billing.subscriptions import scheduled, wire
from larabill_billing.subscriptions.changes import Cancel, Reactivate, ScheduledChange
from larabill_billing.subscriptions.model import Compensation, Subscription
from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_billing.subscriptions.wire_changes import change_of, under_change, when_of
from larabill_core.access import own
from larabill_core.errors import Conflict, InvalidInput, StaleVersion
from larabill_core.http.endpoint import Call
from larabill_core.http.wire import id_of, newest_first, next_of

T = TypeVar("T")

_ENDS: Final = ("schedule_end", "cancel")
"""Actions by which somebody ends an agreement."""


def list_subscriptions(tx: SubscriptionsTx, call: Call[wire.SubscriptionsQuery, None]) -> wire.SubscriptionPage:
    query = call.query
    found = tx.billing.subscriptions.page(
        customer_id=call.customer(id_of(query.customer, "cus", "customer")),
        held=query.held,
        after=id_of(query.after, "sub", "after"),
        newest_first=newest_first(query),
        limit=query.limit,
    )
    return wire.page_out(found, query)


def get_subscription(tx: SubscriptionsTx, call: Call[Any, Any]) -> wire.SubscriptionOut:
    subscription = _asked_for(tx, call)
    items = tx.billing.subscriptions.living_items([subscription.id]).get(subscription.id, [])
    return wire.subscription_out(subscription, items, for_staff=call.actor.kind == "staff")


def preview_change(tx: SubscriptionsTx, call: Call[Any, wire.PreviewChange]) -> wire.ChangePreviewOut:
    subscription = _asked_for(tx, call)
    wanted = change_of(call.body.change, call.actor)
    when = when_of(call.body.when, tx.now.date())
    return wire.preview_out(_placed(lambda: changing.preview(tx, subscription.id, wanted, when)))


def change_subscription(tx: SubscriptionsTx, call: Call[Any, wire.ChangeSubscription]) -> wire.SubscriptionOut:
    subscription = _in_version(tx, call)
    wanted = change_of(call.body.change, call.actor)
    when = when_of(call.body.when, tx.now.date())
    if isinstance(wanted, Reactivate):
        _demand_own_end(tx, call, subscription)
    _placed(lambda: changing.change(tx, subscription.id, wanted, when, call.body.reason))
    return get_subscription(tx, call)


def list_scheduled_changes(tx: SubscriptionsTx, call: Call[Any, None]) -> wire.ScheduledChanges:
    subscription = _asked_for(tx, call)
    found = tx.billing.subscription_changes.scheduled([subscription.id]).get(subscription.id, [])
    return wire.ScheduledChanges(items=[wire.scheduled_out(each) for each in found])


def withdraw_scheduled_change(tx: SubscriptionsTx, call: Call[Any, None]) -> wire.ScheduledChangeOut:
    change = tx.billing.subscription_changes.get(call.path["scheduled_change"])
    subscription = tx.billing.subscriptions.get(change.subscription_id, lock=True)
    own(call.actor, "scheduled change", change.id, subscription.customer_id)
    _demand_own_change(tx, call, change)
    return wire.scheduled_out(scheduled.withdraw(tx, change.id))


def cancel_subscription(tx: SubscriptionsTx, call: Call[Any, wire.CancelSubscription]) -> wire.SubscriptionOut:
    return _end(tx, call, force=False)


def end_subscription(tx: SubscriptionsTx, call: Call[Any, wire.EndSubscription]) -> wire.SubscriptionOut:
    return _end(tx, call, force=True)


def withdraw_cancellation(tx: SubscriptionsTx, call: Call[Any, None]) -> wire.SubscriptionOut:
    subscription = _in_version(tx, call)
    _demand_own_end(tx, call, subscription)
    changing.withdraw_cancellation(tx, subscription.id)
    return get_subscription(tx, call)


def release_hold(tx: SubscriptionsTx, call: Call[Any, None]) -> wire.SubscriptionOut:
    changing.release_hold(tx, _in_version(tx, call).id)
    return get_subscription(tx, call)


def list_services(tx: SubscriptionsTx, call: Call[wire.ServicesQuery, None]) -> wire.ServicePage:
    query = call.query
    found = tx.billing.services.page(
        customer_id=call.customer(id_of(query.customer, "cus", "customer")),
        after=id_of(query.after, "svc", "after"),
        newest_first=newest_first(query),
        limit=query.limit,
    )
    items = [wire.service_out(each) for each in found]
    return wire.ServicePage(items=items, next=next_of(items, query))


def get_service(tx: SubscriptionsTx, call: Call[Any, None]) -> wire.ServiceOut:
    service = tx.billing.services.get(call.path["service"])
    own(call.actor, "service", service.id, service.customer_id)
    return wire.service_out(service)


def _end(tx: SubscriptionsTx, call: Call[Any, Any], *, force: bool) -> wire.SubscriptionOut:
    subscription = _in_version(tx, call)
    wanted = Cancel(compensation=call.body.compensation)
    if call.actor.kind != "staff" and wanted.compensation is not Compensation.NONE:
        raise InvalidInput.one("compensation", "is for staff only")
    when = when_of(call.body.when, tx.now.date())
    changing.change(tx, subscription.id, wanted, when, call.body.reason, force=force)
    return get_subscription(tx, call)


def _asked_for(tx: SubscriptionsTx, call: Call[Any, Any], *, lock: bool = False) -> Subscription:
    subscription = tx.billing.subscriptions.get(call.path["subscription"], lock=lock)
    own(call.actor, "subscription", subscription.id, subscription.customer_id)
    return subscription


def _in_version(tx: SubscriptionsTx, call: Call[Any, Any]) -> Subscription:
    """The agreement, locked. Raises `NotFound`; `StaleVersion` when it is not as the client has seen it."""
    subscription = _asked_for(tx, call, lock=True)
    if subscription.version != call.version:
        raise StaleVersion("subscription", subscription.id)
    return subscription


def _placed(act: Callable[[], T]) -> T:
    """The faults of a change have their place in the body."""
    try:
        return act()
    except InvalidInput as problem:
        raise under_change(problem) from None


def _demand_own_end(tx: SubscriptionsTx, call: Call[Any, Any], subscription: Subscription) -> None:
    ends = [each for each in tx.billing.audits.for_subject("subscription", subscription.id) if each.action in _ENDS]
    if call.actor.kind == "customer" and ends and not _by_customer(ends[-1]):
        raise Conflict(f"subscription {subscription.id}", "it was not the customer who ended it", "ask the seller")


def _demand_own_change(tx: SubscriptionsTx, call: Call[Any, Any], change: ScheduledChange) -> None:
    audits = tx.billing.audits.for_subject("subscription", change.subscription_id)
    made = [each for each in audits if each.action == f"schedule_{change.kind}" and each.at == change.created_at]
    if call.actor.kind == "customer" and not (made and all(map(_by_customer, made))):
        raise Conflict(f"change {change.id}", "it was not the customer who asked for it", "ask the seller")


def _by_customer(audit: Audit) -> bool:
    return audit.actor.startswith("customer:")
