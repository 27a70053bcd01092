"""What holds after each step of a history, and what else when all work is done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import sqlalchemy as sa
from tests.histories.company import GATEWAY, Company
from tests.histories.watch import Watch

from larabill_billing.invoicing.totals import Totals
from larabill_billing.payments.model import TOOK_MONEY, Payment, PaymentStatus
from larabill_billing.subscriptions.model import GONE, ServiceStatus
from larabill_core.jobs import JobStatus
from larabill_core.module import load_target
from larabill_core.verify import Violation
from larabill_sqlalchemy.billing.invoicing_tables import INVOICES, LINES

ISSUED = (INVOICES, LINES)
Documents = Mapping[tuple[str, Any], Any]


def violations(company: Company, watch: Watch) -> list[Violation]:
    """What `larabill verify` finds: I1 to I6, I9 and I11."""
    now = company.clock.now()

    def verify(tx: Any) -> list[Violation]:
        return [each for rule in _rules(company) for each in watch.ask(rule, now, partial(_found, rule, tx))]

    return company.run(verify)


def _rules(company: Company) -> list[Callable[[Any], Iterable[Violation]]]:
    return [load_target(target) for module in company.engine.modules for target in module.verify]


def _found(rule: Callable[[Any], Iterable[Violation]], tx: Any) -> list[Violation]:
    return list(rule(tx))


def unbalanced(company: Company) -> dict[str, Decimal]:
    """What the ledger sums to in each currency, where that is not nothing (I4)."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for (_, currency), balance in company.balances().items():
        sums[currency] += balance
    return {currency: left for currency, left in sums.items() if left}


def documents(company: Company) -> Documents:
    """Every row of every issued document, as it stands in the database."""

    def read(tx: Any) -> Documents:
        return {
            (table.name, row.id): tuple(row)
            for table in ISSUED
            for row in tx.connection.execute(sa.select(table).where(table.c.seller_id == company.seller))
        }

    return company.run(read)


def altered(before: Documents, after: Documents) -> list[tuple[str, Any]]:
    """Documents that changed or are gone (I5)."""
    return [key for key, row in before.items() if after.get(key) != row]


def same_totals(shown: Totals, wanted: Sequence[Any]) -> bool:
    """Whether one of these documents is what a preview has shown (I13)."""
    return any(
        (shown.type, shown.net, shown.tax, shown.total) == (each.type, each.net, each.tax, each.total)
        and [*shown.amounts] == [line.amount for line in each.lines]
        and [*shown.shares] == [line.share for line in each.lines]
        and [(tax.category, tax.rate, tax.base, tax.tax) for tax in shown.taxes]
        == [(tax.category, tax.rate, tax.base, tax.tax) for tax in each.taxes]
        for each in wanted
    )


def unfinished(company: Company) -> list[str]:
    """Jobs that are still due, and not in the operator's list (I8)."""
    now = company.clock.now()
    jobs = company.engine.run(lambda tx: tx.jobs.list(statuses=(JobStatus.READY, JobStatus.RUNNING), limit=10_000))
    return [f"{job.handler}: {job.last_error}" for job in jobs if job.run_at <= now]


def lost_money(company: Company) -> list[str]:
    """Where the gateway and our payments differ (I1): nothing is on its way any more."""
    known = {payment.ref: payment for payment in company.payments() if payment.account == GATEWAY}
    found = [f"{ref} was charged {times} times" for ref, times in company.gateway.duplicates().items()]
    for thing in company.gateway.payments():
        if thing.status == "captured":
            payment = known.get(thing.ref)
            if payment is None or payment.status not in (*TOOK_MONEY, PaymentStatus.REVIEW):
                found.append(f"{thing.ref} was charged, and is {payment.status if payment else 'not known'}")
            elif payment.amount != Decimal(thing.body["amount"]):
                found.append(f"{thing.ref} is {payment.amount}, and was charged {thing.body['amount']}")
    charged = {thing.ref for thing in company.gateway.payments() if thing.status == "captured"}
    found += [f"{ref} is {each.status}, and was not charged" for ref, each in known.items() if _took(each) - charged]
    return found


def _took(payment: Payment) -> set[str]:
    return {payment.ref} if payment.status in TOOK_MONEY else set()


def lost_services(company: Company) -> list[str]:
    """Where the provider and our services differ (I2, I14): nothing is on its way any more."""
    services = {each.id: each for each in company.engine.billing.services.list(company.seller, limit=1000)}
    standing = [thing.ref for thing in company.provider.resources()]
    found = [f"{ref} stands {standing.count(ref)} times" for ref in sorted(set(standing)) if standing.count(ref) > 1]
    wanted = {f"lb-{id.hex}": each for id, each in services.items()}
    found += [f"{ref} stands, and is nobody's" for ref in standing if ref not in wanted]
    found += [
        f"{ref} stands, and is {wanted[ref].status}" for ref in standing if ref in wanted and wanted[ref].status in GONE
    ]
    found += [
        f"{ref} is active, and does not stand"
        for ref, service in wanted.items()
        if service.status is ServiceStatus.ACTIVE and ref not in standing
    ]
    return found
