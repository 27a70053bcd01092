"""What the API takes and answers: services. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

import msgspec

ServiceStatus: TypeAlias = Literal["abandoned", "active", "ended", "failed", "pending", "suspended"]


class ServiceOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One unit of what was bought: what the customer sees and names. `waits_for`: the invoice that is to be paid."""

    id: str
    status: ServiceStatus
    customer: str
    order: str
    subscription: str | None
    item: str | None
    plan_code: str
    name: str
    region: str
    spec: Mapping[str, Any]
    waits_for: str | None
    created_at: str


class ServicePage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[ServiceOut]
    next: str | None
