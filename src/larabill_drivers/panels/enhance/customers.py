"""A customer at the panel: an organisation that bears our customer's ref as its name, a login, and its membership.

All services of a customer share them. Each is looked for before it is made, and saved when it is.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from larabill_core.contracts.customers import Contact
from larabill_core.contracts.outcome import Failed, Manual
from larabill_core.contracts.provisioner import ProvisionRequest
from larabill_drivers.asking import Api, Ended
from larabill_drivers.panels.enhance.answers import Made, Member, Org
from larabill_drivers.panels.enhance.panel import OWNER, Panel

LOCKS = 64
MOST_TRIES = 5
"""So often another service of the same customer may be about to make the login of this e-mail address."""
SOON = timedelta(minutes=1)
_EMAIL = re.compile(r"[!-?A-~]{1,64}@[!-?A-~]{1,255}")


class Steps:
    """What a create has made so far: ids and marks, nothing personal."""

    def __init__(self, request: ProvisionRequest) -> None:
        self._save = request.save_progress
        self.made: Mapping[str, Any] = dict(request.progress)

    def save(self, **made: Any) -> None:
        self.made = {**self.made, **made}
        self._save(dict(self.made))


class Customers:
    """`api` must not repeat the panel's messages: they may hold what is personal."""

    def __init__(self, api: Api, panel: Panel) -> None:
        self._api = api
        self._panel = panel
        # Two services of one order are often built at once, by two threads of one worker.
        self._locks = [threading.Lock() for _ in range(LOCKS)]

    def ready(self, contact: Contact, password: str, steps: Steps) -> Org:
        """The customer's organisation, with an owner. Raises `Ended`."""
        if not _EMAIL.fullmatch(contact.email) or not contact.name.strip() or not contact.name.isprintable():
            raise Ended(Failed(reason="the customer's name or e-mail address is not usable", code="bad_contact"))
        with self._locks[contact.customer_id.int % LOCKS]:
            org = self._organisation(f"lb-{contact.customer_id.hex}", steps)
            if not self._panel.owners(org.id):
                self._make_owner(org.id, self._login(org.id, contact, password, steps))
        if org.suspended_by is not None:
            raise Ended(Manual(reason=f"the customer's organisation {org.id} is suspended at the panel"))
        return org

    def owner(self, org: str) -> Member:
        """Who signs in for the customer: never one of the seller's own people, nor one of several. Raises `Ended`."""
        owners = self._panel.owners(org)
        if len(owners) != 1 or not owners[0].is_active:
            raise Ended(Manual(reason=f"organisation {org} has {len(owners)} owners at the panel, not one active one"))
        if any(member.login_id == owners[0].login_id for member in self._panel.members(self._panel.seller)):
            raise Ended(Manual(reason=f"the owner of organisation {org} is a member of the seller's own organisation"))
        return owners[0]

    def _organisation(self, name: str, steps: Steps) -> Org:
        saved = steps.made.get("organisation")
        found = self._panel.org(saved) if isinstance(saved, str) else self._panel.customer_named(name)
        if found is None and saved is not None:
            raise Ended(Manual(reason=f"the organisation {saved}, made for this customer, is gone from the panel"))
        if found is None:
            answer = self._api.request("POST", f"/orgs/{self._panel.seller}/customers", json={"name": name})
            if answer.status != 409:
                self._api.read(answer, Made)
            found = self._panel.customer_named(name)
        if found is None:
            raise Ended(Manual(reason="the panel says that it has the customer's organisation, and does not show it"))
        if saved is None:
            steps.save(organisation=found.id)
        return found

    def _login(self, org: str, contact: Contact, password: str, steps: Steps) -> str:
        """The id of a login that is certainly this customer's.

        A login that was there before may be anybody's, even an administrator's: by sign-on and reset of its password
        this customer would get all that it may do. So we take only what appears after we saw that there was none.
        """
        saved = steps.made.get("login")
        if isinstance(saved, str):
            return saved
        was_free = steps.made.get("email_was_free") is True
        there = self._panel.login(contact.email)
        if there is not None and not was_free:
            raise _taken(steps)
        if there is None:
            there_id = self._make_login(org, contact, password, steps, was_free=was_free)
        else:
            there_id = there.id
        steps.save(login=there_id)
        return there_id

    def _make_login(self, org: str, contact: Contact, password: str, steps: Steps, *, was_free: bool) -> str:
        steps.save(email_was_free=True)
        body = {"email": contact.email, "password": password, "name": contact.name.strip()[:200]}
        try:
            answer = self._api.request("POST", "/logins", query={"orgId": org}, json=body)
        except Ended as end:
            if isinstance(end.outcome, Failed):  # not sent: who has it at the next try is not us
                steps.save(email_was_free=False)
            raise
        if answer.status == 409 and was_free:
            raise Ended(Manual(reason="the panel has a login of the customer's e-mail address, and does not show it"))
        if answer.status == 409:
            raise _taken(steps)
        return self._api.read(answer, Made).id

    def _make_owner(self, org: str, login: str) -> None:
        body = {"loginId": login, "roles": [OWNER]}
        answer = self._api.request("POST", f"/orgs/{org}/members", json=body)
        if answer.status != 409:
            self._api.read(answer, Made)
        elif not self._panel.owners(org):
            raise Ended(Manual(reason=f"login {login} is a member of organisation {org}, but not its owner"))


def _taken(steps: Steps) -> Ended:
    """Perhaps another service of the same customer is just making it: then it is soon an owner, and found as that."""
    tries = steps.made.get("taken", 0) + 1
    steps.save(taken=tries, email_was_free=False)
    reason = "the panel has a login of the customer's e-mail address, which does not own this customer's organisation"
    return Ended(Failed(reason=reason, retryable=tries < MOST_TRIES, retry_after=SOON, code="email_taken"))
