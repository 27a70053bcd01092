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
from larabill_billing.tax.model import TaxCategory, Taxes, TaxRate
from larabill_core.errors import InvalidInput
from larabill_core.testing.strategies import amounts, currencies

ZERO = Decimal(0)
ROUNDINGS: tuple[Rounding, ...] = get_args(Rounding)


def rate(
    percent: int | str, category: str = "S", *, inclusive: bool = False, place: str = "", compound: bool = False
) -> TaxRate:
    return TaxRate(
        category=category,  # type: ignore[arg-type]
        rate=Decimal(percent),
        name=f"{percent} %",
        inclusive=inclusive,
        jurisdiction=place,
        compound=compound,
    )


def one(percent: int | str, category: str = "S", *, inclusive: bool = False) -> Taxes:
    return (rate(percent, category, inclusive=inclusive),)


def lines(*numbers: int | str) -> list[Decimal]:
    return [Decimal(number) for number in numbers]


def kinds(inclusive: bool) -> list[Taxes]:
    """Each category of the norm, reduced rates, two taxes side by side, and one on top of another."""
    gst = rate(5, inclusive=inclusive, place="CA")
    pst = rate(7, inclusive=inclusive, place="CA-BC")
    qst = rate("9.5", inclusive=inclusive, place="CA-QC", compound=True)
    single = [
        ("19", "S"),
        ("7", "S"),
        ("5.5", "S"),
        ("19.00", "S"),
        ("7", "L"),
        ("0", "M"),
        *[("0", each) for each in NO_TAX],
    ]
    return [
        *(one(percent, category, inclusive=inclusive) for percent, category in single),
        (gst,),
        (gst, pst),
        (gst, qst),
    ]


NO_TAX = ("Z", "E", "AE", "K", "G", "O")


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, list[Decimal], list[Taxes]]:
    """A currency, lines in it and the taxes of each."""
    currency = draw(currencies())
    line = st.tuples(amounts(currency, minimum=-1000, maximum=1000), st.sampled_from(kinds(draw(st.booleans()))))
    pairs = draw(st.lists(line, max_size=12))
    return currency, [amount for amount, _ in pairs], [each for _, each in pairs]


def exact(amount: Decimal, taxes: Taxes) -> list[Decimal]:
    """What each of the taxes comes to, to fifty digits: written down once more, one after the other."""
    with localcontext(Context(prec=60)):
        so_far, parts = Decimal(1), []
        for each in taxes:
            parts.append((so_far if each.compound else 1) * each.rate / 100)
            so_far += parts[-1]
        net = amount / so_far if taxes[0].inclusive else amount
        return [net * part for part in parts]


def unit_of(currency: str) -> Decimal:
    return Decimal(1).scaleb(rounded(ZERO, currency).as_tuple().exponent)  # type: ignore[arg-type]


@given(documents(), st.sampled_from(ROUNDINGS))
def test_lines_add_up_to_the_breakdown_and_this_to_the_totals(
    document: tuple[str, list[Decimal], list[Taxes]], rounding: Rounding
) -> None:
    currency, before, taxes = document
    taxed = calculate(before, taxes, currency, rounding)
    assert taxed.net + taxed.tax == taxed.gross
    assert taxed.net == sum(line.net for line in taxed.lines)
    assert taxed.tax == sum(each.tax for each in taxed.breakdown) == sum(line.tax for line in taxed.lines)
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    several = {each.key for mine in taxes if len(mine) > 1 for each in mine}
    for amount, mine, line in zip(before, taxes, taxed.lines, strict=True):
        assert line.net + line.tax == line.gross
        assert line.tax == sum(line.taxes)
        assert (line.gross if mine[0].inclusive else line.net) == amount
        assert all(number == rounded(number, currency) for number in (*line[:3], *line.taxes))
        for each, due in zip(mine, line.taxes, strict=True):
            sums[each.key][0] += line.net
            sums[each.key][1] += due
    assert [each.rate.key for each in taxed.breakdown] == list(sums)
    assert [each.tax for each in taxed.breakdown] == [tax for _, tax in sums.values()]
    for each in taxed.breakdown:
        if each.rate.key not in several:
            assert each.base == sums[each.rate.key][0]
    if not several:
        assert taxed.net == sum(each.base for each in taxed.breakdown)


@given(documents(), st.sampled_from(ROUNDINGS))
def test_an_inclusive_gross_is_kept_and_an_exclusive_net(
    document: tuple[str, list[Decimal], list[Taxes]], rounding: Rounding
) -> None:
    currency, before, taxes = document
    taxed = calculate(before, taxes, currency, rounding)
    inclusive = bool(taxes) and taxes[0][0].inclusive
    assert (taxed.gross if inclusive else taxed.net) == sum(before)


