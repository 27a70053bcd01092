"""Journal entries: balanced at construction, in one currency, one for each (document, purpose).

A debit is positive, a credit negative; so assets (receivable, cash) grow by positive amounts, and revenue and what we
owe customers by negative ones.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import attrs

from larabill_core.errors import Faults, InvalidInput
from larabill_core.ids import new_id

RECEIVABLE = "receivable"
REVENUE = "revenue"
TAX_PAYABLE = "tax_payable"
CUSTOMER_CREDIT = "customer_credit"
REFUNDS = "refunds"
DISPUTES = "disputes"
DISPUTE_FEES = "dispute_fees"
BAD_DEBT = "bad_debt"
PREPAYMENTS = "prepayments"


def cash(account: str) -> str:
    """The ledger account of the money that lies at one gateway account (or came by hand)."""
    return f"cash:{account}"


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
class AccountBalance:
    """A line of the trial balance."""

    currency: str
    account: str
    balance: Decimal
