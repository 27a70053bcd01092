"""Operations of the API: subscriptions. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from larabill_client.models.subscriptions import (
    CancelSubscription,
    ChangePreviewOut,
    ChangeSubscription,
    EndSubscription,
    PreviewChange,
    ScheduledChanges,
    SubscriptionOut,
    SubscriptionPage,
    SubscriptionSummary,
    UsageOut,
)
from larabill_client.transport import Transport, _part


class SubscriptionsApi(Transport):
    """Operations under /subscriptions."""

    def list_subscriptions(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
        sort: Literal["-created", "created"] | None = None,
        customer: str | None = None,
        held: bool | None = None,
    ) -> SubscriptionPage:
        """Running and past agreements.

        Needs `subscriptions.read`.
        """
        return self._ask(
            SubscriptionPage,
            "GET",
            "/subscriptions",
            query={"after": after, "limit": limit, "sort": sort, "customer": customer, "held": held},
        )

    def all_subscriptions(
        self,
        *,
        sort: Literal["-created", "created"] | None = None,
        customer: str | None = None,
        held: bool | None = None,
    ) -> Iterator[SubscriptionSummary]:
        """Every item of `list_subscriptions`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_subscriptions(after=after, limit=100, sort=sort, customer=customer, held=held)
            yield from page.items
            after = page.next
            if after is None:
                return

    def get_subscription(self, subscription: str) -> SubscriptionOut:
        """An agreement with its items.

        Needs `subscriptions.read`.
        """
        return self._ask(SubscriptionOut, "GET", f"/subscriptions/{_part(subscription)}")

    def cancel_subscription(
        self, subscription: str, body: CancelSubscription, *, version: int, idempotency_key: str | None = None
    ) -> SubscriptionOut:
        """End an agreement, as its terms allow.

        Needs `subscriptions.cancel`.
        """
        return self._ask(
            SubscriptionOut,
            "POST",
            f"/subscriptions/{_part(subscription)}/cancel",
            body=body,
            keyed=True,
            key=idempotency_key,
            version=version,
        )

    def list_scheduled_changes(self, subscription: str) -> ScheduledChanges:
        """The changes that are still to come.

        Needs `subscriptions.read`.
        """
        return self._ask(ScheduledChanges, "GET", f"/subscriptions/{_part(subscription)}/changes")

    def change_subscription(
        self, subscription: str, body: ChangeSubscription, *, version: int, idempotency_key: str | None = None
    ) -> SubscriptionOut:
        """Change an agreement, now or on a day.

        Needs `subscriptions.change`.
        """
        return self._ask(
            SubscriptionOut,
            "POST",
            f"/subscriptions/{_part(subscription)}/changes",
            body=body,
            keyed=True,
            key=idempotency_key,
            version=version,
        )

    def end_subscription(
        self, subscription: str, body: EndSubscription, *, version: int, idempotency_key: str | None = None
    ) -> SubscriptionOut:
        """End an agreement within its minimum term or notice period.

        Needs `subscriptions.force`.
        """
        return self._ask(
            SubscriptionOut,
            "POST",
            f"/subscriptions/{_part(subscription)}/end",
            body=body,
            keyed=True,
            key=idempotency_key,
            version=version,
        )

    def preview_change(self, subscription: str, body: PreviewChange) -> ChangePreviewOut:
        """What a change or an end would do and cost.

        Needs `subscriptions.read`.
        """
        return self._ask(ChangePreviewOut, "POST", f"/subscriptions/{_part(subscription)}/preview", body=body)

    def release_hold(self, subscription: str, *, version: int, idempotency_key: str | None = None) -> SubscriptionOut:
        """Try a held renewal again at the next run.

        Needs `subscriptions.write`.
        """
        return self._ask(
            SubscriptionOut,
            "POST",
            f"/subscriptions/{_part(subscription)}/release-hold",
            keyed=True,
            key=idempotency_key,
            version=version,
        )

    def get_usage(self, subscription: str, *, start_on: date, end_on: date) -> UsageOut:
        """What an agreement has used in some days.

        Needs `usage.read`.
        """
        return self._ask(
            UsageOut,
            "GET",
            f"/subscriptions/{_part(subscription)}/usage",
            query={"start_on": start_on, "end_on": end_on},
        )

    def withdraw_cancellation(
        self, subscription: str, *, version: int, idempotency_key: str | None = None
    ) -> SubscriptionOut:
        """A cancelled agreement goes on after all.

        Needs `subscriptions.cancel`.
        """
        return self._ask(
            SubscriptionOut,
            "POST",
            f"/subscriptions/{_part(subscription)}/withdraw-cancellation",
            keyed=True,
            key=idempotency_key,
            version=version,
        )
