"""The jobs of this feature."""

from __future__ import annotations

from uuid import UUID

import attrs

from larabill_core.jobs import Handler

EXPIRE = "billing.expire_vouchers"


@attrs.frozen(kw_only=True)
class BatchToExpire:
    """A batch that has a last day."""

    batch_id: UUID


HANDLERS = (Handler(name=EXPIRE, target="larabill_billing.vouchers.handlers:expire_vouchers", payload=BatchToExpire),)
