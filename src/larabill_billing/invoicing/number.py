"""Give documents their numbers: the last thing that is done about them (I5)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from larabill_billing.invoicing.model import Invoice
from larabill_billing.invoicing.numbering import series_code
from larabill_billing.invoicing.ports import InvoicingTx
from larabill_billing.settings import settings_of
from larabill_core.changed import changed


def number(tx: InvoicingTx, documents: Sequence[Invoice]) -> list[Invoice]:
    """The documents under their numbers.

    Everything else of them is written: a series is locked from here to the end of the transaction, so that whoever
    waits for a number waits for no more than these numbers. All lock the series in one order.
    """
    settings = settings_of(tx).numbering
    codes = [series_code(each.type, settings.of(each.type).format, each.issued_on) for each in documents]
    types = dict(zip(codes, (each.type for each in documents), strict=True))
    following = {
        code: count(tx.billing.series.take(code, codes.count(code), start=settings.of(types[code]).start))
        for code in sorted(types)
    }
    numbered = [
        changed(
            each,
            series=code,
            sequence=(sequence := next(following[code])),
            number=settings.of(each.type).format.number(sequence, each.issued_on),
        )
        for each, code in zip(documents, codes, strict=True)
    ]
    tx.billing.series.give(numbered)
    return numbered