@given(documents(), st.data())
def test_the_order_of_lines_does_not_matter(
    document: tuple[str, list[Decimal], list[Taxes]], data: st.DataObject
) -> None:
    currency, before, taxes = document
    pairs = data.draw(st.permutations([*zip(before, taxes, strict=True)]))
    for rounding in ROUNDINGS:
        ours = calculate(before, taxes, currency, rounding)
        other = calculate([amount for amount, _ in pairs], [mine for _, mine in pairs], currency, rounding)
        assert ours[1:4] == other[1:4]
        if rounding != "document":  # there the odd cent goes to the tax that comes first
            assert {each.rate.key: each[1:] for each in ours.breakdown} == {
                each.rate.key: each[1:] for each in other.breakdown
            }


@given(documents(), st.sampled_from(ROUNDINGS))
def test_what_is_given_back_is_what_was_taken(
    document: tuple[str, list[Decimal], list[Taxes]], rounding: Rounding
) -> None:
    currency, before, taxes = document
    ours = calculate(before, taxes, currency, rounding)
    back = calculate([-amount for amount in before], taxes, currency, rounding)
    assert (back.net, back.tax, back.gross) == (-ours.net, -ours.tax, -ours.gross)


@given(documents(), st.sampled_from(ROUNDINGS))
def test_no_tax_is_a_unit_or_more_away_from_its_exact_one(
    document: tuple[str, list[Decimal], list[Taxes]], rounding: Rounding
) -> None:
    currency, before, taxes = document
    for amount, mine, line in zip(before, taxes, calculate(before, taxes, currency, rounding).lines, strict=True):
        for due, wanted in zip(line.taxes, exact(amount, mine), strict=True):
            # in a document the tax of a category is moved by less than a unit, and then the line's within it
            assert abs(due - wanted) < (2 if rounding == "document" else 1) * unit_of(currency)


@given(documents())
def test_each_category_is_rounded_once(document: tuple[str, list[Decimal], list[Taxes]]) -> None:
    currency, before, taxes = document
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for amount, mine in zip(before, taxes, strict=True):
        for each, due in zip(mine, exact(amount, mine), strict=True):
            sums[each.key] += due
    for total in calculate(before, taxes, currency).breakdown:
        # ninths of several lines may add up to a half that is not to be had in decimals
        assert abs(total.tax - sums[total.rate.key]) <= unit_of(currency) / 2 + Decimal("1E-40")


@given(documents())
def test_a_document_is_rounded_once(document: tuple[str, list[Decimal], list[Taxes]]) -> None:
    currency, before, taxes = document
    with localcontext(Context(prec=60)):
        wanted = sum((sum(exact(amount, mine), ZERO) for amount, mine in zip(before, taxes, strict=True)), ZERO)
        total = calculate(before, taxes, currency, "document").tax
        assert abs(total - wanted) <= unit_of(currency) / 2 + Decimal("1E-40")


@given(documents())
def test_the_tax_of_an_exclusive_category_is_its_rate_of_its_base(
    document: tuple[str, list[Decimal], list[Taxes]],
) -> None:
    """EN 16931, BR-CO-17. The base of a compound tax is rounded itself."""
    currency, before, taxes = document
    for each in calculate(before, taxes, currency).breakdown:
        reckoned = rounded(each.base * each.rate.rate / 100, currency)
        loose = each.rate.inclusive or each.rate.compound
        assert abs(each.tax - reckoned) <= (unit_of(currency) if loose else 0)


def test_a_compound_tax_is_also_on_those_before_it() -> None:
    """Quebec before 2013: 5 % GST, and 9.5 % QST on the price with GST; side by side since."""
    gst, qst = rate(5, place="CA"), rate("9.5", place="CA-QC", compound=True)
    taxed = calculate(lines("100"), [(gst, qst)], "CAD")
    assert [(each.base, each.tax) for each in taxed.breakdown] == [
        (Decimal("100"), Decimal("5.00")),
        (Decimal("105.00"), Decimal("9.98")),
    ]
    assert (taxed.tax, taxed.gross) == (Decimal("14.98"), Decimal("114.98"))
    beside = calculate(lines("100"), [(gst, rate("9.975", place="CA-QC"))], "CAD")
    assert (beside.breakdown[1].base, beside.tax) == (Decimal("100"), Decimal("14.98"))


def test_compound_taxes_are_taken_out_of_a_gross() -> None:
    taxes = (rate(5, inclusive=True, place="CA"), rate("9.5", inclusive=True, place="CA-QC", compound=True))
    taxed = calculate(lines("114.98"), [taxes], "CAD")
    assert (taxed.net, taxed.lines[0].taxes, taxed.gross) == (
        Decimal("100.00"),
        (Decimal("5.00"), Decimal("9.98")),
        Decimal("114.98"),
    )


