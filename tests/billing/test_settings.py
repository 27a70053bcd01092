"""The `[billing]` table: what is wrong with it is said when the manifest is read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from larabill_billing.proration.model import Convention, ProrationPolicy
from larabill_billing.settings import BillingSettings
from larabill_core.errors import Faults
from larabill_core.structure import structure


def test_all_faults_of_the_seller_are_told_with_the_manifest() -> None:
    seller = {"name": "4242424242424242", "country": "xx", "currency": "eur", "time_zone": "Moon", "language": "?"}
    faults = Faults()
    structure(BillingSettings, {"seller": {**seller, "address": ["a\nb"]}}, faults, "billing")
    assert [fault.path for fault in faults] == [
        "billing.seller.name",
        "billing.seller.country",
        "billing.seller.currency",
        "billing.seller.time_zone",
        "billing.seller.language",
        "billing.seller.address[0]",
    ]


def told(billing: dict[str, Any]) -> list[str]:
    faults = Faults()
    structure(BillingSettings, billing, faults, "billing")
    return [fault.path for fault in faults]


def test_all_faults_of_the_table_are_told_together() -> None:
    billing = {
        "billing_day": 32,
        "payment_terms_days": 400,
        "keep_data": "-1d",
        "late_window": "93d",
        "taxes": [{"country": "DE", "rate": "19"}, {"country": "DE", "rate": "20", "inclusive": True}],
    }
    assert told({**billing, "keep_data": "1d"}) == [
        "billing.payment_terms_days",
        "billing.billing_day",
        "billing.taxes",
        "billing.taxes",
        "billing.late_window",
    ]
    assert told(billing) == ["billing.keep_data"]


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ({"rate": "100.01"}, "rate"),
        ({"rate": "-1"}, "rate"),
        ({"rate": "7.12345"}, "rate"),
        ({"rate": "0"}, "rate"),
        ({"rate": "7", "category": "E"}, "rate"),
        ({"rate": "7", "category": "x"}, "category"),
        ({"rate": "7", "country": "Germany"}, "country"),
        ({"rate": "7", "name": ""}, "name"),
        ({"rate": "7", "name": "4242424242424242"}, "name"),
        ({}, "rate"),
    ],
    ids=str,
)
def test_what_is_no_tax_rule_is_told_at_its_place(rule: dict[str, str], path: str) -> None:
    assert told({"taxes": [{"rate": "19", "country": "DE"}, rule]}) == [f"billing.taxes[1].{path}"]


def test_a_rate_of_four_decimals_is_kept() -> None:
    faults = Faults()
    settings = structure(BillingSettings, {"taxes": [{"rate": "7.1234"}]}, faults)
    assert not list(faults) and settings is not None
    assert settings.taxes[0].rate == Decimal("7.1234")
    assert settings.proration == ProrationPolicy(Convention.ACTUAL_DAYS)
