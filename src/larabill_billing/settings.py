"""The `[billing]` table of the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import attrs

from larabill_billing.bank.settings import BankAccount
from larabill_billing.customers.checks import (
    attempt,
    check_billing_day,
    check_country,
    check_currency,
    check_email,
    check_language,
    check_lines,
    check_tax_id,
    check_text,
)
from larabill_billing.discounts.loyalty import LoyaltyTier, check_tiers
from larabill_billing.exchange.model import ExchangeSettings
from larabill_billing.invoicing.numbering import Numbering
from larabill_billing.ledger.labels import AccountLabel
from larabill_billing.payments.policies import DisputePolicy, PlanPolicy, WriteOffPolicy
from larabill_billing.policies import (
    DEFAULT,
    DEFAULT_LADDER,
    DunningPolicy,
    LadderStep,
    check_amounts,
    check_ladder,
    check_policies,
    shown,
)
from larabill_billing.proration.model import Convention, ProrationPolicy
from larabill_billing.tax.settings import TaxRule, TaxSettings, check_rules
from larabill_core.clock import zone
from larabill_core.errors import Faults
from larabill_core.money import exponent, parse_decimal

if TYPE_CHECKING:
    from larabill_core.ports.unit_of_work import Tx


@attrs.frozen(kw_only=True)
class SellerSettings:
    """The legal entity of a single-seller installation. `address` is lines, the country apart.

    Raises `InvalidInput` with every fault, so that a manifest is refused before the seller is made of it.
    """

    name: str
    country: str
    currency: str
    time_zone: str = "UTC"
    language: str = "en"
    tax_id: str = ""
    address: tuple[str, ...] = ()
    email: str = ""
    phone: str = ""
    registration: str = ""

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        attempt(faults, lambda: check_text(self.name, "name", required=True), "")
        attempt(faults, lambda: check_country(self.country, "country"), "")
        attempt(faults, lambda: check_currency(self.currency, "currency"), "")
        attempt(faults, lambda: zone(self.time_zone, "time_zone").key, "")
        attempt(faults, lambda: check_language(self.language, "language"), "")
        attempt(faults, lambda: check_tax_id(self.tax_id, "tax_id"), "")
        attempt(faults, lambda: check_lines(self.address, "address"), self.address)
        attempt(faults, lambda: check_email(self.email, "email") if self.email else "", "")
        attempt(faults, lambda: check_text(self.phone, "phone"), "")
        attempt(faults, lambda: check_text(self.registration, "registration"), "")
        faults.raise_if_any()


LONGEST_WINDOW: Final = timedelta(days=92)
"""All periods that ended within the window are looked at again when the next one is billed."""


@attrs.frozen(kw_only=True)
class TopUpPolicy:
    """At most `attempts_per_day` charges of one customer on a day of theirs, and an end to it after declines.

    `give_up_after`: so many declines in a row are the last, until the rule is set anew.

    Raises `InvalidInput` with every fault.
    """

    attempts_per_day: int = 3
    give_up_after: int = 6

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        for name in ("attempts_per_day", "give_up_after"):
            if not 1 <= getattr(self, name) <= 100:
                faults.add(name, "must be 1 to 100", value=getattr(self, name))
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class ReferralReward:
    """What who brings a customer gets, and what the customer gets who was brought, in one currency."""

    currency: str
    referrer: Decimal
    referred: Decimal

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        if attempt(faults, lambda: check_currency(self.currency, "currency"), ""):
            for name, amount in (("referrer", self.referrer), ("referred", self.referred)):
                attempt(
                    faults,
                    partial(parse_decimal, amount, places=exponent(self.currency), path=name, minimum=0),
                    Decimal(0),
                )
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class ReferralPolicy:
    """No rewards: referrals bring nothing. `take_back_days`: a payment that goes back before takes the rewards along.

    Raises `InvalidInput` with every fault.
    """

    rewards: tuple[ReferralReward, ...] = ()
    take_back_days: int = 30

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        if len({reward.currency for reward in self.rewards}) < len(self.rewards):
            faults.add("rewards", "are there twice in one currency")
        if not 0 <= self.take_back_days <= 365:
            faults.add("take_back_days", "must be 0 to 365", value=self.take_back_days)
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class BillingSettings:
    """`payment_terms_days`: from issue to due day. `keep_data`: from an agreement's end to the destruction of data.
    `late_window`: how long after a period's end events of it are taken that come after it was billed.

    `overdue`: the ladder of the dunning policies that bring none of their own; `dunning`: the policies, by name.
    `overdue_minimum`: by currency; a customer whose overdue invoices come to less is left alone.

    `proration`: for plans that name no convention of their own. `billing_day`: the day of the month on which all
    agreements are billed; None: each on the day of its begin. `group_invoices`: what one customer owes on a day for
    several agreements stands on one invoice. `loyalty`: what is taken off prices that recur, by months of tenure.
    `accounts`: what the bookkeeper calls accounts of the ledger.
    `exchange`: where exchange rates come from; None: each currency for itself.
    `taxes`: rules of the seller's own, which go before the rest of `tax`.
    `proforma`: a proforma asks for the money, and the invoice follows when it is paid; else it is issued at once.
    `voiding`: an invoice is taken back by a credit note of the whole, or by the mark `void` alone.
    `terms`: the terms of payment that stand on invoices.
    `top_up`: how often credit is bought automatically. `referral`: what both sides of a referral get.
    Raises `InvalidInput` with every fault of the ladder and the numbers.
    """

    seller: SellerSettings | None = None
    catalog: Path | None = None
    payment_terms_days: int = 7
    overdue: tuple[LadderStep, ...] = DEFAULT_LADDER
    overdue_minimum: Mapping[str, Decimal] = attrs.field(factory=dict)
    dunning: Mapping[str, DunningPolicy] = attrs.field(factory=dict)
    keep_data: timedelta = timedelta(days=14)
    late_window: timedelta = timedelta(days=3)
    proration: ProrationPolicy = attrs.field(factory=lambda: ProrationPolicy(Convention.ACTUAL_DAYS))
    billing_day: int | None = None
    group_invoices: bool = False
    taxes: tuple[TaxRule, ...] = ()
    bank: tuple[BankAccount, ...] = ()
    disputes: DisputePolicy = attrs.field(factory=DisputePolicy)
    payment_plans: PlanPolicy = attrs.field(factory=PlanPolicy)
    write_off: WriteOffPolicy = attrs.field(factory=WriteOffPolicy)
    loyalty: tuple[LoyaltyTier, ...] = ()
    accounts: tuple[AccountLabel, ...] = ()
    exchange: ExchangeSettings | None = None
    tax: TaxSettings = attrs.field(factory=TaxSettings)
    numbering: Numbering = attrs.field(factory=Numbering)
    proforma: bool = False
    voiding: Literal["credit_note", "mark"] = "credit_note"
    terms: str = ""
    top_up: TopUpPolicy = attrs.field(factory=TopUpPolicy)
    referral: ReferralPolicy = attrs.field(factory=ReferralPolicy)

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        if not 0 <= self.payment_terms_days <= 365:
            faults.add("payment_terms_days", "must be 0 to 365", value=self.payment_terms_days)
        attempt(faults, lambda: check_text(self.terms, "terms"), "")
        attempt(faults, lambda: check_billing_day(self.billing_day, "billing_day"), None)
        attempt(faults, lambda: check_rules(self.taxes, self.tax), None)
        if len({each.account for each in self.accounts}) < len(self.accounts):
            faults.add("accounts", "name one account twice")
        if self.keep_data < timedelta(0):
            faults.add("keep_data", "must not be negative", value=shown(self.keep_data))
        if not timedelta(0) <= self.late_window <= LONGEST_WINDOW:
            faults.add("late_window", f"must be 0 to {shown(LONGEST_WINDOW)}", value=shown(self.late_window))
        check_ladder(self.overdue, "overdue", faults)
        check_amounts(self.overdue_minimum, "overdue_minimum", faults)
        with faults.at("dunning"):
            check_policies({DEFAULT: DunningPolicy(), **self.dunning}, self.overdue, faults)
        attempt(faults, lambda: check_tiers(self.loyalty), None)
        faults.raise_if_any()

    @property
    def policies(self) -> Mapping[str, DunningPolicy]:
        """The dunning policies by name, `default` among them, each with its ladder."""
        return {
            name: policy if policy.overdue is not None else attrs.evolve(policy, overdue=self.overdue)
            for name, policy in {DEFAULT: DunningPolicy(), **self.dunning}.items()
        }


def settings_of(tx: Tx) -> BillingSettings:
    """The settings of the engine that opened this transaction."""
    settings: BillingSettings = tx.engine.manifest.settings["billing"]
    return settings
