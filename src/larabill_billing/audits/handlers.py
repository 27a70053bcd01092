"""Record what changed."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from larabill_billing.audits.model import Audit, Change
from larabill_billing.audits.ports import AuditTx
from larabill_core.ids import new_id
from larabill_core.privacy import redact_text


def record_many(tx: AuditTx, changes: Sequence[Change], *, seller_id: UUID | None = None) -> None:
    """One row for each change, in one statement. `seller_id` is given only where the transaction has none yet."""
    if not changes:
        return
    owner = seller_id or tx.seller_id
    tx.billing.audits.add_many(
        [
            Audit(
                id=new_id(),
                seller_id=owner,
                subject_kind=change.subject_kind,
                subject_id=change.subject_id,
                action=change.action,
                state_before=change.before,
                state_after=change.after,
                actor=str(tx.actor),
                reason=redact_text(change.reason)[:500],
                at=tx.now,
            )
            for change in changes
        ]
    )


def record(
    tx: AuditTx,
    subject_kind: str,
    subject_id: UUID,
    action: str,
    before: str = "",
    after: str = "",
    reason: str = "",
) -> None:
    """One change. Where there are many, use `record_many`."""
    change = Change(
        subject_kind=subject_kind, subject_id=subject_id, action=action, before=before, after=after, reason=reason
    )
    record_many(tx, [change])
