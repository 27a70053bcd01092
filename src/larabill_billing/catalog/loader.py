"""The catalogue file: TOML, strict, all faults at once by key path.

[[plans]]
code = "web-small"
name = "Web hosting, small"
provision = true
regions = ["fsn1"]
options = { domain = "text", backups = "boolean", php = ["8.2", "8.3"] }
release = "paid"                # paid, placed or authorised
on_failure = "hold"             # hold, credit or refund
minimum_term_months = 0
notice_days = 0
prices.EUR = { monthly = "5.00", annual = "50.00", setup = "9.00" }
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

import attrs

from larabill_billing.catalog.model import Cycle, Option, PlanDefinition, Price, PriceKind
from larabill_billing.customers.checks import attempt
from larabill_core.errors import ConfigurationError, Faults, InvalidInput, join
from larabill_core.money import exponent, parse_currency, parse_decimal, parse_quantity
from larabill_core.privacy import refuse_pan
from larabill_core.structure import structure

OPTION_KINDS: Final = ("text", "integer", "boolean")
PERIODS: Final = tuple(cycle.value for cycle in Cycle)
PRICE_KEYS: Final = (*PERIODS, "setup", "one_time")

_CODE = re.compile(r"[a-z0-9](?:[a-z0-9_.-]{0,62}[a-z0-9])?")
_OPTION = re.compile(r"[a-z][a-z0-9_]{0,62}")


def _code(value: object, path: str) -> str:
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise InvalidInput.one(path, "is not a plan code", value, "use up to 64 of a-z, 0-9, dash, dot and underscore")
    refuse_pan(value, path)
    return value


def _name(value: object, path: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 200 or not value.isprintable():
        raise InvalidInput.one(path, "must be a line of text, up to 200 characters", value)
    refuse_pan(value, path)
    return value.strip()


def _options(value: object, path: str) -> dict[str, Option]:
    if not isinstance(value, Mapping):
        raise InvalidInput.one(path, "must be a table", value, 'such as { domain = "text", php = ["8.2", "8.3"] }')
    faults = Faults()
    options: dict[str, Option] = {}
    for name, kind in value.items():
        if not _OPTION.fullmatch(name):
            faults.add(join(path, name), "is not a name of an option", remedy="use a-z, 0-9 and underscore")
        elif isinstance(kind, list) and kind and all(isinstance(choice, str) and choice for choice in kind):
            options[name] = tuple(kind)
            for index, choice in enumerate(kind):
                attempt(faults, partial(refuse_pan, choice, join(path, name, index)), None)
        elif kind in OPTION_KINDS:
            options[name] = kind
        else:
            remedy = f"use {', '.join(OPTION_KINDS)}, or a list of choices as text"
            faults.add(join(path, name), "is not a kind of option", value=kind, remedy=remedy)
    faults.raise_if_any()
    return options


def _count(value: object, path: str) -> int:
    if not isinstance(value, int):
        raise InvalidInput.one(path, "must be a whole number", value)
    return parse_quantity(value, path, minimum=0, maximum=366)


def _prices(value: object, path: str) -> tuple[Price, ...]:
    if not isinstance(value, Mapping) or not value:
        raise InvalidInput.one(path, "must be a table of currencies", value, 'such as EUR = { monthly = "5.00" }')
    faults = Faults()
    prices: list[Price] = []
    for currency, table in value.items():
        where = join(path, currency)
        try:
            parse_currency(currency, where)
        except InvalidInput as problem:
            faults.include(problem)
            continue
        if not isinstance(table, Mapping) or not table:
            faults.add(where, "must be a table of prices", value=table, remedy='such as { monthly = "5.00" }')
            continue
        prices.extend(_prices_in(currency, table, where, faults))
    faults.raise_if_any()
    return tuple(prices)


def _prices_in(currency: str, table: Mapping[str, Any], path: str, faults: Faults) -> list[Price]:
    prices: list[Price] = []
    if "one_time" in table and any(period in table for period in PERIODS):
        faults.add(path, "has a one-time and a recurring price", remedy="make two plans of it")
    if "setup" in table and len(table) == 1:
        faults.add(path, "has a setup fee only", remedy='name it one_time, or add a cycle such as monthly = "5.00"')
    for key, value in table.items():
        where = join(path, key)
        if key not in PRICE_KEYS:
            faults.add(where, "is not a cycle or kind of price", remedy=f"known are: {', '.join(PRICE_KEYS)}")
            continue
        try:
            amount = _amount(value, currency, where)
        except InvalidInput as problem:
            faults.include(problem)
            continue
        if key in PERIODS:
            prices.append(Price(currency=currency, kind=PriceKind.RECURRING, cycle=Cycle(key), amount=amount))
        else:
            prices.append(Price(currency=currency, kind=PriceKind(key), amount=amount))
    return prices


def _amount(value: object, currency: str, path: str) -> Decimal:
    if isinstance(value, float):
        raise InvalidInput.one(path, "is a float, which is not exact", value, 'quote it: "12.50"')
    return parse_decimal(value, places=exponent(currency), path=path, minimum=0)


@attrs.frozen(kw_only=True)
class _PlanTable:
    """The keys of one `[[plans]]` table."""

    code: str = attrs.field(metadata={"parse": _code})
    name: str = attrs.field(metadata={"parse": _name})
    provision: bool = False
    regions: tuple[str, ...] = ()
    options: Mapping[str, Option] = attrs.field(factory=dict, metadata={"parse": _options})
    release: Literal["paid", "placed", "authorised"] = "paid"
    on_failure: Literal["hold", "credit", "refund"] = "hold"
    minimum_term_months: int = attrs.field(default=0, metadata={"parse": _count})
    notice_days: int = attrs.field(default=0, metadata={"parse": _count})
    prices: tuple[Price, ...] = attrs.field(metadata={"parse": _prices})


@attrs.frozen(kw_only=True)
class _CatalogTable:
    plans: tuple[_PlanTable, ...] = ()


def read_catalog(file: Path) -> tuple[PlanDefinition, ...]:
    """The plans of a catalogue file. Raises `ConfigurationError`: syntax by line, everything else by key path."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as problem:
        raise ConfigurationError.one(str(file), f"cannot be read: {problem}") from problem
    return parse_catalog(text, str(file))


def parse_catalog(text: str, source: str = "catalogue") -> tuple[PlanDefinition, ...]:
    """The plans of a catalogue as text; `source` names it in errors. Raises `ConfigurationError`."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        end = f"at line {text.count(chr(10)) + 1}, where the file ends"
        words = str(problem).replace("at end of document", end)
        raise ConfigurationError.one(source, f"is not TOML: {words}") from problem
    faults = Faults()
    if not data.get("plans"):
        faults.add(source, "has no plans", remedy="define one: [[plans]]")
    catalog = structure(_CatalogTable, data, faults)
    _check_codes(data.get("plans"), faults)
    faults.raise_if_any(ConfigurationError)
    plans = catalog.plans if catalog is not None else ()
    return tuple(PlanDefinition(**attrs.asdict(plan, recurse=False)) for plan in plans)


def _check_codes(plans: object, faults: Faults) -> None:
    """Codes used twice, also in plans that have other faults."""
    first: dict[str, int] = {}
    for index, plan in enumerate(plans if isinstance(plans, list) else ()):
        code = plan.get("code") if isinstance(plan, Mapping) else None
        if not isinstance(code, str):
            continue
        if code in first:
            remedy = f"plans[{first[code]}] has it already"
            faults.add(f"plans[{index}].code", "is used twice", value=code, remedy=remedy)
        first.setdefault(code, index)
