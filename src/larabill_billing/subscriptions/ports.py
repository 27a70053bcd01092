"""Storage of subscriptions, their items and services."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

import attrs

from larabill_billing.payments.ports import PaymentsRepositories
from larabill_billing.subscriptions.changes import ScheduledChange
from larabill_billing.subscriptions.model import Service, Subscription, SubscriptionItem
from larabill_billing.usage.ports import UsageRepositories
from larabill_core.ports.unit_of_work import Tx


@attrs.frozen(kw_only=True)
class BilledPeriods:
    """The regular periods charged for one item since `starts_on`: the days on which they begin and end.

    `gaps` counts those that do not begin where the one before ends.
    """

    subscription: Subscription
    item_id: UUID
    starts_on: date
    gaps: int
    first_on: date | None
    last_on: date | None


class SubscriptionRepository(Protocol):
    def add_many(self, subscriptions: Sequence[Subscription], items: Sequence[SubscriptionItem]) -> None:
        """Insert agreements and their items: two statements."""
        ...

    def get(self, subscription_id: UUID, *, lock: bool = False) -> Subscription:
        """Raises `NotFound`. With `lock` the row stays locked until the transaction ends."""
        ...

    def lock_many(self, subscription_ids: Collection[UUID]) -> dict[UUID, Subscription]:
        """Those that exist, locked in the order of their ids."""
        ...

    def for_order(self, order_id: UUID) -> list[Subscription]:
        """Locked, in the order of their ids."""
        ...

    def save_many(self, subscriptions: Sequence[Subscription], before: Sequence[Subscription] = ()) -> None:
        """Write the mutable fields of locked rows, version + 1: one statement. Raises `StaleVersion`.

        Where it is told what they were `before`, in the same order, only the fields that differ in any are written.
        """
        ...

    def due_by_seller(self, now: datetime) -> dict[UUID, int]:
        """How many are due, of every seller that has any: the one query here that looks across sellers."""
        ...

    def claim_due(self, now: datetime, limit: int, *, together: bool = False) -> list[Subscription]:
        """Live, not held, with `next_billing_at` reached; longest due first; locked, locked ones skipped.

        With `together` what else is due of the same customers comes too, so that it can share their invoices.
        """
        ...

    def living_items(self, subscription_ids: Collection[UUID]) -> dict[UUID, list[SubscriptionItem]]:
        """Items that are not over, in the order of their ids: one statement."""
        ...

    def on_other_versions(
        self, plan_code: str, plan_id: UUID, *, after: UUID | None = None, limit: int = 100
    ) -> list[Subscription]:
        """Those with an item of this plan in another version, by id, locked, also those that are over.

        Two statements: their ids, all from one index, and their rows.
        """
        ...

    def items(self, subscription_ids: Collection[UUID]) -> dict[UUID, list[SubscriptionItem]]:
        """All items, also those that are over."""
        ...

    def item(self, item_id: UUID, *, lock: bool = False) -> SubscriptionItem:
        """Raises `NotFound`."""
        ...

    def save_items(self, items: Sequence[SubscriptionItem]) -> None:
        """Write all mutable fields: one statement."""
        ...

    def page(
        self,
        *,
        customer_id: UUID | None = None,
        held: bool = False,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[Subscription]:
        """By id, keyset paged with `after`; `held`: only those that could not be renewed."""
        ...

    def billed_periods(self) -> list[BilledPeriods]:
        """What was charged for each item of the live agreements, for comparison with `next_period` (I3)."""
        ...

    def state_without_audit(self) -> list[tuple[UUID, str]]:
        """Subscriptions whose audits do not lead to their status: id, status (I6)."""
        ...


class ServiceRepository(Protocol):
    def add_many(self, services: Sequence[Service]) -> None: ...

    def get(self, service_id: UUID, *, lock: bool = False) -> Service:
        """Raises `NotFound`. With `lock` the row stays locked until the transaction ends."""
        ...

    def save(self, service: Service) -> None:
        """Write status and what was heard last."""
        ...

    def save_configuration(self, services: Sequence[Service]) -> None:
        """Write plan and configuration: one statement."""
        ...

    def waiting_for(self, invoice_id: UUID) -> list[Service]:
        """Those that wait for this invoice, locked."""
        ...

    def stop_waiting(self, invoice_id: UUID) -> None:
        """Nothing waits for this invoice any more."""
        ...

    def close_many(self, service_ids: Collection[UUID]) -> None:
        """These were never built and never will be: ended, and wait for nothing."""
        ...

    def for_subscriptions(self, subscription_ids: Collection[UUID]) -> dict[UUID, list[Service]]:
        """All of each subscription, gone ones too."""
        ...

    def for_order(self, order_id: UUID) -> list[Service]:
        """All of one order, in the order in which they were ordered."""
        ...

    def count_live(self) -> int:
        """Services of the seller that are not gone: what the ceiling is reckoned from."""
        ...

    def page(
        self,
        *,
        customer_id: UUID | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[Service]:
        """By id, keyset paged with `after`."""
        ...

    def state_without_audit(self) -> list[tuple[UUID, str]]:
        """Services whose audits do not lead to their status: id, status (I6)."""
        ...


class ChangeRepository(Protocol):
    def add_many(self, changes: Sequence[ScheduledChange]) -> None: ...

    def get(self, change_id: UUID) -> ScheduledChange:
        """Raises `NotFound`."""
        ...

    def scheduled(self, subscription_ids: Collection[UUID]) -> dict[UUID, list[ScheduledChange]]:
        """What is still to come of each agreement, by day and then in the order of their making: one statement."""
        ...

    def save_many(self, changes: Sequence[ScheduledChange]) -> None:
        """Write status, reason and time: one statement."""
        ...


class SubscriptionsRepositories(PaymentsRepositories, UsageRepositories, Protocol):
    @property
    def subscriptions(self) -> SubscriptionRepository: ...

    @property
    def subscription_changes(self) -> ChangeRepository: ...

    @property
    def services(self) -> ServiceRepository: ...


class SubscriptionsTx(Tx, Protocol):
    @property
    def billing(self) -> SubscriptionsRepositories: ...
