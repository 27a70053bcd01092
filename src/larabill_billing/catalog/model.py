"""Plans, their versions and what they cost."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import attrs

from larabill_billing.catalog.meters import MeterDefinition
from larabill_billing.periods.cycle import Cycle
from larabill_billing.pricing.model import PricingModel
from larabill_billing.proration.model import ProrationPolicy
from larabill_core.published import FailurePolicy


class PriceKind(StrEnum):
    """What a price is for: each period, once at the start, or once and no more."""

    RECURRING = "recurring"
    SETUP = "setup"
    ONE_TIME = "one_time"


class ReleasePolicy(StrEnum):
    """When work for an order may begin: paid, placed, or as soon as a payment is authorised."""

    PAID = "paid"
    PLACED = "placed"
    AUTHORISED = "authorised"


class Visibility(StrEnum):
    """PUBLIC: listed and sold. HIDDEN: sold to who knows its code. ARCHIVED: kept for who has it, sold no more."""

    PUBLIC = "public"
    HIDDEN = "hidden"
    ARCHIVED = "archived"


class BillingMode(StrEnum):
    """When a period is billed: at its begin or at its end."""

    ADVANCE = "advance"
    ARREARS = "arrears"


class OptionKind(StrEnum):
    """What a customer may enter for an option. A choice and a switch may cost something, and so may each unit."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    CHOICE = "choice"


@attrs.frozen(kw_only=True)
class Price:
    """What a quantity of one thing costs. `cycle` is set for recurring prices only; a recurring 0 is a free plan."""

    currency: str
    kind: PriceKind = attrs.field(converter=PriceKind)
    cycle: Cycle | None = attrs.field(default=None, converter=attrs.converters.optional(Cycle))
    model: PricingModel


@attrs.frozen(kw_only=True)
class OptionPrice:
    """What one unit of an option costs in each cycle: of a number each one, of a switch "on", of a choice `choice`."""

    currency: str
    cycle: Cycle = attrs.field(converter=Cycle)
    unit_price: Decimal
    choice: str = ""


@attrs.frozen(kw_only=True)
class Option:
    """What a customer may configure. `minimum` and `maximum` hold for numbers."""

    kind: OptionKind = attrs.field(converter=OptionKind)
    choices: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int = 999_999_999
    prices: tuple[OptionPrice, ...] = ()


@attrs.frozen(kw_only=True)
class Phase:
    """The first `cycles` cycles at other prices than the plan's regular ones."""

    cycles: int
    prices: tuple[Price, ...]


@attrs.frozen(kw_only=True)
class UsagePrice:
    """What use costs that a meter has counted in a period, in arrears.

    `included` units of each period cost nothing; `prepaid` units that the customer bought are used up before any
    is billed.
    """

    meter: str
    currency: str
    model: PricingModel
    included: Decimal = Decimal(0)
    prepaid: bool = False


@attrs.frozen(kw_only=True)
class PlanDefinition:
    """A plan as the catalogue file defines it: everything that makes a new version when it changes.

    `phases` come before the regular `prices`. `requires` names plans of which one has to be in the same agreement,
    `conflicts` plans of which none may; an `addon` is never sold alone. `commitments` are the least that a period
    costs, by currency: what is missing is billed as a true-up. `stock` is how many may exist at once in a region (""
    for a plan without regions); regions that are not named are not limited. `proration` is the seller's where it is
    None. `dunning` names the policy for its unpaid invoices. `product` only groups plans. `tax_class` says what it is
    to the tax: "reduced", "exempt", or one that the seller's rules name.
    """

    code: str
    name: str
    product: str = ""
    visibility: Visibility = attrs.field(default=Visibility.PUBLIC, converter=Visibility)
    provision: bool = False
    regions: tuple[str, ...] = ()
    options: Mapping[str, Option] = attrs.field(factory=dict)
    release: ReleasePolicy = attrs.field(default=ReleasePolicy.PAID, converter=ReleasePolicy)
    on_failure: FailurePolicy = "hold"
    minimum_term_months: int = 0
    notice_days: int = 0
    billing: BillingMode = attrs.field(default=BillingMode.ADVANCE, converter=BillingMode)
    proration: ProrationPolicy | None = None
    dunning: str = ""
    tax_class: str = "standard"
    trial_days: int = 0
    trial_needs_method: bool = False
    addon: bool = False
    requires: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    quantity_minimum: int = 1
    quantity_maximum: int = 1000
    stock: Mapping[str, int] = attrs.field(factory=dict)
    prices: tuple[Price, ...] = ()
    phases: tuple[Phase, ...] = ()
    usage: tuple[UsagePrice, ...] = ()
    commitments: Mapping[str, Decimal] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Plan(PlanDefinition):
    """One stored version of a plan, which never changes. Running subscriptions keep theirs; the active one is sold.

    Which one that is, only `PlanRepository.active` says: versions are kept in memory.
    """

    id: UUID
    seller_id: UUID
    version: int


@attrs.frozen(kw_only=True)
class Catalogue:
    """What a catalogue file defines."""

    plans: tuple[PlanDefinition, ...]
    meters: tuple[MeterDefinition, ...] = ()


@attrs.frozen(kw_only=True)
class Units:
    """So many units of a plan in a region ("" for a plan without regions)."""

    plan_code: str
    region: str
    units: int


@attrs.frozen(kw_only=True)
class Stock:
    """How many units of a plan there may be in a region, and how many of them are taken.

    The limit may have been lowered since: then more are taken than there may be, and none is left.
    """

    plan_code: str
    region: str
    total: int
    taken: int

    @property
    def left(self) -> int:
        """How many can still be sold."""
        return max(self.total - self.taken, 0)
