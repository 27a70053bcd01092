"""Value agreements each night, and answer what the values say.

    billing.value (schedule, all sellers)
      └──▶ billing.value_agreements (one seller, ≤ 500 agreements) ──▶ itself, while there are more

What an agreement is worth at the end of a day is compared with what is known of it, and the difference is written
down. So a night that was missed is made up for by the next one, and a run that is repeated finds nothing to do. What
cannot be priced keeps its worth until a person has mended it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

import attrs

from larabill_billing.invoicing.taxing import treatments
from larabill_billing.periods.schedule import add_months
from larabill_billing.pricing.exact import ZERO, divide, quantize
from larabill_billing.reports.churn import Life, churn_rate
from larabill_billing.reports.currencies import mean_rates, together
from larabill_billing.reports.model import Churned, Move, MrrMonth
from larabill_billing.reports.movements import movements
from larabill_billing.reports.ports import ReportsTx
from larabill_billing.reports.recurring import NOTHING, Recurring
from larabill_billing.reports.shown import at_the_cent
from larabill_billing.reports.value import differences, worth
from larabill_billing.settings import settings_of
from larabill_billing.subscriptions.discounting import discounts_of
from larabill_billing.subscriptions.gather import agreements
from larabill_billing.subscriptions.model import Subscription
from larabill_core.clock import local_date, start_of_day
from larabill_core.errors import ConcurrencyError, DatabaseUnavailable, InvalidInput
from larabill_core.ids import derived_id, new_id
from larabill_core.jobs import NewJob
from larabill_core.messages import Nothing

BATCH: Final = 500
MOST_MONTHS: Final = 120
LONGEST_WINDOW: Final = 3660
ONE_DAY: Final = timedelta(days=1)
RATE: Final = Decimal("0.000001")


@attrs.frozen(kw_only=True)
class Valuation:
    """The day whose end is valued, and the agreement up to which that is done."""

    on: date
    after: UUID | None = None


def value(tx: ReportsTx, payload: Nothing) -> None:
    """One job for each seller whose day is over where they are."""
    for_days = [(seller.id, local_date(tx.now, seller.time_zone) - ONE_DAY) for seller in tx.billing.sellers.all()]
    tx.enqueue(
        *(
            NewJob(
                handler="billing.value_agreements",
                payload=Valuation(on=on),
                seller_id=id,
                event_id=derived_id(id, f"value {on}"),
            )
            for id, on in for_days
        )
    )


def value_agreements(tx: ReportsTx, payload: Valuation) -> None:
    """Up to 500 agreements, by id. The number of statements does not depend on how many there are."""
    seller = tx.billing.sellers.get(tx.seller_id)
    since = tx.billing.reports.newest() or date.min + ONE_DAY
    found = tx.billing.reports.to_value(
        start_of_day(max(since, date(1970, 1, 2)), seller.time_zone), after=payload.after, limit=BATCH
    )
    tx.billing.reports.add_many(_moves_of_each(tx, found, payload.on))
    if len(found) == BATCH:
        more = attrs.evolve(payload, after=found[-1].id)
        tx.enqueue(NewJob(handler="billing.value_agreements", payload=more, seller_id=tx.seller_id))


def _moves_of_each(tx: ReportsTx, found: Sequence[Subscription], on: date) -> list[Move]:
    """Of all at once; where one of them cannot even be read, by halves, until it stands alone and is left out (F26)."""
    try:
        with tx.savepoint():
            return _moves(tx, found, on)
    except (ConcurrencyError, DatabaseUnavailable):
        raise
    except Exception:  # the renewal run holds it, and shows it to a person
        middle = len(found) // 2
        return _moves_of_each(tx, found[:middle], on) + _moves_of_each(tx, found[middle:], on) if middle else []


def _moves(tx: ReportsTx, found: Sequence[Subscription], on: date) -> list[Move]:
    all_of_them = agreements(tx, found)
    known = tx.billing.reports.known([each.id for each in found])
    discounts = discounts_of(tx, all_of_them, lock=False)
    treated = treatments(tx, tx.billing.customers.get_many({each.customer_id for each in found}))
    moves: list[Move] = []
    default = settings_of(tx).proration
    for each in all_of_them:
        customer = each.subscription.customer_id
        before = known.get(each.subscription.id, {})
        try:
            now: Mapping[str, Recurring] = worth(each, discounts, treated[customer], default, on)
        except Exception:  # what cannot be priced stays at what it was worth, and the others go on (F26)
            now = before
        changes = differences(now, before)
        moves += [
            Move(
                id=new_id(),
                seller_id=tx.seller_id,
                customer_id=customer,
                subscription_id=each.subscription.id,
                plan_code=plan,
                currency=each.subscription.currency,
                valued_on=on,
                mrr=change.mrr,
                leaving=change.leaving,
                trial=change.trial,
                trial_leaving=change.trial_leaving,
            )
            for plan, change in changes.items()
        ]
    return moves


def mrr(tx: ReportsTx, first: date, last: date) -> list[MrrMonth]:
    """Each month from that of the first day to that of the last, for each currency. Raises `InvalidInput`.

    Four statements for a month and currency, whatever they hold.
    """
    months = months_of(first, last)
    reports = tx.billing.reports
    return [_month(tx, month, currency) for currency in reports.currencies() for month in months]


def months_of(first: date, last: date) -> list[date]:
    """The first days of the months. Raises `InvalidInput`: in order, at most ten years."""
    found = [first.replace(day=1)]
    while len(found) <= MOST_MONTHS and add_months(found[0], len(found)) <= last:
        found.append(add_months(found[0], len(found)))
    if last < first or len(found) > MOST_MONTHS:
        remedy = f"from the first day on, at most {MOST_MONTHS} months"
        raise InvalidInput.one("last", "is not a day to end with", last.isoformat(), remedy)
    return found


def _month(tx: ReportsTx, month: date, currency: str) -> MrrMonth:
    reports = tx.billing.reports
    last = add_months(month, 1) - ONE_DAY
    before = reports.standing(currency, month)
    opening = sum((each.mrr for each in before.values()), ZERO)
    moves = movements(before, reports.steps(currency, month, last))
    by_plan = reports.recurring_on(currency, last)
    count = reports.count_on(currency, last)
    return at_the_cent(
        MrrMonth(
            month=month,
            currency=currency,
            opening=opening,
            moves=moves,
            closing=sum(by_plan.values(), NOTHING),
            customers=count.customers,
            agreements=count.agreements,
            by_plan={plan: each.mrr for plan, each in by_plan.items() if each.mrr},
        )
    )


def mrr_together(tx: ReportsTx, first: date, last: date) -> list[MrrMonth]:
    """All currencies in the seller's, each month at the mean of the rates that are known of its days.

    Raises `InvalidInput`; `Conflict` when there is no rate.
    """
    currency = tx.billing.sellers.get(tx.seller_id).currency
    found: dict[date, list[MrrMonth]] = {month: [] for month in months_of(first, last)}
    for each in mrr(tx, first, last):
        found[each.month].append(each)
    return [
        together(month, currency, parts, mean_rates(tx, month, currency, [each.currency for each in parts]))
        for month, parts in found.items()
    ]


def churn(tx: ReportsTx, currency: str, on: date, window_days: int) -> Churned:
    """What left in the window before a day. Raises `InvalidInput` for a window that is not 1 to 3,660 days long."""
    if not 1 <= window_days <= LONGEST_WINDOW:
        raise InvalidInput.one("window_days", f"must be 1 to {LONGEST_WINDOW}", window_days)
    reports = tx.billing.reports
    begins = on - timedelta(days=window_days)
    before = reports.standing(currency, begins)
    opening = sum((each.mrr for each in before.values()), ZERO)
    moves = movements(before, reports.steps(currency, begins, on - ONE_DAY))
    lost = -(moves.churn + moves.contraction)
    return Churned(
        on=on,
        window_days=window_days,
        agreements=churn_rate(_lives(reports.changes(currency, on)), on, window_days),
        gross=_share(lost, opening),
        net=_share(lost - moves.expansion - moves.reactivation, opening),
    )


def _share(part: Decimal, whole: Decimal) -> Decimal:
    return quantize(divide(part, whole), RATE) if whole else ZERO


def _lives(changes: Sequence[tuple[UUID, date, Decimal]]) -> list[Life]:
    """From when to when each agreement brought in something; the day after the one at whose end it did not any more."""
    found: list[Life] = []
    amount, begun, current = ZERO, date.min, None
    for subscription, on, change in changes:
        if subscription != current:
            if amount > ZERO:
                found.append(Life(begun))
            amount, current = ZERO, subscription
        before, amount = amount, amount + change
        if before <= ZERO < amount:
            begun = on
        elif amount <= ZERO < before:
            found.append(Life(begun, on))
    return [*found, Life(begun)] if amount > ZERO else found
