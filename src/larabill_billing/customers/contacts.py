"""Billing's answer to "who is the customer?" (`larabill_core.contracts.customers`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from larabill_core.contracts.customers import Contact

if TYPE_CHECKING:
    from larabill_billing.customers.ports import CustomersTx


class CustomerContacts:
    """Reads the customer at the moment of use; what it answers is not to be stored."""

    def get(self, tx: Any, customer_id: UUID) -> Contact | None:
        """The customer of `tx.seller_id`, or None when there is no such customer."""
        open_tx: CustomersTx = tx
        customer = open_tx.billing.customers.get_many([customer_id]).get(customer_id)
        if customer is None:
            return None
        return Contact(
            customer_id=customer.id,
            name=customer.name,
            email=customer.email,
            company=customer.company,
            country=customer.country,
            language=customer.language,
            time_zone=customer.time_zone,
        )


CONTACTS: Final = CustomerContacts()
