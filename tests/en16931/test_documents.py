"""Documents hold EN 16931's rules on sums and on tax categories, as CEN's own rules judge and to the cent (I11)."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Final

import pytest
from tests.en16931.generated import CURRENCIES, Generated, generated
from tests.en16931.rules import broken_rules, schema_faults
from tests.en16931.ubl import to_ubl

from larabill_billing.invoicing.model import DocumentType, Invoice
from larabill_core.money import from_minor

SEED: Final = int(os.environ.get("LARABILL_DOCUMENT_SEED", "16931"))
NUMBER: Final = int(os.environ.get("LARABILL_DOCUMENTS", "1000"))
PARTS: Final = 4
"""So that the tests run on several cores."""
ZERO: Final = Decimal(0)


def numbers(part: int) -> range:
    return range(1 + part, NUMBER + 1, PARTS)


@cache
def written(number: int) -> tuple[Generated, str]:
    made = generated(SEED, number)
    return made, to_ubl(made.document)


@pytest.mark.parametrize("part", range(PARTS))
def test_the_official_rules_find_nothing(part: int) -> None:
    broken = {number: found for number in numbers(part) if (found := broken_rules(written(number)[1]))}
    assert broken == {}


@pytest.mark.parametrize("part", range(PARTS))
def test_the_schema_of_ubl_finds_nothing(part: int) -> None:
    faults = {number: found for number in numbers(part) if (found := schema_faults(written(number)[1]))}
    assert faults == {}


@pytest.mark.parametrize("part", range(PARTS))
def test_sums_hold_to_the_cent(part: int) -> None:
    """The official rules on taxes (BR-CO-17, BR-S-08, BR-S-09) let a whole unit of the currency pass; these do not."""
    wrong = {number: found for number in numbers(part) if (found := unequal(written(number)[0]))}
    assert wrong == {}


def unequal(made: Generated) -> list[str]:
    """The sums of a document that are not exactly what they should be."""
    document = made.document
    lines, allowances, taxes = document.lines, document.allowances, document.taxes
    keys = [(each.category, each.rate) for each in taxes]
    sums = {
        "net (BR-CO-13)": (document.net, total(line.amount for line in lines) - total(a.amount for a in allowances)),
        "tax (BR-CO-14)": (document.tax, total(each.tax for each in taxes)),
        "total (BR-CO-15)": (document.total, document.net + document.tax),
        "allowances (BR-CO-11)": (total(a.amount for a in allowances), total(line.share for line in lines)),
        "one breakdown for each category and rate": (len(set(keys)), len(keys)),
    }
    for category, rate in keys:
        of = [line for line in lines if (line.tax_category, line.tax_rate) == (category, rate)]
        off = total(each.amount for each in allowances if (each.tax_category, each.tax_rate) == (category, rate))
        base = total(each.base for each in taxes if (each.category, each.rate) == (category, rate))
        sums[f"base of {category} {rate} (BR-{category}-08)"] = (base, total(line.amount for line in of) - off)
        sums[f"shares of {category} {rate}"] = (off, total(line.share for line in of))
        if made.rounding == "category":
            due = total(each.tax for each in taxes if (each.category, each.rate) == (category, rate))
            sums[f"tax of {category} {rate} (BR-CO-17)"] = (due, _due(base, due, rate, document))
    return [f"{name}: {found} and not {wanted}" for name, (found, wanted) in sums.items() if found != wanted]


def _due(base: Decimal, due: Decimal, rate: Decimal, document: Invoice) -> Decimal:
    """The tax of a base; where prices hold the tax already, that of both together."""
    inclusive = document.lines[0].taxes[0].inclusive
    exact = (base + due) * rate / (100 + rate) if inclusive else base * rate / 100
    return exact.quantize(from_minor(1, document.currency), rounding=ROUND_HALF_UP)


def total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def test_documents_of_all_kinds_are_among_them() -> None:
    documents = [written(number)[0].document for number in range(1, NUMBER + 1)]
    kinds = Counter(each.type for each in documents)
    assert min(kinds[DocumentType.INVOICE], kinds[DocumentType.CREDIT_NOTE]) > NUMBER / 5
    for inclusive in (False, True):
        of = [each for each in documents if each.lines[0].taxes[0].inclusive is inclusive]
        categories = Counter(subtotal.category for each in of for subtotal in each.taxes)
        assert categories.keys() == {"S", "Z", "E", "AE", "K", "G", "O"}
        assert min(categories.values()) > NUMBER / 50
        assert sum(len(each.taxes) > 1 for each in of) > NUMBER / 5
        assert sum(bool(each.allowances) for each in of) > NUMBER / 10
        assert sum(any(line.allowances for line in each.lines) for each in of) > NUMBER / 10
        assert {each.currency for each in of} == set(CURRENCIES)


WRONG: Final[Sequence[tuple[str, str, str]]] = [
    ("BR-CO-10", r"(<cbc:LineExtensionAmount [^>]*>)(-?[\d.]+)", r"\g<1>987654.32"),
    ("BR-CO-13", r"(<cbc:TaxExclusiveAmount [^>]*>)(-?[\d.]+)", r"\g<1>987654.32"),
    ("BR-CO-14", r"(<cac:TaxTotal><cbc:TaxAmount [^>]*>)(-?[\d.]+)", r"\g<1>987654.32"),
    ("BR-CO-15", r"(<cbc:TaxInclusiveAmount [^>]*>)(-?[\d.]+)", r"\g<1>987654.32"),
    ("BR-CO-16", r"(<cbc:PayableAmount [^>]*>)(-?[\d.]+)", r"\g<1>987654.32"),
    ("BR-CO-17", r"(<cac:TaxSubtotal>.*?<cbc:TaxAmount [^>]*>)(-?[\d.]+)", r"\g<1>987654.32"),
    ("BR-S-08", r"(<cbc:TaxableAmount [^>]*>)(-?[\d.]+)", r"\g<1>987654.32"),
    ("BR-AE-10", r"<cbc:TaxExemptionReason.*</cbc:TaxExemptionReason>", ""),
    (
        "BR-IC-11",
        r"<cbc:ActualDeliveryDate>.*?</cbc:ActualDeliveryDate>|<cac:InvoicePeriod>.*?</cac:InvoicePeriod>",
        "",
    ),
    ("BR-S-02", r"<cac:PartyTaxScheme>.*?</cac:PartyTaxScheme>", ""),
]


@pytest.mark.parametrize(("rule", "pattern", "instead"), WRONG, ids=[each[0] for each in WRONG])
def test_the_official_rules_find_what_is_wrong(rule: str, pattern: str, instead: str) -> None:
    category = {"BR-CO-17": "S", "BR-IC-11": "K"}.get(rule, "S" if "CO" in rule else rule.split("-")[1])
    xml = next(
        xml
        for made, xml in map(written, range(1, NUMBER + 1))
        if made.document.taxes[0].category == category and made.document.lines[0].tax_category == category
    )
    assert rule in broken_rules(re.sub(pattern, instead, xml, flags=re.DOTALL))
