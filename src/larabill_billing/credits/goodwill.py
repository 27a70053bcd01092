"""Credit that staff give and take back, with a reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from larabill_billing.audits.handlers import check_reason, record
from larabill_billing.credits import handlers as credits
from larabill_billing.credits.handlers import lot_of
from larabill_billing.credits.model import COSTS, Lot
from larabill_billing.credits.ports import CreditsTx
from larabill_billing.credits.write import book, drawn
from larabill_core.errors import Conflict, Faults, InvalidInput
from larabill_core.ids import new_id
from larabill_core.money import quantize

SOURCE = "goodwill"


def give(
    tx: CreditsTx,
    grant_uuid: UUID,
    customer_id: UUID,
    amount: Decimal,
    currency: str,
    reason: str,
    expires_on: date | None = None,
) -> Lot:
    """Give a customer credit in their currency; ledger `refunds` to `customer_credit`.

    `grant_uuid` is the client's: the same one twice is the same grant (F35). From the day `expires_on` of the
    customer's calendar on it cannot be used. Raises `InvalidInput` with every fault, `NotFound`, `Conflict` when the
    `grant_uuid` was used for another grant.
    """
    customer = tx.billing.customers.get(customer_id, lock=True)
    faults = Faults()
    check_why(reason, faults)
    if currency != customer.currency:
        faults.add("currency", "is not the customer's", value=currency, remedy=f"give {customer.currency}")
    else:
        amount = credits.check_amount(amount, currency, "amount", faults)
    faults.raise_if_any()
    known = tx.billing.credits.from_source(SOURCE, grant_uuid)
    if known:
        (same,) = known
        if (same.customer_id, same.amount, same.currency, same.expires_on) != (
            customer_id,
            amount,
            currency,
            expires_on,
        ):
            remedy = "make a new grant_uuid for each grant"
            raise Conflict(f"grant_uuid {grant_uuid}", "it was used for another grant", remedy)
        return lot_of(tx, same.id)
    credit = credits.grant(tx, customer_id, amount, currency, SOURCE, grant_uuid, expires_on=expires_on, reason=reason)
    return lot_of(tx, credit.id)


def revoke(tx: CreditsTx, lot_id: UUID, reason: str, amount: Decimal | None = None) -> Decimal:
    """Take back what is left of a lot that we gave, or an amount of it; how much that was.

    Raises `NotFound`, `InvalidInput`, `Conflict` when so much is not left, or it is the customer's own money.
    """
    lot = lot_of(tx, lot_id)
    faults = Faults()
    check_why(reason, faults)
    if amount is not None:
        amount = credits.check_amount(amount, lot.currency, "amount", faults)
    faults.raise_if_any()
    granted = tx.billing.ledger.for_document("credit", lot_id)
    account = next((each.account for entry in granted for each in entry.postings if each.account in COSTS), None)
    if account is None:
        raise Conflict(f"credit {lot_id}", f"it comes from {lot.source}: the money is the customer's", "refund it")
    tx.billing.customers.get(lot.customer_id, lock=True)
    lot = lot_of(tx, lot_id)
    amount = lot.remaining if amount is None else amount
    if not 0 < amount <= lot.remaining:
        left = quantize(lot.remaining, lot.currency)
        raise Conflict(f"credit {lot_id}", f"{left} {lot.currency} of it are left", "take back no more than that")
    taken = drawn(tx, lot, amount, "revoked", new_id())
    tx.billing.credits.add_many([taken])
    book(tx, taken, "revoked", account, amount)
    record(tx, "credit", lot_id, "revoke", reason=reason)
    return amount


def check_why(reason: str, faults: Faults) -> None:
    """Whoever gives or takes credit says why."""
    try:
        check_reason(reason)
    except InvalidInput as problem:
        faults.include(problem)
        return
    if not reason.strip():
        faults.add("reason", "is missing", remedy="say why")
