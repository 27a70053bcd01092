"""While a dispute about a payment of a customer stands, nothing is done about what else the customer owes."""

from __future__ import annotations

from collections.abc import Sequence

from larabill_billing.audits.handlers import record_many
from larabill_billing.audits.model import Change
from larabill_billing.dunning import ladder
from larabill_billing.dunning.model import DunningCase, Pause, PauseKind
from larabill_billing.dunning.ports import DunningTx
from larabill_core.ids import new_id


def hold_disputed(tx: DunningTx, cases: Sequence[DunningCase]) -> list[DunningCase]:
    """Pause those of the locked cases whose customer disputes a payment; the others. A constant number of statements.

    The clock of a case stands still from its next step on: until then there was nothing to hold up.
    """
    disputed = tx.billing.disputes.open_disputes_for({case.customer_id for case in cases})
    if not disputed:
        return list(cases)
    held = [case for case in cases if case.customer_id in disputed]
    owners = {case.invoice_id: case.customer_id for case in held}
    known = {each.invoice_id for each in tx.billing.pauses.open_for(owners) if each.kind is PauseKind.DISPUTE}
    placed = [
        Pause(
            id=new_id(),
            seller_id=tx.seller_id,
            customer_id=customer_id,
            invoice_id=invoice_id,
            kind=PauseKind.DISPUTE,
            started_at=tx.now,
        )
        for invoice_id, customer_id in owners.items()
        if invoice_id not in known
    ]
    tx.billing.pauses.add_many(placed)
    tx.billing.dunning.save_many([ladder.paused(case, tx.now) for case in held])
    record_many(
        tx,
        [
            Change(
                subject_kind="pause",
                subject_id=each.id,
                action="place",
                after=each.status,
                reason=f"{each.kind} for invoice {each.invoice_id}",
            )
            for each in placed
        ],
    )
    return [case for case in cases if case.customer_id not in disputed]
