"""Give a customer credit, and use it.

Whoever draws on lots locks the customer first, so that nothing is spent twice.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from larabill_billing.audits.handlers import record
from larabill_billing.credits.expiry import schedule_expiry
from larabill_billing.credits.lots import covered, draw, usable
from larabill_billing.credits.model import Credit, Lot
from larabill_billing.credits.ports import CreditsTx
from larabill_billing.credits.write import book, drawn, movement, spent
from larabill_billing.invoicing.model import InvoiceStatus
from larabill_billing.invoicing.paying import apply_payment
from larabill_billing.ledger.handlers import post
from larabill_billing.ledger.model import REFUNDS
from larabill_core.clock import local_date
from larabill_core.errors import Conflict, Faults, InvalidInput, NotFound
from larabill_core.ids import new_id
from larabill_core.money import exponent, parse_decimal, quantize


def grant(
    tx: CreditsTx,
    customer_id: UUID,
    amount: Decimal,
    currency: str,
    source: str,
    source_id: UUID,
    *,
    expires_on: date | None = None,
    account: str = REFUNDS,
    reason: str = "",
) -> Credit:
    """Credit from one of our accounts (a service that was never delivered: `refunds`) to `customer_credit`.

    Raises `AlreadyExists` when this source was credited before, `InvalidInput`, `NotFound`.
    """
    faults = Faults()
    amount = check_amount(amount, currency, "amount", faults)
    customer = tx.billing.customers.get(customer_id)
    if expires_on is not None and expires_on <= local_date(tx.now, customer.time_zone):
        faults.add("expires_on", "is past", value=expires_on.isoformat(), remedy="name a day to come")
    faults.raise_if_any()
    lot = movement(tx, customer_id, amount, currency, source, source_id, expires_on)
    tx.billing.credits.add_many([lot])
    if expires_on is not None:
        schedule_expiry(tx, lot.id, expires_on, customer.time_zone)
    book(tx, lot, "granted", account, -amount)
    record(tx, "credit", lot.id, "grant", reason=reason or source)
    return lot


def lot_of(tx: CreditsTx, lot_id: UUID) -> Lot:
    """Raises `NotFound`."""
    found = tx.billing.credits.lots([lot_id]).get(lot_id)
    if found is None:
        raise NotFound("credit", lot_id)
    return found


def check_amount(amount: Decimal, currency: str, path: str, faults: Faults) -> Decimal:
    """A positive amount of this currency; 0 after noting a fault (B08)."""
    try:
        exact = parse_decimal(amount, places=exponent(currency), path=path, minimum=0)
    except InvalidInput as problem:
        faults.include(problem)
        return Decimal(0)
    if exact == 0:
        faults.add(path, "must be more than 0", value=amount)
    return exact


def move(
    tx: CreditsTx,
    customer_id: UUID,
    amount: Decimal,
    currency: str,
    source: str,
    source_id: UUID,
    *,
    of: Collection[UUID] = (),
) -> Sequence[Credit]:
    """Write movements whose ledger entry the caller posts: a new lot, or, of a negative amount, what draws on lots.

    `of`: the lots that are drawn on first. Raises `AlreadyExists`; `Conflict` when there is less than that.
    """
    if amount > 0:
        written = [movement(tx, customer_id, amount, currency, source, source_id)]
    else:
        parts = draw(_usable(tx, customer_id, currency), -amount, of)
        held = sum((part for _, part in parts), Decimal(0))
        if held < -amount:
            raise Conflict(
                f"customer {customer_id}",
                f"the credit is {quantize(held, currency)} {currency}",
                f"{quantize(-amount, currency)} are wanted",
            )
        written = [drawn(tx, lot, part, source, source_id, number) for number, (lot, part) in enumerate(parts)]
    tx.billing.credits.add_many(written)
    return written


def put_back(tx: CreditsTx, source: str, source_id: UUID, returned: str) -> Sequence[Credit]:
    """What a source used returns to the lots that it came from, under the name `returned`; the caller posts it."""
    used = tx.billing.credits.from_source(source, source_id)
    lots = tx.billing.credits.lots([each.lot_id for each in used])
    written = [drawn(tx, lots[each.lot_id], each.amount, returned, source_id, each.part) for each in used]
    tx.billing.credits.add_many(written)
    if any(lot.expires_on for lot in lots.values()):
        customer = tx.billing.customers.get(used[0].customer_id)
        for lot in lots.values():
            if lot.expires_on is not None:
                schedule_expiry(tx, lot.id, lot.expires_on, customer.time_zone)
    return written


def _usable(tx: CreditsTx, customer_id: UUID, currency: str) -> list[Lot]:
    """The lots that can be used now, with the customer locked."""
    customer = tx.billing.customers.get(customer_id, lock=True)
    lots = tx.billing.credits.open_lots([customer_id]).get((customer_id, currency), [])
    return usable(lots, local_date(tx.now, customer.time_zone))


def available(tx: CreditsTx, customer_id: UUID, currency: str) -> Decimal:
    """What the customer can use today; another transaction may use it first. Raises `NotFound` for the customer."""
    customer = tx.billing.customers.get(customer_id)
    lots = tx.billing.credits.open_lots([customer_id]).get((customer_id, currency), [])
    return covered(usable(lots, local_date(tx.now, customer.time_zone)))


def spend(tx: CreditsTx, invoice_id: UUID, at_most: Decimal | None = None) -> Decimal:
    """Pay as much of the invoice as the customer's credit covers, or `at_most`; how much that was."""
    state = tx.billing.invoices.state(invoice_id, lock=True)
    if state.status is not InvoiceStatus.ISSUED or state.balance <= 0:
        return Decimal(0)
    lots = _usable(tx, state.customer_id, state.currency)
    amount = min(state.balance, covered(lots), state.balance if at_most is None else at_most)
    if amount <= 0:
        return Decimal(0)
    spending = new_id()
    parts = draw(lots, amount)
    tx.billing.credits.add_many(
        [drawn(tx, lot, part, "spent", spending, number) for number, (lot, part) in enumerate(parts)]
    )
    apply_payment(tx, invoice_id, amount, spending, source_kind="credit")
    post(tx, [spent(tx, spending, state.customer_id, amount, state.currency)])
    return amount


def pay(tx: CreditsTx, invoice_id: UUID, amount: Decimal | None = None) -> Decimal:
    """Pay an invoice from credit because somebody wants it: all that can be, or just `amount`; how much that was.

    Raises `InvalidInput`, `NotFound`; `Conflict` when nothing is owed, or less is owed or held than `amount`.
    """
    state = tx.billing.invoices.state(invoice_id, lock=True)
    if state.status is not InvoiceStatus.ISSUED:
        raise Conflict(f"invoice {invoice_id}", f"it is {state.status}", "there is nothing to pay")
    if amount is None:
        return spend(tx, invoice_id)
    faults = Faults()
    amount = check_amount(amount, state.currency, "amount", faults)
    faults.raise_if_any()
    held = covered(_usable(tx, state.customer_id, state.currency))
    for most, what in ((state.balance, "is owed"), (held, "of credit is there")):
        if amount > most:
            shown = f"{quantize(most, state.currency)} {state.currency}"
            raise Conflict(f"invoice {invoice_id}", f"only {shown} {what}", "pay no more than that")
    return spend(tx, invoice_id, amount)
