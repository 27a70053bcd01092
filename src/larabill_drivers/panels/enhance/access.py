"""The customer's way into the panel: by a link, or by the password of the login that all their services share."""

from __future__ import annotations

from urllib.parse import urlsplit

from larabill_core.contracts.outcome import Done, Outcome, Unknown
from larabill_core.contracts.provisioner import ResourceRequest
from larabill_core.contracts.sign_on import SIGN_ON
from larabill_core.privacy import Secret
from larabill_drivers.asking import Api, outcome
from larabill_drivers.panels.enhance.answers import Url
from larabill_drivers.panels.enhance.customers import Customers
from larabill_drivers.panels.enhance.panel import Panel
from larabill_drivers.panels.enhance.settings import EnhanceSettings


class Access:
    """Part of the driver."""

    _api: Api
    _panel: Panel
    _customers: Customers
    _settings: EnhanceSettings
    _address: str

    @outcome
    def sign_on(self, request: ResourceRequest) -> Outcome:
        place, _ = self._panel.standing(request)
        owner = self._customers.owner(place.org)
        url: str = self._api.read(self._api.request("GET", f"/orgs/{place.org}/members/{owner.id}/sso"), Url)
        if not self._is_panel(url):
            return Unknown(reason="the panel's link leads to a host that is not in sign_on_hosts")
        return Done(ref=request.driver_ref, secrets={SIGN_ON: Secret(url)})

    @outcome
    def reset_password(self, request: ResourceRequest, password: Secret) -> Outcome:
        place, _ = self._panel.standing(request)
        owner = self._customers.owner(place.org)
        path = f"/v2/logins/{owner.login_id}/password"
        self._api.accepted(self._api.request("PUT", path, json={"newPassword": password.reveal()}))
        return Done(ref=request.driver_ref)

    def _is_panel(self, url: str) -> bool:
        """Resellers have panels under names of their own: their hosts stand in the settings."""
        try:
            link, panel = urlsplit(url), urlsplit(self._address)
        except ValueError:
            return False
        hosts = {panel.netloc, *self._settings.sign_on_hosts}
        return link.scheme == panel.scheme and link.netloc in hosts and "\\" not in url
