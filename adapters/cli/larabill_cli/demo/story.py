"""The script: what the customers do, and on which days. Everything else follows from LaraBill's own rules."""

from __future__ import annotations

from datetime import date
from typing import Final

from larabill_billing.payments.model import Payment
from larabill_cli.demo.actors import Buyer, Shop
from larabill_cli.demo.company import STRIPE
from larabill_core.errors import Conflict, Unverified

YEAR: Final = 2026


def play(shop: Shop) -> None:
    """The whole story, from the first order to the last account that is removed."""
    shop.open()
    mira = shop.order("Mira")
    first_payment(shop, mira)
    reveal(shop, mira)
    jonas = shop.order("Jonas")
    shop.charge(jonas)
    shop.tell("Jonas stores a card elsewhere; it is charged", invoice=shop.latest_invoice(jonas))
    shop.tell_service(jonas, "His account is created over SSH")
    for month in range(2, 6):
        renewals(shop, month, mira, jonas)
    mira_forgets(shop, mira, jonas)
    for month in range(7, 10):
        renewals(shop, month, mira, jonas)
    cancel(shop, jonas, date(YEAR, 10, 2))
    renewals(shop, 10, mira)
    end(shop, jonas, gone=date(YEAR, 10, 30))
    renewals(shop, 11, mira)
    cancel(shop, mira, date(YEAR, 12, 1))
    shop.go_to(date(YEAR, 12, 15))
    end(shop, mira, gone=date(YEAR, 12, 30))


def first_payment(shop: Shop, mira: Buyer) -> None:
    """A forgery first, then the genuine webhook, twice."""
    payment = shop.checkout(mira)
    headers, body = shop.stripe.succeeded(payment, shop.clock.now())
    forged = body.replace(b'"livemode":false', b'"livemode":true')
    try:
        shop.engine.billing.webhooks.receive(STRIPE, headers, forged)
    except Unverified as problem:
        shop.tell(f"A forged webhook says that Mira paid: {problem}", state="refused")
    shop.deliver(headers, body)
    shop.tell("Stripe's signed webhook arrives", invoice=shop.latest_invoice(mira))
    if shop.deliver(headers, body).duplicate:
        shop.tell("The same webhook again changes nothing", state="ignored")
    shop.tell_service(mira, "Her account is created over SSH")


def reveal(shop: Shop, mira: Buyer) -> None:
    """The first password is shown once, and only to her."""
    details = shop.reveal(mira)
    shop.tell(f"Mira reads her first password: {len(details.secrets['password'].reveal())} characters", state="once")
    try:
        shop.reveal(mira)
    except Conflict:
        shop.tell("A second look is refused: it is no longer stored", state="refused")


def renewals(shop: Shop, month: int, mira: Buyer, jonas: Buyer | None = None) -> None:
    """Mira pays at Stripe when she gets her invoice; Jonas's card is charged."""
    shop.go_to(date(YEAR, month, 15))
    pay(shop, mira, "Mira's next month; she pays at Stripe")
    if jonas is not None:
        shop.tell("Jonas's next month; his card is charged", invoice=shop.latest_invoice(jonas))


def pay(shop: Shop, buyer: Buyer, what: str) -> Payment:
    """The customer pays what is open; the webhook tells us."""
    payment = shop.checkout(buyer)
    shop.deliver(*shop.stripe.succeeded(payment, shop.clock.now()))
    shop.tell(what, invoice=shop.latest_invoice(buyer))
    return payment


def mira_forgets(shop: Shop, mira: Buyer, jonas: Buyer) -> None:
    """June stays unpaid: reminded, suspended, then paid and resumed."""
    shop.go_to(date(YEAR, 6, 15))
    shop.tell("Mira's next month; she is away", invoice=shop.latest_invoice(mira))
    shop.tell("Jonas's next month; his card is charged", invoice=shop.latest_invoice(jonas))
    shop.go_to(date(YEAR, 6, 23))
    shop.tell("Mira's invoice was due yesterday", state=shop.subscription(mira).status)
    shop.go_to(date(YEAR, 6, 26))
    shop.tell("Mira is reminded", state=shop.subscription(mira).status)
    shop.go_to(date(YEAR, 6, 28))
    shop.go_to(date(YEAR, 7, 3))
    shop.tell_service(mira, "Her account is suspended over SSH")
    shop.go_to(date(YEAR, 7, 5))
    pay(shop, mira, "Mira is back, and pays")
    shop.tell_service(mira, "Her account is resumed over SSH")


def cancel(shop: Shop, buyer: Buyer, day: date) -> None:
    """The agreement goes on to the end of the period that is paid."""
    shop.go_to(day)
    subscription = shop.subscription(buyer)
    changed = shop.engine.billing.subscriptions.cancel(shop.seller, subscription.id, "period_end", "moves elsewhere")
    shop.tell(f"{buyer.name} cancels; the agreement ends on {changed.end_on}", state=changed.status)


def end(shop: Shop, buyer: Buyer, *, gone: date) -> None:
    """The period is over: suspended at once, and destroyed when the time for which data is kept is over."""
    shop.tell_service(buyer, f"{buyer.name}'s agreement is over; the data is kept")
    shop.go_to(gone)
    shop.tell_service(buyer, f"{buyer.name}'s account is removed over SSH")
