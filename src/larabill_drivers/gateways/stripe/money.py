"""Stripe's minor units. The exponents are Stripe's own, not ISO 4217's (docs.stripe.com/currencies).

ISK and UGX are sent with two decimals that are always 00, although ISO 4217 gives them none; MGA has none at Stripe
although ISO gives it two.
"""

from __future__ import annotations

import re
from decimal import Decimal

_ZERO = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF")
)
_THREE = frozenset(("BHD", "JOD", "KWD", "OMR", "TND"))
_CURRENCY = re.compile(r"[a-z]{3}")
_LARGEST = 10**12


def exponent(currency: str) -> int:
    """Decimals of Stripe's minor unit of `currency` (capital letters)."""
    return 0 if currency in _ZERO else 3 if currency in _THREE else 2


def from_minor(amount: object, currency: object) -> tuple[str, str] | None:
    """(decimal string in major units, currency in capitals) of what Stripe wrote; None when it is no amount."""
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        return None
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 <= amount < _LARGEST:
        return None
    code = currency.upper()
    return f"{Decimal(amount).scaleb(-exponent(code)):f}", code
