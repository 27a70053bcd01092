"""The reference of the catalogue file names every key, and its examples are catalogues."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import attrs
import pytest

from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.catalog.meters import Aggregation, MeterDefinition
from larabill_billing.catalog.model import BillingMode, OptionKind, ReleasePolicy, Visibility
from larabill_billing.catalog.option_table import OptionTable
from larabill_billing.catalog.plan_table import PhaseTable, PlanTable, QuantityTable, TrialTable, UsageTable
from larabill_billing.proration.model import Convention, ProrationPolicy
from larabill_core.money import ROUNDINGS

TEXT = (Path(__file__).parents[3] / "docs/reference/catalogue.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
TABLES = (PlanTable, PhaseTable, UsageTable, TrialTable, QuantityTable, OptionTable, MeterDefinition, ProrationPolicy)


@pytest.mark.parametrize("table", TABLES)
def test_every_key_stands_in_the_reference(table: type[Any]) -> None:
    names = [field.name for field in attrs.fields(table)]
    assert [name for name in names if f"`{name}`" not in TEXT] == []


@pytest.mark.parametrize(
    "words", [Visibility, BillingMode, OptionKind, ReleasePolicy, Aggregation, Convention, ROUNDINGS]
)
def test_every_word_that_a_key_takes_stands_in_the_reference(words: Any) -> None:
    assert [str(word) for word in words if f"`{word}`" not in TEXT] == []


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_examples_are_catalogues(example: str) -> None:
    assert parse_catalog(example).plans


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 5
