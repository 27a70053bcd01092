"""Whatever is done in whatever order, the ledger balances and documents add up (I4, I11)."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.billing.shop import Shop

from larabill_billing.credits.handlers import spend
from larabill_billing.invoicing.handlers import void
from larabill_billing.invoicing.model import Invoice
from larabill_billing.payments.handlers import record_manual
from larabill_billing.payments.model import Payment
from larabill_billing.payments.refunds import refund
from larabill_core.errors import Conflict
from larabill_core.ids import new_id
from larabill_core.money import from_minor

AMOUNTS = st.integers(min_value=1, max_value=3000).map(lambda units: from_minor(units, "EUR"))
ACTIONS = st.sampled_from(["issue", "pay", "refund", "void", "spend"])


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(ACTIONS, AMOUNTS, st.integers(min_value=0, max_value=50)), min_size=3, max_size=14))
def test_any_sequence_keeps_the_books_right(shop: Shop, steps: list[tuple[str, Decimal, int]]) -> None:
    invoices: list[Invoice] = [shop.issue("10.00")]
    payments: list[Payment] = []
    for action, amount, choice in steps:
        invoice = invoices[choice % len(invoices)]
        try:
            if action == "issue":
                invoices.append(shop.issue(str(amount), "0.00"))
            elif action == "pay":
                reference = f"transfer {new_id()}"
                pay = partial(record_manual, invoice_id=invoice.id, amount=amount, reference=reference)
                payments.append(shop.run(pay))
            elif action == "refund" and payments:
                payment = payments[choice % len(payments)]
                shop.run(partial(refund, payment_id=payment.id, amount=amount, reason="tried"))
            elif action == "void":
                shop.run(partial(void, invoice_id=invoice.id, reason="tried"))
            elif action == "spend":
                shop.run(partial(spend, invoice_id=invoice.id))
        except Conflict:
            continue
    assert shop.violations() == []
    assert sum(shop.balances().values()) == 0
    assert shop.credit() >= 0
