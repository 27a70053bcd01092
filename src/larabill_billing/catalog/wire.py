"""The catalogue on the wire. Numbers of prices are text; a pricing model is its table, as the catalogue writes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from larabill_billing.catalog.handlers import Changes
from larabill_billing.catalog.model import (
    BillingMode,
    Option,
    OptionKind,
    Plan,
    Price,
    PriceKind,
    ReleasePolicy,
    Stock,
    Visibility,
)
from larabill_billing.pricing.parse import to_data
from larabill_core.http.wire import Amount
from larabill_core.ids import public_id


class CatalogueIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The tables of a catalogue file as JSON. What it leaves out is sold no more."""

    plans: Annotated[list[dict[str, Any]], Meta(min_length=1, max_length=1000)]
    meters: Annotated[list[dict[str, Any]], Meta(max_length=1000)] = []


class CatalogueChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What a load did, by plan code."""

    added: list[str]
    changed: list[str]
    deactivated: list[str]
    unchanged: list[str]


class PriceOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a quantity costs: each `cycle`, or once. `model` names the pricing model and holds its numbers."""

    currency: str
    kind: PriceKind
    cycle: str | None
    model: dict[str, Any]


class PhaseOut(msgspec.Struct, frozen=True, kw_only=True):
    """The first `cycles` cycles cost this instead."""

    cycles: int
    prices: list[PriceOut]


class OptionPriceOut(msgspec.Struct, frozen=True, kw_only=True):
    """What one unit of an option costs on top in each cycle."""

    currency: str
    cycle: str
    unit_price: Amount
    choice: str


class OptionOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer may configure."""

    name: str
    kind: OptionKind
    choices: list[str]
    minimum: int
    maximum: int
    prices: list[OptionPriceOut]


class UsagePriceOut(msgspec.Struct, frozen=True, kw_only=True):
    """What use costs, in arrears, beyond what is `included` in a period."""

    meter: str
    currency: str
    model: dict[str, Any]
    included: Amount


class PlanOut(msgspec.Struct, frozen=True, kw_only=True):
    """A plan as customers see it. `commitments` are the least that a period costs, by currency."""

    id: str
    code: str
    name: str
    product: str
    regions: list[str]
    billing: BillingMode
    minimum_term_months: int
    notice_days: int
    trial_days: int
    trial_needs_method: bool
    addon: bool
    requires: list[str]
    conflicts: list[str]
    quantity_minimum: int
    quantity_maximum: int
    prices: list[PriceOut]
    phases: list[PhaseOut]
    options: list[OptionOut]
    usage: list[UsagePriceOut]
    commitments: dict[str, Amount]


class Plans(msgspec.Struct, frozen=True, kw_only=True):
    """By code."""

    items: list[PlanOut]


class StaffPlan(PlanOut, frozen=True, kw_only=True):
    """A plan as staff see it."""

    revision: int
    visibility: Visibility
    provision: bool
    release: ReleasePolicy
    dunning: str
    tax_class: str


class StaffPlans(msgspec.Struct, frozen=True, kw_only=True):
    """By code."""

    items: list[StaffPlan]


class StockOut(msgspec.Struct, frozen=True, kw_only=True):
    """How many units of a plan there may be in a region, and how many of them are taken."""

    plan_code: str
    region: str
    total: int
    taken: int
    left: int


class StockList(msgspec.Struct, frozen=True, kw_only=True):
    """By plan and region; what is not limited is left out."""

    items: list[StockOut]


def changes_out(changes: Changes) -> CatalogueChanges:
    """What a load did."""
    return CatalogueChanges(
        added=list(changes.added),
        changed=list(changes.changed),
        deactivated=list(changes.deactivated),
        unchanged=list(changes.unchanged),
    )


def plan_out(plan: Plan) -> PlanOut:
    """For customers."""
    return PlanOut(**_plan(plan))


def staff_plan(plan: Plan) -> StaffPlan:
    """For staff."""
    return StaffPlan(
        **_plan(plan),
        revision=plan.version,
        visibility=plan.visibility,
        provision=plan.provision,
        release=plan.release,
        dunning=plan.dunning,
        tax_class=plan.tax_class,
    )


def stock_out(found: Sequence[Stock]) -> StockList:
    """What there is."""
    return StockList(
        items=[
            StockOut(plan_code=each.plan_code, region=each.region, total=each.total, taken=each.taken, left=each.left)
            for each in found
        ]
    )


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "id": public_id("pln", plan.id),
        "code": plan.code,
        "name": plan.name,
        "product": plan.product,
        "regions": list(plan.regions),
        "billing": plan.billing,
        "minimum_term_months": plan.minimum_term_months,
        "notice_days": plan.notice_days,
        "trial_days": plan.trial_days,
        "trial_needs_method": plan.trial_needs_method,
        "addon": plan.addon,
        "requires": list(plan.requires),
        "conflicts": list(plan.conflicts),
        "quantity_minimum": plan.quantity_minimum,
        "quantity_maximum": plan.quantity_maximum,
        "prices": [_price(price) for price in plan.prices],
        "phases": [
            PhaseOut(cycles=phase.cycles, prices=[_price(price) for price in phase.prices]) for phase in plan.phases
        ],
        "options": [_option(name, option) for name, option in plan.options.items()],
        "usage": [
            UsagePriceOut(
                meter=each.meter, currency=each.currency, model=to_data(each.model), included=f"{each.included:f}"
            )
            for each in plan.usage
        ],
        "commitments": {currency: f"{amount:f}" for currency, amount in plan.commitments.items()},
    }


def _price(price: Price) -> PriceOut:
    cycle = None if price.cycle is None else str(price.cycle)
    return PriceOut(currency=price.currency, kind=price.kind, cycle=cycle, model=to_data(price.model))


def _option(name: str, option: Option) -> OptionOut:
    return OptionOut(
        name=name,
        kind=option.kind,
        choices=list(option.choices),
        minimum=option.minimum,
        maximum=option.maximum,
        prices=[
            OptionPriceOut(
                currency=each.currency, cycle=str(each.cycle), unit_price=f"{each.unit_price:f}", choice=each.choice
            )
            for each in option.prices
        ],
    )
