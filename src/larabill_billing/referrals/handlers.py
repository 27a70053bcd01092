"""Refer a customer, and reward both sides once the referred one has paid."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import record
from larabill_billing.credits.goodwill import revoke
from larabill_billing.credits.handlers import grant, lot_of
from larabill_billing.invoicing.model import InvoiceStatus
from larabill_billing.ledger.model import MARKETING
from larabill_billing.payments.events import PaymentReturned
from larabill_billing.referrals.model import Referral, ReferralStatus, after
from larabill_billing.referrals.ports import ReferralsTx
from larabill_billing.settings import settings_of
from larabill_core.errors import Conflict, InvalidInput
from larabill_core.ids import derived_id, new_id
from larabill_core.published import InvoicePaid

SOURCE: Final = "referral"


def refer(tx: ReferralsTx, referrer_id: UUID, referred_id: UUID) -> Referral:
    """Note who brought a new customer. The same again is the same referral.

    Nobody refers themselves, and nobody is referred twice. Who has paid already is no new customer; and who has brought
    others cannot be brought any more, so referrals never go round in a circle, of any length. Both customers are
    locked, the lower id first. Raises `InvalidInput`, `NotFound`, `Conflict`.
    """
    if referrer_id == referred_id:
        raise InvalidInput.one("referred_id", "is the customer who refers", remedy="nobody can refer themselves")
    for customer_id in sorted((referrer_id, referred_id)):
        tx.billing.customers.get(customer_id, lock=True)
    known = tx.billing.referrals.of(referred_id)
    if known is not None and known.referrer_id == referrer_id:
        return known
    if known is not None:
        raise Conflict(f"customer {referred_id}", "was referred by another customer")
    if tx.billing.referrals.has_referred(referred_id):
        raise Conflict(f"customer {referred_id}", "has referred others, and so is no new customer")
    paid = tx.billing.invoices.page(customer_id=referred_id, status=InvoiceStatus.PAID)
    if any(invoice.total for invoice, _ in paid):
        raise Conflict(f"customer {referred_id}", "has paid already, and so is no new customer")
    referral = Referral(
        id=new_id(),
        seller_id=tx.seller_id,
        referrer_id=referrer_id,
        referred_id=referred_id,
        created_at=tx.now,
    )
    tx.billing.referrals.add(referral)
    record(tx, "referral", referral.id, "refer", after=referral.status)
    return referral


def on_invoice_paid(tx: ReferralsTx, event: InvoicePaid) -> None:
    """The first invoice that a referred customer pays with money rewards both.

    Credit that the customer bought is money; what was given does not count.
    """
    referral = tx.billing.referrals.of(event.customer_id, lock=True)
    if referral is None or referral.status is not ReferralStatus.PENDING:
        return
    payment_id = _payment_of(tx, event.invoice_id)
    if payment_id is None:
        return
    rewarded = attrs.evolve(referral, status=after(referral, "reward"), payment_id=payment_id, rewarded_at=tx.now)
    tx.billing.referrals.save(rewarded)
    record(tx, "referral", referral.id, "reward", referral.status, rewarded.status)
    rewards = {each.currency: each for each in settings_of(tx).referral.rewards}
    sides = {referral.referrer_id: "referrer", referral.referred_id: "referred"}
    for customer_id in sorted(sides):
        side, currency = sides[customer_id], tx.billing.customers.get(customer_id, lock=True).currency
        amount: Decimal = getattr(rewards[currency], side) if currency in rewards else Decimal(0)
        if amount:
            source_id = derived_id(referral.id, side)
            grant(tx, customer_id, amount, currency, SOURCE, source_id, account=MARKETING)


def _payment_of(tx: ReferralsTx, invoice_id: UUID) -> UUID | None:
    """The last payment whose money paid the invoice, at once or as credit that was bought."""
    allocations = tx.billing.invoices.allocations(invoice_id)
    payments = [each.source_id for each in allocations if each.source_kind == "payment"]
    if payments:
        return payments[-1]
    used = tx.billing.credits.from_sources("spent", [each.source_id for each in allocations])
    lots = tx.billing.credits.lots([each.lot_id for each in used])
    return next((lot.source_id for lot in lots.values() if lot.source == "payment"), None)


def on_payment_returned(tx: ReferralsTx, event: PaymentReturned) -> None:
    """The payment that rewards were given for went back in time: what is left of them is taken back.

    What was spent stays spent: nobody's credit falls below zero.
    """
    referral = tx.billing.referrals.for_payment(event.payment_id)
    if referral is None or referral.rewarded_at is None or referral.status is not ReferralStatus.REWARDED:
        return
    if event.occurred_at < referral.rewarded_at + timedelta(days=settings_of(tx).referral.take_back_days):
        _take_back(tx, referral, event.why)


def _take_back(tx: ReferralsTx, referral: Referral, why: str) -> None:
    taken = attrs.evolve(referral, status=after(referral, "take_back"))
    tx.billing.referrals.save(taken)
    record(tx, "referral", referral.id, "take_back", referral.status, taken.status, why)
    for customer_id in sorted((referral.referrer_id, referral.referred_id)):
        tx.billing.customers.get(customer_id, lock=True)
    for side in ("referrer", "referred"):
        for credit in tx.billing.credits.from_source(SOURCE, derived_id(referral.id, side)):
            if lot_of(tx, credit.id).remaining > 0:
                revoke(tx, credit.id, f"the payment behind referral {referral.id} was {why}")
