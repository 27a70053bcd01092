"""Record what changed."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from larabill_billing.audits.model import Change
from larabill_billing.audits.ports import AuditTx
from larabill_core.errors import InvalidInput
from larabill_core.privacy import redact_text, refuse_pan

LONGEST_REASON = 500


def check_reason(reason: str, path: str = "reason") -> None:
    """Why somebody did it: empty, or one line without card numbers (B53). Raises `InvalidInput`, without the text."""
    if not isinstance(reason, str) or len(reason) > LONGEST_REASON or not reason.isprintable():
        raise InvalidInput.one(path, "cannot be kept", remedy=f"give a line of text, up to {LONGEST_REASON} characters")
    refuse_pan(reason, path)


def record_many(tx: AuditTx, changes: Sequence[Change], *, seller_id: UUID | None = None) -> None:
    """One row for each change, in one statement. `seller_id` is given only where the transaction has none yet."""
    if not changes:
        return
    reasons = [change.reason and redact_text(change.reason)[:LONGEST_REASON] for change in changes]
    tx.billing.audits.add_many(changes, reasons, seller_id=seller_id or tx.seller_id, actor=str(tx.actor), at=tx.now)


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
