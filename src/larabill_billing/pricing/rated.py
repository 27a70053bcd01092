"""A priced quantity: its exact amount, the parts it is made of, and the trace from which both can be had again."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from larabill_billing.pricing.exact import ONE, ZERO, add, multiply, settled, subtract, text, total
from larabill_core.money import exponent

_HUNDRED: Final = Decimal(100)

# What a part counts: in the singular and in the plural, with the preposition before its price.
_WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "unit": ("unit at", "units at"),
        "free": ("unit free", "units free"),
        "included": ("unit included", "units included"),
        "prepaid": ("unit prepaid", "units prepaid"),
        "block": ("block of {size} at", "blocks of {size} at"),
        "package": ("package of {size} at", "packages of {size} at"),
        "event": ("event at", "events at"),
        "minimum": ("event at the minimum of", "events at the minimum of"),
        "maximum": ("event at the maximum of", "events at the maximum of"),
        "commitment": ("minimum commitment of", "minimum commitments of"),
    }
)

_LONGEST: Final = 24
_COVERED: Final = ("free", "included", "prepaid")


class Part(NamedTuple):
    """`amount` = `quantity` * `unit_price` + `flat`.

    `unit` says what is counted: unit, block, package (of `size` units), event, percent (the quantity is an amount and
    the price a factor), flat, step, and those that cost nothing: free, free_amount, included, prepaid.
    """

    quantity: Decimal
    unit: str
    unit_price: Decimal
    flat: Decimal
    amount: Decimal
    size: Decimal


class Rated(NamedTuple):
    """What a quantity costs: exactly, in `currency`, before the one rounding; never negative.

    `amount` is the sum of the parts, less `already_billed`. A named tuple and not attrs, as `Part`: thousands are made
    in a renewal run, and this is made several times as fast.
    """

    amount: Decimal
    currency: str
    model: str
    quantity: Decimal
    parts: tuple[Part, ...]
    already_billed: Decimal = ZERO

    def to_data(self) -> dict[str, Any]:
        """Plain data for a trace's "price": numbers as text."""
        data: dict[str, Any] = {
            "model": self.model,
            "currency": self.currency,
            "quantity": text(self.quantity),
            "parts": [_part_data(each) for each in self.parts],
        }
        if self.already_billed:
            data["already_billed"] = text(self.already_billed)
        data["amount"] = text(self.amount)
        return data


_make: Final = tuple.__new__


def part(quantity: Decimal, unit: str, unit_price: Decimal, flat: Decimal = ZERO, size: Decimal = ONE) -> Part:
    """The part with its amount."""
    amount = multiply(quantity, unit_price)
    if flat:
        amount = add(amount, flat)
    return _make(Part, (quantity, unit, unit_price, flat, amount, size))


def rated(
    model: str, currency: str, quantity: Decimal, parts: tuple[Part, ...], already_billed: Decimal = ZERO
) -> Rated:
    """The parts with their sum, less what was billed before; never below zero."""
    amount = parts[0].amount if len(parts) == 1 else settled(total([each.amount for each in parts]))
    if already_billed or amount < ZERO:
        amount = max(subtract(amount, already_billed), ZERO)
    return _make(Rated, (amount, currency, model, quantity, parts, already_billed))


def recompute(data: Mapping[str, Any]) -> Decimal:
    """The exact amount, from the parts of a trace alone."""
    amounts = [
        add(multiply(Decimal(each["quantity"]), Decimal(each["unit_price"])), Decimal(each.get("flat", 0)))
        for each in data["parts"]
    ]
    whole = amounts[0] if len(amounts) == 1 else settled(total(amounts))
    return max(subtract(whole, Decimal(data.get("already_billed", 0))), ZERO)


def explain(data: Mapping[str, Any]) -> str:
    """A trace in a sentence: "10 units at 1.50, 2 units at 1.00 = 17.00 EUR"."""
    places = exponent(data["currency"])
    sentence = ", ".join(_part_text(each, places) for each in data["parts"])
    if "already_billed" in data:
        sentence += f", less {_price(data['already_billed'], places)} already billed"
    return f"{sentence or 'nothing'} = {_price(data['amount'], places)} {data['currency']}"


def _part_data(each: Part) -> dict[str, str]:
    data = {"quantity": text(each.quantity), "unit": each.unit, "unit_price": text(each.unit_price)}
    if each.size != ONE:
        data["size"] = text(each.size)
    if each.flat:
        data["flat"] = text(each.flat)
    data["amount"] = text(each.amount)
    return data


def _part_text(each: Mapping[str, str], places: int) -> str:
    quantity, unit = _short(each["quantity"]), each["unit"]
    flat = f" plus {_price(each['flat'], places)}" if "flat" in each else ""
    if unit == "flat":
        return _price(each["amount"], places)
    if unit == "step":
        return f"{quantity} {'unit' if quantity == '1' else 'units'} for {_price(each['amount'], places)}"
    if unit == "free_amount":
        return f"{_price(quantity, places)} free"
    if unit == "percent":
        return f"{text(multiply(Decimal(each['unit_price']), _HUNDRED))} % of {_price(quantity, places)}{flat}"
    words = _WORDS[unit][quantity != "1"].format(size=each.get("size"))
    price = f" {_price(each['unit_price'], places)}" if unit not in _COVERED else ""
    return f"{quantity} {words}{price}{flat}"


def _short(number: str) -> str:
    """A fraction without end, to six decimals and said so."""
    _, _, decimals = number.partition(".")
    return number if len(decimals) <= _LONGEST else f"about {Decimal(number):.6f}"


def _price(number: str, places: int) -> str:
    """At least the currency's decimals, and more when there are more."""
    _, _, decimals = number.partition(".")
    if len(decimals) > _LONGEST:
        return _short(number)
    return number if len(decimals) >= places else f"{Decimal(number):.{places}f}"
