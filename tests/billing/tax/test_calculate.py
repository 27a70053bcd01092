"""Taxes to the cent: lines add up to categories, categories to totals, net and tax to gross (I11)."""

from __future__ import annotations

from collections import defaultdict
from decimal import Context, Decimal, localcontext
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from larabill_billing.pricing.exact import rounded
from larabill_billing.tax.calculate import Rounding, calculate
from larabill_billing.tax.model import TaxCategory, TaxRate
from larabill_core.errors import InvalidInput
from larabill_core.testing.strategies import amounts, currencies

ZERO = Decimal(0)
ROUNDINGS: tuple[Rounding, ...] = get_args(Rounding)


def rate(percent: int | str, category: str = "S", *, inclusive: bool = False) -> TaxRate:
    return TaxRate(category=category, rate=Decimal(percent), name=f"{percent} %", inclusive=inclusive)  # type: ignore[arg-type]


def lines(*numbers: int | str) -> list[Decimal]:
    return [Decimal(number) for number in numbers]


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, list[Decimal], list[TaxRate]]:
    """A currency, lines in it and the rate of each."""
    currency = draw(currencies())
    inclusive = draw(st.booleans())
    rates = [
        *(rate(percent, inclusive=inclusive) for percent in ("19", "7", "5.5", "19.00")),
        rate(0, "AE", inclusive=inclusive),
    ]
    line = st.tuples(amounts(currency, minimum=-1000, maximum=1000), st.sampled_from(rates))
    pairs = draw(st.lists(line, max_size=12))
    return currency, [amount for amount, _ in pairs], [each for _, each in pairs]


