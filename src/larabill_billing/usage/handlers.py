"""Meters; what is to be billed for periods, and that it was. Called in the transaction that bills them.

A bill says how much of a period's use stood on which invoice. What a period comes to by now, less all its bills, is
what came late or was corrected: so nothing is billed twice, and nothing is lost that was recorded meanwhile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import attrs

from larabill_billing.catalog.meters import MeterDefinition
from larabill_billing.pricing.exact import subtract, total
from larabill_billing.settings import settings_of
from larabill_billing.usage.model import Draw, Grant, LateUsage, Meter, MeteredPeriod, PeriodUsage, UsageBill, plain
from larabill_billing.usage.ports import UsageTx
from larabill_billing.usage.prepaid import draw_from, grants_for
from larabill_core.errors import Faults, InvalidInput, join
from larabill_core.ids import new_id


def define_meters(tx: UsageTx, meters: Sequence[MeterDefinition]) -> None:
    """Make meters, or write over those of the same codes. Raises `InvalidInput` for another aggregation of a meter that
    has counted: what it said before would not be true any more."""
    there = tx.billing.usage.meters([meter.code for meter in meters])
    moved = {
        meter.code for meter in meters if meter.code in there and there[meter.code].aggregation is not meter.aggregation
    }
    counted = tx.billing.usage.counted(moved) if moved else set()
    faults = Faults()
    for index, meter in enumerate(meters):
        if meter.code in counted:
            path = join("meters", index, "aggregation")
            remedy = f"keep {there[meter.code].aggregation}, or make a meter with another code"
            faults.add(path, f"of {meter.code} cannot change: it has counted", value=meter.aggregation, remedy=remedy)
    faults.raise_if_any()
    wanted = [Meter(seller_id=tx.seller_id, **attrs.asdict(meter, recurse=False)) for meter in meters]
    tx.billing.usage.save_meters(
        new=[meter for meter in wanted if meter.code not in there],
        changed=[meter for meter in wanted if meter.code in there and there[meter.code] != meter],
    )


def usage_for_periods(tx: UsageTx, periods: Sequence[MeteredPeriod]) -> list[PeriodUsage]:
    """What is to be billed for each period, in the order asked for: its quantity, and what is late of earlier ones.

    Late is what is recorded of periods that were billed, within `late_window` of their end, and not billed yet; it goes
    with the earliest period asked for of the same item and meter. A period without time (`start_at` = `end_at`) asks
    for late usage alone, after an agreement has ended. Prepaid units cover what is not included. Statements do not
    depend on the number of periods, but for one more of each kind for each thousand. Raises `InvalidInput` for a meter
    that is not there.
    """
    if not periods:
        return []
    meters = tx.billing.usage.meters({period.meter for period in periods})
    unknown = sorted({period.meter for period in periods} - set(meters))
    if unknown:
        raise InvalidInput.one("meter", "is not a meter of this seller", ", ".join(unknown))
    first = _first(periods)
    window = settings_of(tx).late_window
    since = min(period.start_at for period in periods) - window
    billed = _billed(tx, {period.subscription_item_id for period in periods}, since)
    earlier = [
        spell
        for spell in billed
        if spell.pair in first and first[spell.pair].start_at - window < spell.end_at <= first[spell.pair].start_at
    ]
    asked = [*periods, *earlier]
    found = tx.billing.usage.quantities([(period, meters[period.meter].aggregation) for period in asked])
    late: dict[MeteredPeriod, list[LateUsage]] = defaultdict(list)
    for spell, quantity in zip(earlier, found[len(periods) :], strict=True):
        if more := plain(subtract(quantity, billed[spell])):
            late[first[spell.pair]].append(LateUsage(start_at=spell.start_at, end_at=spell.end_at, quantity=more))
    usages = [
        PeriodUsage(
            period=period,
            quantity=plain(subtract(quantity, billed.get(period, Decimal(0)))),
            late=tuple(late.get(period, ())),
        )
        for period, quantity in zip(periods, found[: len(periods)], strict=True)
    ]
    return _drawn(usages, grants_for(tx, {period.subscription_item_id for period in periods if period.prepaid}))


def _drawn(usages: Sequence[PeriodUsage], grants: dict[tuple[UUID, str], list[Grant]]) -> list[PeriodUsage]:
    """The same with what prepaid units cover, the earlier periods first."""
    drawn: dict[int, tuple[Draw, ...]] = {}
    for index, usage in sorted(enumerate(usages), key=lambda each: each[1].period.start_at):
        pair = usage.period.pair
        if pair in grants and usage.period.prepaid:
            drawn[index] = tuple(draw_from(grants[pair], usage.period, subtract(usage.billable, usage.period.included)))
            taken = {draw.grant_id: draw.units for draw in drawn[index]}
            grants[pair] = [
                attrs.evolve(grant, remaining=grant.remaining - taken.get(grant.id, 0)) for grant in grants[pair]
            ]
    return [attrs.evolve(usage, drawn=drawn.get(index, ())) for index, usage in enumerate(usages)]


def mark_billed(tx: UsageTx, usages: Sequence[PeriodUsage]) -> None:
    """Note that these, as `usage_for_periods` told them, stand on invoices now, and what was taken of prepaid units.

    A period whose quantity is 0 is noted too: from then on events of it are late. Two statements, or three. Raises
    `AlreadyExists` when somebody else has billed one of them in the meantime.
    """
    bills: list[UsageBill] = []
    draws: list[tuple[UUID, Draw]] = []
    for usage in usages:
        own = usage.period
        spells = [LateUsage(start_at=own.start_at, end_at=own.end_at, quantity=usage.quantity), *usage.late]
        if own.start_at >= own.end_at:
            spells = list(usage.late)
        made = [_bill(tx, own, spell) for spell in spells]
        bills += made
        draws += [(made[0].id, draw) for draw in usage.drawn]
    tx.billing.usage.add_bills(bills, draws)


def _bill(tx: UsageTx, own: MeteredPeriod, spell: LateUsage) -> UsageBill:
    return UsageBill(
        id=new_id(),
        seller_id=tx.seller_id,
        subscription_item_id=own.subscription_item_id,
        meter=own.meter,
        start_at=spell.start_at,
        end_at=spell.end_at,
        billed_in=own.start_at,
        quantity=spell.quantity,
        billed_at=tx.now,
    )


def _first(periods: Sequence[MeteredPeriod]) -> dict[tuple[UUID, str], MeteredPeriod]:
    """The earliest period of each item and meter."""
    first: dict[tuple[UUID, str], MeteredPeriod] = {}
    for period in periods:
        known = first.get(period.pair)
        if known is None or period.start_at < known.start_at:
            first[period.pair] = period
    return first


def _billed(tx: UsageTx, item_ids: set[UUID], since: datetime) -> dict[MeteredPeriod, Decimal]:
    """How much of each period is billed by now, on whatever invoices."""
    quantities: dict[MeteredPeriod, list[Decimal]] = defaultdict(list)
    for bill in tx.billing.usage.bills(item_ids, since):
        spell = MeteredPeriod(
            subscription_item_id=bill.subscription_item_id,
            meter=bill.meter,
            start_at=bill.start_at,
            end_at=bill.end_at,
        )
        quantities[spell].append(bill.quantity)
    return {spell: total(values) for spell, values in quantities.items()}
