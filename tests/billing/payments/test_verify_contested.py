"""`verify` names disputes, plans and bank lines that were changed behind our back, and nothing where all is well."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import pytest
import sqlalchemy as sa
from tests.billing.shop import Shop

from larabill_billing.bank.handlers import import_lines, match
from larabill_billing.bank.settings import BankAccount
from larabill_billing.bank.verify import verify_bank_lines
from larabill_billing.invoicing.instalments import divided
from larabill_billing.invoicing.plans import agree
from larabill_billing.payments.disputes import decide, open_dispute
from larabill_billing.payments.handlers import charge_invoice
from larabill_sqlalchemy.billing.bank import LINES
from larabill_sqlalchemy.billing.disputes import DISPUTES
from larabill_sqlalchemy.billing.plans import INSTALMENTS, PLANS

ONE = Decimal("1.00")
CASES: list[tuple[str, sa.Table, dict[str, Any]]] = [
    ("disputes-differ", DISPUTES, {"amount": ONE}),
    ("dispute-not-reopened", DISPUTES, {"reopened": ONE}),
    ("dispute-unaudited", DISPUTES, {"status": "under_review"}),
    ("instalments-differ", INSTALMENTS, {"amount": ONE}),
    ("plan-stray", PLANS, {"status": "done"}),
    ("plan-unaudited", PLANS, {"status": "broken"}),
    ("bank-line-without-payment", LINES, {"amount": ONE}),
    ("bank-line-unaudited", LINES, {"status": "ignored"}),
]


def used(shop: Shop) -> None:
    """A shop with a dispute that stands and one that was lost, a plan, and a matched line."""
    settings = shop.engine.manifest.settings
    settings["billing"] = attrs.evolve(settings["billing"], bank=(BankAccount(name="main", currency="EUR"),))
    method = shop.method()
    for number in range(2):
        invoice = shop.issue("10.00")
        payment = shop.run(lambda tx, i=invoice: charge_invoice(tx, i.id, method.id))
        shop.work()
        dispute = shop.run(lambda tx, p=payment, n=number: open_dispute(tx, p.id, f"dp_{n}", Decimal("10.00")))
        if number:
            shop.run(lambda tx, d=dispute: decide(tx, d.id, "lose"))
    planned, paid = shop.issue("30.00"), shop.issue("5.00")
    parts = divided(Decimal("30.00"), "EUR", [date(2026, 3, 1), date(2026, 4, 1)])
    shop.run(lambda tx: agree(tx, planned.id, parts))
    shop.run(lambda tx: import_lines(tx, "main", b"id,date,amount,text\nA1,2026-02-03,5.00,x\n"))
    (line,) = shop.run(lambda tx: tx.billing.bank_lines.page())
    shop.run(lambda tx: match(tx, line.id, [paid.id]))


def found(shop: Shop) -> set[str]:
    bank = shop.run(lambda tx: verify_bank_lines(tx))
    return {violation.kind for violation in (*shop.violations(), *bank)}


def test_nothing_is_found_where_all_is_well(shop: Shop) -> None:
    used(shop)
    assert found(shop) == set()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("kind", "table", "values"), CASES, ids=[case[0] for case in CASES])
def test_what_was_changed_is_named(
    shop: Shop, kind: str, table: sa.Table, values: dict[str, Any], without_triggers: Callable[[Shop], None]
) -> None:
    used(shop)
    without_triggers(shop)
    mine = sa.update(table).where(table.c.seller_id == shop.seller.id).values(values)
    shop.run(lambda tx: tx.connection.execute(mine))
    assert kind in found(shop)


@pytest.fixture
def without_triggers() -> Callable[[Shop], None]:
    def drop(shop: Shop) -> None:
        def run(tx: Any) -> None:
            names = tx.connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars()
            for name in [*names]:
                tx.connection.exec_driver_sql(f"DROP TRIGGER {name}")

        shop.run(run)

    return drop
