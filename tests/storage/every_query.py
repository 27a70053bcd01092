"""The queries that lists and jobs run, as calls of the repositories, each on rows of one seller."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
from tests.conftest import START
from tests.storage.fifty_thousand import id_of, slot_at
from tests.storage.test_jobs import a_job

from larabill_billing.bank.model import LineStatus
from larabill_billing.catalog.meters import Aggregation
from larabill_billing.catalog.model import Units
from larabill_billing.discounts.coupon import RedemptionStatus, Use
from larabill_billing.dunning.model import PauseKind
from larabill_billing.dunning.ports import Overdue
from larabill_billing.invoicing.model import InvoiceStatus
from larabill_billing.payments.model import PaymentStatus, WebhookStatus
from larabill_billing.usage.model import Counted, Grant, MeteredPeriod, NewUsage
from larabill_core.calls.model import OPEN
from larabill_core.jobs import JobStatus
from larabill_core.ports.requests import KeptAnswer
from larabill_provisioning.reconcile.model import ProviderWebhook, WebhookOutcome
from larabill_provisioning.resources.states import ResourceStatus

LATE = slot_at(600)
A_DAY = (START + timedelta(days=1)).date()
LAST_DAY = (START + timedelta(days=495)).date()


@attrs.frozen
class Sample:
    """Rows of one seller from the middle of the tables."""

    seller_id: UUID
    number: int

    @property
    def id(self) -> UUID:
        return id_of(self.number)

    @property
    def ids(self) -> list[UUID]:
        """Ten of the seller's, among them `id`."""
        return [id_of(self.number // 10 * 10 + place) for place in range(10)]

    @property
    def group_id(self) -> UUID:
        return id_of(self.number // 10)

    @property
    def group_ids(self) -> list[UUID]:
        """Ten groups, among them `group_id`."""
        return [id_of(self.number // 10 + place) for place in range(10)]

    @property
    def periods(self) -> list[MeteredPeriod]:
        """What each of these groups used in some days in the middle."""
        return [
            MeteredPeriod(subscription_item_id=id, meter="traffic", start_at=slot_at(10), end_at=slot_at(200))
            for id in self.group_ids
        ]

    @property
    def events(self) -> list[NewUsage]:
        """One that is new, and one whose client's id is taken."""
        return [
            NewUsage(idempotency_id=word, subscription_id=self.id, meter="traffic", occurred_at=START)
            for word in ("new", self.word)
        ]

    @property
    def grant(self) -> Grant:
        """One that is there already."""
        return Grant(
            id=id_of(60_000),
            seller_id=self.seller_id,
            subscription_item_id=self.group_id,
            meter="traffic",
            units=Decimal(1),
            remaining=Decimal(1),
            reference=self.word,
            granted_at=START,
            expires_at=None,
        )

    @property
    def uses(self) -> list[Use]:
        """Of ten redemptions."""
        return [Use(redemption_id=id, cycles=1, discount=Decimal(1), revenue=Decimal(2)) for id in self.ids]

    @property
    def plan_code(self) -> str:
        """One of fifty."""
        return f"plan{self.number % 50}"

    @property
    def units(self) -> list[Units]:
        """Stock that there is of one plan, and of another not."""
        return [Units(plan_code=word, region="x", units=1) for word in (self.word, "none")]

    @property
    def word(self) -> str:
        return str(self.number)


def an_overdue(of: Sample) -> Overdue:
    """Where a run over overdue invoices may stand."""
    return Overdue(invoice_id=of.id, subscription_id=of.id, customer_id=of.id, currency="EUR", due_on=A_DAY, version=0)


def kept_answer(of: Sample) -> KeptAnswer:
    """An answer under a key."""
    return KeptAnswer(
        principal=of.word, key=of.word, fingerprint="x", claim=of.id, lease_until=LATE, created_at=slot_at(5)
    )


def running(tx: Any) -> tuple[UUID, int]:
    """A job that we hold, and its fence."""
    (job,) = tx.jobs.claim(limit=1, now=slot_at(600), lease_until=LATE)
    return job.id, job.fence


Query = Callable[[Any, Sample], Any]

KERNEL: dict[str, Query] = {
    "jobs.add_many": lambda tx, of: tx.jobs.add_many([a_job(id=of.id, tags=("resource:77",))]),
    "jobs.claim": lambda tx, of: tx.jobs.claim(limit=10, now=slot_at(2), lease_until=LATE),
    "jobs.claim of queues": lambda tx, of: tx.jobs.claim(
        queues=("q0", "q1"), limit=10, now=slot_at(9), lease_until=LATE
    ),
    "jobs.retry": lambda tx, of: tx.jobs.retry(
        tx.jobs.list(statuses=(JobStatus.DEAD,))[0].id, approved_by="", now=LATE
    ),
    "jobs.extend": lambda tx, of: tx.jobs.extend(*running(tx), lease_until=LATE),
    "jobs.complete": lambda tx, of: tx.jobs.complete(*running(tx), LATE),
    "jobs.reschedule": lambda tx, of: tx.jobs.reschedule(*running(tx), run_at=LATE, error=""),
    "jobs.bury": lambda tx, of: tx.jobs.bury(*running(tx), status=JobStatus.DEAD, error="", now=LATE),
    "jobs.cancel": lambda tx, of: tx.jobs.cancel(tx.jobs.list(statuses=(JobStatus.DEAD,))[0].id, now=LATE),
    "jobs.get": lambda tx, of: tx.jobs.get(of.id),
    "jobs.list": lambda tx, of: tx.jobs.list(after=of.id),
    "jobs.list by status": lambda tx, of: tx.jobs.list(statuses=(JobStatus.DEAD,)),
    "jobs.list of seller": lambda tx, of: tx.jobs.list(seller_id=of.seller_id, after=of.id),
    "jobs.list of seller and status": lambda tx, of: tx.jobs.list(
        seller_id=of.seller_id, statuses=(JobStatus.DEAD, JobStatus.PARKED), newest_first=True
    ),
    "jobs.list newest first": lambda tx, of: tx.jobs.list(after=of.id, newest_first=True),
    "jobs.list by queue and status": lambda tx, of: tx.jobs.list(queue="q1", statuses=(JobStatus.READY,), after=of.id),
    "jobs.list by tag": lambda tx, of: tx.jobs.list(tag="resource:77"),
    "actions.page": lambda tx, of: tx.actions.page(seller_id=None, after=of.id),
    "actions.page of seller": lambda tx, of: tx.actions.page(seller_id=of.seller_id, after=of.id, newest_first=True),
    "answers.claim": lambda tx, of: tx.answers.claim(kept_answer(of), kept_since=LATE),
    "answers.finish": lambda tx, of: tx.answers.finish(of.word, of.word, of.id, 200, "{}", b""),
    "answers.purge": lambda tx, of: tx.answers.purge(slot_at(5)),
    "answers.release": lambda tx, of: tx.answers.release(of.word, of.word, of.id),
    "answers.take_over": lambda tx, of: tx.answers.take_over(kept_answer(of)),
    "jobs.next_run_at": lambda tx, of: tx.jobs.next_run_at(),
    "jobs.purge_done": lambda tx, of: tx.jobs.purge_done(before=slot_at(5), limit=100),
    "operations.get": lambda tx, of: tx.operations.get(of.id, lock=True),
    "operations.save": lambda tx, of: tx.operations.save(tx.operations.get(of.id), fence=1),
    "operations.next_seqs": lambda tx, of: tx.operations.next_seqs([of.group_id]),
    "operations.open_for": lambda tx, of: tx.operations.open_for([of.id]),
    "operations.for_subject": lambda tx, of: tx.operations.for_subject(of.group_id),
    "operations.running": lambda tx, of: tx.operations.running("account3", START),
    "operations.due": lambda tx, of: tx.operations.due(statuses=OPEN, before=LATE, limit=50),
    "limits.get": lambda tx, of: tx.limits.get(of.word),
    "limits.reset": lambda tx, of: tx.limits.reset(of.word),
    "secrets.delete": lambda tx, of: tx.secrets.delete("t", of.id),
    "secrets.get": lambda tx, of: tx.secrets.get("t", of.id),
    "secrets.wrapped_with_other_than": lambda tx, of: tx.secrets.wrapped_with_other_than("new", limit=100),
    "tokens.by_digest": lambda tx, of: tx.tokens.by_digest(of.word),
    "tokens.get": lambda tx, of: tx.tokens.get(of.id),
    "tokens.page": lambda tx, of: tx.tokens.page(after=of.id),
    "tokens.revoke": lambda tx, of: tx.tokens.revoke(of.id, LATE),
    "tokens.used": lambda tx, of: tx.tokens.used(of.id, LATE),
}

BILLING: dict[str, Query] = {
    "accounting.for_documents": lambda tx, of: tx.accounting.for_documents(of.ids),
    "audits.for_subject": lambda tx, of: tx.audits.for_subject("order", of.group_id),
    "audits.page": lambda tx, of: tx.audits.page(after=of.id),
    "audits.page of subject": lambda tx, of: tx.audits.page(
        subject=("order", of.group_id), after=of.ids[0], newest_first=True
    ),
    "bank_lines.add_new": lambda tx, of: tx.bank_lines.add_new(tx.bank_lines.page(limit=10)),
    "bank_lines.get": lambda tx, of: tx.bank_lines.get(of.id, lock=True),
    "bank_lines.save": lambda tx, of: tx.bank_lines.save(tx.bank_lines.get(of.id)),
    "bank_lines.note_many": lambda tx, of: tx.bank_lines.note_many(tx.bank_lines.page(limit=10)),
    "bank_lines.page": lambda tx, of: tx.bank_lines.page(after=of.id),
    "bank_lines.page newest first": lambda tx, of: tx.bank_lines.page(after=of.id, newest_first=True),
    "bank_lines.page of status": lambda tx, of: tx.bank_lines.page(status=LineStatus.OPEN, after=of.ids[0]),
    "bank_lines.invoices_of_payments": lambda tx, of: tx.bank_lines.invoices_of_payments(of.ids),
    "charges.mark_invoiced": lambda tx, of: tx.charges.mark_invoiced(of.ids),
    "charges.free": lambda tx, of: tx.charges.free(of.id),
    "charges.for_invoices": lambda tx, of: tx.charges.for_invoices(of.ids),
    "charges.for_subscription": lambda tx, of: tx.charges.for_subscription(of.id),
    "charges.since": lambda tx, of: tx.charges.since(dict.fromkeys(of.ids, A_DAY)),
    "coupons.get": lambda tx, of: tx.coupons.get(of.id, lock=True),
    "coupons.end": lambda tx, of: tx.coupons.end(of.id, LATE),
    "coupons.codes": lambda tx, of: tx.coupons.codes(of.group_id),
    "coupons.by_codes": lambda tx, of: tx.coupons.by_codes([of.word, "none"]),
    "coupons.take": lambda tx, of: tx.coupons.take(of.id),
    "coupons.give_back": lambda tx, of: tx.coupons.give_back({of.id: 1}),
    "coupons.page": lambda tx, of: tx.coupons.page(after=of.id),
    "coupons.page of newest": lambda tx, of: tx.coupons.page(after=of.id, newest_first=True),
    "coupons.results": lambda tx, of: tx.coupons.results(of.group_id),
    "credits.balance": lambda tx, of: tx.credits.balance(of.group_id, "EUR"),
    "credits.from_source": lambda tx, of: tx.credits.from_source("x", of.id),
    "credits.from_sources": lambda tx, of: tx.credits.from_sources("x", of.ids),
    "credits.lot_page": lambda tx, of: tx.credits.lot_page(customer_id=of.group_id, after=of.ids[0]),
    "credits.lot_page newest first": lambda tx, of: tx.credits.lot_page(customer_id=of.group_id, newest_first=True),
    "credits.lots": lambda tx, of: tx.credits.lots(of.ids),
    "credits.open_lots": lambda tx, of: tx.credits.open_lots(of.group_ids),
    "credits.page": lambda tx, of: tx.credits.page(customer_id=of.group_id, after=of.ids[0]),
    "credits.page newest first": lambda tx, of: tx.credits.page(customer_id=of.group_id, newest_first=True),
    "customers.get": lambda tx, of: tx.customers.get(of.id, lock=True),
    "customers.get_many": lambda tx, of: tx.customers.get_many(of.ids),
    "sellers.change": lambda tx, of: tx.sellers.change(tx.sellers.get(of.seller_id)),
    "customers.change": lambda tx, of: tx.customers.change(tx.customers.get(of.id), tx.customers.get(of.id)),
    "customers.set_group": lambda tx, of: tx.customers.set_group(of.id, "friends"),
    "customers.page": lambda tx, of: tx.customers.page(after=of.id),
    "customers.page of newest": lambda tx, of: tx.customers.page(after=of.id, newest_first=True),
    "customers.page of search": lambda tx, of: tx.customers.page(search=of.word[:4], after=of.ids[0]),
    "charges.crediting": lambda tx, of: tx.charges.crediting(of.ids),
    "draft_invoices.find": lambda tx, of: tx.draft_invoices.find(of.id),
    "draft_invoices.page": lambda tx, of: tx.draft_invoices.page(after=of.id),
    "draft_invoices.page newest first": lambda tx, of: tx.draft_invoices.page(after=of.id, newest_first=True),
    "draft_invoices.page of customer": lambda tx, of: tx.draft_invoices.page(customer_id=of.group_id),
    "draft_invoices.save": lambda tx, of: tx.draft_invoices.save(tx.draft_invoices.find(of.id)),
    "draft_invoices.delete": lambda tx, of: tx.draft_invoices.delete(of.ids),
    "deferrals.for_document": lambda tx, of: tx.deferrals.for_document(of.group_id),
    "deferrals.posted_on": lambda tx, of: tx.deferrals.posted_on(LAST_DAY),
    "deferrals.posted_on after": lambda tx, of: tx.deferrals.posted_on(LAST_DAY, after=of.id),
    "deferrals.begin": lambda tx, of: tx.deferrals.begin(A_DAY),
    "deferrals.earned_on": lambda tx, of: tx.deferrals.earned_on(LAST_DAY),
    "deferrals.caught_up_on": lambda tx, of: tx.deferrals.caught_up_on(A_DAY),
    "deferrals.save_run": lambda tx, of: tx.deferrals.save_run(A_DAY),
    "deferrals.last_run": lambda tx, of: tx.deferrals.last_run(),
    "disputes.get": lambda tx, of: tx.disputes.get(of.id, lock=True),
    "disputes.save": lambda tx, of: tx.disputes.save(tx.disputes.get(of.id)),
    "disputes.by_gateway_id": lambda tx, of: tx.disputes.by_gateway_id("bank", of.word, lock=True),
    "disputes.for_payment": lambda tx, of: tx.disputes.for_payment(of.id),
    "disputes.open_disputes_for": lambda tx, of: tx.disputes.open_disputes_for(of.group_ids),
    "disputes.page": lambda tx, of: tx.disputes.page(after=of.id),
    "disputes.page newest first": lambda tx, of: tx.disputes.page(after=of.id, newest_first=True),
    "disputes.page of customer": lambda tx, of: tx.disputes.page(customer_id=of.group_id),
    "drafts.take": lambda tx, of: tx.drafts.take(100),
    "drafts.wait": lambda tx, of: tx.drafts.wait(of.ids),
    "drafts.delete": lambda tx, of: tx.drafts.delete(of.ids),
    "dunning.overdue": lambda tx, of: tx.dunning.overdue(A_DAY, 200),
    "dunning.overdue after": lambda tx, of: tx.dunning.overdue(A_DAY, 200, an_overdue(of)),
    "dunning.overdue_sums": lambda tx, of: tx.dunning.overdue_sums(of.group_ids, A_DAY),
    "dunning.about": lambda tx, of: tx.dunning.about(of.ids),
    "attempts.unpaid_of": lambda tx, of: tx.attempts.unpaid_of(of.group_id),
    "dunning.upcoming": lambda tx, of: tx.dunning.upcoming(A_DAY, A_DAY, of.id, 200),
    "dunning.open_of_customer": lambda tx, of: tx.dunning.open_of_customer(of.group_id),
    "pauses.get": lambda tx, of: tx.pauses.get(of.id),
    "pauses.save_many": lambda tx, of: tx.pauses.save_many(tx.pauses.open_for(of.ids)),
    "pauses.open_for": lambda tx, of: tx.pauses.open_for(of.ids),
    "pauses.open_of_kind": lambda tx, of: tx.pauses.open_of_kind(PauseKind.PROMISE, None, 200),
    "pauses.open_of_customer": lambda tx, of: tx.pauses.open_of_customer(of.group_id),
    "pauses.of_invoice": lambda tx, of: tx.pauses.of_invoice(of.id),
    "pauses.claim_settled": lambda tx, of: tx.pauses.claim_settled(200),
    "dunning.lock_issued": lambda tx, of: tx.dunning.lock_issued(of.ids),
    "dunning.save_many": lambda tx, of: tx.dunning.save_many(tx.dunning.page()),
    "dunning.claim_due": lambda tx, of: tx.dunning.claim_due({"default": [0, 1]}, slot_at(9), 200),
    "dunning.any_due": lambda tx, of: tx.dunning.any_due({"default": [2, 3]}, slot_at(9)),
    "dunning.claim_pointless": lambda tx, of: tx.dunning.claim_pointless(slot_at(9), 200),
    "dunning.claim_unheeded": lambda tx, of: tx.dunning.claim_unheeded(slot_at(9), 200),
    "dunning.sellers_with_work": lambda tx, of: tx.dunning.sellers_with_work(A_DAY),
    "dunning.open_for_invoices": lambda tx, of: tx.dunning.open_for_invoices(of.ids),
    "dunning.open_for_subscription": lambda tx, of: tx.dunning.open_for_subscription(of.id),
    "dunning.page": lambda tx, of: tx.dunning.page(after=of.id, open_only=False),
    "dunning.page newest first": lambda tx, of: tx.dunning.page(newest_first=True),
    "dunning.page of open": lambda tx, of: tx.dunning.page(),
    "exchange_rates.add_new": lambda tx, of: tx.exchange_rates.add_new(tx.exchange_rates.between("x", A_DAY, A_DAY)),
    "exchange_rates.between": lambda tx, of: tx.exchange_rates.between("x", A_DAY, A_DAY),
    "exchange_rates.between of currencies": lambda tx, of: tx.exchange_rates.between(
        "x", A_DAY, A_DAY, currencies=("EUR", "USD")
    ),
    "exchange_rates.newest": lambda tx, of: tx.exchange_rates.newest("x"),
    "gateway_accounts.heard": lambda tx, of: tx.gateway_accounts.heard("bank", LATE),
    "gateway_accounts.claim": lambda tx, of: tx.gateway_accounts.claim("bank", of.seller_id),
    "gateway_accounts.find": lambda tx, of: tx.gateway_accounts.find("bank"),
    "invoices.get": lambda tx, of: tx.invoices.get(of.id),
    "invoices.headers": lambda tx, of: tx.invoices.headers(of.ids),
    "invoices.following": lambda tx, of: tx.invoices.following(of.id),
    "invoices.state": lambda tx, of: tx.invoices.state(of.id, lock=True),
    "invoices.states": lambda tx, of: tx.invoices.states(of.ids),
    "invoices.numbers": lambda tx, of: tx.invoices.numbers(of.ids),
    "invoices.open_for_customer": lambda tx, of: tx.invoices.open_for_customer(of.group_id, "EUR"),
    "invoices.save_state": lambda tx, of: tx.invoices.save_state(tx.invoices.state(of.id)),
    "invoices.page": lambda tx, of: tx.invoices.page(after=of.id),
    "invoices.page of customer": lambda tx, of: tx.invoices.page(customer_id=of.group_id),
    "invoices.page of status": lambda tx, of: tx.invoices.page(status=InvoiceStatus.ISSUED),
    "invoices.page of customer and status": lambda tx, of: tx.invoices.page(
        customer_id=of.group_id, status=InvoiceStatus.PAID, after=of.ids[0]
    ),
    "invoices.for_orders": lambda tx, of: tx.invoices.for_orders(of.ids),
    "invoices.past_due": lambda tx, of: tx.invoices.past_due(A_DAY),
    "invoices.past_due after": lambda tx, of: tx.invoices.past_due(A_DAY, after=of.id),
    "invoices.allocations": lambda tx, of: tx.invoices.allocations(of.id),
    "invoices.allocated_by": lambda tx, of: tx.invoices.allocated_by("payment", of.ids),
    "reports.newest": lambda tx, of: tx.reports.newest(),
    "reports.to_value": lambda tx, of: tx.reports.to_value(slot_at(500), after=of.id, limit=10),
    "reports.known": lambda tx, of: tx.reports.known(of.ids),
    "reports.steps": lambda tx, of: tx.reports.steps("EUR", A_DAY, A_DAY),
    "reports.taxes": lambda tx, of: tx.reports.taxes(A_DAY, A_DAY),
    "reports.sales": lambda tx, of: tx.reports.sales(A_DAY, A_DAY),
    "ledger.for_document": lambda tx, of: tx.ledger.for_document("invoice", of.id),
    "ledger.page": lambda tx, of: tx.ledger.page(slot_at(2), slot_at(9), limit=100),
    "ledger.page after": lambda tx, of: tx.ledger.page(START, LATE, after=(slot_at(9), of.id), limit=100),
    "ledger.customer_balance": lambda tx, of: tx.ledger.customer_balance("receivable", of.group_id, "EUR"),
    "orders.add_new": lambda tx, of: tx.orders.add_new(tx.orders.get(of.id)),
    "orders.items": lambda tx, of: tx.orders.items(of.group_id),
    "orders.by_uuid": lambda tx, of: tx.orders.by_uuid(of.id),
    "orders.by_invoice": lambda tx, of: tx.orders.by_invoice(of.id, lock=True),
    "orders.save": lambda tx, of: tx.orders.save(tx.orders.get(of.id, lock=True)),
    "orders.get": lambda tx, of: tx.orders.get(of.id, lock=True),
    "orders.page": lambda tx, of: tx.orders.page(after=of.id),
    "orders.page of newest": lambda tx, of: tx.orders.page(after=of.id, newest_first=True),
    "orders.page of customer": lambda tx, of: tx.orders.page(customer_id=of.group_id, after=of.ids[0]),
    "payment_plans.get": lambda tx, of: tx.payment_plans.get(of.id),
    "payment_plans.save": lambda tx, of: tx.payment_plans.save(tx.payment_plans.get(of.id)),
    "payment_plans.due": lambda tx, of: tx.payment_plans.due(A_DAY, after=of.id),
    "payment_plans.sellers_with_due": lambda tx, of: tx.payment_plans.sellers_with_due(A_DAY),
    "payments.get_many": lambda tx, of: tx.payments.get_many(of.ids),
    "payment_methods.get": lambda tx, of: tx.payment_methods.get(of.id),
    "payment_methods.defaults": lambda tx, of: tx.payment_methods.defaults(of.group_ids),
    "payment_methods.payers": lambda tx, of: tx.payment_methods.payers(of.group_ids),
    "payment_methods.clear_default": lambda tx, of: tx.payment_methods.clear_default(of.group_id),
    "payment_methods.make_default": lambda tx, of: tx.payment_methods.make_default(tx.payment_methods.get(of.id)),
    "payment_methods.page": lambda tx, of: tx.payment_methods.page(of.group_id, after=of.ids[0]),
    "payment_methods.page newest first": lambda tx, of: tx.payment_methods.page(of.group_id, newest_first=True),
    "payment_methods.remove": lambda tx, of: tx.payment_methods.remove(of.id),
    "payments.unfinished_with": lambda tx, of: tx.payments.unfinished_with(of.id),
    "payments.charged_top_ups": lambda tx, of: tx.payments.charged_top_ups(of.group_id, START),
    "payments.get": lambda tx, of: tx.payments.get(of.id, lock=True),
    "payments.save": lambda tx, of: tx.payments.save(tx.payments.get(of.id)),
    "payments.by_ref": lambda tx, of: tx.payments.by_ref(of.word),
    "payments.by_transaction": lambda tx, of: tx.payments.by_transaction("bank", of.word),
    "payments.for_invoices": lambda tx, of: tx.payments.for_invoices(of.ids),
    "attempts.last_with": lambda tx, of: tx.attempts.last_with(of.group_id),
    "attempts.not_paid": lambda tx, of: tx.attempts.not_paid(of.group_id, START),
    "payments.page": lambda tx, of: tx.payments.page(after=of.id),
    "payments.page of customer": lambda tx, of: tx.payments.page(customer_id=of.group_id),
    "payments.page newest first": lambda tx, of: tx.payments.page(after=of.id, newest_first=True),
    "payments.page of customer newest first": lambda tx, of: tx.payments.page(
        customer_id=of.group_id, newest_first=True
    ),
    "payments.page of status": lambda tx, of: tx.payments.page(status=PaymentStatus.PENDING, after=of.id),
    "plans.active": lambda tx, of: tx.plans.active([of.word, "none"]),
    "plans.deactivate": lambda tx, of: tx.plans.deactivate(of.ids),
    "plans.get_many": lambda tx, of: tx.plans.get_many(of.ids),
    "redemptions.get": lambda tx, of: tx.redemptions.get(of.id, lock=True),
    "redemptions.get_many": lambda tx, of: tx.redemptions.get_many(of.ids, lock=True),
    "redemptions.uses_of": lambda tx, of: tx.redemptions.uses_of(of.group_id, [of.group_id], lock=True),
    "redemptions.in_force": lambda tx, of: tx.redemptions.in_force(of.group_ids, lock=True),
    "redemptions.for_order": lambda tx, of: tx.redemptions.for_order(of.id, lock=True),
    "redemptions.page": lambda tx, of: tx.redemptions.page(after=of.id),
    "redemptions.page of newest": lambda tx, of: tx.redemptions.page(after=of.id, newest_first=True),
    "redemptions.page of customer": lambda tx, of: tx.redemptions.page(customer_id=of.group_id),
    "redemptions.use": lambda tx, of: tx.redemptions.use(of.uses),
    "redemptions.set_status": lambda tx, of: tx.redemptions.set_status(of.ids, RedemptionStatus.REMOVED),
    "referrals.for_payment": lambda tx, of: tx.referrals.for_payment(of.id),
    "referrals.has_referred": lambda tx, of: tx.referrals.has_referred(of.group_id),
    "referrals.of": lambda tx, of: tx.referrals.of(of.id, lock=True),
    "referrals.page": lambda tx, of: tx.referrals.page(after=of.id),
    "referrals.page of newest": lambda tx, of: tx.referrals.page(after=of.id, newest_first=True),
    "referrals.page of referrer": lambda tx, of: tx.referrals.page(referrer_id=of.group_id, after=of.ids[0]),
    "referrals.save": lambda tx, of: tx.referrals.save(tx.referrals.of(of.id)),
    "refunds.get": lambda tx, of: tx.refunds.get(of.id, lock=True),
    "refunds.save": lambda tx, of: tx.refunds.save(tx.refunds.get(of.id)),
    "refunds.by_ref": lambda tx, of: tx.refunds.by_ref(of.word),
    "refunds.for_payment": lambda tx, of: tx.refunds.for_payment(of.group_id),
    "top_up_rules.get": lambda tx, of: tx.top_up_rules.get(of.id),
    "top_up_rules.low": lambda tx, of: tx.top_up_rules.low(after=of.id, limit=10),
    "top_up_rules.remove": lambda tx, of: tx.top_up_rules.remove(of.id),
    "sellers.get": lambda tx, of: tx.sellers.get(of.seller_id),
    "services.get": lambda tx, of: tx.services.get(of.id, lock=True),
    "services.save": lambda tx, of: tx.services.save(tx.services.get(of.id)),
    "services.save_configuration": lambda tx, of: tx.services.save_configuration([tx.services.get(of.id)]),
    "services.waiting_for": lambda tx, of: tx.services.waiting_for(of.id),
    "services.stop_waiting": lambda tx, of: tx.services.stop_waiting(of.id),
    "services.close_many": lambda tx, of: tx.services.close_many(of.ids),
    "services.for_subscriptions": lambda tx, of: tx.services.for_subscriptions(of.ids),
    "services.for_order": lambda tx, of: tx.services.for_order(of.id),
    "services.page": lambda tx, of: tx.services.page(after=of.id),
    "services.page of newest": lambda tx, of: tx.services.page(after=of.id, newest_first=True),
    "services.page of customer": lambda tx, of: tx.services.page(customer_id=of.group_id),
    "series.take": lambda tx, of: tx.series.take("A", 1),
    "statements.balance": lambda tx, of: tx.statements.balance(of.group_id, "x", ["receivable"], before=LATE),
    "statements.movements": lambda tx, of: tx.statements.movements(
        of.group_id, "x", ["receivable"], begin=slot_at(5), end=LATE
    ),
    "stock.lock": lambda tx, of: tx.stock.lock(of.units),
    "stock.take": lambda tx, of: tx.stock.take(of.units),
    "stock.give_back": lambda tx, of: tx.stock.give_back(of.units),
    "subscription_changes.get": lambda tx, of: tx.subscription_changes.get(of.id),
    "subscription_changes.scheduled": lambda tx, of: tx.subscription_changes.scheduled(of.ids),
    "subscription_changes.save_many": lambda tx, of: tx.subscription_changes.save_many(
        [tx.subscription_changes.get(of.id)]
    ),
    "subscriptions.get": lambda tx, of: tx.subscriptions.get(of.id, lock=True),
    "subscriptions.lock_many": lambda tx, of: tx.subscriptions.lock_many(of.ids),
    "subscriptions.for_order": lambda tx, of: tx.subscriptions.for_order(of.id),
    "subscriptions.save_many": lambda tx, of: tx.subscriptions.save_many([tx.subscriptions.get(of.id)]),
    "subscriptions.due_by_seller": lambda tx, of: tx.subscriptions.due_by_seller(slot_at(2)),
    "subscriptions.claim_due": lambda tx, of: tx.subscriptions.claim_due(slot_at(2), 200),
    "subscriptions.claim_due together": lambda tx, of: tx.subscriptions.claim_due(slot_at(9), 200, together=True),
    "subscriptions.living_items": lambda tx, of: tx.subscriptions.living_items(of.ids),
    "subscriptions.on_other_versions": lambda tx, of: tx.subscriptions.on_other_versions(of.plan_code, of.id),
    "subscriptions.on_other_versions after": lambda tx, of: tx.subscriptions.on_other_versions(
        of.plan_code, of.id, after=of.id
    ),
    "subscriptions.items": lambda tx, of: tx.subscriptions.items(of.ids),
    "subscriptions.item": lambda tx, of: tx.subscriptions.item(of.id, lock=True),
    "subscriptions.save_items": lambda tx, of: tx.subscriptions.save_items([tx.subscriptions.item(of.id)]),
    "subscriptions.page": lambda tx, of: tx.subscriptions.page(after=of.id),
    "subscriptions.page of newest": lambda tx, of: tx.subscriptions.page(after=of.id, newest_first=True),
    "subscriptions.page of customer": lambda tx, of: tx.subscriptions.page(customer_id=of.group_id),
    "subscriptions.page of held": lambda tx, of: tx.subscriptions.page(held=True),
    "tax.for_customers": lambda tx, of: tx.tax.for_customers(of.group_ids),
    "tax.exemptions": lambda tx, of: tx.tax.exemptions(of.group_ids),
    "tax.exemption": lambda tx, of: tx.tax.exemption(of.id, lock=True),
    "tax.end_exemption": lambda tx, of: tx.tax.end_exemption(tx.tax.exemption(of.id)),
    "tax.checks": lambda tx, of: tx.tax.checks(of.group_id),
    "tax.evidence": lambda tx, of: tx.tax.evidence(of.group_id),
    "tax.billed": lambda tx, of: tx.tax.billed(of.ids),
    "tax.answers": lambda tx, of: tx.tax.answers(of.group_ids),
    "tax.save_answers": lambda tx, of: tx.tax.save_answers([*tx.tax.answers(of.ids).values()]),
    "tax.waiting": lambda tx, of: tx.tax.waiting(after=of.id),
    "tax.let_go": lambda tx, of: tx.tax.let_go(of.group_ids),
    "tax.with_tax_id": lambda tx, of: tx.tax.with_tax_id(after=of.id),
    "tax.with_evidence": lambda tx, of: tx.tax.with_evidence(after=of.id),
    "usage.meters": lambda tx, of: tx.usage.meters([of.word]),
    "usage.counted": lambda tx, of: tx.usage.counted(["traffic", of.word]),
    "usage.save_meters": lambda tx, of: tx.usage.save_meters(new=[], changed=list(tx.usage.meters([of.word]).values())),
    "usage.subjects": lambda tx, of: tx.usage.subjects(of.ids),
    "usage.items": lambda tx, of: tx.usage.items(of.ids),
    "usage.open_from": lambda tx, of: tx.usage.open_from(of.group_ids, slot_at(2)),
    "usage.add_new": lambda tx, of: tx.usage.add_new(
        [id_of(60_000), id_of(60_001)], of.events, [Counted(of.group_id, Decimal(1), None)] * 2
    ),
    "usage.stored": lambda tx, of: tx.usage.stored([of.word, "none"]),
    "usage.add_corrections": lambda tx, of: tx.usage.add_corrections(dict.fromkeys(of.ids, of.id)),
    "usage.page": lambda tx, of: tx.usage.page(of.periods[0]),
    "usage.page after": lambda tx, of: tx.usage.page(of.periods[0], after=of.id),
    **{
        f"usage.quantities: {kind}": lambda tx, of, kind=kind: tx.usage.quantities(
            [(period, kind) for period in of.periods]
        )
        for kind in Aggregation
    },
    "usage.bills": lambda tx, of: tx.usage.bills(of.group_ids, slot_at(2)),
    "usage.add_grant": lambda tx, of: tx.usage.add_grant(of.grant),
    "usage.grants": lambda tx, of: tx.usage.grants(of.group_ids),
    "usage.reached": lambda tx, of: tx.usage.reached(of.periods),
    "vouchers.batch": lambda tx, of: tx.vouchers.batch(of.id),
    "vouchers.batches": lambda tx, of: tx.vouchers.batches(after=of.id),
    "vouchers.batches of newest": lambda tx, of: tx.vouchers.batches(after=of.id, newest_first=True),
    "vouchers.by_digest": lambda tx, of: tx.vouchers.by_digest(of.word),
    "vouchers.counts": lambda tx, of: tx.vouchers.counts(of.group_ids),
    "vouchers.expire": lambda tx, of: tx.vouchers.expire(of.group_id),
    "vouchers.save": lambda tx, of: tx.vouchers.save(tx.vouchers.by_digest(of.word)),
    "webhooks.get": lambda tx, of: tx.webhooks.get(of.id, lock=True),
    "webhooks.add_new": lambda tx, of: tx.webhooks.add_new(tx.webhooks.get(of.id)),
    "webhooks.save": lambda tx, of: tx.webhooks.save(tx.webhooks.get(of.id)),
    "webhooks.page": lambda tx, of: tx.webhooks.page(after=of.id),
    "webhooks.page of status": lambda tx, of: tx.webhooks.page(status=WebhookStatus.UNMATCHED),
    "webhooks.page newest first": lambda tx, of: tx.webhooks.page(after=of.id, newest_first=True),
    "webhooks.newest_applied": lambda tx, of: tx.webhooks.newest_applied("bank", of.word),
    "webhooks.rejected": lambda tx, of: tx.webhooks.rejected(),
}

PROVISIONING: dict[str, Query] = {
    "audits.for_resource": lambda tx, of: tx.audits.for_resource(of.group_id),
    "audits.page": lambda tx, of: tx.audits.page(of.group_id, after=of.ids[0]),
    "credentials.by_name": lambda tx, of: tx.credentials.by_name(of.word, lock=True),
    "credentials.save_many": lambda tx, of: tx.credentials.save_many([tx.credentials.by_name(of.word)]),
    "credentials.delete": lambda tx, of: tx.credentials.delete(of.id),
    "credentials.wrapped_with_other_than": lambda tx, of: tx.credentials.wrapped_with_other_than("new", limit=100),
    "plan_maps.for_plans": lambda tx, of: tx.plan_maps.for_plans([of.word]),
    "plan_maps.delete_many": lambda tx, of: tx.plan_maps.delete_many(of.ids),
    "resources.get": lambda tx, of: tx.resources.get(of.id, lock=True),
    "resources.get_many": lambda tx, of: tx.resources.get_many(of.ids, lock=True),
    "resources.for_service": lambda tx, of: tx.resources.for_service(of.id),
    "resources.services_known": lambda tx, of: tx.resources.services_known(of.ids),
    "resources.save_many": lambda tx, of: tx.resources.save_many(
        [attrs.evolve(each, version=each.version + 1) for each in tx.resources.get_many(of.ids)]
    ),
    "resources.holder": lambda tx, of: tx.resources.holder(f"host{of.number % 10}", of.word),
    "resources.to_sync": lambda tx, of: tx.resources.to_sync("host3", after=None, limit=100),
    "resources.to_sync after": lambda tx, of: tx.resources.to_sync("host3", after=of.id, limit=100),
    "resources.by_ref": lambda tx, of: tx.resources.by_ref(f"host{of.number % 10}", of.word),
    "resources.refs_standing": lambda tx, of: tx.resources.refs_standing("host5", [of.word, "none"]),
    "resources.for_order": lambda tx, of: tx.resources.for_order(of.group_id),
    "resources.list": lambda tx, of: tx.resources.list(after=of.id),
    "resources.list newest first": lambda tx, of: tx.resources.list(after=of.id, newest_first=True),
    "resources.list of customer": lambda tx, of: tx.resources.list(customer_id=of.group_id),
    "resources.list of held": lambda tx, of: tx.resources.list(held=True, after=of.id),
    "resources.list of status": lambda tx, of: tx.resources.list(status=ResourceStatus.FAILED),
    "resources.list of customer and status": lambda tx, of: tx.resources.list(
        customer_id=of.group_id, status=ResourceStatus.ACTIVE
    ),
    "tasks.get_for": lambda tx, of: tx.tasks.get_for(of.id),
    "tasks.save": lambda tx, of: tx.tasks.save(tx.tasks.get_for(of.id)),
    "tasks.for_resource": lambda tx, of: tx.tasks.for_resource(of.group_id),
    "webhooks.add_new": lambda tx, of: tx.webhooks.add_new(
        ProviderWebhook(
            id=id_of(60_000),
            account="host",
            event_id=of.word,
            event_type="x",
            ref=None,
            result=WebhookOutcome.IGNORED,
            received_at=LATE,
        )
    ),
    "webhooks.get": lambda tx, of: tx.webhooks.get(of.id, lock=True),
    "webhooks.save": lambda tx, of: tx.webhooks.save(tx.webhooks.get(of.id)),
    "webhooks.purge": lambda tx, of: tx.webhooks.purge(before=slot_at(2)),
}

QUERIES: dict[str, tuple[str, Query]] = {
    **{name: ("", query) for name, query in KERNEL.items()},
    **{f"billing.{name}": ("billing", query) for name, query in BILLING.items()},
    **{f"provisioning.{name}": ("provisioning", query) for name, query in PROVISIONING.items()},
}


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


ONLY_INSERTS = _names("""
    billing.accounting.add_many billing.audits.add_many billing.charges.add_many billing.coupons.add
    billing.coupons.add_codes billing.credits.add_many billing.customers.add_many billing.deferrals.add_many
    billing.disputes.add billing.payment_plans.add
    billing.draft_invoices.add billing.drafts.add_many billing.dunning.add_many
    billing.invoices.add_allocations billing.invoices.add_many billing.series.give
    billing.ledger.add_many billing.orders.add_items billing.pauses.add_many
    billing.payment_methods.add billing.reports.add_many
    billing.payments.add billing.plans.add_many billing.redemptions.add_many billing.referrals.add billing.refunds.add
    billing.sellers.add billing.services.add_many billing.subscription_changes.add_many
    billing.subscriptions.add_many billing.tax.add_checks billing.tax.add_evidence billing.tax.add_exemption
    billing.top_up_rules.put billing.vouchers.add
    billing.usage.add_bills billing.usage.add_reached limits.put operations.add_many
    actions.add secrets.put tokens.add
    provisioning.audits.add_many provisioning.credentials.add provisioning.plan_maps.add_many
    provisioning.resources.add_many provisioning.tasks.add_many secrets.put
    billing.dunning.add_notices
""")
"""Nothing is looked for."""

VERIFY = _names("""
    billing.bank_lines.state_without_audit billing.bank_lines.without_payment
    billing.disputes.ledger_differences billing.disputes.reopened_differences billing.disputes.state_without_audit
    billing.payment_plans.state_without_audit billing.payment_plans.strays billing.payment_plans.wrong_sums
    billing.charges.overlapping billing.coupons.wrong_uses billing.credits.expired
    billing.credits.ledger_differences billing.credits.wrong_lots billing.deferrals.unearned
    billing.referrals.state_without_audit billing.vouchers.ledger_differences billing.vouchers.without_credit
    billing.dunning.ended_though_paid billing.dunning.open_on_settled billing.dunning.suspended_though_active
    billing.dunning.without_case billing.invoices.overcredited billing.invoices.receivable_differences
    billing.invoices.state_without_audit billing.invoices.tax_differences billing.invoices.prepayment_differences
    billing.invoices.without_entry
    billing.invoices.without_number billing.invoices.without_state billing.invoices.wrong_balances
    billing.invoices.wrong_totals
    billing.ledger.trial_balance billing.ledger.unbalanced_currencies billing.ledger.unbalanced_entries
    billing.pauses.stepped_in_pause billing.pauses.unheeded billing.pauses.without_pause
    billing.orders.paid_unreleased billing.orders.released_twice billing.orders.state_without_audit
    billing.payments.captured_unallocated billing.payments.captured_without_entry billing.payments.over_refunded
    billing.series.gaps billing.series.unknown
    billing.payments.state_without_audit billing.payments.twice_captured billing.redemptions.state_without_audit
    billing.redemptions.wrong_sums billing.refunds.state_without_audit billing.services.state_without_audit
    billing.subscriptions.billed_periods billing.subscriptions.state_without_audit billing.tax.wrong_categories
    provisioning.audits.moves_outside provisioning.audits.status_mismatches
    provisioning.resources.active_unconfirmed provisioning.resources.shared_driver_refs
    provisioning.resources.shared_services provisioning.resources.stalled
    provisioning.resources.without_driver_ref
    billing.invoices.whole
""")
"""What an operator asks about all that a seller ever did."""

FEW = {
    "provisioning.webhooks.page": "what providers sent in the last days: the rest is purged",
    "billing.bank_lines.open_invoices": "lines are matched with all that is open",
    "billing.deferrals.behind": "the sellers of an installation",
    "billing.deferrals.lock_run": "the first run of a seller looks for the first day",
    "billing.ledger.lines": "an account may hold most of the postings",
    "billing.ledger.movements": "a trial balance is of all accounts",
    "billing.plans.latest": "a catalogue is loaded",
    "billing.sellers.all": "the sellers of an installation",
    "billing.sellers.page": "the sellers of an installation",
    "billing.reports.changes": "a report is of all agreements",
    "billing.reports.count_on": "a report is of all agreements",
    "billing.reports.currencies": "a report is of all agreements",
    "billing.reports.receivables": "a report is of all that is owed",
    "billing.reports.recurring_on": "a report is of all agreements",
    "billing.reports.standing": "a report is of all customers",
    "billing.services.count_live": "a share of all services is wanted",
    "billing.top_up_rules.sellers": "the sellers of an installation",
    "billing.stock.all": "all that is limited",
    "billing.stock.set_limits": "a catalogue is loaded",
    "billing.webhooks.add_reject": "only the newest are kept",
    "jobs.counts": "an operator looks",
    "limits.list": "the accounts of an installation",
    "provisioning.credentials.list": "the accounts of a seller",
    "provisioning.plan_maps.list": "the manifest is read",
    "provisioning.resources.pairs_to_sync": "all that stands somewhere is looked at",
    "provisioning.strays.list": "what one account holds that is not ours",
    "provisioning.strays.replace": "what one account holds that is not ours",
}
"""What reads all there is because all is wanted, and why that is little or seldom."""
