"""The company of the story: its manifest, its catalogue, its engine."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from larabill_cli.demo.ssh_server import HOST, PROGRAM, USER, WebServer
from larabill_core.clock import Clock
from larabill_core.engine import Engine
from larabill_core.keyring import KeyRing
from larabill_core.privacy import Secret

SELLER: Final[Mapping[str, Any]] = {
    "name": "Nordlicht Hosting GmbH",
    "country": "DE",
    "currency": "EUR",
    "time_zone": "Europe/Berlin",
    "language": "en",
    "tax_id": "DE123456789",
    "address": ["Speicherstraße 4", "20457 Hamburg"],
}

CATALOG: Final = """
[[plans]]
code = "web-m"
name = "Web hosting M"
provision = true
regions = ["eu"]
options = { domain = "text" }
prices.EUR = { monthly = "9.90", setup = "5.00" }
"""

OPERATIONS: Final = ("provision", "status", "suspend", "resume", "deprovision")

WEB, STRIPE, WALLET = "web1", "stripe", "wallet"
"""The accounts: the web server, and the two gateways."""


def manifest(url: sa.URL, folder: Path, web: WebServer, webhook_secret: Secret) -> dict[str, Any]:
    """What would stand in larabill.toml."""
    return {
        "larabill": {
            "database": url.render_as_string(hide_password=False),
            "keys": str(folder / "demo.keys"),
            "documents": str(folder / "documents"),
            "modules": ["billing", "provisioning"],
        },
        "billing": {"seller": dict(SELLER)},
        "provisioning": {"plans": [{"plan": "web-m", "account": WEB, "provider_plan": "medium"}]},
        "drivers": {
            WEB: ssh_account(web),
            STRIPE: {"driver": "stripe", "signing_secrets": [webhook_secret], "livemode": False},
            WALLET: {"driver": "fake_gateway", "world": str(folder / "wallet.db")},
        },
    }


def ssh_account(web: WebServer) -> dict[str, Any]:
    """The `generic_ssh` account of the demo's web server."""
    return {
        "driver": "generic_ssh",
        "host": HOST,
        "port": web.port,
        "user": USER,
        "host_keys": [web.host_key],
        "private_key": web.private_key,
        "commands": {
            "list": [PROGRAM, "list"],
            **{operation: [PROGRAM, operation, "{ref}"] for operation in OPERATIONS},
        },
    }


def new_secret() -> Secret:
    """A webhook secret for this run."""
    return Secret("whsec_" + secrets.token_hex(24))


def found(settings: dict[str, Any], clock: Clock) -> Engine:
    """Keys, tables, and the engine that a host would open."""
    from larabill_sqlalchemy import open_engine
    from larabill_sqlalchemy.databases import open_database
    from larabill_sqlalchemy.migrate import upgrade
    from larabill_sqlalchemy.opening import database_of, load_manifest, storages_of

    KeyRing.generate_file(settings["larabill"]["keys"])
    checked = load_manifest(settings)
    database = open_database(checked.basics.database)
    upgrade(database, storages_of(checked.modules))
    database.dispose()
    engine = open_engine(checked, clock=clock)
    if checked.basics.database.startswith("sqlite"):
        # a database that is thrown away need not survive a power cut: no waiting for the disk
        sa.event.listen(database_of(engine), "connect", lambda raw, _: raw.execute("PRAGMA synchronous = OFF"))
    return engine
