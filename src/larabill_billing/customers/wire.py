"""Sellers and customers on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from larabill_billing.customers.model import Customer, Seller
from larabill_core.http.wire import Currency, Listing, Text, next_of
from larabill_core.ids import public_id

Country: TypeAlias = Annotated[str, Meta(pattern="^[A-Z]{2}$", description="ISO 3166-1")]
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200)]
Email: TypeAlias = Annotated[str, Meta(min_length=3, max_length=254)]
Zone: TypeAlias = Annotated[str, Meta(max_length=64, description="As in the IANA time zone database")]
Language: TypeAlias = Annotated[str, Meta(max_length=35, description="en, de-AT, …")]
Lines: TypeAlias = Annotated[list[Text], Meta(max_length=6)]
Group: TypeAlias = Annotated[str, Meta(pattern="^([a-z0-9]([a-z0-9_.-]{0,62}[a-z0-9])?)?$")]


class CustomersQuery(Listing, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`search`: how a word of the name or company, the e-mail address or the tax id begins."""

    search: Annotated[str, Meta(min_length=2, max_length=64)] | None = None


class NewCustomerIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A customer. What is left out of currency, time zone and language is the seller's."""

    name: Name
    email: Email
    country: Country
    company: Text = ""
    tax_id: Text = ""
    address: Lines = []
    currency: Currency | None = None
    time_zone: Zone = ""
    language: Language = ""
    billing_day: Annotated[int, Meta(ge=1, le=31)] | None = None
    group: Group = ""


class ChangeCustomerIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be different; what is left out stays. The currency is for good."""

    name: Name | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    company: Text | UnsetType = UNSET
    tax_id: Text | UnsetType = UNSET
    address: Lines | UnsetType = UNSET
    country: Country | UnsetType = UNSET
    time_zone: Zone | UnsetType = UNSET
    language: Language | UnsetType = UNSET


class SetGroup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The group that the customer is in from now on; empty for none."""

    group: Group


class CustomerOut(msgspec.Struct, frozen=True, kw_only=True):
    """A customer. `group` is shown to staff."""

    id: str
    name: str
    email: str
    company: str
    tax_id: str
    address: list[str]
    country: str
    currency: str
    time_zone: str
    language: str
    billing_day: int | None
    group: str | None
    created_at: datetime


class CustomerPage(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[CustomerOut]
    next: str | None


class NewSellerIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A legal entity that issues invoices."""

    name: Name
    country: Country
    currency: Currency
    time_zone: Zone = "UTC"
    language: Language = "en"
    tax_id: Text = ""
    address: Lines = []
    email: Annotated[str, Meta(max_length=254)] = ""
    phone: Text = ""
    registration: Text = ""


class ChangeSellerIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be different; what is left out stays. Country, currency and time zone are for good."""

    name: Name | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    tax_id: Text | UnsetType = UNSET
    address: Lines | UnsetType = UNSET
    email: Annotated[str, Meta(max_length=254)] | UnsetType = UNSET
    phone: Text | UnsetType = UNSET
    registration: Text | UnsetType = UNSET


class SellerOut(msgspec.Struct, frozen=True, kw_only=True):
    """The legal entity that issues the invoices."""

    id: str
    name: str
    country: str
    currency: str
    time_zone: str
    language: str
    tax_id: str
    address: list[str]
    email: str
    phone: str
    registration: str
    created_at: datetime


class SellerPage(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[SellerOut]
    next: str | None


def given_in(body: ChangeCustomerIn | ChangeSellerIn) -> dict[str, Any]:
    """The fields that the body holds."""
    given = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not UNSET}
    if "address" in given:
        given["address"] = tuple(given["address"])
    return given


def customer_out(customer: Customer, *, for_staff: bool) -> CustomerOut:
    """One customer."""
    return CustomerOut(
        id=public_id("cus", customer.id),
        name=customer.name,
        email=customer.email,
        company=customer.company,
        tax_id=customer.tax_id,
        address=list(customer.address),
        country=customer.country,
        currency=customer.currency,
        time_zone=customer.time_zone,
        language=customer.language,
        billing_day=customer.billing_day,
        group=customer.group if for_staff else None,
        created_at=customer.created_at,
    )


def page_out(found: Sequence[Customer], query: CustomersQuery) -> CustomerPage:
    """One page of a list, for staff."""
    items = [customer_out(each, for_staff=True) for each in found]
    return CustomerPage(items=items, next=next_of(items, query))


def seller_out(seller: Seller) -> SellerOut:
    """One seller."""
    return SellerOut(
        id=public_id("sel", seller.id),
        name=seller.name,
        country=seller.country,
        currency=seller.currency,
        time_zone=seller.time_zone,
        language=seller.language,
        tax_id=seller.tax_id,
        address=list(seller.address),
        email=seller.email,
        phone=seller.phone,
        registration=seller.registration,
        created_at=seller.created_at,
    )


def sellers_out(found: Sequence[Seller], query: Listing) -> SellerPage:
    """One page of a list."""
    items = [seller_out(each) for each in found]
    return SellerPage(items=items, next=next_of(items, query))
