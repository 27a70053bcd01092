"""The way into the panel for customers, and which of the two drivers an account gets."""

from __future__ import annotations

from urllib.parse import urlencode

import httpx

from larabill_core.clock import Clock
from larabill_core.contracts.outcome import Done, Failed, Outcome
from larabill_core.contracts.provisioner import ResourceRequest
from larabill_core.contracts.sign_on import SIGN_ON
from larabill_core.privacy import Secret
from larabill_drivers.asking import outcome
from larabill_drivers.dedicated.synergycp.answers import ClientKey
from larabill_drivers.dedicated.synergycp.driver import SynergyCp
from larabill_drivers.dedicated.synergycp.settings import SynergyCpSettings


def make(
    settings: SynergyCpSettings, *, account: str, clock: Clock, transport: httpx.BaseTransport | None = None
) -> SynergyCp:
    """The driver that can do what the settings allow."""
    kind = SynergyCpWithSignOn if settings.sign_on else SynergyCp
    return kind(settings, account=account, clock=clock, transport=transport)


class SynergyCpWithSignOn(SynergyCp):
    """The panel lets in whoever opens an address that holds a key of a client; each call makes another key."""

    @outcome
    def sign_on(self, request: ResourceRequest) -> Outcome:
        """As the client who owns the server, shown that server."""
        there = self._standing(request)
        if there.client_id is None:
            return Failed(reason="the panel does not tell whose the server is", code="no_client")
        owner = {"owner_id": there.client_id, "owner_type": "client"}
        made = self._panel.tell("POST", "/key", ClientKey, json=owner)
        query = urlencode({"key": made.key, "view_type": "server", "view_id": there.id})
        return Done(ref=request.driver_ref, secrets={SIGN_ON: Secret(f"{self._panel.address}/auth/sso?{query}")})
