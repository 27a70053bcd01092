"""The quick copy of an entity is the copy that attrs makes."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest
from tests.billing.shop import charge

from larabill_core.changed import changed
from larabill_core.ids import new_id


def test_it_is_what_evolve_makes_and_leaves_the_first_alone() -> None:
    first = charge(new_id(), "5.00")
    twin = attrs.evolve(first)
    other = changed(first, invoice_id=first.id, tax_class="reduced")
    assert other == attrs.evolve(first, invoice_id=first.id, tax_class="reduced")
    assert (first, changed(first)) == (twin, twin)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        other.amount = Decimal(1)  # type: ignore[misc]


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(KeyError):
        changed(charge(new_id(), "5.00"), colour="red")
