"""The options of a plan in a catalogue file: in short, or as a table when there is more to say.

options.domain = "text"
options.php = ["8.3", "8.4"]
options.cores = { kind = "integer", min = 1, max = 64, prices.EUR = { monthly = "1.50" } }
options.backups = { kind = "boolean", prices.EUR = { monthly = "2.00" } }
options.system = { choices = { debian = {}, windows = { prices.EUR = { monthly = "10.00" } } } }
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import attrs

from larabill_billing.catalog.model import Option, OptionKind, OptionPrice
from larabill_billing.catalog.price_table import parse_option_prices
from larabill_billing.customers.checks import attempt
from larabill_core.errors import Faults, InvalidInput, join
from larabill_core.money import UNIT_PRICE_PLACES, parse_quantity
from larabill_core.privacy import refuse_pan
from larabill_core.structure import structure

SIMPLE: Final = (OptionKind.TEXT, OptionKind.INTEGER, OptionKind.BOOLEAN)
LARGEST: Final = 999_999_999
_REMEDY: Final = f"use {', '.join(SIMPLE)}, a list of choices as text, or a table"

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


def parse_options(value: object, path: str) -> dict[str, Option]:
    """The options by name. Raises `InvalidInput` with every fault."""
    if not isinstance(value, Mapping):
        raise InvalidInput.one(path, "must be a table", value, 'such as { domain = "text", php = ["8.3", "8.4"] }')
    faults = Faults()
    options: dict[str, Option] = {}
    for name, said in value.items():
        where = join(path, name)
        if not _NAME.fullmatch(name):
            faults.add(where, "is not a name of an option", remedy="use a-z, 0-9 and underscore")
            continue
        try:
            options[name] = _option(said, where)
        except InvalidInput as problem:
            faults.include(problem)
    faults.raise_if_any()
    return options


def _option(said: object, path: str) -> Option:
    if isinstance(said, str) and said in SIMPLE:
        return Option(kind=OptionKind(said))
    if isinstance(said, list):
        return Option(kind=OptionKind.CHOICE, choices=_choices(said, path))
    if isinstance(said, Mapping):
        return _from_table(said, path)
    raise InvalidInput.one(path, "is not a kind of option", said, _REMEDY)


def _choices(said: list[Any], path: str) -> tuple[str, ...]:
    faults = Faults()
    if not said:
        faults.add(path, "has no choices")
    for index, choice in enumerate(said):
        where = join(path, index)
        if not isinstance(choice, str) or not choice or not choice.isprintable():
            faults.add(where, "is not a choice", value=choice, remedy="choices are text")
        elif choice in said[:index]:
            faults.add(where, "is named twice", value=choice)
        else:
            attempt(faults, partial(refuse_pan, choice, where), None)
    faults.raise_if_any()
    return tuple(said)


def _number(value: object, path: str) -> int:
    if not isinstance(value, int):
        raise InvalidInput.one(path, "must be a whole number", value)
    return parse_quantity(value, path, minimum=0, maximum=LARGEST)


@attrs.frozen(kw_only=True)
class OptionTable:
    """The keys of an option that is a table."""

    kind: OptionKind | None = None
    choices: Any = None
    min: int | None = attrs.field(default=None, metadata={"parse": _number})
    max: int | None = attrs.field(default=None, metadata={"parse": _number})
    prices: Any = None


def _from_table(said: Mapping[str, Any], path: str) -> Option:
    faults = Faults()
    table = structure(OptionTable, said, faults, path)
    if table is None:
        faults.raise_if_any()
        raise AssertionError("what cannot be structured has faults")
    kind = table.kind or (OptionKind.CHOICE if table.choices is not None else None)
    if kind is None:
        faults.add(join(path, "kind"), "is missing", remedy=f"one of: {', '.join(OptionKind)}")
    if kind is not OptionKind.INTEGER:
        for name in ("min", "max"):
            if name in said:
                faults.add(join(path, name), "is for numbers only", remedy='kind = "integer" is a number')
    least, most = table.min or 0, LARGEST if table.max is None else table.max
    if least > most:
        faults.add(join(path, "min"), "is more than max", value=least)
    choices, prices = _priced(kind, table, path, faults)
    faults.raise_if_any()
    return Option(kind=kind or OptionKind.TEXT, choices=choices, minimum=least, maximum=most, prices=prices)


def _priced(
    kind: OptionKind | None, table: OptionTable, path: str, faults: Faults
) -> tuple[tuple[str, ...], tuple[OptionPrice, ...]]:
    """The choices, and the prices of the option or of its choices."""
    where = join(path, "prices")
    if kind is OptionKind.CHOICE:
        if table.prices is not None:
            faults.add(where, "is for numbers and switches", remedy="each choice has prices of its own")
        return _of_choices(table.choices, join(path, "choices"), faults)
    if table.choices is not None:
        faults.add(join(path, "choices"), "is for choices only", remedy='leave out kind, or use kind = "choice"')
    if table.prices is None:
        return (), ()
    if kind is OptionKind.TEXT:
        faults.add(where, "is for numbers, switches and choices", remedy="a text costs nothing")
        return (), ()
    places = UNIT_PRICE_PLACES if kind is OptionKind.INTEGER else None
    return (), attempt(faults, partial(parse_option_prices, table.prices, where, places=places), ())


def _of_choices(said: object, path: str, faults: Faults) -> tuple[tuple[str, ...], tuple[OptionPrice, ...]]:
    """The choices, with their prices when they are a table of tables."""
    if not isinstance(said, list | Mapping):
        faults.add(path, "must be a list of choices, or a table of them", value=said)
        return (), ()
    nothing: tuple[str, ...] = ()
    choices = attempt(faults, partial(_choices, list(said), path), nothing)
    prices: list[OptionPrice] = []
    for choice, table in said.items() if isinstance(said, Mapping) else ():
        where = join(path, choice)
        if not isinstance(table, Mapping) or set(table) - {"prices"}:
            faults.add(where, "must be a table with prices, or an empty one", value=table)
        elif "prices" in table:
            of_this = partial(parse_option_prices, table["prices"], join(where, "prices"), choice=choice)
            prices.extend(attempt(faults, of_this, ()))
    return choices, tuple(prices)
