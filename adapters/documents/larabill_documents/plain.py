"""The only data a template may see: plain dicts, lists, text, whole numbers, true, false and null.

`'{0.secret}'.format(thing)` in a template reads any public attribute of an object, even in Jinja's sandbox. So no
object gets in: what is not plain is refused, by its path, before a template runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from larabill_core.errors import Faults, join

Plain: TypeAlias = "dict[str, Plain] | list[Plain] | str | int | bool | None"

DEEPEST = 12


def plain(context: Mapping[str, Any]) -> dict[str, Plain]:
    """A copy that shares nothing with `context`. Raises `InvalidInput` naming every value that is not plain."""
    faults = Faults()
    copy = _copy(context if type(context) is dict else dict(context), "", faults, 0)
    faults.raise_if_any()
    assert isinstance(copy, dict)  # noqa: S101 - for the type checker: a dict goes in
    return copy


def _copy(value: object, path: str, faults: Faults, depth: int) -> Plain:
    # exact types: a subclass of str or dict may carry attributes and methods of its own
    if value is None or type(value) is str or type(value) is int or type(value) is bool:
        return value
    if depth < DEEPEST and type(value) is dict:
        return {
            _key(key, path, faults): _copy(item, join(path, str(key)), faults, depth + 1) for key, item in value.items()
        }
    if depth < DEEPEST and (type(value) is list or type(value) is tuple):
        return [_copy(item, join(path, index), faults, depth + 1) for index, item in enumerate(value)]
    faults.add(
        path or "context", "is not plain data", value=value, remedy="hand over text, whole numbers, lists and dicts"
    )
    return None


def _key(key: object, path: str, faults: Faults) -> str:
    if type(key) is str:
        return key
    faults.add(path or "context", "has a key that is not text", value=key)
    return ""
