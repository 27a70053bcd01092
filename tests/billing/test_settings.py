"""The `[billing]` table: what is wrong with it is said when the manifest is read."""

from __future__ import annotations

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
