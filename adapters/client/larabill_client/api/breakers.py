"""Operations of the API: breakers. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from larabill_client.models.breakers import BreakerList
from larabill_client.transport import Transport, _part


class BreakersApi(Transport):
    """Operations under /breakers."""

    def list_breakers(self) -> BreakerList:
        """Circuit breakers and rate limits of the accounts at providers and gateways.

        Needs `breakers.read`.
        """
        return self._ask(BreakerList, "GET", "/breakers")

    def reset_breaker(self, account: str) -> None:
        """Forget what is known of an account: a full bucket, a closed breaker.

        Needs `breakers.write`.
        """
        self._send("POST", f"/breakers/{_part(account)}/reset")
