"""LaraBill for the shop: two plans, a pretended provider and a pretended payment gateway, all in one folder."""

from __future__ import annotations

from pathlib import Path

from larabill_billing.catalog.loader import parse_catalog
from larabill_core.engine import Engine
from larabill_core.keyring import KeyRing
from larabill_sqlalchemy import open_engine
from larabill_sqlalchemy.databases import open_database
from larabill_sqlalchemy.migrate import upgrade
from larabill_sqlalchemy.opening import load_manifest, storages_of

CATALOG = """
[[plans]]
code = "web-s"
name = "Web hosting S"
provision = true
options = { domain = "text" }
prices.EUR = { monthly = "4.90" }

[[plans]]
code = "web-m"
name = "Web hosting M"
provision = true
options = { domain = "text" }
prices.EUR = { monthly = "9.90" }
"""


def open_billing(folder: Path) -> Engine:
    """Keys, tables and plans are made when they are not there yet."""
    keys = folder / "larabill.keys"
    if not keys.exists():
        KeyRing.generate_file(keys)
    manifest = load_manifest(
        {
            "larabill": {"database": f"sqlite:///{folder / 'billing.db'}", "keys": str(keys)},
            "billing": {"seller": {"name": "Small Hosting Ltd", "country": "DE", "currency": "EUR"}},
            "provisioning": {
                "plans": [{"plan": code, "account": "web1", "provider_plan": code} for code in ("web-s", "web-m")]
            },
            "drivers": {
                "web1": {"driver": "fake", "world": str(folder / "provider.db")},
                "wallet": {"driver": "fake_gateway", "world": str(folder / "gateway.db")},
            },
        }
    )
    upgrade(open_database(manifest.basics.database), storages_of(manifest.modules))
    engine = open_engine(manifest)
    seller = engine.billing.default_seller()
    engine.provisioning.plans.sync(seller)
    engine.billing.catalog.load(seller, parse_catalog(CATALOG))
    return engine
