"""Billing's part of the audit trail of one thing (`Module.audits`)."""

from __future__ import annotations

from typing import Final

from larabill_billing.audits.ports import AuditTx
from larabill_core.audits import AuditLine, AuditsWanted

_OWN_WORD: Final = {"item": "subscription_item"}


def trail(tx: AuditTx, wanted: AuditsWanted) -> list[AuditLine]:
    """A page of what was written about one subject."""
    found = tx.billing.audits.page(
        subject=(_OWN_WORD.get(wanted.kind, wanted.kind), wanted.id),
        after=wanted.after,
        newest_first=wanted.newest_first,
        limit=wanted.limit,
    )
    return [
        AuditLine(
            id=audit.id,
            at=audit.at,
            actor=audit.actor,
            action=audit.action,
            before=audit.state_before,
            after=audit.state_after,
            reason=audit.reason,
        )
        for audit in found
    ]
