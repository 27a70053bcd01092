"""Provisioning's part of the audit trail of one thing (`Module.audits`): that of a resource."""

from __future__ import annotations

from larabill_core.audits import AuditLine, AuditsWanted
from larabill_provisioning.ports import ProvisioningTx


def trail(tx: ProvisioningTx, wanted: AuditsWanted) -> list[AuditLine]:
    """A page of what was done to a resource; nothing for anything else."""
    if wanted.kind != "resource":
        return []
    found = tx.provisioning.audits.page(
        wanted.id, after=wanted.after, newest_first=wanted.newest_first, limit=wanted.limit
    )
    return [
        AuditLine(
            id=audit.id,
            at=audit.at,
            actor=audit.actor,
            action=audit.action,
            before=audit.before,
            after=audit.after,
            reason="; ".join(f"{name}: {value}" for name, value in audit.metadata.items()),
        )
        for audit in found
    ]
