"""JSON from the other side, strictly: no duplicate keys, no NaN, no bottomless nesting (B08, B14)."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from larabill_core.errors import InvalidInput

LARGEST_BODY = 1024 * 1024
"""Bytes of a webhook's or script's answer that are looked at; what is longer is refused unread."""


def decode_object(body: bytes, path: str = "body") -> dict[str, Any]:
    """The JSON object in `body` (UTF-8). Raises `InvalidInput` with the reason, never with the content."""
    value = decode_value(body, path)
    if not isinstance(value, dict):
        raise InvalidInput.one(path, "is no JSON object")
    return value


def decode_value(body: bytes, path: str = "body") -> Any:
    """As `decode_object`, of any JSON value: some providers answer with a bare string, number or list."""
    if len(body) > LARGEST_BODY:
        raise InvalidInput.one(path, f"has {len(body)} bytes", remedy=f"at most {LARGEST_BODY} are read")
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        raise InvalidInput.one(path, "is nested too deeply") from None
    except ValueError as problem:
        # A JSONDecodeError carries the whole document: not chained.
        reason = problem.args[0].partition(":")[0] if type(problem) is ValueError else "is no JSON in UTF-8"
        raise InvalidInput.one(path, reason) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("has a duplicate key")
    return table


def _refuse(constant: str) -> NoReturn:
    raise ValueError("holds a number that is not finite")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("holds a number that is not finite")
    return number
