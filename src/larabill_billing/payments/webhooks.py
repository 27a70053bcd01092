"""Webhooks of gateways: verified, stored once, then checked against the gateway's truth or our records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from larabill_billing.payments.model import WebhookResult

if TYPE_CHECKING:
    from larabill_core.engine import Engine


def receive(engine: Engine, account: str, headers: Mapping[str, str], body: bytes) -> WebhookResult:
    """Take one webhook. Raises `NotFound` for an account that is not configured, `Unverified` when not believed."""
    raise NotImplementedError
