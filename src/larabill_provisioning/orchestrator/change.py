"""One resource under change within a transaction: its moves, its audit rows, written together at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from larabill_core.ids import new_id
from larabill_core.privacy import redact_text
from larabill_provisioning.audit.model import Audit
from larabill_provisioning.ports import ProvisioningTx
from larabill_provisioning.resources.model import Resource
from larabill_provisioning.resources.states import SETTLED, ResourceEvent, after


class Change:
    """Collects; `save_changes` writes. Every move leaves an audit row (I6)."""

    def __init__(self, tx: ProvisioningTx, resource: Resource) -> None:
        self._tx = tx
        self.loaded = resource
        self.resource = resource
        self.audits: list[Audit] = []

    def move(self, event: ResourceEvent, **metadata: str) -> None:
        """Along the table. Raises `IllegalTransition`."""
        before = self.resource.status
        status = after(before, event, self.resource.id)
        settled = status if status in SETTLED else self.resource.settled
        self.set(status=status, settled=settled)
        self._audit(event.value, before.value, metadata)

    def note(self, action: str, **metadata: str) -> None:
        """An audit row for something that moves no state."""
        self._audit(action, self.resource.status.value, metadata)

    def set(self, **fields: Any) -> None:
        self.resource = attrs.evolve(self.resource, **fields)

    def created(self) -> None:
        """The first row of a new resource's trail."""
        self._audit("create", "", {})

    def _audit(self, action: str, before: str, metadata: dict[str, str]) -> None:
        row = Audit(
            id=new_id(),
            seller_id=self.resource.seller_id,
            resource_id=self.resource.id,
            actor=str(self._tx.actor),
            action=action,
            before=before,
            after=self.resource.status.value,
            at=self._tx.now,
            metadata={key: redact_text(value)[:500] for key, value in metadata.items() if value},
        )
        self.audits.append(row)


def save_changes(tx: ProvisioningTx, changes: Sequence[Change]) -> None:
    """Write all changed resources in one statement, and all audit rows in another."""
    changed = []
    for change in changes:
        if change.resource != change.loaded:
            version = change.loaded.version + 1
            change.resource = attrs.evolve(change.resource, version=version, updated_at=tx.now)
            changed.append(change.resource)
    if changed:
        tx.provisioning.resources.save_many(changed)
    audits = [audit for change in changes for audit in change.audits]
    if audits:
        tx.provisioning.audits.add_many(audits)
    for change in changes:
        change.loaded, change.audits = change.resource, []
