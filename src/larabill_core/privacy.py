"""What must never be seen (invariant I12): redaction of text, data and log records, and the `Secret` wrapper.

Imports nothing that imports `errors`, which shows values through it.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import traceback
from collections.abc import Mapping, Sequence, Set
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final, NoReturn
from uuid import UUID

from larabill_core.pan import contains_pan as contains_pan
from larabill_core.pan import mask_pans
from larabill_core.pan import refuse_pan as refuse_pan

REDACTED: Final = "[redacted]"

_WORDS = (
    r"passwo?r?d|passphrase|passwd|pwd|secret|token|authori[sz]ation|api[_.-]?key|access[_.-]?key"
    r"|private[_.-]?key|signature|credential|cookie|cvc|cvv|card[_.-]?number"
)
_SENSITIVE = re.compile(_WORDS, re.IGNORECASE)
# `secret_version` or `credential_id` only speak about a secret.
_ABOUT_A_SECRET = re.compile(r"[_-](?:id|ids|version|at|name|count)$", re.IGNORECASE)

_WORD = rf"(?:{_WORDS})[\w.-]{{0,40}}"
_QUOTED = r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"""
_RULES: Final[Sequence[tuple[re.Pattern[str], str]]] = (
    # PEM: also one that was cut off before its end
    (
        re.compile(r"-----BEGIN [A-Z0-9 ]{1,40}-----.*?(?:-----END [A-Z0-9 ]{1,40}-----|\Z)", re.DOTALL),
        REDACTED,
    ),
    # scheme://user:password@host
    (re.compile(r"(\b[A-Za-z][A-Za-z0-9+.-]{0,30}://)[^\s/?#]*@"), rf"\1{REDACTED}@"),
    # header lines
    (
        re.compile(
            r"(\b(?:proxy-)?authorization|\b(?:set-)?cookie|\b[a-z-]{1,40}-(?:key|token|secret|signature))"
            r"(\s*:\s*)[^\r\n'\"]+",
            re.IGNORECASE,
        ),
        rf"\1\2{REDACTED}",
    ),
    # "password": "…" of JSON and of a repr
    (re.compile(rf"""({_WORD}["']\s*:\s*)(?:{_QUOTED}|[^\s,}}\]]+)""", re.IGNORECASE), rf"\1{REDACTED}"),
    # password=… of a query, a form, a DSN or a repr
    (re.compile(rf"""({_WORD}\s?=\s?)(?:{_QUOTED}|[^\s&,;"')]+)""", re.IGNORECASE), rf"\1{REDACTED}"),
    (re.compile(r"(\b[Bb]earer\s+)[A-Za-z0-9._~+/=-]{8,}"), rf"\1{REDACTED}"),
    (re.compile(r"(\b[Bb]asic\s+)(?=[a-z+/]*[A-Z0-9])[A-Za-z0-9+/]{8,}={0,2}"), rf"\1{REDACTED}"),
    (re.compile(r"\b(?:sk|rk|whsec|lbt)_[A-Za-z0-9_+/=-]{4,}"), REDACTED),
    # a JSON web token
    (re.compile(r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"), REDACTED),
)

# What each rule needs at least: most text has none of it, and is spared them.
_MAYBE_SECRET = re.compile(r"[:=]|-----BEGIN|earer\s|asic\s|[sr]k_|whsec_|lbt_|eyJ")
_MAYBE_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")

_DEEPEST: Final = 20
_SCALARS = (bool, float, Decimal, UUID, datetime, date, time, timedelta, Enum)


def redact(value: object) -> Any:
    """A copy of `value` that may be logged or stored: secrets replaced by `[redacted]`, card numbers masked.

    Text goes through `redact_text`; mappings and sequences are walked, and what stands under a key such as
    `password`, `api_key` or `Authorization` is replaced whatever it is (unless it is None). Bytes and objects
    that are not plain data are named by size or type only. The answer has dict, list, str and scalars.
    """
    return _redact(value, 0)


def _redact(value: object, depth: int) -> Any:
    if depth > _DEEPEST:
        return "[too deep]"
    if isinstance(value, str) and not isinstance(value, Enum):
        return redact_text(value)
    if value is None or isinstance(value, _SCALARS):
        return value
    if isinstance(value, int):
        # str() refuses ints of thousands of digits, and no card number is that long
        return redact_text(str(value)) if value.bit_length() < 80 and contains_pan(str(value)) else value
    if isinstance(value, Mapping):
        return {
            redact_text(str(key)): REDACTED
            if item is not None and is_secret_key(str(key))
            else _redact(item, depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, Secret):
        return REDACTED
    if isinstance(value, bytes | bytearray | memoryview):
        return f"[{len(value)} bytes]"
    if isinstance(value, Sequence | Set):
        return [_redact(item, depth + 1) for item in value]
    if isinstance(value, BaseException):
        return redact_text(f"{type(value).__name__}: {value}")
    return f"[{type(value).__name__}]"


def is_secret_key(key: str) -> bool:
    """Whether a field of this name holds a secret, as `clientSecret` does, but `secret_version` not."""
    return bool(_SENSITIVE.search(key)) and not _ABOUT_A_SECRET.search(key)


def redact_text(text: str) -> str:
    """`text` with its secrets replaced.

    These are: passwords in URLs and assignments, secret headers, bearer tokens, gateway keys, PEM blocks,
    JSON web tokens, IBANs (by their check digits) and card numbers.
    """
    if _MAYBE_SECRET.search(text):
        for pattern, replacement in _RULES:
            text = pattern.sub(replacement, text)
    text = _MAYBE_IBAN.sub(_mask_iban, text)
    return mask_pans(text)


def _mask_iban(match: re.Match[str]) -> str:
    compact = match[0].replace(" ", "")
    number = "".join(str(int(character, 36)) for character in compact[4:] + compact[:4])
    return REDACTED if int(number) % 97 == 1 else match[0]


def mask(token: str) -> str:
    """Enough of a token to recognise it by: `ab…yz`; nothing of one shorter than 12 characters."""
    return f"{token[:2]}…{token[-2:]}" if len(token) >= 12 else "…"


def hash_id(text: str) -> str:
    """A stable stand-in for an id of a provider: `sha256:` and 16 hexadecimal digits."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()[:16]


class Secret:
    """Text that does not show itself: repr, str and format say `[redacted]`; `reveal` gives it.

    It cannot be made JSON nor pickled, and is compared in constant time.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself; call it at the last moment, and keep no copy."""
        return self._value

    def __repr__(self) -> str:
        return REDACTED

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return REDACTED

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not copied or pickled: hand over its name in the vault")


_STANDARD_FIELDS: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class RedactingFilter(logging.Filter):
    """Redacts a log record: message, exception, stack and extra fields.

    Add it to handlers: a logger's filter does not see the records of its children.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact in place; never drops a record."""
        record.msg, record.args = redact_text(record.getMessage()), ()
        if record.exc_info:
            record.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip()
            record.exc_info = None
        if record.exc_text:
            record.exc_text = redact_text(record.exc_text)
        if record.stack_info:
            record.stack_info = redact_text(record.stack_info)
        for name in vars(record).keys() - _STANDARD_FIELDS:
            setattr(record, name, redact({name: getattr(record, name)})[name])
        return True
