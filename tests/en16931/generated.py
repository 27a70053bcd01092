"""Documents of all kinds, made by the functions that make ours: a seed and a number give the same document again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final, get_args
from uuid import UUID

import attrs

from larabill_billing.customers.model import Customer, Seller
from larabill_billing.discounts.apply import apply
from larabill_billing.discounts.model import Allowance, Discount
from larabill_billing.invoicing.build import document, seller_party
from larabill_billing.invoicing.model import Charge, ChargeKind, Invoice, InvoiceRequest
from larabill_billing.invoicing.totals import totals
from larabill_billing.tax.calculate import Rounding
from larabill_billing.tax.model import TaxRate
from larabill_core.money import exponent, from_minor, quantize

CURRENCIES: Final = ("EUR", "EUR", "USD", "CZK", "JPY")
"""EN 16931 knows amounts of two decimals at most (BR-DEC), so dinars are not among them."""

_START: Final = date(2026, 1, 1)
_NOW: Final = datetime(2026, 11, 1, 12, tzinfo=UTC)
_SELLER: Final = Seller(
    id=UUID(int=1),
    name="Hosting & Söhne GmbH",
    country="DE",
    currency="EUR",
    time_zone="Europe/Berlin",
    language="de",
    tax_id="DE136695976",
    address=("Hauptstraße 1", "10115 Berlin"),
    created_at=_NOW,
)
_CUSTOMER: Final = Customer(
    id=UUID(int=2),
    seller_id=_SELLER.id,
    name="Ada Example",
    email="ada@example.com",
    company="Example <& Co>",
    tax_id="FR40303265045",
    address=("1 rue de la Paix",),
    country="FR",
    currency="EUR",
    time_zone="Europe/Paris",
    language="fr",
    created_at=_NOW,
)
_RATES: Final = (
    ("S", "19", "VAT", ""),
    ("S", "7", "VAT", ""),
    ("S", "5.5", "VAT", ""),
    ("S", "25", "VAT", ""),
    ("Z", "0", "VAT", ""),
    ("E", "0", "VAT exempt", "VATEX-EU-132"),
    ("AE", "0", "Reverse charge", "VATEX-EU-AE"),
    ("K", "0", "Intra-community supply", "VATEX-EU-IC"),
    ("G", "0", "Export outside the EU", "VATEX-EU-G"),
)
_OUTSIDE: Final = ("O", "0", "Not subject to VAT", "VATEX-EU-O")
_NAMES: Final = ("Webhosting", "VPS", "Domain", "Größerer Speicher", "Backup & Sicherung <täglich>")


@attrs.frozen
class Generated:
    """A document, and where its taxes were rounded."""

    document: Invoice
    rounding: Rounding


def generated(seed: int, number: int) -> Generated:
    """The document of this number.

    Where the smallest unit is a whole one, taxes are rounded by category alone: rounded by line or for all at once they
    may be a whole unit away from what BR-CO-17 asks for, which is more than the official rules let pass.
    """
    random = Random(f"{seed}/{number}")  # a text, so that neighbours are not alike
    currency = random.choice(CURRENCIES)
    sold = tuple(charges(random, currency))
    rates = tax_rates(random)
    taxes = [(random.choice(rates),) for _ in sold]
    request = InvoiceRequest(
        customer_id=_CUSTOMER.id,
        currency=currency,
        charges=sold,
        due_on=date(2026, 11, 15),
        preceding_id=UUID(int=3) if random.random() < 0.3 else None,
        purchase_order=random.choice(("", "PO 4711")),
        note=random.choice(("", "Thank you.")),
    )
    rounding: Rounding = random.choice(get_args(Rounding)) if exponent(currency) else "category"
    sums = totals(sold, taxes, currency, rounding)
    made = document(request, sums, _SELLER.id, seller_party(_SELLER), _CUSTOMER, "Within 14 days.", _NOW)
    return Generated(attrs.evolve(made, number=f"DOC-{number:06}"), rounding)


def tax_rates(random: Random) -> list[TaxRate]:
    """Up to four, all inclusive or none; what is outside the scope of VAT stands alone (BR-O-11)."""
    chosen = [_OUTSIDE] if random.random() < 0.08 else random.sample(_RATES, random.randint(1, 4))
    inclusive = random.random() < 0.5
    return [
        TaxRate(
            category=category,
            rate=Decimal(rate),
            name=name,
            inclusive=inclusive,
            jurisdiction="DE",
            reason=name if code else "",
            reason_code=code,
        )
        for category, rate, name, code in chosen
    ]


def charges(random: Random, currency: str) -> list[Charge]:
    """One to eight, some of them given back; on some documents mostly these, so that it becomes a credit note."""
    backwards = random.choice((0.0, 0.2, 0.8))
    made = [_charge(random, currency, random.random() < backwards) for _ in range(random.randint(1, 8))]
    return _discounted(random, made, currency)


def _charge(random: Random, currency: str, given_back: bool) -> Charge:
    quantity = Decimal(random.choice((1, 1, 2, 12, random.randint(1, 5000))))
    if random.random() < 0.2:
        quantity = Decimal(random.randint(1, 10**6)).scaleb(-4)
    price = Decimal(random.randint(0, 10**6)).scaleb(-random.choice((0, 2, 2, 4)))
    if random.random() < 0.1:
        price = Decimal(random.randint(1, 10**6)).scaleb(-10)
    start = _START + timedelta(days=random.randint(0, 300))
    amount = quantize(quantity * price, currency)
    return Charge(
        customer_id=_CUSTOMER.id,
        kind=ChargeKind.PRORATION if given_back else random.choice((ChargeKind.RECURRING, ChargeKind.USAGE)),
        period_start=start,
        period_end=start + timedelta(days=random.randint(0, 90)),
        cause="generated",
        description=random.choice(_NAMES),
        quantity=quantity,
        unit_price=price,
        amount=-amount if given_back else amount,
        currency=currency,
        trace={"sign": -1} if given_back else None,
    )


def _discounted(random: Random, made: Sequence[Charge], currency: str) -> list[Charge]:
    """With discounts on single lines, on the whole, on both or none; what is given back was discounted once as well."""
    allowances: list[list[Allowance]] = [[] for _ in made]
    left = [abs(charge.amount) for charge in made]
    for at in range(len(made)):
        if random.random() < 0.3:
            left[at] = _take(random, allowances, left, [at], currency, document=False)[0]
    for _ in range(random.choice((0, 0, 1, 2))):
        forward = [at for at, charge in enumerate(made) if charge.amount >= 0]
        for at, rest in zip(forward, _take(random, allowances, left, forward, currency, document=True), strict=True):
            left[at] = rest
    return [_with(charge, mine) for charge, mine in zip(made, allowances, strict=True)]


def _take(
    random: Random,
    allowances: list[list[Allowance]],
    left: Sequence[Decimal],
    lines: Sequence[int],
    currency: str,
    *,
    document: bool,
) -> tuple[Decimal, ...]:
    """Take one discount off these lines; what is left of them."""
    id = UUID(int=random.getrandbits(64))
    percent = Decimal(random.randint(1, 400)).scaleb(-1) if random.random() < 0.6 else None
    amount = None if percent is not None else from_minor(random.randint(1, 5000), currency)
    name = f"{'Document' if document else 'Line'} discount {id.int % 100}"
    taken = apply([Discount(name=name, percent=percent, amount=amount)], [left[at] for at in lines], currency)
    for at, off in zip(lines, taken.taken[0], strict=True):
        if off:
            allowance = Allowance(reason=name, amount=off, percent=percent, source_id=id, document=document)
            allowances[at].append(allowance)
    return taken.amounts


def _with(charge: Charge, allowances: Sequence[Allowance]) -> Charge:
    sign = -1 if charge.amount < 0 else 1
    return attrs.evolve(
        charge, allowances=tuple([attrs.evolve(each, amount=sign * each.amount) for each in allowances])
    )
