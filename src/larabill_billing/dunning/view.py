"""What stands behind a customer's unpaid invoices: the answer to "why does nothing happen, and what comes next?"."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from larabill_billing.dunning.choice import policies_for
from larabill_billing.dunning.ladder import next_step
from larabill_billing.dunning.model import InvoiceDunning, Pause
from larabill_billing.dunning.ports import DunningTx
from larabill_billing.settings import settings_of


def of_customer(tx: DunningTx, customer_id: UUID) -> list[InvoiceDunning]:
    """The customer's open cases, and invoices that are paused before they are overdue; by invoice.

    A constant number of statements. Raises `NotFound` for the customer.
    """
    tx.billing.customers.get(customer_id)
    policies = settings_of(tx).policies
    cases = tx.billing.dunning.open_of_customer(customer_id)
    pauses: dict[UUID, list[Pause]] = defaultdict(list)
    for pause in tx.billing.pauses.open_of_customer(customer_id):
        pauses[pause.invoice_id].append(pause)
    found = []
    for case in cases:
        step = next_step(policies, case)
        found.append(
            InvoiceDunning(
                invoice_id=case.invoice_id,
                subscription_id=case.subscription_id,
                policy=case.policy,
                steps=case.steps,
                next_step=None if step is None else step.do,
                next_at=None if case.paused_at is not None else case.next_at,
                pauses=tuple(pauses[case.invoice_id]),
            )
        )
    early = pauses.keys() - {case.invoice_id for case in cases}
    chosen = policies_for(tx, early)
    found += [
        InvoiceDunning(
            invoice_id=invoice_id,
            subscription_id=None,
            policy=chosen[invoice_id][0],
            steps=0,
            next_step=None,
            next_at=None,
            pauses=tuple(pauses[invoice_id]),
        )
        for invoice_id in early
    ]
    return sorted(found, key=lambda each: each.invoice_id)
