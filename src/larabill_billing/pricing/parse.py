"""Pricing models to and from plain data: the table of a catalogue file, and the JSON that is stored.

{ model = "flat", amount = "5.00" }
{ model = "per_unit", unit_price = "0.000001" }
{ model = "graduated", tiers = [{ up_to = 10, unit_price = "1.5", flat = "2" }, { unit_price = "1" }] }
{ model = "volume", tiers = [{ block = 100, blocks = 10, unit_price = "1" }, { block = 1000, unit_price = "1" }] }
{ model = "stair_step", tiers = [{ up_to = 10, flat = "50" }, { flat = "90" }] }
{ model = "package", size = 100, price = "5", free_units = 100 }
{ model = "percentage", rate = "1.2", fixed = "0.10", free_events = 3, free_amount = 500, minimum = "1", maximum = "9" }
{ model = "graduated_percentage", tiers = [{ up_to = 1000, rate = "2" }, { rate = "1.5" }] }

A tier may say `from`, too: the end of the tier before it, or the next whole unit after it (0-10, 11-20). Instead of
`up_to`, a tier of blocks may say how many it holds. Amounts that are charged once (`amount`, `flat`) have the
currency's precision, all other numbers up to twelve decimals.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import attrs

from larabill_billing.pricing.exact import ONE, ZERO, add, multiply, text
from larabill_billing.pricing.model import (
    PLACES,
    Flat,
    Graduated,
    GraduatedPercentage,
    Package,
    Percentage,
    PercentTier,
    PerUnit,
    PricingModel,
    StairStep,
    Step,
    Tier,
    Volume,
    check_bounds,
    check_limits,
)
from larabill_core.errors import Faults, InvalidInput
from larabill_core.money import exponent, parse_decimal, parse_quantity

_MODELS: Final[Mapping[str, type[Any]]] = {
    model.code: model
    for model in (Flat, PerUnit, Graduated, Volume, StairStep, Package, Percentage, GraduatedPercentage)
}
_TIERS: Final[Mapping[str, type[Any]]] = {
    Graduated.code: Tier,
    Volume.code: Tier,
    StairStep.code: Step,
    GraduatedPercentage.code: PercentTier,
}
_ONCE: Final = ("amount", "flat")


def parse_model(data: object, path: str, currency: str) -> PricingModel:
    """The model that a table describes. Raises `InvalidInput` with all faults, under `path`."""
    faults = Faults()
    with faults.at(path):
        model = _model(data, exponent(currency), faults)
    faults.raise_if_any()
    assert model is not None  # noqa: S101 - no fault, so there is one
    return model


def to_data(model: PricingModel) -> dict[str, Any]:
    """The table of `model`, numbers as text; what is absent by default is left out."""
    return {"model": model.code, **_plain(model)}


def _plain(part: attrs.AttrsInstance) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for field in attrs.fields(type(part)):
        value = getattr(part, field.name)
        if field.name == "tiers":
            data["tiers"] = [_plain(tier) for tier in value]
        elif field.default is attrs.NOTHING or value != field.default or field.name == "unit_price":
            # a free tier has to say so
            data[field.name] = text(value) if isinstance(value, Decimal) else value
    return data


def _model(data: object, places: int, faults: Faults) -> PricingModel | None:
    if not isinstance(data, Mapping):
        faults.add("", "must be a table", value=data, remedy='such as { model = "per_unit", unit_price = "0.05" }')
        return None
    code = data.get("model")
    cls = _MODELS.get(code) if isinstance(code, str) else None
    if cls is None or not isinstance(code, str):
        known = f"one of: {', '.join(_MODELS)}"
        if "model" in data:
            faults.add("model", "is not a pricing model", value=code, remedy=known)
        else:
            faults.add("model", "is missing", remedy=known)
        return None
    begun = len(faults)
    values = _fields(cls, data, places, faults, ("model",))
    if cls is Percentage:
        check_limits(values.get("minimum"), values.get("maximum"), faults)
    if code in _TIERS and "tiers" in data:
        values["tiers"] = _tiers(_TIERS[code], data["tiers"], places, faults)
    if len(faults) > begun:
        return None
    try:
        model: PricingModel = cls(**values)
    except InvalidInput as problem:
        faults.include(problem)
        return None
    return model


def _tiers(cls: type[Any], data: object, places: int, faults: Faults) -> tuple[Any, ...]:
    if not isinstance(data, list | tuple):
        faults.add("tiers", "must be a list", value=data)
        return ()
    begun = len(faults)
    tiers: list[dict[str, Any]] = []
    bounds: dict[int, Decimal | None] = {}
    below: Decimal | None = ZERO
    for index, table in enumerate(data):
        with faults.at("tiers", index):
            if not isinstance(table, Mapping):
                faults.add("", "must be a table", value=table)
                below = None
                continue
            before = len(faults)
            tiers.append(_fields(cls, table, places, faults, ("from", "blocks") if cls is Tier else ("from",)))
            _start(table, below, faults)
            end = _end(cls, table, below, tiers[-1], faults)
        if end is not None or ("up_to" not in table and "blocks" not in table):
            bounds[index] = end
        below = end
        if len(faults) == before:
            tiers[-1]["up_to"] = end
    check_bounds(bounds, len(data), faults)
    return tuple(cls(**values) for values in tiers) if len(faults) == begun else ()


def _fields(
    cls: type[Any], data: Mapping[str, Any], places: int, faults: Faults, more: tuple[str, ...]
) -> dict[str, Any]:
    """The fields of `cls` except its tiers. `more` are keys that are read elsewhere."""
    fields = {field.name: field for field in attrs.fields(cls)}
    known = (*fields, *more)
    for key in data:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            remedy = f"did you mean {near[0]}?" if near else f"known are: {', '.join(sorted(known))}"
            faults.add(str(key), "is not known", remedy=remedy)
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name not in data:
            if field.default is attrs.NOTHING:
                faults.add(name, "is missing")
        elif name != "tiers":
            value = _number(name, data[name], places, faults)
            if value is not None:
                values[name] = value
    return values


def _number(name: str, value: object, places: int, faults: Faults) -> Decimal | int | bool | None:
    """The value of a field, or None after noting what is wrong with it."""
    try:
        if name == "flat_at_zero":
            if isinstance(value, bool):
                return value
            raise InvalidInput.one(name, "must be true or false", value)
        if name == "free_events":
            return parse_quantity(value, name, minimum=0)
        if isinstance(value, float):
            raise InvalidInput.one(name, "is a float, which is not exact", value, 'quote it: "0.05"')
        number = parse_decimal(value, places=places if name in _ONCE else PLACES, path=name, minimum=0)
        if number == 0 and name in ("size", "block"):
            raise InvalidInput.one(name, "must be more than 0", value)
        return number
    except InvalidInput as problem:
        faults.include(problem)
        return None


def _start(table: Mapping[str, Any], below: Decimal | None, faults: Faults) -> None:
    """`from` must be where the tier before ends, or the next whole unit. `below` is None when that is not known."""
    if "from" not in table:
        return
    start = _number("from", table["from"], PLACES, faults)
    if start is None or below is None or start == below:
        return
    if below == below.to_integral_value() and start == add(below, ONE):
        return
    ends = f"the tier before it ends at {text(below)}" if below else "the first tier starts at 0 or 1"
    faults.add("from", "overlaps" if start < below else "leaves a gap", value=table["from"], remedy=ends)


def _end(
    cls: type[Any], table: Mapping[str, Any], below: Decimal | None, values: dict[str, Any], faults: Faults
) -> Decimal | None:
    """Where the tier ends: `up_to`, or `blocks` times `block` after the tier before it."""
    if "blocks" not in table or cls is not Tier:
        end: Decimal | None = values.get("up_to")
        return end
    if "up_to" in table:
        faults.add("blocks", "contradicts up_to", value=table["blocks"], remedy="give one of the two")
        return None
    if "block" not in table:
        faults.add("block", "is missing", remedy="blocks says how many of them the tier holds")
        return None
    try:
        count = parse_quantity(table["blocks"], "blocks", maximum=10**12)
    except InvalidInput as problem:
        faults.include(problem)
        return None
    if "block" not in values or below is None:
        return None
    return add(below, multiply(values["block"], Decimal(count)))
