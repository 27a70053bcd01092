"""What is left at the end of a scenario, gathered through the façade, with labels in place of ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs

from larabill_billing.audits.model import Audit
from larabill_billing.credits.model import Credit
from larabill_billing.discounts.model import Allowance
from larabill_billing.invoicing.model import DocumentAllowance, Invoice, InvoiceLine, InvoiceState, TaxSubtotal
from larabill_billing.subscriptions.model import Subscription, SubscriptionItem
from larabill_cli.simulate.company import Company, Reject, every, id_of_invoice
from larabill_cli.simulate.shown import (
    Account,
    Item,
    Ledger,
    Line,
    Moved,
    Report,
    ShownAllowance,
    ShownCredit,
    ShownEvent,
    ShownInvoice,
    ShownReject,
    ShownSubscription,
    Tax,
    Waiting,
)
from larabill_cli.simulate.stage import EVENTS, NOTE
from larabill_core.clock import zone
from larabill_core.jobs import Job, JobStatus
from larabill_core.messages import decode, to_builtins
from larabill_core.money import quantize

_ADDRESSING: Final = ("seller_id", "event_id", "occurred_at")


def collect(company: Company) -> Report:
    """Everything, in the order in which it came about."""
    billing, seller, scenario = company.engine.billing, company.seller, company.scenario
    reporter = _Reporter(company)
    issued = every(billing.invoices.list, seller, id_of=id_of_invoice)
    documents = [billing.invoices.get(seller, each.id) for each, _ in sorted(issued, key=_when_issued)]
    for invoice, _ in documents:
        company.labels.give(invoice.id, invoice.number)
    return Report(
        start=reporter.local(scenario.start),
        until=reporter.local(scenario.until),
        timezone=scenario.timezone,
        currency=scenario.currency,
        invoices=tuple(reporter.invoice(*each) for each in documents),
        credits=reporter.credits(),
        subscriptions=reporter.subscriptions(),
        events=reporter.events(),
        ledger=_ledger(billing.ledger.trial_balance(seller)),
        waiting=reporter.waiting(),
        rejects=tuple(reporter.reject(each) for each in company.rejects),
    )


def _when_issued(found: tuple[Invoice, InvoiceState]) -> tuple[datetime, UUID]:
    """Not by id alone: that of a late fee is derived, so that a step charges it once."""
    return found[0].issued_at, found[0].id


@attrs.define
class _Reporter:
    """Translates ids and instants of one company."""

    company: Company
    zone: ZoneInfo = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.zone = zone(self.company.scenario.timezone)

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)

    def maybe(self, at: datetime | None) -> datetime | None:
        return None if at is None else self.local(at)

    def run(self, look: Any) -> Any:
        return self.company.engine.run(look, seller=self.company.seller)

    def name(self, id: UUID, kind: str) -> str:
        return self.company.labels.name(id, kind)

    def invoice(self, invoice: Invoice, state: InvoiceState) -> ShownInvoice:
        about = invoice.subscription_id
        return ShownInvoice(
            type=invoice.type.value,
            number=invoice.number,
            customer=self.name(invoice.customer_id, "customer"),
            subscription=None if about is None else self.name(about, "subscription"),
            issued_on=invoice.issued_on,
            due_on=invoice.due_on,
            currency=invoice.currency,
            lines=tuple(_line(line) for line in invoice.lines),
            allowances=_allowances(invoice.allowances, invoice.currency),
            net=amount(invoice.net, invoice.currency),
            taxes=tuple(_tax(each, invoice.currency) for each in invoice.taxes if each.tax or each.reason),
            tax=amount(invoice.tax, invoice.currency),
            total=amount(invoice.total, invoice.currency),
            balance=amount(state.balance, invoice.currency),
            status=state.status.value,
            paid_at=self.maybe(state.paid_at),
        )

    def credits(self) -> tuple[ShownCredit, ...]:
        customers = self.company.customers.items()
        movements = self.run(lambda tx: [(name, each) for name, id in customers for each in _credits(tx, id)])
        movements.sort(key=lambda movement: movement[1].created_at)
        given = [each.id for _, each in movements if each.id == each.lot_id]
        lots = {lot_id: number for number, lot_id in enumerate(given, start=1)}
        left: dict[UUID, Decimal] = {}
        shown = []
        for name, each in movements:
            left[each.lot_id] = left.get(each.lot_id, Decimal(0)) + each.amount
            shown.append(
                ShownCredit(
                    at=self.local(each.created_at),
                    customer=name,
                    lot=lots[each.lot_id],
                    amount=amount(each.amount, each.currency),
                    left=amount(left[each.lot_id], each.currency),
                    currency=each.currency,
                    source=each.source,
                    expires_on=each.expires_on,
                )
            )
        return tuple(shown)

    def subscriptions(self) -> tuple[ShownSubscription, ...]:
        found = list(every(self.company.engine.billing.subscriptions.list, self.company.seller))
        items = self.run(lambda tx: tx.billing.subscriptions.items([each.id for each in found]))
        audits = [each for each in self._audits() if each.subject_kind == "subscription"]
        return tuple(
            self._subscription(each, items.get(each.id, ()), [a for a in audits if a.subject_id == each.id])
            for each in found
        )

    def _subscription(
        self, subscription: Subscription, items: Sequence[SubscriptionItem], audits: Sequence[Audit]
    ) -> ShownSubscription:
        return ShownSubscription(
            id=self.name(subscription.id, "subscription"),
            customer=self.name(subscription.customer_id, "customer"),
            items=tuple(Item(plan=item.plan_code, quantity=item.quantity) for item in items),
            cycle=str(subscription.cycle),
            status=subscription.status.value,
            next_billing_at=self.maybe(subscription.next_billing_at),
            held_reason=subscription.held_reason,
            history=tuple(
                Moved(
                    at=self.local(audit.at),
                    action=audit.action,
                    before=audit.state_before,
                    after=audit.state_after,
                    reason=self.company.labels.in_text(audit.reason),
                )
                for audit in audits
            ),
        )

    def _audits(self) -> Iterator[Audit]:
        return every(self.company.engine.billing.ledger.audits, self.company.seller)

    def events(self) -> tuple[ShownEvent, ...]:
        return tuple(self._event(job) for job in self._jobs() if job.handler.startswith(NOTE))

    def waiting(self) -> tuple[Waiting, ...]:
        return tuple(
            Waiting(
                at=self.local(job.created_at),
                work=job.handler,
                status=job.status.value,
                reason=self.company.labels.in_text(job.last_error),
            )
            for job in self._jobs()
            if job.last_error and job.status is not JobStatus.DONE
        )

    def _jobs(self) -> list[Job]:
        return list(self.run(lambda tx: [*every(tx.jobs.list)]))

    def _event(self, job: Job) -> ShownEvent:
        name = job.handler.removeprefix(NOTE)
        event = decode(job.payload, EVENTS[name])
        fields = {key: value for key, value in to_builtins(event).items() if key not in _ADDRESSING}
        return ShownEvent(at=self.local(event.occurred_at), name=name, about=self._labelled(fields))

    def _labelled(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Ids by their labels, `customer_id` as `customer`; amounts as money; also in what is nested."""
        shown: dict[str, Any] = {}
        currency = fields.get("currency")
        for key, value in fields.items():
            if key.endswith("_id") and value is not None:
                shown[key.removesuffix("_id")] = self.name(UUID(value), key.removesuffix("_id"))
            elif key in ("amount", "total") and currency is not None:
                shown[key] = amount(Decimal(value), currency)
            elif isinstance(value, list | tuple):
                shown[key] = [self._labelled(each) if isinstance(each, dict) else each for each in value]
            else:
                shown[key] = value
        return shown

    def reject(self, reject: Reject) -> ShownReject:
        return ShownReject(
            at=self.local(reject.step.at),
            place=reject.step.place,
            do=reject.step.entry.do,
            code=reject.problem.code,
            message=self.company.labels.in_text(str(reject.problem)),
        )


