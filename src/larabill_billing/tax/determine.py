"""Which taxes hold for a customer on a day: pure.

Electronically supplied services are taxed where the customer is (Directive 2006/112/EC, articles 44, 58 and 59c):

    exempted by us          the exemption's category and reason
    a rule of the seller's  what it says
    in the seller's country S, at home's rate
    other member state      a business: AE, it accounts for the tax itself (article 196)
                            a consumer: S, at their country's rate (One Stop Shop), or home's under the threshold
    elsewhere               O: not subject to VAT of the EU. Not G, which is for goods (article 146)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal, TypeAlias

import attrs

from larabill_billing.customers.model import Customer
from larabill_billing.tax.facts import IdAnswer, TaxFacts, place
from larabill_billing.tax.ids import vat_id
from larabill_billing.tax.model import TaxCategory, Taxes, TaxRate
from larabill_billing.tax.settings import TaxRule, TaxSettings
from larabill_billing.tax.table import EU, rate_table, treated_as

Because: TypeAlias = Literal[
    "exemption", "rule", "domestic", "consumer", "threshold", "reverse_charge", "outside", "provider"
]

NO_CLASSES: Final[Mapping[str, Taxes]] = {}
TABLE_CLASSES: Final = ("reduced", "reduced_2", "reduced_3", "super_reduced", "parking")
"""Tax classes of plans besides "standard", "zero" and "exempt"; rules may name others."""


@attrs.frozen(kw_only=True)
class Treatment:
    """The taxes of one customer: those of each tax class that has its own, and those of all others."""

    default: Taxes
    by_class: Mapping[str, Taxes] = NO_CLASSES
    because: Because = "rule"

    def taxes(self, tax_class: str) -> Taxes:
        """What is taxed at plans of this class."""
        return self.by_class.get(tax_class, self.default)


@attrs.frozen(kw_only=True)
class Buyer:
    """What tax depends on of a customer on one day. `business`: their VAT id counts. `exempt`: nothing is taxed."""

    country: str
    business: bool = False
    exempt: TaxRate | None = None


def buyer(customer: Customer, facts: TaxFacts, settings: TaxSettings, on: date) -> Buyer:
    """What is known of a customer, seen on a day. Where no place is looked for, the address is all that counts."""
    exempt = facts.exempt(on)
    if settings.place == "rules":
        return Buyer(country=customer.country, exempt=exempt)
    if is_business(customer, facts, settings):
        return Buyer(country=customer.country, business=True, exempt=exempt)
    return Buyer(country=place(customer.country, facts.evidence).country, exempt=exempt)


def is_business(customer: Customer, facts: TaxFacts, settings: TaxSettings) -> bool:
    """Whether the customer's VAT id counts: of the right form, and confirmed.

    What the authority could not say leaves its last answer standing; an id that was never confirmed nor denied counts
    when the seller accepts that.
    """
    known = vat_id(customer.tax_id, customer.country) if customer.tax_id else None
    if known is None:
        return False
    answer = facts.answer(str(known))
    return answer is IdAnswer.VALID or (answer is IdAnswer.UNKNOWN and settings.unconfirmed == "accept")


@lru_cache(maxsize=4096)
def treatment(rules: tuple[TaxRule, ...], settings: TaxSettings, seller_country: str, to: Buyer, on: date) -> Treatment:
    """The taxes of a buyer on a day, the same object for the same question.

    Of the rules those of the country count, else those for all; what is left open by them is decided by the place.
    """
    inclusive = rules[0].inclusive if rules else settings.inclusive
    if to.exempt is not None:
        exempt = attrs.evolve(to.exempt, inclusive=inclusive, jurisdiction=to.country)
        return Treatment(default=(exempt,), because="exemption")
    base = _by_place(settings, seller_country, to, on, inclusive)
    for wanted in (to.country, ""):
        mine = [rule for rule in rules if rule.country == wanted]
        if mine:
            return _by_rules(mine, to.country, base, inclusive)
    return base


def _by_rules(rules: Sequence[TaxRule], country: str, base: Treatment, inclusive: bool) -> Treatment:
    classes: dict[str, list[TaxRate]] = {}
    for rule in rules:
        classes.setdefault(rule.tax_class, []).append(rule.tax(country))
    default = classes.pop("", None)
    own = {name: tuple(taxes) for name, taxes in classes.items()}
    if default is None:
        return attrs.evolve(base, by_class={**base.by_class, **own})
    return Treatment(default=tuple(default), by_class={**_untaxed(country, inclusive), **own})


def _by_place(settings: TaxSettings, seller_country: str, to: Buyer, on: date, inclusive: bool) -> Treatment:
    if settings.place == "rules":
        return _outside("", inclusive, reason="", code="")
    home, there = treated_as(seller_country), treated_as(to.country)
    if there == home:
        return _taxed(settings, home, on, inclusive, "domestic")
    if there not in EU:
        return _outside(there, inclusive, reason="Not subject to VAT", code="VATEX-EU-O")
    if to.business:
        reversed_ = _none(TaxCategory.REVERSE_CHARGE, there, inclusive, "Reverse charge", "VATEX-EU-AE")
        exempt = {"exempt": _untaxed(there, inclusive)["exempt"]}
        return Treatment(default=reversed_, by_class=exempt, because="reverse_charge")
    if settings.below_threshold and home in EU:
        return _taxed(settings, home, on, inclusive, "threshold")
    return _taxed(settings, there, on, inclusive, "consumer")


def _taxed(settings: TaxSettings, country: str, on: date, inclusive: bool, because: Because) -> Treatment:
    """At the country's rates. A country that the table does not know is not of the EU."""
    table = rate_table(settings.table)
    period = table.on(country, on)
    if period is None:
        return _outside(country, inclusive, reason="Not subject to VAT", code="VATEX-EU-O")

    def at(percent: Decimal) -> Taxes:
        name = table.name(country)
        return (
            TaxRate(category=TaxCategory.STANDARD, rate=percent, name=name, inclusive=inclusive, jurisdiction=country),
        )

    classes = {name: at(period.of_class(name)) for name in TABLE_CLASSES}
    return Treatment(default=at(period.standard), by_class={**classes, **_untaxed(country, inclusive)}, because=because)


def _untaxed(country: str, inclusive: bool) -> dict[str, Taxes]:
    """The classes of plans on which nothing is charged wherever something is on others."""
    return {
        "zero": _none(TaxCategory.ZERO, country, inclusive, "", ""),
        "exempt": _none(TaxCategory.EXEMPT, country, inclusive, "Exempt from VAT", ""),
    }


def _outside(country: str, inclusive: bool, *, reason: str, code: str) -> Treatment:
    return Treatment(default=_none(TaxCategory.OUTSIDE, country, inclusive, reason, code), because="outside")


def _none(category: TaxCategory, country: str, inclusive: bool, reason: str, code: str) -> Taxes:
    return (
        TaxRate(
            category=category,
            rate=Decimal(0),
            name="no tax",
            inclusive=inclusive,
            jurisdiction=country,
            reason=reason,
            reason_code=code,
        ),
    )
