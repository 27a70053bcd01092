"""Agreements and services over HTTP: the rows. What they do is in `http`."""

from __future__ import annotations

from typing import Any, Final

from larabill_billing.subscriptions import wire
from larabill_core.http.endpoint import Endpoint

_HERE: Final = "larabill_billing.subscriptions.http"


def _on(id: str, method: Any, path: str, summary: str, ability: str, **more: Any) -> Endpoint:
    """A row of one agreement, for those whose it is."""
    values = {"scope": "own", "answer": wire.SubscriptionOut, "handler": f"{_HERE}:{id}", **more}
    return Endpoint(
        id=id, method=method, path=f"/subscriptions/{{subscription}}{path}", summary=summary, ability=ability, **values
    )


ENDPOINTS: Final = (
    Endpoint(
        id="list_subscriptions",
        method="GET",
        path="/subscriptions",
        summary="Running and past agreements",
        ability="subscriptions.read",
        scope="own",
        query=wire.SubscriptionsQuery,
        answer=wire.SubscriptionPage,
        handler=f"{_HERE}:list_subscriptions",
    ),
    _on("get_subscription", "GET", "", "An agreement with its items", "subscriptions.read"),
    _on(
        "preview_change",
        "POST",
        "/preview",
        "What a change or an end would do and cost",
        "subscriptions.read",
        body=wire.PreviewChange,
        answer=wire.ChangePreviewOut,
        idempotent=True,
    ),
    _on(
        "change_subscription",
        "POST",
        "/changes",
        "Change an agreement, now or on a day",
        "subscriptions.change",
        body=wire.ChangeSubscription,
        versioned=True,
    ),
    _on(
        "list_scheduled_changes",
        "GET",
        "/changes",
        "The changes that are still to come",
        "subscriptions.read",
        answer=wire.ScheduledChanges,
    ),
    Endpoint(
        id="withdraw_scheduled_change",
        method="DELETE",
        path="/scheduled-changes/{scheduled_change}",
        summary="A change that is to come will not be carried out",
        ability="subscriptions.change",
        scope="own",
        answer=wire.ScheduledChangeOut,
        handler=f"{_HERE}:withdraw_scheduled_change",
    ),
    _on(
        "cancel_subscription",
        "POST",
        "/cancel",
        "End an agreement, as its terms allow",
        "subscriptions.cancel",
        body=wire.CancelSubscription,
        versioned=True,
    ),
    _on(
        "withdraw_cancellation",
        "POST",
        "/withdraw-cancellation",
        "A cancelled agreement goes on after all",
        "subscriptions.cancel",
        versioned=True,
    ),
    _on(
        "end_subscription",
        "POST",
        "/end",
        "End an agreement within its minimum term or notice period",
        "subscriptions.force",
        scope="seller",
        body=wire.EndSubscription,
        versioned=True,
    ),
    _on(
        "release_hold",
        "POST",
        "/release-hold",
        "Try a held renewal again at the next run",
        "subscriptions.write",
        scope="seller",
        versioned=True,
    ),
    Endpoint(
        id="list_services",
        method="GET",
        path="/services",
        summary="Services",
        ability="subscriptions.read",
        scope="own",
        query=wire.ServicesQuery,
        answer=wire.ServicePage,
        handler=f"{_HERE}:list_services",
    ),
    Endpoint(
        id="get_service",
        method="GET",
        path="/services/{service}",
        summary="A service",
        ability="subscriptions.read",
        scope="own",
        answer=wire.ServiceOut,
        handler=f"{_HERE}:get_service",
    ),
)
