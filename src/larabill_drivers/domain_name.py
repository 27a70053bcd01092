"""A domain name that a customer has typed, as it stands in the DNS: strictly, since it ends in files of web servers.

Letters, digits and hyphens (RFC 1123, 2.1), at most 63 in a label and 253 in all (RFC 1035, 2.3.4), two labels or more.
Other scripts as U-labels or A-labels (RFC 5890): letters, marks and digits in lower case and in their composed form, as
RFC 5892 has them but for its tables. What a registry allows is for the registry to say.
"""

from __future__ import annotations

import re
import unicodedata

from larabill_core.errors import InvalidInput

LONGEST = 253
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_TOP = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}")
_PREFIX = "xn--"


def domain_name(text: str, path: str = "domain") -> str:
    """`text` in lower case and as A-labels, without a dot at its end. Raises `InvalidInput`, not repeating it."""
    labels = [_ascii(label) for label in text.split(".")] if len(text) <= LONGEST else []
    name = ".".join(labels)
    fits = len(labels) >= 2 and len(name) <= LONGEST and all(map(_is_label, labels)) and _TOP.fullmatch(labels[-1])
    if not fits:
        raise InvalidInput.one(path, "is no domain name", remedy="such as shop.example.com, without spaces and slashes")
    return name


def _ascii(label: str) -> str:
    lowered = unicodedata.normalize("NFC", label.lower())
    return lowered if lowered.isascii() else _PREFIX + lowered.encode("punycode").decode("ascii")


def _is_label(label: str) -> bool:
    if not _LABEL.fullmatch(label):
        return False
    return label[2:4] != "--" or (label.startswith(_PREFIX) and _is_other_script(label.removeprefix(_PREFIX)))


def _is_other_script(encoded: str) -> bool:
    """Whether it is the one right way to write (RFC 3492) letters, marks and digits, of which one is not ASCII."""
    try:
        text = encoded.encode("ascii").decode("punycode")
    except (ValueError, OverflowError):
        return False
    if text.isascii() or text != text.lower() or text != unicodedata.normalize("NFKC", text):
        return False
    kinds = [unicodedata.category(character)[0] for character in text]
    if kinds[0] == "M" or any(kind not in "LMN" and sign != "-" for kind, sign in zip(kinds, text, strict=True)):
        return False
    return text.encode("punycode").decode("ascii") == encoded
