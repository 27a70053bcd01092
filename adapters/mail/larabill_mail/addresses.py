"""One plain address, strictly: what a mail server could read as two recipients or as a header never gets that far.

The forms are RFC 5321's dot-atom and domain names in ASCII; quoted local parts, comments, lists and address literals
are refused (B29).
"""

from __future__ import annotations

import re
from typing import Final

from larabill_core.errors import InvalidInput

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)*{_LABEL}")
_NAMED: Final = re.compile(r"(?P<name>[^<>\"@,;:\\]{1,80}) <(?P<address>[^<>]+)>")

LONGEST = 254
"""RFC 5321, section 4.5.3.1.3: a path has at most 256 octets, its angle brackets included."""

LONGEST_LOCAL = 64


def check_address(text: str, path: str) -> str:
    """The address as it came. Raises `InvalidInput`, which does not repeat it: it is personal data (I12)."""
    if len(text) > LONGEST or not _ADDRESS.fullmatch(text) or len(text.partition("@")[0]) > LONGEST_LOCAL:
        raise InvalidInput.one(
            path, "is not one plain mail address", remedy="write name@example.com; a domain's non-ASCII letters as xn--"
        )
    return text


def check_line(text: str, path: str) -> str:
    """Text for a header. Raises `InvalidInput` for line breaks of any kind, control characters and encoded words."""
    if len(text) > 200 or not text.isprintable() or "=?" in text:
        raise InvalidInput.one(path, "is not one line of plain text", remedy="at most 200 characters, no line breaks")
    return text


def split_sender(text: str, path: str) -> tuple[str, str]:
    """`Name <name@example.com>` or the bare address, as (name, address). Raises `InvalidInput`."""
    named = _NAMED.fullmatch(text)
    if named is None:
        return "", check_address(text, path)
    return check_line(named["name"].strip(), path), check_address(named["address"], path)
