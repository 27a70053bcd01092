"""The entries of a timeline: one class for each verb, with the keys that it takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

import attrs

from larabill_billing.periods.cycle import Cycle, parse_cycle
from larabill_cli.simulate.moments import Moment, When, parse_day, parse_moment, parse_when
from larabill_core.errors import InvalidInput
from larabill_core.money import parse_quantity

_LABEL: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,30}[A-Za-z0-9])?")


def parse_label(value: object, path: str) -> str:
    """A name of the scenario's own for a customer or a subscription. Raises `InvalidInput`."""
    if not isinstance(value, str) or not _LABEL.fullmatch(value):
        raise InvalidInput.one(path, "is not a label", value, "up to 32 letters, digits, dashes and underscores")
    return value


def parse_days(value: object, path: str) -> tuple[date, ...]:
    """Several days. Raises `InvalidInput`."""
    if not isinstance(value, list | tuple):
        raise InvalidInput.one(path, "must be a list of days")
    return tuple(parse_day(each, f"{path}[{number}]") for number, each in enumerate(value))


def _quantity(value: object, path: str) -> int:
    return parse_quantity(value, path)


@attrs.frozen(kw_only=True)
class Entry:
    """What all have: when, and which verb."""

    at: Moment = attrs.field(metadata={"parse": parse_moment})
    do: str


@attrs.frozen(kw_only=True)
class Addon:
    """One more plan in the same agreement."""

    plan: str
    quantity: int = attrs.field(default=1, metadata={"parse": _quantity})
    region: str = ""
    options: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Subscribe(Entry):
    """An order. Without a cycle: something that is sold once. `id` is what the timeline calls the subscription.

    `codes`: of coupons that are redeemed with it.
    """

    customer: str
    plan: str
    cycle: Cycle | None = attrs.field(default=None, metadata={"parse": parse_cycle})
    quantity: int = attrs.field(default=1, metadata={"parse": _quantity})
    region: str = ""
    options: Mapping[str, Any] = attrs.field(factory=dict)
    addons: tuple[Addon, ...] = ()
    codes: tuple[str, ...] = ()
    id: str = attrs.field(default="", metadata={"parse": parse_label})


@attrs.frozen(kw_only=True)
class ChangePlan(Entry):
    """Another plan, or another cycle. `item`: the code of the plan that is replaced, where there are several."""

    subscription: str
    plan: str = ""
    cycle: Cycle | None = attrs.field(default=None, metadata={"parse": parse_cycle})
    item: str = ""
    when: When = attrs.field(default="now", metadata={"parse": parse_when})

    def __attrs_post_init__(self) -> None:
        if not self.plan and self.cycle is None:
            raise InvalidInput.one("plan", "is missing", remedy="name the new plan, or the new cycle")
        if self.plan and self.cycle is not None:
            raise InvalidInput.one("cycle", "cannot change together with the plan", remedy="make two entries of it")


@attrs.frozen(kw_only=True)
class ChangeQuantity(Entry):
    """More or fewer units. `item`: the code of the plan that is meant, where there are several."""

    subscription: str
    quantity: int = attrs.field(metadata={"parse": _quantity})
    item: str = ""
    when: When = attrs.field(default="now", metadata={"parse": parse_when})


@attrs.frozen(kw_only=True)
class Cancel(Entry):
    """The end: now, at the end of what is billed, or on a day; what is unused is given back or not."""

    subscription: str
    when: When = attrs.field(default="period_end", metadata={"parse": parse_when})
    compensation: Literal["none", "credit", "refund"] = "none"


@attrs.frozen(kw_only=True)
class Pause(Entry):
    """Nothing is billed until `resume`. What is paid and unused is added at the end, or lost."""

    subscription: str
    unused: Literal["extend", "forfeit"] = "extend"


@attrs.frozen(kw_only=True)
class Resume(Entry):
    """The end of a pause."""

    subscription: str


@attrs.frozen(kw_only=True)
class Usage(Entry):
    """What a meter counted: a quantity, or a key where it counts different ones.

    `happened` is when, where it comes later than it happened. `event` is the client's id of it: the same one twice is
    counted once; `corrects` names the one in whose place this stands.
    """

    subscription: str
    meter: str
    quantity: Decimal | None = None
    key: str | None = None
    happened: Moment | None = attrs.field(default=None, metadata={"parse": parse_moment})
    event: str = ""
    corrects: str | None = None
    item: str = ""


@attrs.frozen(kw_only=True)
class TopUp(Entry):
    """Prepaid units are granted; what they cost is a plan that is sold once."""

    subscription: str
    meter: str
    units: Decimal
    item: str = ""


