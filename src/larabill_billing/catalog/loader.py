"""The catalogue file: TOML, strict, all faults at once by key path. `docs/reference/catalogue.md` has every key.

[[plans]]
code = "web-small"
name = "Web hosting, small"
provision = true
regions = ["fsn1"]
options = { domain = "text", backups = "boolean", php = ["8.2", "8.3"] }
prices.EUR = { monthly = "5.00", annual = "50.00", setup = "9.00" }
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from larabill_billing.catalog.contradictions import check_company, check_meters, check_plan
from larabill_billing.catalog.meters import MeterDefinition
from larabill_billing.catalog.model import Catalogue
from larabill_billing.catalog.plan_table import REQUIRED, PlanTable
from larabill_core.errors import ConfigurationError, Faults, InvalidInput, join
from larabill_core.structure import structure

_KEYS: Final = frozenset(field.name for field in attrs.fields(PlanTable))
_KEY: Final = re.compile(r"[^.\[]*")


def read_catalog(file: Path) -> Catalogue:
    """What a catalogue file defines. Raises `ConfigurationError`: syntax by line, everything else by key path."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as problem:
        raise ConfigurationError.one(str(file), f"cannot be read: {problem}") from problem
    return parse_catalog(text, str(file))


def parse_catalog(text: str, source: str = "catalogue") -> Catalogue:
    """What a catalogue as text defines; `source` names it in errors. Raises `ConfigurationError`."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        end = f"at line {text.count(chr(10)) + 1}, where the file ends"
        words = str(problem).replace("at end of document", end)
        raise ConfigurationError.one(source, f"is not TOML: {words}") from problem
    return parse_tables(data, source)


def parse_tables(data: Mapping[str, Any], source: str = "catalogue") -> Catalogue:
    """What the tables of a catalogue define, as a TOML or JSON file holds them. Raises `ConfigurationError`."""
    faults = Faults()
    known = [field.name for field in attrs.fields(Catalogue)]
    for key in data:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            remedy = f"did you mean {near[0]}?" if near else f"known are: {', '.join(known)}"
            faults.add(key, "is not known", remedy=remedy)
    if not data.get("plans"):
        faults.add(source, "has no plans", remedy="define one: [[plans]]")
    tables = {name: _tables(data, name, faults) for name in ("meters", "plans")}
    meters = [structure(MeterDefinition, table, faults, join("meters", i)) for i, table in enumerate(tables["meters"])]
    meter_codes = _codes("meters", tables["meters"], faults)
    plans = [_plan(table, index, faults) for index, table in enumerate(tables["plans"])]
    check_company(plans, _codes("plans", tables["plans"], faults), faults)
    check_meters(plans, meter_codes, faults)
    faults.raise_if_any(ConfigurationError)
    return Catalogue(
        plans=tuple(plan.definition() for plan in plans), meters=tuple(meter for meter in meters if meter is not None)
    )


def _tables(data: Mapping[str, Any], name: str, faults: Faults) -> list[Any]:
    tables = data.get(name) or []
    if isinstance(tables, list):
        return tables
    faults.add(name, "must be a list", value=tables, remedy=f"such as [[{name}]]")
    return []


def _plan(table: object, index: int, faults: Faults) -> PlanTable:
    """The plan, or as much of it as has no fault."""
    path = join("plans", index)
    if not isinstance(table, Mapping):
        faults.add(path, "must be a table", value=table)
        return PlanTable()
    found = Faults()
    plan = structure(PlanTable, table, found, path)
    for key in REQUIRED:
        if key not in table:
            found.add(join(path, key), "is missing")
    faulty = {_key(fault.path, path) for fault in found}
    if plan is None:
        whole = {key: value for key, value in table.items() if key in _KEYS and key not in faulty}
        plan = structure(PlanTable, whole, Faults()) or PlanTable()
    faults.include(InvalidInput(tuple(found)))
    with faults.at(path):
        check_plan(plan, faulty, faults)
    return plan


def _key(path: str, of: str) -> str:
    """The key of the table at `of` that a path leads through."""
    found = _KEY.match(path.removeprefix(f"{of}."))
    return found[0] if found is not None else path


def _codes(name: str, tables: list[Any], faults: Faults) -> dict[str, int]:
    """Where each code stands first. One that is used twice is a fault, also in tables that have others."""
    first: dict[str, int] = {}
    for index, table in enumerate(tables):
        code = table.get("code") if isinstance(table, Mapping) else None
        if not isinstance(code, str):
            continue
        if code in first:
            remedy = f"{name}[{first[code]}] has it already"
            faults.add(f"{name}[{index}].code", "is used twice", value=code, remedy=remedy)
        first.setdefault(code, index)
    return first
