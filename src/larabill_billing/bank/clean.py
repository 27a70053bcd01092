"""What every line of a statement must be, whatever file it came in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from larabill_billing.bank.model import StatementLine
from larabill_core.errors import Faults, InvalidInput
from larabill_core.money import exponent, parse_currency, parse_decimal
from larabill_core.privacy import contains_pan, redact_text

LONGEST_ID: Final = 255
LONGEST_TEXT: Final = 1000
LARGEST: Final = 20 * 1024 * 1024
"""Bytes of a file. What is larger is refused before it is looked at."""


class Lines:
    """Collects lines, and every fault of them."""

    def __init__(self) -> None:
        self.faults = Faults()
        self._found: dict[str, StatementLine] = {}

    def add(
        self,
        *,
        bank_id: object,
        booked_on: object,
        amount: object,
        currency: object,
        text: object = "",
        payer: object = "",
    ) -> None:
        """Keep the line, or note its faults. A value that is None had a fault before."""
        before = len(self.faults)
        identified = self._id(bank_id)
        code = self._currency(currency)
        exact = self._amount(amount, code)
        if not isinstance(booked_on, date) and booked_on is not None:
            self.faults.add("date", "is missing")
        if len(self.faults) == before and isinstance(booked_on, date) and exact is not None:
            self._found[identified] = StatementLine(
                bank_id=identified,
                booked_on=booked_on,
                amount=exact,
                currency=code,
                text=_plain(text),
                payer=_plain(payer),
            )

    def all(self) -> list[StatementLine]:
        """In their order. Raises `InvalidInput` with every fault."""
        self.faults.raise_if_any()
        return [*self._found.values()]

    def _id(self, value: object) -> str:
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID or not value.isprintable():
            self.faults.add("id", f"must be a line of text, up to {LONGEST_ID} characters")
            return ""
        if contains_pan(value):
            self.faults.add("id", "holds a card number")
        elif value in self._found:
            self.faults.add("id", "stands in the file twice", value=value)
        return value

    def _currency(self, value: object) -> str:
        try:
            return parse_currency(value, "currency").code
        except InvalidInput as problem:
            self.faults.include(problem)
            return ""

    def _amount(self, value: object, currency: str) -> Decimal | None:
        if value is None or not currency:
            return None
        try:
            exact = parse_decimal(value, places=exponent(currency), path="amount")
        except InvalidInput as problem:
            self.faults.include(problem)
            return None
        if not exact:
            self.faults.add("amount", "is nothing")
        return exact


def _plain(text: object) -> str:
    """One line of text without card numbers, account numbers and control characters (B53)."""
    words = " ".join(str(text).split())
    shown = "".join(character if character.isprintable() else " " for character in words)
    return redact_text(shown)[:LONGEST_TEXT]
