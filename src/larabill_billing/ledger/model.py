"""Journal entries: balanced at construction, in one currency, one for each (document, purpose).

A debit is positive, a credit negative; so assets (receivable, cash) grow by positive amounts, and revenue and what we
owe customers by negative ones.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import attrs

from larabill_billing.ledger.spans import ONE_DAY, Span
from larabill_core.errors import Faults, InvalidInput
from larabill_core.ids import new_id

RECEIVABLE = "receivable"
CASH = "cash"
DISPUTES = "disputes"
CUSTOMER_CREDIT = "customer_credit"
PREPAYMENTS = "prepayments"
VOUCHERS = "vouchers"
DEFERRED_REVENUE = "deferred_revenue"
TAX_PAYABLE = "tax_payable"
CLEARING = "clearing"
REVENUE = "revenue"
LATE_FEES = "late_fees"
BREAKAGE = "breakage"
EXCHANGE_GAINS = "exchange_gains"
DISCOUNTS = "discounts"
REFUNDS = "refunds"
MARKETING = "marketing"
GATEWAY_FEES = "gateway_fees"
DISPUTE_FEES = "dispute_fees"
BAD_DEBT = "bad_debt"
WRITE_OFFS = "write_offs"
EXCHANGE_LOSSES = "exchange_losses"


def cash(account: str) -> str:
    """The ledger account of the money that lies at one gateway account (or came by hand)."""
    return f"{CASH}:{account}"


def gateway_fees(account: str) -> str:
    """The ledger account of what one gateway account kept for its service."""
    return f"{GATEWAY_FEES}:{account}"


def tax_payable(jurisdiction: str) -> str:
    """The ledger account of what is owed to one jurisdiction; where none is known, the one for all."""
    return f"{TAX_PAYABLE}:{jurisdiction}" if jurisdiction else TAX_PAYABLE


def clearing(one: str, other: str) -> str:
    """The ledger account between two currencies, whichever is named first."""
    return f"{CLEARING}:{min(one, other)}-{max(one, other)}"


def disputed(account: str) -> str:
    """The ledger account of what one gateway account holds back while customers dispute it."""
    return f"{DISPUTES}:{account}"


def dispute_fees(account: str) -> str:
    """The ledger account of what one gateway account charged because of disputes."""
    return f"{DISPUTE_FEES}:{account}"


@attrs.frozen(kw_only=True)
class Posting:
    """One side of an entry. `customer_id` is set where the account is kept for each customer."""

    account: str
    amount: Decimal
    customer_id: UUID | None = None


@attrs.frozen(kw_only=True)
class Entry:
    """What one document did to the accounts. Raises `InvalidInput` unless its postings add up to zero."""

    id: UUID = attrs.field(factory=new_id)
    seller_id: UUID
    currency: str
    document_kind: str
    document_id: UUID
    purpose: str
    occurred_at: datetime
    postings: tuple[Posting, ...]

    def __attrs_post_init__(self) -> None:
        amounts = [posting.amount for posting in self.postings]
        if len(amounts) < 2 or not all(amounts) or sum(amounts, Decimal(0)):
            self._refuse()

    def _refuse(self) -> None:
        faults = Faults()
        total = sum((posting.amount for posting in self.postings), Decimal(0))
        if len(self.postings) < 2:
            faults.add("entry.postings", "must be two or more", value=len(self.postings))
        if total != 0:
            faults.add("entry.postings", "do not add up to zero", value=total, remedy="every debit needs a credit")
        for index, posting in enumerate(self.postings):
            if posting.amount == 0:
                faults.add(f"entry.postings[{index}].amount", "is zero", remedy="leave the posting out")
        faults.raise_if_any(InvalidInput)


@attrs.frozen(kw_only=True)
class Deferral:
    """Part of a document line that is posted to `account` day by day while its service lasts.

    On each day from `starts_on` up to `steps_on` it is `first`, from then up to `ends_on` it is `daily`: amounts in the
    ledger's sign; the other side is `deferred_revenue`. `begun_on` is the day whose run took it up first: its first
    day, or a later one that also made up for the days before. Never changes but for that.
    """

    id: UUID
    seller_id: UUID
    document_id: UUID
    position: int
    account: str
    currency: str
    starts_on: date
    steps_on: date
    ends_on: date
    first: Decimal
    daily: Decimal
    begun_on: date | None = None

    @property
    def span(self) -> Span:
        """Its days and what each of them is worth."""
        return Span(self.starts_on, self.steps_on, self.ends_on, self.first, self.daily)

    def posted_on(self, day: date) -> Decimal:
        """What the run of a day posts of it: its daily amount, and on `begun_on` also those of the days before."""
        if self.begun_on is None or day < self.begun_on:
            return Decimal(0)
        return self.span.between(self.starts_on if day == self.begun_on else day, day + ONE_DAY)

    def left_after(self, day: date) -> Decimal:
        """What is still to be posted when the run of a day is done."""
        begun = self.begun_on is not None and self.begun_on <= day
        return self.span.between(day + ONE_DAY if begun else self.starts_on, self.ends_on)


@attrs.frozen(kw_only=True)
class AccountBalance:
    """A line of the trial balance."""

    currency: str
    account: str
    balance: Decimal


@attrs.frozen(kw_only=True)
class Movement:
    """A line of the trial balance of some days: `balance` = `opening` + `debit` - `credit`."""

    currency: str
    account: str
    opening: Decimal
    debit: Decimal
    credit: Decimal

    @property
    def balance(self) -> Decimal:
        """What stands on the account at the end."""
        return self.opening + self.debit - self.credit


@attrs.frozen(kw_only=True)
class AccountLine:
    """One posting on an account, with what its entry says of it."""

    posting_id: UUID
    entry_id: UUID
    occurred_at: datetime
    document_kind: str
    document_id: UUID
    purpose: str
    account: str
    currency: str
    amount: Decimal
    customer_id: UUID | None
