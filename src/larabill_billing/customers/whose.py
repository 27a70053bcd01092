"""Whose it is to be, what is asked for over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from larabill_core.errors import InvalidInput
from larabill_core.http.endpoint import Call
from larabill_core.http.wire import id_of


def whose(call: Call[Any, Any], named: str | None) -> UUID:
    """The customer who asks, or whom staff name. Raises `NotFound` when a customer names another, `InvalidInput`."""
    found = call.customer(id_of(named, "cus", "customer"))
    if found is None:
        raise InvalidInput.one("customer", "is missing", remedy="name the customer")
    return found
