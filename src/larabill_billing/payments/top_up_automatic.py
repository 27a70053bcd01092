"""Credit that is bought by itself when it runs low.

billing.top_up (schedule, all sellers) ──▶ billing.top_up_low (one seller) ──▶ itself, while there is more
                                                  └──▶ billing.top_up_customer (one each)
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from uuid import UUID

from larabill_billing.audits.handlers import record
from larabill_billing.credits.handlers import available
from larabill_billing.payments.handlers import check_amount
from larabill_billing.payments.jobs import CustomerToTopUp, LowCredit
from larabill_billing.payments.operations import can_ask
from larabill_billing.payments.ports import PaymentsTx
from larabill_billing.payments.top_up import charge_top_up
from larabill_billing.payments.top_up_rules import LOOK_BACK, TopUpRule, may_charge
from larabill_billing.settings import settings_of
from larabill_core.errors import Faults
from larabill_core.jobs import NewJob
from larabill_core.messages import Nothing

BATCH: Final = 500


def set_rule(tx: PaymentsTx, customer_id: UUID, threshold: Decimal, amount: Decimal) -> TopUpRule:
    """From now on buy `amount` of credit when less than `threshold` is left; in the customer's currency.

    Set again, it begins anew after declines. Raises `InvalidInput` with every fault, `NotFound`.
    """
    customer = tx.billing.customers.get(customer_id)
    faults = Faults()
    rule = TopUpRule(
        customer_id=customer_id,
        seller_id=tx.seller_id,
        currency=customer.currency,
        threshold=check_amount(threshold, customer.currency, "threshold", faults),
        amount=check_amount(amount, customer.currency, "amount", faults),
        set_at=tx.now,
    )
    faults.raise_if_any()
    tx.billing.top_up_rules.put(rule)
    record(tx, "customer", customer_id, "set_top_up")
    return rule


def remove_rule(tx: PaymentsTx, customer_id: UUID) -> None:
    """Buy no more by itself. Nothing happens where there is no rule."""
    if tx.billing.top_up_rules.remove(customer_id):
        record(tx, "customer", customer_id, "remove_top_up")


def top_up(tx: PaymentsTx, payload: Nothing) -> None:
    """One job for each seller with rules."""
    sellers = tx.billing.top_up_rules.sellers()
    tx.enqueue(*(NewJob(handler="billing.top_up_low", payload=LowCredit(), seller_id=each) for each in sellers))


def top_up_low(tx: PaymentsTx, payload: LowCredit) -> None:
    """A job for each customer of one batch whose credit ran low."""
    low = tx.billing.top_up_rules.low(after=payload.after, limit=BATCH)
    tx.enqueue(
        *(
            NewJob(
                handler="billing.top_up_customer",
                payload=CustomerToTopUp(customer_id=rule.customer_id),
                seller_id=tx.seller_id,
            )
            for rule in low
        )
    )
    if len(low) == BATCH:
        following = LowCredit(after=low[-1].customer_id)
        tx.enqueue(NewJob(handler="billing.top_up_low", payload=following, seller_id=tx.seller_id))


def top_up_customer(tx: PaymentsTx, payload: CustomerToTopUp) -> None:
    """Charge the default method, unless it is not needed any more, or too much was tried.

    Does nothing without a method that can be charged.
    """
    customer = tx.billing.customers.get(payload.customer_id, lock=True)
    rule = tx.billing.top_up_rules.get(customer.id)
    method = tx.billing.payment_methods.defaults([customer.id]).get(customer.id)
    if rule is None or method is None or rule.currency != customer.currency or not can_ask(tx, method.account):
        return
    if available(tx, customer.id, rule.currency) >= rule.threshold:
        return
    tried = tx.billing.payments.charged_top_ups(customer.id, tx.now - LOOK_BACK)
    if may_charge(rule, settings_of(tx).top_up, tried, tx.now, customer.time_zone):
        charge_top_up(tx, customer.id, rule.amount, method.id)