def _credits(tx: Any, customer_id: UUID) -> list[Credit]:
    found: list[Credit] = tx.billing.credits.page(customer_id=customer_id, limit=10_000)
    return found


def _line(line: InvoiceLine) -> Line:
    return Line(
        description=line.description,
        period_start=line.period_start,
        period_end=line.period_end,
        quantity=plain(line.quantity),
        unit_price=_unit_price(line.unit_price, line.currency),
        allowances=_allowances(line.allowances, line.currency),
        amount=amount(line.amount, line.currency),
        tax_rate=plain(line.tax_rate),
        trace=line.trace,
        explanation=line.explain(),
    )


def _allowances(
    allowances: Sequence[Allowance] | Sequence[DocumentAllowance], currency: str
) -> tuple[ShownAllowance, ...]:
    return tuple(ShownAllowance(reason=each.reason, amount=amount(each.amount, currency)) for each in allowances)


def _tax(subtotal: TaxSubtotal, currency: str) -> Tax:
    return Tax(
        name=subtotal.name,
        jurisdiction=subtotal.jurisdiction,
        category=subtotal.category,
        rate=plain(subtotal.rate),
        base=amount(subtotal.base, currency),
        tax=amount(subtotal.tax, currency),
        reason=subtotal.reason,
    )


def amount(value: Decimal, currency: str) -> str:
    """With as many decimals as the currency has."""
    return f"{quantize(value, currency):f}"


def plain(number: Decimal) -> str:
    """Without zeros behind the point that say nothing."""
    return f"{number.normalize():f}"


def _unit_price(price: Decimal, currency: str) -> str:
    """As an amount where it is none the finer; else with every digit."""
    rounded = quantize(price, currency)
    return f"{rounded:f}" if rounded == price else plain(price)


def _ledger(balances: Sequence[Any]) -> Ledger:
    sums: dict[str, Decimal] = {}
    for each in balances:
        sums[each.currency] = sums.get(each.currency, Decimal(0)) + each.balance
    return Ledger(
        accounts=tuple(
            Account(currency=each.currency, account=each.account, balance=amount(each.balance, each.currency))
            for each in balances
        ),
        balanced=not any(sums.values()),
    )
