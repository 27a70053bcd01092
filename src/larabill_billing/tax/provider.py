"""Another's answer about which taxes hold: what it is asked, and what is made of what it says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import attrs

from larabill_billing.customers.model import Customer, Seller
from larabill_billing.settings import BillingSettings
from larabill_billing.tax.determine import TABLE_CLASSES, Treatment
from larabill_billing.tax.model import Taxes, TaxRate, parse_category
from larabill_core.contracts.tax import ProvidedTax, TaxQuestion
from larabill_core.errors import Faults, InvalidInput

FRESH: Final = timedelta(days=1)
"""As long as this an answer counts for new documents; after that it is asked for anew."""

STANDARD: Final = "standard"


@attrs.frozen(kw_only=True)
class ProviderAnswer:
    """What the provider said last about one customer, by tax class. `asked` is a digest of what it was asked about."""

    seller_id: UUID
    customer_id: UUID
    asked: str
    taxes: Mapping[str, tuple[ProvidedTax, ...]]
    answered_at: datetime


def question(seller: Seller, customer: Customer, settings: BillingSettings, on: date) -> TaxQuestion:
    """The classes of our table and of the seller's rules are asked for."""
    classes = dict.fromkeys((STANDARD, *TABLE_CLASSES, "zero", "exempt"))
    classes |= dict.fromkeys(rule.tax_class for rule in settings.taxes if rule.tax_class)
    return TaxQuestion(
        seller_country=seller.country,
        seller_tax_id=seller.tax_id,
        country=customer.country,
        address=customer.address,
        tax_id=customer.tax_id,
        currency=customer.currency,
        on=on,
        tax_classes=tuple(classes),
    )


def digest(customer: Customer) -> str:
    """Of what the provider knows of a customer: when it changes, an answer of before says nothing any more."""
    words = "\x00".join((customer.country, customer.tax_id, *customer.address))
    return hashlib.sha256(words.encode()).hexdigest()


def counts(answer: ProviderAnswer, customer: Customer) -> bool:
    """Whether the answer is about this customer as they are now."""
    return answer.asked == digest(customer)


def is_fresh(answer: ProviderAnswer | None, customer: Customer, now: datetime) -> bool:
    """Whether new documents may go by the answer."""
    return answer is not None and counts(answer, customer) and answer.answered_at > now - FRESH


def provided(taxes: Mapping[str, Sequence[ProvidedTax]], *, inclusive: bool) -> Treatment:
    """The treatment that an answer says. Raises `InvalidInput` with every fault, by class."""
    faults = Faults()
    classes: dict[str, Taxes] = {}
    for name, each in taxes.items():
        rates = []
        for index, tax in enumerate(each):
            try:
                rates.append(_rate(tax, inclusive))
            except InvalidInput as problem:
                with faults.at(name, index):
                    faults.include(problem)
        if not each:
            faults.add(name, "is without taxes", remedy="what is not taxed is of category O, E or Z")
        classes[name] = tuple(rates)
    if STANDARD not in taxes:
        faults.add(STANDARD, "is missing")
    faults.raise_if_any()
    return Treatment(default=classes[STANDARD], by_class=classes, because="provider")


def _rate(tax: ProvidedTax, inclusive: bool) -> TaxRate:
    return TaxRate(
        category=parse_category(tax.category),
        rate=tax.rate,
        name=tax.name,
        inclusive=inclusive,
        jurisdiction=tax.jurisdiction,
        compound=tax.compound,
        reason=tax.reason,
        reason_code=tax.reason_code,
    )
