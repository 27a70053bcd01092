"""`engine.billing.subscriptions`: running agreements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from larabill_billing.facade.area import Area, Owned, of_customer
from larabill_billing.repositories import BillingTx
from larabill_billing.subscriptions import change as changing
from larabill_billing.subscriptions.change import Preview
from larabill_billing.subscriptions.changes import Cancel, Change, ScheduledChange, When
from larabill_billing.subscriptions.migrate import migrate
from larabill_billing.subscriptions.model import Compensation, Subscription, SubscriptionItem
from larabill_billing.subscriptions.scheduled import withdraw
from larabill_core.access import SYSTEM, Actor


def _subscription(subscription_id: UUID) -> Callable[[BillingTx], Owned]:
    return lambda tx: ("subscription", subscription_id, tx.billing.subscriptions.get(subscription_id).customer_id)


class Subscriptions(Area):
    """`engine.billing.subscriptions`."""

    def change(
        self,
        seller: UUID,
        subscription_id: UUID,
        change: Change,
        when: When = "now",
        reason: str = "",
        *,
        force: bool = False,
        actor: Actor = SYSTEM,
    ) -> Subscription:
        """Change it now, at "period_end", or on a day; `force` breaks minimum term and notice period of a `Cancel`.

        Raises `InvalidInput` with every fault, `NotFound`, `IllegalTransition`; `Conflict` with what is possible.
        """
        if force:
            self._access.require(actor, "subscriptions.force")
        return self._run(
            "subscriptions.write",
            seller,
            actor,
            lambda tx: changing.change(tx, subscription_id, change, when, reason, force=force),
        )

    def preview(
        self, seller: UUID, subscription_id: UUID, change: Change, when: When = "now", *, actor: Actor = SYSTEM
    ) -> Preview:
        """What the change would do and cost, to the cent, without doing it (I13). Raises what `change` raises."""
        return self._run(
            "subscriptions.read", seller, actor, lambda tx: changing.preview(tx, subscription_id, change, when)
        )

    def cancel(
        self,
        seller: UUID,
        subscription_id: UUID,
        when: When,
        reason: str = "",
        *,
        compensation: Compensation | str = Compensation.NONE,
        force: bool = False,
        actor: Actor = SYSTEM,
    ) -> Subscription:
        """End now, at "period_end", or on a day: `change` with `Cancel`."""
        wanted = Cancel(compensation=compensation)
        return self.change(seller, subscription_id, wanted, when, reason, force=force, actor=actor)

    def scheduled(self, seller: UUID, subscription_id: UUID, *, actor: Actor = SYSTEM) -> Sequence[ScheduledChange]:
        """The changes that are still to come, by day. An end that is to come stands in the subscription itself."""
        return self._run(
            "subscriptions.read",
            seller,
            actor,
            lambda tx: tx.billing.subscription_changes.scheduled([subscription_id]).get(subscription_id, []),
            owned=_subscription(subscription_id),
        )

    def migrate(self, seller: UUID, plan_code: str, *, notice_days: int, actor: Actor = SYSTEM) -> int:
        """Move everybody on older versions of a plan to the one on sale, with notice; how many the first batch holds.

        Raises `NotFound`, `InvalidInput`.
        """
        return self._run("subscriptions.write", seller, actor, lambda tx: migrate(tx, plan_code, notice_days))

    def withdraw(self, seller: UUID, change_id: UUID, *, actor: Actor = SYSTEM) -> ScheduledChange:
        """A scheduled change will not be carried out. Raises `NotFound`, `Conflict`."""
        return self._run("subscriptions.write", seller, actor, lambda tx: withdraw(tx, change_id))

    def withdraw_cancellation(self, seller: UUID, subscription_id: UUID, *, actor: Actor = SYSTEM) -> Subscription:
        """It goes on after all. Raises `NotFound`, `Conflict`."""
        return self._run(
            "subscriptions.write", seller, actor, lambda tx: changing.withdraw_cancellation(tx, subscription_id)
        )

    def release_hold(self, seller: UUID, subscription_id: UUID, *, actor: Actor = SYSTEM) -> Subscription:
        """Try a held renewal again at the next run. Raises `NotFound`, `Conflict`."""
        return self._run("subscriptions.write", seller, actor, lambda tx: changing.release_hold(tx, subscription_id))

    def items(self, seller: UUID, subscription_id: UUID, *, actor: Actor = SYSTEM) -> Sequence[SubscriptionItem]:
        """Its items, without those that are over."""
        return self._run(
            "subscriptions.read",
            seller,
            actor,
            lambda tx: tx.billing.subscriptions.living_items([subscription_id]).get(subscription_id, []),
            owned=_subscription(subscription_id),
        )

    def due(self, *, actor: Actor = SYSTEM) -> int:
        """How many of all sellers wait for a renewal, a change or their end."""
        return self._run(
            "subscriptions.read", None, actor, lambda tx: sum(tx.billing.subscriptions.due_by_seller(tx.now).values())
        )

    def get(self, seller: UUID, subscription_id: UUID, *, actor: Actor = SYSTEM) -> Subscription:
        """Raises `NotFound`."""
        return self._run(
            "subscriptions.read",
            seller,
            actor,
            lambda tx: tx.billing.subscriptions.get(subscription_id),
            owned=_subscription(subscription_id),
        )

    def list(
        self,
        seller: UUID,
        *,
        customer_id: UUID | None = None,
        held: bool = False,
        after: UUID | None = None,
        limit: int = 100,
        actor: Actor = SYSTEM,
    ) -> Sequence[Subscription]:
        """By id; `held`: only those whose renewal waits for a person."""
        return self._run(
            "subscriptions.read",
            seller,
            actor,
            lambda tx: tx.billing.subscriptions.page(customer_id=customer_id, held=held, after=after, limit=limit),
            owned=of_customer(customer_id),
        )
