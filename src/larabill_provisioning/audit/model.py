"""One line of the audit trail of a resource."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import attrs


@attrs.frozen(kw_only=True)
class Audit:
    """Who did what to a resource, and its status before and after (the same when nothing moved).

    `metadata` holds no secret and no personal data: tokens are masked, ids of the provider hashed (I12).
    """

    id: UUID
    seller_id: UUID
    resource_id: UUID
    actor: str
    action: str
    before: str
    after: str
    at: datetime
    metadata: Mapping[str, str] = attrs.field(factory=dict)
