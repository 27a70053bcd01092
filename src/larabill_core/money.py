"""Money: py-moneyed's, guarded; strict parsers, rounding, splitting, and the wire form.

Amounts are Decimal at the currency's ISO 4217 exponent; no float, NaN or infinity ever gets in. In hot
loops use Decimal inside one currency and build `Money` at the edge.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
)
from math import lcm
from types import MappingProxyType
from typing import Any, Final

import moneyed
from moneyed import Currency

from larabill_core.errors import Faults, InvalidInput, join

LIMIT: Final = 10**12
"""Amounts that come from outside, and what a document comes to, are smaller than this in absolute value: so the sums
of hundreds of them fit DECIMAL(19,4), and the 64 bits in which SQLite holds ten-thousandths."""

UNIT_PRICE_PLACES: Final = 12
"""Decimal places of a unit price, as DECIMAL(28,12) holds them."""

ROUNDINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "half_up": ROUND_HALF_UP,
        "half_even": ROUND_HALF_EVEN,
        "half_down": ROUND_HALF_DOWN,
        "up": ROUND_UP,
        "down": ROUND_DOWN,
        "ceiling": ROUND_CEILING,
        "floor": ROUND_FLOOR,
    }
)
"""Names that settings may use, and the decimal module's constants."""

# ISO 4217, list one, without funds, metals, units of account and test codes. BGN was withdrawn on
# 2026-01-01, but credit notes for older invoices still carry it.
_CODES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD
CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF
GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK
LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD
OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN
SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF
XPF YER ZAR ZMW
"""

_CURRENCIES: Final[Mapping[str, Currency]] = {code: moneyed.get_currency(code) for code in _CODES.split()}
_EXPONENTS: Final[Mapping[str, int]] = {code: len(str(c.sub_unit)) - 1 for code, c in _CURRENCIES.items()}
_UNITS: Final[Mapping[int, Decimal]] = {places: Decimal(1).scaleb(-places) for places in range(5)}

# The default context has 28 digits and would refuse to quantize what a product of two amounts can be.
_WIDE = Context(prec=80)
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.([0-9]+))?")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_LONGEST = 40

CURRENCY_CODES: Final[tuple[str, ...]] = tuple(sorted(_CURRENCIES))


class Money(moneyed.Money):
    """An amount in a currency; like py-moneyed's, but it cannot hold a float, a NaN or an unknown currency.

    For input from outside use `money` or `from_wire`, which also check precision and size. Mixing two
    currencies raises TypeError, as in py-moneyed.
    """

    def __init__(self, amount: object = Decimal(0), currency: str | Currency | None = None) -> None:
        if isinstance(amount, bool) or not isinstance(amount, int | Decimal):
            raise InvalidInput.one("amount", "must be a Decimal or an int", amount, "use money() for text")
        code = currency.code if isinstance(currency, Currency) else currency
        super().__init__(_finite(Decimal(amount)), currency=parse_currency(code))

    def __mul__(self, other: object) -> Money:
        return super().__mul__(_no_float(other))

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> Any:
        return super().__truediv__(_no_float(other))

    def __rmod__(self, other: object) -> Money:
        return super().__rmod__(_no_float(other))


def parse_currency(value: object, path: str = "currency") -> Currency:
    """The currency with this ISO 4217 code; upper case, and only what people pay with.

    Raises InvalidInput.
    """
    found = _CURRENCIES.get(value) if isinstance(value, str) else None
    if found is None:
        raise InvalidInput.one(
            path, "is not a currency that can be paid with", value, "use an ISO 4217 code such as EUR"
        )
    return found


def exponent(currency: str) -> int:
    """Digits after the point of the currency in ISO 4217: EUR 2, JPY 0, KWD 3. Raises InvalidInput."""
    try:
        return _EXPONENTS[currency]
    except (KeyError, TypeError):
        return _EXPONENTS[parse_currency(currency).code]


def parse_decimal(
    value: object, *, places: int, path: str, minimum: Decimal | int | None = None, limit: int = LIMIT
) -> Decimal:
    """A number from text (`-?digits[.digits]`, ASCII), an int or a Decimal, with at most `places` decimals.

    Text is refused when it has a sign `+`, an exponent, a leading zero, an underscore, white space or foreign
    digits, all of which `Decimal()` would take; and when it has more decimals than `places` even if they are
    zeros, because `1.000` is a thousand to half of Europe. The value stays under `limit`. Raises InvalidInput.
    """
    if isinstance(value, str):
        number = _decimal_of_text(value, places, path)
    elif isinstance(value, Decimal):
        number = value
        if not number.is_finite():
            raise InvalidInput.one(path, "must be a finite number", value)
    elif isinstance(value, int) and not isinstance(value, bool):
        if abs(value) >= limit:
            raise InvalidInput.one(path, "is too large", value, f"stay under {limit}")
        number = Decimal(value)
    else:
        raise InvalidInput.one(path, "must be a decimal number as text", value, 'write it like "12.50"')
    if abs(number) >= limit:
        raise InvalidInput.one(path, "is too large", value, f"stay under {limit}")
    exact = number.quantize(Decimal(1).scaleb(-places), context=_WIDE)
    if exact != number:
        raise InvalidInput.one(path, f"has more than {places} decimal places", value)
    if minimum is not None and exact < minimum:
        raise InvalidInput.one(path, f"must be at least {minimum}", value)
    return exact if exact else exact.copy_abs()


def _decimal_of_text(text: str, places: int, path: str) -> Decimal:
    match = _DECIMAL.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None or not text.isascii():
        raise InvalidInput.one(path, "is not a plain decimal number", text, 'write it like "12.50"')
    if len(match[1] or "") > places:
        raise InvalidInput.one(path, f"has more than {places} decimal places", text)
    number = Decimal(text)
    if number.is_zero() and text.startswith("-"):
        raise InvalidInput.one(path, "is a negative zero", text, 'write "0"')
    return number


def parse_quantity(value: object, path: str, minimum: int = 1, maximum: int = 1_000_000) -> int:
    """A whole number from an int or plain ASCII text, `minimum` to `maximum`. Raises InvalidInput."""
    if isinstance(value, str) and len(value) <= _LONGEST and _INTEGER.fullmatch(value) and value != "-0":
        number = int(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        number = value
    else:
        raise InvalidInput.one(path, "is not a whole number", value, f"use {minimum} to {maximum}")
    if not minimum <= number <= maximum:
        raise InvalidInput.one(path, "is out of range", value, f"use {minimum} to {maximum}")
    return number


def money(amount: str | int | Decimal, currency: str, *, path: str = "") -> Money:
    """`Money` from outside values; `path` goes before the names of faulty fields. Raises InvalidInput."""
    faults = Faults()
    number, places = Decimal(0), UNIT_PRICE_PLACES
    try:
        places = _EXPONENTS[parse_currency(currency, join(path, "currency")).code]
    except InvalidInput as error:
        faults.include(error)
    try:
        number = parse_decimal(amount, places=places, path=join(path, "amount"))
    except InvalidInput as error:
        faults.include(error)
    faults.raise_if_any()
    return Money(number, currency)


def zero(currency: str) -> Money:
    """Nothing, in `currency`."""
    return Money(_UNITS[exponent(currency)] * 0, currency)


def quantize(amount: Decimal, currency: str, rounding: str = ROUND_HALF_UP) -> Decimal:
    """`amount` rounded to the currency's exponent; `rounding` is one of the values of ROUNDINGS; never -0."""
    rounded = _finite(amount).quantize(_UNITS[exponent(currency)], rounding=rounding, context=_WIDE)
    return rounded if rounded else rounded.copy_abs()


