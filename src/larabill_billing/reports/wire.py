"""The books and reports on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from larabill_billing.ledger.model import AccountBalance, AccountLine, Movement
from larabill_billing.reports.model import Churned, MrrMonth, Receivables, Sale, TaxLine
from larabill_core.errors import InvalidInput
from larabill_core.http.wire import Amount, Currency, Limit, Money, money, shown_id

Ledger = Annotated[str, Meta(max_length=100, description="An account of the chart, such as cash:stripe")]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class DaysQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From the first day to the last, both included."""

    first: date
    last: date


class AccountQuery(DaysQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The postings of one account; `after` is the `next` of the page before."""

    account: Ledger
    after: Annotated[str, Meta(pattern=r"^[0-9]{1,17}\.[0-9a-f]{32}$")] | None = None
    limit: Limit = 100


class MrrQuery(DaysQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The months from that of the first day to that of the last."""


class ChurnQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The window of days before a day."""

    currency: Currency
    on: date
    window_days: Annotated[int, Meta(ge=1, le=3660)] = 30


class AccountBalanceOut(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on an account: debits above zero."""

    account: str
    balance: Money


class TrialBalance(msgspec.Struct, frozen=True, kw_only=True):
    """Each currency's balances add up to zero."""

    items: list[AccountBalanceOut]


class AccountMovement(msgspec.Struct, frozen=True, kw_only=True):
    """`balance` = `opening` + `debit` - `credit`."""

    account: str
    opening: Money
    debit: Money
    credit: Money
    balance: Money


class AccountMovements(msgspec.Struct, frozen=True, kw_only=True):
    """What stood on each account before the days, what moved, and what stands then."""

    items: list[AccountMovement]


class AccountPosting(msgspec.Struct, frozen=True, kw_only=True):
    """One posting on an account, and what its document is called."""

    at: datetime
    document: str
    kind: str
    purpose: str
    amount: Money
    customer: str | None


class AccountPage(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[AccountPosting]
    next: str | None


class MrrMonthOut(msgspec.Struct, frozen=True, kw_only=True):
    """Recurring revenue of a calendar month: `opening` and all moves add up to `closing`.

    `leaving` of it is cancelled; `trial` is not counted yet.
    """

    month: date
    opening: Money
    new: Money
    expansion: Money
    contraction: Money
    churn: Money
    reactivation: Money
    closing: Money
    leaving: Money
    trial: Money
    customers: int
    agreements: int
    by_plan: dict[str, Money]


class MrrOut(msgspec.Struct, frozen=True, kw_only=True):
    """Month by month."""

    items: list[MrrMonthOut]


class ChurnOut(msgspec.Struct, frozen=True, kw_only=True):
    """Shares, 0 to 1: of agreements that ended, and of revenue that left or shrank; `net` is less what stayed grew."""

    on: date
    window_days: int
    agreements: Amount
    gross: Amount
    net: Amount


class ReceivablesOut(msgspec.Struct, frozen=True, kw_only=True):
    """What customers owe in one currency, by how many days it is overdue: not yet, 1-30, 31-60, 61-90, more."""

    not_due: Money
    days_30: Money
    days_60: Money
    days_90: Money
    older: Money
    total: Money


class ReceivablesList(msgspec.Struct, frozen=True, kw_only=True):
    """One for each currency."""

    items: list[ReceivablesOut]


class TaxLineOut(msgspec.Struct, frozen=True, kw_only=True):
    """What was taxed how, by customer's country. Credit notes count below zero."""

    country: str
    jurisdiction: str
    category: str
    rate: Amount
    base: Money
    tax: Money
    documents: int


class TaxReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the documents issued in the days say of taxes, as a return asks for it."""

    items: list[TaxLineOut]


class SaleOut(msgspec.Struct, frozen=True, kw_only=True):
    """What stands under one description, without tax, after discounts."""

    description: str
    net: Money


class SalesReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was sold by the documents issued in the days."""

    items: list[SaleOut]


def balances_out(found: Sequence[AccountBalance]) -> TrialBalance:
    """The trial balance."""
    return TrialBalance(
        items=[AccountBalanceOut(account=each.account, balance=money(each.balance, each.currency)) for each in found]
    )


def movements_out(found: Sequence[Movement]) -> AccountMovements:
    """The trial balance of some days."""
    names = ("opening", "debit", "credit", "balance")
    return AccountMovements(
        items=[
            AccountMovement(account=each.account, **{name: money(getattr(each, name), each.currency) for name in names})
            for each in found
        ]
    )


def place_of(after: str | None) -> tuple[datetime, UUID] | None:
    """Where a page of postings begins. Raises `InvalidInput`."""
    if after is None:
        return None
    stamp, _, posting = after.partition(".")
    try:
        return _EPOCH + int(stamp) * _MICROSECOND, UUID(hex=posting)
    except (ValueError, OverflowError):
        raise InvalidInput.one("after", "is no place in an account", after, "give the `next` of the page before") from (
            None
        )


def account_out(found: Sequence[tuple[AccountLine, str]], query: AccountQuery) -> AccountPage:
    """One page of postings, each with what its document is called."""
    last = found[-1][0] if len(found) == query.limit else None
    return AccountPage(
        items=[
            AccountPosting(
                at=line.occurred_at,
                document=document,
                kind=line.document_kind,
                purpose=line.purpose,
                amount=money(line.amount, line.currency),
                customer=shown_id("cus", line.customer_id),
            )
            for line, document in found
        ],
        next=None if last is None else f"{(last.occurred_at - _EPOCH) // _MICROSECOND}.{last.posting_id.hex}",
    )


def mrr_out(found: Sequence[MrrMonth]) -> MrrOut:
    """Month by month."""
    return MrrOut(items=[_month(each) for each in found])


def _month(each: MrrMonth) -> MrrMonthOut:
    moves = ("new", "expansion", "contraction", "churn", "reactivation")
    return MrrMonthOut(
        month=each.month,
        opening=money(each.opening, each.currency),
        **{name: money(getattr(each.moves, name), each.currency) for name in moves},
        closing=money(each.closing.mrr, each.currency),
        leaving=money(each.closing.leaving, each.currency),
        trial=money(each.closing.trial, each.currency),
        customers=each.customers,
        agreements=each.agreements,
        by_plan={plan: money(amount, each.currency) for plan, amount in each.by_plan.items()},
    )


def churn_out(found: Churned) -> ChurnOut:
    """What left in a window."""
    return ChurnOut(
        on=found.on,
        window_days=found.window_days,
        agreements=_share(found.agreements),
        gross=_share(found.gross),
        net=_share(found.net),
    )


def _share(number: Decimal) -> str:
    return f"{round(number, 6).normalize():f}"


def receivables_out(found: Sequence[Receivables]) -> ReceivablesList:
    """What customers owe."""
    names = ("not_due", "days_30", "days_60", "days_90", "older", "total")
    return ReceivablesList(
        items=[ReceivablesOut(**{name: money(getattr(each, name), each.currency) for name in names}) for each in found]
    )


def taxes_out(found: Sequence[TaxLine]) -> TaxReport:
    """What a return asks for."""
    return TaxReport(
        items=[
            TaxLineOut(
                country=each.country,
                jurisdiction=each.jurisdiction,
                category=each.category,
                rate=f"{each.rate.normalize():f}",
                base=money(each.base, each.currency),
                tax=money(each.tax, each.currency),
                documents=each.documents,
            )
            for each in found
        ]
    )


def sales_out(found: Sequence[Sale]) -> SalesReport:
    """What was sold."""
    return SalesReport(
        items=[SaleOut(description=each.description, net=money(each.net, each.currency)) for each in found]
    )
