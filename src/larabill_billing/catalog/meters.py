"""What is counted: the `[[meters]]` tables of a catalogue.

[[meters]]
code = "traffic"
aggregation = "sum"                       # or max, last, unique, time_weighted
unit = "GB"
property = "gigabytes"                    # the value's name among an event's properties; without it, its quantity
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

import attrs

from larabill_core.errors import InvalidInput
from larabill_core.privacy import refuse_pan

LONGEST_UNIT: Final = 32

_CODE = re.compile(r"[a-z0-9](?:[a-z0-9_.-]{0,62}[a-z0-9])?")
_PROPERTY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,62}")


class Aggregation(StrEnum):
    """What a period's quantity is of its events.

    SUM: their quantities added up. MAX and LAST: the greatest, and the latest, quantity in the period. UNIQUE: how many
    different keys. TIME_WEIGHTED: the quantity that stood on average over the period's real time, each value standing
    until the next, and the last one before the period standing at its begin. Nothing counted is 0.
    """

    SUM = "sum"
    MAX = "max"
    LAST = "last"
    UNIQUE = "unique"
    TIME_WEIGHTED = "time_weighted"


def _code(value: object, path: str) -> str:
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise InvalidInput.one(path, "is not a meter code", value, "use up to 64 of a-z, 0-9, dash, dot and underscore")
    refuse_pan(value, path)
    return value


def _unit(value: object, path: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_UNIT or not value.isprintable():
        raise InvalidInput.one(
            path, f"must be a word for people, up to {LONGEST_UNIT} characters", value, 'such as "GB"'
        )
    refuse_pan(value, path)
    return value.strip()


def _property(value: object, path: str) -> str:
    if not isinstance(value, str) or not _PROPERTY.fullmatch(value):
        remedy = "use up to 63 letters, digits, dash, dot and underscore; leave it out for an event's own quantity"
        raise InvalidInput.one(path, "is not a name of a property", value, remedy)
    refuse_pan(value, path)
    return value


@attrs.frozen(kw_only=True)
class MeterDefinition:
    """A meter as the catalogue file defines it. Without a `property` it counts the events' own quantities or keys."""

    code: str = attrs.field(metadata={"parse": _code})
    aggregation: Aggregation = attrs.field(converter=Aggregation)
    unit: str = attrs.field(metadata={"parse": _unit})
    property: str = attrs.field(default="", metadata={"parse": _property})
