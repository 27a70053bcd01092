"""Databases of a busy year: 50,000 rows in each table that lists and jobs query, loaded by the database itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable
from tests.conftest import START

from larabill_billing.customers.model import Seller
from larabill_sqlalchemy.billing import STORAGE as BILLING
from larabill_sqlalchemy.core import STORAGE as CORE
from larabill_sqlalchemy.provisioning import STORAGE as PROVISIONING
from larabill_sqlalchemy.statements import insert_many, to_row
from larabill_sqlalchemy.types import Amount, Id, Instant, Json, UnitPrice

ROWS = 50_000
SLOTS = 500
STORAGES = (CORE, BILLING, PROVISIONING)
TABLES = {table.name: table for storage in STORAGES for table in storage.metadata.sorted_tables}

SLOT = sa.Table(
    "slots",
    sa.MetaData(),
    sa.Column("slot", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("on", sa.Date, nullable=False),
)
"""Instants an hour apart and days a day apart: as slots are 500, each has a hundred rows."""

NUMBERS = sa.Table(
    "numbers",
    SLOT.metadata,
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("lot", sa.Integer, nullable=False),
    sa.Column("id", Id, nullable=False),
    sa.Column("group_id", Id, nullable=False),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("word", sa.String(16), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("on", sa.Date, nullable=False),
)
"""What rows are made of: row n of every table. Lots are hundredths, the newest the highest; ten rows make a group."""

N = NUMBERS.c


def id_of(number: int) -> UUID:
    """The id of row `number`."""
    return UUID(bytes=b"%016d" % number)


TERMS = sa.literal('{"name": "x", "percent": "10"}')
"""Of a coupon."""

GREAT_NUMBER = 99_000_000
SMALL_SELLERS = 4
GREAT, SMALL = id_of(GREAT_NUMBER), id_of(GREAT_NUMBER + 3)
"""A seller with nine tenths of all rows, and one of four who share the rest."""
OF_GREAT, OF_SMALL = 25_015, 25_000
"""Numbers of rows in the middle that are theirs; their group is the tenth of it."""


def slot_at(slot: int) -> Any:
    return START + timedelta(hours=slot)


def since(lot: int, new: Any, old: Any, kind: sa.types.TypeEngine[Any] | None = None) -> sa.ColumnElement[Any]:
    """`new` in the lots from `lot` on, else `old`."""
    return sa.case((N.lot >= lot, _literal(new, kind)), else_=_literal(old, kind))


def by_lot(words: Mapping[int, Any], last: Any) -> sa.ColumnElement[Any]:
    """The word of the first bound that is above the lot, else `last`."""
    return sa.case(*((N.lot < bound, sa.literal(word)) for bound, word in words.items()), else_=sa.literal(last))


def _literal(value: Any, kind: sa.types.TypeEngine[Any] | None) -> sa.ColumnElement[Any]:
    if isinstance(value, sa.ColumnElement):
        return value
    return sa.null() if value is None else sa.literal(value, kind)


def _ordinary(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """What a column holds of which nothing is said."""
    kind = column.type
    if column.name == "seller_id":
        return N.seller_id
    if column.name == "customer_id":
        return N.group_id
    if column.name == "currency":
        return sa.literal("EUR")
    if column.nullable:
        return sa.null()
    if isinstance(kind, Id):
        return N.id
    if isinstance(kind, Instant):
        return N.at
    if isinstance(kind, sa.Date):
        return N.on
    plain: dict[type[Any], Any] = {
        Amount: Decimal(12),
        UnitPrice: Decimal(12),
        Json: [] if column.name in ("returned", "reasons", "candidates", "address", "taxes", "allowances") else {},
        sa.Boolean: False,
        sa.Integer: 1,
        sa.BigInteger: 1,
        sa.Double: 1.0,
        sa.LargeBinary: b"x" * 40,
    }
    return sa.literal(plain.get(type(kind), "x"), kind)


def contents() -> dict[str, dict[str, Any]]:
    """What is said of the columns of each table that is filled; the newest lots hold what is still open."""
    billed = {"type": sa.literal("invoice"), "subscription_id": N.id, "due_on": N.on}
    money = {"account": sa.literal("bank"), "ref": N.word}
    provider = {"account": sa.literal("host"), "driver_ref": N.word, "ref": N.word}
    return {
        "larabill_jobs": {
            "handler": sa.literal("x"),
            "queue": sa.literal("q") + sa.cast(N.n % 4, sa.String(1)),
            "status": by_lot({95: "done", 96: "dead"}, "ready"),
            "due_at": since(96, N.at, None),
            "finished_at": since(96, None, N.at),
        },
        "larabill_job_tags": {"tag": sa.literal("resource:") + sa.cast(N.n // 10, sa.String(10)), "job_id": N.id},
        "larabill_operations": {
            "subject_id": N.group_id,
            "seq": N.n % 10,
            "open_subject_id": since(99, N.id, None),
            "account": sa.literal("account") + sa.cast(N.n % 50, sa.String(2)),
            "operation_key": N.word,
            "status": since(99, "pending", "done"),
            "lease_until": since(99, N.at, None),
        },
        "larabill_limits": {"account": N.word},
        "larabill_secrets": {"owner_table": sa.literal("t"), "key_name": since(99, "old", "new")},
        "larabill_tokens": {"digest": N.word, "roles": sa.literal([], Json())},
        "larabill_billing_audits": {"subject_kind": sa.literal("order"), "subject_id": N.group_id},
        "larabill_customers": {"email": N.word},
        "larabill_customer_words": {"word": N.word, "customer_id": N.id},
        "larabill_plans": {
            "code": N.word,
            "definition": sa.literal({"code": "x", "name": "x"}, Json()),
            "active": since(50, True, False),
        },
        "larabill_stock": {"plan_code": N.word, "taken": sa.literal(0)},
        "larabill_coupons": {"terms": TERMS, "use_limit": sa.literal(1_000_000), "uses": sa.literal(1)},
        "larabill_coupon_codes": {"coupon_id": N.group_id, "code": N.word},
        "larabill_redemptions": {
            "terms": TERMS,
            "coupon_id": N.group_id,
            "order_id": N.id,
            "cycles_left": sa.literal(1),
            "status": by_lot({90: "removed"}, "active"),
        },
        "larabill_orders": {
            "release": sa.literal("paid"),
            "status": by_lot({90: "released", 97: "cancelled"}, "pending"),
        },
        "larabill_order_items": {"order_id": N.group_id, "position": N.n % 10},
        "larabill_subscriptions": {
            "cycle": sa.literal("monthly"),
            "billing": sa.literal("advance"),
            "compensation": sa.literal("none"),
            "time_zone": sa.literal("UTC"),
            "status": by_lot({30: "ended", 95: "active", 97: "past_due", 98: "suspended"}, "pending"),
            "is_held": since(98, True, False),
            "next_billing_at": since(30, N.at, None),
        },
        "larabill_subscription_items": {"plan_code": sa.literal("plan") + sa.cast(N.n % 50, sa.String(2))},
        "larabill_services": {
            "subscription_id": N.id,
            "subscription_item_id": N.id,
            "on_failure": sa.literal("hold"),
            "status": by_lot({30: "ended", 95: "active", 97: "suspended"}, "pending"),
            "waits_for": since(99, N.id, None),
        },
        "larabill_subscription_changes": {"subscription_id": N.id, "status": by_lot({95: "applied"}, "scheduled")},
        "larabill_charges": {
            "subscription_id": N.id,
            "subscription_item_id": N.id,
            "invoice_id": N.id,
            "credited_line_id": since(99, N.id, None),
            "kind": sa.literal("recurring"),
            "quantity": sa.literal(Decimal(1), UnitPrice()),
            "period_start": N.on,
            "period_end": N.on,
            "status": since(99, "open", "invoiced"),
        },
        "larabill_invoices": {**billed, "order_id": N.id, "preceding_id": N.id, "type": sa.literal("invoice")},
        "larabill_invoice_numbers": {"invoice_id": N.id, "sequence": N.n, "number": N.word},
        "larabill_draft_invoices": {"lines": sa.literal([], Json())},
        "larabill_invoice_lines": {
            "invoice_id": N.group_id,
            "position": N.n % 10,
            "kind": sa.literal("recurring"),
        },
        "larabill_bank_lines": {
            "bank_id": N.word,
            "status": by_lot({95: "matched", 97: "ignored"}, "open"),
        },
        "larabill_disputes": {
            "payment_id": N.id,
            "gateway_id": N.word,
            "account": sa.literal("bank"),
            "status": by_lot({95: "won", 97: "lost"}, "opened"),
        },
        "larabill_payment_plans": {"invoice_id": N.id, "status": by_lot({95: "done"}, "agreed")},
        "larabill_instalments": {"plan_id": N.group_id, "position": N.n % 10},
        "larabill_payment_parts": {"payment_id": N.group_id, "invoice_id": N.id},
        "larabill_invoice_drafts": {"waits": since(99, True, False)},
        "larabill_invoice_states": {
            **billed,
            "invoice_id": N.id,
            "type": sa.literal("invoice"),
            "status": by_lot({95: "paid", 96: "void"}, "issued"),
        },
        "larabill_payment_allocations": {"source_kind": sa.literal("payment")},
        "larabill_payments": {
            **money,
            "kind": sa.literal("charge"),
            "transaction_id": since(97, None, N.word),
            "status": by_lot({90: "captured", 96: "declined", 97: "refunded"}, "pending"),
        },
        "larabill_payment_methods": {"is_default": sa.literal(True)},
        "larabill_refunds": {
            "payment_id": N.group_id,
            "ref": N.word,
            "status": sa.literal("done"),
            "destination": sa.literal("method"),
        },
        "larabill_deferrals": {"document_id": N.group_id, "begun_on": since(97, None, N.on)},
        "larabill_exchange_rates": {"source": N.word, "base": sa.literal("USD"), "quote": sa.literal("EUR")},
        "larabill_document_accounting": {},
        "larabill_credits": {"lot_id": N.id, "source_id": N.id, "expires_on": since(50, N.on, None)},
        "larabill_referrals": {
            "referrer_id": N.group_id,
            "referred_id": N.id,
            "payment_id": N.id,
            "status": by_lot({95: "rewarded"}, "pending"),
        },
        "larabill_voucher_batches": {},
        "larabill_vouchers": {
            "batch_id": N.group_id,
            "digest": N.word,
            "status": by_lot({60: "redeemed", 70: "expired"}, "open"),
        },
        "larabill_top_up_rules": {"customer_id": N.id},
        "larabill_journal_entries": {"document_kind": sa.literal("invoice"), "document_id": N.id},
        "larabill_postings": {"entry_id": N.group_id, "account": sa.literal("receivable"), "customer_id": N.group_id},
        "larabill_webhook_rejects": {},
        "larabill_dunning_cases": {
            "is_open": since(97, True, None),
            "next_at": since(97, N.at, None),
            "asked_at": N.at,
            "steps": N.n % 4,
            "policy": sa.literal("default"),
        },
        "larabill_dunning_pauses": {
            "invoice_id": N.id,
            "kind": sa.literal("promise"),
            "status": since(97, "open", "kept"),
            "is_open": since(97, True, None),
        },
        "larabill_dunning_notices": {"invoice_id": N.id, "number": sa.literal(1)},
        "larabill_meters": {"code": N.word, "aggregation": sa.literal("sum"), "property": sa.literal("")},
        "larabill_usage_events": {
            "subscription_item_id": N.group_id,
            "meter": sa.literal("traffic"),
            "quantity": sa.literal(Decimal(12), UnitPrice()),
            "occurred_at": N.at,
            "idempotency_id": N.word,
        },
        "larabill_usage_corrections": {"corrected_id": N.id},
        "larabill_usage_bills": {"subscription_item_id": N.group_id, "meter": sa.literal("traffic")},
        "larabill_usage_thresholds": {"subscription_item_id": N.group_id, "percent": N.n % 10},
        "larabill_usage_grants": {"subscription_item_id": N.group_id, "reference": N.word},
        "larabill_tax_answers": {"customer_id": N.id, "taxes": sa.literal({}, Json())},
        "larabill_tax_exemptions": {"category": sa.literal("E")},
        "larabill_tax_id_checks": {"tax_id": N.word, "answer": sa.literal("valid")},
        "larabill_tax_evidence": {"kind": sa.literal("ip"), "country": sa.literal("DE")},
        "larabill_usage_draws": {"grant_id": N.id, "bill_id": N.id},
        "larabill_webhook_events": {
            **money,
            "event_id": N.word,
            "kind": sa.literal("payment"),
            "status": by_lot({95: "applied", 98: "ignored", 99: "waiting"}, "unmatched"),
            "occurred_at": N.at,
        },
        "larabill_resources": {
            **provider,
            "account": sa.literal("host") + sa.cast(N.n % 10, sa.String(2)),
            "order_id": N.group_id,
            "status": by_lot({30: "deprovisioned", 95: "active", 97: "suspended", 98: "failed"}, "queued"),
            "settled": sa.literal("active"),
            "desired": sa.literal("active"),
            "standing_ref": since(30, N.word, None),
            "is_held": since(99, True, None),
        },
        "larabill_credentials": {"name": N.word, "scope": sa.literal("system"), "key_name": since(99, "old", "new")},
        "larabill_provision_tasks": {"resource_id": N.group_id},
        "larabill_provision_audits": {"resource_id": N.group_id},
        "larabill_plan_maps": {"billing_plan": N.word, "region": sa.literal("*")},
        "larabill_provision_webhooks": {
            "account": sa.literal("host"),
            "event_id": N.word,
            "result": by_lot({60: "checking", 90: "hurried"}, "ignored"),
        },
    }


def load(database: sa.Engine) -> None:
    """Make all tables, fill them, and then make the indexes and analyse, as after a restored dump."""
    quick = {
        "sqlite": ("PRAGMA foreign_keys = OFF", "PRAGMA synchronous = OFF"),
        "mariadb": ("SET foreign_key_checks = 0",),
        "postgresql": ("SET synchronous_commit = off",),
    }[database.dialect.name]
    with database.connect() as connection:
        made = "CREATE UNLOGGED TABLE" if database.dialect.name == "postgresql" else "CREATE TABLE"
        raw = connection.connection.cursor()
        for statement in quick:
            raw.execute(statement)
        connection.commit()
        _number(connection)
        for table in TABLES.values():
            create = str(CreateTable(table, include_foreign_key_constraints=()).compile(database))
            connection.exec_driver_sql(create.replace("CREATE TABLE", made))
        for name, given in contents().items():
            table = TABLES[name]
            columns = [given.get(column.name, _ordinary(column)) for column in table.c]
            rows = sa.select(*columns).order_by(N.n)
            connection.execute(sa.insert(table).from_select([column.name for column in table.c], rows))
        connection.commit()
        for table in TABLES.values():
            _make_indexes(connection, table)
        _sellers(connection)
        connection.commit()
        connection.execution_options(isolation_level="AUTOCOMMIT")
        words = "ANALYZE TABLE" if connection.dialect.name == "mariadb" else "ANALYZE"
        for name in contents():
            connection.exec_driver_sql(f"{words} {name}")
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("VACUUM larabill_resources")  # as its daemon does, or no index is enough alone
        connection.invalidate()


def _make_indexes(connection: sa.Connection, table: sa.Table) -> None:
    if connection.dialect.name != "mariadb":
        for index in table.indexes:
            index.create(connection)
    elif table.indexes:  # in one pass over the rows
        quote = connection.dialect.identifier_preparer.quote
        words = [
            f"ADD {'UNIQUE ' if index.unique else ''}INDEX {index.name} ({', '.join(map(quote, index.columns.keys()))})"
            for index in table.indexes
        ]
        connection.exec_driver_sql(f"ALTER TABLE {table.name} {', '.join(words)}")


def _number(connection: sa.Connection) -> None:
    NUMBERS.metadata.create_all(connection)
    slots = [{"slot": slot, "at": slot_at(slot), "on": (START + timedelta(days=slot)).date()} for slot in range(SLOTS)]
    insert_many(connection, SLOT, slots)
    lot = SLOT.alias("lot")
    n = lot.c.slot * SLOTS + SLOT.c.slot
    seller = sa.case((n // 10 % 10 > 0, GREAT_NUMBER), else_=GREAT_NUMBER + 1 + n // 100 % SMALL_SELLERS)
    ids = [_id(connection, number) for number in (n, n // 10, seller)]
    rows = sa.select(n, lot.c.slot, *ids, sa.cast(n, sa.String(16)), SLOT.c.at, SLOT.c.on)
    rows = rows.join_from(SLOT, lot, lot.c.slot < ROWS // SLOTS)
    names = [column.name for column in NUMBERS.c]
    connection.execute(sa.insert(NUMBERS).from_select(names, rows))


def _id(connection: sa.Connection, number: sa.ColumnElement[int]) -> sa.ColumnElement[Any]:
    """`id_of` as the database says it."""
    match connection.dialect.name:
        case "sqlite":
            return sa.cast(sa.func.printf("%016d", number), sa.LargeBinary)
        case "postgresql":
            digits = sa.func.lpad(sa.cast(number, sa.String), 16, "0")
            return sa.cast(sa.func.encode(sa.func.convert_to(digits, "UTF8"), "hex"), Id)
        case _:
            return sa.func.lpad(number, 16, "0")


def _sellers(connection: sa.Connection) -> None:
    sellers = [
        Seller(
            id=id_of(GREAT_NUMBER + number),
            name="x",
            country="DE",
            currency="EUR",
            time_zone="UTC",
            language="en",
            tax_id="",
            address=(),
            created_at=START,
        )
        for number in range(SMALL_SELLERS + 1)
    ]
    insert_many(connection, TABLES["larabill_sellers"], [to_row(seller) for seller in sellers])
