"""Move running agreements to the version of a plan that is sold now: on purpose, with notice, in batches."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import record_many
from larabill_billing.audits.model import Change as Audit
from larabill_billing.catalog.handlers import plan_for
from larabill_billing.subscriptions.changes import NAMES, Migrate, ScheduledChange
from larabill_billing.subscriptions.model import LIVE, Subscription
from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_billing.subscriptions.timing import timed
from larabill_core.clock import local_date
from larabill_core.errors import InvalidInput
from larabill_core.ids import new_id
from larabill_core.jobs import NewJob
from larabill_core.published import PlanMigrationScheduled

BATCH: Final = 500


@attrs.frozen(kw_only=True)
class PlanMigration:
    """What is to be moved: `after` is the last subscription that was looked at."""

    plan_code: str
    notice_days: int
    after: UUID | None = None


def migrate(tx: SubscriptionsTx, plan_code: str, notice_days: int) -> int:
    """Put the change to the version on sale down for every running agreement that has an older one; how many.

    Each changes at the first end of a period that lies `notice_days` or more ahead, and its customer is told by
    `PlanMigrationScheduled`. The first 500 are done here, a job goes on with the rest. Asked again, it takes only those
    that came since. Raises `NotFound` for a plan that is not sold, `InvalidInput`.
    """
    if isinstance(notice_days, bool) or not isinstance(notice_days, int) or not 0 <= notice_days <= 366:
        raise InvalidInput.one("notice_days", "must be 0 to 366", notice_days)
    return _batch(tx, PlanMigration(plan_code=plan_code, notice_days=notice_days))


def migrate_batch(tx: SubscriptionsTx, payload: PlanMigration) -> None:
    """The next 500."""
    _batch(tx, payload)


def _batch(tx: SubscriptionsTx, wanted: PlanMigration) -> int:
    plan = plan_for(tx, wanted.plan_code)
    behind = tx.billing.subscriptions.on_other_versions(plan.code, plan.id, after=wanted.after, limit=BATCH)
    if not behind:
        return 0
    waiting = tx.billing.subscription_changes.scheduled([each.id for each in behind])
    kind = NAMES[Migrate]
    moving = [
        each
        for each in behind
        if each.status in LIVE and all(change.kind != kind for change in waiting.get(each.id, ()))
    ]
    changes = [_change(tx, each, wanted.notice_days) for each in moving]
    tx.billing.subscription_changes.add_many(changes)
    tx.billing.subscriptions.save_many(
        [_noted(each, change.effective_on) for each, change in zip(moving, changes, strict=True)]
    )
    record_many(tx, [_audit(each, change) for each, change in zip(moving, changes, strict=True)])
    tx.publish(*(_told(tx, each, change, plan.code) for each, change in zip(moving, changes, strict=True)))
    if len(behind) == BATCH:
        rest = attrs.evolve(wanted, after=behind[-1].id)
        tx.enqueue(NewJob(handler="billing.migrate_plan", payload=rest, seller_id=tx.seller_id))
    return len(moving)


def _change(tx: SubscriptionsTx, subscription: Subscription, notice_days: int) -> ScheduledChange:
    earliest = local_date(tx.now, subscription.time_zone) + timedelta(days=notice_days)
    schedule = subscription.schedule
    n = max(schedule.next_index(earliest), subscription.next_period)
    return ScheduledChange(
        id=new_id(),
        seller_id=tx.seller_id,
        subscription_id=subscription.id,
        kind=NAMES[Migrate],
        data={},
        effective_on=schedule.boundary(n),
        created_at=tx.now,
    )


def _noted(subscription: Subscription, on: date) -> Subscription:
    earlier = subscription.change_on
    return timed(attrs.evolve(subscription, change_on=on if earlier is None else min(on, earlier)))


def _audit(subscription: Subscription, change: ScheduledChange) -> Audit:
    return Audit(
        subject_kind="subscription",
        subject_id=subscription.id,
        action=f"schedule_{change.kind}",
        before=subscription.status,
        after=subscription.status,
        reason=f"on {change.effective_on}",
    )


def _told(
    tx: SubscriptionsTx, subscription: Subscription, change: ScheduledChange, plan_code: str
) -> PlanMigrationScheduled:
    return PlanMigrationScheduled(
        seller_id=tx.seller_id,
        occurred_at=tx.now,
        subscription_id=subscription.id,
        customer_id=subscription.customer_id,
        plan_code=plan_code,
        effective_on=change.effective_on,
    )
