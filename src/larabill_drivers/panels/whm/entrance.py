"""Letting customers in: a link without a password, and a new password."""

from __future__ import annotations

from larabill_core.contracts.outcome import Done, Failed, Outcome, Unknown
from larabill_core.contracts.provisioner import ResourceRequest
from larabill_core.contracts.sign_on import SIGN_ON
from larabill_core.privacy import Secret
from larabill_drivers.asking import Ended, outcome
from larabill_drivers.panels.whm.accounts import OurAccounts
from larabill_drivers.panels.whm.answers import Session
from larabill_drivers.panels.whm.functions import Functions


class Entrance:
    """What `Whm` inherits."""

    _whm: Functions
    _accounts: OurAccounts

    @outcome
    def sign_on(self, request: ResourceRequest) -> Outcome:
        """Into cPanel; WHM ends the session after 15 idle minutes."""
        self._active(request)
        told = self._whm.ask("create_user_session", {"user": request.ref, "service": "cpaneld"})
        if not told.yes:
            return told.refused()
        try:
            url = self._whm.read(told, Session).data.url
        except Ended:
            return Unknown(reason="the server's link is not one that may be shown")
        return Done(ref=request.driver_ref, secrets={SIGN_ON: Secret(url)})

    @outcome
    def reset_password(self, request: ResourceRequest, password: Secret) -> Outcome:
        """Of cPanel, FTP, mail and MySQL's user of the same name. It may be sent twice: it is the same password."""
        self._active(request)
        fields = {"user": request.ref, "password": password.reveal(), "db_pass_update": "1"}
        told = self._whm.change("passwd", fields)
        return Done(ref=request.driver_ref) if told.yes else told.refused()

    def _active(self, request: ResourceRequest) -> None:
        """Raises `Ended` for a suspended account: a new password could let its user in again."""
        if self._accounts.standing(request).suspended:
            raise Ended(Failed(reason="it is suspended", code="suspended"))
