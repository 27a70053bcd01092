"""The panel's clients: one for each customer of ours, known by its billing id."""

from __future__ import annotations

from uuid import UUID

import attrs

from larabill_core.contracts.customers import Contact
from larabill_core.contracts.outcome import Failed, Unknown
from larabill_drivers.asking import Ended
from larabill_drivers.dedicated.synergycp.answers import Client, Made
from larabill_drivers.dedicated.synergycp.panel import Panel, Refused


@attrs.frozen
class Clients:
    """Never taken by e-mail address: whoever gives somebody else's would be let in there. Methods raise `Ended`."""

    panel: Panel

    def ensure(self, contact: Contact) -> tuple[int, bool]:
        """The client's number, and whether it was made now. It has no password: nobody can log in with one."""
        there = self._number(contact.customer_id)
        if there is not None:
            return there, False
        person = _person(contact)
        body = {**person, "billing_id": billing_id(contact.customer_id)}
        try:
            self.panel.tell("POST", "/client", Made, json=body, hidden=_private(contact))
        except Refused:
            there = self._number(contact.customer_id)
            if there is None:
                raise
            return there, False
        there = self._number(contact.customer_id)
        if there is None:
            raise Ended(Unknown(reason="the panel has made a client, and does not show it"))
        return there, True

    def change(self, contact: Contact) -> int:
        there = self._number(contact.customer_id)
        if there is None:
            raise Ended(Failed(reason="the panel has no such client", code="not_found"))
        person = _person(contact)
        now = self.panel.tell("PATCH", f"/client/{there}", Made, json=person, hidden=_private(contact))
        if now.id != there:
            raise Ended(Unknown(reason="the panel answered with another client"))
        return there

    def _number(self, customer_id: UUID) -> int | None:
        """The oldest, should there be several."""
        wanted = billing_id(customer_id)
        found = self.panel.page("/client", Client, {"billing_id": wanted}).data
        if any(client.billing_id != wanted for client in found):
            raise Ended(Unknown(reason="the panel does not filter clients by billing_id"))
        return min((client.id for client in found), default=None)


def billing_id(customer_id: UUID) -> str:
    """`lb-` and the customer's 32 hexadecimal digits."""
    return f"lb-{customer_id.hex}"


def _person(contact: Contact) -> dict[str, str]:
    first, _, last = " ".join(contact.name.split()).partition(" ")
    return {"email": contact.email, "first": first[:100] or "-", "last": last[:100] or "-"}


def _private(contact: Contact) -> list[str]:
    return [contact.email, contact.name, *contact.name.split()]
