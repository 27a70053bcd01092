"""What a simulation shows: the object of `--json`, as classes from which its schema is made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import attrs


@attrs.frozen(kw_only=True)
class ShownAllowance:
    """What a discount takes off."""

    reason: str
    amount: str


@attrs.frozen(kw_only=True)
class Line:
    """A line of a document; its `amount` is after its own `allowances`.

    `trace` is None where the price is quantity times unit price and nothing more.
    """

    description: str
    period_start: date | None
    period_end: date | None
    quantity: str
    unit_price: str
    allowances: tuple[ShownAllowance, ...]
    amount: str
    tax_rate: str
    trace: Mapping[str, Any] | None
    explanation: str


@attrs.frozen(kw_only=True)
class Tax:
    """The lines of one category and rate together: `base` is what they come to without tax."""

    name: str
    jurisdiction: str
    category: str
    rate: str
    base: str
    tax: str
    reason: str


@attrs.frozen(kw_only=True)
class ShownInvoice:
    """An invoice or a credit note. `subscription` is None where it is about none, or several.

    `net` is the sum of the lines less the `allowances`: discounts on the whole document.
    """

    type: str
    number: str
    customer: str
    subscription: str | None
    issued_on: date
    due_on: date
    currency: str
    lines: tuple[Line, ...]
    allowances: tuple[ShownAllowance, ...]
    net: str
    taxes: tuple[Tax, ...]
    tax: str
    total: str
    balance: str
    status: str
    paid_at: datetime | None


@attrs.frozen(kw_only=True)
class ShownCredit:
    """A movement of a customer's credit: positive when it was given, negative when it was used.

    `lot` numbers what was given, in its order; a use names the lot that it draws on. `left` is what the lot holds then.
    """

    at: datetime
    customer: str
    lot: int
    amount: str
    left: str
    currency: str
    source: str
    expires_on: date | None


@attrs.frozen(kw_only=True)
class Item:
    """What a subscription is about."""

    plan: str
    quantity: int


@attrs.frozen(kw_only=True)
class Moved:
    """A step in the life of a subscription."""

    at: datetime
    action: str
    before: str
    after: str
    reason: str


@attrs.frozen(kw_only=True)
class ShownSubscription:
    """A subscription as it is at the end, and how it came to that."""

    id: str
    customer: str
    items: tuple[Item, ...]
    cycle: str
    status: str
    next_billing_at: datetime | None
    held_reason: str
    history: tuple[Moved, ...]


@attrs.frozen(kw_only=True)
class ShownEvent:
    """A published event. `about` holds its other fields."""

    at: datetime
    name: str
    about: Mapping[str, Any]


@attrs.frozen(kw_only=True)
class Account:
    """A line of the trial balance: debits are positive, credits negative."""

    currency: str
    account: str
    balance: str


@attrs.frozen(kw_only=True)
class Ledger:
    """The books. `balanced` says whether each currency adds up to zero."""

    accounts: tuple[Account, ...]
    balanced: bool


@attrs.frozen(kw_only=True)
class Waiting:
    """Work that could not be finished, as it stands in the operator's list: the reason says what is wanted."""

    at: datetime
    work: str
    status: str
    reason: str


@attrs.frozen(kw_only=True)
class ShownReject:
    """An entry of the timeline that was refused; `place` is where it stands in the scenario."""

    at: datetime
    place: str
    do: str
    code: str
    message: str


@attrs.frozen(kw_only=True)
class Report:
    """The whole. Instants are written in the scenario's own zone, amounts as text."""

    start: datetime
    until: datetime
    timezone: str
    currency: str
    invoices: tuple[ShownInvoice, ...]
    credits: tuple[ShownCredit, ...]
    subscriptions: tuple[ShownSubscription, ...]
    events: tuple[ShownEvent, ...]
    ledger: Ledger
    waiting: tuple[Waiting, ...]
    rejects: tuple[ShownReject, ...]
