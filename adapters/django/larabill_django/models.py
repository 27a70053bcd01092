"""LaraBill's tables as Django sees them, for the admin: unmanaged, and never written: that is for use cases."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from larabill_core.ids import public_id
from larabill_django.databases import named_alias
from larabill_django.fields import AmountField, IdField, InstantField, UnitPriceField


class _Rows(models.Manager):
    """The rows in LaraBill's database, whichever alias that is."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().using(named_alias())


class _Row(models.Model):
    """What all have in common."""

    prefix: ClassVar[str] = ""
    objects = _Rows()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return public_id(self.prefix, self.pk)

    def save(self, *args: Any, **more: Any) -> None:
        """Refused: a use case would be passed by, with its rules and its audit."""
        raise TypeError(f"{type(self).__name__} is read only: call LaraBill's use cases")

    def delete(self, *args: Any, **more: Any) -> Any:
        """Refused, as `save`."""
        raise TypeError(f"{type(self).__name__} is read only: call LaraBill's use cases")


def _to(model: str, **more: Any) -> Any:
    """A reference that the database holds, or that no database holds between modules."""
    return models.ForeignKey(model, models.DO_NOTHING, db_constraint=False, related_name="+", **more)


class Customer(_Row):
    """Who gets invoices."""

    prefix = "cus"
    id = IdField(primary_key=True, prefix="cus")
    seller_id = IdField(prefix="sel")
    name = models.TextField()
    company = models.TextField()
    email = models.CharField(max_length=254)
    tax_id = models.TextField()
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    language = models.CharField(max_length=35)
    time_zone = models.CharField(max_length=64)
    group = models.CharField(max_length=64)
    created_at = InstantField()

    class Meta:
        managed = False
        default_permissions = ("view",)
        db_table = "larabill_customers"

    def __str__(self) -> str:
        return f"{self.company or self.name} ({public_id(self.prefix, self.pk)})"


class Invoice(_Row):
    """An issued document. Its status and balance stand beside it, in `state`."""

    prefix = "inv"
    id = IdField(primary_key=True, prefix="inv")
    seller_id = IdField(prefix="sel")
    customer = _to("larabill.Customer")
    type = models.CharField(max_length=16)
    currency = models.CharField(max_length=3)
    net = AmountField()
    tax = AmountField()
    total = AmountField()
    issued_on = models.DateField()
    due_on = models.DateField()
    issued_at = InstantField()
    purchase_order = models.TextField()
    note = models.TextField()

    class Meta:
        managed = False
        default_permissions = ("view",)
        db_table = "larabill_invoices"


class InvoiceState(_Row):
    """What becomes of an invoice."""

    prefix = "inv"
    invoice = models.OneToOneField(
        Invoice, models.DO_NOTHING, db_constraint=False, primary_key=True, related_name="state"
    )
    seller_id = IdField(prefix="sel")
    status = models.CharField(max_length=32)
    balance = AmountField()
    paid_at = InstantField(null=True)

    class Meta:
        managed = False
        default_permissions = ("view",)
        db_table = "larabill_invoice_states"


class InvoiceNumber(_Row):
    """The number that an invoice got, at once or by a job after the host's commit."""

    prefix = "inv"
    invoice = models.OneToOneField(
        Invoice, models.DO_NOTHING, db_constraint=False, primary_key=True, related_name="numbered"
    )
    seller_id = IdField(prefix="sel")
    number = models.CharField(max_length=64)

    class Meta:
        managed = False
        default_permissions = ()
        db_table = "larabill_invoice_numbers"

    def __str__(self) -> str:
        return str(self.number)