@given(documents(), st.sampled_from(ROUNDINGS))
def test_lines_add_up_to_categories_and_these_to_the_totals(
    document: tuple[str, list[Decimal], list[TaxRate]], rounding: Rounding
) -> None:
    currency, before, rates = document
    taxed = calculate(before, rates, currency, rounding)
    assert taxed.net + taxed.tax == taxed.gross
    assert taxed.net == sum(each.base for each in taxed.breakdown) == sum(line.net for line in taxed.lines)
    assert taxed.tax == sum(each.tax for each in taxed.breakdown) == sum(line.tax for line in taxed.lines)
    sums: dict[tuple[TaxCategory, Decimal], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for amount, each, line in zip(before, rates, taxed.lines, strict=True):
        assert line.net + line.tax == line.gross
        assert (line.gross if each.inclusive else line.net) == amount
        assert line == tuple(rounded(number, currency) for number in line)
        sums[each.category, each.rate][0] += line.net
        sums[each.category, each.rate][1] += line.tax
    assert [(each.rate.category, each.rate.rate) for each in taxed.breakdown] == list(sums)
    assert [[each.base, each.tax] for each in taxed.breakdown] == list(sums.values())


@given(documents(), st.sampled_from(ROUNDINGS))
def test_no_tax_is_a_unit_or_more_away_from_its_exact_one(
    document: tuple[str, list[Decimal], list[TaxRate]], rounding: Rounding
) -> None:
    currency, before, rates = document
    unit = Decimal(1).scaleb(rounded(ZERO, currency).as_tuple().exponent)  # type: ignore[arg-type]
    for amount, each, line in zip(before, rates, calculate(before, rates, currency, rounding).lines, strict=True):
        exact = amount * each.rate / (100 + each.rate if each.inclusive else 100)
        # in a document the tax of a category is moved by less than a unit, and then the line's within it
        assert abs(line.tax - exact) < (2 * unit if rounding == "document" else unit)


@given(documents())
def test_each_category_is_rounded_once(document: tuple[str, list[Decimal], list[TaxRate]]) -> None:
    currency, before, rates = document
    for each in calculate(before, rates, currency).breakdown:
        if not each.rate.inclusive:
            assert each.tax == rounded(each.base * each.rate.rate / 100, currency)
        else:
            gross = each.base + each.tax
            assert each.tax == rounded(gross * each.rate.rate / (100 + each.rate.rate), currency)


@given(documents())
def test_a_document_is_rounded_once(document: tuple[str, list[Decimal], list[TaxRate]]) -> None:
    currency, before, rates = document
    with localcontext(Context(prec=60)):
        exact = sum(
            (
                amount * each.rate / (100 + each.rate if each.inclusive else 100)
                for amount, each in zip(before, rates, strict=True)
            ),
            ZERO,
        )
        # ninths of two rates may add up to a half that is not to be had in decimals
        total = calculate(before, rates, currency, "document").tax
        assert abs(total - exact) <= Decimal(1).scaleb(rounded(ZERO, currency).as_tuple().exponent) / 2 + Decimal(
            "1E-40"
        )  # type: ignore[operator, arg-type]


@pytest.mark.parametrize(
    ("rounding", "taxes", "total"),
    [
        ("category", ["0.03", "0.02"], "0.05"),
        ("line", ["0.03", "0.03"], "0.06"),
        ("document", ["0.03", "0.02"], "0.05"),
    ],
)
def test_the_roundings_differ_by_a_cent(rounding: Rounding, taxes: list[str], total: str) -> None:
    taxed = calculate(lines("0.13", "0.13"), [rate(20), rate(20)], "EUR", rounding)
    assert [str(line.tax) for line in taxed.lines] == taxes
    assert taxed.tax == Decimal(total)


def test_a_document_of_two_rates_is_rounded_over_both() -> None:
    of_two = calculate(lines("0.02", "0.06"), [rate(20), rate(10)], "EUR", "document")
    assert (of_two.tax, calculate(lines("0.02", "0.06"), [rate(20), rate(10)], "EUR").tax) == (
        Decimal("0.01"),
        Decimal("0.01"),
    )
    assert [each.tax for each in of_two.breakdown] == lines("0", "0.01")
    both = calculate(lines("0.02", "0.04"), [rate(20), rate(10)], "EUR", "document")
    assert [each.tax for each in both.breakdown] == lines("0.01", "0")
    assert calculate(lines("0.02", "0.04"), [rate(20), rate(10)], "EUR").tax == 0


@pytest.mark.parametrize(
    ("gross", "percent", "net", "tax"),
    [("10", 50, "6.67", "3.33"), ("10", 10, "9.09", "0.91"), ("15", 10, "13.64", "1.36"), ("119", 19, "100", "19")],
)
def test_inclusive_tax_is_taken_out_of_the_gross(gross: str, percent: int, net: str, tax: str) -> None:
    taxed = calculate(lines(gross), [rate(percent, inclusive=True)], "EUR")
    assert (taxed.net, taxed.tax, taxed.gross) == (Decimal(net), Decimal(tax), Decimal(gross))


def test_equal_rates_are_one_category_and_a_credit_takes_tax_back() -> None:
    rates = [rate(19), rate("19.00"), rate(7)]
    taxed = calculate(lines("100", "-40", "10"), rates, "EUR")
    assert [(each.base, each.tax) for each in taxed.breakdown] == [
        (Decimal(60), Decimal("11.40")),
        (Decimal(10), Decimal("0.70")),
    ]
    back = calculate(lines("10.03", "-10.03"), rates[:2], "EUR")
    assert (back.tax, [str(line.tax) for line in back.lines]) == (0, ["1.91", "-1.91"])


def test_no_lines_have_no_tax() -> None:
    assert calculate([], [], "EUR")[:4] == ((), ZERO, ZERO, ZERO)


def test_a_thread_with_a_narrow_context_gets_the_same_and_keeps_it() -> None:
    before, rates = lines("123456789.01", "987654.32"), [rate(19), rate(7)]
    wanted = calculate(before, rates, "EUR")
    with localcontext(Context(prec=4)):
        found = calculate(before, rates, "EUR")
        assert found == wanted
        assert found.lines
        assert Decimal(1) / 3 == Decimal("0.3333")


@pytest.mark.parametrize(
    ("before", "rates", "expected"),
    [
        (lines(1), [], ["rates: must be as many as the 1 amounts"]),
        (
            lines("1.005", "1.005", "1"),
            [rate(19)] * 3,
            ["amounts[0]: is finer than the currency", "amounts[1]: is finer than the currency"],
        ),
        (
            lines(1, 2, 3),
            [rate(19), rate(19, inclusive=True), rate(7, inclusive=True)],
            ["rates[1].inclusive: is not as in the first line", "rates[2].inclusive: is not as in the first line"],
        ),
    ],
)
def test_every_fault_of_a_document_is_named(before: list[Decimal], rates: list[TaxRate], expected: list[str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        calculate(before, rates, "EUR")
    assert [f"{fault.path}: {fault.problem}" for fault in caught.value.faults] == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"rate": Decimal(0)}, ["rate: must be more than 0"]),
        ({"rate": Decimal(-1), "name": ""}, ["rate: must be at least 0", "name: is empty"]),
        ({"category": "AE", "rate": Decimal(19)}, ["rate: must be 0 in category AE"]),
        ({"category": "AA"}, ["category: is not a category of EN 16931"]),
        ({"rate": 19}, ["rate: must be a Decimal"]),
    ],
)
def test_every_fault_of_a_rate_is_named(fields: dict[str, Any], expected: list[str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        TaxRate(**{"category": "S", "rate": Decimal(19), "name": "VAT", **fields})
    assert [f"{fault.path}: {fault.problem}" for fault in caught.value.faults] == expected


@pytest.mark.parametrize("category", list(TaxCategory))
def test_each_category_of_the_norm_has_a_rate(category: TaxCategory) -> None:
    percent = Decimal(19 if category is TaxCategory.STANDARD else 0)
    assert TaxRate(category=category, rate=percent, name="x").category is category
