"""Operations of the API: health. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from larabill_client.models.health import HealthOut
from larabill_client.transport import Transport


class HealthApi(Transport):
    """Operations under /health."""

    def health(self) -> HealthOut:
        """Whether requests can be served."""
        return self._ask(HealthOut, "GET", "/health")
