"""Suspend and end for non-payment, under the ceiling on destruction (DESIGN, section 6).

Cases with money on its way wait. What is above the ceiling, or concerns a gateway that was not heard from since the
step before (so that payments may not have reached us), stands in the operator's list until somebody lets it go on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import record_many
from larabill_billing.dunning import ladder
from larabill_billing.dunning.ceiling import ceiling
from larabill_billing.dunning.disputed import hold_disputed
from larabill_billing.dunning.handlers import case_change, close_little, subscription_change
from larabill_billing.dunning.model import DunningCase
from larabill_billing.dunning.ports import DunningTx
from larabill_billing.invoicing.model import UNPAID
from larabill_billing.payments.model import MANUAL, Payment, PaymentMethod
from larabill_billing.policies import Action, DunningPolicy
from larabill_billing.settings import settings_of
from larabill_billing.subscriptions.model import Service, Subscription, SubscriptionStatus
from larabill_billing.subscriptions.overtaken import fail_overtaken
from larabill_billing.subscriptions.renewal import ended
from larabill_billing.subscriptions.serving import living
from larabill_billing.subscriptions.states import after
from larabill_core.errors import Parked
from larabill_core.ids import derived_id
from larabill_core.jobs import NewJob
from larabill_core.messages import Event, Nothing
from larabill_core.published import AgreementSuspended, ServiceEndRequested, ServiceSuspendRequested

MOST = 2000
LOOK_AGAIN = timedelta(hours=1)
"""A case whose money is on its way is looked at again after this."""

SPARED: Final = frozenset({SubscriptionStatus.TRIALING, SubscriptionStatus.PAUSED})
"""Statuses of agreements from which a suspension takes nothing: they cost nothing now, and what is paused rests."""

_ACTIONS: Final = {
    SubscriptionStatus.PAST_DUE: "overdue",
    SubscriptionStatus.SUSPENDED: "suspend",
    SubscriptionStatus.ENDED: "end",
}


@attrs.frozen(kw_only=True)
class Taking:
    """A case whose next step takes services away, and the gateway through which its money would come.

    `services` counts those that are left. `account` is that of the invoice's last payment, else of the customer's
    default method; empty when no gateway is involved. `heard_at` is when it was last heard from.
    """

    case: DunningCase
    services: int
    account: str
    heard_at: datetime | None


@attrs.frozen(kw_only=True)
class Question:
    """What an operator is asked. `silent`: about cases whose gateway was not heard from, not about the ceiling."""

    text: str
    silent: bool


def take_services(tx: DunningTx, payload: Nothing) -> None:
    """Take the due suspend and end steps of one seller, as far as that needs nobody's approval."""
    ready, silent = _sorted(tx, _due(tx))
    if silent:
        accounts = ", ".join(sorted({taking.account for taking in silent}))
        text = f"no word from {accounts} since the step before: payments may not have reached us"
        _ask(tx, silent, text, silent=True)
    most = ceiling(tx.billing.services.count_live())
    wanted = sum(taking.services for taking in ready)
    if wanted > most:
        _ask(tx, ready, f"this is more than the {most} that one run may take away", silent=False)
    else:
        _carry_out(tx, [taking.case for taking in ready])


def take_approved(tx: DunningTx, payload: Question) -> None:
    """Park with the question; once somebody has approved, take all that is due by then."""
    if tx.job is None or not tx.job.approved_by:
        job = f" {tx.job.id}" if tx.job is not None else ""
        raise Parked(f"{payload.text}. To let it go on: larabill jobs retry{job}")
    ready, silent = _sorted(tx, _due(tx))
    _carry_out(tx, [taking.case for taking in (silent if payload.silent else ready)])


def _due(tx: DunningTx) -> list[DunningCase]:
    due = tx.billing.dunning.claim_due(ladder.taking(settings_of(tx).policies), tx.now, MOST)
    return hold_disputed(tx, close_little(tx, due))


def _sorted(tx: DunningTx, cases: Sequence[DunningCase]) -> tuple[list[Taking], list[Taking]]:
    """Those that may go on, and those whose gateway is silent. A constant number of statements.

    Settled ones are left to be closed; those with money on its way are put off.
    """
    states = tx.billing.invoices.states([case.invoice_id for case in cases])
    payments: dict[UUID, list[Payment]] = defaultdict(list)
    for payment in tx.billing.payments.for_invoices(list(states)):
        for invoice_id in payment.invoice_ids:
            payments[invoice_id].append(payment)
    owed = [case for case in cases if states[case.invoice_id].status in UNPAID]
    waiting = [case for case in owed if any(payment.is_in_flight for payment in payments[case.invoice_id])]
    tx.billing.dunning.save_many([attrs.evolve(case, next_at=tx.now + LOOK_AGAIN) for case in waiting])
    methods = tx.billing.payment_methods.defaults({case.customer_id for case in owed})
    services = tx.billing.services.for_subscriptions([case.subscription_id for case in owed])
    accounts = {
        case.id: _account(payments[case.invoice_id], methods.get(case.customer_id))
        for case in owed
        if case not in waiting
    }
    heard = {account: tx.billing.gateway_accounts.find(account) for account in set(accounts.values()) if account}
    ready: list[Taking] = []
    silent: list[Taking] = []
    for case in owed:
        if case.id in accounts:
            gateway = heard.get(accounts[case.id])
            taking = Taking(
                case=case,
                services=len(living(services.get(case.subscription_id, ()))),
                account=accounts[case.id],
                heard_at=gateway.last_heard_at if gateway is not None else None,
            )
            (silent if is_silent(taking) else ready).append(taking)
    return ready, silent


