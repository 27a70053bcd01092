"""What the API takes and answers: plans. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from larabill_client.models.shared import BillingMode, OptionOut, PhaseOut, PriceOut, UsagePriceOut


class PlanOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A plan as customers see it. `commitments` are the least that a period costs, by currency."""

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


class Plans(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """By code."""

    items: Sequence[PlanOut]
