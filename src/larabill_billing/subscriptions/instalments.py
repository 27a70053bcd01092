"""Collect instalments on their due days, and end the plans of those who miss them.

billing.instalments (schedule, all sellers) ──▶ billing.instalments_of_seller ──▶ billing.collect, once an instalment
                                                                               └──▶ billing.break_plan
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

import attrs

from larabill_billing.invoicing.plans import break_plan
from larabill_billing.settings import settings_of
from larabill_billing.subscriptions.collect import collect_job
from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_core.ids import derived_id
from larabill_core.jobs import NewJob
from larabill_core.messages import Nothing

BATCH: Final = 500


@attrs.frozen(kw_only=True)
class DueInstalments:
    """Where the batch begins."""

    after: UUID | None = None


@attrs.frozen(kw_only=True)
class PlanMissed:
    """The plan of an invoice, an instalment of which is missed."""

    invoice_id: UUID
    plan_id: UUID


def instalments(tx: SubscriptionsTx, payload: Nothing) -> None:
    """One job for each seller with instalments that are due."""
    sellers = tx.billing.payment_plans.sellers_with_due(tx.now.date())
    tx.enqueue(*(NewJob(handler="billing.instalments_of_seller", seller_id=seller_id) for seller_id in sellers))


def of_seller(tx: SubscriptionsTx, payload: DueInstalments) -> None:
    """A batch: what is due is collected, once for each instalment; what is missed for too long breaks its plan."""
    states = tx.billing.payment_plans.due(tx.now.date(), after=payload.after, limit=BATCH)
    grace = settings_of(tx).payment_plans.grace
    last_day = None if grace is None else (tx.now - grace).date() - timedelta(days=1)
    payers = tx.billing.payment_methods.payers({state.customer_id for state in states})
    jobs = []
    for state in states:
        if last_day is not None and state.due_on < last_day and state.plan_id is not None:
            missed = PlanMissed(invoice_id=state.invoice_id, plan_id=state.plan_id)
            jobs.append(
                NewJob(
                    handler="billing.break_plan",
                    payload=missed,
                    event_id=derived_id(state.plan_id, "break"),
                    seller_id=tx.seller_id,
                    tags=(f"invoice:{state.invoice_id}",),
                )
            )
        elif state.customer_id in payers:
            cause = f"instalment:{state.plan_id}:{state.due_on}"
            jobs.append(collect_job(tx.seller_id, state.invoice_id, cause))
    tx.enqueue(*jobs)
    if len(states) == BATCH:
        following = DueInstalments(after=states[-1].invoice_id)
        tx.enqueue(NewJob(handler="billing.instalments_of_seller", payload=following, seller_id=tx.seller_id))


def break_missed(tx: SubscriptionsTx, payload: PlanMissed) -> None:
    """The rest falls due, unless it was paid or another plan agreed on in the meantime."""
    state = tx.billing.invoices.state(payload.invoice_id, lock=True)
    grace = settings_of(tx).payment_plans.grace
    late = grace is not None and state.due_on < (tx.now - grace).date()
    if state.plan_id == payload.plan_id and late:
        break_plan(tx, payload.invoice_id, "an instalment was missed")
