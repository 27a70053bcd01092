"""Credit pays the invoices of a batch while they are issued, just as it would one by one afterwards."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import attrs
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.billing.shop import Shop

from larabill_billing.credits import goodwill
from larabill_billing.credits.documents import issue
from larabill_billing.credits.handlers import spend
from larabill_billing.customers.handlers import create_customer
from larabill_billing.customers.model import NewCustomer
from larabill_billing.invoicing.model import ChargeKind
from larabill_core.ids import new_id
from larabill_core.money import from_minor
from larabill_sqlalchemy.opening import database_of

SOON = date(2026, 3, 1)
CENTS = st.integers(min_value=1, max_value=900).map(lambda units: from_minor(units, "EUR"))
LOTS = st.lists(st.tuples(CENTS, st.sampled_from([None, SOON, date(2026, 6, 1)])), max_size=4)


def another(shop: Shop) -> Shop:
    """The same shop with a new customer."""
    new = NewCustomer(name="Bo", email=f"{new_id().hex}@example.com", country="FR")
    return attrs.evolve(shop, customer=shop.run(lambda tx: create_customer(tx, new)))


def give(shop: Shop, amount: Decimal | str, expires_on: date | None = None) -> None:
    wanted = {"currency": "EUR", "reason": "an outage", "expires_on": expires_on}
    shop.run(
        partial(goodwill.give, grant_uuid=new_id(), customer_id=shop.customer.id, amount=Decimal(amount), **wanted)
    )


def story(shop: Shop, invoices: list[UUID]) -> dict[str, Any]:
    """All that was written about a customer's credit and invoices, without ids."""

    def read(tx: Any) -> dict[str, Any]:
        moves = tx.billing.credits.page(customer_id=shop.customer.id)
        lots = [each.id for each in moves if each.id == each.lot_id]
        states = [tx.billing.invoices.state(each) for each in invoices]
        allocations = [tx.billing.invoices.allocations(each) for each in invoices]
        spendings = [one.source_id for each in allocations for one in each]
        entries = [entry for id in spendings for entry in tx.billing.ledger.for_document("credit", id)]
        return {
            "moves": [(lots.index(each.lot_id), each.amount, each.source, each.part) for each in moves],
            "sources": [spendings.index(each.source_id) for each in moves if each.source == "spent"],
            "states": [(each.status, each.balance, each.paid_at, each.due_on) for each in states],
            "allocations": [[(one.amount, one.source_kind, one.cause) for one in each] for each in allocations],
            "entries": [(e.purpose, [(p.account, p.amount) for p in e.postings]) for e in entries],
            "audits": [
                [(one.action, one.state_before, one.state_after, one.reason) for one in of]
                for of in (tx.billing.audits.for_subject("invoice", each) for each in invoices)
            ],
        }

    return shop.run(read)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lots=LOTS, amounts=st.lists(CENTS, min_size=1, max_size=5))
def test_a_batch_uses_credit_as_one_invoice_after_the_other_would(
    shop: Shop, lots: list[tuple[Decimal, date | None]], amounts: list[Decimal]
) -> None:
    together, alone = another(shop), another(shop)
    for each in (together, alone):
        for amount, expires_on in lots:
            give(each, amount, expires_on)
    requests = [together.request(str(amount)) for amount in amounts]
    told = shop.published("InvoicePaid")
    batch = shop.run(lambda tx: issue(tx, requests, spend_of=[together.customer.id]))
    told_of_batch = shop.published("InvoicePaid") - told
    later = [alone.issue(str(amount)) for amount in amounts]
    for invoice in later:
        shop.run(partial(spend, invoice_id=invoice.id))
    assert story(together, [each.id for each in batch]) == story(alone, [each.id for each in later])
    assert told_of_batch == shop.published("InvoicePaid") - told - told_of_batch
    assert shop.violations() == []


def test_credit_is_used_of_whom_it_may_be_and_for_what_is_owed(shop: Shop) -> None:
    mine, other = shop, another(shop)
    for each in (mine, other):
        give(each, "20.00")
    back = shop.charge("-3.00", kind=ChargeKind.PRORATION, cause="credit:1")
    requests = [mine.request("5.00"), mine.request(charges=(back,)), mine.request("0.00"), other.request("5.00")]
    issued = shop.run(lambda tx: issue(tx, requests, spend_of=[mine.customer.id]))
    assert [shop.state(each).status for each in issued] == ["paid", "paid", "paid", "issued"]
    assert [len(shop.run(lambda tx, id=each.id: tx.billing.invoices.allocations(id))) for each in issued] == [
        1,
        0,
        0,
        0,
    ]
    assert (mine.credit(), other.credit()) == (Decimal("18.00"), Decimal("20.00"))
    assert shop.violations() == []


def test_credit_in_another_currency_is_not_used(shop: Shop) -> None:
    give(shop, "20.00")
    wanted = shop.request(charges=(shop.charge("5.00", currency="USD"),), currency="USD")
    (issued,) = shop.run(lambda tx: issue(tx, [wanted], spend_of=[shop.customer.id]))
    assert (shop.state(issued).balance, shop.credit()) == (Decimal("5.00"), Decimal("20.00"))


def test_what_has_expired_is_not_used_though_it_is_on_the_books(shop: Shop) -> None:
    give(shop, "20.00", SOON)
    shop.clock.set(shop.clock.now().replace(month=3, day=1))
    (issued,) = shop.run(lambda tx: issue(tx, [shop.request("5.00")], spend_of=[shop.customer.id]))
    assert (shop.state(issued).balance, shop.credit()) == (Decimal("5.00"), Decimal("20.00"))


def test_when_the_batch_is_taken_back_the_credit_is_there_again(shop: Shop) -> None:
    give(shop, "20.00")

    def broken(tx: Any) -> None:
        issue(tx, [shop.request("5.00")], spend_of=[shop.customer.id])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        shop.run(broken)
    assert (shop.credit(), shop.violations()) == (Decimal("20.00"), [])


def test_the_number_of_statements_does_not_grow_with_those_who_pay(shop: Shop) -> None:
    def statements(count: int) -> int:
        payers = [another(shop) for _ in range(count)]
        for each in payers:
            give(each, "2.00")
            give(each, "9.00")
        requests = [each.request("3.00") for each in payers for _ in range(2)]
        sent: list[str] = []
        database = database_of(shop.engine)

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            sent.append(statement)

        sa.event.listen(database, "before_cursor_execute", note)
        try:
            shop.run(lambda tx: issue(tx, requests, spend_of=[each.customer.id for each in payers]))
        finally:
            sa.event.remove(database, "before_cursor_execute", note)
        assert [each.credit() for each in payers] == [Decimal("5.00")] * count
        return len(sent)

    statements(1)  # the first of a series makes it
    assert statements(1) == statements(7)
