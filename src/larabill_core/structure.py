"""Plain data (TOML, JSON, a dict) into frozen attrs classes, strictly, with all faults at once and by key path.

Strict means: unknown keys are faults (with the nearest known one), "5" is no number, 1 is no true, and a field of type
`Secret` is never written in the file itself but named: `{ env = "NAME" }` or `{ file = "path" }`.
"""

from __future__ import annotations

import difflib
import os
import re
import types
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import attrs

from larabill_core.errors import Faults, InvalidInput, join
from larabill_core.ids import parse_uuid
from larabill_core.money import parse_decimal
from larabill_core.privacy import Secret

T = TypeVar("T")

_BAD: Any = object()


def structure(cls: type[T], data: object, faults: Faults, path: str = "") -> T | None:
    """An instance of the attrs class `cls`, or None after adding every fault to `faults`.

    A field's metadata may hold `parse`, a function `(value, path) -> value` that raises `InvalidInput`.
    """
    result = _object(cls, data, faults, path)
    return None if result is _BAD else result


def _object(cls: type[Any], data: object, faults: Faults, path: str) -> Any:
    if not isinstance(data, Mapping):
        faults.add(path or "(whole)", "must be a table", value=data)
        return _BAD
    hints = get_type_hints(cls)
    fields = {field.name: field for field in attrs.fields(cls) if field.init}
    for key in data:
        if key not in fields:
            near = difflib.get_close_matches(str(key), fields, n=1)
            remedy = f"did you mean {near[0]}?" if near else f"known are: {', '.join(sorted(fields))}"
            faults.add(join(path, key), "is not known", remedy=remedy)
    values: dict[str, Any] = {}
    whole = True
    for name, field in fields.items():
        if name not in data:
            if field.default is attrs.NOTHING:
                faults.add(join(path, name), "is missing")
                whole = False
            continue
        value = _field(field, hints[name], data[name], faults, join(path, name))
        whole = whole and value is not _BAD
        values[name] = value
    if not whole:
        return _BAD
    try:
        return cls(**values)
    except InvalidInput as problem:
        with faults.at(path):
            faults.include(problem)
        return _BAD


def _field(field: attrs.Attribute[Any], hint: Any, value: object, faults: Faults, path: str) -> Any:
    parse = field.metadata.get("parse")
    if parse is None:
        return _value(hint, value, faults, path)
    try:
        return parse(value, path)
    except InvalidInput as problem:
        faults.include(problem)
        return _BAD


def _value(hint: Any, value: object, faults: Faults, path: str) -> Any:
    origin = get_origin(hint)
    if hint is Any:
        return value
    if origin in (Union, types.UnionType):
        return _union(get_args(hint), value, faults, path)
    if origin is Literal:
        return _one_of(get_args(hint), value, faults, path)
    if origin is tuple:
        return _items(get_args(hint)[0], value, faults, path)
    if origin is not None and issubclass(origin, Mapping):
        return _table(get_args(hint)[1], value, faults, path)
    if attrs.has(hint):
        return value if isinstance(value, hint) else _object(hint, value, faults, path)
    if isinstance(hint, type) and issubclass(hint, Enum):
        chosen = _one_of(tuple(member.value for member in hint), value, faults, path)
        return chosen if chosen is _BAD else hint(chosen)
    return _scalar(hint, value, faults, path)


def _union(choices: tuple[Any, ...], value: object, faults: Faults, path: str) -> Any:
    if value is None and type(None) in choices:
        return None
    rest = [choice for choice in choices if choice is not type(None)]
    if len(rest) == 1:
        return _value(rest[0], value, faults, path)
    for choice in rest:
        trial = Faults()
        result = _value(choice, value, trial, path)
        if not len(trial):
            return result
    faults.add(path, "has a form that does not fit here", value=value)
    return _BAD


def _one_of(allowed: tuple[Any, ...], value: object, faults: Faults, path: str) -> Any:
    if isinstance(value, str) and value in allowed:
        return value
    faults.add(path, "is not a known choice", value=value, remedy=f"one of: {', '.join(map(str, allowed))}")
    return _BAD


def _items(hint: Any, value: object, faults: Faults, path: str) -> Any:
    if not isinstance(value, list | tuple):
        faults.add(path, "must be a list", value=value)
        return _BAD
    items = [_value(hint, item, faults, join(path, index)) for index, item in enumerate(value)]
    return _BAD if _BAD in items else tuple(items)


def _table(hint: Any, value: object, faults: Faults, path: str) -> Any:
    if not isinstance(value, Mapping):
        faults.add(path, "must be a table", value=value)
        return _BAD
    table = {str(key): _value(hint, item, faults, join(path, key)) for key, item in value.items()}
    return _BAD if any(item is _BAD for item in table.values()) else table


def _scalar(hint: Any, value: object, faults: Faults, path: str) -> Any:
    try:
        if hint is Secret:
            return _secret(value, path)
        if hint is bool or hint is str or hint is date:
            if type(value) is hint:
                return value
        elif hint is int:
            if type(value) is int:
                return value
        elif hint is float:
            if type(value) in (int, float):
                return float(value)  # type: ignore[arg-type]
        elif hint is Decimal:
            return parse_decimal(value, places=12, path=path)
        elif hint is UUID:
            return value if isinstance(value, UUID) else parse_uuid(value, path)
        elif hint is Path:
            if isinstance(value, str | Path):
                return Path(value)
        elif hint is timedelta:
            return duration(value, path)
    except InvalidInput as problem:
        faults.include(problem)
        return _BAD
    faults.add(path, f"must be {_WORDS.get(hint, hint)}", value=value)
    return _BAD


_WORDS = {
    bool: "true or false",
    str: "text",
    int: "a whole number",
    float: "a number",
    date: "a date (2026-01-31)",
    Path: "a path",
}

_DURATION = re.compile(r"[0-9]{1,6}[smhdw]")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def duration(value: object, path: str) -> timedelta:
    """ "90s", "15m", "12h", "3d", "2w": a whole number and one unit. Raises `InvalidInput`."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str) and _DURATION.fullmatch(value):
        return timedelta(**{_UNITS[value[-1]]: int(value[:-1])})
    raise InvalidInput.one(path, "must be a duration", value=value, remedy='such as "90s", "15m", "12h", "3d" or "2w"')


def _secret(value: object, path: str) -> Secret:
    """A secret by name. What stands in the file itself is refused, and not repeated in the message."""
    if isinstance(value, Secret):
        return value
    text = ""
    if isinstance(value, Mapping) and len(value) == 1:
        source, name = next(iter(value.items()))
        if source == "env" and isinstance(name, str):
            text = os.environ.get(name, "")
            if not text:
                raise InvalidInput.one(path, f"environment variable {name} is not set or empty", remedy="set it")
        elif source == "file" and isinstance(name, str):
            try:
                text = Path(name).read_text().strip()
            except (OSError, UnicodeError) as problem:
                raise InvalidInput.one(path, f"file {name} cannot be read: {problem}") from problem
    if not text:
        raise InvalidInput.one(
            path,
            "is a secret and must be named, not written here",
            remedy='{ env = "NAME" } or { file = "path" }',
        )
    return Secret(text)
