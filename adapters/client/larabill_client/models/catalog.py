"""What the API takes and answers: catalog. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

import msgspec

from larabill_client.models.shared import BillingMode, OptionOut, PhaseOut, PriceOut, UsagePriceOut

ReleasePolicy: TypeAlias = Literal["authorised", "paid", "placed"]

Visibility: TypeAlias = Literal["archived", "hidden", "public"]


class CatalogueChanges(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a load did, by plan code."""

    added: Sequence[str]
    changed: Sequence[str]
    deactivated: Sequence[str]
    unchanged: Sequence[str]


class CatalogueIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The tables of a catalogue file as JSON. What it leaves out is sold no more."""

    plans: Sequence[Mapping[str, Any]]
    meters: Sequence[Mapping[str, Any]] = ()


class StaffPlan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A plan as staff see it."""

    id: str
    code: str
    name: str
    product: str
    regions: Sequence[str]
    billing: BillingMode
    minimum_term_months: int
    notice_days: int
    trial_days: int
    trial_needs_method: bool
    addon: bool
    requires: Sequence[str]
    conflicts: Sequence[str]
    quantity_minimum: int
    quantity_maximum: int
    prices: Sequence[PriceOut]
    phases: Sequence[PhaseOut]
    options: Sequence[OptionOut]
    usage: Sequence[UsagePriceOut]
    commitments: Mapping[str, str]
    revision: int
    visibility: Visibility
    provision: bool
    release: ReleasePolicy
    dunning: str
    tax_class: str


class StaffPlans(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """By code."""

    items: Sequence[StaffPlan]


class StockList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """By plan and region; what is not limited is left out."""

    items: Sequence[StockOut]


class StockOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many units of a plan there may be in a region, and how many of them are taken."""

    plan_code: str
    region: str
    total: int
    taken: int
    left: int