def allocate(total: Decimal, weights: Sequence[Decimal | int], currency: str) -> list[Decimal]:
    """Split `total` in proportion to `weights`, by largest remainder; the parts add up to `total` exactly.

    `total` has the currency's precision. A part differs from its exact share by less than one minor unit;
    what is left over goes to the largest remainders, the earlier position first, so the answer is always the
    same. A negative total gives the negatives of the positive one's parts. A zero weight gets nothing, unless
    all weights are zero: then the split is even. Weights may be negative (a discount among lines) as long as
    they do not add up to zero. Raises InvalidInput.
    """
    units = to_minor(total, currency)
    scaled = _as_integers(weights)
    if not scaled:
        if units:
            raise InvalidInput.one("weights", "are empty, but there is an amount to split", total)
        return []
    if not any(scaled):
        scaled = [1] * len(scaled)
    whole = sum(scaled)
    if whole == 0:
        raise InvalidInput.one("weights", "add up to zero, so there are no shares")
    if whole < 0:
        scaled, whole = [-weight for weight in scaled], -whole
    divided = [divmod(abs(units) * weight, whole) for weight in scaled]
    parts = [quotient for quotient, _ in divided]
    by_remainder = sorted(range(len(parts)), key=lambda index: -divided[index][1])
    for index in by_remainder[: abs(units) - sum(parts)]:
        parts[index] += 1
    return [from_minor(part if units >= 0 else -part, currency) for part in parts]


