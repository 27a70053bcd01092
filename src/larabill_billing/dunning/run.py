"""The dunning run: cases open and close, reminders and retries go out, and what takes services away is handed on.

billing.dun (schedule, all sellers) ─┬▶ billing.dun_seller ──▶ itself, while there is more
                                     │         ├──▶ billing.collect (a retry)
                                     │         ├──▶ billing.charge_late_fee
                                     │         └──▶ billing.take_services (see take.py)
                                     └▶ billing.remind_upcoming (see upcoming.py)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import record_many
from larabill_billing.dunning import ladder
from larabill_billing.dunning.choice import policy_for
from larabill_billing.dunning.disputed import hold_disputed
from larabill_billing.dunning.ending import end_settled
from larabill_billing.dunning.handlers import EASTERNMOST, case_change, close, close_little, open_cases
from larabill_billing.dunning.model import DunningCase
from larabill_billing.dunning.pauses import release_undisputed
from larabill_billing.dunning.ports import DunningTx, Overdue
from larabill_billing.dunning.take import ask_again
from larabill_billing.dunning.upcoming import longest_before, upcoming_job
from larabill_billing.invoicing.late_fees import charge_late_fee
from larabill_billing.invoicing.model import InvoiceStatus
from larabill_billing.policies import DAY, Action, DunningPolicy, late_fee
from larabill_billing.settings import settings_of
from larabill_billing.subscriptions.collect import collect_job
from larabill_core.ids import derived_id
from larabill_core.jobs import NewJob
from larabill_core.messages import Nothing
from larabill_core.published import PaymentReminderDue

BATCH = 200
HEED_WITHIN = timedelta(days=1)
"""What was asked for and has not happened by then is asked for again."""


@attrs.frozen(kw_only=True)
class Onwards:
    """Where a run over overdue invoices goes on; from the beginning without."""

    after: Overdue | None = None
    after_pause: UUID | None = None


@attrs.frozen(kw_only=True)
class LateFeeDue:
    """The `step`-th step of the ladder, counted from 1, is a late fee for an invoice."""

    invoice_id: UUID
    step: int


def dun(tx: DunningTx, payload: Nothing) -> None:
    """One job for each seller with cases or overdue invoices, and one for each with invoices to remind of."""
    today = (tx.now + EASTERNMOST).date()
    tx.enqueue(
        *(
            NewJob(handler="billing.dun_seller", payload=Onwards(), seller_id=seller_id)
            for seller_id in tx.billing.dunning.sellers_with_work(today)
        )
    )
    longest = longest_before(settings_of(tx).policies)
    if longest:
        due_before = today + longest + DAY
        tx.enqueue(*map(upcoming_job, tx.billing.dunning.sellers_with_work(due_before)))


def dun_seller(tx: DunningTx, payload: Onwards) -> None:
    """One batch of each kind of work."""
    policies = settings_of(tx).policies
    settled = tx.billing.pauses.claim_settled(BATCH)
    end_settled(tx, *([pause for pause, is_paid in settled if is_paid is wanted] for wanted in (True, False)))
    after_pause = release_undisputed(tx, payload.after_pause, BATCH)
    pointless = tx.billing.dunning.claim_pointless(tx.now, BATCH)
    close(tx, pointless, "settled or pointless")
    onwards = open_cases(tx, BATCH, payload.after)
    gentle = tx.billing.dunning.claim_due(ladder.gentle(policies), tx.now, BATCH)
    step_gently(tx, hold_disputed(tx, close_little(tx, gentle)), policies)
    unheeded = tx.billing.dunning.claim_unheeded(tx.now - HEED_WITHIN, BATCH)
    ask_again(tx, hold_disputed(tx, unheeded))
    full = BATCH in (len(settled), len(pointless), len(gentle), len(unheeded))
    if onwards is not None or after_pause is not None or full:
        further = Onwards(after=onwards, after_pause=after_pause)
        tx.enqueue(NewJob(handler="billing.dun_seller", payload=further, seller_id=tx.seller_id))
    elif tx.billing.dunning.any_due(ladder.taking(policies), tx.now):
        tx.enqueue(NewJob(handler="billing.take_services", seller_id=tx.seller_id))


def step_gently(tx: DunningTx, cases: Sequence[DunningCase], policies: Mapping[str, DunningPolicy]) -> None:
    """Take the next step of each case, which takes nothing away."""
    taken = [ladder.stepped(case, ladder.policy_of(policies, case).steps, tx.now) for case in cases]
    tx.billing.dunning.save_many(taken)
    actions = {case.id: ladder.policy_of(policies, case).steps[case.steps].do for case in cases}
    record_many(tx, [case_change(case, actions[case.id], f"step {case.steps + 1}") for case in cases])
    tx.publish(
        *(
            PaymentReminderDue(
                seller_id=tx.seller_id,
                occurred_at=tx.now,
                invoice_id=case.invoice_id,
                customer_id=case.customer_id,
                step=case.steps + 1,
                number=_so_far("remind", ladder.policy_of(policies, case), case.steps + 1),
            )
            for case in cases
            if actions[case.id] == "remind"
        )
    )
    tx.enqueue(
        *(
            collect_job(tx.seller_id, case.invoice_id, f"step {case.steps + 1} on {tx.now.date()}")
            for case in cases
            if actions[case.id] == "retry"
        ),
        *(_late_fee_job(case) for case in cases if actions[case.id] == "late_fee"),
    )


def _so_far(action: Action, policy: DunningPolicy, steps: int) -> int:
    return sum(step.do == action for step in policy.steps[:steps])


def _late_fee_job(case: DunningCase) -> NewJob:
    """Two agreements on one invoice make one fee of a step."""
    return NewJob(
        handler="billing.charge_late_fee",
        payload=LateFeeDue(invoice_id=case.invoice_id, step=case.steps + 1),
        event_id=derived_id(case.invoice_id, f"late_fee:{case.steps + 1}"),
        seller_id=case.seller_id,
        tags=(f"invoice:{case.invoice_id}",),
    )


def charge_fee(tx: DunningTx, payload: LateFeeDue) -> None:
    """What the policy says, of what is open by now; nothing where it says nothing of the currency."""
    state = tx.billing.invoices.state(payload.invoice_id, lock=True)
    fee = policy_for(tx, payload.invoice_id).late_fee
    if state.status is not InvoiceStatus.ISSUED or fee is None:
        return
    amount = late_fee(fee, state.balance, state.currency)
    if amount:
        fee_id = charge_late_fee(tx, payload.invoice_id, amount, str(payload.step))
        tx.enqueue(collect_job(tx.seller_id, fee_id, "issued"))