def test_the_same_rate_in_two_jurisdictions_is_two_sums() -> None:
    taxed = calculate(lines("10", "20"), [(rate(5, place="CA"),), (rate(5, place="CA-AB"),)], "CAD")
    assert [(each.rate.jurisdiction, each.base, each.tax) for each in taxed.breakdown] == [
        ("CA", Decimal("10"), Decimal("0.50")),
        ("CA-AB", Decimal("20"), Decimal("1.00")),
    ]


@pytest.mark.parametrize(
    ("rounding", "taxes", "total"),
    [
        ("category", ["0.03", "0.02"], "0.05"),
        ("line", ["0.03", "0.03"], "0.06"),
        ("document", ["0.03", "0.02"], "0.05"),
    ],
)
def test_the_roundings_differ_by_a_cent(rounding: Rounding, taxes: list[str], total: str) -> None:
    taxed = calculate(lines("0.13", "0.13"), [one(20), one(20)], "EUR", rounding)
    assert [str(line.tax) for line in taxed.lines] == taxes
    assert taxed.tax == Decimal(total)


def test_a_document_of_two_rates_is_rounded_over_both() -> None:
    of_two = calculate(lines("0.02", "0.06"), [one(20), one(10)], "EUR", "document")
    assert (of_two.tax, calculate(lines("0.02", "0.06"), [one(20), one(10)], "EUR").tax) == (
        Decimal("0.01"),
        Decimal("0.01"),
    )
    assert [each.tax for each in of_two.breakdown] == lines("0", "0.01")
    both = calculate(lines("0.02", "0.04"), [one(20), one(10)], "EUR", "document")
    assert [each.tax for each in both.breakdown] == lines("0.01", "0")
    assert calculate(lines("0.02", "0.04"), [one(20), one(10)], "EUR").tax == 0


@pytest.mark.parametrize(
    ("gross", "percent", "net", "tax"),
    [("10", 50, "6.67", "3.33"), ("10", 10, "9.09", "0.91"), ("15", 10, "13.64", "1.36"), ("119", 19, "100", "19")],
)
def test_inclusive_tax_is_taken_out_of_the_gross(gross: str, percent: int, net: str, tax: str) -> None:
    taxed = calculate(lines(gross), [one(percent, inclusive=True)], "EUR")
    assert (taxed.net, taxed.tax, taxed.gross) == (Decimal(net), Decimal(tax), Decimal(gross))


def test_equal_rates_are_one_category_and_a_credit_takes_tax_back() -> None:
    taxes = [one(19), one("19.00"), one(7)]
    taxed = calculate(lines("100", "-40", "10"), taxes, "EUR")
    assert [(each.base, each.tax) for each in taxed.breakdown] == [
        (Decimal(60), Decimal("11.40")),
        (Decimal(10), Decimal("0.70")),
    ]
    back = calculate(lines("10.03", "-10.03"), taxes[:2], "EUR")
    assert (back.tax, [str(line.tax) for line in back.lines]) == (0, ["1.91", "-1.91"])


def test_no_lines_have_no_tax() -> None:
    assert calculate([], [], "EUR")[:4] == ((), ZERO, ZERO, ZERO)


def test_a_thread_with_a_narrow_context_gets_the_same_and_keeps_it() -> None:
    before, taxes = lines("123456789.01", "987654.32"), [one(19), one(7)]
    wanted = calculate(before, taxes, "EUR")
    with localcontext(Context(prec=4)):
        found = calculate(before, taxes, "EUR")
        assert found == wanted
        assert found.lines
        assert Decimal(1) / 3 == Decimal("0.3333")


@pytest.mark.parametrize(
    ("before", "taxes", "expected"),
    [
        (lines(1), [], ["taxes: must be as many as the 1 amounts"]),
        (
            lines("1.005", "1.005", "1"),
            [one(19)] * 3,
            ["amounts[0]: is finer than the currency", "amounts[1]: is finer than the currency"],
        ),
        (
            lines(1, 2, 3),
            [one(19), one(19, inclusive=True), one(7, inclusive=True)],
            ["taxes[1].inclusive: is not as in the first line", "taxes[2].inclusive: is not as in the first line"],
        ),
        (lines(1, 2), [(), (rate(5), rate(5))], ["taxes[0]: are missing", "taxes[1]: hold the same tax twice"]),
    ],
)
def test_every_fault_of_a_document_is_named(before: list[Decimal], taxes: list[Taxes], expected: list[str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        calculate(before, taxes, "EUR")
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
