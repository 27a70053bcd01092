"""What `larabill verify` asks about taxes on documents."""

from __future__ import annotations

from typing import Final

from larabill_billing.tax.ports import TaxTx
from larabill_core.ids import public_id
from larabill_core.verify import Violation


def verify_categories(tx: TaxTx) -> list[Violation]:
    """I11: what is said to be taxed is, and what is said not to be is not (EN 16931, BR-S-05 and its like)."""
    return [
        Violation(
            invariant="I11",
            kind="tax-category-differs",
            subject=public_id("inv", invoice),
            message=f"it has a line of category {category} at {rate} percent",
        )
        for invoice, category, rate in tx.billing.tax.wrong_categories()
    ]


VERIFY: Final = tuple(f"larabill_billing.tax.verify:{function.__name__}" for function in (verify_categories,))
