"""Credit on the wire: what customers hold with us, in lots."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from larabill_billing.credits.model import Credit, Lot
from larabill_core.http.wire import Listing, Money, Reason, money, next_of
from larabill_core.ids import public_id


class CreditBalances(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer can use today, one amount for each currency."""

    customer: str
    available: list[Money]


class LotOut(msgspec.Struct, frozen=True, kw_only=True):
    """What was given at once, and what remains of it. From the day `expires_on` on nothing of it can be used."""

    id: str
    source: str
    amount: Money
    remaining: Money
    expires_on: date | None
    created_at: datetime


class LotPage(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[LotOut]
    next: str | None


class CreditMovement(msgspec.Struct, frozen=True, kw_only=True):
    """Credit that came (above zero) or went, and the lot that it belongs to."""

    id: str
    lot: str
    source: str
    amount: Money
    created_at: datetime


class CreditMovementPage(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[CreditMovement]
    next: str | None


class PayFromCredit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As much as there is, or an `amount`."""

    amount: Money | None = None


class PaidFromCredit(msgspec.Struct, frozen=True, kw_only=True):
    """How much the credit paid, and what is still owed on the invoice."""

    invoice: str
    paid: Money
    balance: Money


class GrantCredit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Credit in the customer's currency."""

    amount: Money
    reason: Reason
    expires_on: date | None = None


class RevokeCredit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An amount, or all that is left of the lot."""

    reason: Reason
    amount: Money | None = None


def balances_out(customer_id: UUID, lots: Iterable[Lot]) -> CreditBalances:
    """What these lots hold, by currency."""
    held: dict[str, Decimal] = {}
    for lot in lots:
        held[lot.currency] = held.get(lot.currency, Decimal(0)) + lot.remaining
    return CreditBalances(
        customer=public_id("cus", customer_id),
        available=[money(amount, currency) for currency, amount in sorted(held.items())],
    )


def lot_out(lot: Lot) -> LotOut:
    """One lot."""
    return LotOut(
        id=public_id("lot", lot.id),
        source=lot.source,
        amount=money(lot.amount, lot.currency),
        remaining=money(lot.remaining, lot.currency),
        expires_on=lot.expires_on,
        created_at=lot.created_at,
    )


def lots_out(found: Sequence[Lot], query: Listing) -> LotPage:
    """One page of a list."""
    items = [lot_out(lot) for lot in found]
    return LotPage(items=items, next=next_of(items, query))


def movements_out(found: Sequence[Credit], query: Listing) -> CreditMovementPage:
    """One page of a list."""
    items = [
        CreditMovement(
            id=public_id("crn", each.id),
            lot=public_id("lot", each.lot_id),
            source=each.source,
            amount=money(each.amount, each.currency),
            created_at=each.created_at,
        )
        for each in found
    ]
    return CreditMovementPage(items=items, next=next_of(items, query))
