"""The table of one plan in a catalogue file, key by key. What its keys say together is `contradictions`' matter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any, Final

import attrs

from larabill_billing.catalog.model import (
    BillingMode,
    Option,
    Phase,
    PlanDefinition,
    Price,
    ReleasePolicy,
    UsagePrice,
    Visibility,
)
from larabill_billing.catalog.option_table import parse_options
from larabill_billing.catalog.price_table import (
    parse_amount,
    parse_amounts,
    parse_phase_prices,
    parse_prices,
    parse_unit_prices,
)
from larabill_billing.catalog.selling import MOST_UNITS
from larabill_billing.pricing.model import PricingModel
from larabill_billing.proration.model import Convention, ProrationPolicy
from larabill_core.errors import Faults, InvalidInput, join
from larabill_core.money import UNIT_PRICE_PLACES, parse_quantity
from larabill_core.privacy import refuse_pan
from larabill_core.published import FailurePolicy
from larabill_core.structure import structure

REQUIRED: Final = ("code", "name", "prices")
MOST_STOCK: Final = 1_000_000_000

_CODE = re.compile(r"[a-z0-9](?:[a-z0-9_.-]{0,62}[a-z0-9])?")
_CLASS = re.compile(r"[a-z][a-z0-9_]{0,31}")
_REGION_LENGTH: Final = 64


def parse_code(value: object, path: str) -> str:
    """The code of a plan or meter. Raises `InvalidInput`."""
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise InvalidInput.one(path, "is not a code", value, "use up to 64 of a-z, 0-9, dash, dot and underscore")
    refuse_pan(value, path)
    return value


def _tax_class(value: object, path: str) -> str:
    """Which classes there are, only the settings know: one that they do not name is taxed as all others."""
    if not isinstance(value, str) or not _CLASS.fullmatch(value):
        raise InvalidInput.one(path, "is not a tax class", value, "use up to 32 of a-z, 0-9 and underscore")
    return value


def _codes(value: object, path: str) -> tuple[str, ...]:
    return _list_of(value, path, parse_code)


def _regions(value: object, path: str) -> tuple[str, ...]:
    def region(item: object, where: str) -> str:
        if not isinstance(item, str) or not item or len(item) > _REGION_LENGTH or not item.isprintable():
            raise InvalidInput.one(where, "is not a region", item, f"use 1 to {_REGION_LENGTH} characters")
        return item

    return _list_of(value, path, region)


def _list_of(value: object, path: str, parse: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise InvalidInput.one(path, "must be a list", value)
    faults = Faults()
    for index, item in enumerate(value):
        where = join(path, index)
        try:
            parse(item, where)
            if item in value[:index]:
                faults.add(where, "is named twice", value=item)
        except InvalidInput as problem:
            faults.include(problem)
    faults.raise_if_any()
    return tuple(value)


def _name(value: object, path: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 200 or not value.isprintable():
        raise InvalidInput.one(path, "must be a line of text, up to 200 characters", value)
    refuse_pan(value, path)
    return value.strip()


def _whole(value: object, path: str, *, least: int = 0, most: int = 366) -> int:
    if not isinstance(value, int):
        raise InvalidInput.one(path, "must be a whole number", value)
    return parse_quantity(value, path, minimum=least, maximum=most)


def _stock(value: object, path: str) -> dict[str, int]:
    """By region; "" stands for a plan without regions."""
    count = partial(_whole, most=MOST_STOCK)
    if not isinstance(value, Mapping):
        return {"": count(value, path)}
    faults = Faults()
    stock = {}
    for region, number in value.items():
        try:
            stock[region] = count(number, join(path, region))
        except InvalidInput as problem:
            faults.include(problem)
    faults.raise_if_any()
    return stock


def _proration(value: object, path: str) -> ProrationPolicy | None:
    faults = Faults()
    policy = structure(ProrationPolicy, value, faults, path)
    if policy is None and isinstance(value, Mapping):
        # it checks the rest of itself only where its convention is one
        rest = Faults()
        structure(ProrationPolicy, {**value, "convention": Convention.NONE}, rest, path)
        known = set(faults)
        faults.include(InvalidInput(tuple(fault for fault in rest if fault not in known)))
    faults.raise_if_any()
    return policy


def _units(value: object, path: str) -> Decimal:
    return parse_amount(value, path, UNIT_PRICE_PLACES)


@attrs.frozen(kw_only=True)
class TrialTable:
    """The keys of `trial`."""

    days: int = attrs.field(metadata={"parse": partial(_whole, least=1)})
    needs_method: bool = False


@attrs.frozen(kw_only=True)
class QuantityTable:
    """The keys of `quantity`."""

    min: int = attrs.field(default=1, metadata={"parse": partial(_whole, least=1, most=MOST_UNITS)})
    max: int = attrs.field(default=1000, metadata={"parse": partial(_whole, least=1, most=MOST_UNITS)})


@attrs.frozen(kw_only=True)
class PhaseTable:
    """The keys of one of `phases`."""

    cycles: int = attrs.field(metadata={"parse": partial(_whole, least=1)})
    prices: tuple[Price, ...] = attrs.field(metadata={"parse": parse_phase_prices})


@attrs.frozen(kw_only=True)
class UsageTable:
    """The keys of one of `usage`. `prices` are by currency."""

    meter: str = attrs.field(metadata={"parse": parse_code})
    included: Decimal = attrs.field(default=Decimal(0), metadata={"parse": _units})
    prepaid: bool = False
    prices: Mapping[str, PricingModel] = attrs.field(metadata={"parse": parse_unit_prices})


@attrs.frozen(kw_only=True)
class PlanTable:
    """The keys of one of `plans`. Those of REQUIRED have defaults, so that a faulty plan can be read in part."""

    code: str = attrs.field(default="", metadata={"parse": parse_code})
    name: str = attrs.field(default="", metadata={"parse": _name})
    product: str = attrs.field(default="", metadata={"parse": _name})
    visibility: Visibility = Visibility.PUBLIC
    provision: bool = False
    regions: tuple[str, ...] = attrs.field(default=(), metadata={"parse": _regions})
    options: Mapping[str, Option] = attrs.field(factory=dict, metadata={"parse": parse_options})
    release: ReleasePolicy = ReleasePolicy.PAID
    on_failure: FailurePolicy = "hold"
    minimum_term_months: int = attrs.field(default=0, metadata={"parse": _whole})
    notice_days: int = attrs.field(default=0, metadata={"parse": _whole})
    billing: BillingMode = BillingMode.ADVANCE
    proration: ProrationPolicy | None = attrs.field(default=None, metadata={"parse": _proration})
    dunning: str = attrs.field(default="", metadata={"parse": parse_code})
    tax_class: str = attrs.field(default="standard", metadata={"parse": _tax_class})
    trial: TrialTable | None = None
    addon: bool = False
    requires: tuple[str, ...] = attrs.field(default=(), metadata={"parse": _codes})
    conflicts: tuple[str, ...] = attrs.field(default=(), metadata={"parse": _codes})
    quantity: QuantityTable = QuantityTable()
    stock: Mapping[str, int] = attrs.field(factory=dict, metadata={"parse": _stock})
    prices: tuple[Price, ...] = attrs.field(default=(), metadata={"parse": parse_prices})
    phases: tuple[PhaseTable, ...] = ()
    usage: tuple[UsageTable, ...] = ()
    commitment: Mapping[str, Decimal] = attrs.field(factory=dict, metadata={"parse": parse_amounts})

    def definition(self) -> PlanDefinition:
        """The plan that these keys define."""
        return PlanDefinition(
            **{name: getattr(self, name) for name in _AS_IT_IS},
            trial_days=self.trial.days if self.trial is not None else 0,
            trial_needs_method=self.trial is not None and self.trial.needs_method,
            quantity_minimum=self.quantity.min,
            quantity_maximum=self.quantity.max,
            phases=tuple(Phase(cycles=phase.cycles, prices=phase.prices) for phase in self.phases),
            usage=tuple(
                UsagePrice(
                    meter=usage.meter, currency=currency, model=model, included=usage.included, prepaid=usage.prepaid
                )
                for usage in self.usage
                for currency, model in usage.prices.items()
            ),
            commitments=self.commitment,
        )


_OTHERWISE: Final = ("trial", "quantity", "phases", "usage", "commitment")
_AS_IT_IS: Final = tuple(field.name for field in attrs.fields(PlanTable) if field.name not in _OTHERWISE)
