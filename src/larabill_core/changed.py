"""A copy of an entity with some values changed, for batches of hundreds.

`attrs.evolve` runs the class's `__init__` with its converters and checks over all fields again: on entities of twenty
and thirty fields that was a twentieth of a renewal's work. Here the values go in as they are, so it is for changes
that need neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

import attrs

T = TypeVar("T")


def changed(entity: T, **values: Any) -> T:
    """The frozen attrs `entity` with these values, neither checked nor converted. Raises `KeyError` for other names."""
    kind: Any = type(entity)
    made: T = object.__new__(kind)
    copies, puts = _slots_of(kind)
    for get, put in copies:
        put(made, get(entity))
    for name, value in values.items():
        puts[name](made, value)
    return made


@cache
def _slots_of(kind: type[Any]) -> tuple[list[tuple[Callable[..., Any], Callable[..., None]]], Mapping[str, Any]]:
    """How each field is read and written, and by name how it is written."""
    slots = {field.name: getattr(kind, field.name) for field in attrs.fields(kind)}
    return [(slot.__get__, slot.__set__) for slot in slots.values()], {name: slots[name].__set__ for name in slots}
