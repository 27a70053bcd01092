"""Dunning policies, as the manifest names them: what happens to an unpaid invoice before and after its due day.

The groups of customers that a policy names come first, then what the plan says, then the policy `default`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final, Literal, TypeAlias

import attrs

from larabill_core.errors import Faults, InvalidInput
from larabill_core.money import exponent, parse_currency, quantize

Action: TypeAlias = Literal["remind", "retry", "late_fee", "suspend", "end"]

TAKING: Final[frozenset[Action]] = frozenset({"suspend", "end"})
"""Actions that take something away: they stand under the ceiling, and once each in a ladder."""

DEFAULT: Final = "default"
"""The policy of invoices for which nothing else is said. It needs no table."""

DAY: Final = timedelta(days=1)
LONGEST: Final = timedelta(days=366)
MOST_ATTEMPTS: Final = 24

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9_.-]{0,62}[a-z0-9])?")


@attrs.frozen(kw_only=True)
class LadderStep:
    """`after` counts from the moment at which the invoice became overdue: the start of the day after its due day."""

    after: timedelta
    do: Action


DEFAULT_LADDER: Final = (
    LadderStep(after=timedelta(days=3), do="remind"),
    LadderStep(after=timedelta(days=5), do="retry"),
    LadderStep(after=timedelta(days=10), do="suspend"),
    LadderStep(after=timedelta(days=30), do="end"),
)


@attrs.frozen(kw_only=True)
class LateFee:
    """`percent` of what is open, or the amount of the invoice's currency. Raises `InvalidInput` with every fault."""

    percent: Decimal | None = None
    amounts: Mapping[str, Decimal] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        if (self.percent is None) is not bool(self.amounts):
            faults.add("percent", "stands beside amounts, or neither does", remedy="give either percent or amounts")
        if self.percent is not None and not 0 < self.percent <= 100:
            faults.add("percent", "must be more than 0 and up to 100", value=self.percent)
        check_amounts(self.amounts, "amounts", faults)
        faults.raise_if_any()


def check_amounts(amounts: Mapping[str, Decimal], path: str, faults: Faults) -> None:
    """Positive amounts by currency, no finer than it."""
    for currency, amount in amounts.items():
        with faults.at(path):
            try:
                parse_currency(currency, currency)
                if not 0 < amount == quantize(amount, currency):
                    faults.add(currency, f"must be more than 0, with up to {exponent(currency)} decimals", value=amount)
            except InvalidInput as problem:
                faults.include(problem)


def late_fee(fee: LateFee, balance: Decimal, currency: str) -> Decimal:
    """What the fee is on an open balance; 0 in a currency for which no amount is given."""
    if fee.percent is None:
        return fee.amounts.get(currency, Decimal(0))
    return quantize(balance * fee.percent / 100, currency)


@attrs.frozen(kw_only=True)
class DunningPolicy:
    """`groups`: of customers for whom it stands. `before`: reminders so long before the due day, the earliest first.

    `collect`: whether the first attempt to charge is made when the invoice is issued, or on its due day. `retries`: the
    gaps between a soft decline and the next attempt with the same method. `attempts_a_day`: so many attempts at most
    that are not paid, with one method, in any 24 hours, all invoices of the customer together. `overdue`: the ladder;
    None: that of `[billing]`. Raises `InvalidInput` with every fault.
    """

    groups: tuple[str, ...] = ()
    before: tuple[timedelta, ...] = ()
    collect: Literal["issue", "due"] = "issue"
    retries: tuple[timedelta, ...] = ()
    attempts_a_day: int = 4
    late_fee: LateFee | None = None
    overdue: tuple[LadderStep, ...] | None = None

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        for index, before in enumerate(self.before):
            if not DAY <= before <= LONGEST or before % DAY:
                faults.add(f"before[{index}]", "must be whole days, 1 to 366", value=shown(before))
        for index, (first, second) in enumerate(pairwise(self.before), start=1):
            if second >= first:
                faults.add(f"before[{index}]", "must be later than the one before", value=shown(second))
        for index, gap in enumerate(self.retries):
            if not timedelta(0) < gap <= LONGEST:
                faults.add(f"retries[{index}]", "must be more than nothing, up to 366 days", value=shown(gap))
        if not 1 <= self.attempts_a_day <= MOST_ATTEMPTS:
            faults.add("attempts_a_day", f"must be 1 to {MOST_ATTEMPTS}", value=self.attempts_a_day)
        if self.overdue is not None:
            check_ladder(self.overdue, "overdue", faults)
        faults.raise_if_any()

    @property
    def steps(self) -> tuple[LadderStep, ...]:
        """The steps of its ladder."""
        return self.overdue or ()


def check_ladder(ladder: Sequence[LadderStep], path: str, faults: Faults) -> None:
    """Note every fault by key path.

    Steps stand in order, each later than the one before; `suspend` and `end` stand there at most once; nothing follows
    `end`.
    """
    for index, (before, step) in enumerate(pairwise(ladder), start=1):
        with faults.at(path, index):
            if step.after <= before.after:
                faults.add("after", "must be later than the step before", value=shown(step.after))
            if before.do == "end":
                faults.add("do", "nothing can follow an end", value=step.do, remedy="put the end last")
    seen: set[Action] = set()
    for index, step in enumerate(ladder):
        with faults.at(path, index):
            if step.after < timedelta(0):
                faults.add("after", "must not be negative", value=shown(step.after))
            if step.do in TAKING and step.do in seen:
                faults.add("do", "stands in the ladder twice", value=step.do)
        seen.add(step.do)


def check_policies(policies: Mapping[str, DunningPolicy], ladder: Sequence[LadderStep], faults: Faults) -> None:
    """What the policies say together, those without a ladder with this one: note every fault."""
    named: dict[str, str] = {}
    for name, policy in policies.items():
        if not _NAME.fullmatch(name):
            remedy = "use up to 64 of a-z, 0-9, dash, dot and underscore"
            faults.add("", "has a name that is none", value=name, remedy=remedy)
            continue
        with faults.at(name):
            actions = {step.do for step in (ladder if policy.overdue is None else policy.steps)}
            if policy.retries and "retry" in actions:
                faults.add("retries", "stand beside a ladder with a retry", remedy="give the policy a ladder without")
            if policy.late_fee is None and "late_fee" in actions:
                faults.add("late_fee", "is missing, but stands in the ladder", remedy="say how much it is")
            for group in policy.groups:
                if group in named:
                    faults.add("groups", f"stand in the policy {named[group]} too", value=group)
                named[group] = name


def shown(span: timedelta) -> str:
    """As it is written in the manifest."""
    return f"{span / DAY:g}d"


def choose(policies: Mapping[str, DunningPolicy], group: str, of_plans: Iterable[str]) -> str:
    """The name of the policy: that of the customer's group, else the first that a plan names, else `default`.

    What the manifest does not name any more counts as nothing said.
    """
    of_group = [name for name, policy in policies.items() if group and group in policy.groups]
    return next((name for name in (*of_group, *of_plans) if name in policies), DEFAULT)


def is_little(minimum: Mapping[str, Decimal], currency: str, owed: Decimal) -> bool:
    """Whether so much is less than the seller's minimum in the currency."""
    return owed < minimum.get(currency, Decimal(0))
