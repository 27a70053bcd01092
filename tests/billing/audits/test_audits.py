"""Audits: who changed what, and nothing that should not be seen."""

from __future__ import annotations

from tests.billing.shop import Shop

from larabill_billing.audits.handlers import record
from larabill_billing.invoicing.handlers import void
from larabill_core.access import Actor
from larabill_core.ids import new_id


def test_each_step_of_an_invoice_is_audited(shop: Shop) -> None:
    invoice = shop.issue("5.00")
    staff = Actor(kind="staff", id="42")
    shop.engine.run(lambda tx: void(tx, invoice.id, "wrong"), seller=shop.seller.id, actor=staff)
    audits = shop.run(lambda tx: tx.billing.audits.for_subject("invoice", invoice.id))
    assert [(each.action, each.state_before, each.state_after, each.actor) for each in audits] == [
        ("issue", "", "issued", "system:system"),
        ("void", "issued", "void", "staff:42"),
    ]


def test_a_reason_is_kept_without_secrets(shop: Shop) -> None:
    subject = new_id()
    shop.run(lambda tx: record(tx, "test", subject, "note", reason="card 4242 4242 4242 4242, token=abcdef"))
    reason = shop.run(lambda tx: tx.billing.audits.for_subject("test", subject))[0].reason
    assert "4242 4242" not in reason
    assert "abcdef" not in reason
