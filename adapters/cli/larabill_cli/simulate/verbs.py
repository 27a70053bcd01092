"""What each verb of a timeline does: one call of the façade."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from larabill_billing.invoicing.instalments import divided
from larabill_billing.invoicing.model import DocumentType, Invoice, InvoiceState, InvoiceStatus
from larabill_billing.orders.model import NewItem, PlaceOrder
from larabill_billing.payments.model import TOOK_MONEY, Payment, RefundTo
from larabill_billing.subscriptions import changes
from larabill_billing.subscriptions.changes import Change, ChangeCycle, ChangeItem
from larabill_billing.subscriptions.collect import collect_job
from larabill_billing.usage.model import NewUsage
from larabill_billing.vouchers.handlers import NewVouchers
from larabill_cli.simulate.company import Company, every, id_of_invoice
from larabill_cli.simulate.entries import (
    ApplyCoupon,
    BuyCredit,
    Cancel,
    ChangePlan,
    ChangeQuantity,
    Credit,
    CreditNote,
    Decline,
    Dispute,
    Entry,
    Instalments,
    Pause,
    Pay,
    Promise,
    Refer,
    Refund,
    Resume,
    StoreCard,
    Subscribe,
    TopUp,
    Usage,
    Voucher,
    WriteOff,
)
from larabill_cli.simulate.moments import When, instant
from larabill_core.errors import Conflict, NotFound
from larabill_core.ids import new_id


def carry_out(company: Company, entry: Entry) -> None:
    """Raises what the façade raises."""
    _VERBS[type(entry)](company, entry)


def subscribe(company: Company, entry: Subscribe) -> None:
    """Place the order. What is due at once is collected as a renewal is: credit first, then the card."""
    first = NewItem(
        plan_code=entry.plan, cycle=entry.cycle, quantity=entry.quantity, region=entry.region, spec=entry.options
    )
    addons = [
        NewItem(
            plan_code=addon.plan,
            cycle=entry.cycle,
            quantity=addon.quantity,
            region=addon.region,
            spec=addon.options,
        )
        for addon in entry.addons
    ]
    buyer = company.buyer(entry.customer)
    wanted = PlaceOrder(
        order_uuid=new_id(),
        customer_id=company.customers[entry.customer],
        currency=buyer.currency or company.scenario.currency,
        items=(first, *addons),
        codes=entry.codes,
    )
    order = company.engine.billing.orders.place(company.seller, wanted)
    for subscription in every(
        company.engine.billing.subscriptions.list, company.seller, customer_id=wanted.customer_id
    ):
        if subscription.order_id == order.id:
            company.subscriptions[entry.id] = subscription.id
            company.labels.give(subscription.id, entry.id)
    if order.invoice_id is not None:
        job = collect_job(company.seller, order.invoice_id, "ordered")
        company.engine.run(lambda tx: tx.enqueue(job), seller=company.seller)


def change_plan(company: Company, entry: ChangePlan) -> None:
    if entry.cycle is not None:
        _change(company, entry, ChangeCycle(cycle=entry.cycle), entry.when)
    else:
        _change(company, entry, ChangeItem(item_id=_item(company, entry), plan_code=entry.plan), entry.when)


def change_quantity(company: Company, entry: ChangeQuantity) -> None:
    _change(company, entry, ChangeItem(item_id=_item(company, entry), quantity=entry.quantity), entry.when)


def cancel(company: Company, entry: Cancel) -> None:
    _change(company, entry, changes.Cancel(compensation=entry.compensation), entry.when)


def pause(company: Company, entry: Pause) -> None:
    _change(company, entry, changes.Pause(unused=entry.unused), "now")


def resume(company: Company, entry: Resume) -> None:
    _change(company, entry, changes.Resume(), "now")


def usage(company: Company, entry: Usage) -> None:
    """An event without an id of its own is one for itself."""
    subscription = company.engine.billing.subscriptions.get(company.seller, _subscription(company, entry))
    event = NewUsage(
        idempotency_id=entry.event or str(new_id()),
        subscription_id=subscription.id,
        subscription_item_id=_item(company, entry),
        meter=entry.meter,
        quantity=entry.quantity,
        unique_key=entry.key,
        occurred_at=instant(entry.happened or entry.at, subscription.time_zone, "happened"),
        corrects=entry.corrects,
    )
    company.engine.billing.usage.record(company.seller, [event])


def top_up(company: Company, entry: TopUp) -> None:
    company.engine.billing.usage.grant(
        company.seller,
        _subscription(company, entry),
        _item(company, entry),
        entry.meter,
        entry.units,
        str(new_id()),
    )


def apply_coupon(company: Company, entry: ApplyCoupon) -> None:
    company.engine.billing.coupons.apply(
        company.seller,
        entry.coupon,
        subscription_id=None if entry.subscription is None else _subscription(company, entry),
        customer_id=None if entry.customer is None else company.customers[entry.customer],
    )


def pay(company: Company, entry: Pay) -> None:
    """By hand: what is named, or all that is open. A card that was declined works again."""
    if entry.customer in company.cards:
        company.store_card(entry.customer, "pm_ok")
    found = _open_invoices(company, entry.customer, entry.invoice)
    for invoice, state in found if entry.amount is None else found[:1]:
        amount = state.balance if entry.amount is None else entry.amount
        company.engine.billing.payments.record_manual(company.seller, invoice.id, amount, f"transfer {new_id().hex}")


def decline(company: Company, entry: Decline) -> None:
    """From now on the gateway refuses: for the moment, or for good."""
    if entry.customer not in company.cards:
        raise Conflict(f"customer {entry.customer}", "no card is stored", 'give the customer pays = "card"')
    token = "pm_declined" if entry.until is None else f"pm_until:{entry.until}"
    company.store_card(entry.customer, "pm_stolen" if entry.kind == "hard" else token)


def store_card(company: Company, entry: StoreCard) -> None:
    """One that pays: what is open is charged at once where the policy says so."""
    company.store_card(entry.customer, "pm_ok")


def promise(company: Company, entry: Promise) -> None:
    """By the customer: for what is named, or for all that is open."""
    for invoice, _ in _open_invoices(company, entry.customer, entry.invoice):
        company.engine.billing.dunning.promise(company.seller, invoice.id, entry.until, entry.customer)


def refund(company: Company, entry: Refund) -> None:
    """Out of the last payment that took money."""
    payment = _last_payment(company, entry.customer, entry.invoice)
    company.engine.billing.payments.refund(
        company.seller, payment.id, entry.amount, entry.reason, to=RefundTo(entry.to)
    )


def dispute(company: Company, entry: Dispute) -> None:
    """About the last payment that took money; one that stands already goes on to its end."""
    disputes = company.engine.billing.disputes
    payment = _last_payment(company, entry.customer, entry.invoice)
    found = [
        each
        for each in every(disputes.list, company.seller, customer_id=payment.customer_id)
        if each.payment_id == payment.id and each.is_standing
    ]
    if not found:
        amount = payment.amount if entry.amount is None else entry.amount
        name = f"dp_{new_id().hex}"
        found = [disputes.open(company.seller, payment.id, name, amount, fee=entry.fee, reason="fraudulent")]
    if entry.end:
        (disputes.win if entry.end == "won" else disputes.lose)(company.seller, found[0].id)


def instalments(company: Company, entry: Instalments) -> None:
    """Of what is named, or of the only open invoice."""
    invoice, state = _open_invoices(company, entry.customer, entry.invoice)[0]
    parts = divided(state.balance, state.currency, entry.due)
    company.engine.billing.invoices.agree_plan(company.seller, invoice.id, parts)


def write_off(company: Company, entry: WriteOff) -> None:
    for invoice, _ in _open_invoices(company, entry.customer, entry.invoice):
        company.engine.billing.invoices.write_off(company.seller, invoice.id, entry.reason)


def _last_payment(company: Company, customer: str, number: str) -> Payment:
    found: list[Payment] = [
        payment
        for payment in every(
            company.engine.billing.payments.list, company.seller, customer_id=company.customers[customer]
        )
        if payment.status in TOOK_MONEY and _is_for(company, payment, number)
    ]
    if not found:
        raise NotFound("payment of", number or customer)
    return found[-1]


def credit_note(company: Company, entry: CreditNote) -> None:
    """Of an invoice, paid or not; what was paid of it becomes credit."""
    invoices = company.engine.billing.invoices
    found = [
        invoice
        for invoice, _ in every(
            invoices.list, company.seller, id_of=id_of_invoice, customer_id=company.customers[entry.customer]
        )
        if invoice.type is DocumentType.INVOICE and entry.invoice in ("", invoice.number)
    ]
    if not found:
        raise NotFound("invoice of", entry.invoice or entry.customer)
    invoices.credit(company.seller, found[-1].id, entry.reason, amount=entry.amount)


def credit(company: Company, entry: Credit) -> None:
    currency = company.buyer(entry.customer).currency or company.scenario.currency
    customer = company.customers[entry.customer]
    company.engine.billing.credits.grant(
        company.seller,
        customer,
        entry.amount,
        currency,
        entry.reason,
        grant_uuid=new_id(),
        expires_on=entry.expires_on,
    )


def buy_credit(company: Company, entry: BuyCredit) -> None:
    company.engine.billing.credits.record_top_up(
        company.seller, company.customers[entry.customer], entry.amount, f"transfer {new_id().hex}"
    )


def voucher(company: Company, entry: Voucher) -> None:
    """Made and redeemed at once: a batch of one."""
    new = NewVouchers(
        batch_uuid=new_id(),
        name="simulated",
        count=1,
        amount=entry.amount,
        currency=company.buyer(entry.customer).currency or company.scenario.currency,
        sold=f"transfer {new_id().hex}" if entry.sold else "",
    )
    vouchers = company.engine.billing.vouchers
    (code,) = vouchers.issue(company.seller, new).codes
    vouchers.redeem(company.seller, company.customers[entry.customer], code.reveal())


def refer(company: Company, entry: Refer) -> None:
    customers = company.customers
    company.engine.billing.referrals.refer(company.seller, customers[entry.by], customers[entry.customer])


def _change(company: Company, entry: Any, change: Change, when: When) -> None:
    company.engine.billing.subscriptions.change(company.seller, _subscription(company, entry), change, when)


def _item(company: Company, entry: Any) -> UUID:
    """The item that is named by its plan, or the only one. Raises `NotFound`, `Conflict`."""
    items = company.engine.billing.subscriptions.items(company.seller, _subscription(company, entry))
    found = [item for item in items if entry.item in ("", item.plan_code)]
    if len(found) > 1:
        codes = ", ".join(item.plan_code for item in found)
        raise Conflict(f"subscription {entry.subscription}", "it has several items", f"name one as `item`: {codes}")
    if not found:
        raise NotFound("item", entry.item or entry.subscription)
    id: UUID = found[0].id
    return id


def _subscription(company: Company, entry: Any) -> UUID:
    """Raises `NotFound` where the order itself was refused."""
    if entry.subscription not in company.subscriptions:
        raise NotFound("subscription", entry.subscription)
    return company.subscriptions[entry.subscription]


def _open_invoices(company: Company, customer: str, number: str) -> list[tuple[Invoice, InvoiceState]]:
    open_ones: Iterator[tuple[Invoice, InvoiceState]] = every(
        company.engine.billing.invoices.list,
        company.seller,
        id_of=id_of_invoice,
        customer_id=company.customers[customer],
        status=InvoiceStatus.ISSUED,
    )
    found = [(invoice, state) for invoice, state in open_ones if number in ("", invoice.number)]
    if not found:
        raise NotFound("open invoice of", number or customer)
    return found


def _is_for(company: Company, payment: Payment, number: str) -> bool:
    if not number or payment.invoice_id is None:
        return not number
    invoice, _ = company.engine.billing.invoices.get(company.seller, payment.invoice_id)
    return bool(invoice.number == number)


_VERBS: Final[Mapping[type[Entry], Callable[[Company, Any], None]]] = {
    Subscribe: subscribe,
    ChangePlan: change_plan,
    ChangeQuantity: change_quantity,
    Cancel: cancel,
    Pause: pause,
    Resume: resume,
    Usage: usage,
    TopUp: top_up,
    ApplyCoupon: apply_coupon,
    Pay: pay,
    Decline: decline,
    StoreCard: store_card,
    Promise: promise,
    Refund: refund,
    Dispute: dispute,
    Instalments: instalments,
    WriteOff: write_off,
    CreditNote: credit_note,
    Credit: credit,
    BuyCredit: buy_credit,
    Voucher: voucher,
    Refer: refer,
}
