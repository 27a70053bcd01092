"""Messages between modules: JSON with a name and a version, nothing else.

Amounts travel as Decimal strings beside their currency, ids as UUIDs, times as UTC instants.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import attrs
import msgspec

from larabill_core.errors import Parked
from larabill_core.ids import new_id

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Event:
    """Something that has happened. Subclasses set `name` ("billing.order_released") and raise `version` on a change."""

    name: ClassVar[str]
    version: ClassVar[int] = 1

    seller_id: UUID
    occurred_at: datetime
    event_id: UUID = attrs.field(factory=new_id)


@attrs.frozen(kw_only=True)
class Nothing:
    """The payload of a job that needs none."""


def encode(payload: object) -> str:
    """A frozen attrs payload as JSON text."""
    return msgspec.json.encode(payload).decode()


def decode(text: str, payload_type: type[T]) -> T:
    """The payload back. Raises `Parked` when the text is not one: it is kept for the operator, never dropped."""
    try:
        return msgspec.json.decode(text, type=payload_type)
    except msgspec.DecodeError as problem:
        raise Parked(f"payload is not a valid {payload_type.__name__}: {problem}") from problem


def to_builtins(payload: object) -> Any:
    """The payload as plain dicts, lists and strings."""
    return msgspec.to_builtins(payload)
