"""Usage from outside: lines of NDJSON, plain data, or `NewUsage` as Python callers make it. All faults at once.

There are two ways to read a line. The quick one knows what nearly all lines look like, and decodes thousands in one
call; whatever it does not take goes the slow way, which decides, and names every fault. The quick way never takes what
the slow one would refuse.

    {"idempotency_id": "req-1", "subscription_id": "sub_…", "meter": "traffic", "quantity": "12.5",
     "occurred_at": "2026-01-31T23:00:00Z"}

Further fields: `subscription_item_id`, `unique_key`, `properties`, `corrects`. Ids are UUIDs, or with their prefix.
Quantities are text or JSON numbers; neither ever becomes a float.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Annotated, Any, BinaryIO, Final, TypeAlias
from uuid import UUID

import attrs
import msgspec

from larabill_billing.usage.model import LIMIT, LONGEST_ID, LONGEST_KEY, PLACES, NewUsage
from larabill_core.errors import Fault, Faults, InvalidInput
from larabill_core.ids import parse_public_id, parse_uuid
from larabill_core.money import parse_decimal
from larabill_core.structure import structure

Item: TypeAlias = bytes | str | Mapping[str, Any] | NewUsage
"""One event as it is handed in: a line of JSON, plain data, or the thing itself."""

LONGEST_LINE: Final = 64 * 1024
BATCH: Final = 5_000
MOST_PROPERTIES: Final = 50

# What the slow way takes too: no sign, exponent, leading zero or foreign digit.
_PLAIN_NUMBER: Final = re.compile(rb'"?((?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,12})?)"?')
_NOTHING: Final = msgspec.Raw(b"null")
_Moment: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]


class _Line(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, gc=False):
    """The quick way's idea of a line."""

    idempotency_id: str
    subscription_id: str
    meter: str
    occurred_at: _Moment
    quantity: msgspec.Raw = _NOTHING
    subscription_item_id: str | None = None
    unique_key: str | None = None
    properties: dict[str, msgspec.Raw] | None = None
    corrects: str | None = None


_decoder = msgspec.json.Decoder(_Line)
_plain_decoder = msgspec.json.Decoder(float_hook=Decimal)


@attrs.frozen(kw_only=True)
class Batch:
    """Events that were read of `items`, each with its index there, and what was wrong with the others.

    `first` is the position of the first item in the whole, from 0.
    """

    events: Sequence[NewUsage]
    items: Sequence[Item]
    indexes: Sequence[int]
    first: int = 0
    faults: tuple[Fault, ...] = ()

    def place(self, event: int) -> str:
        """Where people find an event: "line 17" or "events[3]"."""
        index = self.indexes[event]
        return place_of(self.items[index], self.first + index)


def batches(source: Iterable[Item], size: int = BATCH) -> Iterator[tuple[int, list[Item]]]:
    """The source in pieces, each with the position of its first item, from 0."""
    iterator, first = iter(source), 0
    while piece := list(islice(iterator, size)):
        yield first, piece
        first += len(piece)


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream, read one by one. Raises `InvalidInput` for one that has no end in sight."""
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise InvalidInput.one(f"line {number}", f"is longer than {LONGEST_LINE} bytes", remedy="is it NDJSON?")
        yield line


def read(items: Sequence[Item], first: int = 0) -> Batch:
    """Events from what was handed in; `first` is the position of the first item in the whole, from 0. Blank lines are
    skipped."""
    quick = _read_quickly(items)
    if quick is not None:
        return Batch(events=quick, items=items, indexes=range(len(items)), first=first)
    faults = Faults()
    events: list[NewUsage] = []
    indexes: list[int] = []
    for index, item in enumerate(items):
        if isinstance(item, bytes | str) and not item.strip():
            continue
        event = _read_one(item) or _slowly(item, place_of(item, first + index), faults)
        if event is not None:
            events.append(event)
            indexes.append(index)
    return Batch(events=events, items=items, indexes=indexes, first=first, faults=tuple(faults))


def place_of(item: Item, position: int) -> str:
    """How people find it: lines count from 1, the items of a list from 0."""
    return f"line {position + 1}" if isinstance(item, bytes | str) else f"events[{position}]"


def _read_quickly(items: Sequence[Item]) -> list[NewUsage] | None:
    """All lines, decoded in one call; None when not every item is a line of the kind that the quick way knows."""
    lines = [item.rstrip() for item in items if type(item) is bytes]
    text = b"\n".join(lines)
    if len(lines) < len(items) or text.count(b"\n") != len(lines) - 1:
        return None
    try:
        decoded = _decoder.decode_lines(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    events = [event for event in map(_quickly, decoded) if event is not None]
    return events if len(events) == len(items) else None


def _read_one(item: Item) -> NewUsage | None:
    """The event, or None when the slow way has to look."""
    if isinstance(item, NewUsage):
        return item if _is_sound(item) else None
    if isinstance(item, Mapping):
        return None
    try:
        return _quickly(_decoder.decode(item))
    except (msgspec.DecodeError, UnicodeError):
        return None


def _quickly(line: _Line) -> NewUsage | None:
    """The event of a line, or None when the slow way has to look."""
    item, at, properties = line.subscription_item_id, line.occurred_at, line.properties
    try:
        event = NewUsage(
            idempotency_id=line.idempotency_id,
            subscription_id=_known_id(line.subscription_id, "sub"),
            subscription_item_id=None if item is None else _known_id(item, "itm"),
            meter=line.meter,
            quantity=_number(bytes(line.quantity)),
            unique_key=line.unique_key,
            properties=properties and {name: _plain_decoder.decode(raw) for name, raw in properties.items()},
            occurred_at=at if at.tzinfo is UTC else at.astimezone(UTC),
            corrects=line.corrects,
        )
    except (InvalidInput, ValueError, OverflowError):
        return None
    return event if _has_sound_words(event) else None


@lru_cache(maxsize=8192)
def _number(raw: bytes) -> Decimal | None:
    """A JSON number or text, exactly. Raises `ValueError` for what the slow way has to judge."""
    if raw == b"null":
        return None
    match = _PLAIN_NUMBER.fullmatch(raw)
    if match is None:
        raise ValueError("not a plain number")
    return Decimal(match[1].decode())


def _slowly(item: Item, place: str, faults: Faults) -> NewUsage | None:
    """The event, or None after every fault was noted under its place."""
    data: object = item
    if isinstance(item, NewUsage):
        given = msgspec.structs.asdict(item)
        data = {name: value for name, value in given.items() if value is not None}
    elif isinstance(item, bytes | str):
        try:
            data = _plain_decoder.decode(item)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as problem:
            faults.add(place, f"is not JSON: {problem}")
            return None
    found = structure(_EventTable, data, faults, place)
    return None if found is None else NewUsage(**attrs.asdict(found, recurse=False))


def _is_sound(event: NewUsage) -> bool:
    """Whether a Python caller's event may go the quick way."""
    return (
        type(event.subscription_id) is UUID
        and (event.subscription_item_id is None or type(event.subscription_item_id) is UUID)
        and type(event.idempotency_id) is str
        and type(event.meter) is str
        and (event.quantity is None or (type(event.quantity) is Decimal and _fits(event.quantity)))
        and (event.unique_key is None or type(event.unique_key) is str)
        and (event.corrects is None or type(event.corrects) is str)
        and type(event.occurred_at) is datetime
        and event.occurred_at.tzinfo is UTC
        and event.properties is None
        and _has_sound_words(event)
    )


