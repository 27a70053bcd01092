"""How the books are read: the instants of the seller's days, and what documents are called."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from larabill_billing.customers.model import Seller
from larabill_billing.invoicing.ports import InvoicingTx
from larabill_billing.ledger.model import AccountLine, Entry
from larabill_billing.ledger.spans import ONE_DAY
from larabill_core.clock import start_of_day
from larabill_core.errors import InvalidInput
from larabill_core.ids import public_id

_FIRST: Final = datetime(1, 1, 2, tzinfo=UTC)
_LAST: Final = datetime(9999, 12, 30, tzinfo=UTC)
_PREFIXES: Final = {"invoice": "inv", "payment": "pay", "refund": "ref"}


def span_of(seller: Seller, first: date | None, last: date | None) -> tuple[datetime, datetime]:
    """The instants at which the days begin and are over. Raises `InvalidInput` when the last is before the first."""
    if first is not None and last is not None and last < first:
        raise InvalidInput.one("last", "is before the first day", str(last), f"give {first} or a later day")
    since = _FIRST if first is None else start_of_day(first, seller.time_zone)
    return since, _LAST if last is None else start_of_day(last + ONE_DAY, seller.time_zone)


def documents_of(tx: InvoicingTx, found: Sequence[Entry] | Sequence[AccountLine]) -> dict[UUID, str]:
    """What the documents are called: by number where they have one, else by id; a run of recognition by its day."""
    invoices = {each.document_id for each in found if each.document_kind == "invoice"}
    names = tx.billing.invoices.numbers(invoices)
    for each in found:
        if each.document_id not in names:
            prefix = _PREFIXES.get(each.document_kind)
            names[each.document_id] = public_id(prefix, each.document_id) if prefix else str(each.document_id)
    return names
