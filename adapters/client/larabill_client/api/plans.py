"""Operations of the API: plans. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from larabill_client.models.plans import Plans
from larabill_client.transport import Transport


class PlansApi(Transport):
    """Operations under /plans."""

    def list_plans(self) -> Plans:
        """What is sold, as customers see it.

        Needs `catalog.read`.
        """
        return self._ask(Plans, "GET", "/plans")
