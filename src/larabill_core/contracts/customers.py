"""Who the customer is: asked at the moment of use, never stored outside billing."""

from __future__ import annotations

from typing import Any, Protocol
from uuid import UUID

import attrs


@attrs.frozen(kw_only=True)
class Contact:
    """What a panel or a letter needs. Personal data: kept out of logs, jobs and audits (I12).

    By `customer_id` a panel knows that two services are of the same customer.
    """

    customer_id: UUID
    name: str = attrs.field(repr=False)
    email: str = attrs.field(repr=False)
    company: str = attrs.field(default="", repr=False)
    country: str = ""
    language: str = "en"
    time_zone: str = "UTC"


class Contacts(Protocol):
    def get(self, tx: Any, customer_id: UUID) -> Contact | None:
        """The customer of `tx.seller_id`, or None when there is no such customer."""
        ...
