"""Coupons: what they take off, of what, for how long and for whom; their codes, and who has redeemed them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Final
from uuid import UUID

import attrs

from larabill_billing.catalog.model import Plan
from larabill_billing.customers.checks import attempt, check_country, check_text
from larabill_billing.discounts.codes import canonical
from larabill_billing.discounts.model import Discount
from larabill_billing.pricing.exact import text
from larabill_core.clock import parse_instant
from larabill_core.errors import Faults, InvalidInput, join
from larabill_core.money import exponent, parse_currency, parse_decimal, parse_quantity

MOST_CODES: Final = 1000
MOST_CYCLES: Final = 1200
MOST_USES: Final = 1_000_000_000
PERCENT_PLACES: Final = 4
SETUP: Final = "setup"
"""The kind of a charge that is a set-up fee."""


class Applies(StrEnum):
    """FIRST_ORDER: what an order begins with, also where a trial or arrears bill it later. RENEWALS: what follows."""

    FIRST_ORDER = "first_order"
    RENEWALS = "renewals"
    BOTH = "both"


@attrs.frozen(kw_only=True)
class Scope:
    """What a coupon takes something off. Without anything named it is the whole document.

    `plans` and `products` by code, `addons` all plans that are add-ons; all of what these cost but their set-up fees.
    `setup_fees`: set-up fees too, of the plans named, or by themselves those of all plans.
    """

    plans: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    addons: bool = False
    setup_fees: bool = False

    @property
    def is_document(self) -> bool:
        """Whether it is everything."""
        return self == WHOLE

    def covers(self, kind: str, plan: Plan | None) -> bool:
        """Whether a charge of this kind (a `ChargeKind`) for this plan is meant."""
        if self.is_document:
            return True
        named = bool(self.plans or self.products or self.addons)
        mine = plan is not None and (
            plan.code in self.plans or (plan.product != "" and plan.product in self.products) or self._is_addon(plan)
        )
        if kind == SETUP:
            return self.setup_fees and (mine or not named)
        return mine

    def _is_addon(self, plan: Plan) -> bool:
        return self.addons and plan.addon


WHOLE: Final = Scope()


def _cycles(value: object, path: str) -> int | None:
    """A number, "once" or "forever"."""
    if value is None or value == "forever":
        return None
    return 1 if value == "once" else parse_quantity(value, path, 1, MOST_CYCLES)


def _instant(value: object, path: str) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise InvalidInput.one(path, "has no time zone", str(value), "write it like 2026-01-31T23:00:00Z")
        return value.astimezone(UTC)
    return parse_instant(value, path)


def _tidy(number: Decimal) -> Decimal:
    """Without needless zeros, as people write it."""
    return Decimal(text(number)) if isinstance(number, Decimal) and number.is_finite() else number


def _percent(number: Decimal | None) -> Decimal | None:
    return None if number is None else _tidy(number)


def _amounts(amounts: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {currency: _tidy(amount) for currency, amount in amounts.items()}


@attrs.frozen(kw_only=True)
class CouponTerms:
    """What a coupon does; it never changes, so that what a customer has redeemed stays what it was.

    `name` is printed. `percent` (0 to 100), or `amounts` by currency: what an amount takes off a document in all,
    however many lines it is spread over. `cycles`: how many documents it takes something off, None for all that come.
    `minimum_spend` by currency: what the order comes to at least, before discounts; asked when the coupon is redeemed,
    as are `valid_from` (included), `valid_until` (not included), `countries` (of the customer; none: all), `limit` (of
    uses in all) and `limit_per_customer`. `exclusive`: beside no other coupon. `priority`: the lower comes first.
    Raises `InvalidInput` with every fault.
    """

    name: str
    percent: Decimal | None = attrs.field(default=None, converter=_percent)
    amounts: Mapping[str, Decimal] = attrs.field(factory=dict, converter=_amounts)
    cycles: int | None = attrs.field(default=1, metadata={"parse": _cycles})
    scope: Scope = WHOLE
    applies: Applies = attrs.field(default=Applies.BOTH, converter=Applies)
    minimum_spend: Mapping[str, Decimal] = attrs.field(factory=dict, converter=_amounts)
    valid_from: datetime | None = attrs.field(default=None, metadata={"parse": _instant})
    valid_until: datetime | None = attrs.field(default=None, metadata={"parse": _instant})
    countries: tuple[str, ...] = ()
    limit: int | None = None
    limit_per_customer: int | None = None
    exclusive: bool = False
    priority: int = 0

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        attempt(faults, partial(check_text, self.name, "name", required=True), "")
        self._check_worth(faults)
        for name, amounts in (("amounts", self.amounts), ("minimum_spend", self.minimum_spend)):
            for currency, amount in amounts.items():
                attempt(faults, partial(_check_amount, currency, amount, join(name, currency)), None)
        for index, country in enumerate(self.countries):
            attempt(faults, partial(check_country, country, join("countries", index)), "")
        for name, number, most in (
            ("cycles", self.cycles, MOST_CYCLES),
            ("limit", self.limit, MOST_USES),
            ("limit_per_customer", self.limit_per_customer, MOST_USES),
        ):
            if number is not None:
                attempt(faults, partial(parse_quantity, number, name, 1, most), 1)
        if not -1000 <= self.priority <= 1000:
            faults.add("priority", "must be -1000 to 1000", value=self.priority)
        if self.valid_from is not None and self.valid_until is not None and self.valid_until <= self.valid_from:
            faults.add("valid_until", "is not after valid_from", value=str(self.valid_until))
        if self.applies is Applies.FIRST_ORDER and self.cycles != 1:
            faults.add("cycles", "are not counted on first orders", remedy="leave them out: a first order comes once")
        faults.raise_if_any()

    def _check_worth(self, faults: Faults) -> None:
        if (self.percent is None) == (not self.amounts):
            faults.add("amounts", "must be given, or percent, and not both")
        if self.percent is not None:
            attempt(faults, partial(_check_percent, self.percent), None)

    def worth(self, currency: str) -> Discount | None:
        """What it takes off in a currency; None where it has no amount in it."""
        if self.percent is not None:
            return Discount(name=self.name, percent=self.percent)
        amount = self.amounts.get(currency)
        return None if amount is None else Discount(name=self.name, amount=amount)


def _check_percent(percent: Decimal) -> None:
    parse_decimal(percent, places=PERCENT_PLACES, path="percent", minimum=0)
    if not 0 < percent <= 100:
        raise InvalidInput.one("percent", "must be more than 0, and at most 100", percent)


def _check_amount(currency: str, amount: Decimal, path: str) -> None:
    parse_currency(currency, path)
    parse_decimal(amount, places=exponent(currency), path=path, minimum=0)
    if not amount:
        raise InvalidInput.one(path, "must be more than 0", amount)


@attrs.frozen(kw_only=True)
class NewCoupon(CouponTerms):
    """A coupon as asked for, with the codes that customers type: several are variants whose results are compared.

    Raises `InvalidInput` with every fault.
    """

    codes: tuple[str, ...]

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        _try(faults, super().__attrs_post_init__)
        if not 1 <= len(self.codes) <= MOST_CODES:
            faults.add("codes", f"must be 1 to {MOST_CODES}", value=len(self.codes))
        seen: set[str] = set()
        for index, code in enumerate(self.codes):
            path = join("codes", index)
            known = attempt(faults, partial(canonical, code, path), "")
            if known in seen and known:
                faults.add(path, "looks like one before it", value=code)
            seen.add(known)
        faults.raise_if_any()

    @property
    def terms(self) -> CouponTerms:
        """Without the codes."""
        return CouponTerms(**{field.name: getattr(self, field.name) for field in attrs.fields(CouponTerms)})


def _try(faults: Faults, check: Callable[[], None]) -> None:
    attempt(faults, check, None)


@attrs.frozen(kw_only=True)
class Coupon:
    """A stored coupon. `uses` counts the redemptions that were not given back. Ended ones are redeemed no more."""

    id: UUID
    seller_id: UUID
    terms: CouponTerms
    uses: int = 0
    created_at: datetime
    ended_at: datetime | None = None


@attrs.frozen(kw_only=True)
class CouponCode:
    """One code of a coupon: `code` in canonical form, `shown` as it was given out."""

    id: UUID
    seller_id: UUID
    coupon_id: UUID
    code: str
    shown: str


class RedemptionStatus(StrEnum):
    """ACTIVE: stands, though all its cycles may be used up. RETURNED: came to nothing, and its use is free again.

    REMOVED: taken away; what it took off stays.
    """

    ACTIVE = "active"
    RETURNED = "returned"
    REMOVED = "removed"


@attrs.frozen(kw_only=True)
class Redemption:
    """One use of a coupon: for the agreements of an order, for one agreement, or for all of a customer's.

    `terms` are the coupon's.
    `cycles_left` is None for ever. `discount` and `revenue` are what it took off so far, and what the charges came to
    after all discounts from which it took something; with tax where prices are.
    """

    id: UUID
    seller_id: UUID
    coupon_id: UUID
    code_id: UUID
    customer_id: UUID
    order_id: UUID | None = None
    subscription_id: UUID | None = None
    terms: CouponTerms
    currency: str
    cycles_left: int | None
    discount: Decimal = Decimal(0)
    revenue: Decimal = Decimal(0)
    status: RedemptionStatus = attrs.field(default=RedemptionStatus.ACTIVE, converter=RedemptionStatus)
    redeemed_at: datetime

    @property
    def is_in_force(self) -> bool:
        """Whether it takes something off documents to come."""
        return self.status is RedemptionStatus.ACTIVE and (self.cycles_left is None or self.cycles_left > 0)

    def is_for(self, subscription_id: UUID, order_id: UUID) -> bool:
        """Whether it stands for an agreement that began with an order."""
        if self.subscription_id is not None:
            return self.subscription_id == subscription_id
        return self.order_id is None or self.order_id == order_id


@attrs.frozen(kw_only=True)
class Use:
    """What a document makes of a redemption: so many cycles are used, and its sums grow. A void one turns the signs."""

    redemption_id: UUID
    cycles: int
    discount: Decimal
    revenue: Decimal


@attrs.frozen(kw_only=True)
class CodeResult:
    """What one code has brought in one currency: how often it was redeemed, what it took off, and what was paid for."""

    code: str
    currency: str
    redemptions: int
    discount: Decimal
    revenue: Decimal
