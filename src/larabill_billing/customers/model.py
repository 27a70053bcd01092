"""Sellers and customers. Personal data stays out of every repr (I12)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import attrs


@attrs.frozen(kw_only=True)
class NewSeller:
    """A legal entity that issues invoices, as asked for. `address` is lines, the country apart.

    `registration`: where and under which number it is registered (EN 16931, BT-30 and BT-33), as printed on invoices.
    """

    name: str
    country: str
    currency: str
    time_zone: str = "UTC"
    language: str = "en"
    tax_id: str = ""
    address: tuple[str, ...] = ()
    email: str = ""
    phone: str = ""
    registration: str = ""


@attrs.frozen(kw_only=True)
class ChangeSeller:
    """What is to be different about a seller; None leaves a field as it is.

    Country, currency and time zone are for good: taxes, books and periods are kept in them. Another one is another
    seller.
    """

    name: str | None = None
    language: str | None = None
    tax_id: str | None = attrs.field(default=None, repr=False)
    address: tuple[str, ...] | None = attrs.field(default=None, repr=False)
    email: str | None = attrs.field(default=None, repr=False)
    phone: str | None = attrs.field(default=None, repr=False)
    registration: str | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class Seller:
    """The legal entity that issues the invoice (EN 16931, BG-4). Its id is the `seller_id` of all its rows."""

    id: UUID
    name: str
    country: str
    currency: str
    time_zone: str
    language: str
    tax_id: str = attrs.field(repr=False)
    address: tuple[str, ...] = attrs.field(repr=False)
    email: str = attrs.field(default="", repr=False)
    phone: str = attrs.field(default="", repr=False)
    registration: str = attrs.field(default="", repr=False)
    created_at: datetime


@attrs.frozen(kw_only=True)
class NewCustomer:
    """A customer as asked for. Fields left empty (currency, time zone, language) are the seller's.

    `billing_day`: the day of the month (1 to 31) on which everything of this customer is billed. `group`: a code by
    which a dunning policy may name the customer.
    """

    name: str = attrs.field(repr=False)
    email: str = attrs.field(repr=False)
    country: str
    company: str = attrs.field(default="", repr=False)
    tax_id: str = attrs.field(default="", repr=False)
    address: tuple[str, ...] = attrs.field(default=(), repr=False)
    currency: str = ""
    time_zone: str = ""
    language: str = ""
    billing_day: int | None = None
    group: str = ""


@attrs.frozen(kw_only=True)
class ChangeCustomer:
    """What is to be different about a customer; None leaves a field as it is.

    The currency is for good: credit, prices and the ledger are kept in it. `time_zone` counts for what is ordered from
    now on: subscriptions keep the one that they began in, and their periods with it.
    """

    name: str | None = attrs.field(default=None, repr=False)
    email: str | None = attrs.field(default=None, repr=False)
    company: str | None = attrs.field(default=None, repr=False)
    tax_id: str | None = attrs.field(default=None, repr=False)
    address: tuple[str, ...] | None = attrs.field(default=None, repr=False)
    country: str | None = None
    time_zone: str | None = None
    language: str | None = None


@attrs.frozen(kw_only=True)
class Customer:
    """Who pays. `email` is in canonical form; `time_zone` decides the billing day."""

    id: UUID
    seller_id: UUID
    name: str = attrs.field(repr=False)
    email: str = attrs.field(repr=False)
    company: str = attrs.field(repr=False)
    tax_id: str = attrs.field(repr=False)
    address: tuple[str, ...] = attrs.field(repr=False)
    country: str
    currency: str
    time_zone: str
    language: str
    billing_day: int | None = None
    group: str = ""
    created_at: datetime
