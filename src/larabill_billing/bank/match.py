"""Which invoices a bank line pays, by the references in its text. Pure.

Words are compared exactly once everything but letters and digits is taken out of them; nothing is guessed from words
that merely look alike. Banks break and join words, so neighbours are also read as one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

import attrs

from larabill_billing.bank.model import OpenInvoice, StatementLine

MOST_JOINED: Final = 6
"""So many words in a row may be one reference: `INV 2026 00 001`."""
LONGEST: Final = 64
MOST_CANDIDATES: Final = 5

_PAYMENT: Final = re.compile(r"(?:PAY|LB)([0-9A-F]{32})")


@attrs.frozen(kw_only=True)
class Verdict:
    """Exact: `pays` says how much of which invoice. Else `reasons` say why not, and `candidates` what it may be for."""

    pays: Mapping[UUID, Decimal] = attrs.field(factory=dict)
    reasons: tuple[str, ...] = ()
    candidates: tuple[UUID, ...] = ()


def normal(text: str) -> str:
    """Letters and digits alone, in capitals."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(character for character in folded if character.isalnum())


def tokens(text: str) -> frozenset[str]:
    """Every word, and every run of neighbouring words read as one."""
    words = [word for word in map(normal, re.split(r"[\s,;:+?]+", text)) if word]
    found = set()
    for start in range(len(words)):
        joined = ""
        for word in words[start : start + MOST_JOINED]:
            joined += word
            if len(joined) > LONGEST:
                break
            found.add(joined)
    return frozenset(found)


def payment_ids(found: frozenset[str]) -> set[UUID]:
    """The payments whose references (`pay_…`, or ours at a gateway) stand among the tokens."""
    return {UUID(hex=match[1]) for match in map(_PAYMENT.fullmatch, found) if match}


class Book:
    """The open invoices, by what lines may call them."""

    def __init__(self, invoices: Sequence[OpenInvoice], of_payments: Mapping[UUID, UUID]) -> None:
        self._by_id = {each.invoice_id: each for each in invoices}
        self._by_number: dict[str, OpenInvoice] = {normal(each.number): each for each in invoices}
        self._by_amount: dict[tuple[Decimal, str], list[OpenInvoice]] = {}
        for each in invoices:
            self._by_amount.setdefault((each.balance, each.currency), []).append(each)
        self._of_payments = of_payments

    def named(self, line: StatementLine) -> list[OpenInvoice]:
        """The open invoices that the line names, by due day."""
        words = tokens(line.text)
        found = {self._by_number[word].invoice_id for word in words if word in self._by_number}
        found |= {self._of_payments[id] for id in payment_ids(words) if id in self._of_payments}
        return sorted((self._by_id[id] for id in found if id in self._by_id), key=_order)

    def judge(self, line: StatementLine) -> Verdict:
        """Exact when the named invoices are one customer's and their balances add up to the line's amount."""
        named = self.named(line)
        if not named:
            same = sorted(self._by_amount.get((line.amount, line.currency), ()), key=_order)
            few = same if len(same) <= MOST_CANDIDATES else []
            return Verdict(
                reasons=("no open invoice is named in its text",), candidates=tuple(each.invoice_id for each in few)
            )
        reasons = []
        if {each.currency for each in named} != {line.currency}:
            reasons.append(f"it is in {line.currency}, the invoice is not")
        elif sum((each.balance for each in named), Decimal(0)) != line.amount:
            owed = sum((each.balance for each in named), Decimal(0))
            reasons.append(f"its amount is {line.amount}, owed are {owed}")
        if len({each.customer_id for each in named}) > 1:
            reasons.append("it names invoices of several customers")
        ids = tuple(each.invoice_id for each in named)
        if reasons:
            return Verdict(reasons=tuple(reasons), candidates=ids)
        return Verdict(pays={each.invoice_id: each.balance for each in named}, candidates=ids)


def _order(invoice: OpenInvoice) -> tuple[object, ...]:
    return invoice.due_on, invoice.invoice_id
