"""Copies that the provider keeps of a resource."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, runtime_checkable

import attrs

from larabill_core.contracts.outcome import Outcome
from larabill_core.contracts.provisioner import ResourceRequest


@attrs.frozen(kw_only=True)
class Backup:
    """One copy: `id` is the provider's, `size` in bytes where it is known."""

    id: str
    made_at: datetime
    size: int | None = None
    note: str = ""


@runtime_checkable
class Backups(Protocol):
    """The rules of `larabill_core.contracts.provisioner` hold."""

    def list_backups(self, request: ResourceRequest) -> Iterable[Backup]:
        """What is there. Raises `RetryLater` when the provider cannot be asked."""
        ...

    def create_backup(self, request: ResourceRequest) -> Outcome: ...

    def restore_backup(self, request: ResourceRequest, backup_id: str) -> Outcome:
        """Bring the resource back to what the copy holds: what came later is lost."""
        ...

    def delete_backup(self, request: ResourceRequest, backup_id: str) -> Outcome: ...
