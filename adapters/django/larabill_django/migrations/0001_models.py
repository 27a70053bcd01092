"""The models of the admin, over tables that `0002_tables` makes: Django makes none of them itself."""

from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

import larabill_django.fields


class Migration(migrations.Migration):
    """As `makemigrations` writes it."""

    initial = True
    dependencies: ClassVar[list[tuple[str, str]]] = []
    operations: ClassVar = [
        migrations.CreateModel(
            name="Customer",
            fields=[
                ("id", larabill_django.fields.IdField(prefix="cus", primary_key=True, serialize=False)),
                ("seller_id", larabill_django.fields.IdField(prefix="sel")),
                ("name", models.TextField()),
                ("company", models.TextField()),
                ("email", models.CharField(max_length=254)),
                ("tax_id", models.TextField()),
                ("country", models.CharField(max_length=2)),
                ("currency", models.CharField(max_length=3)),
                ("language", models.CharField(max_length=35)),
                ("time_zone", models.CharField(max_length=64)),
                ("group", models.CharField(max_length=64)),
                ("created_at", larabill_django.fields.InstantField()),
            ],
            options={
                "db_table": "larabill_customers",
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                ("id", larabill_django.fields.IdField(prefix="inv", primary_key=True, serialize=False)),
                ("seller_id", larabill_django.fields.IdField(prefix="sel")),
                ("type", models.CharField(max_length=16)),
                ("currency", models.CharField(max_length=3)),
                ("net", larabill_django.fields.AmountField(decimal_places=4, max_digits=19)),
                ("tax", larabill_django.fields.AmountField(decimal_places=4, max_digits=19)),
                ("total", larabill_django.fields.AmountField(decimal_places=4, max_digits=19)),
                ("issued_on", models.DateField()),
                ("due_on", models.DateField()),
                ("issued_at", larabill_django.fields.InstantField()),
                ("purchase_order", models.TextField()),
                ("note", models.TextField()),
            ],
            options={
                "db_table": "larabill_invoices",
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="InvoiceLine",
            fields=[
                ("id", larabill_django.fields.IdField(prefix="lin", primary_key=True, serialize=False)),
                ("seller_id", larabill_django.fields.IdField(prefix="sel")),
                ("position", models.IntegerField()),
                ("description", models.TextField()),
                ("period_start", models.DateField(null=True)),
                ("period_end", models.DateField(null=True)),
                ("quantity", larabill_django.fields.UnitPriceField(decimal_places=12, max_digits=28)),
                ("unit_price", larabill_django.fields.UnitPriceField(decimal_places=12, max_digits=28)),
                ("amount", larabill_django.fields.AmountField(decimal_places=4, max_digits=19)),
                ("currency", models.CharField(max_length=3)),
                ("tax_rate", larabill_django.fields.AmountField(decimal_places=4, max_digits=19)),
            ],
            options={
                "db_table": "larabill_invoice_lines",
                "ordering": ("position",),
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", larabill_django.fields.IdField(prefix="job", primary_key=True, serialize=False)),
                ("seller_id", larabill_django.fields.IdField(null=True, prefix="sel")),
                ("handler", models.CharField(max_length=100)),
                ("queue", models.CharField(max_length=50)),
                ("status", models.CharField(max_length=20)),
                ("run_at", larabill_django.fields.InstantField()),
                ("attempts", models.IntegerField()),
                ("last_error", models.TextField()),
                ("approved_by", models.CharField(max_length=100)),
                ("created_at", larabill_django.fields.InstantField()),
                ("finished_at", larabill_django.fields.InstantField(null=True)),
            ],
            options={
                "db_table": "larabill_jobs",
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", larabill_django.fields.IdField(prefix="pay", primary_key=True, serialize=False)),
                ("seller_id", larabill_django.fields.IdField(prefix="sel")),
                ("account", models.CharField(max_length=100)),
                ("kind", models.CharField(max_length=32)),
                ("amount", larabill_django.fields.AmountField(decimal_places=4, max_digits=19)),
                ("currency", models.CharField(max_length=3)),
                ("status", models.CharField(max_length=32)),
                ("transaction_id", models.CharField(max_length=255, null=True)),
                ("reason", models.TextField()),
                ("created_at", larabill_django.fields.InstantField()),
                ("captured_at", larabill_django.fields.InstantField(null=True)),
            ],
            options={
                "db_table": "larabill_payments",
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Resource",
            fields=[
                ("id", larabill_django.fields.IdField(prefix="res", primary_key=True, serialize=False)),
                ("seller_id", larabill_django.fields.IdField(prefix="sel")),
                ("name", models.TextField()),
                ("account", models.CharField(max_length=100)),
                ("driver", models.CharField(max_length=40)),
                ("driver_ref", models.CharField(max_length=200, null=True)),
                ("ref", models.CharField(max_length=200)),
                ("plan_code", models.CharField(max_length=100)),
                ("region", models.CharField(max_length=100)),
                ("status", models.CharField(max_length=32)),
                ("desired", models.CharField(max_length=32)),
                ("last_error", models.TextField()),
                ("drift", models.CharField(max_length=32)),
            ],
            options={
                "db_table": "larabill_resources",
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Service",
            fields=[
                ("id", larabill_django.fields.IdField(prefix="svc", primary_key=True, serialize=False)),
                ("seller_id", larabill_django.fields.IdField(prefix="sel")),
                ("plan_code", models.CharField(max_length=64)),
                ("name", models.TextField()),
                ("region", models.CharField(max_length=64)),
                ("status", models.CharField(max_length=32)),
                ("created_at", larabill_django.fields.InstantField()),
            ],
            options={
                "db_table": "larabill_services",
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", larabill_django.fields.IdField(prefix="sub", primary_key=True, serialize=False)),
                ("seller_id", larabill_django.fields.IdField(prefix="sel")),
                ("currency", models.CharField(max_length=3)),
                ("cycle", models.CharField(max_length=32)),
                ("status", models.CharField(max_length=32)),
                ("started_on", models.DateField()),
                ("next_billing_at", larabill_django.fields.InstantField(null=True)),
                ("end_on", models.DateField(null=True)),
                ("is_held", models.BooleanField()),
                ("held_reason", models.TextField()),
                ("created_at", larabill_django.fields.InstantField()),
            ],
            options={
                "db_table": "larabill_subscriptions",
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="InvoiceNumber",
            fields=[
                (
                    "invoice",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="numbered",
                        serialize=False,
                        to="larabill.invoice",
                    ),
                ),
                ("seller_id", larabill_django.fields.IdField(prefix="sel")),
                ("number", models.CharField(max_length=64)),
            ],
            options={
                "db_table": "larabill_invoice_numbers",
                "managed": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="InvoiceState",
            fields=[
                (
                    "invoice",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="state",
                        serialize=False,
                        to="larabill.invoice",
                    ),
                ),
                ("seller_id", larabill_django.fields.IdField(prefix="sel")),
                ("status", models.CharField(max_length=32)),
                ("balance", larabill_django.fields.AmountField(decimal_places=4, max_digits=19)),
                ("paid_at", larabill_django.fields.InstantField(null=True)),
            ],
            options={
                "db_table": "larabill_invoice_states",
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
    ]
