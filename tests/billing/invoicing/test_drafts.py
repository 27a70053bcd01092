"""Drafts that staff write: all faults at once, previews that are the invoice, and nothing issued that changes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from tests.billing.shop import Shop, fails

from larabill_billing.credits.documents import issue
from larabill_billing.customers.handlers import create_customer
from larabill_billing.customers.model import NewCustomer
from larabill_billing.invoicing import drafting
from larabill_billing.invoicing.drafts import DraftContent, DraftInvoice, DraftLine, Reduction, request_of
from larabill_billing.invoicing.model import Invoice
from larabill_core.errors import Conflict, InvalidInput, NotFound, StaleVersion
from larabill_core.ids import new_id

D = Decimal
PERIOD = {"period_start": "2026-01-01", "period_end": "2026-02-01"}
LINE = {"description": "Moving a server", "quantity": "1.5", "unit_price": "80.1250"}


def draft(shop: Shop, *lines: dict[str, Any], **more: Any) -> DraftInvoice:
    return shop.run(lambda tx: drafting.draft(tx, shop.customer.id, {"lines": list(lines or (LINE,)), **more}))


def issued(shop: Shop, made: DraftInvoice) -> Invoice:
    return shop.run(lambda tx: issue(tx, [drafting.take_draft(tx, made.id)]))[0]


def test_a_draft_is_previewed_issued_and_gone(shop: Shop) -> None:
    made = draft(
        shop,
        {
            **LINE,
            "period_start": "2026-01-01",
            "period_end": "2026-02-01",
            "discount": {"reason": "x", "percent": "10"},
        },
        {"description": "Cable", "unit_price": "9.99"},
        discount={"reason": "Goodwill", "amount": "5.00"},
        note="Thank you",
        terms="Within a fortnight",
        purchase_order="PO 7",
        due_on="2026-03-01",
    )
    preview = shop.run(lambda tx: drafting.preview(tx, made.id))
    # 1.5 x 80.125 = 120.1875: 120.19, less a tenth of it, rounded: 12.02, is 108.17
    assert [line.amount for line in preview.lines] == [D("108.17"), D("9.99")]
    assert (preview.net, preview.number) == (D("113.16"), "")
    invoice = issued(shop, made)
    assert (invoice.id, invoice.number, invoice.due_on) == (made.id, "INV-000001", date(2026, 3, 1))
    assert (invoice.note, invoice.terms, invoice.purchase_order) == ("Thank you", "Within a fortnight", "PO 7")
    assert (invoice.net, invoice.total, invoice.allowances) == (preview.net, preview.total, preview.allowances)
    assert shop.run(lambda tx: tx.billing.draft_invoices.page()) == []
    assert shop.violations() == []


def test_lines_are_added_changed_and_removed(shop: Shop) -> None:
    made = draft(shop, LINE, {"description": "Cable", "unit_price": "9.99"})
    first = {"id": made.lines[0].id, "description": "Moving two servers", "unit_price": "160"}
    after = shop.run(
        lambda tx: drafting.edit(
            tx, made.id, made.version, {"lines": [first, {"description": "Rack", "unit_price": "1"}]}
        )
    )
    assert [line.description for line in after.lines] == ["Moving two servers", "Rack"]
    assert (after.lines[0].id, after.version) == (made.lines[0].id, 2)
    again = shop.run(lambda tx: drafting.edit(tx, made.id, 2, {"note": "Hello"}))
    assert ([line.unit_price for line in again.lines], again.note) == ([D(160), D(1)], "Hello")
    fails(StaleVersion, lambda: shop.run(lambda tx: drafting.edit(tx, made.id, 2, {"note": "Late"})))


def test_all_faults_of_a_draft_are_told_at_once(shop: Shop) -> None:
    wrong = {
        "lines": [
            {"description": "", "quantity": "0", "unit_price": "1.00001", "price": "1"},
            {"description": "a\u202eb", "unit_price": "-1"},
            {"description": "c", "unit_price": 1.5, "period_start": "2026-02-30"},
        ],
        "due_on": "tomorrow",
        "discount": {"reason": "x", "percent": "1e3"},
        "total": "7",
    }
    problem = fails(InvalidInput, lambda: shop.run(lambda tx: drafting.draft(tx, shop.customer.id, wrong)))
    assert {fault.path for fault in problem.faults} == {  # type: ignore[attr-defined]
        "total",
        "lines[0].price",
        "lines[0].quantity",
        "lines[0].unit_price",
        "lines[1].unit_price",
        "lines[2].unit_price",
        "lines[2].period_start",
        "due_on",
        "discount.percent",
    }
    shaped = {
        "lines": [
            {"description": "", "unit_price": "1", "discount": {"reason": "", "percent": "101"}},
            {"description": "a\u202eb", "unit_price": "1", "period_start": "2026-02-01", "period_end": "2026-02-01"},
            {"description": "c", "unit_price": "1", "period_start": "2026-02-01"},
            {"description": "d", "unit_price": "1", "discount": {"reason": "both", "percent": "1", "amount": "1"}},
        ],
        "discount": {"reason": "x", "amount": "0.001"},
        "note": "4111 1111 1111 1111",
    }
    problem = fails(InvalidInput, lambda: shop.run(lambda tx: drafting.draft(tx, shop.customer.id, shaped)))
    assert {fault.path for fault in problem.faults} >= {  # type: ignore[attr-defined]
        "lines[0].description",
        "lines[0].discount.reason",
        "lines[1].description",
        "lines[1].period_end",
        "lines[2].period_end",
        "lines[3].discount.amount",
        "discount.amount",
        "note",
    }
    assert "4111" not in str(problem)
    assert shop.run(lambda tx: tx.billing.draft_invoices.page()) == []


def test_an_issued_document_is_no_draft(shop: Shop) -> None:
    """B52."""
    invoice = issued(shop, draft(shop))
    before = shop.run(lambda tx: tx.billing.invoices.get(invoice.id))
    for change in (
        lambda tx: drafting.edit(tx, invoice.id, 1, {"note": "changed"}),
        lambda tx: drafting.discard(tx, invoice.id),
        lambda tx: drafting.split(tx, invoice.id, [invoice.lines[0].id]),
        lambda tx: drafting.merge(tx, [invoice.id, invoice.id]),
        lambda tx: drafting.preview(tx, invoice.id),
        lambda tx: drafting.take_draft(tx, invoice.id),
    ):
        problem = fails(Conflict, lambda change=change: shop.run(change))  # type: ignore[misc]
        assert "is issued, and never changes" in str(problem)
    assert shop.run(lambda tx: tx.billing.invoices.get(invoice.id)) == before
    assert shop.violations() == []


def test_a_draft_without_lines_is_kept_but_not_issued(shop: Shop) -> None:
    made = shop.run(lambda tx: drafting.draft(tx, shop.customer.id, {}))
    fails(InvalidInput, lambda: issued(shop, made))
    assert len(shop.run(lambda tx: tx.billing.draft_invoices.page(customer_id=shop.customer.id))) == 1
    shop.run(lambda tx: drafting.discard(tx, made.id))
    fails(NotFound, lambda: shop.run(lambda tx: drafting.discard(tx, made.id)))


def test_drafts_of_a_customer_become_one(shop: Shop) -> None:
    first, second = draft(shop), draft(shop, {"description": "Cable", "unit_price": "9.99"}, note="Both")
    whole = shop.run(lambda tx: drafting.merge(tx, [second.id, first.id]))
    assert (whole.id, [line.description for line in whole.lines]) == (second.id, ["Cable", "Moving a server"])
    invoice = issued(shop, whole)
    assert (invoice.net, invoice.note) == (D("130.18"), "Both")
    assert shop.violations() == []


def test_drafts_that_do_not_fit_together_stay_apart(shop: Shop) -> None:
    new = NewCustomer(name="Bob", email="bob@example.com", country="FR")
    other = shop.run(lambda tx: create_customer(tx, new))
    made = draft(shop, discount={"reason": "x", "percent": "1"}, purchase_order="1")
    theirs = shop.run(
        lambda tx: drafting.draft(
            tx,
            other.id,
            {"lines": [LINE], "discount": {"reason": "x", "percent": "1"}, "purchase_order": "2"},
        )
    )
    problem = fails(InvalidInput, lambda: shop.run(lambda tx: drafting.merge(tx, [made.id, theirs.id])))
    assert len(problem.faults) == 3  # type: ignore[attr-defined]
    fails(InvalidInput, lambda: shop.run(lambda tx: drafting.merge(tx, [made.id])))
    assert len(shop.run(lambda tx: tx.billing.draft_invoices.page())) == 2


def test_a_draft_is_split_by_lines(shop: Shop) -> None:
    made = draft(shop, LINE, {"description": "Cable", "unit_price": "9.99"}, discount={"reason": "x", "percent": "10"})
    first, second = shop.run(lambda tx: drafting.split(tx, made.id, [made.lines[1].id]))
    assert [line.description for line in first.lines] == ["Moving a server"]
    assert [line.description for line in second.lines] == ["Cable"]
    both = issued(shop, first).net + issued(shop, second).net
    assert both == D("108.17") + D("8.99")
    assert shop.violations() == []
    fails(NotFound, lambda: shop.run(lambda tx: drafting.split(tx, new_id(), [])))


def test_a_split_needs_some_lines_but_not_all(shop: Shop) -> None:
    made = draft(shop)
    for lines in ([], [made.lines[0].id], [new_id()]):
        fails(InvalidInput, lambda lines=lines: shop.run(lambda tx: drafting.split(tx, made.id, lines)))  # type: ignore[misc]


REDUCTIONS = st.one_of(
    st.none(),
    st.builds(lambda percent: Reduction(reason="r", percent=D(percent)), st.integers(1, 100)),
    st.builds(lambda cents: Reduction(reason="r", amount=D(cents) / 100), st.integers(1, 5000)),
)
DRAFT_LINES = st.builds(
    lambda quantity, price, discount: DraftLine(
        description="d", quantity=D(quantity) / 100, unit_price=D(price) / 10_000, discount=discount
    ),
    st.integers(1, 100_000),
    st.integers(0, 10_000_000),
    REDUCTIONS,
)


@given(st.lists(DRAFT_LINES, min_size=1, max_size=6), REDUCTIONS)
def test_no_discount_takes_more_than_there_is(lines: list[DraftLine], discount: Reduction | None) -> None:
    content = DraftContent(lines=tuple(lines), discount=discount)
    values = {name: getattr(content, name) for name in ("note", "terms", "purchase_order", "due_on", "discount")}
    made = DraftInvoice(
        id=UUID(int=1),
        seller_id=UUID(int=2),
        customer_id=UUID(int=3),
        currency="EUR",
        lines=content.lines,
        created_at=None,  # type: ignore[arg-type]
        updated_at=None,  # type: ignore[arg-type]
        **values,
    )
    for charge in request_of(made, date(2026, 1, 1)).charges:
        assert 0 <= charge.net_amount <= charge.amount
