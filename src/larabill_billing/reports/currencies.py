"""Recurring revenue of several currencies in one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from operator import attrgetter

import attrs

from larabill_billing.exchange.handlers import rate_of
from larabill_billing.exchange.rates import LONGEST, find_rate
from larabill_billing.periods.schedule import add_months
from larabill_billing.pricing.exact import ONE, ZERO
from larabill_billing.reports.model import MrrMonth
from larabill_billing.reports.movements import Movements
from larabill_billing.reports.ports import ReportsTx
from larabill_billing.reports.recurring import Recurring, average, converted
from larabill_billing.reports.shown import at_the_cent


def mean_rates(tx: ReportsTx, month: date, currency: str, of: Collection[str]) -> dict[str, Decimal]:
    """What one unit of each currency was worth: the mean over the days of the month of which there are rates.

    Where there are none of the month, the newest before it. Raises `InvalidInput`, `Conflict`.
    """
    foreign = [each for each in of if each != currency]
    if not foreign:
        return {currency: ONE}
    last = add_months(month, 1) - timedelta(days=1)
    newest = {each: rate_of(tx, each, currency, last) for each in foreign}
    source = newest[foreign[0]].source
    stored = tx.billing.exchange_rates.between(source, month - LONGEST, last)
    days = sorted({each.on for each in stored if each.on >= month})
    found = {currency: ONE}
    for each in foreign:
        daily = [rate.rate for day in days if (rate := find_rate(stored, each, currency, day)) is not None]
        found[each] = average(daily) if daily else newest[each].rate
    return found


def together(month: date, currency: str, parts: Sequence[MrrMonth], rates: Mapping[str, Decimal]) -> MrrMonth:
    """The parts in one currency, which still adds up: the movements are those of the parts at the same rates.

    What the rates themselves have moved since the month before shows in its opening, which is at this month's rates.
    """

    def of(name: str) -> Decimal:
        get = attrgetter(name)
        return converted({part.currency: get(part) for part in parts}, rates, currency)

    plans = sorted({plan for part in parts for plan in part.by_plan})
    return at_the_cent(
        MrrMonth(
            month=month,
            currency=currency,
            opening=of("opening"),
            moves=Movements(**{field.name: of(f"moves.{field.name}") for field in attrs.fields(Movements)}),
            closing=Recurring(**{field.name: of(f"closing.{field.name}") for field in attrs.fields(Recurring)}),
            customers=sum(part.customers for part in parts),
            agreements=sum(part.agreements for part in parts),
            by_plan={
                plan: converted({part.currency: part.by_plan.get(plan, ZERO) for part in parts}, rates, currency)
                for plan in plans
            },
        )
    )