@attrs.frozen(kw_only=True)
class ApplyCoupon(Entry):
    """A coupon's code is redeemed for what runs: for an agreement, or for all of a customer's."""

    coupon: str
    subscription: str | None = None
    customer: str | None = None

    def __attrs_post_init__(self) -> None:
        if (self.subscription is None) == (self.customer is None):
            raise InvalidInput.one("subscription", "must be named, or customer, and not both")


@attrs.frozen(kw_only=True)
class Pay(Entry):
    """The customer pays by hand: an invoice, part of it, or all that is open."""

    customer: str
    invoice: str = ""
    amount: Decimal | None = None


@attrs.frozen(kw_only=True)
class Decline(Entry):
    """The customer's card is declined from now on: softly, `until` a day or the next card, or for good."""

    customer: str
    kind: Literal["soft", "hard"] = "soft"
    until: date | None = attrs.field(default=None, metadata={"parse": parse_day})

    def __attrs_post_init__(self) -> None:
        if self.kind == "hard" and self.until is not None:
            raise InvalidInput.one("until", "has no place here", remedy="a hard decline is for good: leave it out")


@attrs.frozen(kw_only=True)
class StoreCard(Entry):
    """The customer stores another card, which pays."""

    customer: str


@attrs.frozen(kw_only=True)
class Promise(Entry):
    """The customer promises to pay by the end of a day: an invoice, or all that is open."""

    customer: str
    until: date = attrs.field(metadata={"parse": parse_day})
    invoice: str = ""


@attrs.frozen(kw_only=True)
class Refund(Entry):
    """What the customer paid goes back: on an invoice or the last one that was paid; all of it, or an amount."""

    customer: str
    invoice: str = ""
    amount: Decimal | None = None
    to: Literal["method", "credit"] = "method"
    reason: str = ""


@attrs.frozen(kw_only=True)
class CreditNote(Entry):
    """A credit note of an invoice, or of the last one: an amount with tax, or all that is left of it."""

    customer: str
    invoice: str = ""
    amount: Decimal | None = None
    reason: str = ""


@attrs.frozen(kw_only=True)
class Credit(Entry):
    """We give the customer credit, which the next invoices use up, and of which nothing is left on `expires_on`."""

    customer: str
    amount: Decimal
    reason: str = "goodwill"
    expires_on: date | None = attrs.field(default=None, metadata={"parse": parse_day})


@attrs.frozen(kw_only=True)
class BuyCredit(Entry):
    """The customer buys credit by hand."""

    customer: str
    amount: Decimal


@attrs.frozen(kw_only=True)
class Voucher(Entry):
    """The customer redeems a voucher, which was sold before, or given away."""

    customer: str
    amount: Decimal
    sold: bool = True


@attrs.frozen(kw_only=True)
class Refer(Entry):
    """The customer, who has not paid yet, was brought by another one."""

    customer: str
    by: str


@attrs.frozen(kw_only=True)
class Dispute(Entry):
    """The customer's bank takes a payment back, all of it or an amount; later it is decided: `won` or `lost` by us."""

    customer: str
    invoice: str = ""
    amount: Decimal | None = None
    fee: Decimal = Decimal(0)
    end: Literal["", "won", "lost"] = ""


@attrs.frozen(kw_only=True)
class Instalments(Entry):
    """What is open of an invoice is paid in instalments, as even as cents allow, on these days."""

    customer: str
    due: tuple[date, ...] = attrs.field(metadata={"parse": parse_days})
    invoice: str = ""


@attrs.frozen(kw_only=True)
class WriteOff(Entry):
    """What is open of an invoice, or of all, will not come."""

    customer: str
    invoice: str = ""
    reason: str = ""


VERBS: Final[Mapping[str, type[Entry]]] = {
    "subscribe": Subscribe,
    "change_plan": ChangePlan,
    "change_quantity": ChangeQuantity,
    "cancel": Cancel,
    "pause": Pause,
    "resume": Resume,
    "usage": Usage,
    "top_up": TopUp,
    "apply_coupon": ApplyCoupon,
    "pay": Pay,
    "decline": Decline,
    "store_card": StoreCard,
    "promise": Promise,
    "refund": Refund,
    "credit_note": CreditNote,
    "credit": Credit,
    "buy_credit": BuyCredit,
    "voucher": Voucher,
    "refer": Refer,
    "dispute": Dispute,
    "instalments": Instalments,
    "write_off": WriteOff,
}