def _as_integers(weights: Sequence[Decimal | int]) -> list[int]:
    ratios = [_finite(Decimal(_no_float(weight))).as_integer_ratio() for weight in weights]
    common = lcm(*(denominator for _, denominator in ratios))
    return [numerator * (common // denominator) for numerator, denominator in ratios]


def to_minor(amount: Decimal, currency: str) -> int:
    """The amount in the currency's smallest unit (cent, yen, fils). Raises InvalidInput when not whole."""
    scaled = _finite(amount).scaleb(exponent(currency), context=_WIDE)
    if scaled != scaled.to_integral_value():
        raise InvalidInput.one("amount", f"is more precise than {currency} allows", amount, "round it first")
    return int(scaled)


def from_minor(units: int, currency: str) -> Decimal:
    """The amount of so many smallest units. Raises InvalidInput for anything but an int."""
    if isinstance(units, bool) or not isinstance(units, int):
        raise InvalidInput.one("amount", "must be a whole number of minor units", units)
    return Decimal(units).scaleb(-exponent(currency), context=_WIDE)


def to_wire(value: Money) -> dict[str, str]:
    """`{"amount": "12.50", "currency": "EUR"}`. Raises InvalidInput when the amount was never rounded."""
    code = value.currency.code
    return {"amount": f"{from_minor(to_minor(value.amount, code), code):f}", "currency": code}


def from_wire(obj: object, path: str = "") -> Money:
    """The inverse of `to_wire`; exactly the two fields, both text. Raises InvalidInput with all faults."""
    if not isinstance(obj, Mapping):
        raise InvalidInput.one(path, "must be an object with amount and currency", obj)
    faults = Faults()
    for name in ("amount", "currency"):
        if name not in obj:
            faults.add(join(path, name), "is missing")
        elif not isinstance(obj[name], str):
            faults.add(join(path, name), "must be text", value=obj[name])
    for name in obj:
        if name not in ("amount", "currency"):
            faults.add(join(path, str(name)), "is not a field of an amount")
    faults.raise_if_any()
    return money(obj["amount"], obj["currency"], path=path)


def format_money(value: Money, language: str) -> str:
    """`value` for people, by Babel, with the digits of ISO 4217 (CLDR hides the decimals of some currencies).

    `language` is a tag such as `de`, `de-AT` or `de_AT`. Raises InvalidInput when Babel does not know it.
    """
    from babel import Locale, UnknownLocaleError
    from babel.numbers import NumberPattern, parse_pattern

    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError, AttributeError):
        raise InvalidInput.one("language", "is not a known language", language, "use a tag such as en") from None
    standard = locale.currency_formats["standard"]
    pattern: NumberPattern = parse_pattern(standard.pattern)
    places = exponent(value.currency.code)
    pattern.frac_prec = (places, places)
    text: str = pattern.apply(value.amount, locale, currency=value.currency.code, currency_digits=False)
    return text


def _finite(amount: Decimal) -> Decimal:
    if not isinstance(amount, Decimal) or not amount.is_finite():
        raise InvalidInput.one("amount", "must be a finite Decimal", amount)
    return amount


def _no_float(value: Any) -> Any:
    if isinstance(value, float | bool):
        raise InvalidInput.one("amount", "must not be reckoned with a float", value, "use Decimal")
    return value
