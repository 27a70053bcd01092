"""What a customer does at VirtFusion's own panel: entering it, a new password, another name."""

from __future__ import annotations

import re

from larabill_core.contracts.customers import Contact
from larabill_core.contracts.outcome import Done, Failed, Outcome, Unknown
from larabill_core.contracts.provisioner import ResourceRequest
from larabill_core.contracts.sign_on import SIGN_ON
from larabill_core.privacy import Secret
from larabill_drivers.asking import outcome
from larabill_drivers.compute.virtfusion.answers import TokenAnswer
from larabill_drivers.compute.virtfusion.create import Creates, printable, relation_of, without
from larabill_drivers.compute.virtfusion.settings import wanted

_PATH = re.compile(r"/[A-Za-z0-9_][A-Za-z0-9_./-]*\?[A-Za-z0-9_=&.~%-]{10,1000}", re.ASCII)


class Enters(Creates):
    """Implements `SignOn`, `CanResetPassword` and `CanChangeContact`."""

    @outcome
    def sign_on(self, request: ResourceRequest) -> Outcome:
        """A link for a minute, into the panel of the server's own user."""
        if request.customer_id is None:
            return Failed(reason="nobody says whose service it is", code="no_customer")
        there = self._standing(request)
        relation = relation_of(request.customer_id)
        path = f"/users/{relation}/serverAuthenticationTokens/{there.id}"
        answer = self._api.request("POST", path, query={"relStr": "true"})
        path = self._api.read(answer, TokenAnswer).data.authentication.endpoint_complete
        if not _PATH.fullmatch(path):
            return Unknown(reason="VirtFusion's link leads somewhere else")
        return Done(ref=request.driver_ref, secrets={SIGN_ON: Secret(f"{self._address}{path}")})

    @outcome
    def reset_password(self, request: ResourceRequest, password: Secret) -> Outcome:
        """VirtFusion takes none: it answers with its own, and sets it by a job a moment later."""
        login = wanted(request).config.login or "root"
        there = self._standing(request)
        path = f"/servers/{there.id}/resetPassword"
        answer = self._ask_change("POST", path, json={"user": login, "sendMail": False})
        return Done(ref=request.driver_ref, facts={"user": login}, secrets={"password": self._password(answer)})

    @outcome
    def change_contact(self, request: ResourceRequest, contact: Contact) -> Outcome:
        self._standing(request)
        body = {"name": printable(contact.name), "email": contact.email}
        path = f"/users/{relation_of(contact.customer_id)}/byExtRelation"
        answer = self._api.request("PUT", path, query={"relStr": "true"}, json=body)
        if not 200 <= answer.status < 300:
            return without(self._api.refused(answer), contact)
        self._believe(answer)
        return Done(ref=request.driver_ref)
