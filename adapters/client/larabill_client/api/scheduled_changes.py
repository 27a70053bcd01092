"""Operations of the API: scheduled_changes. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from larabill_client.models.shared import ScheduledChangeOut
from larabill_client.transport import Transport, _part


class ScheduledChangesApi(Transport):
    """Operations under /scheduled-changes."""

    def withdraw_scheduled_change(self, scheduled_change: str) -> ScheduledChangeOut:
        """A change that is to come will not be carried out.

        Needs `subscriptions.change`.
        """
        return self._ask(ScheduledChangeOut, "DELETE", f"/scheduled-changes/{_part(scheduled_change)}")
