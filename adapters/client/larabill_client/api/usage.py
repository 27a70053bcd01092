"""Operations of the API: usage. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from larabill_client.models.usage import RecordedOut, RecordUsage
from larabill_client.transport import Transport


class UsageApi(Transport):
    """Operations under /usage."""

    def record_usage(self, body: RecordUsage) -> RecordedOut:
        """Record what was used: all of these events, or none.

        Needs `usage.write`.
        """
        return self._ask(RecordedOut, "POST", "/usage", body=body)
