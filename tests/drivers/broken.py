"""Drivers that are wrong in one classic way each: what the kit is for."""

from __future__ import annotations

import time
from typing import Any

import attrs

from larabill_core.contracts.outcome import Done, Failed, Outcome, Pending, Unknown
from larabill_core.contracts.provisioner import Found, ProvisionRequest, ResourceRequest
from larabill_drivers.game.pterodactyl.driver import Pterodactyl
from larabill_drivers.game.pterodactyl.fake import KEY
from larabill_drivers.http import Answer


class CreatesTwice(Pterodactyl):
    """Knows only what it was answered, and takes a new name for each try."""

    dedupes = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sent = 0
        self.answered: set[str] = set()
        ask = self._api.request

        def request(method: str, path: str, **more: Any) -> Answer:
            self.sent += (method, path) == ("POST", "/servers")
            return ask(method, path, **more)

        self._api.request = request  # type: ignore[method-assign]

    def provision(self, request: ProvisionRequest) -> Outcome:
        name = f"lb-{self.sent:032x}" if self.sent else request.ref
        end = super().provision(attrs.evolve(request, ref=name))
        if isinstance(end, Done | Pending):
            self.answered.add(request.ref)
        return end

    def find(self, ref: str) -> Found | None:
        return super().find(ref) if ref in self.answered else None


class Trusts200(Pterodactyl):
    """Any answer of 200 is a success, also a login page."""

    def suspend(self, request: ResourceRequest) -> Outcome:
        answer = self._api.request("POST", f"/servers/{request.driver_ref}/suspend")
        return Done(ref=request.driver_ref) if 200 <= answer.status < 300 else Failed(reason="no")


class RetriesBlindly(Pterodactyl):
    """Asks again at once, whatever the provider says about when."""

    def provision(self, request: ProvisionRequest) -> Outcome:
        for _ in range(3):
            end = super().provision(request)
            if not isinstance(end, Failed | Unknown):
                break
        return end


class ForgetsFind(Pterodactyl):
    """Says "nothing there" when it has not looked."""

    def find(self, ref: str) -> None:
        return None


class LeaksTheKey(Pterodactyl):
    """Shows the request with all its headers to whoever reads the reason."""

    def provision(self, request: ProvisionRequest) -> Outcome:
        end = super().provision(request)
        return Unknown(reason=f"{end.reason}; sent: X-Api-Key {KEY}") if isinstance(end, Unknown) else end


class BlocksForEver(Pterodactyl):
    """Waits in the worker until the provider is done."""

    def provision(self, request: ProvisionRequest) -> Outcome:
        end = super().provision(request)
        while isinstance(end, Pending):
            time.sleep(5)
            end = self.poll(end.handle, request.ref)
        return end


class TreatsUnknownAsFailed(Pterodactyl):
    """No answer, so it has not happened."""

    def provision(self, request: ProvisionRequest) -> Outcome:
        end = super().provision(request)
        return Failed(reason=end.reason) if isinstance(end, Unknown) else end


class DestroysOnDrift(Pterodactyl):
    """Deletes by the number that it has noted, whoever has that number by now."""

    def deprovision(self, request: ResourceRequest) -> Outcome:
        self._api.request("DELETE", f"/servers/{request.driver_ref}")
        return Done(ref=request.driver_ref)
