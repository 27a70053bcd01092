"""What the seller decides about money that does not come: parts of the `[billing]` table."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import attrs

from larabill_core.errors import InvalidInput


@attrs.frozen(kw_only=True)
class WriteOffPolicy:
    """`reclaim_tax`: the tax of what is written off is taken out of the tax that is owed to the state."""

    reclaim_tax: bool = True


@attrs.frozen(kw_only=True)
class PlanPolicy:
    """`grace`: how long an instalment may be late before the rest falls due at once; None: it never does by itself."""

    grace: timedelta | None = timedelta(days=5)

    def __attrs_post_init__(self) -> None:
        if self.grace is not None and self.grace < timedelta(0):
            raise InvalidInput.one("grace", "must not be negative")


@attrs.frozen(kw_only=True)
class DisputePolicy:
    """`lost`: what becomes of the invoices of a payment that was taken back: owed again, or written off."""

    lost: Literal["reopen", "write_off"] = "reopen"
