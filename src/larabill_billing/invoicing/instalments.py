"""Payment plans: a balance in instalments. Pure.

What is paid goes to the earliest instalment first, so the plan needs no note of what was paid: it follows from the
balance.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

import attrs

from larabill_core.errors import Faults
from larabill_core.money import allocate

MOST = 60
"""Instalments of one plan."""


class PlanStatus(StrEnum):
    """REPLACED: another plan took its place. BROKEN: an instalment was missed. The last three are final."""

    AGREED = "agreed"
    DONE = "done"
    REPLACED = "replaced"
    BROKEN = "broken"


TRANSITIONS = {
    (PlanStatus.AGREED, "finish"): PlanStatus.DONE,
    (PlanStatus.AGREED, "replace"): PlanStatus.REPLACED,
    (PlanStatus.AGREED, "break"): PlanStatus.BROKEN,
}


@attrs.frozen(kw_only=True)
class Instalment:
    """An amount with a due day of its own."""

    due_on: date
    amount: Decimal


@attrs.frozen(kw_only=True)
class PaymentPlan:
    """How the balance that an invoice had is paid: `instalments` in the order of their due days, with that `amount`.

    `due_on` is the day on which the invoice was due before.
    """

    id: UUID
    seller_id: UUID
    invoice_id: UUID
    amount: Decimal
    currency: str
    due_on: date
    status: PlanStatus = attrs.field(default=PlanStatus.AGREED, converter=PlanStatus)
    instalments: tuple[Instalment, ...]
    created_at: datetime
    updated_at: datetime


def divided(amount: Decimal, currency: str, due: Sequence[date]) -> tuple[Instalment, ...]:
    """Instalments as even as cents allow, one for each due day; the odd cents go to the first ones."""
    parts = allocate(amount, [1] * len(due), currency)
    return tuple(Instalment(due_on=day, amount=part) for day, part in zip(due, parts, strict=True))


def check(instalments: Sequence[Instalment], balance: Decimal, today: date, faults: Faults) -> None:
    """Notes every fault: fewer than two, days not in order or gone, amounts of nothing, or not the balance in sum."""
    if not 2 <= len(instalments) <= MOST:
        faults.add("instalments", f"must be 2 to {MOST}", value=len(instalments))
    for index, each in enumerate(instalments):
        with faults.at("instalments", index):
            if each.amount <= 0:
                faults.add("amount", "must be more than 0", value=each.amount)
            if each.due_on < today:
                faults.add("due_on", "is over", value=each.due_on.isoformat())
    for index, (before, each) in enumerate(pairwise(instalments), start=1):
        if each.due_on <= before.due_on:
            faults.add(f"instalments[{index}].due_on", "must be after the one before", value=each.due_on.isoformat())
    total = sum((each.amount for each in instalments), Decimal(0))
    if total != balance:
        faults.add("instalments", "do not add up to what is owed", value=total, remedy=f"it is {balance}")


def unpaid(plan: PaymentPlan, balance: Decimal) -> tuple[Instalment, ...]:
    """What is left of each instalment while `balance` is owed; none of those that are paid."""
    paid = plan.amount - balance
    left = []
    for each in plan.instalments:
        covered = min(max(paid, Decimal(0)), each.amount)
        paid -= covered
        if covered < each.amount:
            left.append(attrs.evolve(each, amount=each.amount - covered))
    return tuple(left)


def next_due(plan: PaymentPlan, balance: Decimal) -> date:
    """The due day of the earliest instalment that is not paid; of the last one when all are."""
    left = unpaid(plan, balance)
    return left[0].due_on if left else plan.instalments[-1].due_on


def asked_on(plan: PaymentPlan, balance: Decimal, today: date) -> Decimal:
    """How much is to be collected: the instalments that are due by today; nothing while none is."""
    return sum((each.amount for each in unpaid(plan, balance) if each.due_on <= today), Decimal(0))