def _account(payments: Sequence[Payment], method: PaymentMethod | None) -> str:
    through_gateway = [payment.account for payment in payments if payment.account != MANUAL]
    return through_gateway[-1] if through_gateway else method.account if method is not None else ""


def is_silent(taking: Taking) -> bool:
    """Whether the gateway was not heard from since the step before, or, before the first step, since it was overdue."""
    since = taking.case.stepped_at or taking.case.overdue_at
    return bool(taking.account) and (taking.heard_at is None or taking.heard_at < since)


def _ask(tx: DunningTx, takings: Sequence[Taking], why: str, *, silent: bool) -> None:
    """Put one question a day about these cases into the operator's list."""
    policies = settings_of(tx).policies
    counts = {"suspend": 0, "end": 0}
    for taking in takings:
        counts[_action(policies, taking.case)] += taking.services
    text = f"would suspend {counts['suspend']} and end {counts['end']} services of {len(takings)} agreements; {why}"
    oldest = min(takings, key=lambda taking: taking.case.id).case
    tx.enqueue(
        NewJob(
            handler="billing.take_approved",
            payload=Question(text=text, silent=silent),
            event_id=derived_id(oldest.id, f"take:{silent}:{oldest.version}:{tx.now.date()}"),
            seller_id=tx.seller_id,
            tags=("dunning",),
        )
    )


def _action(policies: Mapping[str, DunningPolicy], case: DunningCase) -> Action:
    return ladder.policy_of(policies, case).steps[case.steps].do


def _carry_out(tx: DunningTx, cases: Sequence[DunningCase]) -> None:
    """Suspend or end the agreements of locked cases, as the ladder says. A constant number of statements."""
    if not cases:
        return
    settings = settings_of(tx)
    policies = settings.policies
    ids = [case.subscription_id for case in cases]
    subscriptions = tx.billing.subscriptions.lock_many(ids)
    services = tx.billing.services.for_subscriptions(ids)
    taken: list[DunningCase] = []
    moved: list[tuple[Subscription, Subscription]] = []
    events: list[Event] = []
    for case in cases:
        old = subscriptions[case.subscription_id]
        action = _action(policies, case)
        after_step = ladder.stepped(case, ladder.policy_of(policies, case).steps, tx.now)
        if action == "end":
            after_step = attrs.evolve(after_step, destroy_at=tx.now + settings.keep_data)
            moved.append((old, ended(old, tx.now)))
        else:
            moved += _suspended(old)
        taken.append(after_step)
        if action == "end" or old.status not in SPARED:
            events += _requests(tx, after_step, living(services.get(old.id, ())))
    tx.billing.dunning.save_many(taken)
    tx.billing.subscriptions.save_many([*{new.id: new for _, new in moved}.values()])
    fail_overtaken(tx, moved)
    record_many(
        tx,
        [
            *(case_change(case, _action(policies, case), f"step {case.steps + 1}") for case in cases),
            *(subscription_change(old, new, _ACTIONS[new.status], "not paid") for old, new in moved),
        ],
    )
    tx.publish(*events, *_suspensions(tx, moved, cases))


def _suspensions(
    tx: DunningTx, moved: Sequence[tuple[Subscription, Subscription]], cases: Sequence[DunningCase]
) -> list[Event]:
    invoices = {case.subscription_id: case.invoice_id for case in cases}
    return [
        AgreementSuspended(
            seller_id=tx.seller_id,
            occurred_at=tx.now,
            subscription_id=new.id,
            invoice_id=invoices[new.id],
            customer_id=new.customer_id,
        )
        for _, new in moved
        if new.status is SubscriptionStatus.SUSPENDED
    ]


def _suspended(subscription: Subscription) -> list[tuple[Subscription, Subscription]]:
    """The moves to suspended: two for one that was resumed since its case was opened, none for one that is spared."""
    if subscription.status is SubscriptionStatus.SUSPENDED or subscription.status in SPARED:
        return []
    moves = []
    for event in ("overdue", "suspend") if subscription.status is SubscriptionStatus.ACTIVE else ("suspend",):
        moved = attrs.evolve(subscription, status=after(subscription, event))
        moves.append((subscription, moved))
        subscription = moved
    return moves


def _requests(tx: DunningTx, case: DunningCase, services: Sequence[Service]) -> list[Event]:
    if case.destroy_at is None:
        return [
            ServiceSuspendRequested(
                seller_id=tx.seller_id, occurred_at=tx.now, service_id=service.id, case_version=case.version
            )
            for service in services
        ]
    return [
        ServiceEndRequested(
            seller_id=tx.seller_id,
            occurred_at=tx.now,
            service_id=service.id,
            destroy_at=case.destroy_at,
            case_version=case.version,
        )
        for service in services
    ]


def ask_again(tx: DunningTx, cases: Sequence[DunningCase]) -> None:
    """Repeat requests that were withdrawn because money seemed to be on its way, and then did not come."""
    if not cases:
        return
    again = [attrs.evolve(case, version=case.version + 1, asked_at=tx.now) for case in cases]
    services = tx.billing.services.for_subscriptions([case.subscription_id for case in cases])
    tx.billing.dunning.save_many(again)
    record_many(tx, [case_change(case, "ask_again") for case in again])
    tx.publish(
        *(request for case in again for request in _requests(tx, case, living(services.get(case.subscription_id, ()))))
    )
