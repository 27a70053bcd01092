"""A plan as plain data and back, exactly: what is stored of a version.

Numbers are text, a pricing model is its table. Keys that are missing take their defaults, so that versions stay
readable which were stored before there was such a key.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs

from larabill_billing.catalog.model import PlanDefinition
from larabill_billing.pricing.model import PricingModel
from larabill_billing.pricing.parse import parse_model
from larabill_billing.pricing.parse import to_data as model_data

FIELDS = tuple(field.name for field in attrs.fields(PlanDefinition))


def to_data(plan: PlanDefinition) -> dict[str, Any]:
    """The definition in `plan`; of a stored version nothing else."""
    return {name: _plain(getattr(plan, name)) for name in FIELDS}


def definition_fields(data: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a definition's fields, of what `to_data` made."""
    return _values(PlanDefinition, data)


def _plain(value: Any) -> Any:
    if isinstance(value, PricingModel):
        return model_data(value)
    if isinstance(value, Decimal | Enum):
        return str(value)
    if isinstance(value, str):
        # a cycle is a subclass, which not every encoder takes
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if attrs.has(type(value)):
        return {field.name: _plain(getattr(value, field.name)) for field in attrs.fields(type(value))}
    return value


def _values(cls: type[Any], data: Mapping[str, Any]) -> dict[str, Any]:
    values = {}
    kind: Any = cls
    for name, read in _readers(kind).items():
        if name in data:
            values[name] = parse_model(data[name], name, data["currency"]) if read is None else read(data[name])
    return values


@cache
def _readers(cls: type[Any]) -> dict[str, Callable[[Any], Any] | None]:
    """How each field is read; None for a pricing model, which wants to know its currency."""
    hints = get_type_hints(cls)
    names = [field.name for field in attrs.fields(cls)]
    return {name: None if hints[name] == PricingModel else _reader(hints[name]) for name in names}


def _reader(hint: Any) -> Callable[[Any], Any]:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        only = _reader(next(kind for kind in inner if kind is not type(None)))
        return lambda value: None if value is None else only(value)
    if origin is tuple:
        item = _reader(inner[0])
        return lambda value: tuple(item(each) for each in value)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        content = _reader(inner[1])
        return lambda value: {key: content(each) for key, each in value.items()}
    if attrs.has(hint):
        return lambda value: hint(**_values(hint, value))
    if isinstance(hint, type) and issubclass(hint, Decimal | Enum):
        return hint
    # numbers and text are what they are; a cycle is read by its class's converter
    return lambda value: value
