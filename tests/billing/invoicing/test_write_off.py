"""What is written off leaves the receivables, with its tax by the seller's policy, and comes back to the cent."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.billing.shop import Shop

from larabill_billing.invoicing.model import Invoice, InvoiceStatus
from larabill_billing.invoicing.paying import take_back
from larabill_billing.invoicing.write_off import write_off
from larabill_billing.payments.handlers import charge_invoice, record_manual
from larabill_billing.payments.policies import WriteOffPolicy
from larabill_billing.tax.model import TaxCategory, TaxRate
from larabill_core.errors import Conflict, IllegalTransition, InvalidInput
from larabill_core.ids import new_id

VAT = (TaxRate(category=TaxCategory.STANDARD, rate=Decimal(19), name="VAT"),)


def taxed(shop: Shop, net: str = "100.00") -> Invoice:
    charge = attrs.evolve(shop.charge(net), taxes=VAT)
    return shop.issue(charges=(charge,))


def pay(shop: Shop, invoice: Invoice, amount: str) -> None:
    shop.run(lambda tx: record_manual(tx, invoice.id, Decimal(amount), f"transfer {new_id()}"))


def test_the_rest_is_written_off_with_its_tax(shop: Shop) -> None:
    invoice = taxed(shop)
    pay(shop, invoice, "19.00")
    assert shop.run(lambda tx: write_off(tx, invoice.id, "insolvent")) == Decimal("100.00")
    state = shop.state(invoice)
    assert (state.status, state.balance) == (InvoiceStatus.UNCOLLECTIBLE, Decimal(0))
    balances = shop.balances()
    assert (balances["bad_debt"], sum(v for k, v in balances.items() if k.startswith("tax_payable"))) == (
        Decimal("84.03"),
        Decimal("-3.03"),
    )
    assert shop.violations() == []


def test_the_tax_stays_owed_where_the_seller_does_not_reclaim_it(shop: Shop) -> None:
    settings = shop.engine.manifest.settings
    settings["billing"] = attrs.evolve(settings["billing"], write_off=WriteOffPolicy(reclaim_tax=False))
    invoice = taxed(shop)
    shop.run(lambda tx: write_off(tx, invoice.id, "insolvent"))
    assert shop.balances()["bad_debt"] == Decimal("119.00")
    assert shop.violations() == []


def test_money_that_comes_later_is_recovered(shop: Shop) -> None:
    invoice = taxed(shop)
    shop.run(lambda tx: write_off(tx, invoice.id, "insolvent"))
    pay(shop, invoice, "20.00")
    assert shop.state(invoice).status is InvoiceStatus.UNCOLLECTIBLE
    pay(shop, invoice, "100.00")
    assert shop.state(invoice).status is InvoiceStatus.PAID
    balances = shop.balances()
    assert "bad_debt" not in balances
    assert balances["customer_credit"] == Decimal("-1.00")
    assert sum(v for k, v in balances.items() if k.startswith("tax_payable")) == Decimal("-19.00")
    assert shop.published("InvoicePaid") == 1
    assert shop.violations() == []


def test_what_is_not_issued_is_not_written_off(shop: Shop) -> None:
    invoice = taxed(shop)
    pay(shop, invoice, "119.00")
    with pytest.raises(IllegalTransition):
        shop.run(lambda tx: write_off(tx, invoice.id, "insolvent"))
    with pytest.raises(InvalidInput):
        shop.run(lambda tx: write_off(tx, invoice.id, "card 4242424242424242"))


def test_what_is_written_off_is_not_charged(shop: Shop) -> None:
    invoice, method = taxed(shop), shop.method()
    payment = shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id))
    shop.run(lambda tx: write_off(tx, invoice.id, "insolvent"))
    shop.work()
    assert shop.payment(payment).status == "released"
    with pytest.raises(Conflict, match="nothing to pay"):
        shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id))
    assert shop.violations() == []


def test_a_payment_taken_back_makes_all_of_it_owed_again(shop: Shop) -> None:
    """Also what was written off; as when the bank calls a part payment back."""
    invoice, method = taxed(shop), shop.method()
    payment = shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id, amount=Decimal("19.00")))
    shop.work()
    shop.run(lambda tx: write_off(tx, invoice.id, "insolvent"))
    from larabill_billing.payments.disputes import decide, open_dispute

    dispute = shop.run(lambda tx: open_dispute(tx, payment.id, "dp_1", payment.amount))
    shop.run(lambda tx: decide(tx, dispute.id, "lose"))
    state = shop.state(invoice)
    assert (state.status, state.balance) == (InvoiceStatus.ISSUED, Decimal("119.00"))
    assert "bad_debt" not in shop.balances()
    assert shop.violations() == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.integers(1, 4000), min_size=1, max_size=5), st.integers(1, 300))
def test_the_shares_of_tax_add_up_however_money_comes(shop: Shop, cents: list[int], net: int) -> None:
    invoice = taxed(shop, f"{net}.01")
    shop.run(lambda tx: write_off(tx, invoice.id, "insolvent"))
    for part in cents:
        pay(shop, invoice, f"{part // 100}.{part % 100:02}")
    assert shop.violations() == []
    if sum(cents) >= invoice.total * 100:
        assert shop.state(invoice).status is InvoiceStatus.PAID
        assert "bad_debt" not in shop.balances()
    pay(shop, invoice, "1000.00")
    assert "bad_debt" not in shop.balances()


def test_of_a_void_invoice_nothing_is_taken_back(shop: Shop) -> None:
    from larabill_billing.invoicing.handlers import void

    invoice = taxed(shop)
    shop.run(lambda tx: void(tx, invoice.id, "wrong"))
    with pytest.raises(Conflict, match="void"):
        shop.run(lambda tx: take_back(tx, invoice.id, Decimal(1), new_id(), cause="test"))
