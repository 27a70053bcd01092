"""LaraBill for the shop. The first start makes its keys, tables, seller and plans."""

from __future__ import annotations

from pathlib import Path

from larabill_billing.catalog.loader import parse_catalog
from larabill_core.engine import Engine
from larabill_core.keyring import KeyRing
from larabill_core.manifest import read_manifest
from larabill_sqlalchemy import open_engine
from larabill_sqlalchemy.databases import open_database
from larabill_sqlalchemy.migrate import upgrade
from larabill_sqlalchemy.opening import load_manifest, storages_of

HERE = Path(__file__).parent


def open_shop(folder: Path) -> Engine:
    """The engine of the shop whose data lie in this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    database, keys = f"sqlite:///{folder / 'shop.db'}", folder / "larabill.keys"
    settings = read_manifest(HERE / "larabill.toml")
    settings["larabill"] |= {"database": database, "keys": str(keys), "documents": str(folder / "documents")}
    for name, account in settings["drivers"].items():
        account["world"] = str(folder / f"{name}.db")
    if not keys.exists():
        KeyRing.generate_file(keys)
    manifest = load_manifest(settings)
    upgrade(open_database(database), storages_of(manifest.modules))
    engine = open_engine(manifest)
    seller = engine.billing.default_seller()
    engine.billing.catalog.load(seller, parse_catalog((HERE / "catalog.toml").read_text(encoding="utf-8")))
    engine.provisioning.plans.sync(seller)
    return engine
