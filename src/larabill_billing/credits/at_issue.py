"""Credit pays invoices while they are issued: those of a batch in a constant number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from larabill_billing.credits.lots import draw_in_turn, usable
from larabill_billing.credits.model import Credit
from larabill_billing.credits.ports import CreditsTx
from larabill_billing.credits.write import drawn, spent
from larabill_billing.invoicing.model import DocumentType, Invoice
from larabill_billing.invoicing.write import Settled
from larabill_core.clock import local_date
from larabill_core.ids import new_id


def pay_at_issue(tx: CreditsTx, invoices: Sequence[Invoice], customer_ids: Collection[UUID]) -> Mapping[UUID, Settled]:
    """As much of each invoice as the credit of these customers covers, in the order given: as `spend` does of one.

    The customers are locked, all in one order, so that nothing is spent twice; the movements are written. The caller
    writes the allocations and posts the entries. Proformas are left out: what is held for them is booked otherwise.
    """
    owed: dict[tuple[UUID, str], list[Invoice]] = defaultdict(list)
    for each in invoices:
        if each.customer_id in customer_ids and each.type is DocumentType.INVOICE and each.total:
            owed[each.customer_id, each.currency].append(each)
    if not owed:
        return {}
    customers = tx.billing.customers.get_many({customer_id for customer_id, _ in owed}, lock=True)
    lots = tx.billing.credits.open_lots(customers)
    settled: dict[UUID, Settled] = {}
    movements: list[Credit] = []
    for (customer_id, currency), mine in owed.items():
        today = local_date(tx.now, customers[customer_id].time_zone)
        usable_lots = usable(lots.get((customer_id, currency), ()), today)
        for invoice, parts in zip(mine, draw_in_turn(usable_lots, [each.total for each in mine]), strict=True):
            amount = sum((part for _, part in parts), Decimal(0))
            if amount:
                spending = new_id()
                movements += [drawn(tx, lot, part, "spent", spending, at) for at, (lot, part) in enumerate(parts)]
                entry = spent(tx, spending, customer_id, amount, currency)
                settled[invoice.id] = Settled(amount=amount, entry=entry)
    tx.billing.credits.add_many(movements)
    return settled
