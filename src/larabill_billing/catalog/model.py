"""Plans, their versions and their prices."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

import attrs

from larabill_core.published import FailurePolicy


class Cycle(StrEnum):
    """How long a billing period is."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    SEMIANNUAL = "semiannual"
    ANNUAL = "annual"
    BIENNIAL = "biennial"
    TRIENNIAL = "triennial"

    @property
    def weeks(self) -> int:
        """Weeks of a period that is counted in weeks, else 0."""
        return 1 if self is Cycle.WEEKLY else 0

    @property
    def months(self) -> int:
        """Months of a period that is counted in months, else 0."""
        return _MONTHS.get(self, 0)


_MONTHS = {
    Cycle.MONTHLY: 1,
    Cycle.QUARTERLY: 3,
    Cycle.SEMIANNUAL: 6,
    Cycle.ANNUAL: 12,
    Cycle.BIENNIAL: 24,
    Cycle.TRIENNIAL: 36,
}


class PriceKind(StrEnum):
    """What a price is for, and so what a charge is: each period, once at the start, or once and no more."""

    RECURRING = "recurring"
    SETUP = "setup"
    ONE_TIME = "one_time"


class ReleasePolicy(StrEnum):
    """When work for an order may begin: paid, placed, or as soon as a payment is authorised."""

    PAID = "paid"
    PLACED = "placed"
    AUTHORISED = "authorised"


Option: TypeAlias = str | tuple[str, ...]
"""What a customer may configure: "text", "integer", "boolean", or the list of choices."""


@attrs.frozen(kw_only=True)
class Price:
    """The price of one unit. `cycle` is set for recurring prices only; a recurring 0 is a free plan."""

    currency: str
    kind: PriceKind = attrs.field(converter=PriceKind)
    cycle: Cycle | None = attrs.field(default=None, converter=attrs.converters.optional(Cycle))
    amount: Decimal


@attrs.frozen(kw_only=True)
class PlanDefinition:
    """A plan as the catalogue file defines it: everything that makes a new version when it changes."""

    code: str
    name: str
    provision: bool = False
    regions: tuple[str, ...] = ()
    options: Mapping[str, Option] = attrs.field(factory=dict)
    release: ReleasePolicy = attrs.field(default=ReleasePolicy.PAID, converter=ReleasePolicy)
    on_failure: FailurePolicy = "hold"
    minimum_term_months: int = 0
    notice_days: int = 0
    prices: tuple[Price, ...] = ()


@attrs.frozen(kw_only=True)
class Plan(PlanDefinition):
    """One stored version of a plan. Old versions stay for running subscriptions; only the active one is sold."""

    id: UUID
    seller_id: UUID
    version: int
    active: bool
