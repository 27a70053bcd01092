"""Words of the catalogue on the wire: what names a plan, a cycle, a quantity, an option."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta

from larabill_billing.catalog.selling import MOST_UNITS

PlanCode: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]
CycleCode: TypeAlias = Annotated[str, Meta(pattern="^[a-z0-9_]{1,20}$", description="monthly, annual, 2_weeks, …")]
Quantity: TypeAlias = Annotated[int, Meta(ge=1, le=MOST_UNITS)]
Word: TypeAlias = Annotated[str, Meta(max_length=64)]
OptionValue: TypeAlias = Annotated[str, Meta(max_length=1000)] | int | bool
Spec: TypeAlias = Annotated[
    dict[Annotated[str, Meta(max_length=64)], OptionValue], Meta(max_length=100, description="The plan's options")
]
