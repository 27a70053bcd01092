"""The whole API. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from larabill_client.api.invoices import InvoicesApi


class Client(InvoicesApi):
    """Every operation of the API, as a method named like its operationId."""
