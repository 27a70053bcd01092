"""Billing's answer to "may this service be taken away?" (`larabill_core.contracts.standing`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from larabill_billing.dunning.ports import DunningTx
from larabill_billing.invoicing.model import UNPAID

if TYPE_CHECKING:
    from larabill_core.contracts.standing import Standing


class OpenCases:
    """Decides by the open case of the service's agreement, which it locks (I9)."""

    def may_suspend(self, tx: Any, service_id: UUID, case_version: int) -> bool:
        """False as soon as the case is closed, paused, disputed, settled or moved on, or money is on its way."""
        open_tx: DunningTx = tx
        subscription_id = open_tx.billing.services.get(service_id).subscription_id
        if subscription_id is None:
            return False
        case = open_tx.billing.dunning.open_for_subscription(subscription_id)
        if case is None or case.version != case_version or case.paused_at is not None:
            return False
        if open_tx.billing.invoices.state(case.invoice_id).status not in UNPAID:
            return False
        if open_tx.billing.disputes.open_disputes_for([case.customer_id]):
            return False
        payments = open_tx.billing.payments.for_invoices([case.invoice_id])
        return not any(payment.is_in_flight for payment in payments)


STANDING: Standing = OpenCases()
