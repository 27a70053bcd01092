"""Codes of vouchers: how they are made, read and recognised. Pure, but for the machine's random numbers.

A code has 80 random bits in Crockford's base 32, which has no letters that look like digits: `7K2M-QX4T-9BHW-03ZR`.
As nobody can guess or try 80 bits, its digest is a plain SHA-256, which one look in an index finds; a slow hash is for
secrets that people make up.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final
from uuid import UUID

from larabill_core.errors import InvalidInput

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 16
_READ_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def new_code() -> str:
    """A code as it is shown: four groups of four."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(letters[start : start + 4] for start in range(0, LENGTH, 4))


def canonical(text: object, path: str = "code") -> str:
    """A code as it was typed, without hyphens and spaces, in capitals; O is read as 0, I and L as 1.

    Nothing else is made to fit: letters of other alphabets are refused (B47). Raises `InvalidInput`, without the text.
    """
    if isinstance(text, str) and len(text) <= 4 * LENGTH and text.isascii():
        code = text.upper().translate(_READ_AS)
        if len(code) == LENGTH and set(code) <= set(ALPHABET):
            return code
    raise InvalidInput.one(path, "is not a voucher's code", remedy=f"type its {LENGTH} letters and digits")


def digest(seller_id: UUID, code: str) -> str:
    """What is stored of a canonical code: 64 hexadecimal digits, another for each seller."""
    return hashlib.sha256(b"larabill voucher\0" + seller_id.bytes + code.encode("ascii")).hexdigest()