def _fits(quantity: Decimal) -> bool:
    exponent = quantity.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -PLACES and -LIMIT < quantity < LIMIT


def _has_sound_words(event: NewUsage) -> bool:
    key, corrects = event.unique_key, event.corrects
    return (
        _is_id(event.idempotency_id)
        and 0 < len(event.meter) <= 64
        and (corrects is None or _is_id(corrects))
        and (key is None or _is_key(key))
        and (event.properties is None or len(event.properties) <= MOST_PROPERTIES)
    )


def _is_id(text: str) -> bool:
    return 0 < len(text) <= LONGEST_ID and text.isascii() and text.isprintable() and " " not in text


def _is_key(text: str) -> bool:
    return 0 < len(text) <= LONGEST_KEY and text.isprintable() and text == text.strip()


def client_id(value: object, path: str) -> str:
    """A client's own id for something. Raises `InvalidInput`."""
    if not isinstance(value, str) or not _is_id(value):
        remedy = f"use 1 to {LONGEST_ID} printable ASCII characters without spaces"
        raise InvalidInput.one(path, "is not a client's id", value, remedy)
    return value


def parse_key(value: object, path: str) -> str:
    """What is counted once however often it comes. Raises `InvalidInput`."""
    if not isinstance(value, str) or not _is_key(value):
        raise InvalidInput.one(path, f"must be a line of text, up to {LONGEST_KEY} characters", value)
    return value


@lru_cache(maxsize=16384)
def _known_id(text: str, prefix: str) -> UUID:
    return _id(text, prefix, "")


def _subscription(value: object, path: str) -> UUID:
    return _id(value, "sub", path)


def _item(value: object, path: str) -> UUID:
    return _id(value, "itm", path)


def _id(value: object, prefix: str, path: str) -> UUID:
    if isinstance(value, UUID):
        return value
    if isinstance(value, str) and value.startswith(f"{prefix}_"):
        return parse_public_id(value, prefix, path)
    return parse_uuid(value, path)


def _meter(value: object, path: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 64:
        raise InvalidInput.one(path, "is not a meter code", value)
    return value


def parse_value(value: object, path: str) -> Decimal:
    """A quantity from text, an int or a Decimal. Raises `InvalidInput`."""
    return parse_decimal(value, places=PLACES, path=path, limit=LIMIT)


def _moment(value: object, path: str) -> datetime:
    """An aware datetime, or RFC 3339 text, in UTC."""
    try:
        found: datetime = msgspec.convert(value, _Moment)
        return found.astimezone(UTC)
    except (msgspec.ValidationError, ValueError, OverflowError):
        remedy = "write it like 2026-01-31T23:00:00Z"
        raise InvalidInput.one(path, "is not an instant with its zone", value, remedy) from None


def _properties(value: object, path: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or len(value) > MOST_PROPERTIES:
        raise InvalidInput.one(path, f"must be a table of up to {MOST_PROPERTIES} properties", value)
    return dict(value)


def _optional(parse: Callable[[object, str], Any]) -> dict[str, Any]:
    """The metadata of a field that may be null."""
    return {"parse": lambda value, path: None if value is None else parse(value, path)}


@attrs.frozen(kw_only=True)
class _EventTable:
    """The slow way's idea of an event: the fields of `NewUsage`, each with what makes it."""

    idempotency_id: str = attrs.field(metadata={"parse": client_id})
    subscription_id: UUID = attrs.field(metadata={"parse": _subscription})
    subscription_item_id: UUID | None = attrs.field(default=None, metadata=_optional(_item))
    meter: str = attrs.field(metadata={"parse": _meter})
    quantity: Decimal | None = attrs.field(default=None, metadata=_optional(parse_value))
    unique_key: str | None = attrs.field(default=None, metadata=_optional(parse_key))
    properties: Mapping[str, Any] | None = attrs.field(default=None, metadata=_optional(_properties))
    occurred_at: datetime = attrs.field(metadata={"parse": _moment})
    corrects: str | None = attrs.field(default=None, metadata=_optional(client_id))
