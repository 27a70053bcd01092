"""Rules of money: what is refused (acceptance rows B07, B08, B10), rounding, splitting, the wire form."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from larabill_core import money as m
from larabill_core.errors import InvalidInput
from larabill_core.testing.strategies import amounts, currencies, moneys

B07 = [
    -1,
    0,
    0.5,
    10**9,
    2**31,
    2**63,
    "1e3",
    True,
    [1],
    None,
    "\u0661\u0662",
    "\uff11\uff12",
    "1_000",
    " 1 ",
    "+1",
    "-0",
]
B07_TEXT = [str(-1), "0", "0.5", "1000000000", "01", "", "1\n", "--1", "0x10", "1" * 5000]
B08 = ["NaN", "sNaN", "Infinity", "-Infinity", "1e400", "1E+999999", 0.1, float("nan"), float("inf")]
B08_DECIMALS = [
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("Infinity"),
    Decimal("-Infinity"),
    Decimal("1E+999999"),
]
FORMS = [
    "",
    " 1",
    "1 ",
    "+1",
    ".5",
    "5.",
    "1_0",
    "1,50",
    "\u0661\u0662",
    "\uff11\uff12",
    "01",
    "00.5",
    "-0",
    "-0.00",
    "1e2",
    "0x1",
]
TYPES: list[object] = [True, None, [1], {}, b"1", 1 + 0j]
B10 = ["eur", "Eur", "XXX", "ZZZ", "XAU", "XTS", "DEM", "", " EUR", "EUR ", "978", "€", None, 978, ["EUR"]]


@pytest.mark.parametrize("value", B07 + B07_TEXT, ids=lambda value: repr(value)[:30])
def test_quantity_is_a_plain_whole_number_in_range(value: object) -> None:
    with pytest.raises(InvalidInput, match=r"^items\[0\]\.quantity: .*use 1 to 1000000"):
        m.parse_quantity(value, "items[0].quantity")


def test_quantity_may_be_zero_where_its_range_says_so_but_never_a_negative_zero() -> None:
    assert m.parse_quantity("0", "q", 0) == 0
    with pytest.raises(InvalidInput):
        m.parse_quantity("-0", "q", 0)


@given(st.integers(-100, 100))
def test_quantity_accepts_what_its_range_holds_as_int_and_as_text(number: int) -> None:
    assume(number != 0)
    assert m.parse_quantity(number, "q", -100, 100) == number
    assert m.parse_quantity(str(number), "q", -100, 100) == number


@pytest.mark.parametrize("value", B08 + B08_DECIMALS + FORMS + TYPES, ids=lambda value: repr(value)[:30])
def test_amount_is_a_finite_plain_decimal(value: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^price\.amount: "):
        m.money(value, "EUR", path="price")


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("0.001", "EUR"),
        ("0.5", "JPY"),
        ("1.0000", "KWD"),
        ("1.000", "EUR"),
        (Decimal("0.001"), "EUR"),
        (m.LIMIT, "EUR"),
        (-m.LIMIT, "EUR"),
        ("1000000000000000", "EUR"),
        (Decimal(m.LIMIT), "JPY"),
        ("9" * 300, "EUR"),
        (10**6000, "EUR"),
    ],
    ids=lambda value: repr(value)[:30] if not isinstance(value, int) else f"int{value.bit_length()}",
)
def test_amount_fits_the_currency_and_the_column(amount: Any, currency: str) -> None:
    with pytest.raises(InvalidInput, match=r"^amount: (has more than|is too large|is not a plain)"):
        m.money(amount, currency)


@pytest.mark.parametrize("currency", B10, ids=repr)
def test_currency_is_a_code_that_people_pay_with(currency: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^currency: .*use an ISO 4217 code"):
        m.money("1", currency)
    with pytest.raises(InvalidInput):
        m.exponent(currency)


def test_amount_and_currency_faults_are_reported_together() -> None:
    with pytest.raises(InvalidInput) as caught:
        m.money("NaN", "ZZZ", path="plans[2].price")
    assert [f.path for f in caught.value.faults] == ["plans[2].price.currency", "plans[2].price.amount"]


@pytest.mark.parametrize(("code", "places"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("ISK", 0), ("MGA", 2), ("HUF", 2)])
def test_exponents_are_those_of_iso_4217(code: str, places: int) -> None:
    assert m.exponent(code) == places


@pytest.mark.parametrize("amount", [0.1, True, "1", Decimal("NaN"), None])
def test_money_cannot_be_built_from_what_is_not_exact(amount: object) -> None:
    with pytest.raises(InvalidInput):
        m.Money(amount, "EUR")


@pytest.mark.parametrize("currency", ["eur", "XXX", None])
def test_money_cannot_be_built_in_an_unknown_currency(currency: Any) -> None:
    with pytest.raises(InvalidInput):
        m.Money(1, currency)


def test_money_refuses_floats_in_arithmetic() -> None:
    price = m.money("10.00", "EUR")
    for attempt in (lambda: price * 0.5, lambda: 0.5 * price, lambda: price / 0.5, lambda: 0.5 % price):
        with pytest.raises(InvalidInput):
            attempt()
    assert price * Decimal("0.5") == 5 % (price * 10) == price / 2 == m.money("5", "EUR")


def test_currencies_are_never_mixed() -> None:
    with pytest.raises(TypeError):
        m.money("1", "EUR") + m.money("1", "USD")
    with pytest.raises(TypeError):
        _ = m.money("1", "EUR") < m.money("1", "USD")


@given(moneys())
def test_wire_form_round_trips(value: m.Money) -> None:
    wire = m.to_wire(value)
    assert "E" not in wire["amount"]
    assert m.from_wire(wire) == value
    assert m.to_wire(m.from_wire(wire)) == wire


def test_wire_form_has_all_decimals() -> None:
    assert m.to_wire(m.money(5, "EUR")) == {"amount": "5.00", "currency": "EUR"}
    assert m.to_wire(m.zero("KWD")) == {"amount": "0.000", "currency": "KWD"}


def test_an_amount_that_was_never_rounded_does_not_reach_the_wire() -> None:
    with pytest.raises(InvalidInput, match="more precise than EUR"):
        m.to_wire(m.Money(Decimal("0.001"), "EUR"))


@pytest.mark.parametrize(
    ("obj", "paths"),
    [
        ({"amount": 12.5, "currency": "EUR"}, ["price.amount"]),
        ({"amount": 12, "currency": "EUR"}, ["price.amount"]),
        ({"amount": "NaN", "currency": "eur"}, ["price.currency", "price.amount"]),
        ({"amount": "1", "currency": "EUR", "vat": "1"}, ["price.vat"]),
        ({}, ["price.amount", "price.currency"]),
        ("12.50 EUR", ["price"]),
        (None, ["price"]),
    ],
    ids=repr,
)
def test_wire_form_is_strict_and_lists_all_faults(obj: object, paths: list[str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        m.from_wire(obj, "price")
    assert [fault.path for fault in caught.value.faults] == paths


def test_amounts_from_the_database_lose_their_extra_zeros() -> None:
    assert str(m.money(Decimal("12.5000"), "EUR").amount) == "12.50"
    assert str(m.money(Decimal("500.0000"), "JPY").amount) == "500"
    assert str(m.money(Decimal("-0.0000"), "EUR").amount) == "0.00"


@given(st.decimals(0, m.LIMIT - 1, places=12, allow_nan=False))
def test_unit_prices_keep_twelve_places(price: Decimal) -> None:
    assert m.parse_decimal(f"{price:f}", places=m.UNIT_PRICE_PLACES, path="unit_price") == price


def test_minimum_is_named() -> None:
    with pytest.raises(InvalidInput, match=r"^rate: must be at least 0 \(got '-1'\)"):
        m.parse_decimal("-1", places=2, path="rate", minimum=0)


@given(st.decimals(-(10**15), 10**15, allow_nan=False), currencies(), st.sampled_from(sorted(m.ROUNDINGS)))
def test_rounding_moves_an_amount_by_less_than_one_unit(amount: Decimal, currency: str, mode: str) -> None:
    rounded = m.quantize(amount, currency, m.ROUNDINGS[mode])
    unit = m.from_minor(1, currency)
    assert abs(rounded - amount) <= (unit / 2 if mode.startswith("half") else unit)
    assert rounded.as_tuple().exponent == -m.exponent(currency)
    assert not (rounded.is_zero() and rounded.is_signed())


def test_rounding_is_half_up_unless_said_otherwise() -> None:
    assert str(m.quantize(Decimal("2.345"), "EUR")) == "2.35"
    assert str(m.quantize(Decimal("-2.345"), "EUR")) == "-2.35"
    assert str(m.quantize(Decimal("2.345"), "EUR", ROUND_HALF_EVEN)) == "2.34"
    with pytest.raises(InvalidInput):
        m.quantize(Decimal("NaN"), "EUR")


weights = st.lists(st.one_of(st.integers(0, 10**9), st.decimals(0, 1000, places=6)), min_size=1, max_size=20)


@given(currencies().flatmap(lambda c: st.tuples(st.just(c), amounts(c))), weights)
def test_a_split_never_loses_a_cent(sum_: tuple[str, Decimal], shares: list[Decimal | int]) -> None:
    currency, total = sum_
    parts = m.allocate(total, shares, currency)
    assert sum(parts) == total
    assert [-part for part in parts] == m.allocate(-total, shares, currency)
    whole, unit = sum(Fraction(share) for share in shares), Fraction(m.from_minor(1, currency))
    for part, share in zip(parts, shares, strict=True):
        if whole:
            assert share or not part
            assert abs(Fraction(part) - Fraction(total) * Fraction(share) / whole) < unit


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=10), st.integers(-(10**6), 10**6))
def test_a_split_over_lines_and_discounts_adds_up(shares: list[int], units: int) -> None:
    assume(sum(shares) != 0)
    total = m.from_minor(units, "EUR")
    parts = m.allocate(total, shares, "EUR")
    assert sum(parts) == total
    for part, share in zip(parts, shares, strict=True):
        assert abs(Fraction(part) - Fraction(total) * share / sum(shares)) < Fraction(1, 100)


def test_left_over_cents_go_to_the_largest_remainders_then_the_first() -> None:
    def split(total: str, shares: list[int]) -> list[str]:
        return [str(part) for part in m.allocate(Decimal(total), shares, "EUR")]

    assert split("10.00", [1, 1, 1]) == ["3.34", "3.33", "3.33"]
    assert split("0.05", [3, 7]) == ["0.02", "0.03"]
    assert split("0.02", [1, 1, 4]) == ["0.01", "0.00", "0.01"]
    assert split("1.00", [0, 0]) == ["0.50", "0.50"]
    assert split("0.01", [0, 5]) == ["0.00", "0.01"]


def test_what_cannot_be_split_is_refused() -> None:
    for total, shares in (("1.00", []), ("1.00", [1, -1]), ("0.001", [1]), ("1.00", [Decimal("NaN")])):
        with pytest.raises(InvalidInput):
            m.allocate(Decimal(total), shares, "EUR")
    with pytest.raises(InvalidInput):
        m.allocate(Decimal(1), [0.5], "EUR")  # type: ignore[list-item]
    assert m.allocate(Decimal(0), [], "EUR") == []


@given(currencies(), st.integers(-(10**15), 10**15))
def test_minor_units_round_trip(currency: str, units: int) -> None:
    assert m.to_minor(m.from_minor(units, currency), currency) == units


@pytest.mark.parametrize("units", [True, 1.0, "1", None])
def test_minor_units_are_ints(units: Any) -> None:
    with pytest.raises(InvalidInput):
        m.from_minor(units, "EUR")


def test_formatting_shows_the_digits_of_iso_4217() -> None:
    assert m.format_money(m.money("1234.50", "EUR"), "en") == "€1,234.50"
    assert m.format_money(m.money("1234.50", "EUR"), "de-DE") == "1.234,50\xa0€"
    assert m.format_money(m.money("100", "JPY"), "en") == "¥100"
    assert "12.50" in m.format_money(m.money("12.50", "RSD"), "en")


@pytest.mark.parametrize("language", ["", "xx", "../../etc/passwd", "e", None, 5])
def test_unknown_languages_are_refused(language: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^language: "):
        m.format_money(m.zero("EUR"), language)
