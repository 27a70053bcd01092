"""The jobs of this feature."""

from __future__ import annotations

from larabill_billing.credits.expiry import LotToExpire
from larabill_core.jobs import Handler

HANDLERS = (
    Handler(name="billing.issue_drafts", target="larabill_billing.credits.documents:issue_drafts"),
    Handler(name="billing.expire_lot", target="larabill_billing.credits.expiry:expire_lot", payload=LotToExpire),
)
