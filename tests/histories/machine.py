"""A history: what customers, staff, gateway and provider do in any order, and what holds after each step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.histories import checks
from tests.histories.company import CODES, CYCLES, GATEWAY, Company
from tests.histories.watch import Watch

from larabill_billing.credits.handlers import grant, spend
from larabill_billing.invoicing.instalments import Instalment
from larabill_billing.invoicing.model import Invoice, InvoiceStatus
from larabill_billing.orders import handlers as orders
from larabill_billing.orders.model import NewItem, PlaceOrder
from larabill_billing.payments.model import RefundTo
from larabill_billing.periods.cycle import Cycle
from larabill_billing.subscriptions.changes import (
    AddItem,
    Cancel,
    Change,
    ChangeCycle,
    ChangeItem,
    Pause,
    Reactivate,
    RemoveItem,
    Resume,
)
from larabill_billing.subscriptions.model import Compensation, Unused
from larabill_billing.vouchers.handlers import NewVouchers
from larabill_core.errors import LarabillError
from larabill_core.ids import new_id
from larabill_core.money import from_minor, quantize
from larabill_drivers.world import Fault

T = TypeVar("T")

WHICH = st.integers(min_value=0, max_value=30)
"""One of what there is."""
SHARE = st.sampled_from(["0.01", "0.3", "0.5", "1", "1", "1.2"])
PLAN = st.sampled_from(["web", "web", "vps", "trust", "trial", "advice"])
NOW_OR_LATER = st.sampled_from(["now", "now", "period_end"])
METHOD = st.sampled_from(["pm_ok", "pm_ok", "pm_ok", "pm_declined"])
ANSWERS = st.sampled_from(["timeout", "server_error", "cut", "crash"])


class Interrupted(Exception):
    """A process that ends before its transaction is committed."""


class History(RuleBasedStateMachine):
    """The company is new in each history. A refusal is an answer too: what is refused changes nothing."""

    def __init__(self, company: Company) -> None:
        super().__init__()
        self.company = company
        self.issued: checks.Documents = {}
        self.watch = Watch(company.database)

    # What customers do

    @initialize(plans=st.lists(PLAN, min_size=3, max_size=4))
    def begins(self, plans: list[str]) -> None:
        """Every customer has something to begin with, and paid for the first of it."""
        for index, plan in enumerate(plans):
            self.order(customer=index, plan=plan, cycle=1, quantity=1, addon=index == 0, ends=False)
        self.pay_by_hand(invoice=0, share="1")

    @rule(
        customer=WHICH,
        plan=PLAN,
        cycle=WHICH,
        quantity=st.integers(1, 3),
        addon=st.booleans(),
        code=st.sampled_from(CODES),
        ends=st.booleans(),
    )
    def order(
        self, customer: int, plan: str, cycle: int, quantity: int, addon: bool, ends: bool, code: str = ""
    ) -> None:
        """What the preview shows is what the invoice says. `ends`: the process does, before it commits."""
        company = self.company
        buyer = one_of(company.customers, customer)
        items = [NewItem(plan_code=plan, cycle=_cycle(plan, cycle), quantity=quantity)]
        if addon and plan == "web":
            items.append(NewItem(plan_code="advice"))
        wanted = PlaceOrder(
            order_uuid=new_id(),
            customer_id=buyer,
            currency=company.currency(buyer),
            items=tuple(items),
            codes=(code,) if code else (),
        )
        try:
            shown = company.engine.billing.orders.preview(company.seller, wanted)
        except LarabillError as refusal:
            self.refused(refusal, company.engine.billing.orders.place, company.seller, wanted)
            return
        if ends:
            self.interrupted(lambda tx: orders.place(tx, wanted))
        before = self.invoice_ids()
        order = company.engine.billing.orders.place(company.seller, wanted)
        assert company.engine.billing.orders.place(company.seller, wanted).id == order.id
        if shown.charges:
            assert checks.same_totals(shown.totals, self.issued_since(before)), (
                shown.totals,
                self.issued_since(before),
            )

    @rule(invoice=WHICH, share=SHARE)
    def pay_by_hand(self, invoice: int, share: str) -> None:
        chosen = self.open_invoice(invoice)
        if chosen is not None:
            amount = _part(chosen.total, share, chosen.currency)
            self.attempt(self.billing.payments.record_manual, chosen.id, amount, f"transfer {new_id().hex}")

    @rule(customer=WHICH, token=METHOD)
    def store_method(self, customer: int, token: str) -> None:
        buyer = one_of(self.company.customers, customer)
        self.attempt(self.billing.payments.add_method, buyer, GATEWAY, token, "Card")

    @rule(invoice=WHICH, token=st.one_of(METHOD, st.just("pm_slow")))
    def charge(self, invoice: int, token: str) -> None:
        chosen = self.open_invoice(invoice)
        if chosen is not None:
            method = self.billing.payments.add_method(
                self.company.seller, chosen.customer_id, GATEWAY, token, "Card", default=False
            )
            self.attempt(self.billing.payments.charge_invoice, chosen.id, method.id)

    @rule(invoice=WHICH)
    def spend_credit(self, invoice: int) -> None:
        chosen = self.open_invoice(invoice)
        if chosen is not None:
            self.company.run(lambda tx: spend(tx, chosen.id))

    @rule(subscription=WHICH, kind=WHICH, number=st.integers(1, 4), when=NOW_OR_LATER, ends=st.booleans())
    def change(self, subscription: int, kind: int, number: int, when: str, ends: bool) -> None:
        """What the preview shows is what the invoice says; what it refuses is refused."""
        company = self.company
        chosen = one_of(company.subscriptions(), subscription)
        if chosen is None:
            return
        wanted = self.some_change(chosen.id, kind, number)
        if wanted is None:
            return
        arguments = (company.seller, chosen.id, wanted, when)
        try:
            shown = self.billing.subscriptions.preview(*arguments)
        except LarabillError as refusal:
            if when == "now":  # what is for later is looked at again on its day
                self.refused(refusal, self.billing.subscriptions.change, *arguments)
            return
        if ends:
            from larabill_billing.subscriptions import change as changing

            self.interrupted(lambda tx: changing.change(tx, chosen.id, wanted, when))  # type: ignore[arg-type]
        before = self.invoice_ids()
        self.billing.subscriptions.change(*arguments)
        if shown.charges and when == "now":
            assert checks.same_totals(shown.totals, self.issued_since(before)), (
                shown.totals,
                self.issued_since(before),
            )

    @rule(subscription=WHICH, code=st.sampled_from(CODES[2:]))
    def redeem_coupon(self, subscription: int, code: str) -> None:
        chosen = one_of(self.company.subscriptions(), subscription)
        if chosen is not None:
            self.attempt(partial(self.billing.coupons.apply, subscription_id=chosen.id), code)

    @rule(customer=WHICH, units=st.integers(100, 3000), sold=st.booleans())
    def redeem_voucher(self, customer: int, units: int, sold: bool) -> None:
        """One that was just issued: sold, or given away."""
        buyer = one_of(self.company.customers, customer)
        currency = self.company.currency(buyer)
        new = NewVouchers(
            batch_uuid=new_id(),
            name="Gift",
            count=2,
            amount=from_minor(units, currency),
            currency=currency,
            sold=f"transfer {new_id().hex}" if sold else "",
        )
        issued = self.billing.vouchers.issue(self.company.seller, new)
        self.attempt(self.billing.vouchers.redeem, buyer, issued.codes[0].reveal())

    # What staff do

    @rule(payment=WHICH, share=SHARE, to=st.sampled_from(RefundTo))
    def refund(self, payment: int, share: str, to: RefundTo) -> None:
        chosen = one_of(self.company.payments(), payment)
        if chosen is not None:
            amount = _part(chosen.amount, share, chosen.currency)
            self.attempt(partial(self.billing.payments.refund, to=to), chosen.id, amount, "asked for")

    @rule(invoice=WHICH, share=SHARE)
    def credit_note(self, invoice: int, share: str) -> None:
        chosen = one_of([invoice for invoice, _ in self.company.invoices()], invoice)
        if chosen is not None:
            amount = _part(chosen.total, share, chosen.currency)
            self.attempt(partial(self.billing.invoices.credit, amount=amount), chosen.id, "a mistake")

    @rule(invoice=WHICH)
    def write_off(self, invoice: int) -> None:
        chosen = self.open_invoice(invoice)
        if chosen is not None:
            self.attempt(self.billing.invoices.write_off, chosen.id, "nobody pays it")

    @rule(invoice=WHICH, days=st.integers(1, 60))
    def agree_instalments(self, invoice: int, days: int) -> None:
        """Half of what is owed in some days, the rest in twice as many."""
        found = [(each, state) for each, state in self.company.invoices() if state.status is InvoiceStatus.ISSUED]
        chosen = one_of(found, invoice)
        if chosen is not None:
            whole = chosen[1].balance
            half = quantize(whole / 2, chosen[0].currency)
            on = self.company.clock.now().date()
            parts = [
                Instalment(due_on=on + timedelta(days=days), amount=half),
                Instalment(due_on=on + timedelta(days=2 * days), amount=whole - half),
            ]
            self.attempt(self.billing.invoices.agree_plan, chosen[0].id, parts)

    @rule(payment=WHICH, share=SHARE)
    def dispute(self, payment: int, share: str) -> None:
        chosen = one_of(self.company.payments(), payment)
        if chosen is not None:
            amount = _part(chosen.amount, share, chosen.currency)
            self.attempt(self.billing.disputes.open, chosen.id, f"dp_{new_id().hex}", amount)

    @rule(dispute=WHICH, end=st.sampled_from(["review", "win", "lose"]))
    def dispute_goes_on(self, dispute: int, end: str) -> None:
        chosen = one_of(self.billing.disputes.list(self.company.seller, limit=1000), dispute)
        if chosen is not None:
            self.attempt(getattr(self.billing.disputes, end), chosen.id)

    @rule(customer=WHICH, units=st.integers(1, 3000))
    def give_credit(self, customer: int, units: int) -> None:
        buyer = one_of(self.company.customers, customer)
        currency = self.company.currency(buyer)
        amount = from_minor(units, currency)
        self.company.run(lambda tx: grant(tx, buyer, amount, currency, "goodwill", new_id()))

    @rule(invoice=WHICH)
    def void(self, invoice: int) -> None:
        chosen = self.open_invoice(invoice)
        if chosen is not None:
            self.attempt(self.billing.invoices.void, chosen.id, "a mistake")

    @rule(order=WHICH)
    def cancel_order(self, order: int) -> None:
        chosen = one_of(self.billing.orders.list(self.company.seller, limit=1000), order)
        if chosen is not None:
            self.attempt(self.billing.orders.cancel, chosen.id, "a change of mind")

    # What happens to them

    @rule(hours=st.sampled_from([1, 6]))
    def hours_pass(self, hours: int) -> None:
        self.company.go(hours=hours)

    @rule(days=st.sampled_from([1, 3, 7, 14, 31]))
    def days_pass(self, days: int) -> None:
        self.company.go(days=days)

    @rule(method=st.sampled_from(["charge", "refund", "*"]), what=ANSWERS, when=st.sampled_from(["before", "after"]))
    def gateway_fails(self, method: str, what: Any, when: Any) -> None:
        self.company.gateway.script(Fault(method=method, what=what, when=when))

    @rule(
        method=st.sampled_from(["provision", "suspend", "deprovision", "*"]),
        what=ANSWERS,
        when=st.sampled_from(["before", "after"]),
    )
    def provider_fails(self, method: str, what: Any, when: Any) -> None:
        self.company.provider.script(Fault(method=method, what=what, when=when))

    @rule(times=st.integers(1, 2))
    def webhooks_arrive(self, times: int) -> None:
        self.company.deliver(times)

    @rule(payment=WHICH, paid=st.booleans())
    def slow_payment_ends(self, payment: int, paid: bool) -> None:
        pending = [thing for thing in self.company.gateway.payments() if thing.status == "pending"]
        chosen = one_of(pending, payment)
        if chosen is not None:
            self.company.gateway.settle(chosen.ref, paid=paid)

    # What holds

    @invariant()
    def holds(self) -> None:
        """After each step, with what is due at once carried out."""
        company = self.company
        company.work()
        none_of(checks.violations(company, self.watch))
        none_of(self.watch.ask("balances", None, lambda: checks.unbalanced(company)))
        documents = self.watch.ask("documents", None, lambda: checks.documents(company))
        none_of(checks.altered(self.issued, documents))
        self.issued = documents

    def teardown(self) -> None:
        """When nothing fails any more, all work comes to its end."""
        company = self.company
        company.gateway.heal()
        company.provider.heal()
        company.slow_payments_end(company.clock.now())
        company.deliver()
        company.go(days=2)
        self.holds()
        none_of(checks.unfinished(company))
        none_of(checks.lost_money(company))
        none_of(checks.lost_services(company))
        self.watch.close()

    # With what it is written

    @property
    def billing(self) -> Any:
        return self.company.engine.billing

    def attempt(self, call: Callable[..., Any], *arguments: Any) -> None:
        """A refusal is an answer too."""
        try:
            call(self.company.seller, *arguments)
        except LarabillError as refusal:
            assert refusal.status < 500, refusal

    def refused(self, refusal: LarabillError, call: Callable[..., Any], *arguments: Any) -> None:
        """What a preview refuses is refused for the same reason."""
        assert refusal.status < 500, refusal
        try:
            call(*arguments)
        except LarabillError as problem:
            assert type(problem) is type(refusal), (problem, refusal)
        else:
            raise AssertionError(f"the preview refused, and the call did not: {refusal}")

    def interrupted(self, fn: Callable[[Any], object]) -> None:
        """Do it in a transaction that is never committed."""

        def ends(tx: Any) -> None:
            fn(tx)
            raise Interrupted

        try:
            self.company.run(ends)
        except Interrupted:
            return
        raise AssertionError("it went on")

    def open_invoice(self, which: int) -> Invoice | None:
        issued = [invoice for invoice, state in self.company.invoices() if state.status is InvoiceStatus.ISSUED]
        return one_of(issued, which)

    def invoice_ids(self) -> set[UUID]:
        return {invoice.id for invoice, _ in self.company.invoices()}

    def issued_since(self, before: set[UUID]) -> list[Invoice]:
        new = sorted(self.invoice_ids() - before)
        return [self.billing.invoices.get(self.company.seller, id)[0] for id in new]

    def some_change(self, subscription: UUID, kind: int, number: int) -> Change | None:
        items = self.billing.subscriptions.items(self.company.seller, subscription)
        item = one_of(items, number)
        changes: list[Change] = [
            ChangeCycle(cycle=(Cycle.WEEKLY, Cycle.MONTHLY, Cycle.ANNUAL)[number % 3]),
            Pause(unused=(Unused.EXTEND, Unused.FORFEIT)[number % 2]),
            Resume(),
            Cancel(compensation=[*Compensation][number % len(Compensation)]),
            Reactivate(),
            AddItem(plan_code=("web", "vps")[number % 2], quantity=number),
        ]
        if item is not None:
            changes += [
                ChangeItem(item_id=item.id, quantity=number),
                ChangeItem(item_id=item.id, plan_code=("web", "vps", "trust")[number % 3]),
                ChangeItem(item_id=item.id, unit_price=Decimal(number)),
                RemoveItem(item_id=item.id),
            ]
        return one_of(changes, kind)


def none_of(found: object) -> None:
    """Nothing may have been found; pytest does not explain the assertions of modules that hold no tests."""
    if found:
        raise AssertionError(found)


def one_of(of: Sequence[T], which: int) -> Any:
    """One of them; None where there is none."""
    return of[which % len(of)] if of else None


def _cycle(plan: str, which: int) -> str | None:
    return None if plan == "advice" else one_of(CYCLES.get(plan, ("monthly",)), which)


def _part(amount: Decimal, share: str, currency: str) -> Decimal:
    return max(quantize(amount * Decimal(share), currency), from_minor(1, currency))
