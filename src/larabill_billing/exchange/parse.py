"""A file of exchange rates: CSV with the columns on, base, quote, rate; or TOML with a table `[[rates]]` for each.

A rate of 1.0835 from EUR to USD says that one euro is 1.0835 dollars. Strict, with all faults at once and by line.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from larabill_core.clock import parse_date
from larabill_core.contracts.rates import PublishedRate
from larabill_core.errors import Faults, InvalidInput
from larabill_core.money import UNIT_PRICE_PLACES, parse_currency, parse_decimal

_KEYS: Final = ("on", "base", "quote", "rate")


def read_rates(file: Path) -> list[PublishedRate]:
    """The rates of a file, which is TOML when it is called so, else CSV. Raises `InvalidInput`."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as problem:
        raise InvalidInput.one(str(file), f"cannot be read: {problem}") from problem
    return parse_rates(text, toml=file.suffix == ".toml")


def parse_rates(text: str, *, toml: bool = False) -> list[PublishedRate]:
    """Raises `InvalidInput` with every fault."""
    faults = Faults()
    found = rates_of(_of_toml(text) if toml else _of_csv(text), faults)
    faults.raise_if_any()
    return found


def rates_of(rows: Iterable[tuple[str, Mapping[str, Any]]], faults: Faults) -> list[PublishedRate]:
    """The good ones of these rows, each with its path; what is wrong with the others goes to the faults."""
    found = []
    for path, row in rows:
        with faults.at(path):
            rate = _rate(row, faults)
            if rate is not None:
                found.append(rate)
    return found


def _of_toml(text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise InvalidInput.one("rates", f"is not TOML: {problem}") from problem
    rows = data.get("rates")
    if set(data) != {"rates"} or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidInput.one("rates", "must be tables [[rates]], and nothing else")
    for index, row in enumerate(rows):
        yield f"rates[{index}]", row


def _of_csv(text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        if tuple(reader.fieldnames or ()) != _KEYS:
            named = ",".join(reader.fieldnames or ())
            raise InvalidInput.one("line 1", "must name the columns", named, ",".join(_KEYS))
        for row in reader:
            yield f"line {reader.line_num}", row
    except csv.Error as problem:
        raise InvalidInput.one(f"line {reader.line_num}", f"is not CSV: {problem}") from problem


def _currency(value: object, path: str) -> str:
    return parse_currency(value, path).code


def _number(value: object, path: str) -> Decimal:
    return parse_decimal(value, places=UNIT_PRICE_PLACES, path=path, minimum=0)


def _day(value: object, path: str) -> date:
    """As text, or as TOML's own."""
    return parse_date(value.isoformat() if isinstance(value, date) else value, path)


_PARSERS: Final[Mapping[str, Callable[[object, str], Any]]] = {
    "on": _day,
    "base": _currency,
    "quote": _currency,
    "rate": _number,
}


def _rate(row: Mapping[Any, Any], faults: Faults) -> PublishedRate | None:
    before = len(faults)
    if set(row) != set(_KEYS):
        faults.add("", "must have exactly the keys", value=sorted(map(str, row)), remedy=", ".join(_KEYS))
        return None
    values: dict[str, Any] = {}
    for key, parse in _PARSERS.items():
        try:
            values[key] = parse(row[key], key)
        except InvalidInput as problem:
            faults.include(problem)
    if len(faults) > before:
        return None
    if not values["rate"]:
        faults.add("rate", "must be more than 0", value=values["rate"])
    if values["base"] == values["quote"]:
        faults.add("quote", "is the base itself", value=values["quote"])
    return PublishedRate(**values)
