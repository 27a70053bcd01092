"""What the API takes and answers: exchange_rates. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec


class LoadedRates(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many rates were new, and how many were known already."""

    new: int
    known: int


class PutRates(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Rates under the name of their source. What is stored never changes: corrected ones come under another name."""

    source: str
    rates: Sequence[RateWire]


class RateList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """By day and currencies."""

    source: str
    items: Sequence[RateWire]


class RateWire(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """On a day, one unit of `base` was worth `rate` of `quote`."""

    base: str
    quote: str
    on: date
    rate: str
