"""The dunning run: cases open and close, reminders and retries go out, and what takes services away is handed on.

billing.dun (schedule, all sellers) ──▶ billing.dun_seller ──▶ itself, while there is more
                                               ├──▶ billing.collect (a retry)
                                               └──▶ billing.take_services (see take.py)
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from larabill_billing.audits.handlers import record_many
from larabill_billing.dunning import ladder
from larabill_billing.dunning.handlers import EASTERNMOST, case_change, close, open_cases
from larabill_billing.dunning.model import DunningCase
from larabill_billing.dunning.ports import DunningTx
from larabill_billing.dunning.take import ask_again
from larabill_billing.settings import LadderStep, settings_of
from larabill_billing.subscriptions.collect import collect_job
from larabill_core.jobs import NewJob
from larabill_core.messages import Nothing
from larabill_core.published import PaymentReminderDue

BATCH = 200
HEED_WITHIN = timedelta(days=1)
"""What was asked for and has not happened by then is asked for again."""


def dun(tx: DunningTx, payload: Nothing) -> None:
    """One job for each seller with cases or overdue invoices."""
    sellers = tx.billing.dunning.sellers_with_work((tx.now + EASTERNMOST).date())
    tx.enqueue(*(NewJob(handler="billing.dun_seller", seller_id=seller_id) for seller_id in sellers))


def dun_seller(tx: DunningTx, payload: Nothing) -> None:
    """One batch of each kind of work."""
    steps = settings_of(tx).overdue
    pointless = tx.billing.dunning.claim_pointless(tx.now, BATCH)
    close(tx, pointless, "settled or pointless")
    more = open_cases(tx, BATCH)
    gentle = tx.billing.dunning.claim_due(ladder.gentle(steps), tx.now, BATCH)
    step_gently(tx, gentle, steps)
    unheeded = tx.billing.dunning.claim_unheeded(tx.now - HEED_WITHIN, BATCH)
    ask_again(tx, unheeded)
    if more or BATCH in (len(pointless), len(gentle), len(unheeded)):
        tx.enqueue(NewJob(handler="billing.dun_seller", seller_id=tx.seller_id))
    elif tx.billing.dunning.any_due(ladder.taking(steps), tx.now):
        tx.enqueue(NewJob(handler="billing.take_services", seller_id=tx.seller_id))


def step_gently(tx: DunningTx, cases: Sequence[DunningCase], steps: Sequence[LadderStep]) -> None:
    """Take the next step of each case, which is to remind or to charge again."""
    taken = [ladder.stepped(case, steps, tx.now) for case in cases]
    tx.billing.dunning.save_many(taken)
    record_many(tx, [case_change(case, steps[case.steps].do, f"step {case.steps + 1}") for case in cases])
    tx.publish(
        *(
            PaymentReminderDue(
                seller_id=tx.seller_id,
                occurred_at=tx.now,
                invoice_id=case.invoice_id,
                customer_id=case.customer_id,
                step=case.steps + 1,
            )
            for case in cases
            if steps[case.steps].do == "remind"
        )
    )
    tx.enqueue(*(collect_job(tx.seller_id, case.invoice_id) for case in cases if steps[case.steps].do == "retry"))
