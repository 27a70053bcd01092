"""Ids: UUIDv7 made by us before anything is sent, and their public form with a prefix (`inv_…`, `sub_…`).

UUIDv7 and its monotonic counter follow RFC 9562, sections 5.7 and 6.2 (method 2: the random bits count up).
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID, SafeUUID, uuid5

from larabill_core.errors import InvalidInput

PREFIXES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "act": "action",
        "adt": "audit",
        "bnk": "bank line",
        "cas": "case",
        "cpn": "coupon",
        "chg": "charge",
        "crd": "credential",
        "crn": "credit",
        "cus": "customer",
        "dft": "draft",
        "dsp": "dispute",
        "evt": "event",
        "exm": "exemption",
        "inv": "invoice",
        "itm": "item",
        "lin": "line",
        "lot": "lot",
        "job": "job",
        "mth": "payment method",
        "ops": "operation",
        "ord": "order",
        "pay": "payment",
        "pln": "plan",
        "rdm": "redemption",
        "ref": "refund",
        "req": "request",
        "res": "resource",
        "rfl": "referral",
        "sel": "seller",
        "sub": "subscription",
        "svc": "service",
        "scd": "scheduled change",
        "tok": "token",
        "tsk": "task",
        "usg": "usage",
        "vch": "voucher batch",
        "whk": "webhook",
    }
)
"""Prefix of a public id, and the kind of thing that it names."""

_ROOT: Final = UUID("6f0d3c5e-94ab-5c1e-9d27-3b8a41e07c52")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_HEX = re.compile(r"[0-9a-f]{32}")
_RANDOM_BITS: Final = 74


_STEPS_AT_ONCE: Final = 1024
_set_number, _set_safety = UUID.__dict__["int"].__set__, UUID.__dict__["is_safe"].__set__
_make, _UNKNOWN = UUID.__new__, SafeUUID.unknown


def uuid_of(number: int) -> UUID:
    """`UUID(int=number)`, three times as fast: for numbers that are known to be of 128 bits."""
    made = _make(UUID)
    _set_number(made, number)
    _set_safety(made, _UNKNOWN)
    return made


class _Generator:
    """Counts on within one millisecond, or when the machine's clock goes back, so that ids never do."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Start afresh, as a forked child must: the lock it inherits may be held for ever, and its steps be ours."""
        self._lock = threading.Lock()
        self._last = 0
        self._steps: Iterator[int] = iter(())

    def next(self) -> UUID:
        return _uuid7(self.reserve(1))

    def reserve(self, count: int) -> int:
        """The first of so many numbers side by side, which are taken from now on."""
        stamp = time.time_ns() // 1_000_000
        with self._lock:
            if stamp > self._last >> _RANDOM_BITS:
                first = stamp << _RANDOM_BITS | int.from_bytes(os.urandom(10)) >> (80 - _RANDOM_BITS)
            else:
                # An overflow of the random bits carries into the milliseconds, and so stays in order.
                step = next(self._steps, None)
                first = self._last + 1 + (self._more_steps() if step is None else step)
            self._last = first + count - 1
        return first

    def _more_steps(self) -> int:
        """One step of 32 random bits; what follows it is kept."""
        self._steps = iter(memoryview(os.urandom(4 * _STEPS_AT_ONCE)).cast("I"))
        return next(self._steps)


def _uuid7(number: int) -> UUID:
    stamp, high, low = number >> _RANDOM_BITS, number >> 62 & 0xFFF, number & (1 << 62) - 1
    return uuid_of(stamp << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


_generator = _Generator()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_generator.forget)


def new_id() -> UUID:
    """A new UUIDv7, greater than any that this process has made before."""
    return _generator.next()


def new_ids(count: int) -> list[UUID]:
    """So many new UUIDv7 in order; no id that another thread or process makes lies between the first and the last."""
    first = _generator.reserve(count)
    return [_uuid7(number) for number in range(first, first + count)]


def derived_id(namespace: UUID | str, name: str) -> UUID:
    """The same id for the same (namespace, name), always (UUIDv5): what is derived twice is stored once."""
    base = uuid5(_ROOT, namespace) if isinstance(namespace, str) else namespace
    return uuid5(base, name)


def public_id(prefix: str, id: UUID) -> str:
    """The form that people and APIs see: prefix, underscore, 32 lower-case hexadecimal digits."""
    _check_prefix(prefix)
    return f"{prefix}_{id.hex}"


def parse_public_id(text: object, prefix: str, path: str) -> UUID:
    """The inverse of `public_id`; nothing but its exact form is accepted (B48). Raises InvalidInput."""
    _check_prefix(prefix)
    if isinstance(text, str) and text.startswith(f"{prefix}_") and _HEX.fullmatch(text, len(prefix) + 1):
        return UUID(hex=text[len(prefix) + 1 :])
    raise InvalidInput.one(path, f"is not an id of the kind '{PREFIXES[prefix]}'", text, f"use the form {prefix}_…")


def parse_uuid(text: object, path: str) -> UUID:
    """A UUID in its canonical form only: lower case, four hyphens, no braces, no urn. Raises InvalidInput."""
    if isinstance(text, str) and _UUID.fullmatch(text):
        return UUID(text)
    raise InvalidInput.one(path, "is not a UUID", text, "write it in lower case with four hyphens")


def _check_prefix(prefix: str) -> None:
    if prefix not in PREFIXES:
        raise ValueError(f"unknown id prefix {prefix!r}; known: {', '.join(PREFIXES)}")