class InvoiceLine(_Row):
    """One line of a document."""

    prefix = "lin"
    id = IdField(primary_key=True, prefix="lin")
    seller_id = IdField(prefix="sel")
    invoice = models.ForeignKey(Invoice, models.DO_NOTHING, db_constraint=False, related_name="lines")
    position = models.IntegerField()
    description = models.TextField()
    period_start = models.DateField(null=True)
    period_end = models.DateField(null=True)
    quantity = UnitPriceField()
    unit_price = UnitPriceField()
    amount = AmountField()
    currency = models.CharField(max_length=3)
    tax_rate = AmountField()

    class Meta:
        managed = False
        default_permissions = ("view",)
        db_table = "larabill_invoice_lines"
        ordering = ("position",)


class Payment(_Row):
    """Money that came, or was to come."""

    prefix = "pay"
    id = IdField(primary_key=True, prefix="pay")
    seller_id = IdField(prefix="sel")
    customer = _to("larabill.Customer")
    invoice = _to("larabill.Invoice", null=True)
    account = models.CharField(max_length=100)
    kind = models.CharField(max_length=32)
    amount = AmountField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=32)
    transaction_id = models.CharField(max_length=255, null=True)
    reason = models.TextField()
    created_at = InstantField()
    captured_at = InstantField(null=True)

    class Meta:
        managed = False
        default_permissions = ("view",)
        db_table = "larabill_payments"


class Subscription(_Row):
    """An agreement that goes on."""

    prefix = "sub"
    id = IdField(primary_key=True, prefix="sub")
    seller_id = IdField(prefix="sel")
    customer = _to("larabill.Customer")
    currency = models.CharField(max_length=3)
    cycle = models.CharField(max_length=32)
    status = models.CharField(max_length=32)
    started_on = models.DateField()
    next_billing_at = InstantField(null=True)
    end_on = models.DateField(null=True)
    is_held = models.BooleanField()
    held_reason = models.TextField()
    created_at = InstantField()

    class Meta:
        managed = False
        default_permissions = ("view",)
        db_table = "larabill_subscriptions"


class Service(_Row):
    """One unit of what was sold, as the customer sees it."""

    prefix = "svc"
    id = IdField(primary_key=True, prefix="svc")
    seller_id = IdField(prefix="sel")
    customer = _to("larabill.Customer")
    subscription = _to("larabill.Subscription", null=True)
    plan_code = models.CharField(max_length=64)
    name = models.TextField()
    region = models.CharField(max_length=64)
    status = models.CharField(max_length=32)
    created_at = InstantField()

    class Meta:
        managed = False
        default_permissions = ("view",)
        db_table = "larabill_services"


class Resource(_Row):
    """What stands at the provider for one service."""

    prefix = "res"
    id = IdField(primary_key=True, prefix="res")
    seller_id = IdField(prefix="sel")
    customer = _to("larabill.Customer")
    service = _to("larabill.Service")
    name = models.TextField()
    account = models.CharField(max_length=100)
    driver = models.CharField(max_length=40)
    driver_ref = models.CharField(max_length=200, null=True)
    ref = models.CharField(max_length=200)
    plan_code = models.CharField(max_length=100)
    region = models.CharField(max_length=100)
    status = models.CharField(max_length=32)
    desired = models.CharField(max_length=32)
    last_error = models.TextField()
    drift = models.CharField(max_length=32)

    class Meta:
        managed = False
        default_permissions = ("view",)
        db_table = "larabill_resources"


class Job(_Row):
    """Work that waits, runs or has run. Its payload is not shown: it may hold what is not for everybody."""

    prefix = "job"
    id = IdField(primary_key=True, prefix="job")
    seller_id = IdField(null=True, prefix="sel")
    handler = models.CharField(max_length=100)
    queue = models.CharField(max_length=50)
    status = models.CharField(max_length=20)
    run_at = InstantField()
    attempts = models.IntegerField()
    last_error = models.TextField()
    approved_by = models.CharField(max_length=100)
    created_at = InstantField()
    finished_at = InstantField(null=True)

    class Meta:
        managed = False
        default_permissions = ("view",)
        db_table = "larabill_jobs"
