"""The jobs of this feature."""

from __future__ import annotations

from larabill_billing.credits.credit_notes import CreditWanted
from larabill_billing.credits.expiry import LotToExpire
from larabill_billing.invoicing.proforma import PaidProforma
from larabill_core.jobs import Handler

HANDLERS = (
    Handler(name="billing.issue_drafts", target="larabill_billing.credits.documents:issue_drafts"),
    Handler(name="billing.expire_lot", target="larabill_billing.credits.expiry:expire_lot", payload=LotToExpire),
    Handler(
        name="billing.issue_credit_note",
        target="larabill_billing.credits.credit_notes:issue_credit_note",
        payload=CreditWanted,
    ),
    Handler(
        name="billing.follow_proforma",
        target="larabill_billing.invoicing.proforma:follow_paid",
        payload=PaidProforma,
    ),
)
